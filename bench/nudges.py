"""How fast due nudges go through the real sweep into the outbox, among a million that wait for their time.

    .venv/bin/python bench/nudges.py [--people 1000000] [--due 100000] [--database sqlite|postgresql] [--others]

Each database is filled once (bench/town.py) and copied in time by the clock: the same people are due again a day later,
so that three runs are had from one filling. `--others` measures beside it what people would use instead, with default
settings: python-telegram-bot's JobQueue, and APScheduler with its SQLAlchemy store, one job a schedule. Prints one line
of JSON a figure; figures are medians of three.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select

from bench.town import DATABASES, DAY, Town, fill, line, open_store, place, resident
from bot.__main__ import spare_the_collector
from bot.catalogue import Catalogue, load_catalogue
from bot.clock import utc
from bot.nudges.sweep import sweep
from bot.rota import Rota
from bot.store import Store
from bot.store.tables import outbox
from tests.kit.clock import HandClock

AT = 1_795_035_600
"""Wednesday, 18 November 2026, 21:00 UTC."""
RUNS = 3
GOAL = {"sqlite": 25_000, "postgresql": 20_000}
"""Rows a second."""
FEW = 1000


async def swept(store: Store, catalogue: Catalogue, clock: HandClock, at: int) -> tuple[float, float]:
    """Let the clock show `at` and tick once; return the seconds until the first batch was there, and until all was."""
    clock.forward_to(at)
    rota = Rota(store, catalogue, clock)
    rang: list[float] = []
    began = time.perf_counter()
    store.wake = lambda: rang.append(time.perf_counter() - began)
    await rota.tick()
    took = time.perf_counter() - began
    await asyncio.sleep(0)  # wakes are handed over by the loop
    return rang[0] if rang else took, took


def many(url: str, catalogue: Catalogue, town: Town, kind: str) -> bool:
    """Measure the great hour three times, a day apart, and what a tick costs that finds nothing."""
    clock = HandClock(utc(town.at - 60))
    store = open_store(url, clock)
    fill(store, town)
    store.close()
    store = open_store(url, clock)  # a migrated engine that has seen nothing yet
    began = time.perf_counter()
    store.run_now(lambda tx: sweep(tx, catalogue))
    first_look = time.perf_counter() - began
    before, rows, firsts = resident(), [], []
    for day in range(RUNS):
        had = store.run_now(lambda tx: tx.connection.scalar(select(func.count()).select_from(outbox)) or 0)
        first, took = asyncio.run(swept(store, catalogue, clock, town.at + day * DAY))
        made = store.run_now(lambda tx: tx.connection.scalar(select(func.count()).select_from(outbox)) or 0) - had
        assert made >= town.due, f"{made} rows for {town.due} that were due"
        rows.append(made / took)
        firsts.append(first * 1000)
    grown = resident() - before
    clock.forward(1)
    empty = asyncio.run(ticks(store, catalogue, clock))
    store.close()
    size: dict[str, Any] = {"database": kind, "people": town.people, "due": town.due}
    return all(
        [
            line(
                "nudges.rows",
                statistics.median(rows),
                "1/s",
                GOAL[kind],
                at_most=False,
                **size,
                runs=[round(r) for r in rows],
            ),
            line("nudges.first_row", statistics.median(firsts), "ms", 100, **size),
            line("nudges.empty_tick", empty, "ms", 2, **size),
            line("nudges.first_sweep", first_look, "s", 0.5, **size),
            line("nudges.memory_growth", grown, "MB", 60, **size),
        ]
    )


async def ticks(store: Store, catalogue: Catalogue, clock: HandClock) -> float:
    """Return the median of a tick that finds nothing, in milliseconds."""
    rota, took = Rota(store, catalogue, clock), []
    await rota.tick()
    for _ in range(200):
        clock.forward(1)
        began = time.perf_counter()
        await rota.tick()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def few(fresh: list[str], catalogue: Catalogue, sizes: tuple[int, int], kind: str) -> bool:
    """Compare what a thousand due cost among few and among many."""
    seconds = []
    for url, people in zip(fresh, sizes, strict=True):
        clock = HandClock(utc(AT - 60))
        store = open_store(url, clock)
        fill(store, Town(people, FEW, AT))
        runs = [asyncio.run(swept(store, catalogue, clock, AT + day * DAY))[1] for day in range(5)]
        seconds.append(statistics.median(runs))
        store.close()
    ratio = seconds[1] / seconds[0]
    more: dict[str, Any] = {"database": kind, "sizes": sizes, "ms": [round(each * 1000, 1) for each in seconds]}
    return line("nudges.thousand_due_ratio", ratio, "×", 3, **more)


def main() -> int:
    """Measure on each database."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--others", action="store_true", help="measure what people would use instead as well")
    chosen = parser.parse_args()
    catalogue, well = load_catalogue(()), True
    spare_the_collector()  # as `pebble run` does
    for kind in chosen.database or DATABASES:
        with place(kind) as fresh:
            well &= many(fresh(), catalogue, Town(chosen.people, chosen.due, AT), kind)
            if chosen.people > 10_000:
                well &= few([fresh(), fresh()], catalogue, (10_000, chosen.people), kind)
    if chosen.others:
        from bench.schedulers import compare

        compare()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
