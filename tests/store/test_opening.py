"""Opening a database: the address, the lock that keeps a second copy out, the key file."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.errors import AlreadyRunning, Misconfigured
from bot.settings import read_settings
from bot.store import Keyring, Store
from bot.store.database import parse_url
from bot.store.lock import hold
from bot.store.migrate import upgrade
from bot.store.opening import open_store, read_keys
from bot.upkeep import run_checks
from tests.kit.clock import HandClock
from tests.kit.databases import Postgres

KEY = Keyring.new_host_key()


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "pebble.db",
        "/var/lib/pebble.db",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "postgresql://host:not-a-port/pebble",
        "mysql://host/pebble",
        "mongodb://host/pebble",
        "oracle://host/pebble",
        "https://example.org/pebble.db",
        "postgresql+asyncpg://host/pebble",
        "postgresql+psycopg2://host/pebble",
        "postgresql+nonsense://host/pebble",
        "sqlite+aiosqlite:///pebble.db",
        "sqlite+pysqlcipher:///pebble.db",
    ],
)
def test_an_address_that_cannot_be_meant_gives_one_line_that_names_the_setting(address: str) -> None:
    with pytest.raises(Misconfigured, match=r"^PEBBLE_DATABASE: ") as caught:
        Store(address, HandClock(), Keyring([KEY]))
    assert "\n" not in str(caught.value)


def test_a_password_in_a_wrong_address_is_not_repeated() -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_url("mysql://pebble:hunter2@host/pebble")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["postgresql://h/p", "postgres://h/p", "postgresql+psycopg://h/p", "sqlite:///p.db", "sqlite+pysqlite:///p.db"],
)
def test_the_usual_spellings_of_an_address_are_understood(address: str) -> None:
    wanted = "sqlite" if address.startswith("sqlite") else "postgresql+psycopg"
    assert parse_url(address).drivername.startswith(wanted)


def test_a_second_copy_on_the_same_file_is_turned_away(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'pebble.db'}"
    first, lock = open_store(url, [KEY], HandClock())
    assert lock is not None
    with pytest.raises(AlreadyRunning, match="already running"):
        open_store(url, [KEY], HandClock())
    onlooker, none = open_store(url, [KEY], HandClock(), alone=False)
    assert none is None
    onlooker.close()
    first.close()
    lock.close()
    second, again = open_store(url, [KEY], HandClock())
    assert again is not None
    second.close()
    again.close()


def test_two_databases_in_one_folder_do_not_mind_each_other(tmp_path: Path) -> None:
    with hold(tmp_path / "one.db"), hold(tmp_path / "two.db"):
        pass


def test_a_folder_that_cannot_be_made_gives_one_line_that_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Misconfigured, match=r"^PEBBLE_DATABASE: ") as caught:
        open_store(f"sqlite:///{tmp_path}/file/pebble.db", [KEY], HandClock())
    assert "\n" not in str(caught.value)


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.keys"
    made = read_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert read_keys(path) == made
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    Keyring(made)


def test_the_hosts_own_key_file_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "secret.keys"
    newer = Keyring.new_host_key()
    path.write_text(f"{newer}\n{KEY}\n")
    store, lock = open_store(f"sqlite:///{tmp_path / 'pebble.db'}", None, HandClock())
    sealed, _ = Keyring([KEY]).new_person()
    store.keys.host.seal(sealed)
    assert path.read_text() == f"{newer}\n{KEY}\n"
    store.close()
    assert lock is not None
    lock.close()


def test_given_keys_need_no_file(tmp_path: Path) -> None:
    store, lock = open_store(f"sqlite:///{tmp_path / 'pebble.db'}", [KEY], HandClock())
    assert not (tmp_path / "secret.keys").exists()
    store.close()
    assert lock is not None
    lock.close()


def test_the_keys_of_persons_lie_beside_the_database_or_where_the_host_says(tmp_path: Path) -> None:
    url, elsewhere = f"sqlite:///{tmp_path / 'pebble.db'}", tmp_path / "keys" / "of persons"
    for place, file in ((None, tmp_path / "person.keys"), (f"sqlite:///{elsewhere}", elsewhere)):
        store, lock = open_store(url, [KEY], HandClock(), person_keys=place)
        name = store.keys.new_person()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert store.keys.seal(name).open(store.keys.seal(name).close("mine")) == "mine"
        store.close()
        assert lock is not None
        lock.close()
    with pytest.raises(Misconfigured, match=r"^PEBBLE_PERSON_KEYS: "):
        Store(url, HandClock(), Keyring([KEY]), "mysql://host/keys")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"nonsense", b"\xff\xfe\x00", KEY.encode()[:-4]],
    ids=["empty", "a blank line", "a word", "no text", "a key cut short"],
)
def test_a_key_file_without_a_fitting_key_gives_one_line_and_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.keys"
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"^PEBBLE_SECRET_KEYS: ") as caught:
        open_store(f"sqlite:///{tmp_path / 'pebble.db'}", None, HandClock())
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_a_key_file_that_cannot_be_made_gives_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Misconfigured, match=r"^PEBBLE_SECRET_KEYS: "):
        read_keys(tmp_path / "file" / "secret.keys")


def test_a_failed_opening_lets_go_of_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'pebble.db'}"
    with pytest.raises(Misconfigured):
        open_store(url, ["nonsense"], HandClock())
    store, lock = open_store(url, [KEY], HandClock())
    store.close()
    assert lock is not None
    lock.close()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_in_which_not_everybody_can_write_is_refused(postgres_server: Postgres, encoding: str) -> None:
    url = postgres_server.empty_database(f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    store = Store(url, SystemClock(), Keyring([KEY]))
    with pytest.raises(
        Misconfigured, match=f"^PEBBLE_DATABASE: its encoding is {encoding}, .* ENCODING 'UTF8' LOCALE 'C'"
    ):
        upgrade(store)
    store.close()
    said: list[str] = []
    assert run_checks(read_settings(database=url, secret_keys=KEY), said.append) == 1
    assert [line for line in said if line.startswith("FAIL  database: ") and f"is {encoding}, " in line]


def test_a_line_to_postgresql_that_is_silently_gone_fails_within_half_a_minute(postgres_server: Postgres) -> None:
    with line_of(postgres_server.database()) as line:
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        idle, between, times, unheard = (
            line.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        )
    assert 0 < idle + between * times <= 30
    assert 0 < unheard <= 30_000


def test_what_the_address_says_of_the_line_counts(postgres_server: Postgres) -> None:
    with line_of(f"{postgres_server.database()}?keepalives_idle=77") as line:
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 77


@contextmanager
def line_of(url: str) -> Iterator[socket.socket]:
    """Return the socket that a store on PostgreSQL speaks through."""
    store = Store(url, SystemClock(), Keyring([KEY]))
    with store.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        with socket.socket(fileno=os.dup(driver.fileno())) as line:
            yield line
    store.close()
