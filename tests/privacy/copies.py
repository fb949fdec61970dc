"""What somebody can read who has old copies of the database and all keys that are left: every key is tried on all."""

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

_SEALED = re.compile(rb"gAAAA[A-Za-z0-9_-]{40,}={0,2}")
"""What Fernet makes: a version byte and a time, in URL-safe base64."""


def keys_left(host_keys: Iterable[str], person_keys: Path) -> list[bytes]:
    """Return all keys that are left: the host's, and what of the persons' they open."""
    hosts = [key.encode() for key in host_keys]
    with closing(sqlite3.connect(person_keys)) as place:
        sealed = [row[0] for row in place.execute("SELECT sealed_key FROM person_keys WHERE sealed_key IS NOT NULL")]
    found = hosts + opened(b"\n".join(sealed), hosts)
    return found


def opened(data: bytes, keys: Iterable[bytes]) -> list[bytes]:
    """Return whatever one of the keys opens in the data; a key that is found on the way is tried as well."""
    tokens = set(_SEALED.findall(data))
    waiting, found = list(keys), []
    tried: set[bytes] = set()
    while waiting:
        key = waiting.pop()
        if key in tried:
            continue
        tried.add(key)
        try:
            fernet = Fernet(key)
        except ValueError:
            continue
        for token in list(tokens):
            try:
                plain = fernet.decrypt(token)
            except InvalidToken:
                continue
            tokens.remove(token)
            found.append(plain)
            if len(plain) == 44:
                waiting.append(plain)
    return found


def cells(file: Path) -> bytes:
    """Return all values of a database file: one that is long lies in pieces on its pages."""
    found: list[bytes] = []
    with closing(sqlite3.connect(file)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{name}"'):
                found += [bytes(cell) if isinstance(cell, bytes) else str(cell).encode() for cell in row]
    return b"\n".join(found)


def readable(copies: Iterable[Path], keys: Iterable[bytes]) -> bytes:
    """Return all that can be read of some copies (each a database, perhaps with its log beside it), bare or opened."""
    listed, data = list(keys), b""
    for copy in copies:
        raw = [path.read_bytes() for path in sorted(copy.parent.glob(f"{copy.name}*"))]
        data += b"\n".join([*raw, cells(copy)]) + b"\n"
    return data + b"\n".join(opened(data, listed))
