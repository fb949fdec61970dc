"""Who sends which row. The port is small, so that the pump knows nothing of the engine behind it."""

import json
from collections.abc import Callable, Collection
from typing import Protocol

from sqlalchemy.engine import URL

from bot.outbox.marks import Outcome
from bot.outbox.parcels import Parcel
from bot.store import Tx


class Handout(Protocol):
    """Hands each waiting row to one sender at a time. Every verb runs inside a unit of work.

    `mine` are the rows that this process is sending, however long that takes and wherever the clock jumps.
    """

    def claim(self, tx: Tx, platform: str, most: int, *, heavy: int, files: int, mine: Collection[int]) -> list[Parcel]:
        """Return up to `most` rows for this platform, most urgent first, and behind them those of up to `files` files.

        Of these rows not more than `heavy` are yet to be drawn, where somebody else could do that; `files` are those
        that are collected when they leave.
        """

    def keep(self, tx: Tx, mine: Collection[int]) -> None:
        """Say that the sender of these rows is alive; every `BEAT` seconds."""

    def mark(self, tx: Tx, outcomes: Collection[Outcome]) -> None:
        """Write what became of rows that were claimed."""

    def recover(self, tx: Tx, mine: Collection[int]) -> int:
        """Take back what nobody holds any more and return how many rows that were; what was being sent is in doubt."""

    def next_in(self, tx: Tx, platforms: Collection[str]) -> float | None:
        """Return the seconds until something may leave that holds back now, or None."""


JOBS = "ch_pgqueuer"
"""The channel on which PgQueuer tells of changes among its jobs."""
BEAT = 5.0
"""Seconds between two signs of life of a process for the rows that it is sending."""


def handout_for(database: URL) -> Handout:
    """Return what hands out the rows of this database: one process alone, or PgQueuer among several."""
    if database.get_backend_name() == "sqlite":
        from bot.outbox.local_claim import LocalClaim

        return LocalClaim()
    from bot.outbox.job_claim import JobClaim  # with PgQueuer, which one process alone does without

    return JobClaim()


def on_new_jobs(wake: Callable[[], None]) -> Callable[[str], None]:
    """Return what hears of changes among jobs and wakes where there are new ones, whichever process put them."""

    def hear(told: str) -> None:
        if json.loads(told).get("operation") == "insert":
            wake()

    return hear
