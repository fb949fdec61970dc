"""Processes that tests may start, and the Bot API that they talk to."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes import BotApi
from tests.processes.pebble import Pebble, telegram, with_keys

Start = Callable[..., Pebble]


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Bot API that outlives the process, as Telegram does."""
    with BotApi(conflict_pause=0.2) as running:
        yield running


@pytest.fixture
def new_pebble(tmp_path: Path) -> Iterator[Start]:
    """Makes Pebbles that are not started yet, each in the test's folder or one below; none is left running."""
    made: list[Pebble] = []

    def make(folder: str = ".", **settings: object) -> Pebble:
        place = tmp_path / folder
        place.mkdir(parents=True, exist_ok=True)
        made.append(Pebble(place, **settings))
        return made[-1]

    yield make
    for pebble in made:
        pebble.end()


@pytest.fixture
def pebble(new_pebble: Start, api: BotApi) -> Pebble:
    """A Pebble on Telegram that has never run."""
    return new_pebble(**telegram(api))


@pytest.fixture
def prepared(new_pebble: Start, api: BotApi, template_file: Path) -> Pebble:
    """A Pebble on Telegram whose database a test may fill before the first start."""
    pebble = new_pebble(**with_keys(telegram(api)))
    pebble.data.mkdir()
    shutil.copy(template_file, pebble.data / "pebble.db")
    return pebble
