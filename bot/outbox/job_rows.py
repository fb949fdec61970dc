"""The rows behind jobs that were taken: which of them may leave now, and what the others wait for."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    not_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Double, String

from bot.outbox.doubts import GIVEN_UP
from bot.outbox.job_queue import DEAD_AFTER, QUEUE
from bot.outbox.states import ALIVE, State
from bot.outbox.waiting import NOW, REACHABLE, RETRY_AT, before
from bot.store import Tx
from bot.store.tables import addresses, outbox

SOON = 0.2
"""Seconds after which a job is looked at again whose row somebody else has in hand in this very moment."""
LATER = 30.0
"""Seconds after which one is looked at again that the mark of another releases sooner, as a rule."""
EXPIRES = 60.0
"""Seconds after which a job is looked at again whose row is too late: by then the clockwork has let go of it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """For how many seconds a row waits; with `whole_address`, all others of its address do too."""

    seconds: float
    address_id: int
    whole_address: bool = False


@dataclass(slots=True)
class Found:
    """What there is to do about the rows of jobs that were taken; those that it does not name are over."""

    keys: dict[int, int] = field(default_factory=dict)
    """Those that were alive under these jobs, and the key of the job of each."""
    fit: list[int] = field(default_factory=list)
    """They may leave now, in this order."""
    waits: dict[int, Wait] = field(default_factory=dict)
    elsewhere: list[int] = field(default_factory=list)
    """They went to a chat on another platform."""
    unknown: list[int] = field(default_factory=list)
    """In the hands of a worker that died, and not to be tried again."""
    freed: set[int] = field(default_factory=set)
    """The addresses of these."""
    locked: set[int] = field(default_factory=set)
    """The keys of jobs of which somebody holds a row in this very moment: nothing is said of the rows of these."""


def look(tx: Tx, platform: str, row_ids: list[int], keys: Collection[int]) -> Found:
    """Sort rows by what is to be done about them, and hold those that may leave, with their addresses.

    `keys` are those of the jobs that were taken: a row that stands under another by now is that one's, and left out.
    Whoever has an address in hand is waited for: a row that was passed over meanwhile would be overtaken.
    """
    lock_addresses(tx, row_ids)
    these = {"ids": row_ids, "keys": list(keys)}
    ours = set(tx.connection.scalars(_OURS, these))
    # A statement of its own, which sees what was committed until the last lock was had.
    rows = {row.id: row for row in tx.connection.execute(_ROWS, {**these, "now": tx.now})}
    found = Found(locked={row.key for row in rows.values() if row.id not in ours})
    waits = {row.id: _wait(row, tx.now) for row in rows.values()}
    held = {row.id for row in rows.values() if waits[row.id] or row.key in found.locked}
    busy = {row.address_id for row in rows.values() if row.state == State.SENDING and row.id in held}
    for row_id in row_ids:
        row = rows.get(row_id)
        if row is None or row.state not in ALIVE:
            continue
        if row.key in found.locked:
            continue
        found.keys[row_id] = row.key
        if row.platform != platform:
            found.elsewhere.append(row_id)
        elif wait := waits[row_id]:
            found.waits[row_id] = wait
        elif row.address_id in busy:
            found.waits[row_id] = Wait(LATER, row.address_id)
        elif row.state == State.SENDING and row.given_up:
            found.unknown.append(row_id)
            found.freed.add(row.address_id)
        else:
            found.fit.append(row_id)
    _give_up(tx, found.unknown)
    return found


def lock_addresses(tx: Tx, row_ids: Collection[int]) -> list[int]:
    """Hold the addresses of these rows, and return them; always in the same order, so that two do not hold each other.

    A claim and a mark are never at one address at once, and so a claim cannot miss what is released behind a mark.
    """
    return list(tx.connection.scalars(_THEIRS, {"ids": list(row_ids)}))


def _give_up(tx: Tx, row_ids: Collection[int]) -> None:
    if row_ids:
        values = {"state": State.UNKNOWN, "finished_at": tx.now, "problem": "sender died"}
        tx.connection.execute(update(outbox).where(outbox.c.id == any_(_IDS)).values(**values), {"ids": list(row_ids)})


