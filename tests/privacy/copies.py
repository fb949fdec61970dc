"""What somebody can read who has old copies of the database and all keys that are left: every key is tried on all."""

import contextlib
import itertools
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bot.store import Seal

_SEALED = re.compile(rb"gAAAA[A-Za-z0-9_-]{40,}={0,2}")
"""What Fernet makes: a version byte and a time, in URL-safe base64."""
MOST_OWNERS = 3
"""People whose keys seal something together with its person's, in these tests."""


def keys_left(host_keys: Iterable[str], person_keys: Path) -> list[bytes]:
    """Return all keys that are left: the host's, and what of the persons' they open."""
    hosts = [key.encode() for key in host_keys]
    with closing(sqlite3.connect(person_keys)) as place:
        sealed = [row[0] for row in place.execute("SELECT sealed_key FROM person_keys WHERE sealed_key IS NOT NULL")]
    found = hosts + opened(b"\n".join(sealed), hosts)
    return found


def opened(data: bytes, keys: Iterable[bytes]) -> list[bytes]:
    """Return whatever the keys open in the data, alone or several together; a key that is found is tried as well."""
    tokens = set(_tokens(data))
    known: list[bytes] = []
    found: list[bytes] = []
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key in known or not _is_key(key):
            continue
        known.append(key)
        for names, token in list(tokens):
            plain = _tried(names, token, known, key)
            if plain is not None:
                tokens.remove((names, token))
                found.append(plain)
                if len(plain) == 44:
                    waiting.append(plain)
    return found


def _tokens(data: bytes) -> Iterator[tuple[tuple[bytes, ...], bytes]]:
    """Yield what is sealed, with the names of the keys that seal it together with its person's."""
    for match in _SEALED.finditer(data):
        yield (), match[0]
        for count in range(1, MOST_OWNERS + 1):
            head = data[max(0, match.start() - 3 - 16 * count) : match.start()]
            if head[:3] == b"\0" + count.to_bytes(2, "big"):
                yield tuple(head[3 + 16 * n : 19 + 16 * n] for n in range(count)), match[0]


def _tried(names: tuple[bytes, ...], token: bytes, known: list[bytes], key: bytes) -> bytes | None:
    """Return what is opened with this key and any of the others, each in any place."""
    sealed = b"\0" + len(names).to_bytes(2, "big") + b"".join(names) + token if names else token
    for chosen in itertools.product(known, repeat=len(names) + 1):
        if key in chosen:
            by_name = dict(zip(names, map(Seal, chosen[1:]), strict=True))
            with contextlib.suppress(InvalidToken, UnicodeDecodeError):
                return Seal(chosen[0], find=by_name.__getitem__).open(sealed).encode()
    return None


def _is_key(key: bytes) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


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
