"""Open the database with the host's keys; an embedded one for this process alone."""

import os
from pathlib import Path
from typing import IO

import structlog

from bot.clock import Clock
from bot.errors import Misconfigured
from bot.store.engine import Store, parse_url
from bot.store.lock import hold
from bot.store.sealed import Keyring

log = structlog.get_logger()


def open_store(url: str, keys: list[str] | None, clock: Clock, *, alone: bool = True) -> tuple[Store, IO[str] | None]:
    """Return the store and, for an embedded database, the lock that keeps a second copy out.

    `keys` are the host's, newest first; None takes them from the key file, which is made at the first start. With
    `alone` false no lock is taken, for what only reads. Raises Misconfigured or AlreadyRunning.
    """
    parsed = parse_url(url)
    if (parsed.database or "").startswith("file:"):
        raise Misconfigured("PEBBLE_DATABASE: a plain path, please, such as sqlite:///data/pebble.db")
    database = Path(parsed.database or "")
    embedded = parsed.get_backend_name() == "sqlite"
    lock = hold(database) if embedded and alone else None
    folder = database.parent if embedded else Path("data")
    return Store(url, clock, Keyring(keys or read_keys(folder / "secret.keys"))), lock


def read_keys(path: Path) -> list[str]:
    """Return the keys in a file, newest first, one a line; make the file with a first key where there is none."""
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Readable by its owner alone from its first byte on; O_EXCL, so that no existing key is ever written over.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(Keyring.new_host_key() + "\n")
                file.flush()
                os.fsync(file.fileno())
            log.info("secret_key_made", file=str(path))
    except FileExistsError:
        pass  # another process made it in this very moment
    except OSError as error:
        raise Misconfigured(f"PEBBLE_SECRET_KEYS: cannot make {path} ({error.strerror})") from None
    try:
        return path.read_text(encoding="utf-8").split()
    except OSError as error:
        raise Misconfigured(f"PEBBLE_SECRET_KEYS: cannot read {path} ({error.strerror})") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"PEBBLE_SECRET_KEYS: {path} is no list of keys, one a line") from None
