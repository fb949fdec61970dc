"""One person in several chats: two persons become one, and a chat parts again. Each in one transaction.

Whatever names a person is moved, and whatever is sealed with their key is sealed anew: tables are found by their
foreign keys and their `sealed_` columns, so that a table which is added later is not forgotten.

The key of the one who goes is neither destroyed nor forgotten. Destroyed, it would make the start erase somebody who
only joined two chats, as soon as a copy from before is put back (`privacy.erase.erase_put_back`): in that copy they are
two persons still. Forgotten, it would leave that copy readable for ever, also after `/delete`. So its name goes to the
one who stays (`past_keys`), and is destroyed when they are erased. A chat that parts again has a fresh key and nothing
of before; the past keys stay with the person who keeps the words.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, delete, or_, select, update

from bot.errors import SealGone
from bot.outbox.addresses import release_address
from bot.outbox.states import Priority, State
from bot.people.queries import Person
from bot.people.standing import Mark, lay_on
from bot.speech import Op
from bot.store import Seal, Tx
from bot.store.tables import (
    acquaintances,
    addresses,
    likings,
    link_codes,
    links,
    metadata,
    nudges,
    outbox,
    past_keys,
    persons,
    positions,
    reports,
    suspensions,
    told,
    words,
)

OWN_SETTINGS = (("zone",), ("quiet_start", "quiet_end"), ("morning", "noon", "evening", "night"))
"""Settings that the other one's fill in where the one who stays has none."""


def join(tx: Tx, one: int, other: int) -> int:
    """Make two persons one and return who stays: the one who was here first. What is stricter wins."""
    stays, goes = min(one, other), max(one, other)
    rows = {row.id: row for row in _both(tx, stays, goes)}
    old, new = (tx.keys.seal(rows[who].key_id) for who in (goes, stays))
    _reseal(tx, goes, old, new)
    for merge in _MERGES:
        merge(tx, stays, goes)
    for column in _naming_persons():
        tx.connection.execute(update(column.table).where(column == goes).values({column.name: stays}))
    _settle(tx, rows[stays], rows[goes], old, new)
    tx.connection.execute(past_keys.insert().values(key_id=rows[goes].key_id, person_id=stays))
    tx.connection.execute(delete(persons).where(persons.c.id == goes))
    return stays


def _both(tx: Tx, stays: int, goes: int) -> list[Any]:
    wanted = select(persons).where(persons.c.id.in_((stays, goes))).order_by(persons.c.id)
    return list(tx.connection.execute(wanted.with_for_update() if tx.many_writers else wanted))


def _naming_persons() -> Iterator[Column[Any]]:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table is persons for key in column.foreign_keys):
                yield column


# Sealed anew


def _reseal(tx: Tx, person_id: int, old: Seal, new: Seal) -> None:
    """Seal all texts of a person with another key."""
    for table, column, whose in sealed_columns(person_id):
        _reseal_column(tx, table, column, whose, old, new)


def sealed_columns(person_id: int) -> Iterator[tuple[Table, Column[Any], ColumnElement[bool]]]:
    """Yield every column that is sealed with this person's key, and in which rows; `_settle` sees to their name."""
    theirs = select(addresses.c.id).where(addresses.c.person_id == person_id)
    yield links, links.c.sealed_by_sender, links.c.sender_id == person_id
    yield links, links.c.sealed_by_receiver, links.c.receiver_id == person_id
    yield words, words.c.sealed_text, words.c.address_id.in_(theirs)
    yield outbox, outbox.c.body, and_(outbox.c.address_id.in_(theirs), outbox.c.sealed)
    for table in metadata.sorted_tables:
        if table in (links, persons) or "person_id" not in table.c or not table.c.person_id.foreign_keys:
            continue
        for column in table.columns:
            if column.name.startswith("sealed_"):
                yield table, column, table.c.person_id == person_id


def _reseal_column(tx: Tx, table: Table, column: Column[Any], whose: ColumnElement[bool], old: Seal, new: Seal) -> None:
    rows = tx.connection.execute(select(table.c.id, column).where(whose, column.is_not(None))).all()
    for row in rows:
        try:
            sealed = new.take_over(old, bytes(row[1]))
        except SealGone:  # it held words of somebody who was erased, and stays as unreadable as it is
            continue
        tx.connection.execute(update(table).where(table.c.id == row.id).values({column.name: sealed}))


# Merged: where both have a row and there may be one


def _merge_positions(tx: Tx, stays: int, goes: int) -> None:
    del stays
    tx.connection.execute(delete(positions).where(positions.c.person_id == goes))


