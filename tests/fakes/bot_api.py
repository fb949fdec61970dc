"""A strict stand-in for Telegram's Bot API, for tests that talk HTTP and never leave this machine.

    with BotApi() as api:                       # or: async with BotApi() as api
        ann = api.person(11, language="de")
        ann.command("start")                    # the bot under test polls api.base_url + token
        ann.wait_for("Pick one")                # in the bot's own event loop: await ann.wait_for_async(...)
        ann.tap("One slow breath")
        api.fail("sendMessage", how=Cut(after=True))
        assert api.calls_inside_pause == 0

It keeps what Telegram keeps while the bot dies and comes back, and refuses what Telegram refuses in
Telegram's words (https://core.telegram.org/bots/api, tdlib/telegram-bot-api).
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from types import TracebackType
from typing import Any

from .bot_api_faults import Call, Fault, Pace
from .bot_api_people import Group, Person
from .bot_api_server import Server
from .bot_api_talk import wait_until
from .bot_api_webhook import Delivery
from .bot_api_world import User, World
from .patience import PATIENCE

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"  # of the shape that the documentation shows


class BotApi:
    """The server with its handle. Every method and property is safe to use from the test's thread.

    `inline`: the bot has inline mode, which `world.inline` switches later.
    `local`: behaves as a self-hosted server in local mode, which takes http webhooks on any port.
    `enforce_rates`: answers 429 above Telegram's pace. `conflict_pause`: see `Polling`, in seconds.
    `webhook_tries`: how often an update is posted before it is given up. `port` 0 takes a free one.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        inline: bool = False,
        local: bool = False,
        enforce_rates: bool = False,
        conflict_pause: float = 3.0,
        webhook_tries: int = 5,
        port: int = 0,
    ) -> None:
        self.token = token
        self._port = port
        number = int(token.partition(":")[0])
        bot = {"id": number, "is_bot": True, "first_name": "Pebble", "username": "pebble_test_bot"}
        self.world = World(bot, inline=inline)
        self._people: dict[int, Person] = {}
        self._groups: dict[int, Group] = {}
        self._server = Server(self.world, token, local=local, conflict_pause=conflict_pause, tries=webhook_tries)
        self._server.pace = Pace() if enforce_rates else None

    def start(self) -> BotApi:
        """Listens on 127.0.0.1 before it returns."""
        self._server.start(self._port)
        return self

    def stop(self) -> None:
        """Ends the server; what was said can still be read."""
        self._server.stop()

    def __enter__(self) -> BotApi:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> BotApi:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, in the place of https://api.telegram.org."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls `base_url`: the token follows directly."""
        return f"{self.url}/bot"

    def person(self, user_id: int, language: str = "en", first_name: str = "Ann") -> Person:
        """The person with this id, made at the first mention; the bot cannot write to them before they do."""
        with self.world.changed:
            if user_id not in self._people:
                user = User(user_id, first_name, language)
                self.world.users[user_id] = user
                self._people[user_id] = Person(self.world, user)
            return self._people[user_id]

    def group(self, chat_id: int, title: str = "Family") -> Group:
        """The group with this (negative) id, made at the first mention; the bot is not in it yet."""
        with self.world.changed:
            if chat_id not in self._groups:
                self._groups[chat_id] = Group(self.world, chat_id, title)
            return self._groups[chat_id]

    def push(self, update: Any) -> int | None:
        """Hands out anything as an update, however malformed; an object without an id gets the next one.

        It is delivered once at least, even with an id that was confirmed before. Returns the id.
        """
        with self.world.changed:
            number = self.world.updates.add_raw(update)
        self.world.on_update()
        return number

    def repeat_last(self) -> None:
        """Delivers the newest update once more with the same id."""
        self.push(copy.deepcopy(self.world.updates.last_body))

    def fail(self, method: str | None = None, times: float = 1, *, how: Fault, chat_id: int | None = None) -> None:
        """The next `times` calls of this method (None: any but getUpdates) to this chat meet the fault."""
        with self.world.changed:
            self._server.faults.plan(method, times, how, chat_id)

    def recover(self) -> None:
        """Forgets all planned faults; pauses that run go on."""
        with self.world.changed:
            self._server.faults.planned.clear()

    @property
    def calls(self) -> list[Call]:
        """Every call that reached the server, oldest first."""
        with self.world.changed:
            return list(self._server.calls)

    def calls_of(self, *methods: str) -> list[Call]:
        """The calls of these methods."""
        names = {method.lower() for method in methods}
        return [call for call in self.calls if call.method.lower() in names]

    @property
    def calls_inside_pause(self) -> int:
        """Calls that came although a 429 had asked for silence there."""
        return sum(call.inside_pause for call in self.calls)

    @property
    def pending(self) -> list[Any]:
        """Updates that the bot has not confirmed yet."""
        with self.world.changed:
            return [waiting.body for waiting in self.world.updates.waiting]

    @property
    def deliveries(self) -> list[Delivery]:
        """Every POST to the webhook with its answer."""
        with self.world.changed:
            return list(self._server.webhook.deliveries)

    def wait_for(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Blocks until the condition holds. Raises AssertionError with a picture of all conversations."""
        if not wait_until(self.world, condition, seconds):
            raise AssertionError(f"it did not happen within {seconds} s\n{self.picture()}")

    async def wait_for_async(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """`wait_for` for a test whose bot runs in the same event loop."""
        await asyncio.to_thread(self.wait_for, condition, seconds)

    def picture(self) -> str:
        """All conversations and the last calls as text."""
        talks = [talk.picture() for talk in (*self._people.values(), *self._groups.values())]
        last = [f"{call.method} {call.chat_id or ''}: {call.outcome}" for call in self.calls[-10:]]
        return "\n".join([*talks, "--- last calls ---", *last])
