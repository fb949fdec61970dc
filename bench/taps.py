"""How many taps the real door takes, and how soon its replies leave while a sweep runs beside it.

    .venv/bin/python bench/taps.py [--database sqlite|postgresql] [--taps 3000]

Everybody has been asked and taps "Did it", each once, and each tap is stored before it is acknowledged (SQLite: WAL,
synchronous FULL, on disk). The second figure is had at a hundred taps a second: from the tap to the reply in the chat's
hands, through outbox and pump, while 10,000 nudges that are due go through the sweep. Prints a line of JSON a figure.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import String, cast, select, update

from bench.town import DATABASES, DAY, RunningClock, Town, fill, line, open_store, place
from bot.__main__ import spare_the_collector
from bot.catalogue import Catalogue
from bot.clock import utc
from bot.nudges.sweep import sweep
from bot.outbox.marks import drop_all
from bot.outbox.pace import Pace, limits_of
from bot.outbox.states import State
from bot.rota import Rota
from bot.speech import Address, Incoming, Kind, Outgoing, Payload, Receipt
from bot.status import MOST_PAID
from bot.store import Store
from bot.store.tables import addresses, outbox
from tests.kit.talk import House, MemoryChat

AT = 1_795_035_600
"""Wednesday, 18 November 2026, 21:00 UTC."""
SIDE_BY_SIDE = 32
"""Taps that are in hand at once: as many people tap in the same instant."""
A_SECOND = 100
"""Taps a second while the sweep runs."""
BESIDE = 10_000
"""Nudges that the sweep takes meanwhile."""
GOAL = 500
"""Taps a second."""


class StopwatchChat(MemoryChat):
    """Notes when the first reply to a tap reached it, by chat (seconds of the performance counter)."""

    def __init__(self) -> None:
        super().__init__()
        self.left: dict[str, float] = {}

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        if not outgoing.nudge:
            self.left.setdefault(address.chat, time.perf_counter())
        return Receipt(str(nonce))


class Asked(NamedTuple):
    """A prompt that stands in a chat."""

    chat: str
    moment: int
    message: str


def ask(store: Store, catalogue: Catalogue) -> list[Asked]:
    """Let everybody be asked who is due, as if the prompts had left by now."""
    while store.run_now(lambda tx: sweep(tx, catalogue)).taken:
        pass
    sent = update(outbox).values(state=State.SENT, message=cast(outbox.c.id, String), finished_at=AT)
    store.run_now(lambda tx: tx.connection.execute(sent))
    wanted = (
        select(addresses.c.chat, outbox.c.moment_id, outbox.c.message)
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .order_by(outbox.c.id)
    )
    return [Asked(*row) for row in store.run_now(lambda tx: tx.connection.execute(wanted).all())]


def tap(asked: Asked) -> Incoming:
    """Return the tap on "Did it"."""
    payload = str(Payload("did", asked.moment))
    return Incoming(
        f"memory:{asked.moment}", Address("memory", asked.chat), Kind.TAP, payload, message=asked.message, language="en"
    )


async def all_at_once(house: House, waiting: list[Asked]) -> float:
    """Take so many taps as fast as they go and return how many a second."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(asked: Asked) -> None:
        async with gate:
            await house.door.receive(tap(asked))

    began = time.perf_counter()
    await asyncio.gather(*map(one, waiting))
    return len(waiting) / (time.perf_counter() - began)


async def beside_a_sweep(house: House, rota: Rota, chat: StopwatchChat, waiting: list[Asked]) -> list[float]:
    """Take a hundred taps a second while the sweep runs; return the milliseconds from each to its reply."""
    tapped: dict[str, float] = {}
    house.store.wake = house.pump.wake  # as bot/app.py connects them
    pumping = asyncio.create_task(house.pump.run())
    sweeping = asyncio.create_task(rota.tick())
    began, hearing = time.perf_counter(), []
    for number, asked in enumerate(waiting):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        tapped[asked.chat] = time.perf_counter()
        hearing.append(asyncio.create_task(house.door.receive(tap(asked))))
        if sweeping.done() and number > A_SECOND:
            break
    await asyncio.gather(*hearing)
    await sweeping
    async with asyncio.timeout(30):
        while not tapped.keys() <= chat.left.keys():
            await asyncio.sleep(0.02)
    await house.pump.stop()
    await pumping
    return sorted((chat.left[who] - at) * 1000 for who, at in tapped.items())


def measure(url: str, taps: int, kind: str) -> bool:
    """Measure on one database."""
    clock = RunningClock(utc(AT - 60))
    store = open_store(url, clock)
    beside = 20 * A_SECOND
    people = taps + beside + BESIDE
    fill(store, Town(people, people, AT), platform="memory", sealed=True)
    clock.forward_to(AT)
    chat = StopwatchChat()
    house = House(store, clock, chat)
    waiting = ask(store, house.catalogue)[: taps + beside]
    # The fastest pace that any platform allows: what Telegram lets a host pay for.
    fastest = limits_of(["telegram"], MOST_PAID)["telegram"]
    house.pump.paces[chat.name] = Pace(fastest, clock.monotonic, clock.sleep)
    spare_the_collector()  # as `pebble run` does
    rates = []
    third = taps // 3
    for part in range(3):
        rates.append(asyncio.run(all_at_once(house, waiting[part * third : (part + 1) * third])))
    store.run_now(drop_all)
    chat.left.clear()
    # The nudges of the next day are what is swept.
    clock.forward_to(AT + DAY)
    rota = Rota(store, house.catalogue, clock)
    waits = asyncio.run(beside_a_sweep(house, rota, chat, waiting[taps:]))
    store.close()
    p99 = waits[int(len(waits) * 0.99) - 1]
    well = line(
        "taps.rate", statistics.median(rates), "1/s", GOAL, at_most=False, database=kind, runs=[round(r) for r in rates]
    )
    return (
        line("taps.p99", p99, "ms", 50, database=kind, taps=len(waits), median=round(statistics.median(waits), 1))
        and well
    )


def main() -> int:
    """Measure on each database."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--taps", type=int, default=3000)
    parser.add_argument("--database", choices=DATABASES, action="append")
    chosen = parser.parse_args()
    well = True
    for kind in chosen.database or DATABASES:
        with place(kind) as fresh:
            well &= measure(fresh(), chosen.taps, kind)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
