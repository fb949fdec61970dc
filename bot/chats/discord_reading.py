"""Direct messages that came while nobody listened, read back from their chats.

The gateway does not repeat what a bot has missed. A chat is known by the last message of it that was handled, and read
on from there; what was handled all the same has a key that the door knows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import aiohttp
import discord
import structlog

from bot.chats.discord_errors import problem
from bot.chats.discord_events import read_message
from bot.chats.discord_intake import Intake
from bot.chats.discord_ways import PLATFORM, read_ref
from bot.errors import Outdated, TryLater
from bot.logs import place_of
from bot.speech import Incoming

PAGE = 100
"""Messages in one answer ("Get Channel Messages")."""

Unread = Callable[[], Awaitable[Sequence[str]]]
"""Returns how far each chat has been read, the liveliest first."""

log = structlog.get_logger()


class Reading:
    """Reads on in every known chat. A chat whose person does something meanwhile is read first, which keeps order."""

    def __init__(self, client: discord.Client, intake: Intake, unread: Unread, language: Callable[[int], str | None]):
        self._client = client
        self._intake = intake
        self._unread = unread
        self._language = language
        self._looking: asyncio.Task[None] | None = None
        self._behind: dict[int, int] = {}
        """For each chat that is still to be read, the last message of it that was handled."""
        self._going: dict[int, asyncio.Task[None]] = {}

    def begin(self) -> None:
        """Find out which chats there are: until they are known and have been looked at, all count as unread."""
        self._looking = asyncio.create_task(self._look(self._looking), name="discord chats")

    async def _look(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        backoff = self._intake.backoff()
        while not self._intake.is_stopping():
            with suppress(TryLater):
                for cursor in await self._unread():
                    with suppress(Outdated):  # a mark that is none
                        channel, message = read_ref(cursor)
                        self._behind.setdefault(channel, message)
                return
            await self._intake.pause(backoff.pause())

    async def run(self) -> None:
        """Look at one chat after the other; whoever does something is not held up by the others."""
        if self._looking is not None:
            await asyncio.wait({self._looking})
        backoff = self._intake.backoff()
        while self._behind and not self._intake.is_stopping():
            for channel in list(self._behind):
                if missed := self.missed(channel):
                    await asyncio.wait({missed})
            if self._behind:
                await self._intake.pause(backoff.pause())

    def missed(self, channel: int) -> asyncio.Task[None] | None:
        """Return what has to be over before anything new in a chat is handled; None where nothing was missed."""
        unknown = self._looking is not None and not self._looking.done()
        if channel not in self._going and (unknown or channel in self._behind):
            task = self._going[channel] = asyncio.create_task(self._catch_up(channel), name="discord chat")
            task.add_done_callback(lambda _done: self._going.pop(channel, None))
        return self._going.get(channel)

    def stop(self) -> None:
        """Read no more; what is being handled is finished by the intake."""
        for task in (self._looking, *self._going.values()):
            if task is not None:
                task.cancel()

    async def _catch_up(self, channel: int) -> None:
        """Handle what is unread in a chat, in its order. A chat that cannot be read now stays behind."""
        if self._looking is not None:
            await asyncio.wait({self._looking})
        try:
            if channel in self._behind:
                await self._read(channel)
        except (discord.NotFound, discord.Forbidden) as error:
            log.debug("discord_chat_gone", problem=problem(error))
            del self._behind[channel]
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("discord_chat_not_read", problem=problem(error))
        except Exception as error:
            log.error("discord_chat_not_read", problem=place_of(error))

    async def _read(self, channel: int) -> None:
        more = True
        while more:
            # As it comes over the line: the library would lose a whole page to a single message that it cannot read.
            page = await self._client.http.logs_from(channel, PAGE, after=self._behind[channel])
            for raw in sorted(page, key=lambda raw: int(raw["id"])):
                await self._handle(channel, raw)
                if self._intake.is_stopping():
                    return
                self._behind[channel] = int(raw["id"])
            more = len(page) == PAGE
        del self._behind[channel]

    async def _handle(self, channel: int, raw: Any) -> None:
        place = self._client.get_partial_messageable(channel, type=discord.ChannelType.private)
        try:
            message = discord.Message(state=self._client._connection, channel=place, data=raw)
            incoming = read_message(message, self._language(message.author.id))
        except Exception as error:
            await self._intake.skip(f"{PLATFORM}:message:{raw['id']}", type(error).__name__)
            return
        if incoming is not None:
            await asyncio.wait({self._intake.hand_over(incoming)})

    def marked(self, incoming: Incoming, channel: int) -> Incoming:
        """Return a new event as it is handled now: while something before it is unread, it marks nothing as read."""
        return replace(incoming, cursor="") if channel in self._behind else incoming
