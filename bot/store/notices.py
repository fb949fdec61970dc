"""What processes tell each other through PostgreSQL at once: LISTEN and NOTIFY, on one connection of their own.

A notice may be lost while the line is cut, so nothing may rest on it alone: it only makes sooner what a later look
would find.
"""

import asyncio
from collections.abc import Callable

import structlog
from sqlalchemy import URL, func, select

from bot.store.database import line_to
from bot.store.engine import Tx

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0

Hear = Callable[[str], None]


class Notices:
    """Calls back for each notice on the channels that are listened to, on the event loop."""

    def __init__(self, url: URL) -> None:
        """`url` is the store's, of a PostgreSQL."""
        self._line = line_to(url)
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._hears: dict[str, list[Hear]] = {}
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()
        """Set while the line stands."""

    def listen(self, channel: str, hear: Hear) -> None:
        """Call `hear` with the text of each notice on this channel; before `start`."""
        self._hears.setdefault(channel, []).append(hear)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._task = asyncio.create_task(self._run(), name="notices")

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        # Here, for a Pebble on SQLite does without: 9 MB, and a twentieth of a start.
        from psycopg import AsyncConnection, Error
        from psycopg.sql import SQL, Identifier

        pause = FIRST_PAUSE
        while True:
            try:
                async with await AsyncConnection.connect(self._address, autocommit=True, **self._line) as line:
                    for channel in self._hears:
                        await line.execute(SQL("LISTEN {}").format(Identifier(channel)))
                    self.listening.set()
                    pause = FIRST_PAUSE
                    async for notice in line.notifies():
                        for hear in self._hears[notice.channel]:
                            hear(notice.payload)
            except (Error, OSError) as error:
                log.warning("notices_wait", problem=type(error).__name__)
            finally:
                self.listening.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def notify(tx: Tx, channel: str, text: str) -> None:
    """Tell every process that listens to this channel, once this transaction is committed."""
    tx.connection.execute(select(func.pg_notify(channel, text)))
