"""What stands behind the Telegram adapter in its tests: a door that notes what it hears or fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.chats.telegram import TelegramChat
from bot.chats.telegram_poll import Timing
from bot.clock import SystemClock
from bot.speech import Incoming, Shared, Shown
from tests.fakes import PATIENCE, BotApi

QUICK = Timing(
    long_poll=2,
    stored=(0.02, 0.05),
    network=(0.02, 0.05),
    conflict=(0.05, 0.1),
    nothing_new=0.05,
    farewell=0.1,
)

SECRET = "a-secret_of-the-webhook"


class Door:
    """`heard` is what was committed. `before` may wait or raise; whatever it raises, nothing is committed."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.skipped: list[tuple[str, str]] = []
        self.toast = ""
        self.shared: Shared | None = None
        self.before: Callable[[Incoming], Awaitable[None]] | None = None
        self.before_skip: Callable[[str], Awaitable[None]] | None = None

    async def receive(self, incoming: Incoming) -> Shown:
        if self.before:
            await self.before(incoming)
        if incoming.key not in {known.key for known in self.heard}:
            self.heard.append(incoming)
        return Shown(self.toast, shared=self.shared)

    async def on_skip(self, key: str, problem: str) -> None:
        if self.before_skip:
            await self.before_skip(key)
        self.skipped.append((key, problem))

    @property
    def texts(self) -> list[str]:
        return [incoming.text for incoming in self.heard]


def telegram(url: str, token: str, door: Door, **settings: Any) -> TelegramChat:
    chosen: dict[str, Any] = {"timing": QUICK, "clock": SystemClock()} | settings
    return TelegramChat(token=token, api=url, on_skip=door.on_skip, **chosen)


@asynccontextmanager
async def listening(api: BotApi, door: Door, **settings: Any) -> AsyncIterator[TelegramChat]:
    chat = telegram(api.url, api.token, door, **settings)
    await chat.start()
    await chat.hear(door.receive)
    try:
        yield chat
    finally:
        await chat.stop()


async def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for something that happens in this event loop."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is about many things, no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def answering(answer: Callable[[str], web.Response]) -> AsyncIterator[str]:
    """A server that is no Bot API; `answer` takes the name of the method. Yields its address."""

    async def handle(request: web.Request) -> web.Response:
        return answer(request.path.rpartition("/")[2])

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
