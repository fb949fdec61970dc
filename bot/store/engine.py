"""Units of work: a plain function that is handed a transaction and runs on a store thread.

Async at the rim, plain functions inside: one writer thread on SQLite (it knows one writer anyway), a small pool on
PostgreSQL. Only the edges start a unit of work; whatever it raises rolls everything back.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError, ProgrammingError

from bot.clock import Clock
from bot.errors import Misconfigured, TryLater
from bot.store.sealed import Keyring

T = TypeVar("T")
Work = Callable[["Tx"], T]

POSTGRES_THREADS = 4
TRIES = 3
"""How often a unit of work is run when PostgreSQL chose it as the victim of a deadlock."""
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_RETRYABLE = {"40001", "40P01"}  # serialization_failure, deadlock_detected (PostgreSQL, appendix A)


@dataclass(slots=True)
class Tx:
    """One transaction and what belongs to it: the time was read once, when it began (UTC seconds)."""

    connection: Connection
    now: int
    keys: Keyring
    wakes: bool = field(default=False)
    """Set when something was put into the outbox: the pump is woken after the commit."""

    def insert(self, table: Any) -> Any:
        """Return an INSERT of this database's dialect, for its ON CONFLICT clause."""
        if self.connection.dialect.name == "sqlite":
            return sqlite.insert(table)
        return postgresql.insert(table)

    def add(self, table: Table, **values: Any) -> int:
        """Insert one row and return its id."""
        key = self.connection.execute(table.insert().values(**values)).inserted_primary_key
        assert key is not None
        return int(key[0])

    @property
    def many_writers(self) -> bool:
        """Whether other transactions may write at the same time, so that rows must be locked."""
        return self.connection.dialect.name != "sqlite"


class Store:
    """The database and its threads. `wake` is called on the event loop after a commit that filled the outbox."""

    def __init__(self, url: str, clock: Clock, keys: Keyring) -> None:
        """Open lazily; nothing is connected yet. Raises Misconfigured for an address that cannot be meant."""
        self.url = parse_url(url)
        self.engine = _make_engine(self.url)
        self.clock = clock
        self.keys = keys
        self.wake: Callable[[], None] = lambda: None
        embedded = self.url.get_backend_name() == "sqlite"
        self._writers = ThreadPoolExecutor(1 if embedded else POSTGRES_THREADS, "store-write")
        self._readers = ThreadPoolExecutor(2, "store-read")

    async def run(self, work: Work[T]) -> T:
        """Run `work` in one transaction and return its result after the commit.

        Raises TryLater when the database is out of reach, full or read-only: nothing is stored then.
        """
        loop = asyncio.get_running_loop()
        # Shielded: a cancelled caller must not leave the wake-up of a finished commit undone.
        return await asyncio.shield(loop.run_in_executor(self._writers, self._run, work, loop))

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads, beside the writer. Raises TryLater as `run` does."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def run_now(self, work: Work[T]) -> T:
        """Run `work` in this thread: for start-up and command lines, before there is an event loop."""
        return self._run(work, None)

    def close(self) -> None:
        """Let running work finish and disconnect."""
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.engine.dispose()

    def _run(self, work: Work[T], loop: asyncio.AbstractEventLoop | None) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                with self.engine.begin() as connection:
                    tx = Tx(connection, self.clock.now(), self.keys)
                    result = work(tx)
            except DBAPIError as error:
                if attempt < TRIES and getattr(error.orig, "sqlstate", None) in _RETRYABLE:
                    continue
                raise translated(error) from error
            if tx.wakes and loop is not None:
                loop.call_soon_threadsafe(self.wake)
            return result
        raise AssertionError("the last attempt returns or raises")

    def _read(self, work: Work[T]) -> T:
        try:
            with self.engine.connect() as connection:
                connection.info["reading"] = True
                try:
                    return work(Tx(connection, self.clock.now(), self.keys))
                finally:
                    connection.rollback()
                    connection.info["reading"] = False
        except DBAPIError as error:
            raise translated(error) from error


def parse_url(url: str) -> URL:
    """Return the SQLAlchemy URL with the driver that Pebble brings. Raises Misconfigured."""
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise Misconfigured("PEBBLE_DATABASE: not a database address; try sqlite:///data/pebble.db") from None
    if parsed.drivername not in _DRIVERS:
        raise Misconfigured("PEBBLE_DATABASE: only sqlite:///… and postgresql://… are known")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise Misconfigured("PEBBLE_DATABASE: SQLite needs a file, such as sqlite:///data/pebble.db")
    return parsed


def translated(error: DBAPIError) -> Exception:
    """Return TryLater for what the host or time can mend, and the error itself for what only code can."""
    if isinstance(error, IntegrityError | ProgrammingError | DataError):
        return error
    if getattr(error.orig, "sqlite_errorname", "") in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        damaged = "PEBBLE_DATABASE: the file is damaged or no database; put a backup in its place"
        return TryLater(damaged, everywhere=True)
    # Only the kind of trouble: a statement's parameters may hold people's texts.
    return TryLater(f"the database is away, full or read-only ({type(error.orig).__name__})", everywhere=True)


def _make_engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, pool_size=4, connect_args={"timeout": 10})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=POSTGRES_THREADS + 2,
        max_overflow=2,
        pool_pre_ping=True,
        # Else SQLAlchemy answers -1 for an INSERT, and whether ON CONFLICT DO NOTHING did nothing stays unknown.
        execution_options={"preserve_rowcount": True},
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: we begin them, see _begin_sqlite.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit that was told to a person survives a power cut
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once, so that a read is never upgraded and refused halfway.
    reading = connection.info.get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
