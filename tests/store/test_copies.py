"""A dump that was restored is known to be one; the database that it was made of is not."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from bot.clock import Clock
from bot.store import Keyring, Store
from bot.store.copies import notice_copy
from bot.store.facts import COPY, read_number
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres


@pytest.fixture
def lived(postgres_server: Postgres) -> str:
    """A database on which a Pebble has started."""
    url = postgres_server.database()
    stamped(url, HandClock())
    return url


def stamped(url: str, clock: Clock) -> int:
    """Start on this database; return whether it counts as a copy."""
    with closing(Store(url, clock, Keyring([KEY]))) as store:
        store.run_now(notice_copy)
        return store.run_now(lambda tx: read_number(tx, COPY))


def test_a_second_start_on_the_same_database_is_no_copy(lived: str, clock: HandClock) -> None:
    assert stamped(lived, clock) == 0
    assert stamped(lived, clock) == 0


def test_a_dump_that_is_put_into_another_database_is_a_copy(
    lived: str, clock: HandClock, postgres_server: Postgres
) -> None:
    other = postgres_server.empty_database()
    postgres_server.restore(postgres_server.dump(lived), other)
    assert stamped(other, clock) == 1
    assert stamped(lived, clock) == 0


def test_a_dump_that_is_put_back_into_the_same_database_is_a_copy(
    lived: str, clock: HandClock, postgres_server: Postgres
) -> None:
    postgres_server.restore(postgres_server.dump(lived), lived, "--clean")
    assert stamped(lived, clock) == 1


def test_a_role_that_may_not_ask_for_the_server_is_no_trouble(lived: str, clock: HandClock) -> None:
    with psycopg.connect(lived, autocommit=True) as connection:
        connection.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        connection.execute("CREATE ROLE humble LOGIN")
        connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO humble")
    humble = lived.replace("pebble@", "humble@")
    with closing(Store(humble, clock, Keyring([KEY]))) as store:
        store.run_now(notice_copy)


async def test_an_embedded_database_is_stamped_by_its_backup_alone(house_store: Store) -> None:
    await house_store.run(notice_copy)
    assert await house_store.read(lambda tx: read_number(tx, COPY)) == 0


@pytest.fixture
def house_store(tmp_path_factory: pytest.TempPathFactory, template_file: object) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{template_file}", HandClock(), Keyring([KEY]))) as store:
        yield store
