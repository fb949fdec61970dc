"""Moments: begin one, take its answer, put it off. An answer is taken once; whoever comes later is told so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, and_, bindparam, func, not_, or_, select, update

from bot.outbox.shelf import Terms, put, withdraw, withdraw_moment
from bot.outbox.states import DAY, Priority, State
from bot.people.queries import Person
from bot.schedules.quiet import QuietHours, outside_quiet
from bot.schedules.times import slot_at
from bot.speech import File, Outgoing, pack
from bot.store import Tx
from bot.store.tables import moments, outbox

LOW = 2
"""Faces up to this one are low: no cheering after them."""

LONGEST_CHAIN = 8
"""Moments that are followed back."""


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
    wording: int | None = None
    led_from: int | None = None
    links: str | None = None
    """Keys of the practices that still follow in a saved chain, with commas."""

    @property
    def following(self) -> tuple[str, ...]:
        """The practices that still follow in a saved chain."""
        return tuple(self.links.split(",")) if self.links else ()

    @property
    def open(self) -> bool:
        """Whether no answer has been given yet."""
        return self.answer is None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A moment that has rung and comes at `at` (UTC seconds): put off, or held back by the quiet hours."""

    practice: str
    at: int
    nudge_id: int | None


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
        "wording",
        "led_from",
        "links",
    )
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A moment that a person asks for: a practice, when feelings are asked (both | after | none), and which wording.

    `led_from` is the moment after which it comes, `links` are the practices that follow in a saved chain.
    """

    practice: str
    feelings: str
    wording: int
    led_from: int | None = None
    links: tuple[str, ...] = ()


def begin(tx: Tx, person: Person, wanted: Wanted, zone: str) -> Moment:
    """Make a moment that the person asked for, at this minute of their day."""
    moment_id = tx.add(
        moments,
        person_id=person.id,
        practice=wanted.practice,
        slot=slot_at(zone, tx.now),
        feelings=wanted.feelings,
        wording=wanted.wording,
        led_from=wanted.led_from,
        links=",".join(wanted.links) or None,
        created_at=tx.now,
    )
    found = find(tx, moment_id, person)
    assert found is not None
    return found


_ONE = select(*_COLUMNS).where(moments.c.id == bindparam("moment_id"), moments.c.person_id == bindparam("person_id"))


def find(tx: Tx, moment_id: int, person: Person) -> Moment | None:
    """Return the moment if it is this person's."""
    row = tx.connection.execute(_ONE, {"moment_id": moment_id, "person_id": person.id}).first()
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


def has_more_than(tx: Tx, person: Person, number: int) -> bool:
    """Return whether the person has more moments than that; looks no further."""
    beyond = select(moments.c.id).where(moments.c.person_id == person.id).order_by(moments.c.id).offset(number).limit(1)
    return tx.connection.scalar(beyond) is not None


def last_met(tx: Tx, person: Person) -> dict[str, int]:
    """Return the newest moment's id of each practice that the person has met."""
    rows = tx.connection.execute(
        select(moments.c.practice, func.max(moments.c.id).label("newest"))
        .where(moments.c.person_id == person.id)
        .group_by(moments.c.practice)
    )
    return {row.practice: row.newest for row in rows}


def answer(
    tx: Tx, moment: Moment, given: str, person: Person, words: str | None = None, file: File | None = None
) -> None:
    """Take the answer. What was still to leave for this moment is withdrawn."""
    _change(tx, moment, answer=given, answered_at=tx.now, **_sealed(person, words, file))
    withdraw_moment(tx, moment.id)


def take_back(tx: Tx, moment: Moment, columns: Collection[str]) -> None:
    """Let these columns be empty once more: the tap was a slip."""
    _change(tx, moment, **dict.fromkeys(columns))
    withdraw_moment(tx, moment.id)


def last_low(tx: Tx, person: Person, day: date) -> int | None:
    """Return when the newest low face of a local date was given, give or take its moment (UTC seconds), or None."""
    low = or_(moments.c.before <= LOW, moments.c.after <= LOW)
    at = func.coalesce(moments.c.answered_at, moments.c.created_at)
    found: int | None = tx.connection.scalar(
        select(func.max(at)).where(moments.c.person_id == person.id, low, moments.c.slot.startswith(day.isoformat()))
    )
    return found


