"""Move everything from an embedded database to PostgreSQL, or back: counted, compared, and never run twice."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from bot.app import open_database
from bot.clock import SystemClock
from bot.errors import AlreadyRunning, Misconfigured
from bot.settings import Settings
from bot.store import Store, Tx
from bot.store.database import parse_url, reading, translated
from bot.store.facts import MOVED, OF_THIS_PLACE, read_number, write_number
from bot.store.lock import hold
from bot.store.migrate import current, newest, upgrade
from bot.store.opening import key_file
from bot.store.tables import facts, metadata

Say = Callable[[str], None]

BATCH = 1000
"""Rows written at once."""


class _Sum:
    """Counts rows and sums their hashes, so that it does not matter in which order a database hands them out."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Sequence[Any]) -> None:
        self.rows += 1
        digest = hashlib.sha256(repr(tuple(row)).encode()).digest()
        self._sum = (self._sum + int.from_bytes(digest[:16], "big")) % 2**128

    def __str__(self) -> str:
        return f"{self._sum:032x}"


def move(settings: Settings, target_url: str, say: Say) -> None:
    """Copy all tables and persons' keys into an empty database, compare both, and mark this one as moved.

    Raises AlreadyRunning while a Pebble runs on this database, Misconfigured for a target that is not empty or of the
    same kind. Nothing is in the target unless all of it is; the source keeps everything, and only its mark is new.
    """
    source, lock = _open_source(settings)
    try:
        with _open_target(settings, source, target_url) as target:
            _move(source, target, say)
            _say_what_next(settings, source, target, say)
    finally:
        source.close()
        if lock:
            lock.close()


def _open_source(settings: Settings) -> tuple[Store, Any]:
    url = parse_url(settings.database.get_secret_value())
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise Misconfigured(f"PEBBLE_DATABASE: there is nothing at {url.database} to move")
    source, lock = open_database(settings, SystemClock())
    source.run_now(_check_source)
    return source, lock


def _check_source(tx: Tx) -> None:
    if current(tx.connection) != newest():
        raise Misconfigured("PEBBLE_DATABASE: not up to date; run pebble migrate first")
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    if tx.many_writers and tx.connection.scalar(others):
        raise AlreadyRunning("Somebody is connected to this database. Stop every Pebble on it first.")


@contextmanager
def _open_target(settings: Settings, source: Store, target_url: str) -> Iterator[Store]:
    """Migrate the target, which nobody else may use meanwhile."""
    url = parse_url(target_url, "--to")
    embedded = url.get_backend_name() == "sqlite"
    if url.get_backend_name() == source.url.get_backend_name():
        raise Misconfigured("--to: of the same kind; pebble backup copies SQLite, pg_dump PostgreSQL")
    place = settings.person_keys.get_secret_value() if settings.person_keys else None
    lock = hold(Path(url.database or "")) if embedded else None
    try:
        with closing(Store(target_url, SystemClock(), source.keys.host, place)) as target:
            upgrade(target)
            yield target
    finally:
        if lock:
            lock.close()


def _move(source: Store, target: Store, say: Say) -> None:
    keys = 0 if source.keys.url == target.keys.url else _copy_keys(source, target)
    say(f"persons’ keys: {keys} copied" if keys else "persons’ keys: they stay where they are")
    before = source.run_now(lambda tx: read_number(tx, MOVED))
    try:
        with reading(source.engine) as old, target.engine.begin() as new:
            _check_empty(new)
            for table in metadata.sorted_tables:
                there = _copy(table, old, new)
                here = _sum(table, new)
                if (there.rows, str(there)) != (here.rows, str(here)):
                    raise Misconfigured(f"--to: {table.name} does not hold there what it holds here; nothing was moved")
                say(f"{table.name}: {there.rows} rows, checksum {there}")
            _go_on_counting(new, _counted(old))
            # Before the commit: whatever is cut off here, two Pebbles must never send the same.
            source.run_now(lambda tx: write_number(tx, MOVED, tx.now))
    except Exception as error:
        source.run_now(lambda tx: write_number(tx, MOVED, before))
        raise translated(error) if isinstance(error, DBAPIError) else error from None


def _copy_keys(source: Store, target: Store) -> int:
    """Copy before what is sealed with them, and return how many; a move that is begun again finds them there."""
    copied = 0
    rows = source.keys.batch()
    while rows:
        target.keys.take_over(rows)
        copied += len(rows)
        rows = source.keys.batch(rows[-1]["id"])
    return copied


def _check_empty(new: Connection) -> None:
    for table in metadata.sorted_tables:
        if new.scalar(select(func.count()).select_from(table)):
            raise Misconfigured(f"--to: there is something in its table {table.name}; name an empty database")


def _batches(table: Table, connection: Connection) -> Iterator[Sequence[Any]]:
    # Lowest first: where a row of a table points at another of the same one, that one is older.
    chosen = select(table).order_by(*table.primary_key)
    if table is facts:
        chosen = chosen.where(facts.c.name.not_in(OF_THIS_PLACE))
    yield from connection.execute(chosen, execution_options={"yield_per": BATCH}).partitions()


def _copy(table: Table, old: Connection, new: Connection) -> _Sum:
    total = _Sum()
    for batch in _batches(table, old):
        for row in batch:
            total.add(row)
        new.execute(table.insert(), [dict(row._mapping) for row in batch])
    return total


def _sum(table: Table, connection: Connection) -> _Sum:
    total = _Sum()
    for batch in _batches(table, connection):
        for row in batch:
            total.add(row)
    return total


def _counting() -> list[str]:
    """Return the tables whose rows get a number that is never given twice."""
    return [table.name for table in metadata.sorted_tables if table.autoincrement_column is not None]


def _counted(connection: Connection) -> Mapping[str, int]:
    """Return the last number that each table has given, also to a row that is gone: an old button may still name it."""
    if connection.dialect.name == "sqlite":
        return {row.name: row.seq for row in connection.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    last = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')::regclass)")
    return {name: connection.scalar(last, {"name": name}) or 0 for name in _counting()}


def _go_on_counting(connection: Connection, counted: Mapping[str, int]) -> None:
    rows = [{"name": name, "last": counted[name]} for name in _counting() if counted.get(name)]
    for row in rows:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), row)
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), row)
        else:
            connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), row)


def _say_what_next(settings: Settings, source: Store, target: Store, tell: Say) -> None:
    tell("All of it is there, and nothing runs on the old one any more. Now:")
    tell("1. Name the new one in PEBBLE_DATABASE and start Pebble.")
    here, there = key_file(source.url).resolve(), key_file(target.url).resolve()
    if settings.secret_keys is None and here != there:
        tell(f"   Before, copy the host’s keys from {here} to {there}.")
    if source.keys.url == target.keys.url:
        tell("2. When all is well, delete the old database.")
    else:
        tell("2. When all is well, delete the old database and its persons’ keys, which can still open whom you erase.")
