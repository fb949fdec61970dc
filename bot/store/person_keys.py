"""Each person's key, sealed with the host's, in a place of its own: outside the database and its copies.

Destroying one makes all that is sealed with it unreadable, wherever a copy of it lies. A destroyed key leaves its name
behind, a random number that nothing else knows, so that a copy which is put back is known to hold somebody erased.
"""

import os
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from bot.errors import Misconfigured, SealBroken, SealGone
from bot.store.database import BUSY, begin_by_ourselves, make_postgres_engine, reading, translated
from bot.store.sealed import NAME_BYTES, Keyring, Seal

T = TypeVar("T")

SCHEMA = "pebble_keys"
"""Where the keys lie on PostgreSQL: a dump can leave a schema out."""
LOCK = 0x0EBB1F
"""The advisory lock under which the schema is made."""
BATCH = 500
"""Keys that one transaction seals anew."""
KEPT_AT_HAND = 4096

metadata = MetaData(schema=SCHEMA)
person_keys = Table(
    "person_keys",
    metadata,
    Column("id", LargeBinary(NAME_BYTES), primary_key=True),
    Column("sealed_key", LargeBinary),  # null: destroyed
    Column("host_key", String(16)),  # the name of the host's key that it is sealed with
    Column("destroyed_at", BigInteger),  # UTC seconds
    sqlite_with_rowid=False,
)
Index("ix_person_keys_host_key", person_keys.c.host_key)
_gone = text("sealed_key IS NULL")
Index("ix_person_keys_destroyed", person_keys.c.id, sqlite_where=_gone, postgresql_where=_gone)


_ONE = select(person_keys.c.sealed_key).where(person_keys.c.id == bindparam("key_id"))
_ONE_IN_FILE = f"SELECT sealed_key FROM {person_keys.name} WHERE id = ?"  # noqa: S608 - a name of our own


