"""What one process of all may do at a time: a session's advisory lock on PostgreSQL, which ends with whoever held it.

Whoever waits stands in the database's own queue and asks nobody. On an embedded database there is one process, so it is
always its turn.
"""

import asyncio
import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from sqlalchemy.engine import URL

if TYPE_CHECKING:
    import psycopg

BEAT = 1.0
"""Seconds between two looks whether the connection that holds the lock still stands."""
PAUSES = (0.1, 2.0)
"""Seconds of the first and the longest pause before a database that is away is asked again."""
_CLIENT = {
    "autocommit": True,
    "application_name": "pebble turn",
    "connect_timeout": 5,
    # A line on which nothing is answered for so long is dead, though nobody has hung up: seconds, and milliseconds.
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 3000,
}
# The same from the server's side, so that a machine which has lost its power lets go within seconds; and nothing that
# the host has set for statements may end the waiting. A setting that this server does not know is left out.
_SERVER = """
    SELECT set_config(wanted.name, wanted.value, false)
    FROM pg_settings JOIN (VALUES
        ('tcp_keepalives_idle', '1'), ('tcp_keepalives_interval', '1'), ('tcp_keepalives_count', '3'),
        ('tcp_user_timeout', '3000'), ('statement_timeout', '0'), ('lock_timeout', '0'), ('idle_session_timeout', '0')
    ) AS wanted (name, value) ON pg_settings.name = wanted.name
"""

log = structlog.get_logger()


class Turn(Protocol):
    """A turn to be waited for, and given back."""

    async def wait(self) -> None:
        """Return when it is our turn. A database that is away is waited for."""

    async def lost(self) -> None:
        """Return when it is our turn no longer, within about a second."""

    async def give_back(self) -> None:
        """Let the next one have it."""


class OnlyOne:
    """The turn of whoever has nobody beside them."""

    async def wait(self) -> None:
        """See Turn."""

    async def lost(self) -> None:
        """See Turn: never."""
        await asyncio.Event().wait()

    async def give_back(self) -> None:
        """See Turn: nobody waits."""


class ByLock:
    """A turn among all processes on one PostgreSQL database. `name` says what for; the lock is its hash."""

    def __init__(self, url: URL, name: str) -> None:
        self._url = url
        self._name = name
        digest = hashlib.sha256(name.encode()).digest()
        self._lock = int.from_bytes(digest[:8], "big", signed=True)
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def wait(self) -> None:
        """See Turn."""
        from psycopg import Error

        pause, longest = PAUSES
        while self._connection is None:
            try:
                self._connection = await self._in_line()
            except Error as error:
                log.warning("turn_waits", turn=self._name, problem=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, longest)

    async def _in_line(self) -> "psycopg.AsyncConnection[Any]":
        """Stand in line, and return the connection that holds the lock."""
        from psycopg import AsyncConnection

        dialect: Any = self._url.get_dialect()()
        _, where = dialect.create_connect_args(self._url)
        connection = await AsyncConnection.connect(**_CLIENT | where)
        try:
            await connection.execute(_SERVER)
            await connection.execute("SELECT pg_advisory_lock(%s)", (self._lock,))
        except BaseException:
            await connection.close()
            raise
        return connection

    async def lost(self) -> None:
        """See Turn."""
        from psycopg import Error

        assert self._connection is not None
        with suppress(Error):
            while True:
                await self._connection.execute("SELECT 1")
                async for _ in self._connection.notifies(timeout=BEAT):  # none comes: it ends at once with the line
                    pass
        log.warning("turn_lost", turn=self._name)

    async def give_back(self) -> None:
        """See Turn: the lock ends with its session."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def turn_for(database: URL, name: str) -> Turn:
    """Return the turn of this name on this database."""
    return OnlyOne() if database.get_backend_name() == "sqlite" else ByLock(database, name)
