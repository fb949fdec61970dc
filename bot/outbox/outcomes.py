"""What became of the rows in hand, written in groups while the pump goes on sending."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from bot.errors import TryLater
from bot.outbox.marks import Outcome

GATHER, ENOUGH, MANY = 0.01, 32, 8
"""Seconds for which a group is waited for, unless it has so many: while at least so many others are under way.

Answers of a platform come one by one: at a thousand a second each commit would carry the three of the one before.
"""


class Outcomes:
    """The rows that this process has in hand, and the outcomes of those that are not written yet."""

    def __init__(
        self, commit: Callable[[list[Outcome]], Awaitable[None]], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        """`commit` marks the rows in a unit of work; it raises TryLater while the database is away."""
        self.held: set[int] = set()
        """From their claim to the commit of their outcome."""
        self._commit = commit
        self._sleep = sleep
        self._gathered: list[Outcome] = []
        self._writing = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._gathered)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Keep them for the next commit."""
        self._gathered += outcomes

    async def write(self, under_way: Callable[[], int] = lambda: 0) -> None:
        """Commit what has gathered; what comes meanwhile shares the next commit. `under_way` counts the others."""
        pause = 0.2
        async with self._writing:
            while self._gathered:
                if len(self._gathered) < ENOUGH and under_way() >= MANY:
                    await asyncio.sleep(GATHER)
                batch, self._gathered = self._gathered, []
                try:
                    await self._commit(batch)
                    self.held.difference_update(outcome.id for outcome in batch)
                except asyncio.CancelledError:
                    self._gathered = batch + self._gathered  # whether it was written is unknown; twice is harmless
                    raise
                except TryLater:
                    # What was sent must not be forgotten: hold on to it until the database is back.
                    self._gathered = batch + self._gathered
                    await self._sleep(pause)
                    pause = min(pause * 2, 5.0)
