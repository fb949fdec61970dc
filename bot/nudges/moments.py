"""Moments: begin one, take its answer, put it off. An answer is taken once; whoever comes later is told so."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from bot.nudges.prompts import SNOOZE_MINUTES
from bot.outbox.shelf import Terms, put, withdraw
from bot.outbox.states import DAY, Priority
from bot.people.queries import Person
from bot.schedules.rules import slot_of
from bot.schedules.zones import local
from bot.speech import Outgoing
from bot.store import Tx
from bot.store.tables import moments


@dataclass(frozen=True, slots=True)
class Moment:
    """One occurrence of a nudge, or one that a person asked for. Faces go from 1 (low) to 5."""

    id: int
    practice: str
    nudge_id: int | None
    slot: str
    feelings: str
    attempt: int
    created_at: int
    answer: str | None
    before: int | None
    after: int | None

    @property
    def open(self) -> bool:
        """Whether no answer has been given yet."""
        return self.answer is None


_COLUMNS = tuple(
    moments.c[name]
    for name in (
        "id",
        "practice",
        "nudge_id",
        "slot",
        "feelings",
        "attempt",
        "created_at",
        "answer",
        "before",
        "after",
    )
)


def begin(tx: Tx, person: Person, practice: str, feelings: str, zone: str) -> Moment:
    """Make a moment that the person asked for, at this minute of their day."""
    now = local(zone, tx.now)
    moment_id = tx.add(
        moments,
        person_id=person.id,
        practice=practice,
        slot=slot_of(now.date(), now.hour * 60 + now.minute),
        feelings=feelings,
        created_at=tx.now,
    )
    found = find(tx, moment_id, person)
    assert found is not None
    return found


def find(tx: Tx, moment_id: int, person: Person) -> Moment | None:
    """Return the moment if it is this person's."""
    row = tx.connection.execute(
        select(*_COLUMNS).where(moments.c.id == moment_id, moments.c.person_id == person.id)
    ).first()
    return Moment(*row) if row else None


def newest_open(tx: Tx, person: Person, practices: list[str], since: int) -> Moment | None:
    """Return the newest moment of these practices without an answer that began after `since` (UTC seconds)."""
    row = tx.connection.execute(
        select(*_COLUMNS)
        .where(
            moments.c.person_id == person.id,
            moments.c.answer.is_(None),
            moments.c.practice.in_(practices),
            moments.c.created_at > since,
        )
        .order_by(moments.c.id.desc())
        .limit(1)
    ).first()
    return Moment(*row) if row else None


def count_of(tx: Tx, person: Person, practice: str) -> int:
    """Return how often the person has met this practice, so that the wording can go on from there."""
    found = select(func.count()).where(moments.c.person_id == person.id, moments.c.practice == practice)
    return int(tx.connection.execute(found).scalar_one())


def last_met(tx: Tx, person: Person) -> dict[str, int]:
    """Return the newest moment's id of each practice that the person has met."""
    rows = tx.connection.execute(
        select(moments.c.practice, func.max(moments.c.id).label("newest"))
        .where(moments.c.person_id == person.id)
        .group_by(moments.c.practice)
    )
    return {row.practice: row.newest for row in rows}


def answer(tx: Tx, moment: Moment, given: str, person: Person, words: str | None = None) -> None:
    """Take the answer. What was still to leave for this moment is withdrawn."""
    values: dict[str, Any] = {"answer": given, "answered_at": tx.now}
    if words is not None:
        values["sealed_words"] = person.seal.close(words)
    _change(tx, moment, **values)
    withdraw(tx, moment_ids=[moment.id])


def add_words(tx: Tx, moment: Moment, person: Person, words: str) -> None:
    """Keep words beside an answer that was given by a tap."""
    _change(tx, moment, sealed_words=person.seal.close(words))


def feel(tx: Tx, moment: Moment, **face: int) -> None:
    """Keep the face, from 1 to 5, given as `before` or as `after`."""
    _change(tx, moment, **face)


def next_attempt(tx: Tx, moment: Moment) -> int:
    """Count one more time that the moment is put before the person, and return the number."""
    _change(tx, moment, attempt=moment.attempt + 1)
    return moment.attempt + 1


def snooze(tx: Tx, moment: Moment, person: Person, prompt: Outgoing, grace: int) -> None:
    """Put the moment off by 15 minutes. It keeps its slot, and with it the day that it belongs to."""
    attempt = next_attempt(tx, moment)
    withdraw(tx, moment_ids=[moment.id])
    not_before = tx.now + SNOOZE_MINUTES * 60
    terms = Terms(
        key=f"moment:{moment.id}:{attempt}",
        priority=Priority.NUDGE,
        not_before=not_before,
        deadline=not_before + grace,
        moment_id=moment.id,
    )
    put(tx, person.recipient, prompt, terms)


def forget_waiting(tx: Tx, person: Person, nudge_id: int | None = None) -> None:
    """Withdraw what has not left yet: of one nudge, or all of a person's."""
    wanted = select(moments.c.id).where(
        moments.c.person_id == person.id, moments.c.created_at > tx.now - 2 * DAY, moments.c.answer.is_(None)
    )
    if nudge_id is not None:
        wanted = wanted.where(moments.c.nudge_id == nudge_id)
    withdraw(tx, moment_ids=wanted)


def _change(tx: Tx, moment: Moment, **values: Any) -> None:
    tx.connection.execute(update(moments).where(moments.c.id == moment.id).values(**values))