def _wait(row: Any, now: int) -> Wait | None:
    """Return what this row waits for, None where it may leave."""
    here = row.address_id
    if row.sooner:
        return Wait(SOON, here)
    if row.state == State.SENDING:
        if row.leased > 0:  # by a process of the release before PgQueuer came
            return Wait(row.leased + 1, here)
        return Wait(LATER, here) if row.held else None
    if row.not_before > now:
        return Wait(row.not_before - now, here)
    if row.deadline < now:
        return Wait(EXPIRES, here)
    if not row.reachable:  # until the person writes again, which releases it
        return Wait(row.deadline - now + 1, here)
    if row.sending:
        return Wait(LATER, here, whole_address=True)
    if row.retry_at is not None:
        return Wait(max(row.retry_at - now, 1), here)
    return Wait(LATER, here) if row.unsent else None


_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_KEYS = bindparam("keys", type_=ARRAY(BigInteger))


def _key(rows: FromClause) -> ColumnElement[int]:
    """Return the key of the job under which a row stands: that of its bundle, else its own."""
    return func.coalesce(rows.c.bundle, rows.c.id)


def _looked_at(rows: FromClause) -> ColumnElement[bool]:
    return and_(rows.c.id == any_(_IDS), _key(rows) == any_(_KEYS))


_OURS = select(outbox.c.id).where(_looked_at(outbox)).with_for_update(skip_locked=True, key_share=True)

_THEIRS = (
    select(addresses.c.id)
    .where(addresses.c.id.in_(select(outbox.c.address_id).where(outbox.c.id == any_(_IDS))))
    .order_by(addresses.c.id)
    .with_for_update(key_share=True)
)

_other, _earlier, _target, _job = (
    outbox.alias("other"),
    outbox.alias("sooner"),
    outbox.alias("target"),
    QUEUE.alias("job"),
)
_own = QUEUE.alias("own")
_ITS_OWN = _own.c.dedupe_key == cast(_key(outbox), String), text("own.status = 'picked'")
_here = (_other.c.address_id == outbox.c.address_id, _other.c.state == State.SENDING, not_(_looked_at(_other)))
_alive = text(f"job.status = 'picked' AND job.heartbeat >= now() - interval '{DEAD_AFTER.seconds} s'")
_eligible = text("job.status = 'queued' AND job.execute_after <= now()")
_ROWS = (
    select(
        outbox.c.id,
        outbox.c.address_id,
        outbox.c.state,
        outbox.c.not_before,
        outbox.c.deadline,
        GIVEN_UP.label("given_up"),
        _key(outbox).label("key"),
        addresses.c.platform,
        REACHABLE.label("reachable"),
        # As a join: where statistics are old, a subquery would be answered by reading all that waits.
        and_(_target.c.state == State.WAITING, _target.c.deadline >= NOW).label("unsent"),
        RETRY_AT.label("retry_at"),
        # Somebody is sending to its address, and the sending ones are not among those that are looked at.
        exists().where(*_here).label("sending"),
        # The same of a worker that is alive: it has taken over others of the dead one's rows.
        case(
            (
                outbox.c.state == State.SENDING,
                exists().where(*_here, _job.c.dedupe_key == cast(_key(_other), String), _alive),
            ),
            else_=False,
        ).label("held"),
        # One that was put before it, and is as urgent, could have been taken before it too: somebody is taking it right
        # now. Of two nudges that is not so where the later one has the tighter deadline.
        exists()
        .where(
            *before(_earlier),
            not_(_looked_at(_earlier)),
            _job.c.dedupe_key == cast(_key(_earlier), String),
            _eligible,
            *_ITS_OWN,
            _job.c.priority >= _own.c.priority,
        )
        .label("sooner"),
        func.coalesce(outbox.c.leased_until_real - func.date_part("epoch", func.now(), type_=Double), 0).label(
            "leased"
        ),
    )
    .join(addresses, addresses.c.id == outbox.c.address_id)
    .outerjoin(_target, _target.c.id == outbox.c.edits)
    .where(_looked_at(outbox))
)
