"""How many messages leave a second: real outbox and Telegram adapter, with the pace lifted, marks committed.

    .venv/bin/python bench/send.py [--messages 5000] [--aiogram PYTHON]

Against a Bot API on loopback that takes everything at once (bench/bot_api.py, a process of its own). In the same run,
one after another and three times each: python-telegram-bot with its own transport, and aiogram where the Python of an
environment that has it is given; both only send, without a row or a mark. Prints one line of JSON a figure.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select

from bench.bot_api import TOKEN, serving
from bench.town import DATABASES, Town, fill, line, open_store, place
from bot.__main__ import spare_the_collector
from bot.chats.telegram import TelegramChat
from bot.clock import SystemClock, utc
from bot.outbox.handout import handout_for
from bot.outbox.pace import FREE, Pace
from bot.outbox.pump import Pump
from bot.outbox.shelf import Terms, put_all, row_of_body, stored
from bot.outbox.states import Priority, State
from bot.speech import Outgoing
from bot.store import Store, Tx
from bot.store.tables import addresses, outbox
from tests.kit.clock import HandClock

SENDERS = Path(__file__).with_name("senders.py")
RUNS = 3
GOAL = 1500
"""Messages a second."""
TEXT = "🌬️ One slow breath: in, and twice as long out."


def put(tx: Tx) -> int:
    """Put one message for everybody and return how many those are."""
    body = stored(Outgoing(TEXT)).encode()
    terms = Terms(priority=Priority.NUDGE, deadline=tx.now + 86_400)
    people = tx.connection.scalars(select(addresses.c.id)).all()
    return put_all(tx, [row_of_body(tx, one, body, terms) for one in people])


async def pumped(store: Store, api: str) -> float:
    """Send all that waits and return the seconds until the last mark was committed."""
    clock = SystemClock()
    chat = TelegramChat(token=TOKEN, api=api, on_skip=_skip, clock=clock)
    pump = Pump(
        store, {"telegram": chat}, handout_for(store.url), clock, paces={"telegram": Pace(FREE, clock.monotonic)}
    )
    store.wake = pump.wake
    await chat.start()
    began = time.perf_counter()
    await pump.settle()
    took = time.perf_counter() - began
    await chat.stop()
    return took


async def _skip(_key: str, _problem: str) -> None:
    """Nothing is heard here."""


def pebble(url: str, api: str, messages: int, kind: str) -> tuple[bool, float]:
    """Send so many three times from one process; return whether the goal is reached, and the median rate."""
    store = open_store(url, HandClock(utc(int(time.time()) // 60 * 60)))
    fill(store, Town(messages, 0, int(time.time()) // 60 * 60))
    store.clock = SystemClock()
    spare_the_collector()  # as `pebble run` does
    rates = []
    for _ in range(RUNS):
        assert store.run_now(put) == messages
        rates.append(messages / asyncio.run(pumped(store, api)))
    wanted = select(func.count()).where(outbox.c.state == State.SENT)
    assert store.run_now(lambda tx: tx.connection.scalar(wanted)) == RUNS * messages
    store.close()
    rate = statistics.median(rates)
    more = {"database": kind, "messages": messages, "runs": [round(one) for one in rates]}
    return line("send.rate", rate, "1/s", GOAL, at_most=False, **more), rate


def other(kind: str, python: str, api: str, messages: int) -> float:
    """Return how many messages a second another library sends."""
    rates = []
    for _ in range(RUNS):
        command = [python, str(SENDERS), kind, api, str(messages)]
        rates.append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    rate = statistics.median(rates)
    line(f"send.{kind}", rate, "1/s", messages=messages, runs=[round(one) for one in rates])
    return rate


def main() -> int:
    """Measure on each database, and the others."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--aiogram", metavar="PYTHON", help="a Python that has aiogram")
    chosen = parser.parse_args()
    well, ours = True, {}
    with serving() as api:
        for kind in chosen.database or DATABASES:
            with place(kind) as fresh:
                reached, ours[kind] = pebble(fresh(), api, chosen.messages, kind)
                well &= reached
        others = {"ptb": sys.executable} | ({"aiogram": chosen.aiogram} if chosen.aiogram else {})
        for kind, python in others.items():
            theirs = other(kind, python, api, min(chosen.messages, 2000))
            for database, rate in ours.items():
                line(f"send.ratio_to_{kind}", rate / theirs, "×", database=database)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
