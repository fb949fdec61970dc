"""Moments: begin one, take its answer, put it off. An answer is taken once; whoever comes later is told so."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, not_, or_, select, update

from bot.outbox.shelf import Terms, put, withdraw
from bot.outbox.states import DAY, Priority, State
from bot.people.queries import Person
from bot.schedules.quiet import QuietHours, outside_quiet
from bot.schedules.times import slot_at
from bot.speech import Outgoing
from bot.store import Tx
from bot.store.tables import moments, outbox


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
    moment_id = tx.add(
        moments,
        person_id=person.id,
        practice=practice,
        slot=slot_at(zone, tx.now),
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
    """Return the newest moment of these practices without an answer that began after `since` (UTC seconds).

    One that was put off counts from when it came again.
    """
    row = tx.connection.execute(
        select(*_COLUMNS)
        .where(
            moments.c.person_id == person.id,
            moments.c.answer.is_(None),
            moments.c.practice.in_(practices),
            or_(moments.c.created_at > since, and_(moments.c.comes_at > since, moments.c.comes_at <= tx.now)),
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
    """Keep the face, from 1 to 5, given as `before` or as `after`. Nobody is asked once more then."""
    _change(tx, moment, **face)
    withdraw(tx, moment_ids=[moment.id])


def next_attempt(tx: Tx, moment: Moment) -> int:
    """Count one more time that the moment is put before the person, and return the number.

    What was still to leave for it is withdrawn.
    """
    _change(tx, moment, attempt=moment.attempt + 1)
    withdraw(tx, moment_ids=[moment.id])
    return moment.attempt + 1


def put_off(tx: Tx, moment: Moment, person: Person, prompt: Outgoing, until: int, grace: int) -> None:
    """Let the moment come again at `until` (UTC seconds), and at most `grace` seconds later, instead of before.

    It keeps its slot, and with it the day that it belongs to.
    """
    attempt = next_attempt(tx, moment)
    _change(tx, moment, comes_at=until)
    terms = Terms(
        key=f"moment:{moment.id}:{attempt}",
        priority=Priority.NUDGE,
        not_before=until,
        deadline=until + grace,
        moment_id=moment.id,
    )
    put(tx, person.recipient, prompt, terms)


def stop_asking(tx: Tx, moment: Moment) -> None:
    """Withdraw what was still to leave for the moment: the person has begun it."""
    withdraw(tx, moment_ids=[moment.id])


def forget_waiting(tx: Tx, person: Person, nudge_id: int | None = None) -> None:
    """Withdraw what has not left yet: of one nudge, or all of a person's."""
    wanted = _waiting_of(tx, person)
    if nudge_id is not None:
        wanted = wanted.where(moments.c.nudge_id == nudge_id)
    withdraw(tx, moment_ids=wanted)


def waiting(tx: Tx, person: Person) -> list[tuple[str, int]]:
    """Return practice and time (UTC seconds) of the moments that are to come before the person later on."""
    rows = tx.connection.execute(
        select(moments.c.practice, outbox.c.not_before)
        .join(moments, moments.c.id == outbox.c.moment_id)
        .where(
            outbox.c.moment_id.in_(_waiting_of(tx, person)),
            outbox.c.state == State.WAITING,
            outbox.c.priority == Priority.NUDGE,
            outbox.c.not_before > tx.now,
            # Asking once more is no moment of its own.
            not_(and_(outbox.c.key.startswith("nudge:"), outbox.c.key.endswith(":1"))),
        )
    )
    return [(row.practice, row.not_before) for row in rows]


def move_out_of(tx: Tx, person: Person, zone: str, quiet: QuietHours | None) -> None:
    """Move what was put off into new quiet hours to their end; what still waits to be asked once more is withdrawn."""
    rows = tx.connection.execute(
        select(outbox.c.id, outbox.c.key, outbox.c.not_before, outbox.c.deadline).where(
            outbox.c.moment_id.in_(_waiting_of(tx, person)),
            outbox.c.state == State.WAITING,
            outbox.c.priority == Priority.NUDGE,
            outbox.c.not_before > tx.now,
        )
    ).all()
    for row in rows:
        coming = outside_quiet(row.not_before, zone, quiet)
        if coming == row.not_before:
            continue
        values: dict[str, Any] = {"not_before": coming}
        if not row.key.startswith("nudge:"):  # put off by the person: its grace begins when it comes
            values["deadline"] = row.deadline + coming - row.not_before
        elif row.key.endswith(":1") or coming > row.deadline:
            values = {"state": State.DROPPED, "finished_at": tx.now}
        tx.connection.execute(update(outbox).where(outbox.c.id == row.id).values(**values))


def _waiting_of(tx: Tx, person: Person) -> Select[tuple[int]]:
    """Return a SELECT of the moments without an answer that something may still wait for."""
    recent = tx.now - 2 * DAY
    return select(moments.c.id).where(
        moments.c.person_id == person.id,
        or_(moments.c.created_at > recent, moments.c.comes_at > recent),
        moments.c.answer.is_(None),
    )


def _change(tx: Tx, moment: Moment, **values: Any) -> None:
    tx.connection.execute(update(moments).where(moments.c.id == moment.id).values(**values))
