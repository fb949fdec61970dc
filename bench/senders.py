"""How fast others send: `python bench/senders.py ptb|aiogram ADDRESS MESSAGES`, 256 at once, prints messages a second.

Run by bench/send.py, for aiogram with the Python of an environment of its own (`make bench` makes it).
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

TOKEN = "1000001:benchmark"
AT_ONCE = 256

Send = Callable[[int, str], Awaitable[object]]


async def ptb(address: str, work: Callable[[Send], Awaitable[None]]) -> None:
    """python-telegram-bot with its own transport, allowed as many connections as messages are under way."""
    from telegram import Bot
    from telegram.request import HTTPXRequest

    request = HTTPXRequest(connection_pool_size=AT_ONCE, pool_timeout=60.0)
    async with Bot(TOKEN, base_url=f"{address}/bot", request=request) as bot:
        await work(lambda chat, text: bot.send_message(chat, text))


async def aiogram(address: str, work: Callable[[Send], Awaitable[None]]) -> None:
    """aiogram with its own session."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    session = AiohttpSession(api=TelegramAPIServer.from_base(address), limit=AT_ONCE)
    async with Bot(TOKEN, session=session) as bot:
        await work(lambda chat, text: bot.send_message(chat, text))


async def main(kind: str, address: str, messages: int) -> float:
    """Send so many messages and return how many a second."""
    rate = 0.0

    async def work(send: Send) -> None:
        nonlocal rate
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                await send(number, "🌬️ One slow breath: in, and twice as long out.")

        await asyncio.gather(*(one(number) for number in range(1, AT_ONCE)))  # connections are open from here on
        began = time.perf_counter()
        await asyncio.gather(*(one(number) for number in range(1, messages + 1)))
        rate = messages / (time.perf_counter() - began)

    await {"ptb": ptb, "aiogram": aiogram}[kind](address, work)
    return rate


if __name__ == "__main__":
    print(round(asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))), 1))
