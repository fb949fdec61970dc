"""The rows of `due`: claimed, read together with all that their messages need, and set anew."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, String, bindparam, delete, exists, func, literal_column, select, true, tuple_

from bot.nudges.ringing import Timing
from bot.store import Tx
from bot.store.bulk import in_numbers, insert_rows, numbers
from bot.store.tables import addresses, due, likings, nudges, persons


class DueRow(NamedTuple):
    """A row of `due`: when (UTC seconds), which nudge, and the version of it that the time is of."""

    at: int
    nudge_id: int
    version: int


class DueNudge(NamedTuple):
    """A nudge that is due, with what is needed of its person and its address; times in UTC seconds."""

    id: int
    version: int
    person_id: int
    address_id: int
    practice: str
    rule: str
    zone: str
    grace: int
    quiet_start: int | None
    quiet_end: int | None
    cue: str | None
    sealed_cue: bytes | None
    follow_up: bool
    links: str | None
    language: str
    key_id: bytes
    feelings: bool
    sound: bool
    heard_at: int | None
    asked_at: int | None
    low_at: int | None
    paused_at: int | None
    paused_until: int | None
    resting_at: int | None
    unreachable_at: int | None
    platform: str
    likes: bool
    """Whether the person has said which wordings they would rather see."""
    shares: bool
    """Whether the person has another nudge to the same practice."""

    @property
    def timing(self) -> Timing:
        """What it says about its times."""
        return Timing(self.rule, self.zone, self.grace, self.quiet_start, self.quiet_end)


_other = nudges.alias("other")
_OF_PERSON = ("language", "key_id", "feelings", "sound", "heard_at", "asked_at", "low_at", "paused_at", "paused_until")
_OF_OTHERS: dict[str, Any] = {
    **{name: persons.c[name] for name in (*_OF_PERSON, "quiet_start", "quiet_end")},
    "unreachable_at": addresses.c.paused_at,
    "platform": addresses.c.platform,
}
"""What is read of the person and of the address."""
_COLUMNS: dict[str, Any] = {
    **{column.name: column for column in nudges.columns},
    **_OF_OTHERS,
    "resting_at": nudges.c.paused_at,
    "likes": exists().where(likings.c.person_id == nudges.c.person_id),
    "shares": exists().where(
        _other.c.person_id == nudges.c.person_id,
        _other.c.practice == nudges.c.practice,
        _other.c.id != nudges.c.id,
        _other.c.removed_at.is_(None),
    ),
}


def claim(tx: Tx, most: int) -> list[DueRow]:
    """Delete and return the oldest due rows; on PostgreSQL those that no other process holds."""
    wanted = {"now": tx.now, "most": most}
    if tx.many_writers:
        return sorted(map(DueRow._make, tx.connection.execute(_TAKE_FREE, wanted).all()))
    # Nobody writes beside us: all up to the last of them goes, without a look at each.
    found = [*map(DueRow._make, tx.connection.execute(_OLDEST, wanted).all())]
    if found:
        tx.connection.execute(_TAKE_UNTIL, found[-1]._asdict())
    return found


def due_nudges(tx: Tx, nudge_ids: Collection[int]) -> Iterable[DueNudge]:
    """Return these nudges in the order of their ids, without those that were removed.

    On PostgreSQL whoever is being erased beside this is waited for, and not found then.
    """
    return map(DueNudge._make, tx.connection.execute(_reading(tx.many_writers), {"ids": numbers(tx, nudge_ids)}).all())


def put_due(tx: Tx, rows: list[DueRow]) -> None:
    """Let these be due; one that stands there already stays as it is."""
    insert_rows(tx, due, DueRow._fields, rows, absorb="at, nudge_id, version")


def next_due(tx: Tx, since: int = 0) -> int | None:
    """Return when the next row is due, stale ones included, or None; none before `since` (both in UTC seconds)."""
    return tx.connection.scalar(NEXT, {"since": since})


NEXT = select(due.c.at).where(due.c.at >= bindparam("since", type_=BigInteger)).order_by(due.c.at).limit(1)
"""When the next row is due, none before `since`."""


_key = tuple_(due.c.at, due.c.nudge_id, due.c.version)
_OLDEST = select(due).where(due.c.at <= bindparam("now")).order_by(*_key).limit(bindparam("most"))
_TAKE_UNTIL = delete(due).where(_key <= tuple_(*(bindparam(name) for name in DueRow._fields)))
# By where the rows lie, which nobody can change who has not locked them: by their keys, the planner may choose to walk
# the whole table.
_place = literal_column("ctid", String())
_held = _OLDEST.with_only_columns(_place).with_for_update(skip_locked=True)
_TAKE_FREE = delete(due).where(_place == func.any(func.array(_held.scalar_subquery()))).returning(due)


_whose, _where = persons.c.id == nudges.c.person_id, addresses.c.id == nudges.c.address_id


@lru_cache(maxsize=2)
def _reading(many_writers: bool) -> Select[Any]:
    columns, source = _COLUMNS, nudges.join(persons, _whose).join(addresses, _where)
    if many_writers:
        # One look for each, which is what locking them within makes of it: else the planner reads everybody for a
        # thousand of them.
        found = select(*(column.label(name) for name, column in _OF_OTHERS.items())).where(_whose).correlate(nudges)
        found = found.select_from(persons.join(addresses, _where))
        others = found.with_for_update(read=True, key_share=True, of=persons).lateral("others")
        columns, source = {**_COLUMNS, **dict(others.c.items())}, nudges.join(others, true())
    return (
        select(*(columns[name].label(name) for name in DueNudge._fields))
        .select_from(source)
        .where(in_numbers(nudges.c.id, "ids", many_writers=many_writers), nudges.c.removed_at.is_(None))
        .order_by(nudges.c.id)
    )
