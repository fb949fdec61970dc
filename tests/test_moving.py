"""Everything moves from SQLite to PostgreSQL and back, or nothing does."""

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot.app import App
from bot.clock import SystemClock
from bot.errors import AlreadyRunning, Misconfigured
from bot.moving import move
from bot.settings import Settings, read_settings
from bot.store import Keyring, Store, Tx
from bot.store.facts import OF_THIS_PLACE
from bot.store.lock import hold
from bot.store.migrate import upgrade
from bot.store.person_keys import SCHEMA
from bot.store.tables import addresses, facts, metadata, outbox, persons, words
from tests.kit.databases import KEY, Postgres
from tests.privacy.filling import fill, personal_tables

OLD = 7000
"""The number of a row that is gone."""


def settings_of(url: str, **more: Any) -> Settings:
    return read_settings(database=url, secret_keys=KEY, web_chat=True, **more)


def opened(url: str, keys: str | None = None) -> Store:
    return Store(url, SystemClock(), Keyring([KEY]), keys)


def content(tx: Tx) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, but for what holds for the database itself."""
    found = {}
    for table in metadata.sorted_tables:
        rows = tx.connection.execute(select(table)).all()
        found[table.name] = sorted(tuple(row) for row in rows if table is not facts or row.name not in OF_THIS_PLACE)
    return found


def filled(tx: Tx) -> None:
    """Put something into every table that is about people, sent halfway, and forget somebody."""
    numbers = itertools.count(1)
    for name in ("anna", "ben"):
        fill(tx, name, numbers)
    tx.add(persons, id=OLD, key_id=b"gone", language="en", zone="Etc/UTC", created_at=1)
    tx.connection.execute(persons.delete().where(persons.c.id == OLD))
    tx.connection.execute(update(outbox).values(state="sending", claims=1, leased_until_real=1))


@pytest.fixture
def source(tmp_path: Path) -> str:
    """An embedded database with something in every table."""
    url = f"sqlite:///{tmp_path / 'pebble.db'}"
    with closing(opened(url)) as store:
        upgrade(store)
        store.run_now(filled)
    return url


def test_all_of_it_goes_to_postgresql_and_back(source: str, postgres_server: Postgres, tmp_path: Path) -> None:
    url = source
    (tmp_path / "back").mkdir()
    there, back = postgres_server.empty_database(), f"sqlite:///{tmp_path / 'back' / 'pebble.db'}"
    said: list[str] = []
    for here, to in ((url, there), (there, back)):
        with closing(opened(here)) as store:
            before = store.run_now(content)
        move(settings_of(here), to, said.append)
        with closing(opened(to)) as store:
            assert store.run_now(content) == before
            assert readable(store)
            assert store.run_now(lambda tx: tx.add(persons, **NEW)) > OLD, "no number is given twice"
            store.run_now(lambda tx: tx.connection.execute(persons.delete().where(persons.c.id > OLD)))
        with closing(opened(here)) as store:
            assert store.run_now(content) == before, "the source stays as it was"
        with pytest.raises(Misconfigured, match="was moved to another one"):
            App(settings_of(here))
    assert any(line.startswith("persons: 2 rows, checksum ") for line in said)
    assert all(before[table.name] for table in personal_tables())
    App(settings_of(back)).close()


NEW = {"key_id": b"new", "language": "en", "zone": "Etc/UTC", "created_at": 1}


def readable(store: Store) -> bool:
    """Return whether what people wrote can be opened with their keys."""

    def work(tx: Tx) -> list[str]:
        of = addresses.c.id == words.c.address_id
        rows = tx.connection.execute(
            select(words.c.sealed_text, persons.c.key_id)
            .join(addresses, of)
            .join(persons, persons.c.id == addresses.c.person_id)
        )
        return [tx.keys.seal(row.key_id).open(row.sealed_text) for row in rows]

    return len(store.run_now(work)) == 2


def test_a_target_with_something_in_it_is_left_alone(source: str, postgres_server: Postgres) -> None:
    there = postgres_server.database()
    with closing(opened(there)) as store:
        store.run_now(lambda tx: tx.add(persons, **NEW))
        before = store.run_now(content)
        with pytest.raises(Misconfigured, match="something in its table persons"):
            move(settings_of(source), there, print)
        assert store.run_now(content) == before
    App(settings_of(source)).close()


def test_a_move_that_is_cut_off_leaves_nothing_there_and_can_be_begun_again(
    source: str, postgres_server: Postgres
) -> None:
    there = postgres_server.database()
    with closing(opened(there)) as store:
        with store.engine.begin() as connection:
            connection.execute(text("ALTER TABLE moments ADD CONSTRAINT trouble CHECK (id < 0)"))
        with pytest.raises(Exception, match="trouble"):
            move(settings_of(source), there, print)
        assert not any(store.run_now(content).values())
        with store.engine.begin() as connection:
            connection.execute(text("ALTER TABLE moments DROP CONSTRAINT trouble"))
    App(settings_of(source)).close()
    move(settings_of(source), there, print)
    App(settings_of(there)).close()


def test_a_source_in_use_and_a_target_of_the_same_kind_are_refused(
    source: str, postgres_server: Postgres, tmp_path: Path
) -> None:
    with closing(hold(tmp_path / "pebble.db")), pytest.raises(AlreadyRunning):
        move(settings_of(source), postgres_server.database(), print)
    with pytest.raises(Misconfigured, match="of the same kind"):
        move(settings_of(source), f"sqlite:///{tmp_path / 'other.db'}", print)
    used = postgres_server.database()
    with closing(opened(used)) as store:
        store.run_now(lambda _tx: None)
        with pytest.raises(AlreadyRunning, match="Stop every Pebble"):
            move(settings_of(used), f"sqlite:///{tmp_path / 'other.db'}", print)


def test_keys_that_lie_in_a_place_of_their_own_stay_there(postgres_server: Postgres, tmp_path: Path) -> None:
    keys, url = f"sqlite:///{tmp_path / 'apart' / 'person.keys'}", f"sqlite:///{tmp_path / 'pebble.db'}"
    with closing(opened(url, keys)) as store:
        upgrade(store)
        store.run_now(filled)
    there = postgres_server.empty_database()
    said: list[str] = []
    move(settings_of(url, person_keys=keys), there, said.append)
    assert said[0] == "persons’ keys: they stay where they are"
    with closing(opened(there, keys)) as store:
        assert readable(store)
        schemas = text("SELECT count(*) FROM information_schema.schemata WHERE schema_name = :name")
        assert store.run_now(lambda tx: tx.connection.scalar(schemas, {"name": SCHEMA})) == 0
    with closing(sqlite3.connect(tmp_path / "apart" / "person.keys")) as file:
        assert file.execute("SELECT count(*) FROM person_keys").fetchone() == (2,)
