"""What became of the rows in hand, written in groups while the pump goes on sending."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

import structlog

from bot.errors import TryLater
from bot.outbox.marks import Outcome
from bot.outbox.states import State

GATHER, ENOUGH, MANY = 0.01, 32, 8
"""Seconds for which a group is waited for, unless it has so many: while at least so many others are under way.

Answers of a platform come one by one: at a thousand a second each commit would carry the three of the one before.
"""
PAUSES = (0.2, 5.0)
"""Seconds of the first and the longest pause before a database that is away is asked again."""

log = structlog.get_logger()


class Outcomes:
    """The rows that this process has in hand, and the outcomes of those that are not written yet."""

    def __init__(
        self,
        commit: Callable[[list[Outcome]], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]],
        under_way: Callable[[], int],
    ) -> None:
        """`commit` marks the rows in a unit of work; it raises TryLater while the database is away.

        `under_way` counts the messages that are on their way to a platform.
        """
        self.held: set[int] = set()
        """From their claim to the commit of their outcome."""
        self._commit = commit
        self._sleep = sleep
        self._under_way = under_way
        self._gathered: list[Outcome] = []
        self._added = self._written = 0
        self._group = asyncio.Event()
        """Set when the group that is being written is committed; the next one has an event of its own."""
        self._writing: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return self._added - self._written

    def take(self, row_ids: Iterable[int]) -> None:
        """Have these rows in hand."""
        self.held.update(row_ids)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Keep them for the next commit."""
        new = list(outcomes)
        self._gathered += new
        self._added += len(new)

    async def write(self) -> None:
        """Return when all that has been added by now is committed; what others add meanwhile goes with it."""
        wanted = self._added
        while self._written < wanted:
            if self._writing is None or self._writing.done():
                self._writing = asyncio.create_task(self._write())
            await self._group.wait()  # all who wait for a group wake at once, and not one after another

    async def give_up(self) -> None:
        """Write no more."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _write(self) -> None:
        pause, longest = PAUSES
        while self._gathered:
            if len(self._gathered) < ENOUGH and self._under_way() >= MANY:
                await asyncio.sleep(GATHER)
            batch, self._gathered = self._gathered, []
            try:
                await self._commit_each(batch)
            except TryLater:
                # What was sent must not be forgotten: hold on to it until the database is back.
                self._gathered = batch + self._gathered
                await self._sleep(pause)
                pause = min(pause * 2, longest)
                continue
            group, self._group = self._group, asyncio.Event()
            group.set()

    async def _commit_each(self, batch: list[Outcome]) -> None:
        """Commit a group and take it off the list; one that cannot be written is written without what it tells.

        Raises TryLater; what is still on the list then is not committed.
        """
        try:
            await self._commit(list(batch))
        except TryLater:
            raise
        except Exception as error:
            log.error("outcome_refused", rows=len(batch), problem=type(error).__name__)
            if len(batch) > 1:
                while batch:
                    await self._commit_each(batch[:1])
                    del batch[0]
            elif batch != (plain := [_plain(batch[0], error)]):
                await self._commit_each(plain)
                return
        self.held.difference_update(outcome.id for outcome in batch)
        self._written += len(batch)
        batch.clear()


def _plain(outcome: Outcome, error: Exception) -> Outcome:
    """Return the outcome with nothing in it that a database could refuse; what was to be tried again is given up."""
    state = State.DEAD if outcome.state == State.WAITING else outcome.state
    plain = replace(outcome, state=state, message=None, problem=type(error).__name__)
    return replace(plain, unreachable=None, moved=None)