def _merge_likings(tx: Tx, stays: int, goes: int) -> None:
    """Less of a wording wins over more."""
    kept = {(row.practice, row.wording): row.liking for row in _of(tx, likings, stays)}
    for row in _of(tx, likings, goes):
        place = (row.practice, row.wording)
        if place not in kept:
            continue
        least = min(row.liking, kept[place])
        here = and_(likings.c.practice == row.practice, likings.c.wording == row.wording)
        tx.connection.execute(update(likings).where(likings.c.person_id == stays, here).values(liking=least))
        tx.connection.execute(delete(likings).where(likings.c.person_id == goes, here))


def _merge_told(tx: Tx, stays: int, goes: int) -> None:
    """What was told to one was told to both."""
    kept = {row.what: row.at for row in _of(tx, told, stays)}
    for row in _of(tx, told, goes):
        if row.what in kept:
            latest = max(row.at, kept[row.what])
            tx.connection.execute(
                update(told).where(told.c.person_id == stays, told.c.what == row.what).values(at=latest)
            )
            tx.connection.execute(delete(told).where(told.c.person_id == goes, told.c.what == row.what))


def _merge_acquaintances(tx: Tx, stays: int, goes: int) -> None:
    """Blocks and mutes of either hold for both, on either side."""
    between = {stays, goes}
    inner = and_(acquaintances.c.person_id.in_(between), acquaintances.c.other_id.in_(between))
    tx.connection.execute(delete(acquaintances).where(inner))
    _merge_side(tx, acquaintances.c.person_id, acquaintances.c.other_id, stays, goes)
    _merge_side(tx, acquaintances.c.other_id, acquaintances.c.person_id, stays, goes)


def _merge_side(tx: Tx, side: Column[int], far: Column[int], stays: int, goes: int) -> None:
    kept = {row[0]: row for row in tx.connection.execute(select(far, acquaintances).where(side == stays)).all()}
    for row in tx.connection.execute(select(far, acquaintances).where(side == goes)).all():
        ours = kept.get(row[0])
        if ours is None:
            continue
        values = {name: _first(getattr(ours, name), getattr(row, name)) for name in _STANCES}
        values["met_at"] = max(ours.met_at, row.met_at)
        # The later one: what was accepted since a mute comes all the same (`queries.wants_though_muted`).
        values["muted_at"] = max(filter(None, (ours.muted_at, row.muted_at)), default=None)
        tx.connection.execute(update(acquaintances).where(acquaintances.c.id == ours.id).values(**values))
        tx.connection.execute(delete(acquaintances).where(acquaintances.c.id == row.id))


_STANCES = ("accepted_at", "muted_at", "blocked_at", "reported_at", "sealed_name")


def _first(one: Any, other: Any) -> Any:
    return other if one is None else one


def _merge_suspensions(tx: Tx, stays: int, goes: int) -> None:
    """Who was suspended in one chat is so in the other; reports count from the earlier lifting."""
    found = {row.person_id: row for who in (stays, goes) for row in _of(tx, suspensions, who)}
    if len(found) < 2:
        return
    lifted = [row.lifted_at for row in found.values()]
    values = {
        "at": max(row.at for row in found.values()),
        "lifted_at": None if None in lifted else min(lifted),
    }
    tx.connection.execute(update(suspensions).where(suspensions.c.person_id == stays).values(**values))
    tx.connection.execute(delete(suspensions).where(suspensions.c.person_id == goes))


def _merge_reports(tx: Tx, stays: int, goes: int) -> None:
    """A sentence is reported once by one person."""
    mine = select(reports.c.link_id).where(reports.c.person_id == stays)
    tx.connection.execute(delete(reports).where(reports.c.person_id == goes, reports.c.link_id.in_(mine)))


def _merge_numbers(tx: Tx, stays: int, goes: int) -> None:
    """Who is one person has one number in a chain."""
    numbers = _numbers(tx, stays)
    for chain_id in _numbers(tx, goes).keys() & numbers.keys():
        for who, number in ((links.c.sender_id, "sender_number"), (links.c.receiver_id, "receiver_number")):
            here = update(links).where(links.c.chain_id == chain_id, who == goes)
            tx.connection.execute(here.values({number: numbers[chain_id]}))


def _numbers(tx: Tx, person_id: int) -> dict[int, int]:
    """Return a person's number in each chain."""
    mine = or_(links.c.sender_id == person_id, links.c.receiver_id == person_id)
    return {
        row.chain_id: row.sender_number if row.sender_id == person_id else row.receiver_number
        for row in tx.connection.execute(select(links).where(mine))
    }


def _of(tx: Tx, table: Table, person_id: int) -> list[Any]:
    return list(tx.connection.execute(select(table).where(table.c.person_id == person_id)))


_MERGES: tuple[Callable[[Tx, int, int], None], ...] = (
    _merge_positions,
    _merge_likings,
    _merge_told,
    _merge_acquaintances,
    _merge_suspensions,
    _merge_reports,
    _merge_numbers,
)


