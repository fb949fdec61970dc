"""A strict stand-in for Discord, for tests that talk HTTP and websockets and never leave this machine.

    with DiscordApi() as api:                       # or: async with DiscordApi() as api
        with api.for_discord_py():                  # a discord.py Client in this process, started with api.token
            ann = api.person(11, locale="de")
            ann.write("hello")
            ann.wait_for("Pick one")                # in the bot's own event loop: await ann.wait_for_async(...)
            ann.click("One slow breath")
            api.fail("POST", "/channels/*/messages", how=Cut(after=True))
            assert api.calls_inside_pause == 0

It keeps what Discord keeps while the bot dies and comes back, and refuses what Discord refuses with Discord's codes
(https://discord.com/developers/docs). There is one application and one server, with one text channel.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from .discord_faults import DiscordCall, DiscordFault, path_pattern
from .discord_gateway import Gateway, invalid_frame, reconnect_frame
from .discord_people import Person
from .discord_server import Server
from .discord_world import GUILD_CHANNEL, TEXT, User, World
from .patience import PATIENCE

# Of the shape of a real one, and put together so that no scanner takes it for one.
DISCORD_TOKEN = f"MTE0MjU4NzI5NDY0MTU5MjMyMA.Gtests.{'the-token-of-a-bot-that-is-none'}"


class DiscordApi:
    """The server with its handle. Every method and property is safe to use from the test's thread.

    `world` holds settings that may be changed at any time: `application` (what GET /applications/@me answers),
    `answer_within` (seconds until an interaction is unknown, 3), `token_life` (seconds that its token holds, 900),
    `nonce_window` (seconds in which a repeated nonce is the same message, 300; Discord says "the past few minutes")
    and `dm_openings` (how many new direct message channels may be opened, None for any number).
    """

    def __init__(self, token: str = DISCORD_TOKEN, *, name: str = "Pebble", port: int = 0) -> None:
        self.token = token
        self._port = port
        bot = User(1142587294641592320, name, bot=True)
        self.world = World(token, bot, _application(bot))
        self.world.users[bot.id] = bot
        self.world.add_channel(TEXT, id=GUILD_CHANNEL)
        self._people: dict[int, Person] = {}
        self._server = Server(self.world)

    def start(self) -> DiscordApi:
        """Listens on 127.0.0.1 before it returns."""
        self._server.start(self._port)
        return self

    def stop(self) -> None:
        """Ends the server; what was said can still be read."""
        self._server.stop()

    def __enter__(self) -> DiscordApi:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> DiscordApi:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, in the place of https://discord.com."""
        return self.world.url

    @contextlib.contextmanager
    def for_discord_py(self) -> Iterator[None]:
        """Points discord.py in this process here: its routes, and the Gateway's address, which it never asks for."""
        import discord  # here, so that other tests need not wait for it
        import yarl
        from discord.gateway import DiscordWebSocket

        old = discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        discord.http.Route.BASE = f"{self.url}/api/v10"
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self.gateway_url)
        try:
            yield
        finally:
            discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = old

    @property
    def gateway_url(self) -> str:
        """What GET /gateway answers."""
        return self.url.replace("http", "ws", 1) + "/gateway"

    @property
    def gateway(self) -> Gateway:
        """The Gateway; `resumable` decides whether sessions may be resumed."""
        return self._server.gateway

    def person(
        self, user_id: int, locale: str = "en-US", name: str = "Ann", *, zone: str = "UTC", installed: bool = False
    ) -> Person:
        """The person with this id, made at the first mention: in the server, with direct messages open.

        `zone` is where they read times; `installed`: they added the app to themselves.
        """
        with self.world.changed:
            if user_id not in self._people:
                user = User(user_id, name, locale, zone, installed=installed)
                self.world.users[user_id] = user
                self._people[user_id] = Person(self.world, user)
            return self._people[user_id]

    # Time and connection

    def move_clock(self, seconds: float) -> None:
        """Lets time pass at once: for answers, tokens, nonces, links and ids."""
        with self.world.changed:
            self.world.ahead += seconds
            self.world.changed.notify_all()

    def expire_tokens(self) -> None:
        """Lets every interaction that was made until now grow too old for followups (50027)."""
        with self.world.changed:
            for interaction in self.world.interactions.values():
                interaction.expired = True

    @property
    def connected(self) -> bool:
        """True while a bot is connected and identified."""
        with self.world.changed:
            return bool(self.gateway.links)

    def reconnect(self) -> None:
        """Asks the bot to connect again and resume (RECONNECT)."""
        self._tell(reconnect_frame())

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tells the bot that its session is no longer good (INVALID_SESSION); unless `resumable`, it is forgotten."""
        self._tell(invalid_frame(resumable=resumable))
        if not resumable:
            self.forget_sessions()

    def close(self, code: int = 4000) -> None:
        """Closes the bot's connections with this code."""
        self._tell(code)

    def cut(self) -> None:
        """Breaks the bot's connections without a word."""
        with self.world.changed:
            for link in self.gateway.links:
                link.cut()

    def forget_sessions(self) -> None:
        """From now on nothing can be resumed, as after some minutes without a connection."""
        with self.world.changed:
            self.gateway.sessions.clear()

    def _tell(self, frame: str | int) -> None:
        with self.world.changed:
            for link in self.gateway.links:
                link.send(frame)

    def push(self, name: str, body: Any) -> None:
        """Sends anything as an event, however malformed."""
        with self.world.changed:
            self.world.push(name, body)

    # Faults and calls

    def fail(self, method: str, path: str, times: float = 1, *, how: DiscordFault) -> None:
        """The next `times` calls of this route meet the fault: `fail("POST", "/channels/*/messages", how=Cut())`."""
        with self.world.changed:
            self._server.faults.plan(method, path, times, how)

    def recover(self) -> None:
        """Forgets all planned faults; pauses that run go on."""
        with self.world.changed:
            self._server.faults.planned.clear()

    @property
    def calls(self) -> list[DiscordCall]:
        """Every call that reached the server, oldest first."""
        with self.world.changed:
            return list(self._server.calls)

    def calls_of(self, method: str, path: str) -> list[DiscordCall]:
        """The calls of this route ("POST", "/channels/*/messages")."""
        return [each for each in self.calls if each.method == method and path_pattern(path).fullmatch(each.path)]

    @property
    def errors(self) -> list[BaseException]:
        """What broke in this stand-in itself, which a caller saw as a 500."""
        return list(self._server.errors)

    @property
    def calls_inside_pause(self) -> int:
        """Calls that came although a 429 had asked for silence there."""
        return sum(call.inside_pause for call in self.calls)

    @property
    def commands(self) -> list[dict[str, Any]]:
        """What the bot registered."""
        with self.world.changed:
            return list(self.world.commands)

    # Waiting

    def wait_for(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Blocks until the condition holds. Raises AssertionError with a picture of all conversations."""
        if not self.world.wait_until(condition, seconds):
            raise AssertionError(f"it did not happen within {seconds} s\n{self.picture()}")

    async def wait_for_async(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """`wait_for` for a test whose bot runs in the same event loop."""
        await asyncio.to_thread(self.wait_for, condition, seconds)

    def picture(self) -> str:
        """All conversations and the last calls as text."""
        last = [f"{call.method} {call.path}: {call.outcome}" for call in self.calls[-10:]]
        return "\n".join([*(person.picture() for person in self._people.values()), "--- last calls ---", *last])


def _application(bot: User) -> dict[str, Any]:
    """The "Application" object of a public app that can be added to servers and to people."""
    install = {"scopes": ["applications.commands", "bot"], "permissions": "0"}
    return {
        "id": str(bot.id),
        "name": bot.name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": User(1, "Owner").json(),
        "team": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "install_params": install,
        "integration_types_config": {
            "0": {"oauth2_install_params": install},
            "1": {"oauth2_install_params": install | {"scopes": ["applications.commands"]}},
        },
        "interactions_endpoint_url": None,
        "redirect_uris": [],
        "tags": [],
    }
