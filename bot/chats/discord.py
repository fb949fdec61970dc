"""Discord: gateway and REST through discord.py, without any privileged intent."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
import discord
import structlog
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.chats.backoff import Backoff
from bot.chats.discord_commands import Translator, Tree
from bot.chats.discord_errors import TOKEN_REFUSED, problem
from bot.chats.discord_events import AnyInteraction, read_command, read_form, read_message, read_tap, read_typing
from bot.chats.discord_intake import STORED, Intake, OnSkip
from bot.chats.discord_parts import NOBODY, Choice, Tap
from bot.chats.discord_post import Post, Remembered
from bot.chats.discord_reading import Reading, Unread
from bot.chats.discord_ways import PLATFORM
from bot.clock import Clock
from bot.errors import TryLater
from bot.logs import place_of
from bot.speech import Address, Outgoing, Receipt, Receive, Slash

API = "https://discord.com/api/v10"
NETWORK = (1.0, 60.0)
"""Seconds of the first and the longest pause between two tries to log in."""
REMEMBERED = 20_000
"""People whose chat and language are remembered between two events."""
PATIENCE_FOR_LIMITS = 30.0
"""Seconds that the library may wait inside one call for a limit to pass; longer ones are given back to the outbox."""
FAREWELL = 10.0
"""Seconds that messages under way have while Pebble stops."""

log = structlog.get_logger()


class Gateway(discord.Client):
    """The library's client: it hands every event on, and knows how taps are made."""

    tree: Tree

    def __init__(self, chat: "DiscordChat", proxy: str | None) -> None:
        # Text of direct messages needs no privileged intent ("Message Content Intent", exceptions).
        intents = discord.Intents(guilds=True, dm_messages=True)
        super().__init__(
            intents=intents,
            allowed_mentions=NOBODY,
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.1,  # nothing here waits for what servers are like
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_ratelimit_timeout=PATIENCE_FOR_LIMITS,
            proxy=proxy,
        )
        self._chat = chat
        self.add_dynamic_items(Tap, Choice)

    async def on_ready(self) -> None:
        await self._chat.connected()

    async def on_message(self, message: discord.Message) -> None:
        await self._chat.take_message(message)

    async def on_interaction(self, interaction: AnyInteraction) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            await self._chat.take_interaction(interaction, read_form)

    async def take_tap(self, interaction: AnyInteraction, payload: str) -> None:
        await self._chat.take_interaction(interaction, lambda tapped: read_tap(tapped, payload))

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        # Without what the library would print: it quotes what people wrote.
        error = sys.exc_info()[1]
        log.error("discord_event_failed", event_name=event_method, problem=place_of(error) if error else "?")


