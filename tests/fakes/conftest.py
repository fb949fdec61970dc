"""One running Bot API or Discord, an aiohttp client that asks it, and a real bot on it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import discord
import pytest
import telegram

from tests.fakes import TOKEN, BotApi, DiscordApi

Ask = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(conflict_pause=0.2) as running:
        yield running


@pytest.fixture
async def ask(api: BotApi) -> AsyncIterator[Ask]:
    async with aiohttp.ClientSession() as session:

        async def post(method: str, /, **params: Any) -> tuple[int, dict[str, Any]]:
            async with session.post(f"{api.base_url}{TOKEN}/{method}", json=params) as response:
                return response.status, await response.json()

        yield post


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(TOKEN, base_url=api.base_url) as running:
        yield running


Rest = Callable[..., Awaitable[tuple[int, Any]]]
INTENTS = discord.Intents(guilds=True, dm_messages=True)


class Client(discord.Client):
    """A bot that only listens: a test takes what it heard and answers itself."""

    def __init__(self, intents: discord.Intents = INTENTS) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.01)
        self.became_ready = asyncio.Event()
        self.tree = discord.app_commands.CommandTree(self)
        self.messages: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.interactions: asyncio.Queue[discord.Interaction] = asyncio.Queue()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Begins anew without the five seconds that discord.py waits."""

    async def on_ready(self) -> None:
        self.became_ready.set()

    async def on_message(self, message: discord.Message) -> None:
        await self.messages.put(message)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self.interactions.put(interaction)

    async def heard(self) -> discord.Message:
        """The next message."""
        return await asyncio.wait_for(self.messages.get(), 5)

    async def asked(self) -> discord.Interaction:
        """The next interaction."""
        return await asyncio.wait_for(self.interactions.get(), 5)


@contextlib.asynccontextmanager
async def running(api: DiscordApi) -> AsyncIterator[Client]:
    """A client that is connected, until the block ends."""
    with api.for_discord_py():
        client = Client()
        task = asyncio.create_task(client.start(api.token))
        try:
            await client.became_ready.wait()
            yield client
        finally:
            await client.close()
            await task


@pytest.fixture
async def dapi() -> AsyncIterator[DiscordApi]:
    async with DiscordApi() as started:
        yield started
    assert not started.errors


@pytest.fixture
async def client(dapi: DiscordApi) -> AsyncIterator[Client]:
    async with running(dapi) as started:
        yield started


@pytest.fixture
async def rest(dapi: DiscordApi) -> AsyncIterator[Rest]:
    headers = {"Authorization": f"Bot {dapi.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def call(method: str, path: str, body: Any = None, /, **more: Any) -> tuple[int, Any]:
            body = {"json": body} if body is not None else {}
            async with session.request(method, f"{dapi.url}/api/v10{path}", **body, **more) as response:
                return response.status, await response.json() if response.status != 204 else None

        yield call