def _settle(tx: Tx, stays: Any, goes: Any, old: Seal, new: Seal) -> None:
    """Give the one who stays the settings that they lack; a rest that one has asked for holds for both."""
    values: dict[str, Any] = {}
    for names in OWN_SETTINGS:
        if all(getattr(stays, name) is None for name in names):
            values |= {name: getattr(goes, name) for name in names}
    for name in ("heard_at", "asked_at", "low_at"):
        values[name] = max((at for at in (getattr(stays, name), getattr(goes, name)) if at is not None), default=None)
    paused = [row for row in (stays, goes) if row.paused_at is not None]
    if paused:
        ends = [row.paused_until for row in paused]
        values["paused_at"] = max(row.paused_at for row in paused)
        values["paused_until"] = None if None in ends else max(ends)
    if stays.sealed_name is None and goes.sealed_name is not None:
        values["sealed_name"] = new.close(old.open(bytes(goes.sealed_name)))
    counting = [row for row in (stays, goes) if row.counted_until is not None and row.counted_until > tx.now]
    if counting:
        # Both may have it from the same leaving, which noted it for each chat. Somebody else's makes no room that way:
        # apart, each of the two had as much left.
        values["counted"] = max(row.counted for row in counting)
        values["counted_until"] = max(row.counted_until for row in counting)
    values["home_id"] = None
    tx.connection.execute(update(persons).where(persons.c.id == stays.id).values(**values))


# Several addresses


def chats_of(tx: Tx, person: Person) -> list[tuple[int, str]]:
    """Return the addresses of a person, each with its platform, the last heard first."""
    rows = tx.connection.execute(
        select(addresses.c.id, addresses.c.platform)
        .where(addresses.c.person_id == person.id)
        .order_by(addresses.c.woken_at.desc(), addresses.c.id)
    )
    return [(row.id, row.platform) for row in rows]


def set_home(tx: Tx, person: Person, address_id: int) -> bool:
    """Let all nudges come to one address; return False when it is not the person's."""
    if address_id not in dict(chats_of(tx, person)):
        return False
    tx.connection.execute(update(persons).where(persons.c.id == person.id).values(home_id=address_id))
    tx.connection.execute(update(nudges).where(nudges.c.person_id == person.id).values(address_id=address_id))
    return True


def part(tx: Tx, person: Person, address_id: int, marks: Iterable[Mark]) -> bool:
    """Let a chat begin anew as somebody else; what belongs to the person stays.

    `marks` are what the chat takes along, because nobody sheds it; wrong guesses are the chat's anyway.
    Return False when it is not theirs, or their last.
    """
    others = [one for one, _ in chats_of(tx, person) if one != address_id]
    if not others or address_id not in dict(chats_of(tx, person)):
        return False
    home = person.home_id if person.home_id in others else others[0]
    key = tx.keys.new_person()
    anew = tx.add(persons, created_at=tx.now, heard_at=tx.now, language=person.language, key_id=key)
    _move_messages(tx, person, address_id, home, tx.keys.seal(key))
    tx.connection.execute(delete(words).where(words.c.address_id == address_id))
    tx.connection.execute(delete(link_codes).where(link_codes.c.address_id == address_id))
    tx.connection.execute(update(nudges).where(nudges.c.address_id == address_id).values(address_id=home))
    if person.home_id == address_id:
        tx.connection.execute(update(persons).where(persons.c.id == person.id).values(home_id=home))
    tx.connection.execute(update(addresses).where(addresses.c.id == address_id).values(person_id=anew))
    lay_on(tx, anew, address_id, marks)
    return True


def _move_messages(tx: Tx, person: Person, address_id: int, home: int, new: Seal) -> None:
    """Let what is still to come follow the person, and forget what was said in the chat that parts."""
    # What is being taken back from here by who wrote it still is: nobody's words are in that.
    here = and_(outbox.c.address_id == address_id, or_(outbox.c.op != Op.DELETE, outbox.c.sealed))
    waits = and_(here, outbox.c.state == State.WAITING)
    coming = or_(outbox.c.moment_id.is_not(None), outbox.c.priority == Priority.THANKS)
    tx.connection.execute(update(outbox).where(waits, coming, outbox.c.op == Op.NEW).values(address_id=home))
    release_address(tx, home)
    tx.connection.execute(update(outbox).where(waits).values(state=State.DROPPED, finished_at=tx.now))
    # What is on its way right now is marked when it has arrived, and then read back as the new person's.
    _reseal_column(tx, outbox, outbox.c.body, and_(here, outbox.c.state == State.SENDING), person.seal, new)
    tx.connection.execute(update(outbox).where(here, outbox.c.state != State.SENDING).values(body=None))
