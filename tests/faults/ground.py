"""Where a fault is tried: a database of its own, processes and a Bot API that end with it."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from bot.store import Keyring, Store, Tx
from bot.store.tables import outbox
from tests.fakes import BotApi, Person
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres
from tests.processes.pebble import Pebble, telegram
from tests.processes.schedule import nudge_due


@dataclass
class Ground:
    """One database kind, with all that a drill starts on it. `server` is None on SQLite."""

    folder: Path
    template: Path
    server: Postgres | None
    _stack: ExitStack = field(default_factory=ExitStack)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def database(self) -> str:
        """The kind of database."""
        return "postgresql" if self.server else "sqlite"

    def close(self) -> None:
        """End all that was started."""
        self._stack.close()

    def fresh(self) -> str:
        """Return the address of a migrated database with nothing in it."""
        if self.server:
            return self.server.database()
        place = self.folder / f"db-{next(self._numbers)}"
        place.mkdir(parents=True)
        return f"sqlite:///{shutil.copy(self.template, place / 'pebble.db')}"

    def store(self, url: str, clock: HandClock) -> Store:
        """Open a database in this process, on a clock of the drill's own."""
        opened = Store(url, clock, Keyring([KEY]))
        self._stack.callback(opened.close)
        return opened

    def api(self) -> BotApi:
        """Start a Bot API."""
        return self._stack.enter_context(BotApi(conflict_pause=0.2))

    def pebble(self, api: BotApi, url: str, **settings: object) -> Pebble:
        """Return a Pebble on Telegram that is not started yet."""
        place = self.folder / f"pebble-{next(self._numbers)}"
        place.mkdir(parents=True)
        made = Pebble(place, **telegram(api, DATABASE=url, SECRET_KEYS=KEY, **settings))
        self._stack.callback(made.end)
        return made

    def pebbles(self, api: BotApi, url: str, **settings: object) -> list[Pebble]:
        """Return as many as may share such a database here: one on SQLite, two on PostgreSQL. They are running."""
        made = [self.pebble(api, url, **settings) for _ in range(2 if self.server else 1)]
        for pebble in made:
            pebble.start()
        return made


@contextmanager
def ground(folder: Path, template: Path, server: Postgres | None) -> Iterator[Ground]:
    """Yield a ground and end all that was started on it."""
    made = Ground(folder, template, server)
    try:
        yield made
    finally:
        made.close()


def crowd(api: BotApi, number: int, first: int = 100_000) -> list[Person]:
    """Return so many people to whom the bot may write."""
    people = [api.person(first + each) for each in range(number)]
    for person in people:
        person.user.started = True
    return people


def all_due(store: Store, people: list[Person], at: int) -> None:
    """Let each of them have a nudge that was due at this minute (UTC seconds)."""

    def work(tx: Tx) -> None:
        for person in people:
            nudge_due(tx, person.id, at)

    store.run_now(work)


def rows_that_are(tx: Tx, state: str) -> int:
    """Return how many rows of the outbox are in this state."""
    return int(tx.connection.scalar(select(func.count()).where(outbox.c.state == state)) or 0)


def rows_in(pebble: Pebble, state: str) -> int:
    """Return how many rows of a Pebble's outbox are in this state, whether it lives or not."""
    with pebble.store() as store:
        return store.run_now(partial(rows_that_are, state=state))
