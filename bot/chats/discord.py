"""Discord: gateway and REST through discord.py, without any privileged intent."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
import discord
import structlog
from discord.http import Route

from bot.chats.discord_commands import Tree
from bot.chats.discord_errors import TOKEN_REFUSED
from bot.chats.discord_events import AnyInteraction, read_command, read_form, read_message, read_tap, read_typing
from bot.chats.discord_intake import STORED, Intake, OnSkip
from bot.chats.discord_line import API, Line
from bot.chats.discord_parts import NOBODY, Choice, Tap
from bot.chats.discord_portal import invitation
from bot.chats.discord_post import Post, Remembered
from bot.chats.discord_reading import Reading, Unread
from bot.chats.discord_ways import PLATFORM, read_way
from bot.clock import Clock
from bot.errors import TryLater
from bot.logs import place_of
from bot.speech import Address, Incoming, Outgoing, Receipt, Receive, Shown, Slash, WayIn

PATIENCE_FOR_LIMITS = 30.0
"""Seconds that the library may wait inside one call for a limit to pass; longer ones are given back to the outbox."""
FAREWELL = 10.0
"""Seconds that messages under way have while Pebble stops."""

log = structlog.get_logger()


class Gateway(discord.Client):
    """The library's client: it hands every event on, and knows how taps are made."""

    tree: Tree

    def __init__(self, chat: "DiscordChat", proxy: str | None, trace: aiohttp.TraceConfig) -> None:
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
            http_trace=trace,
        )
        self._chat = chat
        self.add_dynamic_items(Tap, Choice)
        parsers = self._connection.parsers
        for name in ("MESSAGE_CREATE", "INTERACTION_CREATE"):
            parsers[name] = partial(self._parse, name, parsers[name])

    def _parse(self, name: str, parse: Callable[[Any], None], event: Any) -> None:
        """Let the library read an event: one that it cannot read would end the line for everybody else."""
        try:
            parse(event)
        except Exception as error:
            self.cannot_read(name, event, error)

    def cannot_read(self, name: str, event: Any, error: Exception) -> None:
        self._chat.cannot_read(name, event, error)

    async def on_connect(self) -> None:
        self._chat.begins_anew()

    async def on_ready(self) -> None:
        self._chat.connected()

    async def on_resumed(self) -> None:
        self._chat.line.is_up()

    async def on_disconnect(self) -> None:
        self._chat.line.is_down()

    async def on_message(self, message: discord.Message) -> None:
        await self._chat.take_message(message)

    async def on_interaction(self, interaction: AnyInteraction) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            await self._chat.take_interaction(interaction, read_form)
        elif interaction.type is discord.InteractionType.component:
            # The library's items had their turn: it finds none where a button is of an old kind, or gone by now.
            await self.take_tap(interaction)

    async def take_tap(self, interaction: AnyInteraction) -> None:
        if not interaction.extras.setdefault("taken", False):
            interaction.extras["taken"] = True
            await self._chat.take_interaction(interaction, read_tap)

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
        api = Route.BASE = api.rstrip("/")  # the library keeps one for the whole process
        trace = aiohttp.TraceConfig()
        self.client = Gateway(self, _proxy(api), trace)
        self.client.tree = Tree(self.client, menu, self._chosen, self._suggest)
        self._token = token
        self.line = Line(self.client, token, api, clock)
        self._on_skip = on_skip
        self._clock = clock
        self._unread = unread
        self._pauses = pauses
        self._intake: Intake | None = None
        self._reading: Reading | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._menu_told = False
        self._languages: Remembered[str] = Remembered()
        self._sending: set[int] = set()
        self._idle = asyncio.Event()
        self._closed = False
        self._post = Post(self.client, clock)
        trace.on_request_end.append(self._post.note_limit)

    async def start(self) -> None:
        """See the port. Logging in goes on in the background, as often as it takes."""
        if self._token:
            self._begin(self.line.log_in(), "discord login")

    async def hear(self, receive: Receive) -> None:
        """See the port: connect the gateway as soon as Discord knows Pebble."""
        self._intake = Intake(receive, self._on_skip, self._clock, self._pauses)
        self._post.heard_here = self._intake.heard_here
        self._post.opened, self._post.answered = self._intake.opened, self._intake.answered
        self._post.answered_elsewhere = self._intake.answered_elsewhere
        self._reading = Reading(self.client, self._intake, self._unread, self._languages.get)
        if self._token:
            self.line.go_up()

    async def rest(self) -> None:
        """See the port. What its library still hands over is not acknowledged, so that Discord tells the person."""
        if self._reading is not None:
            self._reading.stop()
        if self._intake is not None:
            await self._intake.stop()
        if self._token:
            await self.line.go_down()

    async def stop(self) -> None:
        """See the port. What is being sent has a while to arrive before the line is closed."""
        await self.rest()
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

    def way_in(self, _token: str) -> WayIn | None:
        """See the port. No link of Discord's carries anything along: it adds Pebble, and the code is typed there."""
        application = self.client.application_id
        return WayIn(invitation(application), carries=False) if application else None

    def trouble(self) -> str | None:
        """See the port."""
        return self.line.trouble

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        """See the port. A repeat with the same nonce within some minutes is dropped by Discord."""
        if self._closed or self.client.is_closed() or self.client.application_id is None:
            raise TryLater("stopped" if self._closed else "not connected", everywhere=True)
        self._sending.add(nonce)
        try:
            receipt = await self._post.send(address, outgoing, nonce=nonce, message=message)
            self.line.refused = False
            return receipt
        except TryLater as error:
            self.line.refused |= str(error) == TOKEN_REFUSED
            raise
        except RuntimeError:
            if not self.client.is_closed():
                raise
            raise TryLater("closed", everywhere=True) from None  # it waited for a limit, and nothing had left yet
        finally:
            self._sending.discard(nonce)
            self._idle.set()

    # Hearing

    def begins_anew(self) -> None:
        """Find out, before the first event is handled, in which chats something was missed."""
        if self._reading is not None:
            self._reading.begin()

    def connected(self) -> None:
        """Read what was missed, now that new events come in; tell the menu once."""
        self.line.is_up()
        if not self._menu_told:
            self._menu_told = True
            self._begin(self.line.tell_menu(self.client.tree), "discord commands")
        if self._reading is not None:
            self._begin(self._reading.run(), "discord reading")

    def cannot_read(self, name: str, event: Any, error: Exception) -> None:
        """Record an event that the library cannot read."""
        number = event.get("id") if isinstance(event, dict) else None
        key = f"{PLATFORM}:{name.lower()}:{number if str(number).isdecimal() else self.client.ws.sequence}"
        if self._intake is not None:
            self._begin(self._intake.skip(key, type(error).__name__), "discord skip")

    async def take_message(self, message: discord.Message) -> None:
        """Handle a direct message."""
        if self._intake is None:
            return
        try:
            incoming = read_message(message, self._languages.get(message.author.id))
        except Exception as error:
            await self._intake.skip(f"{PLATFORM}:message:{message.id}", type(error).__name__)
            return
        if incoming is not None:
            self._post.chats.note(message.author.id, message.channel.id)
            await self._take(incoming, message.channel.id)

    async def take_interaction(self, interaction: AnyInteraction, read: Callable[[AnyInteraction], Any]) -> None:
        """Handle a button, a list, a form or a command."""
        if self._intake is None or self._intake.is_stopping():
            return
        try:
            self._languages.note(interaction.user.id, str(interaction.locale))
            incoming = read(interaction)
        except Exception as error:
            await self._intake.skip(f"{PLATFORM}:interaction:{interaction.id}", type(error).__name__)
            return
        taking = self._take(incoming, interaction.channel_id or 0)
        await self._intake.answer(interaction, taking, read_way(incoming.via))

    def _take(self, incoming: Incoming, channel: int) -> asyncio.Task[Shown | None]:
        """Hand an event to the door; what its person did in that chat before it and nobody heard comes first."""
        assert self._intake is not None
        assert self._reading is not None
        return self._intake.take(
            incoming, self._reading.missed(channel), partial(self._reading.marked, channel=channel)
        )

    async def _chosen(self, interaction: AnyInteraction, name: str, rest: str) -> None:
        await self.take_interaction(interaction, lambda chosen: read_command(chosen, name, rest))

    async def _suggest(self, interaction: AnyInteraction, name: str, typed: str) -> Sequence[tuple[str, str]]:
        shown = await self._intake.ask(read_typing(interaction, name, typed)) if self._intake else Shown()
        return shown.choices

    def _begin(self, work: Awaitable[None], name: str) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        task.set_name(name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _proxy(api: str) -> str | None:
    """Return the proxy that the environment names for the API's address."""
    host = api.partition("://")[2].partition("/")[0]
    return None if proxy_bypass(host) else getproxies().get(api.partition(":")[0])
