"""Units of work: a plain function that is handed a transaction and runs on a store thread.

Async at the rim, plain functions inside: one writer thread on SQLite (it knows one writer anyway), a small pool on
PostgreSQL. Only the edges start a unit of work; whatever it raises rolls everything back.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Executable, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.errors import SealGone, TryLater
from bot.store.database import BUSY, POSTGRES_THREADS, make_engine, parse_url, reading, translated
from bot.store.person_keys import PersonKeys
from bot.store.sealed import Keyring
from bot.store.tables import erasures

T = TypeVar("T")
Work = Callable[["Tx"], T]

GROUP, GROUP_SECONDS = 64, 0.01
"""Units of work that are committed together at most, and the seconds after which none is added."""
PATIENCE = 0.1
"""Seconds for which patient work leaves the writer to others. It is committed alone: nobody else waits for its end."""
CROWDED = 1.0
"""Seconds for which the writer counts as crowded after somebody had to wait for it."""
TRIES = 3
"""How often a unit of work is run when PostgreSQL chose it as the victim of a deadlock, or a key went beside it."""
# serialization_failure, deadlock_detected, foreign_key_violation (PostgreSQL, appendix A). The last: somebody whom this
# work speaks of was erased beside it, and it does not find them when it looks again.
_RETRYABLE = {"40001", "40P01", "23503"}

log = structlog.get_logger()


@dataclass(slots=True)
class Tx:
    """One transaction and what belongs to it: the time was read once, when it began (UTC seconds)."""

    connection: Connection
    now: int
    keys: PersonKeys
    wakes: bool = field(default=False)
    """Set when something was put into the outbox: the pump is woken after the commit."""
    erases: bool = field(default=False)
    """Set when somebody was erased: after the commit their key is destroyed and nothing stays in the log."""
    gathered: dict[Callable[["Tx", list[Any]], None], list[Any]] = field(default_factory=dict)
    """What is left for the end, by what is to be done with it."""

    def at_the_end(self, do: Callable[["Tx", list[Any]], None], things: Iterable[Any]) -> None:
        """Let `do` have these things once, with all others that the unit of work gathers for it, before the commit.

        What a savepoint takes back is not taken out again: `do` looks for itself what is still there.
        """
        self.gathered.setdefault(do, []).extend(things)

    def finish(self) -> None:
        """Do what was left for the end."""
        while self.gathered:
            do = next(iter(self.gathered))
            do(self, self.gathered.pop(do))

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


@dataclass(slots=True)
class _Waiting:
    """A unit of work that waits for the one writer, and what became of it."""

    work: Work[Any]
    loop: asyncio.AbstractEventLoop
    since: float
    patient: bool
    future: Future[Any] = field(default_factory=Future)
    tx: Tx | None = None
    result: Any = None
    error: Exception | None = None

    def run_in(self, connection: Connection, tx: Tx) -> None:
        """Run within a savepoint; what it raises rolls back its own part. Raises what the database itself says."""
        self.tx = tx
        # Said to the driver: a nested transaction of SQLAlchemy's costs as much as three statements.
        driver: Any = connection.connection.driver_connection
        driver.execute("SAVEPOINT unit_of_work")
        try:
            self.result = self.work(tx)
            tx.finish()
        except DBAPIError:
            raise
        except Exception as error:
            self.error = error
            driver.execute("ROLLBACK TO unit_of_work")
        driver.execute("RELEASE unit_of_work")

    def run_alone(self, run: Callable[[Work[Any], asyncio.AbstractEventLoop], Any]) -> None:
        """Run in a transaction of its own, as often as `run` may be tried."""
        self.error = None
        try:
            self.result = run(self.work, self.loop)
        except Exception as error:
            self.error = error
        self.tell()

    def tell(self) -> None:
        """Let the caller go on."""
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Store:
    """The database and its threads. `wake` is called on the event loop after a commit that filled the outbox."""

    def __init__(self, url: str, clock: Clock, keys: Keyring | PersonKeys, keys_url: str | None = None) -> None:
        """Open lazily; nothing is connected yet. Raises Misconfigured for an address that cannot be meant.

        `keys` are the host's, or a place with persons' keys that is open already; `keys_url` is where that place is,
        None: beside the database.
        """
        self.url = parse_url(url)
        self.engine = make_engine(self.url)
        self.clock = clock
        self.keys = keys if isinstance(keys, PersonKeys) else PersonKeys(place_of_keys(self.url, keys_url), keys)
        self.wake: Callable[[], None] = lambda: None
        self._unfinished = True  # what another process left in the log is unknown
        embedded = self.url.get_backend_name() == "sqlite"
        self.writers = 1 if embedded else POSTGRES_THREADS
        """Units of work that run at the same time."""
        self._writers = ThreadPoolExecutor(self.writers, "store-write")
        self._readers = ThreadPoolExecutor(2, "store-read")
        self._in_groups = embedded
        self._waiting: deque[_Waiting] = deque()
        self._patient: deque[_Waiting] = deque()
        self._at_work = False
        self._crowded_at = -CROWDED

    async def run(self, work: Work[T], *, patient: bool = False) -> T:
        """Run `work` in one transaction and return its result after the commit.

        What is `patient` lets all others have the one writer first. Raises TryLater when the database is out of reach,
        full or read-only: nothing is stored then.
        """
        loop = asyncio.get_running_loop()
        if self._in_groups:
            now = self.clock.monotonic()
            if not patient and (self._at_work or self._waiting):
                self._crowded_at = now
            waiting = _Waiting(work, loop, now, patient)
            (self._patient if patient else self._waiting).append(waiting)
            self._writers.submit(self._run_waiting)
            finished: asyncio.Future[T] = asyncio.wrap_future(waiting.future)
        else:
            finished = loop.run_in_executor(self._writers, self._run, work, loop)
        finished.add_done_callback(_take_note)
        # Shielded: a cancelled caller must not leave the wake-up of a finished commit undone.
        return await asyncio.shield(finished)

    @property
    def crowded(self) -> bool:
        """Whether somebody has just had to wait for the one writer: long work is then better done in small pieces."""
        return self.clock.monotonic() - self._crowded_at < CROWDED

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads, beside the writer. Raises TryLater as `run` does."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def ask(self, question: Executable, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the one row that answers a single question, in which no `now()` of the database stands.

        It costs less than `read`. Raises TryLater as `run` does.
        """
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._ask, question, values)

    def run_now(self, work: Work[T]) -> T:
        """Run `work` in this thread: for start-up and command lines, before there is an event loop."""
        return self._run(work, None)

    def close(self) -> None:
        """Let running work finish and disconnect."""
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.engine.dispose()
        self.keys.close()

    async def finish_erasures(self) -> None:
        """Destroy the keys of those whose erasing was cut short, and empty the log; see `_finish_erasures`."""
        await asyncio.get_running_loop().run_in_executor(self._writers, self._finish_erasures)

    def _run_waiting(self) -> None:
        """Run the units of work that have gathered, each within its savepoint, and commit them together.

        One commit is one wait for the disk, however many it carries. Where the database itself is in trouble each is
        run alone, so that none fails for another.
        """
        first = self._next()
        if first is None:  # an earlier group took it along
            return
        group = [first]
        if not self._commit_together(group):
            for each in group:
                each.run_alone(self._run)
            return
        try:
            self._after_commit([each.tx for each in group if each.tx is not None and each.error is None], group[0].loop)
        finally:  # whatever comes behind the commit, nobody may wait for ever
            for each in group:
                if isinstance(each.error, SealGone):
                    each.run_alone(self._run)
                else:
                    each.tell()

    def _next(self) -> _Waiting | None:
        """Return whose turn it is: what is patient where nobody else waits, or where it has waited long enough."""
        if self._patient:
            tired = self.clock.monotonic() - self._patient[0].since > PATIENCE
            if tired or not self._waiting:
                return self._patient.popleft()
        return self._waiting.popleft() if self._waiting else None

    def _commit_together(self, group: list[_Waiting]) -> bool:
        """Run the group, which grows while others come, and commit; return False when nothing of it is stored."""
        self._at_work = True
        try:
            with self.engine.begin() as connection:
                until = self.clock.monotonic() + (0.0 if group[0].patient else GROUP_SECONDS)
                group[0].run_in(connection, Tx(connection, self.clock.now(), self.keys))
                while self._waiting and len(group) < GROUP and self.clock.monotonic() < until:
                    group.append(self._waiting.popleft())
                    group[-1].run_in(connection, Tx(connection, self.clock.now(), self.keys))
        except Exception:
            return False
        finally:
            self._at_work = False  # whoever is told now and comes back at once has not had to wait
        return True

    def _after_commit(self, done: list[Tx], loop: asyncio.AbstractEventLoop) -> None:
        if any(tx.erases for tx in done):
            self._unfinished = True
            self._finish_quietly()
        if any(tx.wakes for tx in done):
            loop.call_soon_threadsafe(self.wake)

    def _run(self, work: Work[T], loop: asyncio.AbstractEventLoop | None) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                with self.engine.begin() as connection:
                    tx = Tx(connection, self.clock.now(), self.keys)
                    result = work(tx)
                    tx.finish()
            except DBAPIError as error:
                if attempt < TRIES and getattr(error.orig, "sqlstate", None) in _RETRYABLE:
                    continue
                raise translated(error) from error
            except SealGone:
                # Somebody whom this work speaks of was erased beside it; it does not find them when it looks again.
                if attempt < TRIES:
                    continue
                raise
            if tx.erases:
                self._unfinished = True
                self._finish_quietly()
            if tx.wakes and loop is not None:
                loop.call_soon_threadsafe(self.wake)
            return result
        raise AssertionError("the last attempt returns or raises")

    def _read(self, work: Work[T]) -> T:
        try:
            with reading(self.engine) as connection:
                return work(Tx(connection, self.clock.now(), self.keys))
        except DBAPIError as error:
            raise translated(error) from error

    def _ask(self, question: Executable, values: Mapping[str, Any]) -> tuple[Any, ...]:
        try:
            with reading(self.engine, once=True) as connection:
                return tuple(connection.execute(question, values).one())
        except DBAPIError as error:
            raise translated(error) from error

    def _finish_quietly(self) -> None:
        try:
            self._finish_erasures()
        except TryLater as trouble:  # what was asked for is committed; the rota sees to the rest
            log.warning("erasing_waits", problem=str(trouble))

    def _finish_erasures(self) -> None:
        """Destroy the keys of all who were erased, then empty the log in which their rows may still be read.

        Each step can be repeated, so that a process may die between any two of them. Raises TryLater.
        """
        gone = self._read(lambda tx: [bytes(key_id) for key_id in tx.connection.scalars(select(erasures.c.key_id))])
        if gone:
            self.keys.destroy(gone, self.clock.now())
            self._run(lambda tx: tx.connection.execute(delete(erasures).where(erasures.c.key_id.in_(gone))), None)
            self._unfinished = True
        if self._unfinished:
            self._unfinished = not self._empty_log()

    def _empty_log(self) -> bool:
        """Empty SQLite's write-ahead log; return False while somebody who reads still needs it."""
        if self.url.get_backend_name() != "sqlite":
            return True
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=0")  # the writer does not stand still for a reader: it looks again
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            found = cursor.fetchone()  # whether somebody is in the way, then two numbers of pages
            cursor.execute(f"PRAGMA busy_timeout={BUSY * 1000}")
            return found is not None and not found[0]
        except sqlite3.Error as error:
            raise TryLater(f"the log cannot be emptied ({type(error).__name__})", everywhere=True) from None
        finally:
            connection.close()


def _take_note(finished: asyncio.Future[Any]) -> None:
    """Look at what became of it, so that asyncio does not complain where whoever waited has gone."""
    if not finished.cancelled():
        finished.exception()


def place_of_keys(database: URL, given: str | None) -> URL:
    """Return where persons' keys lie: as given, else person.keys beside the file, or in the same PostgreSQL."""
    if given:
        return parse_url(given, "PEBBLE_PERSON_KEYS")
    if database.get_backend_name() != "sqlite":
        return database
    name = str(database.database).removeprefix("file:")
    return URL.create("sqlite", database=str(Path(name).parent / "person.keys"))
