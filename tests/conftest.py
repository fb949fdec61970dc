"""Fixtures for all rooms."""

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot.logs import QUIET
from bot.store import Keyring, Store
from tests.kit.clock import HandClock
from tests.kit.compiled import share_compiled
from tests.kit.databases import KEY, Postgres, in_memory, migrated_file, postgres
from tests.kit.forks import fork
from tests.kit.shared_now import follow
from tests.kit.talk import Friend, House
from tests.processes.pebble import Pebble

# Each test has a database of its own that syncs at every commit: in memory that costs nothing. The workers inherit it.
if memory := in_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)

share_compiled()
Pebble.begin = staticmethod(fork)  # two seconds of imports, hundreds of times


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server of this test run. It leaves its hundreds of short-lived databases as they are."""
    with postgres(vacuums=False) as server:
        yield server


@pytest.fixture(scope="session")
def template_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    return migrated_file(tmp_path_factory.mktemp("template"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh, migrated database: each test that asks runs on both."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        return server.database()
    path = tmp_path / "pebble.db"
    shutil.copy(request.getfixturevalue("template_file"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def clock() -> HandClock:
    """A clock that stands at Wednesday, 18 November 2026, 10:00 in Berlin."""
    return HandClock()


@pytest.fixture
def store(database_url: str, clock: HandClock) -> Iterator[Store]:
    """A store on both databases."""
    opened = Store(database_url, clock, Keyring([KEY]))
    follow(opened)
    yield opened
    opened.close()


@pytest.fixture
def house(template_file: Path, tmp_path: Path, clock: HandClock) -> Iterator[House]:
    """A whole Pebble on SQLite, to converse with."""
    path = tmp_path / "pebble.db"
    shutil.copy(template_file, path)
    opened = Store(f"sqlite:///{path}", clock, Keyring([KEY]))
    yield House(opened, clock)
    opened.close()


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Put the process's logging back after a test that has set it up: its stream is closed with the test."""
    root = logging.getLogger()
    handlers, level, loud = list(root.handlers), root.level, logging.raiseExceptions
    levels = {name: logging.getLogger(name).level for name in QUIET}
    yield
    root.handlers[:], root.level, logging.raiseExceptions = handlers, level, loud
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def no_heart_beats_on() -> Iterator[None]:
    """End the heartbeats of lines to Discord that a failing test left open: they would ask the next one's loop."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("keep-alive-handler"):
            thread.stop()  # type: ignore[attr-defined]
            thread.join(1)


@pytest.fixture
def anna(house: House) -> Friend:
    """Somebody in Berlin."""
    return house.person("anna")
