"""What a person's moments add up to: totals and returning, never a streak."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, func, or_, select

from bot.nudges.moments import LOW
from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import moments

RESTED = "not-today"
"""The answer that rests; it is as good as the others, and no moment to be counted."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A person's answered moments: how many there have been altogether, and those of late, oldest first.

    `first` is when they answered for the first time, `before` when they last answered another than the one that was
    just answered: that may be an old one. `written` are those that hold words or a file. `recent` are practices with
    the times of their answers, known from `FEW` altogether on. All times are in UTC seconds.
    """

    altogether: int
    first: int | None
    before: int | None
    written: int
    recent: tuple[tuple[str, int], ...]

    def since(self, at: int) -> list[tuple[str, int]]:
        """Return how many of those of late came after then, by practice, the most frequent first."""
        return Counter(practice for practice, answered in self.recent if answered > at).most_common()


FEW = 3
"""Answered moments below which there is nothing to tell of those of late."""
_PERSON = bindparam("person_id", type_=BigInteger)
_DONE = and_(moments.c.answer.is_not(None), moments.c.answer != RESTED)
# Asked after every moment: they are made once, for making them costs more than running them.
_ALL = select(
    func.count(case((_DONE, 1))).label("altogether"),
    func.min(moments.c.answered_at).label("first"),
    func.max(case((moments.c.id != bindparam("moment_id", type_=BigInteger), moments.c.answered_at))).label("before"),
    func.count(func.coalesce(moments.c.sealed_words, moments.c.sealed_file)).label("written"),
).where(moments.c.person_id == _PERSON)
_RECENT = (
    select(moments.c.practice, moments.c.answered_at)
    .where(moments.c.person_id == _PERSON, _DONE, moments.c.answered_at > bindparam("since", type_=BigInteger))
    .order_by(moments.c.id)
)


def tally(tx: Tx, person: Person, moment_id: int, since: int) -> Tally:
    """Count the person's answered moments, the one that was just answered too; those of late are later than `since`."""
    total = tx.connection.execute(_ALL, {"person_id": person.id, "moment_id": moment_id}).one()
    recent: Iterable[Any] = ()
    if total.altogether >= FEW:
        recent = tx.connection.execute(_RECENT, {"person_id": person.id, "since": since})
    known = tuple((row.practice, row.answered_at) for row in recent)
    return Tally(total.altogether, total.first, total.before, total.written, known)


def low_in_a_run(tx: Tx, person: Person, since: date, days: int) -> bool:
    """Return whether on each of the last `days` local dates with a face, none before `since`, there was a low one."""
    low = or_(moments.c.before <= LOW, moments.c.after <= LOW)
    faced = or_(moments.c.before.is_not(None), moments.c.after.is_not(None))
    rows = tx.connection.execute(
        select(func.substr(moments.c.slot, 1, 10).label("day"), func.max(low.cast(moments.c.before.type)).label("low"))
        .where(moments.c.person_id == person.id, faced, moments.c.slot >= since.isoformat())
        .group_by(func.substr(moments.c.slot, 1, 10))
        .order_by(func.substr(moments.c.slot, 1, 10).desc())
        .limit(days)
    ).all()
    return len(rows) == days and all(row.low for row in rows)
