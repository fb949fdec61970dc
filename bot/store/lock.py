"""One process at a time on one embedded database: the loser says so and leaves."""

import fcntl
from pathlib import Path
from typing import IO

from bot.errors import AlreadyRunning, Misconfigured


def hold(database: Path) -> IO[str]:
    """Lock the database for this process until the returned file is closed or the process ends, however it ends.

    Raises AlreadyRunning when another process holds it, Misconfigured when the folder cannot be written to.
    """
    database = database.resolve()  # one file, whatever name leads to it
    try:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = database.with_name(database.name + ".lock").open("a")
    except OSError as error:
        raise Misconfigured(f"PEBBLE_DATABASE: cannot write beside it ({error.strerror})") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise AlreadyRunning("Pebble is already running on this database. Stop the other copy first.") from None
    return file
