"""How much waits on the shelf and for how long: what the host sees of a peak. Nothing here is about a person."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select

from bot.outbox.states import State
from bot.store import Tx
from bot.store.tables import addresses, outbox

MOST = 200_000
"""Rows that are looked at: a longer queue is told as this long, so that telling it stays cheap."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What may leave now on one platform, but has not yet. `oldest` is in seconds: for how long that one has waited."""

    rows: int = 0
    oldest: int = 0

    def drains_in(self, per_second: float) -> float:
        """Return in how many seconds all of it has left, at this pace."""
        return self.rows / per_second


def backlogs(tx: Tx) -> dict[str, Backlog]:
    """Return what may leave now, by platform. What waits for somebody to come back is left out."""
    since = case((outbox.c.not_before > outbox.c.created_at, outbox.c.not_before), else_=outbox.c.created_at)
    ready = (
        select(addresses.c.platform, since.label("since"))
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .where(
            outbox.c.state == State.WAITING,
            outbox.c.not_before <= tx.now,
            outbox.c.deadline >= tx.now,
            or_(addresses.c.paused_at.is_(None), outbox.c.rides),
        )
        .limit(MOST)
        .subquery()
    )
    wanted = select(ready.c.platform, func.count(), func.min(ready.c.since)).group_by(ready.c.platform)
    return {
        platform: Backlog(rows, max(0, tx.now - oldest)) for platform, rows, oldest in tx.connection.execute(wanted)
    }


def longest_drain(found: Mapping[str, Backlog], speeds: Mapping[str, float]) -> float:
    """Return in how many seconds everything has left; platforms drain side by side, `speeds` are messages a second."""
    return max((one.drains_in(speeds[name]) for name, one in found.items() if name in speeds), default=0.0)


def jobs_of(tx: Tx) -> Mapping[str, float]:
    """Return how jobs are handed out among several processes, see `job_numbers`; empty where there is one."""
    if not tx.many_writers:
        return {}
    from bot.outbox.job_numbers import numbers

    return numbers(tx)
