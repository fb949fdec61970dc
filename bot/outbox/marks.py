"""What became of a row, written in groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    SmallInteger,
    String,
    and_,
    bindparam,
    delete,
    exists,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from bot.outbox.addresses import pause_address, rewrite_address
from bot.outbox.states import Priority, State
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import addresses, appearances, outbox, words

LATE = 60
"""Seconds after which a nudge that could not be sent is catching up."""
SHOWN = (State.WAITING, State.SENDING, State.UNKNOWN, State.EXPIRED, State.DEAD)
BODY_DAYS = 7
ROW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. `after` is in seconds: how long a waiting row stays back."""

    id: int
    state: State
    message: str | None = None
    problem: str | None = None
    after: int = 0
    doubts: int = 0
    crashes: int = 0
    unreachable: tuple[int, int] | None = None
    """The address id that turned out to be closed, and when the message was claimed (UTC seconds)."""
    moved: tuple[Address, str] | None = None
    """The old address and the new chat id."""


_TOLD: dict[str, Any] = {
    "id": BigInteger,
    "state": String,
    "message": String,
    "problem": String,
    "doubts": SmallInteger,
    "crashes": SmallInteger,
    "finished_at": BigInteger,
    "rides": Boolean,
    "not_before": BigInteger,
}
"""What is told of each row, and its type."""
_CHANGES = (
    "UPDATE outbox SET state = {state}, message = {message}, problem = {problem}, finished_at = {finished_at},"
    " doubts = outbox.doubts + {doubts}, crashes = outbox.crashes + {crashes}, rides = outbox.rides AND {rides},"
    " not_before = coalesce({not_before}, outbox.not_before)"
)
_BEING_SENT = f"outbox.state = '{State.SENDING}'"
# Made once: with a statement for each row, making them cost more than all that a claim and the marks did besides.
_EACH = text(f"{_CHANGES.format_map({name: f':{name}' for name in _TOLD})} WHERE outbox.id = :id AND {_BEING_SENT}")
_TOGETHER = text(
    f"{_CHANGES.format_map({name: f'told.{name}' for name in _TOLD})}"
    f" FROM unnest({', '.join(f':{name}' for name in _TOLD)}) AS told ({', '.join(_TOLD)})"
    f" WHERE outbox.id = told.id AND {_BEING_SENT}"
).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _TOLD.items()))


def mark(tx: Tx, outcomes: Iterable[Outcome]) -> None:
    """Write the outcomes of rows that were claimed, and then what they tell about addresses."""
    told = list(outcomes)
    if told:
        _write(tx, [_written(outcome, tx.now) for outcome in told])
    for outcome in told:
        if outcome.unreachable is not None:
            pause_address(tx, *outcome.unreachable)
        if outcome.moved is not None:
            rewrite_address(tx, *outcome.moved)


def _written(outcome: Outcome, now: int) -> dict[str, Any]:
    """Return what is written of an outcome, by the names in `_TOLD`."""
    waits = outcome.state == State.WAITING
    return {
        "id": outcome.id,
        "state": outcome.state.value,
        "message": outcome.message,
        "problem": outcome.problem,
        "doubts": outcome.doubts,
        "crashes": outcome.crashes,
        "finished_at": None if waits else now,
        # Where nobody is there its way back is closed as well: it waits like everything else for the person to write.
        "rides": not (waits and outcome.unreachable),
        "not_before": now + outcome.after if waits and outcome.after else None,
    }


def _write(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Write what became of rows that are still being sent: in one statement where that has to travel."""
    if tx.many_writers:
        tx.connection.execute(_TOGETHER, {name: [row[name] for row in rows] for name in _TOLD})
    else:
        tx.connection.execute(_EACH, rows)


def expire(tx: Tx) -> int:
    """Let go of what could not leave before its deadline, and return how many rows that were."""
    # By priority, for the index has it first: a peak leaves many waiting that are not late.
    late = outbox.c.priority.in_(list(Priority)), outbox.c.state == State.WAITING, outbox.c.deadline < tx.now
    result = tx.connection.execute(update(outbox).where(*late).values(state=State.EXPIRED, finished_at=tx.now))
    return int(result.rowcount)


def drop_all(tx: Tx) -> int:
    """Drop whatever waits or is on its way, and return how many rows that were: the database is an old copy."""
    alive = outbox.c.state.in_((State.WAITING, State.SENDING))
    result = tx.connection.execute(update(outbox).where(alive).values(state=State.DROPPED, finished_at=tx.now))
    return int(result.rowcount)


def let_older_go(tx: Tx) -> int:
    """Let go of nudges that could not be sent while a newer one waits for the same person; return how many.

    After an outage of a platform, too, at most one message catches up.
    """
    newer = outbox.alias("newer")
    result = tx.connection.execute(
        update(outbox)
        .where(
            outbox.c.state == State.WAITING,
            outbox.c.priority == Priority.NUDGE,
            outbox.c.claims > 0,
            outbox.c.created_at < tx.now - LATE,
            exists().where(
                newer.c.address_id == outbox.c.address_id,
                newer.c.state == State.WAITING,
                newer.c.priority == Priority.NUDGE,
                newer.c.claims > 0,
                newer.c.created_at > outbox.c.created_at,
            ),
        )
        .values(state=State.EXPIRED, finished_at=tx.now)
    )
    return int(result.rowcount)


def forget_old(tx: Tx) -> None:
    """Forget texts after 7 days and rows after 30; a message's id is kept that long so that its buttons settle.

    Where somebody's sentence stands in it, the id stays for as long as that can be taken back.
    """
    finished = outbox.c.finished_at.is_not(None)
    tx.connection.execute(
        update(outbox)
        .where(finished, outbox.c.finished_at < tx.now - BODY_DAYS * 86_400, outbox.c.body.is_not(None))
        .values(body=None)
    )
    tx.connection.execute(delete(words).where(words.c.at < tx.now - BODY_DAYS * 86_400))
    stands = and_(outbox.c.message.is_not(None), exists().where(appearances.c.outbox_id == outbox.c.id))
    tx.connection.execute(delete(outbox).where(finished, outbox.c.finished_at < tx.now - ROW_DAYS * 86_400, ~stands))


def counts(tx: Tx) -> dict[str, int]:
    """Return how many rows are in each state that a host looks at. What has arrived or was withdrawn is not counted."""
    found = dict.fromkeys(SHOWN, 0)
    # Word for word as the indexes have it, which are not found otherwise.
    for which in ("state = 'waiting'", "state = 'sending'", "state IN ('unknown', 'expired', 'dead')"):
        wanted = select(outbox.c.state, func.count()).where(text(which)).group_by(outbox.c.state)
        found.update({State(state): count for state, count in tx.connection.execute(wanted)})
    return {state.value: count for state, count in found.items()}


def paused_addresses(tx: Tx) -> int:
    """Return how many addresses nobody can be reached at."""
    return int(tx.connection.scalar(select(func.count()).where(addresses.c.paused_at.is_not(None))) or 0)
