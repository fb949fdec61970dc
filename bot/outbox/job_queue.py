"""PgQueuer's table and statements, on the connection of the unit of work; its names, and how a job finds its rows."""

import re
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import QueueEntrypoint
from pgqueuer.ports.driver import SyncDriver
from pgqueuer.queries import SyncQueries
from sqlalchemy import Connection, column, table

from bot.outbox.handout import BEAT
from bot.store import Tx


class _Names(DBSettings):
    """PgQueuer's names as they are by default: it would take others from variables as common as CHANNEL."""

    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, init_settings: Any, *_: Any, **__: Any) -> tuple[Any, ...]:
        return (init_settings,)


SETTINGS = _Names(durability=Durability.balanced)
NAMES = SETTINGS.qualified
DEAD_AFTER = timedelta(seconds=3 * BEAT)
"""Without a sign of life for so long, what a worker held is handed to another."""

QUEUE = table(SETTINGS.queue_table, column("dedupe_key"), column("priority"))
"""PgQueuer's table, for what is asked of rows and jobs together."""
QUERIES = QueryQueueBuilder(SETTINGS)


class Line(StrEnum):
    """Where jobs of a platform stand in line; urgency decides within each."""

    DRAW = "draw"
    """Pictures, which are shared out."""
    SEND = "send"
    """Answers and thanks, a job each: taken before nudges, and counted as rows."""
    NUDGE = "nudge"
    """Bundles, and nudges with a job of their own."""
    FILE = "file"
    """What is collected when it leaves: taken by whoever can work on it now."""


class _OnConnection(SyncDriver):
    """PgQueuer's driver on a connection that is in a transaction; errors are SQLAlchemy's, as everywhere here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """See SyncDriver; also for statements that return nothing."""
        values = {f"p{number}": value for number, value in enumerate(args, 1)}
        done = self._connection.exec_driver_sql(_named(query), values)
        return [dict(row) for row in done.mappings()] if done.returns_rows else []


@lru_cache(maxsize=32)
def _named(query: str) -> str:
    """Return a statement with the placeholders of the driver: PgQueuer numbers them as PostgreSQL does."""
    return re.sub(r"\$(\d+)", r"%(p\1)s", query.replace("%", "%%"))


def run(tx: Tx, query: str, *args: object) -> list[dict[str, Any]]:
    """Run a statement of PgQueuer's and return what it found."""
    return _OnConnection(tx.connection).fetch(query, *args)


def queries(tx: Tx) -> SyncQueries:
    """Return PgQueuer's own verbs."""
    return SyncQueries(_OnConnection(tx.connection), QUERIES)


@lru_cache(maxsize=64)
def entrypoint(platform: str, line: Line) -> QueueEntrypoint:
    """Return the name under which rows of a platform are handed out."""
    return QueueEntrypoint(f"{line}:{platform}")


def key_of(row: str) -> str:
    """Return the key of the job under which a row of the outbox stands, in SQL: that of its bundle, else its own."""
    return f"CAST(coalesce({row}.bundle, {row}.id) AS text)"
