"""What became of a row, written in groups."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, delete, exists, func, select, text, update

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
                # Its way back is closed as well: it waits like everything else for the person to write again.
                **({"rides": False} if waits and outcome.unreachable else {}),
                **({"not_before": tx.now + outcome.after} if waits and outcome.after else {}),
            )
        )
        if outcome.unreachable is not None:
            pause_address(tx, *outcome.unreachable)
        if outcome.moved is not None:
            rewrite_address(tx, *outcome.moved)


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
