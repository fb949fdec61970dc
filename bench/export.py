"""How long somebody with many moments holds up all others with /export, and how soon the files are there.

    .venv/bin/python bench/export.py [--database sqlite|postgresql] [--moments 20000]

Each moment has words, sealed. Meanwhile others tap, fifty a second, through the real door; outbox and pump run as they
do in Pebble. `export.held` is the longest that a unit of work took, from its first statement to its last, `export.tap`
what a tap waits until it is stored, beside the export and without one. Prints a line of JSON a figure.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import select

from bench.taps import AT, Asked, ask, tap
from bench.town import DATABASES, RunningClock, Town, fill, line, place, resident
from bot.__main__ import spare_the_collector
from bot.clock import utc
from bot.outbox.pace import Pace, limits_of
from bot.speech import Address, Incoming, Kind, Outgoing, Receipt
from bot.status import MOST_PAID
from bot.store import Keyring, Store, Tx
from bot.store.tables import moments, persons
from tests.kit.databases import KEY
from tests.kit.talk import House, MemoryChat

A_SECOND = 50
"""Taps a second of others."""
OTHERS = 3000
QUIET = 3.0
"""Seconds of taps before anybody asks for anything."""
ASKS = "1000001"
LATEST = 300.0
"""Seconds after which the files are not waited for any more."""


class Files(MemoryChat):
    """Notes the files that arrive, and keeps nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[tuple[str, int]] = []

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        if outgoing.attachment:
            self.files.append((outgoing.attachment.name, len(outgoing.attachment.content)))
        return Receipt(str(nonce))


class TimedStore(Store):
    """Notes how long units of work take that write, from their first statement to their last."""

    longest = 0.0

    async def run(self, work: Callable[[Tx], Any], *, patient: bool = False) -> Any:
        def timed(tx: Tx) -> Any:
            began = time.perf_counter()
            try:
                return work(tx)
            finally:
                self.longest = max(self.longest, time.perf_counter() - began)

        return await super().run(timed, patient=patient)


def live_long(store: Store, number: int) -> None:
    """Give the one who asks so many moments with words."""

    def write(tx: Tx) -> None:
        seal = tx.keys.seal(tx.connection.execute(select(persons.c.key_id).where(persons.c.id == 1)).scalar_one())
        tx.connection.execute(
            moments.insert(),
            [
                {
                    "person_id": 1,
                    "nudge_id": None,
                    "practice": "nightly-gratitude",
                    "slot": f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}T21:00",
                    "feelings": "none",
                    "created_at": AT - n * 60,
                    "answered_at": AT - n * 60 + 30,
                    "answer": "words",
                    "sealed_words": seal.close(
                        f"Today, number {n}: the light over the roofs, and a long talk with Ben."
                    ),
                }
                for n in range(number)
            ],
        )

    store.run_now(write)


async def tapping(house: House, waiting: list[Asked], waits: list[float], stop: asyncio.Event) -> None:
    """Let others tap until it is enough; note for each the milliseconds until it was stored."""

    async def one(asked: Asked) -> None:
        began = time.perf_counter()
        await house.door.receive(tap(asked))
        waits.append((time.perf_counter() - began) * 1000)

    began, hearing = time.perf_counter(), []
    for number, asked in enumerate(waiting):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        if stop.is_set():
            break
        hearing.append(asyncio.create_task(one(asked)))
    await asyncio.gather(*hearing)


async def beside_an_export(house: House, store: TimedStore, waiting: list[Asked]) -> dict[str, Any]:
    """Ask for the files while others tap, and return what was measured."""
    chat = house.chat
    assert isinstance(chat, Files)
    house.store.wake = house.pump.wake
    pumping = asyncio.create_task(house.pump.run())
    quiet: list[float] = []
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(QUIET, stop.set)
    await tapping(house, waiting, quiet, stop)
    await asyncio.sleep(0.5)
    stop = asyncio.Event()
    beside: list[float] = []
    others = asyncio.create_task(tapping(house, waiting[len(quiet) :], beside, stop))
    await asyncio.sleep(0.5)
    beside.clear()
    store.longest, began = 0.0, time.perf_counter()
    asked = Incoming("memory:export", Address("memory", ASKS), Kind.COMMAND, "export", language="en")
    await house.door.receive(asked)
    answered = time.perf_counter() - began
    while not any("tables" in name for name, _ in chat.files) or await waits_still(house):
        if time.perf_counter() - began > LATEST:
            break
        await asyncio.sleep(0.02)
    there = time.perf_counter() - began
    stop.set()
    await others
    held = store.longest
    await house.pump.stop()
    await pumping
    return {"held": held, "answered": answered, "there": there, "quiet": sorted(quiet), "beside": sorted(beside)}


async def waits_still(house: House) -> bool:
    """Return whether anything is still to leave for the one who asks."""
    wanted = "SELECT 1 FROM outbox WHERE address_id = 1 AND state IN ('waiting', 'sending') LIMIT 1"
    return await house.store.read(lambda tx: tx.connection.exec_driver_sql(wanted).first() is not None)


def at(waits: list[float], part: float) -> float:
    """Return what this part of all waits does not exceed."""
    return round(waits[min(len(waits) - 1, int(len(waits) * part))], 1)


def measure(url: str, number: int, kind: str) -> bool:
    """Measure on one database."""
    clock = RunningClock(utc(AT - 60))
    store = TimedStore(url, clock, Keyring([KEY]))
    fill(store, Town(OTHERS, OTHERS, AT), platform="memory", sealed=True)
    clock.forward_to(AT)
    chat = Files()
    house = House(store, clock, chat)
    waiting = [asked for asked in ask(store, house.catalogue) if asked.chat != ASKS]
    live_long(store, number)
    house.pump.paces[chat.name] = Pace(limits_of(["telegram"], MOST_PAID)["telegram"], clock.monotonic, clock.sleep)
    spare_the_collector()  # as `pebble run` does
    found = asyncio.run(beside_an_export(house, store, waiting))
    store.close()
    more: dict[str, Any] = {"database": kind, "moments": number}
    quiet, beside = found["quiet"], found["beside"]
    return all(
        [
            line("export.held", round(found["held"] * 1000, 1), "ms", 50, **more),
            line("export.tap", at(beside, 0.99), "ms", 50, **more, median=at(beside, 0.5), most=at(beside, 1)),
            line("export.tap.without", at(quiet, 0.99), "ms", None, **more, median=at(quiet, 0.5), most=at(quiet, 1)),
            line("export.answered", round(found["answered"] * 1000, 1), "ms", None, **more),
            line("export.there", round(found["there"], 2), "s", None, **more, files=chat.files, mb=round(resident())),
        ]
    )


def main() -> int:
    """Measure on each database."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--moments", type=int, default=20_000)
    parser.add_argument("--database", choices=DATABASES, action="append")
    chosen = parser.parse_args()
    well = True
    for kind in chosen.database or DATABASES:
        with place(kind) as fresh:
            well &= measure(fresh(), chosen.moments, kind)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