class DiscordChat:
    """The chat port for Discord, by gateway."""

    name = PLATFORM
    shows_instants = True

    def __init__(
        self,
        *,
        token: str,
        on_skip: OnSkip,
        clock: Clock,
        unread: Unread,
        menu: Sequence[Slash] = (),
        api: str = API,
        pauses: tuple[float, float] = STORED,
    ) -> None:
        """`unread` tells how far chats have been read; without a token somebody else connects `client`."""
        self._api = Route.BASE = api.rstrip("/")  # the library keeps one for the whole process
        self.client = Gateway(self, _proxy(api))
        self.client.tree = Tree(self.client, menu, self._chosen, self._suggest)
        self._token = token
        self._on_skip = on_skip
        self._clock = clock
        self._unread = unread
        self._pauses = pauses
        self._intake: Intake | None = None
        self._reading: Reading | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._trouble: str | None = "Discord has not answered yet"
        self._menu_told = False
        self._languages: Remembered[str] = Remembered()
        self._sending: set[int] = set()
        self._idle = asyncio.Event()
        self._closed = False
        self._post = Post(self.client, clock)

    async def start(self, receive: Receive) -> None:
        """See the port. Logging in goes on in the background, as often as it takes."""
        self._intake = Intake(receive, self._on_skip, self._clock, self._pauses)
        self._post.opened = self._intake.opened
        self._reading = Reading(self.client, self._intake, self._unread, self._languages.get)
        if self._token:
            self._begin(self._stay_connected(), "discord connection")

    async def stop(self) -> None:
        """See the port. What is being sent has a while to arrive before the line is closed."""
        if self._intake is not None:
            await self._intake.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                while self._sending:
                    self._idle.clear()
                    await self._idle.wait()
        self._closed = True
        if self._token:
            await self.client.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def trouble(self) -> str | None:
        """See the port."""
        if self._trouble is None and not self.client.is_ready():
            return "the line to Discord is down"
        return self._trouble

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        """See the port. A repeat with the same nonce within some minutes is dropped by Discord."""
        if self._closed:
            raise TryLater("stopped")
        self._sending.add(nonce)
        try:
            return await self._post.send(address, outgoing, nonce=nonce, message=message)
        finally:
            self._sending.discard(nonce)
            self._idle.set()

    # Hearing

    async def connected(self) -> None:
        """Read what was missed, now that new events come in; tell the menu once."""
        self._trouble = None
        if not self._menu_told:
            self._menu_told = True
            self._begin(self._tell_menu(), "discord commands")
        self._begin(self._read_back(), "discord reading")

    async def take_message(self, message: discord.Message) -> None:
        """Handle a direct message; what its person wrote before it and nobody heard comes first."""
        incoming = read_message(message, self._languages.get(message.author.id))
        if incoming is None or self._intake is None or self._intake.is_stopping():
            return
        self._post.chats.note(message.author.id, message.channel.id)
        if self._reading and self._reading.is_behind(message.channel.id):
            with suppress(discord.HTTPException):
                await self._reading.catch_up(message.channel.id)
        await self._intake.take(incoming)

    async def take_interaction(self, interaction: AnyInteraction, read: Callable[[AnyInteraction], Any]) -> None:
        """Handle a button, a list, a form or a command."""
        if self._intake is None:
            return
        self._languages.note(interaction.user.id, str(interaction.locale))
        try:
            incoming = read(interaction)
        except Exception as error:
            await self._intake.skip(f"{PLATFORM}:interaction:{interaction.id}", type(error).__name__)
            return
        if self._reading and self._reading.is_behind(interaction.channel_id or 0):
            incoming = replace(incoming, cursor="")  # what was missed in the chat is still to be read
        await self._intake.answer(interaction, incoming)

    async def _chosen(self, interaction: AnyInteraction, name: str, rest: str) -> None:
        await self.take_interaction(interaction, lambda chosen: read_command(chosen, name, rest))

    async def _suggest(self, interaction: AnyInteraction, name: str, typed: str) -> Sequence[tuple[str, str]]:
        if self._intake is None or self._intake.is_stopping():
            return ()
        shown = await self._intake.take(read_typing(interaction, name, typed))
        return shown.choices if shown else ()

    # The line

    async def _stay_connected(self) -> None:
        backoff = Backoff(NETWORK, self._clock)
        while True:
            try:
                await self.client.login(self._token)
                await self._find_gateway()
                backoff.reset()
                await self.client.connect(reconnect=True)
                return
            except discord.LoginFailure:
                self._trouble = TOKEN_REFUSED
            except discord.ConnectionClosed as error:
                self._trouble = f"Discord closed the line ({error.code}): pebble check says more"
            except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
                self._trouble = f"Discord is out of reach ({problem(error)})"
            log.warning("discord_not_connected", problem=self._trouble)
            await asyncio.sleep(backoff.pause())

    async def _find_gateway(self) -> None:
        """Ask an API of the host's own for its gateway; the library knows Discord's and asks nobody."""
        if self._api != API:
            found = await self.client.http.request(Route("GET", "/gateway"))
            DiscordWebSocket.DEFAULT_GATEWAY = URL(found["url"])

    async def _tell_menu(self) -> None:
        """Tell Discord the commands, until it has taken them or has said that it never will."""
        backoff = Backoff(NETWORK, self._clock)
        await self.client.tree.set_translator(Translator())
        while True:
            try:
                await self.client.tree.sync()
                return
            except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
                log.warning("discord_commands_not_told", problem=problem(error))
                if isinstance(error, discord.HTTPException) and error.status == 400:
                    return
            await asyncio.sleep(backoff.pause())

    async def _read_back(self) -> None:
        assert self._reading is not None
        with suppress(TryLater):
            await self._reading.begin()
            await self._reading.run()

    def _begin(self, work: Awaitable[None], name: str) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        task.set_name(name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _proxy(api: str) -> str | None:
    """Return the proxy that the environment names for the API's address."""
    host = api.partition("://")[2].partition("/")[0]
    return None if proxy_bypass(host) else getproxies().get(api.partition(":")[0])