def note_wording(tx: Tx, moment: Moment, wording: int) -> None:
    """Remember which wording the moment was put in last."""
    _change(tx, moment, wording=wording)


def chain_of(tx: Tx, person: Person, moment: Moment) -> list[str]:
    """Return the practices that led to this moment one after the other, its own last."""
    keys, earlier = [moment.practice], moment.led_from
    while earlier is not None and len(keys) < LONGEST_CHAIN:
        before = find(tx, earlier, person)
        if before is None:
            break
        keys.insert(0, before.practice)
        earlier = before.led_from
    return keys


def add_given(tx: Tx, moment: Moment, person: Person, words: str | None, file: File | None = None) -> None:
    """Keep words, a voice note or a photo beside an answer that was given by a tap; what is None stays as it was."""
    values = _sealed(person, words, file)
    if values:
        _change(tx, moment, **values)


def feel(tx: Tx, moment: Moment, **face: int) -> None:
    """Keep the face, from 1 to 5, given as `before` or as `after`. Nobody is asked once more then."""
    _change(tx, moment, **face)
    withdraw_moment(tx, moment.id)


def next_attempt(tx: Tx, moment: Moment) -> int:
    """Count one more time that the moment is put before the person, and return the number.

    What was still to leave for it is withdrawn.
    """
    _change(tx, moment, attempt=moment.attempt + 1)
    withdraw_moment(tx, moment.id)
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
    withdraw_moment(tx, moment.id)


def forget_waiting(tx: Tx, person: Person, nudge_id: int | None = None) -> None:
    """Withdraw what has not left yet: of one nudge, or all of a person's. A timed exercise that runs goes on."""
    running = select(outbox.c.moment_id).where(
        outbox.c.address_id == person.address_id, outbox.c.state == State.WAITING, outbox.c.key.startswith("live:")
    )
    wanted = _waiting_of(tx, person.id).where(moments.c.id.not_in(running))
    if nudge_id is not None:
        wanted = wanted.where(moments.c.nudge_id == nudge_id)
    withdraw(tx, moment_ids=wanted)


def waiting(tx: Tx, person_id: int) -> list[Waiting]:
    """Return the moments that are to come before the person later on."""
    rows = tx.connection.execute(
        select(moments.c.practice, outbox.c.not_before, moments.c.nudge_id)
        .join(moments, moments.c.id == outbox.c.moment_id)
        .where(
            outbox.c.moment_id.in_(_waiting_of(tx, person_id)),
            outbox.c.state == State.WAITING,
            outbox.c.priority == Priority.NUDGE,
            outbox.c.not_before > tx.now,
            # Asking once more is no moment of its own.
            not_(and_(outbox.c.key.startswith("nudge:"), outbox.c.key.endswith(":1"))),
        )
    )
    return [Waiting(*row) for row in rows]


def move_out_of(tx: Tx, person: Person, zone: str, quiet: QuietHours | None) -> None:
    """Move what was put off into new quiet hours to their end; what still waits to be asked once more is withdrawn."""
    rows = tx.connection.execute(
        select(outbox.c.id, outbox.c.key, outbox.c.not_before, outbox.c.deadline).where(
            outbox.c.moment_id.in_(_waiting_of(tx, person.id)),
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


def _sealed(person: Person, words: str | None, file: File | None) -> dict[str, Any]:
    values: dict[str, Any] = {"sealed_words": person.seal.close(words)} if words else {}
    if file is not None:
        values["sealed_file"] = person.seal.close_json(pack(file))
    return values


def _waiting_of(tx: Tx, person_id: int) -> Select[tuple[int]]:
    """Return a SELECT of the moments without an answer that something may still wait for."""
    recent = tx.now - 2 * DAY
    return select(moments.c.id).where(
        moments.c.person_id == person_id,
        or_(moments.c.created_at > recent, moments.c.comes_at > recent),
        moments.c.answer.is_(None),
    )


def _change(tx: Tx, moment: Moment, **values: Any) -> None:
    new = {f"new_{name}": value for name, value in values.items()}
    tx.connection.execute(_changing(tuple(values)), {"moment_id": moment.id, **new})


@cache
def _changing(names: tuple[str, ...]) -> Update:
    """Return the statement that changes these columns of a moment: making it costs more than running it."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(moments).where(moments.c.id == bindparam("moment_id")).values(values)
