"""The long poll. Telegram forgets what is below the offset asked for, so that moves after the commit only."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.chats.backoff import Backoff
from bot.chats.telegram_errors import TOKEN_REFUSED, problem
from bot.chats.telegram_intake import Intake
from bot.chats.telegram_request import Garbled, Limited, Line
from bot.chats.telegram_updates import WANTED, number_of, queue_of, skip_key, split_updates
from bot.clock import Clock
from bot.errors import TryLater

CONFLICT = "another program is polling with this token"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds; pairs are the first and the longest pause of a backoff, which doubles."""

    long_poll: int = 25
    silence: float = 90.0
    """After so long without an answered poll people count as not heard."""
    stored: tuple[float, float] = (0.5, 10.0)
    network: tuple[float, float] = (0.5, 30.0)
    conflict: tuple[float, float] = (5.0, 30.0)
    nothing_new: float = 0.5
    """Pause when only updates came that no offset can confirm."""
    farewell: float = 2.0
    """Time that taps already handled have to be acknowledged while Pebble stops."""


class Poll:
    """Reads updates with `bot` over `line` and hands them to `intake` until it is stopped."""

    def __init__(self, bot: Bot, line: Line, intake: Intake, clock: Clock, timing: Timing) -> None:
        self._bot = bot
        self._line = line
        self._intake = intake
        self._clock = clock
        self._timing = timing
        self._network = Backoff(timing.network, clock)
        self._conflict = Backoff(timing.conflict, clock)
        self._offset: int | None = None
        self._unconfirmed: deque[str] = deque(maxlen=100)
        self._stopping = asyncio.Event()
        self._asking = False
        # After a start or a failure Telegram answers at once, so that the trouble is known to be over.
        self._at_once = True
        self._task: asyncio.Task[None] | None = None
        self.last_poll_at: float | None = None
        self.trouble: str | None = None

    def start(self) -> None:
        """Begin in the background."""
        self._task = asyncio.create_task(self._run(), name="telegram poll")

    async def stop(self) -> None:
        """Give up waiting for Telegram, but let what has come be handled."""
        self._stopping.set()
        if self._task is None:
            return
        if self._asking:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        webhook_gone = False
        while not self._stopping.is_set():
            try:
                self._asking = True
                if not webhook_gone:
                    await self._bot.delete_webhook()  # getUpdates is refused while there is one
                    webhook_gone = True
                updates = await self._ask()
                self._asking = False
                self._answered()
                await self._take(updates)
            except Exception as error:
                self._asking = False
                await self._wait(self._pause_after(error))

    async def _ask(self) -> list[object]:
        """Ask for updates as plain JSON: the library would lose a whole batch to a single malformed one."""
        patience = 0 if self._at_once else self._timing.long_poll
        wish = {"timeout": patience, "allowed_updates": json.dumps(WANTED)}
        if self._offset is not None:
            wish["offset"] = self._offset
        try:
            url = f"{self._bot.base_url}/getUpdates?{urlencode(wish)}"
            updates: object = await self._line.post(url, read_timeout=patience + 10.0)
        except Garbled as error:
            found = split_updates(error.payload)
            if found is None:
                raise
            return found
        if not isinstance(updates, list):
            raise TelegramError("getUpdates brought no list")
        return updates

    async def _take(self, updates: list[object]) -> None:
        """Handle a batch, chats side by side, and move the offset when all of it is settled."""
        queues: dict[str, list[object]] = {}
        for update in updates:
            if number_of(update) is not None or self._seen_first(update):
                queues.setdefault(queue_of(update), []).append(update)
        settled = await asyncio.gather(*(self._in_order(queue) for queue in queues.values()))
        numbers = [number for update in updates if (number := number_of(update)) is not None]
        if not all(settled):
            return
        if numbers:
            self._offset = max(numbers) + 1
        elif updates:
            await self._wait(self._timing.nothing_new)

    def _seen_first(self, update: object) -> bool:
        """Without a number it cannot be confirmed and comes with every poll; record it once."""
        key = skip_key(update)
        if key in self._unconfirmed:
            return False
        self._unconfirmed.append(key)
        return True

    async def _in_order(self, queue: list[object]) -> bool:
        """Return False when Pebble stops before the end; what comes after an unsettled one is not touched."""
        for update in queue:
            if not await self._until_settled(update):
                return False
        return True

    async def _until_settled(self, update: object) -> bool:
        """Return False only when Pebble stops and the update could not be stored."""
        backoff = Backoff(self._timing.stored, self._clock)
        while True:
            try:
                await self._intake.handle(update)
                return True
            except TryLater:
                log.warning("telegram_update_waits", update=number_of(update))
                await self._wait(backoff.pause())
                if self._stopping.is_set():
                    return False

    def _answered(self) -> None:
        self.last_poll_at = self._clock.monotonic()
        self.trouble = None
        self._at_once = False
        self._network.reset()
        self._conflict.reset()

    def _pause_after(self, error: Exception) -> float:
        log.warning("telegram_poll_failed", problem=problem(error))
        self._at_once = True
        match error:
            case Conflict():
                self.trouble = CONFLICT
                self._at_once = False  # two that ask for an instant only would never notice each other
                return self._conflict.pause()
            case InvalidToken():
                self.trouble = TOKEN_REFUSED
                return self._conflict.pause()
            case Limited():
                return error.after
        return self._network.pause()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass
