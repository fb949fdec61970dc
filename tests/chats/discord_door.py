"""What stands behind the Discord adapter in its tests: a door that notes what it hears, and says what a test wants."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord.http
import pytest

from bot.chats.discord import DiscordChat
from bot.speech import Address, Button, Incoming, Rows, Shown
from tests.chats.discord_drivers import discord_chat
from tests.chats.telegram_door import Door, until
from tests.fakes import DiscordApi

ANN = Address("discord", "11")
CANARY = "my-own-words"
ROWS: Rows = ((Button("Did it", "1:did:9:"), Button("Later", "1:later:9:")), (Button("No", "1:no:9:"),))


class DiscordDoor(Door):
    """`shown` is what is to be shown at once. `offered` counts what was repeated, too."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = Shown()
        self.offered: list[str] = []

    async def receive(self, incoming: Incoming) -> Shown:
        self.offered.append(incoming.key)
        await super().receive(incoming)
        return self.shown


@asynccontextmanager
async def listening(api: DiscordApi, door: Door, **settings: Any) -> AsyncIterator[DiscordChat]:
    """A chat that is connected."""
    with api.for_discord_py():
        chosen = {"token": api.token, "api": f"{api.url}/api/v10", "on_skip": door.on_skip} | settings
        chat = discord_chat(**chosen)
        await chat.start()
        await chat.hear(door.receive)
        try:
            await until(lambda: chat.trouble() is None or "answered" not in str(chat.trouble()), seconds=10)
            yield chat
        finally:
            async with asyncio.timeout(15):  # a door that a failed test left shut would keep it for ever
                await chat.stop()


class _Hurried:
    """asyncio as discord.py sees it, but nobody sleeps."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, _seconds: float) -> None:
        await asyncio.sleep(0)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library's pauses between two tries pass at once."""
    monkeypatch.setattr(discord.http, "asyncio", _Hurried())
