"""What one, two and four processes do on one PostgreSQL: taps and nudges a second, and what is lost or comes twice.

    .venv/bin/python bench/scale.py [--taps 2000] [--due 40000] [--processes 1 2 4]

Each process is one of its own, with the real door and the real sweep on the shared database. For taps every process
takes its share of the people; nudges are swept by all at once until nothing is due. On two cores, of which PostgreSQL
needs one, four are not four times as fast: what is to be seen is that nothing is lost. Prints a line of JSON a figure.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select

from bench.taps import Asked, all_at_once, ask
from bench.town import RunningClock, Town, fill, line, open_store, place
from bot.catalogue import load_catalogue
from bot.clock import utc
from bot.nudges.sweep import sweep
from bot.store import Keyring, Store
from bot.store.tables import moments, outbox
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.talk import House

AT = 1_795_035_600
"""Wednesday, 18 November 2026, 21:00 UTC."""


def take_taps(store: Store, clock: HandClock, waiting: list[Asked]) -> float:
    """Take these taps through the real door; return how many seconds that took."""
    began = time.perf_counter()
    asyncio.run(all_at_once(House(store, clock), waiting))
    return time.perf_counter() - began


def sweep_all(store: Store) -> float:
    """Sweep until nothing is due; return how many seconds that took."""
    catalogue, began = load_catalogue(()), time.perf_counter()
    while store.run_now(lambda tx: sweep(tx, catalogue)).taken:
        pass
    return time.perf_counter() - began


def work(url: str, what: str) -> None:
    """Be one of the processes: get ready, say so, do the share, say how long it took.

    Standard input names the host's key, and then the share.
    """
    clock = RunningClock(utc(AT))
    store = Store(url, clock, Keyring([sys.stdin.readline().strip()]))
    store.run_now(lambda tx: None)
    load_catalogue(())
    print("ready", flush=True)
    share = [Asked(*one) for one in json.loads(sys.stdin.readline())]
    print(take_taps(store, clock, share) if what == "taps" else sweep_all(store), flush=True)
    store.close()


def together(url: str, what: str, shares: list[list[Asked]]) -> float:
    """Let a process take each share, all at once; return the seconds of the slowest."""
    command = [sys.executable, str(Path(__file__)), "--work", what, "--url", url]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) for _ in shares
    ]
    for process in started:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(KEY + "\n")
        assert process.stdout.readline() == "ready\n"
    for process, share in zip(started, shares, strict=True):
        assert process.stdin is not None
        process.stdin.write(json.dumps(share) + "\n")
    return max(float(process.communicate()[0]) for process in started)


def measure(url: str, people: int, taps: int, processes: int) -> bool:
    """Measure with so many processes on an empty database."""
    clock = HandClock(utc(AT - 60))
    store = open_store(url, clock)
    fill(store, Town(people, people, AT), platform="memory", sealed=True)
    clock.forward_to(AT)
    seconds = together(url, "nudges", [[] for _ in range(processes)])
    rows, addressed = store.run_now(
        lambda tx: tx.connection.execute(select(func.count(), func.count(outbox.c.address_id.distinct()))).one()
    )
    well = line(
        "scale.nudges", rows / seconds, "1/s", processes=processes, lost=people - addressed, twice=rows - addressed
    )
    waiting = ask(store, load_catalogue(()))[:taps]
    seconds = together(url, "taps", [waiting[number::processes] for number in range(processes)])
    answered, replies = store.run_now(
        lambda tx: (
            tx.connection.scalar(select(func.count()).where(moments.c.answer == "did")) or 0,
            tx.connection.scalar(select(func.count()).where(outbox.c.op == "edit")) or 0,
        )
    )
    store.close()
    lost, twice = taps - answered, replies - taps
    well &= line("scale.taps", taps / seconds, "1/s", processes=processes, lost=lost, twice=twice)
    return well and (lost, twice, rows, addressed) == (0, 0, people, people)


def main() -> int:
    """Measure with each number of processes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--taps", type=int, default=2000)
    parser.add_argument("--due", type=int, default=40_000)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--work", choices=("taps", "nudges"), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work(chosen.url, chosen.work)
        return 0
    well = True
    with place("postgresql") as fresh:
        for processes in chosen.processes:
            well &= measure(fresh(), chosen.due, chosen.taps, processes)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