class PersonKeys:
    """Makes, finds and destroys persons' keys. Every verb is a transaction of its own, and raises TryLater.

    A key is written before the person who has it, and destroyed after the person is gone: whenever the power goes,
    no person is left without a key.
    """

    def __init__(self, url: URL, host: Keyring) -> None:
        """Open lazily; nothing is connected yet."""
        self.host = host
        self.url = url
        self._ready = False
        self._embedded = url.get_backend_name() == "sqlite"
        if self._embedded:
            self._engine = create_engine(
                url,
                hide_parameters=True,
                connect_args={"timeout": BUSY},
                execution_options={"schema_translate_map": {SCHEMA: None}},
            )
            event.listen(self._engine, "connect", _prepare)
            begin_by_ourselves(self._engine)
        else:
            self._engine = make_postgres_engine(url, pool_size=6)
        # A person comes back within minutes, so the recent seals stay at hand.
        self._at_hand = lru_cache(maxsize=KEPT_AT_HAND)(self._find)

    def prepare(self) -> None:
        """Make the place for the keys where there is none."""
        if not self._ready:
            self._run(lambda connection: None)

    def new_person(self) -> bytes:
        """Make a key for a new person and return its name, as the column `persons.key_id` holds it."""
        return self.adopt([self.host.new_person()])[0]

    def adopt(self, sealed_keys: Sequence[tuple[bytes, str]]) -> list[bytes]:
        """Take sealed keys, each with the name of the host's key that seals it, and return their own names."""
        rows = [{"id": os.urandom(NAME_BYTES), "sealed_key": key, "host_key": host} for key, host in sealed_keys]
        if rows:
            self._run(lambda connection: connection.execute(person_keys.insert(), rows))
        return [row["id"] for row in rows]  # type: ignore[misc]

    def seal(self, key_id: bytes) -> Seal:
        """Return the person's seal, which has met nobody yet.

        Raises SealGone where it was destroyed, SealBroken where it cannot be opened.
        """
        return self._at_hand(bytes(key_id)).anew()

    def sealed_key(self, key_id: bytes) -> bytes:
        """Return the key as it lies here, sealed. Raises SealGone or SealBroken."""
        found = self._look_up(key_id)
        if found is None:
            raise SealBroken(
                "PEBBLE_PERSON_KEYS: a person’s key is missing; put the person.keys of this database in its place"
            )
        if found[0] is None:
            raise SealGone("this person’s key was destroyed when they were erased")
        return bytes(found[0])

    def _look_up(self, key_id: bytes) -> Any:
        """Return the sealed key in a row of its own, or None where there is no such row."""
        if self._embedded and self._ready:
            # Everybody's first event asks it: said to the driver, it costs a fifth of what it does in a transaction.
            with suppress(sqlite3.Error), closing(self._engine.raw_connection()) as connection:
                driver: Any = connection.driver_connection
                return driver.execute(_ONE_IN_FILE, (key_id,)).fetchone()
        return self._read(lambda connection: connection.execute(_ONE, {"key_id": key_id}).first())

    def _find(self, key_id: bytes) -> Seal:
        return self.host.seal(self.sealed_key(key_id), key_id, self._at_hand)

    def destroy(self, key_ids: Collection[bytes], now: int) -> None:
        """Destroy these keys for good (`now` in UTC seconds). Their names stay, and one that is gone stays gone."""
        names = [bytes(key_id) for key_id in key_ids]
        gone = {"sealed_key": None, "host_key": None, "destroyed_at": now}
        dialect: Any = sqlite if self._embedded else postgresql
        # Also a name that is not here is noted: the person of a copy that is put back stays erased.
        wanted = dialect.insert(person_keys).on_conflict_do_update(index_elements=["id"], set_=gone)
        if names:
            self._run(lambda connection: connection.execute(wanted, [{"id": name, **gone} for name in names]))
        self._at_hand.cache_clear()

    def destroyed(self, after: bytes = b"") -> list[bytes]:
        """Return a batch of names of destroyed keys that come after this one."""
        wanted = (
            select(person_keys.c.id)
            .where(person_keys.c.sealed_key.is_(None), person_keys.c.id > after)
            .order_by(person_keys.c.id)
            .limit(BATCH)
        )
        return [bytes(name) for name in self._read(lambda connection: connection.scalars(wanted).all())]

    # They move to another place

    def batch(self, after: bytes = b"") -> list[dict[str, Any]]:
        """Return some of all rows as they lie here, destroyed ones too, that come after the one with this name."""
        wanted = select(person_keys).where(person_keys.c.id > after).order_by(person_keys.c.id).limit(BATCH)
        return self._read(lambda connection: [dict(row) for row in connection.execute(wanted).mappings()])

    def take_over(self, rows: Sequence[dict[str, Any]]) -> None:
        """Take rows of another place as they are. Raises Misconfigured where one of them lies here differently."""
        dialect: Any = sqlite if self._embedded else postgresql
        names = [row["id"] for row in rows]
        found = select(person_keys).where(person_keys.c.id.in_(names)).order_by(person_keys.c.id)

        def work(connection: Connection) -> list[dict[str, Any]]:
            connection.execute(dialect.insert(person_keys).on_conflict_do_nothing(), rows)
            return [dict(row) for row in connection.execute(found).mappings()]

        if self._run(work) != list(rows):
            raise Misconfigured("PEBBLE_PERSON_KEYS: other keys lie there under the same names; name an empty place")

    # The host's keys change

    def old_ones(self) -> int:
        """Return how many keys are not sealed with the host's newest key."""
        found = select(func.count()).select_from(person_keys).where(self._is_old())
        return int(self._read(lambda connection: connection.scalar(found)) or 0)

    def reseal(self) -> int:
        """Seal a batch of keys with the host's newest key and return how many that were; 0: none is left."""
        wanted = select(person_keys.c.id, person_keys.c.sealed_key).where(self._is_old()).limit(BATCH)
        if not self._embedded:
            wanted = wanted.with_for_update()
        changed = update(person_keys).where(person_keys.c.id == bindparam("b_id"))
        changed = changed.values(sealed_key=bindparam("b_sealed"), host_key=bindparam("b_host"))

        def work(connection: Connection) -> int:
            anew = []
            for row in connection.execute(wanted).all():
                sealed, host = self.host.resealed(bytes(row.sealed_key))
                anew.append({"b_id": row.id, "b_sealed": sealed, "b_host": host})
            if anew:
                connection.execute(changed, anew)
            return len(anew)

        return self._run(work)

    def _is_old(self) -> Any:
        # Two ranges of the index instead of one "is not": each batch would walk over all that is done already. What was
        # destroyed has no host key, so it is in neither.
        newest = self.host.newest
        return or_(person_keys.c.host_key < newest, person_keys.c.host_key > newest)

    def copy(self, file: Path) -> None:
        """Put a copy of the keys in place of an earlier one. Raises Misconfigured where they are in no file."""
        if not self._embedded:
            raise Misconfigured(f"PEBBLE_PERSON_KEYS: on PostgreSQL use pg_dump --schema={SCHEMA}")
        self.prepare()
        fresh = file.with_name(file.name + ".new")
        fresh.unlink(missing_ok=True)
        try:
            fresh.touch(mode=0o600, exist_ok=False)
            with closing(sqlite3.connect(str(self.url.database), timeout=BUSY)) as source:
                source.execute("VACUUM INTO ?", (str(fresh),))
            fresh.replace(file)
        except (OSError, sqlite3.Error) as error:
            fresh.unlink(missing_ok=True)
            raise Misconfigured(f"{file}: the copy could not be written ({error})") from None

    def close(self) -> None:
        """Disconnect; whoever asks again is connected anew."""
        self._engine.dispose()

    def _run(self, work: Callable[[Connection], T]) -> T:
        try:
            self._make()
            with self._engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            raise translated(error) from error

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            self._make()
            with reading(self._engine) as connection:
                return work(connection)
        except DBAPIError as error:
            raise translated(error) from error

    def _make(self) -> None:
        if self._ready:
            return
        if self._embedded:
            _only_for_its_owner(Path(str(self.url.database)))
        with self._engine.begin() as connection:
            if not self._embedded:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            metadata.create_all(connection)
        self._ready = True


def _only_for_its_owner(file: Path) -> None:
    """Make the file readable by its owner alone from its first byte on."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise Misconfigured(f"PEBBLE_PERSON_KEYS: cannot make {file} ({error.strerror})") from None


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        # No write-ahead log: what is destroyed must not stay readable in one.
        "journal_mode=DELETE",
        "synchronous=FULL",
        "secure_delete=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
