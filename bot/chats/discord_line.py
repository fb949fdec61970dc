"""The line to Discord: logging in, staying connected, telling the menu; each as often as it takes."""

import asyncio
import threading
from contextlib import suppress

import aiohttp
import discord
import structlog
from discord.app_commands import CommandTree
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route
from yarl import URL

from bot.chats.backoff import Backoff
from bot.chats.discord_commands import Translator
from bot.chats.discord_errors import TOKEN_REFUSED, problem
from bot.clock import Clock

API = "https://discord.com/api/v10"
NETWORK = (1.0, 60.0)
"""Seconds of the first and the longest pause between two tries."""
BAD_TOKEN, AGAIN, GOODBYE = 4004, 4000, 1000
"""Codes with which a line is closed ("Gateway Close Event Codes"); after the last Discord lets go of the session."""
FAREWELL = 2.0
"""Seconds that Discord has to say goodbye, too; the library would wait for half a minute."""
_LOST_CANCEL = 0.1
"""Seconds after which a task that goes on is told once more to end."""
_SILENT = "Discord has not answered yet"

log = structlog.get_logger()


class Line:
    """Logs a client in, and keeps it connected between `go_up` and `go_down`.

    `refused`: Discord has turned down the token in a call of its own.
    """

    def __init__(self, client: discord.Client, token: str, api: str, clock: Clock) -> None:
        self._client = client
        self._token = token
        self._api = api
        self._clock = clock
        self._trouble: str | None = _SILENT
        self._known = asyncio.Event()
        self._staying: asyncio.Task[None] | None = None
        self.refused = False

    @property
    def trouble(self) -> str | None:
        """One line on why people cannot be heard right now, while it is down on why nobody can be written to."""
        return TOKEN_REFUSED if self.refused else self._trouble

    def is_up(self) -> None:
        """Take note that events come in."""
        self._trouble = None

    def is_down(self) -> None:
        """Take note that nobody is heard now; the library goes on trying."""
        if self._staying is not None:
            self._trouble = self._trouble or "the line to Discord is down"

    async def log_in(self) -> None:
        """Let Discord know Pebble, which is enough to send."""
        backoff = Backoff(NETWORK, self._clock)
        while True:
            if await self._log_in():
                break
            await asyncio.sleep(backoff.pause())
        self._trouble = _SILENT if self._staying is not None else None
        self._known.set()

    def go_up(self) -> None:
        """Connect, and stay connected."""
        self._trouble = self._trouble or _SILENT
        self._staying = asyncio.create_task(self._stay(), name="discord connection")

    async def go_down(self) -> None:
        """Let go of the line, not of the login."""
        staying, self._staying = self._staying, None
        if staying is None:
            return
        await _end(staying)
        if not self._client.is_closed():  # else Discord has closed it for good, and that stays the trouble
            await self._hang_up(GOODBYE)
            if self._known.is_set():
                self._trouble = None

    async def _stay(self) -> None:
        """Stay connected until the client is closed, by Pebble or by Discord for good."""
        backoff = Backoff(NETWORK, self._clock)
        await self._known.wait()
        while not self._client.is_closed():
            try:
                await self._client.connect(reconnect=True)
            except discord.ConnectionClosed as error:  # for good: the host has to do something
                refused = error.code == BAD_TOKEN
                self._trouble = TOKEN_REFUSED if refused else f"Discord closed the line ({error.code})"
            except Exception as error:  # such as a frame that cannot be read: begin anew
                self._trouble = f"the line to Discord broke ({type(error).__name__})"
            else:
                return
            log.warning("discord_not_connected", problem=self._trouble)
            if not self._client.is_closed():
                await self._hang_up(AGAIN)
                await asyncio.sleep(backoff.pause())

    async def _hang_up(self, code: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await asyncio.gather(*(line.close(code=code) for line in self._lines()))

    def _lines(self) -> set[DiscordWebSocket]:
        """Return the client's line, with one that was given up before it was ready: only its heartbeat knows it."""
        beating = {each.ws for each in threading.enumerate() if isinstance(each, KeepAliveHandler)}
        mine = {line for line in beating if line._connection is self._client._connection}
        line: DiscordWebSocket | None = self._client.ws
        return mine if line is None else mine | {line}

    async def _log_in(self) -> bool:
        """Return whether Discord knows Pebble."""
        try:
            await self._client.login(self._token)
            await self._find_gateway()
        except discord.LoginFailure:
            self._trouble = TOKEN_REFUSED
        except (discord.DiscordException, aiohttp.ClientError, OSError, ValueError, TypeError, LookupError) as error:
            self._trouble = f"Discord is out of reach ({problem(error)})"
        else:
            return True
        log.warning("discord_not_connected", problem=self._trouble)
        await self._client.http.close()
        self._client.http.connector = discord.utils.MISSING  # each login makes its own
        return False

    async def _find_gateway(self) -> None:
        """Ask an API of the host's own for its gateway; the library knows Discord's and asks nobody."""
        if self._api != API:
            found = await self._client.http.request(Route("GET", "/gateway"))
            DiscordWebSocket.DEFAULT_GATEWAY = URL(found["url"])

    async def tell_menu(self, tree: CommandTree[discord.Client]) -> None:
        """Tell Discord the commands, until it has taken them or has said that it never will."""
        backoff = Backoff(NETWORK, self._clock)
        await tree.set_translator(Translator())
        while True:
            try:
                await tree.sync()
                return
            except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
                log.warning("discord_commands_not_told", problem=problem(error))
                if isinstance(error, discord.HTTPException) and error.status == 400:
                    return
            await asyncio.sleep(backoff.pause())


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a task until it has ended.

    The library connects in an `asyncio.wait_for`. Before Python 3.12 a cancel in the moment in which the line is ready
    is lost there, and the task stays connected for good (https://github.com/python/cpython/issues/86296).
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_LOST_CANCEL)
