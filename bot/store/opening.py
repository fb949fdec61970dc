"""Open the database with the host's keys; an embedded one for this process alone."""

import os
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy.engine import URL

from bot.clock import Clock
from bot.errors import Misconfigured
from bot.store.database import parse_url
from bot.store.engine import Store
from bot.store.lock import hold
from bot.store.sealed import Keyring

log = structlog.get_logger()


def open_store(
    url: str, keys: list[str] | None, clock: Clock, *, person_keys: str | None = None, alone: bool = True
) -> tuple[Store, IO[str] | None]:
    """Return the store and, for an embedded database, the lock that keeps a second copy out.

    `keys` are the host's, newest first; None takes them from the key file, which is made at the first start.
    `person_keys` is the address of the place where persons' keys lie; None: beside the database. With `alone` false no
    lock is taken, for what only reads. Raises Misconfigured or AlreadyRunning.
    """
    parsed = parse_url(url)
    if (parsed.database or "").startswith("file:"):
        raise Misconfigured("PEBBLE_DATABASE: a plain path, please, such as sqlite:///data/pebble.db")
    embedded = parsed.get_backend_name() == "sqlite"
    lock = hold(Path(parsed.database or "")) if embedded and alone else None
    if keys:
        return Store(url, clock, Keyring(keys), person_keys), lock
    file = key_file(parsed)
    return Store(url, clock, Keyring(read_keys(file), file), person_keys), lock


def key_file(database: URL) -> Path:
    """Return where the host's keys lie when no setting gives them."""
    embedded = database.get_backend_name() == "sqlite"
    return (Path(database.database or "").parent if embedded else Path("data")) / "secret.keys"


def write_keys(path: Path, keys: list[str]) -> None:
    """Put these keys, newest first, in place of the file's, all at once. Raises Misconfigured."""
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write("\n".join(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name has to survive a power cut before anything is sealed with the new key
        finally:
            os.close(folder)
    except OSError as error:
        raise Misconfigured(f"PEBBLE_SECRET_KEYS: cannot write {path} ({error.strerror})") from None


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
