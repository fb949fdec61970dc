"""Nothing is forgotten: each table and column that knows something of a person is given to them, and erased."""

import itertools
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, select

from bot.flows.my_data import PARTS
from bot.outbox.states import State
from bot.privacy.erase import clear_away, erase, say_last
from bot.privacy.export import collect
from bot.store import Store, Tx
from bot.store.owner import Part, Reader, refers_to
from bot.store.tables import metadata, outbox
from tests.privacy.filling import Filled, fill, personal_tables

NOBODYS = {
    "seen": "keys of events, by their numbers at the platform: no person",
    "skipped": "events that could not be read, without their content",
    "facts": "what the program keeps for itself",
    "paces": "how fast a platform is spoken to",
    "erasures": "names of keys that are being destroyed, for a moment",
}
"""Tables that know nothing of a person, each with the reason."""


def forgotten(known: MetaData, parts: Iterable[Part]) -> list[str]:
    """Return each table that nobody answers for or two do, and each name on a list that is not there any more."""
    listed = list(parts)
    found = []
    for name, table in known.tables.items():
        answering = sum(name in {one.name for one in part.tables} for part in listed) + (name in NOBODYS)
        if answering != 1:
            found.append(f"{name}: answered for {answering} times")
        if name in NOBODYS and table.foreign_keys:
            found.append(f"{name}: said to be nobody’s, and points at somebody")
    for part in listed:
        for left in part.left_out:
            name, _, column = left.partition(".")
            there = name in known.tables and (not column or column in known.tables[name].c)
            if not there:
                found.append(f"{left}: left out, and not there")
    return found


def test_every_table_is_answered_for_once() -> None:
    assert forgotten(metadata, PARTS) == []
    assert all(reason for part in PARTS for reason in part.left_out.values())


def test_a_table_that_is_added_and_forgotten_is_named() -> None:
    more = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(more)
    Table("thanks", more, Column("id", Integer, primary_key=True), Column("person_id", ForeignKey("persons.id")))
    assert forgotten(more, PARTS) == ["thanks: answered for 0 times"]


def missing(given: str, filled: Filled, reader: Reader, parts: Iterable[Part] = PARTS) -> list[str]:
    """Return the columns whose values are neither given nor named as left out."""
    left_out = {name for part in parts for name in part.left_out}
    missed = []
    for place, value in filled.values.items():
        table = place.partition(".")[0]
        if {table, place} & left_out:
            continue
        if not any(wanted in given for wanted in _wanted(place, value, filled, reader)):
            missed.append(place)
    return missed


def _wanted(place: str, value: Any, filled: Filled, reader: Reader) -> list[str]:
    """Return what may stand for a cell: where it names a row, that is numbered anew, the name alone."""
    table, _, name = place.partition(".")
    if table in metadata.tables and name in metadata.tables[table].c and refers_to(metadata.tables[table].c[name]):
        return [f'"{name}": ']
    return _written(value, filled, reader)


def _written(value: Any, filled: Filled, reader: Reader) -> list[str]:
    if isinstance(value, bytes):
        opened = filled.person.seal.open_json(value)
        return [json.dumps(opened["text"] if isinstance(opened, dict) else opened)[1:-1]]
    if isinstance(value, bool):
        return ["true"]
    if isinstance(value, int):
        return [str(value), str(reader.time(value))]
    return [json.loads(value)["rule"] if value.startswith("{") else value]


def given(tx: Tx, filled: Filled) -> str:
    return json.dumps(collect(tx, filled.person, lambda key: key, PARTS), ensure_ascii=False)


def _reader(filled: Filled) -> Reader:
    return Reader(filled.person.seal, "Asia/Tashkent", "uz", lambda key: key)


def both(store: Store) -> tuple[Filled, Filled]:
    numbers = itertools.count(1)
    return store.run_now(lambda tx: (fill(tx, "anna", numbers), fill(tx, "ben", numbers)))


def test_every_column_is_given_or_left_out_with_a_reason(store: Store) -> None:
    anna, ben = both(store)
    for filled, other in ((anna, ben), (ben, anna)):
        text = store.run_now(lambda tx, filled=filled: given(tx, filled))  # type: ignore[misc]
        assert missing(text, filled, _reader(filled)) == []
        assert f"{other.person.id}" != f"{filled.person.id}"
        named = "ben " if other is ben else "anna "
        assert named not in text, "something of somebody else is in it"


def test_a_column_that_is_not_given_is_named(store: Store) -> None:
    anna, _ = both(store)
    text = store.run_now(lambda tx: given(tx, anna))
    anna.values["moments.mood"] = "a column of tomorrow"
    assert missing(text, anna, _reader(anna)) == ["moments.mood"]


def cells(tx: Tx) -> dict[str, list[Any]]:
    """Return all that stands in the database, by table."""
    return {
        table.name: [cell for row in tx.connection.execute(select(table)) for cell in row]
        for table in metadata.sorted_tables
    }


def test_every_row_is_erased_and_nobody_elses(store: Store) -> None:
    anna, ben = both(store)
    before = store.run_now(cells)
    theirs = {table.name: 0 for table in personal_tables()}

    def work(tx: Tx) -> None:
        erase(tx, anna.person.id, PARTS)
        say_last(tx, anna.person.id, anna.person.recipient, "Gone.", "55")

    store.run_now(work)
    store.run_now(
        lambda tx: tx.connection.execute(outbox.update().where(outbox.c.state == "waiting").values(state="sent"))
    )
    store.run_now(clear_away)
    after = store.run_now(cells)
    found = [cell for table in after.values() for cell in table]
    left = [
        place
        for place, value in anna.values.items()
        if value not in (True, "uz", "Asia/Tashkent", "new") and value in found
    ]
    assert left == []
    text = store.run_now(lambda tx: given(tx, ben))
    assert missing(text, ben, _reader(ben)) == []
    for table in theirs:
        assert len(after[table]) == len(before[table]) // 2, table
    assert after["erasures"] == []


def test_what_is_on_its_way_keeps_its_place_without_its_words(store: Store) -> None:
    anna, _ = both(store)
    row = outbox.c.id == anna.rows["outbox"]
    store.run_now(lambda tx: tx.connection.execute(outbox.update().where(row).values(state=State.SENDING)))
    store.run_now(lambda tx: erase(tx, anna.person.id, PARTS))
    left = store.run_now(lambda tx: tx.connection.execute(select(outbox).where(row)).one())
    assert (left.body, left.sealed, left.moment_id, left.state) == (b'{"text":"\xe2\x80\xa6"}', False, None, "sending")
    store.run_now(lambda tx: tx.connection.execute(outbox.update().where(row).values(state=State.SENT)))
    store.run_now(clear_away)
    assert store.run_now(lambda tx: tx.connection.execute(select(outbox.c.id).where(row)).first()) is None
