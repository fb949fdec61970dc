"""What a person's moments add up to: totals and returning, never a streak."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from bot.nudges.moments import LOW
from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import moments

RESTED = "not-today"
"""The answer that rests; it is as good as the others, and no moment to be counted."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Moments answered since a time, by practice, the most frequent first, and how many there have been altogether."""

    by_practice: tuple[tuple[str, int], ...]
    altogether: int

    @property
    def count(self) -> int:
        """How many there were since then."""
        return sum(n for _, n in self.by_practice)


def tally(tx: Tx, person: Person, since: int) -> Tally:
    """Count the person's answered moments after then (UTC seconds)."""
    done = (moments.c.person_id == person.id, moments.c.answer.is_not(None), moments.c.answer != RESTED)
    recent = tx.connection.execute(
        select(moments.c.practice).where(*done, moments.c.answered_at > since).order_by(moments.c.id)
    ).scalars()
    altogether = tx.connection.execute(select(func.count()).where(*done)).scalar_one()
    return Tally(tuple(Counter(recent).most_common()), int(altogether))


def first_answered(tx: Tx, person: Person) -> int | None:
    """Return when the person answered for the first time (UTC seconds)."""
    found: int | None = tx.connection.scalar(
        select(func.min(moments.c.answered_at)).where(moments.c.person_id == person.id)
    )
    return found


def answered_before(tx: Tx, person: Person, moment_id: int) -> int | None:
    """Return when the newest answer before this moment was given (UTC seconds)."""
    found: int | None = tx.connection.scalar(
        select(func.max(moments.c.answered_at)).where(moments.c.person_id == person.id, moments.c.id < moment_id)
    )
    return found


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
