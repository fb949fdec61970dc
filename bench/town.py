"""A town of people with one nudge each, put into a database faster than they could sign up.

What a benchmark measures goes through Pebble's own code; only the filling goes round it. Zones, languages and practices
are mixed as in a public bot, and nobody has words of their own: those cost a seal each, which is measured apart.
"""

import asyncio
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Table, text

from bot.clock import utc
from bot.schedules.rules import EVERY_DAY, Rule, Times, Weekly, to_dict
from bot.schedules.zones import local
from bot.store import Keyring, Store, Tx
from bot.store.tables import addresses, due, nudges, persons
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, migrated_file, postgres

DATABASES = ("sqlite", "postgresql")
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Tokyo")
PRACTICES = ("one-breath", "first-motion", "nightly-gratitude")
"""A short one, one that is answered with a tap of its own, and one that is answered in words."""
CUES = ("coffee", "leaving", "lunch", "bed", None)
DAY = 86_400
HALF_AN_HOUR = 1800


class RunningClock(HandClock):
    """Goes on by itself from where a benchmark sets it, as a wall clock does.

    A database keeps its own time beside it, later than this one: whatever is due here has been due there for long.
    """

    stands_still = False

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._set_at = time.monotonic()

    def now(self) -> int:
        return int(self.real())

    def real(self) -> float:
        return self._now + time.monotonic() - self._set_at

    def monotonic(self) -> float:
        return time.monotonic()

    def forward_to(self, at: int) -> None:
        self._now, self._set_at = max(float(at), self.real()), time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Town:
    """So many people, of whom so many are due in the same second `at` (UTC seconds)."""

    people: int
    due: int
    at: int


@contextmanager
def place(kind: str) -> Iterator[Callable[[], str]]:
    """Yield what makes addresses of fresh, migrated databases: SQLite on disk, or a PostgreSQL of its own."""
    if kind == "postgresql":
        with postgres() as server:
            yield server.database
        return
    folder = Path(tempfile.mkdtemp(prefix="pebble-bench-"))
    try:
        template = migrated_file(folder)

        def fresh() -> str:
            inner = Path(tempfile.mkdtemp(dir=folder))
            return f"sqlite:///{shutil.copy(template, inner / 'pebble.db')}"

        yield fresh
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def open_store(url: str, clock: HandClock) -> Store:
    """Open a store as Pebble does."""
    return Store(url, clock, Keyring([KEY]))


def fill(store: Store, town: Town, *, platform: str = "telegram", sealed: bool = False) -> None:
    """Put the people, their addresses and nudges, and what is due next into an empty database.

    Only where people are to say something (`sealed`) do they have keys: a million of them take minutes to make.
    """
    chance = random.Random(7)
    minutes = {zone: _minute(zone, town.at) for zone in ZONES}
    rules = [json.dumps(to_dict(daily(minute))) for minute in range(1440)]

    keys = store.keys.adopt([store.keys.host.new_person() for _ in range(town.people)]) if sealed else []

    def somebody(number: int) -> Iterator[tuple[Table, tuple[Any, ...]]]:
        zone = ZONES[number % len(ZONES)]
        language = ("en", "de")[number % 2]
        at, minute = town.at, minutes[zone]
        key = keys[number - 1] if keys else number.to_bytes(16, "big")
        if number > town.due:  # at any other minute, out of reach of the days that are measured
            away = chance.randrange(1, 1440)
            at, minute = town.at + 30 * DAY + away * 60, (minute + away) % 1440
        yield persons, (number, town.at - DAY, language, zone, town.at - 3600, key)
        yield addresses, (number, number, platform, str(1_000_000 + number))
        practice, cue = PRACTICES[number % len(PRACTICES)], CUES[number % len(CUES)]
        nudge = (number, number, number, practice, rules[minute], zone, cue, HALF_AN_HOUR, 1, town.at - DAY)
        yield nudges, nudge
        yield due, (at, number, 1)

    step = 50_000
    for first in range(1, town.people + 1, step):
        rows: dict[Table, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        for number in range(first, min(first + step, town.people + 1)):
            for table, values in somebody(number):
                rows[table].append(values)
        store.run_now(partial(_load_all, rows=rows))
    _settle(store)


def daily(minute: int) -> Rule:
    """Return the rule for a minute of every day."""
    return Rule(Weekly(EVERY_DAY), Times((minute,)))


def resident() -> float:
    """Return this process's resident set in megabytes (10^6 bytes)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def line(name: str, value: float, unit: str, goal: float | None = None, *, at_most: bool = True, **more: Any) -> bool:
    """Print one figure as a line of JSON and return whether its goal is reached."""
    well = goal is None or (value <= goal if at_most else value >= goal)
    print(
        json.dumps({"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "ok": well} | more), flush=True
    )
    return well


_COLUMNS: dict[Table, tuple[str, ...]] = {
    persons: ("id", "created_at", "language", "zone", "heard_at", "key_id"),
    addresses: ("id", "person_id", "platform", "chat"),
    nudges: ("id", "person_id", "address_id", "practice", "rule", "zone", "cue", "grace", "version", "created_at"),
    due: ("at", "nudge_id", "version"),
}


def _load_all(tx: Tx, rows: dict[Table, list[tuple[Any, ...]]]) -> None:
    for table, values in rows.items():
        _load(tx.connection, table, values)


def _load(connection: Any, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    columns = _COLUMNS[table]
    raw = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        raw.executemany(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", rows)


def _settle(store: Store) -> None:
    """Let PostgreSQL know what it has, as after a night: statistics, and where its numbering goes on."""
    if store.url.get_backend_name() == "sqlite":
        return
    with store.engine.begin() as connection:
        for table in (persons, addresses, nudges):
            numbering = f"pg_get_serial_sequence('{table.name}', 'id')"
            connection.execute(text(f"SELECT setval({numbering}, max(id)) FROM {table.name}"))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _minute(zone: str, at: int) -> int:
    there = local(zone, at)
    assert there.second == 0, "nudges are due at whole minutes"
    assert utc(at).second == 0
    return there.hour * 60 + there.minute
