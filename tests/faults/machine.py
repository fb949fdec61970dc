"""The database and what is below it: a server that restarts, a disk that fails, a copy that is put back."""

import asyncio
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from bot.errors import TryLater
from bot.speech import Kind
from bot.store import Keyring, Store
from bot.store.tables import outbox
from tests.faults.ground import Ground, all_due, crowd
from tests.faults.row import Measure, Row, counted
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.talk import House
from tests.processes.pebble import Pebble, until

READY_AGAIN = 10
"""Seconds."""


def server_restarts(ground: Ground, updates: int, restarts: int) -> Row:
    """The database server stops as in a crash, and comes back, while people write and nudges leave."""
    assert ground.server is not None
    api, url, chance = ground.api(), ground.fresh(), random.Random(23)
    writing, nudged = crowd(api, updates), crowd(api, updates, first=500_000)
    with ground.pebble(api, url).store() as store:
        all_due(store, nudged, int(time.time()) - 60)
    pebbles = ground.pebbles(api, url, TELEGRAM_PER_SECOND=1000)
    slowest, green = 0.0, 0
    size = -(-updates // restarts)
    for first in range(0, updates, size):
        words = writing[first : first + size]
        for person in words[::2]:
            person.command("help")
        time.sleep(chance.uniform(0, 0.3))
        ground.server.stop()
        try:
            for person in words[1::2]:
                person.command("help")
            until(lambda: all(pebble.get("/health/ready")[0] == 503 for pebble in pebbles), 10, "red")
            green += any(pebble.get("/health/live")[0] != 200 for pebble in pebbles)
        finally:
            ground.server.start()
        slowest = max(slowest, until(lambda: _all_ready(pebbles), 30, "readiness"))
    until(lambda: not api.pending, 60, "hearing")
    pebbles[0].at_rest(180)
    helped = [sum("/cancel" in text for text in person.said) for person in writing]
    copies = [*helped, *(len(person.said) for person in nudged)]
    in_doubt = _doubts(pebbles[0])
    return counted(
        copies,
        may_double=in_doubt,
        measures=(Measure("ready_again_s", slowest, READY_AGAIN), Measure("not_live", green, 0)),
    )


def _all_ready(pebbles: list[Pebble]) -> bool:
    return all(pebble.get("/health/ready")[0] == 200 for pebble in pebbles)


def _doubts(pebble: Pebble) -> int:
    """Return how many rows were sent again because nobody knew what had become of them."""
    with pebble.store() as store:
        wanted = select(func.count()).where(outbox.c.doubts > 0)
        return store.run_now(lambda tx: tx.connection.scalar(wanted) or 0)


def broken_disk(ground: Ground, events: int) -> Row:
    """A file that cannot grow, one that cannot be written to, and one that is damaged: what was taken in is there.

    SQLite only: PostgreSQL's disk is its server's.
    """

    async def drill() -> Row:
        taken = there = refused = 0
        for open_in_trouble in (_full, _protected, _damaged):
            path = Path(ground.fresh().removeprefix("sqlite:///"))
            before = await _tell(Store(f"sqlite:///{path}", HandClock(), Keyring([KEY])), range(events))
            after = await _tell(open_in_trouble(path), range(events, 2 * events))
            taken += before + after
            refused += 2 * events - before - after
            # In a damaged file nothing can be found again: nothing may have been taken in since.
            there += before if open_in_trouble is _damaged else _kept(path)
        never = Measure("never_refused", 0 if refused else 1, 0)
        return Row(n=6 * events, lost=taken - there, duplicates=max(0, there - taken), measures=(never,))

    return asyncio.run(drill())


async def _tell(store: Store, numbers: range) -> int:
    """Write to Pebble so often and return how often it took it in."""
    house = House(store, HandClock())
    anna, taken = house.person("anna"), 0
    for number in numbers:
        try:
            await house.door.receive(anna.event(Kind.TEXT, "words " * 100, key=f"memory:{number}"))
            taken += 1
        except TryLater:
            pass
    store.close()
    return taken


def _kept(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM seen").fetchone()[0])


def _full(path: Path) -> Store:
    store = Store(f"sqlite:///{path}", HandClock(), Keyring([KEY]))

    def limit(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 3}")

    event.listen(store.engine, "connect", limit)
    return store


def _protected(path: Path) -> Store:
    return Store(f"sqlite:///file:{path}?mode=ro&uri=true", HandClock(), Keyring([KEY]))


def _damaged(path: Path) -> Store:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    return Store(f"sqlite:///{path}", HandClock(), Keyring([KEY]))


def put_back(ground: Ground, nudges: int) -> Row:
    """A copy made before nudges left is put back after they have: nothing of it is sent again."""
    api, url = ground.api(), ground.fresh()
    people = crowd(api, nudges)
    pebble = ground.pebble(api, url, TELEGRAM_PER_SECOND=1000)
    with pebble.store() as store:
        all_due(store, people, int(time.time()) - 60)
    put = _copied(ground, pebble, url)
    pebble.start()
    until(lambda: all(person.said for person in people), 30 + nudges / 20, "sending")
    pebble.at_rest(30)
    pebble.kill()
    put()
    pebble.start()
    pebble.at_rest(30)
    people[0].command("help")  # from here on it lives as ever
    people[0].wait_for("/cancel", 10)
    return counted(sum("In 15 min" in str(message.buttons) for message in person.inbox) for person in people)


def _copied(ground: Ground, pebble: Pebble, url: str) -> Callable[[], None]:
    """Copy the database, as docs/operations.md says, and return what puts the copy back."""
    if (server := ground.server) is not None:
        dump = server.dump(url)
        return lambda: server.restore(dump, url, "--clean")
    done = pebble.run("backup", "copy.db")
    assert done.returncode == 0, done.stderr

    def put() -> None:
        file = Path(url.removeprefix("sqlite:///"))
        for left in ("-wal", "-shm"):
            file.with_name(file.name + left).unlink(missing_ok=True)
        shutil.copy(pebble.folder / "copy.db", file)

    return put
