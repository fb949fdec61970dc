"""Direct messages that came while nobody listened, read back from their chats.

The gateway does not repeat what a bot has missed. A chat is known by the last message of it that was handled, and read
on from there; what was handled all the same has a key that the door knows.
"""

from collections.abc import Awaitable, Callable, Sequence

import discord
import structlog

from bot.chats.discord_errors import problem
from bot.chats.discord_events import read_message
from bot.chats.discord_intake import Intake
from bot.chats.discord_ways import read_ref

PAGE = 100
"""Messages in one answer ("Get Channel Messages")."""

Unread = Callable[[], Awaitable[Sequence[str]]]
"""Returns how far each chat has been read, the liveliest first."""

log = structlog.get_logger()


class Reading:
    """Reads on in every known chat. A chat whose person writes meanwhile is read first, so that order is kept."""

    def __init__(self, client: discord.Client, intake: Intake, unread: Unread, language: Callable[[int], str | None]):
        self._client = client
        self._intake = intake
        self._unread = unread
        self._language = language
        self._behind: dict[int, int] = {}
        """For each chat that is still to be read, the last message of it that was handled."""

    async def begin(self) -> None:
        """Find out which chats there are: all of them count as unread until they have been looked at."""
        for cursor in await self._unread():
            channel, message = read_ref(cursor)
            self._behind[channel] = message

    async def run(self) -> None:
        """Look at one chat after the other; whoever writes is not held up by it."""
        while self._behind and not self._intake.is_stopping():
            channel = next(iter(self._behind))
            try:
                await self.catch_up(channel)
            except discord.HTTPException as error:
                log.debug("discord_chat_not_read", problem=problem(error))
                self._behind.pop(channel, None)

    async def catch_up(self, channel: int) -> None:
        """Handle what is unread in a chat, in its order. Raises HTTPException where it cannot be read."""
        after = self._behind.get(channel)
        place = self._client.get_partial_messageable(channel, type=discord.ChannelType.private)
        while after is not None and not self._intake.is_stopping():
            page = [message async for message in place.history(limit=PAGE, after=discord.Object(after))]
            for message in page:
                after = message.id
                incoming = read_message(message, self._language(message.author.id))
                if incoming is not None and await self._intake.take(incoming) is None and self._intake.is_stopping():
                    return
            if len(page) < PAGE:
                break
        self._behind.pop(channel, None)

    def is_behind(self, channel: int) -> bool:
        """Return whether a chat is still to be read."""
        return channel in self._behind
