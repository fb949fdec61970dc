"""What people would use instead of a sweep: one job a schedule, in python-telegram-bot's JobQueue or in APScheduler.

    .venv/bin/python bench/schedulers.py [--jobs 1000 10000 100000]

A tenth of the jobs is due in the same second, with default settings; a job only counts that it has run. Each size runs
in a process of its own. A job that has not run 30 s after its second is lost to a person. Prints a line of JSON each.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

SIZES = (1_000, 10_000, 100_000)
PATIENCE = 30.0
"""Seconds after the due second for which is waited."""
LONGEST = 900.0
"""Seconds for filling after which a size counts as one that it does not survive."""
SAMPLE = 300

ran: list[float] = []
"""When each job has run (wall clock)."""

_kept: list[object] = []
"""The queue itself holds its application only weakly."""

Add = Callable[[datetime], object]
Begin = Callable[[], object]


def fire(*_: Any) -> None:
    """Be a job's work."""
    ran.append(time.time())


async def fire_later(_context: Any) -> None:
    """Be a job's work for the JobQueue."""
    fire()


def apscheduler(folder: str) -> tuple[Add, Begin]:
    """Return how a job is added to APScheduler's SQLAlchemy store, and how it is let go."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    scheduler = AsyncIOScheduler(jobstores={"default": SQLAlchemyJobStore(f"sqlite:///{folder}/jobs.db")})
    scheduler.start(paused=True)
    return lambda at: scheduler.add_job(f"{__name__}:fire", "date", run_date=at), scheduler.resume


def job_queue(_folder: str) -> tuple[Add, Begin]:
    """Return how a job is added to python-telegram-bot's JobQueue, and how it is let go."""
    from telegram.ext import Application

    application = Application.builder().token("1:none").build()
    queue = application.job_queue
    assert queue is not None
    _kept.append(application)
    return lambda at: queue.run_once(fire_later, at), queue.scheduler.start


KINDS: dict[str, Callable[[str], tuple[Add, Begin]]] = {"apscheduler": apscheduler, "job_queue": job_queue}


async def measure(kind: str, jobs: int) -> dict[str, float]:
    """Fill, let go just before the second in which a tenth is due, and count."""
    due, filled = jobs // 10, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pebble-bench-") as scratch:
        add, _ = KINDS[kind](scratch)
        for number in range(SAMPLE):  # how long the filling will take
            add(datetime.now(UTC) + timedelta(days=2, seconds=number))
    expected = (time.monotonic() - filled) / SAMPLE * jobs * 2 + 10
    if expected > LONGEST:
        raise TimeoutError(f"filling would take {expected / 2:.0f} s")
    with tempfile.TemporaryDirectory(prefix="pebble-bench-") as folder:
        filled = time.monotonic()
        add, begin = KINDS[kind](folder)
        at = datetime.now(UTC) + timedelta(seconds=expected)
        for number in range(jobs):
            add(at if number < due else at + timedelta(days=1, seconds=number))
        filled = time.monotonic() - filled
        while datetime.now(UTC) < at - timedelta(seconds=2):
            await asyncio.sleep(0.2)
        began = time.monotonic()
        begin()
        while len(ran) < due and datetime.now(UTC) < at + timedelta(seconds=PATIENCE):
            await asyncio.sleep(0.05)
        last = max(ran, default=at.timestamp()) - at.timestamp()
        return {"fired": len(ran), "due": due, "filled_s": filled, "last_s": last, "took_s": time.monotonic() - began}


def compare(sizes: tuple[int, ...] = SIZES) -> None:
    """Measure each kind at each size in a process of its own; stop at the size that it does not survive."""
    for kind in KINDS:
        for jobs in sizes:
            child = subprocess.run(
                [sys.executable, __file__, "--child", kind, str(jobs)],
                capture_output=True,
                text=True,
                check=False,
                timeout=LONGEST * 3,
            )
            found = (
                json.loads(child.stdout.splitlines()[-1]) if child.returncode == 0 else {"problem": child.stderr[-120:]}
            )
            print(json.dumps({"name": f"nudges.{kind}", "jobs": jobs, "goal": None, "ok": True} | found), flush=True)


def main() -> int:
    """Measure all, or be one of the processes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--child", nargs=2)
    chosen = parser.parse_args()
    if chosen.child:
        kind, jobs = chosen.child
        found = asyncio.run(measure(kind, int(jobs)))
        print(json.dumps({name: round(value, 2) for name, value in found.items()}))
        return 0
    compare(tuple(chosen.jobs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
