"""One running Bot API, an aiohttp client that asks it, and a real `telegram.Bot` on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import telegram

from tests.fakes import TOKEN, BotApi

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
