"""What became of a row, written in groups."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from bot.outbox.addresses import pause_address, rewrite_address
from bot.outbox.states import State
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import addresses, outbox, words

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
    unreachable: int | None = None
    """The address id that turned out to be closed."""
    moved: tuple[Address, str] | None = None
    """The old address and the new chat id."""


def mark(tx: Tx, outcomes: Iterable[Outcome]) -> None:
    """Write the outcomes of rows that were claimed."""
    for outcome in outcomes:
        waits = outcome.state == State.WAITING
        tx.connection.execute(
            update(outbox)
            .where(outbox.c.id == outcome.id, outbox.c.state == State.SENDING)
            .values(
                state=outcome.state,
                message=outcome.message,
                problem=outcome.problem,
                doubts=outbox.c.doubts + outcome.doubts,
                crashes=outbox.c.crashes + outcome.crashes,
                finished_at=None if waits else tx.now,
                **({"not_before": tx.now + outcome.after} if waits and outcome.after else {}),
            )
        )
        if outcome.unreachable is not None:
            pause_address(tx, outcome.unreachable)
        if outcome.moved is not None:
            rewrite_address(tx, *outcome.moved)


def expire(tx: Tx) -> int:
    """Let go of what could not leave before its deadline, and return how many rows that were."""
    result = tx.connection.execute(
        update(outbox)
        .where(outbox.c.state == State.WAITING, outbox.c.deadline < tx.now)
        .values(state=State.EXPIRED, finished_at=tx.now)
    )
    return int(result.rowcount)


def forget_old(tx: Tx) -> None:
    """Forget texts after 7 days and rows after 30; a message's id is kept that long so that its buttons settle."""
    finished = outbox.c.finished_at.is_not(None)
    tx.connection.execute(
        update(outbox)
        .where(finished, outbox.c.finished_at < tx.now - BODY_DAYS * 86_400, outbox.c.body.is_not(None))
        .values(body=None)
    )
    tx.connection.execute(delete(words).where(words.c.at < tx.now - BODY_DAYS * 86_400))
    tx.connection.execute(delete(outbox).where(finished, outbox.c.finished_at < tx.now - ROW_DAYS * 86_400))


def counts(tx: Tx) -> dict[str, int]:
    """Return how many rows are in each state."""
    rows = tx.connection.execute(select(outbox.c.state, func.count().label("many")).group_by(outbox.c.state))
    return {row.state: row.many for row in rows}


def paused_addresses(tx: Tx) -> int:
    """Return how many addresses nobody can be reached at."""
    return int(tx.connection.scalar(select(func.count()).where(addresses.c.paused_at.is_not(None))) or 0)
