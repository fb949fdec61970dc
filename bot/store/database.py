"""Which database an address means, how it is opened, and what its errors say about what to do next."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError, ProgrammingError

from bot.errors import Misconfigured, TryLater

POSTGRES_THREADS = 4
BUSY = 10
"""Seconds that one process waits for another's write to an embedded database."""
_LINE: Mapping[str, Any] = {
    "client_encoding": "utf8",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A line to PostgreSQL that is silently gone, as with a server that has lost its power, fails within half a minute and
not after a quarter of an hour (libpq, "Connection Control Functions"; seconds, the last one milliseconds). The line by
which processes take turns is stricter (`bot.store.turn`)."""
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")


def parse_url(url: str, setting: str = "PEBBLE_DATABASE") -> URL:
    """Return the SQLAlchemy URL with the driver that Pebble brings. Raises Misconfigured, which names the setting."""
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise Misconfigured(f"{setting}: not a database address; try sqlite:///data/pebble.db") from None
    if parsed.drivername not in _DRIVERS:
        raise Misconfigured(f"{setting}: only sqlite:///… and postgresql://… are known")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise Misconfigured(f"{setting}: SQLite needs a file, such as sqlite:///data/pebble.db")
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


def make_engine(url: URL) -> Engine:
    """Return the engine of Pebble's database."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, pool_size=4, connect_args={"timeout": BUSY})
        event.listen(engine, "connect", _prepare_sqlite)
        begin_by_ourselves(engine)
        return engine
    return make_postgres_engine(
        url,
        pool_size=POSTGRES_THREADS + 2,
        # Else SQLAlchemy answers -1 for an INSERT, and whether ON CONFLICT DO NOTHING did nothing stays unknown.
        execution_options={"preserve_rowcount": True},
    )


def make_postgres_engine(url: URL, **options: Any) -> Engine:
    """Return an engine for a PostgreSQL that may go away, also without hanging up."""
    line = line_to(url)
    return create_engine(url, hide_parameters=True, max_overflow=2, pool_pre_ping=True, connect_args=line, **options)


def line_to(url: URL) -> dict[str, Any]:
    """Return how the driver connects to a PostgreSQL; what the host says in the address counts."""
    return {name: value for name, value in _LINE.items() if name not in url.query}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: we begin them, see begin_by_ourselves.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit that was told to a person survives a power cut
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def begin_by_ourselves(engine: Engine) -> None:
    """Let transactions of SQLite take the write lock when they begin; one within `reading` takes none."""
    # Not as a listener to "begin": where an engine has one, SQLAlchemy looks for more of them around each statement,
    # a seventh of the time of a tap.
    engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign, assignment]


def _begin_sqlite(connection: Any) -> None:
    # IMMEDIATE takes the write lock at once, so that a read is never upgraded and refused halfway.
    connection.driver_connection.execute("BEGIN" if connection.info.get("reading", False) else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine, *, once: bool = False) -> Iterator[Connection]:
    """Return a connection for a transaction that only reads; it is rolled back at the end.

    `once`: for a single question, around which PostgreSQL needs no transaction: its begin and its end would be two ways
    to the server of four.
    """
    with engine.connect() as connection:
        if once and engine.dialect.name != "sqlite":
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
            return
        connection.info["reading"] = True
        try:
            yield connection
        finally:
            connection.rollback()
            connection.info["reading"] = False
