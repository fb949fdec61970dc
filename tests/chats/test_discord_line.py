"""Letting go of the line to Discord: at any moment, within seconds, and of all of it."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from discord.gateway import DiscordWebSocket, KeepAliveHandler

from bot.chats import discord_line
from tests.chats.discord_door import DiscordDoor, listening
from tests.chats.telegram_door import until
from tests.fakes import DiscordApi

SOON = 5.0
"""Seconds within which a stop has to be over on a busy machine."""


@pytest.fixture
async def api() -> AsyncIterator[DiscordApi]:
    async with DiscordApi() as api:
        yield api
        assert api.errors == []


def beating() -> int:
    """Return how many lines still tell Discord that somebody is there."""
    return sum(isinstance(each, KeepAliveHandler) and not each._stop_ev.is_set() for each in threading.enumerate())


async def test_a_stop_in_the_very_moment_in_which_the_line_is_back_ends_it(
    api: DiscordApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    resume, stops = DiscordWebSocket.resume, []
    async with listening(api, DiscordDoor()) as chat:

        async def stop_with_the_last_step(line: DiscordWebSocket) -> None:
            await resume(line)
            stops.append(asyncio.create_task(chat.rest()))

        monkeypatch.setattr(DiscordWebSocket, "resume", stop_with_the_last_step)
        api.cut()
        await until(lambda: stops)
        await asyncio.wait_for(stops[0], SOON)
        await api.wait_for_async(lambda: not api.connected)
        assert beating() == 0


async def test_a_line_that_was_not_ready_yet_is_let_go_of_too(api: DiscordApi, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait_for_ever(_self: object, _shard_id: int | None, *, initial: bool) -> None:
        assert not initial
        await asyncio.Event().wait()

    async with listening(api, DiscordDoor()) as chat:
        monkeypatch.setattr(type(chat.client), "before_identify_hook", wait_for_ever)
        api.invalidate()
        await until(lambda: chat.trouble() == "the line to Discord is down")
        await until(lambda: beating() == 1)
        await asyncio.wait_for(chat.rest(), SOON)
        assert beating() == 0


async def test_a_discord_that_does_not_say_goodbye_is_not_waited_for(
    api: DiscordApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord_line, "FAREWELL", 0.05)
    async with listening(api, DiscordDoor()) as chat:
        [link] = api.gateway.links
        deaf = threading.Event()
        link.loop.call_soon_threadsafe(deaf.wait)
        try:
            await asyncio.wait_for(chat.rest(), SOON)
        finally:
            deaf.set()
    assert beating() == 0
