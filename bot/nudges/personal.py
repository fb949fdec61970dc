"""What this room has of a person: nudges, moments, kept things, practices of their own, likings."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, delete, select

from bot.nudges.own import PREFIX
from bot.schedules.rules import from_dict
from bot.schedules.words import words
from bot.schedules.zones import local
from bot.store import Tx
from bot.store.owner import Owner, Part, Reader, Sections
from bot.store.tables import due, kept, likings, moments, nudges, own_practices

_OWN = re.compile(rf"(?<![\w-]){PREFIX}([0-9]+)")
_THE_PERSON = "the person that all of it is about"


def _give(tx: Tx, owner: Owner, reader: Reader) -> Sections:
    def rows(table: Table, *opened: str) -> Iterator[Sections]:
        key = table.primary_key.columns.values()
        found = tx.connection.execute(select(table).where(table.c.person_id == owner.person_id).order_by(*key))
        leave = PART.leaves(table)
        return (reader.plain(table, row, json=opened, leave=leave) for row in found)

    return {
        "nudges": [_told(row, reader, tx.now) for row in rows(nudges)],
        "moments": [_titled(row, reader) for row in rows(moments, "sealed_file")],
        "kept": list(rows(kept, "sealed_body")),
        "own_practices": list(rows(own_practices, "sealed_body")),
        "likings": [_keyed(row, reader) for row in rows(likings)],
    }


def _titled(row: Sections, reader: Reader) -> Sections:
    return _keyed({**row, "title": reader.title(row["practice"])}, reader)


def _keyed(row: Sections, reader: Reader) -> Sections:
    """Return a row in which practices of one's own are called by their numbers in what is given."""

    def number(found: re.Match[str]) -> str:
        return f"{PREFIX}{reader.number('own_practices', int(found[1]))}"

    keys = {name: _OWN.sub(number, row[name]) for name in ("practice", "links") if row.get(name)}
    if row.get("title") == row["practice"]:
        keys["title"] = keys["practice"]  # it was removed, so its key stands for it
    return {**row, **keys}


def _told(row: Sections, reader: Reader, now: int) -> Sections:
    """Return a nudge with its rule as data and in words."""
    rule = json.loads(row["rule"])
    return _titled({**row, "rule": rule, "in_words": _in_words(rule, row["zone"], reader, now)}, reader)


def _in_words(rule: Any, zone: str, reader: Reader, now: int) -> str | None:
    try:
        return words(from_dict(rule), reader.language, local(zone, now).date())
    except (ValueError, LookupError):  # of another version; the data is there all the same
        return None


def _erase(tx: Tx, owner: Owner) -> None:
    theirs = select(nudges.c.id).where(nudges.c.person_id == owner.person_id)
    tx.connection.execute(delete(due).where(due.c.nudge_id.in_(theirs)))
    for table in (kept, own_practices, likings, moments, nudges):
        tx.connection.execute(delete(table).where(table.c.person_id == owner.person_id))


PART = Part(
    tables=(nudges, due, moments, kept, own_practices, likings),
    give=_give,
    erase=_erase,
    left_out={
        "due": "the next times, which follow from the rules of the nudges",
        **{f"{table}.person_id": _THE_PERSON for table in ("nudges", "moments", "kept", "own_practices", "likings")},
        "nudges.version": "counts edits, for the clockwork",
    },
)
