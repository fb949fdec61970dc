"""Rows in every table that knows something of a person, each cell with a value of its own that can be found again."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String, Table, Text
from sqlalchemy import insert as put_in

from bot.flows.my_data import PARTS
from bot.people.queries import Person, find, meet
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import metadata

START = 1_700_000_000
"""Some second of 2023, from which on each time is one of its own."""
SINGULAR = {"person": "persons", "address": "addresses", "nudge": "nudges", "moment": "moments"}
SENSIBLE: dict[str, Any] = {"persons.language": "uz", "persons.zone": "Asia/Tashkent", "outbox.op": "new"}
"""Where a value has to make sense for its row to be read."""


@dataclass
class Filled:
    """One person with a row in every table; `values` are those that can be found again, by "table.column"."""

    person: Person
    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    """The id of the row in each table."""


def personal_tables() -> list[Table]:
    """Return all tables that a part answers for, those first to which others point."""
    answered = {table for part in PARTS for table in part.tables}
    found = [table for table in metadata.sorted_tables if table in answered]
    # One that points at others without foreign keys comes after them.
    return sorted(found, key=lambda table: not table.foreign_keys and any(map(_points, table.c.keys())))


def _points(name: str) -> bool:
    return name.endswith("_id") and name != "key_id"


def fill(tx: Tx, name: str, numbers: Iterator[int] | None = None) -> Filled:
    """Let somebody be known, and give them a row in every table, as far as one is not there already."""
    numbers = numbers or itertools.count(1)
    person = meet(tx, Address("memory", name), "en", None)
    filled = Filled(person, rows={"persons": person.id, "addresses": person.address_id})
    for table in personal_tables():
        row = {column.name: _value(column, filled, name, next(numbers)) for column in table.c}
        row = {key: value for key, value in row.items() if value is not None}
        known = filled.rows.get(table.name)
        if known is not None:
            kept = {key: value for key, value in row.items() if key not in ("id", "person_id", "key_id", "left_at")}
            kept = {key: value for key, value in kept.items() if key not in ("platform", "chat")}
            tx.connection.execute(table.update().where(table.c.id == known).values(**kept))
            row = kept
        else:
            made = tx.connection.execute(put_in(table).values(**row)).inserted_primary_key
            assert made is not None
            filled.rows[table.name] = made[0]
        filled.values |= {f"{table.name}.{key}": value for key, value in row.items()}
    filled.person = find(tx, Address("memory", name)) or person
    return filled


def _value(column: Column[Any], filled: Filled, name: str, number: int) -> Any:
    place = f"{column.table.name}.{column.name}"
    if place in SENSIBLE:
        return SENSIBLE[place]
    if column.name == "id":
        return None  # the database gives it
    target = next((key.column.table.name for key in column.foreign_keys), SINGULAR.get(column.name.removesuffix("_id")))
    if target in filled.rows and (column.foreign_keys or column.name.endswith("_id")):
        return filled.rows[target]
    if column.foreign_keys:
        return None  # to another row of its own table
    mark = f"{name[0]}{number}"
    match column.type:
        case LargeBinary() if column.name in ("body", "sealed_by_sender", "sealed_by_receiver"):
            return filled.person.seal.close_json({"text": f"{name} {place} {mark}", "name": "-"})
        case LargeBinary():
            return filled.person.seal.close_json(f"{name} {place} {mark}")
        case Text() if column.name == "rule":
            return json.dumps({"rule": f"{name} {place} {mark}"})
        case Boolean():
            return True
        case String():
            return f"{name} {place} {mark}"[-(column.type.length or 99) :]
        case BigInteger():
            return START + 1000 * number + (7 if name == "ben" else 0)
        case _ if column.name.endswith("_at") or column.name == "at":
            return START + 1000 * number
        case _:
            return 10_000 + 2 * number + (1 if name == "ben" else 0)
