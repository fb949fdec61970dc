"""How fast rows are handed out on PostgreSQL: claimed and marked, without a platform behind.

    .venv/bin/python bench/handout.py [--rows 10000]

By one worker and by two, and how soon somebody else's message is claimed while one address has a backlog of so many
rows. Prints one line of JSON a figure; medians of three.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import insert, select

from bench.town import line, open_store, place
from bot.clock import SystemClock
from bot.outbox.handout import Handout
from bot.outbox.job_claim import JobClaim
from bot.outbox.marks import Outcome
from bot.outbox.shelf import Terms, put_all, row_of_body, stored
from bot.outbox.states import Priority, State
from bot.speech import Outgoing
from bot.store import Store, Tx
from bot.store.tables import addresses
from tests.kit.clock import HandClock

RUNS = 3
AT_ONCE = 10
BODY = stored(Outgoing("🌬️ One slow breath: in, and twice as long out.")).encode()


def people(tx: Tx, number: int) -> None:
    """Make so many addresses."""
    tx.connection.execute(insert(addresses), [{"platform": "telegram", "chat": str(n)} for n in range(number)])


def put(tx: Tx, to: list[int], priority: Priority = Priority.NUDGE) -> int:
    """Put a message for each of these addresses."""
    terms = Terms(priority=priority, deadline=tx.now + 86_400)
    return put_all(tx, [row_of_body(tx, address_id, BODY, terms) for address_id in to])


def clear(tx: Tx) -> None:
    """Take away all messages and jobs."""
    tx.connection.exec_driver_sql("TRUNCATE outbox, pgqueuer, pgqueuer_log, pgqueuer_statistics CASCADE")


def settle(store: Store) -> None:
    """Let PostgreSQL count what it has, as it does by itself every minute."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def claim(store: Store, handout: Handout, most: int = AT_ONCE) -> list[int]:
    """Claim rows in a transaction of their own."""
    parcels = store.run_now(lambda tx: handout.claim(tx, "telegram", most, heavy=8, files=8, mine=()))
    return [parcel.id for parcel in parcels]


def drain(store: Store, handout: Handout) -> int:
    """Claim and mark until there is nothing left, as a pump does whose platform answers at once."""
    done = 0
    while ids := claim(store, handout):
        store.run_now(lambda tx, ids=ids: handout.mark(tx, [Outcome(one, State.SENT, message="1") for one in ids]))  # type: ignore[misc]
        done += len(ids)
    return done


def rate(store: Store, to: list[int], workers: list[Handout]) -> float:
    """Return how many rows a second these workers claim and mark together."""
    store.run_now(clear)
    store.run_now(lambda tx: put(tx, to))
    settle(store)
    began = time.perf_counter()
    with ThreadPoolExecutor(len(workers)) as pool:
        done = sum(pool.map(partial(drain, store), workers))
    assert done == len(to), f"{done} of {len(to)}"
    return done / (time.perf_counter() - began)


def putting(store: Store, to: list[int]) -> float:
    """Return how many rows a second are put, 1,000 at once."""
    store.run_now(clear)
    began = time.perf_counter()
    for first in range(0, len(to), 1000):
        store.run_now(lambda tx, first=first: put(tx, to[first : first + 1000]))  # type: ignore[misc]
    return len(to) / (time.perf_counter() - began)


def beside_a_backlog(store: Store, to: list[int], rows: int) -> tuple[float, float]:
    """Return the milliseconds of the first and of a later claim for others while one address has a long queue."""
    store.run_now(clear)
    handout, slow, others = JobClaim(), to[0], to[1:]
    store.run_now(lambda tx: put(tx, [slow] * rows, Priority.REPLY))
    settle(store)
    assert len(claim(store, handout)) == AT_ONCE  # it is being sent to from here on
    times = []
    for n in range(20):
        store.run_now(lambda tx, n=n: put(tx, others[n * AT_ONCE : (n + 1) * AT_ONCE]))  # type: ignore[misc]
        began = time.perf_counter()
        assert len(claim(store, handout)) == AT_ONCE
        times.append((time.perf_counter() - began) * 1000)
    return times[0], statistics.median(times[1:])


def median(measure: Callable[[], float]) -> tuple[float, list[int]]:
    """Return the median of three runs, and all of them."""
    runs = [measure() for _ in range(RUNS)]
    return statistics.median(runs), [round(run) for run in runs]


def main() -> int:
    """Measure on a PostgreSQL of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    rows: int = parser.parse_args().rows
    with place("postgresql") as fresh:
        store = open_store(fresh(), HandClock())
        store.clock = SystemClock()
        store.run_now(lambda tx: people(tx, rows))
        to = list(store.run_now(lambda tx: tx.connection.scalars(select(addresses.c.id)).all()))
        found, runs = median(lambda: putting(store, to))
        line("handout.put", found, "1/s", rows=rows, runs=runs)
        makers: dict[str, list[Callable[[], Handout]]] = {
            "pgqueuer": [JobClaim],
            "pgqueuer_two": [JobClaim, JobClaim],
        }
        for name, made in makers.items():
            found, runs = median(lambda made=made: rate(store, to, [one() for one in made]))  # type: ignore[misc]
            line(f"handout.{name}", found, "1/s", rows=rows, at_once=AT_ONCE, runs=runs)
        pairs = [beside_a_backlog(store, to, rows) for _ in range(RUNS)]
        for name, figures in zip(("first", "later"), zip(*pairs, strict=True), strict=True):
            line(f"handout.beside_a_backlog_{name}", statistics.median(figures), "ms", rows=rows)
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
