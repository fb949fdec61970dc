"""The handout of one process that is alone with its database: a claim is an update."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select, update

from bot.outbox.doubts import DOUBTED, GIVEN_UP, PUT_BACK
from bot.outbox.marks import Outcome, mark
from bot.outbox.parcels import Parcel, contents, opened
from bot.outbox.shelf import next_at
from bot.outbox.states import COLLECTED, Priority, State
from bot.outbox.waiting import IDLE, NOW, OVERTAKES, REACHABLE, UNSENT
from bot.store import Tx
from bot.store.bulk import in_numbers, numbers
from bot.store.tables import addresses, outbox


class LocalClaim:
    """See Handout. A lock on the embedded database says that no other process can be sending."""

    def __init__(self) -> None:
        self._started = False

    def claim(self, tx: Tx, platform: str, most: int, *, heavy: int, files: int, mine: Collection[int]) -> list[Parcel]:
        """See Handout. `heavy` is for others: nobody else could draw, so all pictures stand in line here."""
        ids = _most_urgent(tx, platform, most, files)
        if not ids:
            return []
        these = {"ids": numbers(tx, ids)}
        tx.connection.execute(_SENDING, these)
        return opened(tx, tx.connection.execute(_CONTENTS, these), ids)

    def keep(self, tx: Tx, mine: Collection[int]) -> None:
        """See Handout: nobody asks."""

    def mark(self, tx: Tx, outcomes: Collection[Outcome]) -> None:
        """See Handout."""
        mark(tx, outcomes)

    def recover(self, tx: Tx, mine: Collection[int]) -> int:
        """See Handout. Just started: whatever is "sending" was left by a process that is dead. Later it is our own."""
        if self._started:
            return 0
        self._started = True
        held = [outbox.c.state == State.SENDING, outbox.c.id.not_in(mine)]
        unknown = {"state": State.UNKNOWN, "finished_at": tx.now, "problem": "sender died"}
        twice = update(outbox).where(*held, GIVEN_UP).values(**unknown)
        once = update(outbox).where(*held).values(state=State.WAITING, doubts=DOUBTED)
        found = [tx.connection.execute(statement).rowcount for statement in (twice, once)]
        tx.wakes = tx.wakes or bool(found[1])
        return int(sum(found))

    def next_in(self, tx: Tx, platforms: Collection[str]) -> float | None:
        """See Handout."""
        coming = next_at(tx)
        return None if coming is None else coming - tx.now


_THESE = in_numbers(outbox.c.id, "ids", many_writers=False)
_SENDING = update(outbox).where(_THESE).values(state=State.SENDING, claims=outbox.c.claims + 1, doubts=PUT_BACK)
_CONTENTS = contents(outbox).where(_THESE)

_ANSWERS = (outbox.c.priority < Priority.NUDGE, (outbox.c.priority, outbox.c.not_before, outbox.c.id))
_NUDGES = (outbox.c.priority == Priority.NUDGE, (outbox.c.deadline, outbox.c.not_before, outbox.c.id))
_FILES = (outbox.c.priority.in_(COLLECTED), (outbox.c.priority, outbox.c.not_before, outbox.c.id))
ORDERS = (_ANSWERS, _NUDGES)
"""Answers and thanks leave in the order of their times; of nudges first those that are too late the soonest."""
LINES = (*ORDERS, _FILES)


def _most_urgent(tx: Tx, platform: str, most: int, files: int) -> list[int]:
    """Return ids of rows that may leave now, the most urgent first, and behind them those that are to be collected."""
    ids: list[int] = []
    for line in range(len(LINES)):
        room = most - len(ids) if line < len(ORDERS) else files
        if room > 0:
            values = {"now": tx.now, "platform": platform, "most": room}
            ids += tx.connection.scalars(_wanted(line), values)
    return ids


@cache
def _wanted(line: int) -> Select[Any]:
    """Return the statement for ids of rows that may leave now; made once, for it costs more to make than to run."""
    which, by = LINES[line]
    return (
        select(outbox.c.id)
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .where(
            outbox.c.state == State.WAITING,
            which,
            outbox.c.not_before <= NOW,
            outbox.c.deadline >= NOW,
            # Wrapped, so that SQLite walks the few rows that wait and not everybody's address.
            func.coalesce(addresses.c.platform, "") == bindparam("platform"),
            REACHABLE,
            IDLE,
            ~OVERTAKES,
            ~UNSENT,
        )
        .order_by(*by)
        .limit(bindparam("most", type_=Integer))
    )
