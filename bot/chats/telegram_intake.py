"""From an update to the door and back, for polling and webhook alike.

Each chat has its order, what cannot be handled is recorded, and what must be shown at once is handed back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

import structlog

from bot.chats.telegram_updates import number_of, read_update, skip_key
from bot.errors import TryLater
from bot.speech import Incoming, Kind, Receive, Shown

OnSkip = Callable[[str, str], Awaitable[None]]
"""Records that the event with this key was skipped, and why (words of Pebble's own, never a person's)."""

Answer = Callable[[object, Shown], None]
"""Tells Telegram what an update is to be answered with; returns at once."""

log = structlog.get_logger()


class Intake:
    """Takes updates one at a time or many at once."""

    def __init__(self, receive: Receive, on_skip: OnSkip, answer: Answer) -> None:
        self._receive = receive
        self._on_skip = on_skip
        self._answer = answer
        self.username: str | None = None
        # A lock lives as long as somebody holds it or waits for it; whoever came first gets it first.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, update: object) -> None:
        """Return when the update is committed, recorded as skipped or no concern; raise TryLater else."""
        try:
            incoming = read_update(update, self.username)
        except Exception as error:
            await self._skip(update, str(error) if type(error) is ValueError else type(error).__name__)
            return
        if incoming is None:
            return
        lock = self._locks.setdefault(incoming.address.chat, asyncio.Lock())
        async with lock:
            shown = await self._hand_on(update, incoming)
        # Only now: whoever sees "got it" may rely on it.
        self._answer(update, shown)

    async def _hand_on(self, update: object, incoming: Incoming) -> Shown:
        try:
            return await self._receive(incoming)
        except TryLater:
            if incoming.kind is not Kind.SHARES:  # Telegram waits for seconds: later nobody would see the answer
                raise
        except Exception as error:
            await self._skip(update, f"not handled: {type(error).__name__}")
        return Shown()

    async def _skip(self, update: object, problem: str) -> None:
        log.warning("telegram_update_skipped", update=number_of(update), problem=problem)
        try:
            await self._on_skip(skip_key(update), problem)
        except TryLater:
            raise
        except Exception as error:
            # Not even noted, but those behind it must not wait for that.
            log.error("telegram_skip_not_recorded", update=number_of(update), problem=type(error).__name__)
