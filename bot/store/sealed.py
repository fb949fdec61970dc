"""Texts of a person, sealed with the person's own key, which is sealed with the host's keys.

Where the sealed keys lie, and how one is destroyed, is in `bot.store.person_keys`. Fernet: https://cryptography.io/en/latest/fernet/
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import Misconfigured, SealBroken

NAME_BYTES = 16
"""The length of a person key's name."""
_SHARED = b"\0"
"""How begins what several keys seal together; their number (two bytes) and their names follow. Fernet begins with g."""


def _nobody(_name: bytes) -> "Seal":
    raise SealBroken("there is no other key here")


class Seal:
    """One person's key, ready for use; `name` is what the key is called.

    What a person is told may hold words of others: a sentence that was brought, the name that it is signed with. Such
    is sealed with all their keys together (`owners`, by name, beside the person's own), so that each of them takes it
    along when they are erased. `find` returns the seal of such a name.

    `met` are the owners of all that was opened so far: whoever says something on with it seals it with their keys too.
    """

    def __init__(
        self, key: bytes, name: bytes = b"", find: Callable[[bytes], "Seal"] = _nobody, fernet: Fernet | None = None
    ) -> None:
        self.name = name
        self.met: set[bytes] = set()
        self._key = key
        self._find = find
        self._fernet = fernet or Fernet(key)

    def anew(self) -> "Seal":
        """Return the same seal, which has met nobody."""
        return Seal(self._key, self.name, self._find, self._fernet)

    def close(self, text: str, owners: Collection[bytes] = ()) -> bytes:
        """Return `text` sealed. Raises SealGone where one of the owners was erased."""
        names = sorted(owners)
        head = _SHARED + len(names).to_bytes(2, "big") + b"".join(names) if names else b""
        return head + self._together(names).encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Return the text again, and note whom it was sealed with. Raises SealGone where one of them was erased."""
        text, owners = self.read(sealed)
        self.met |= owners
        return text

    def read(self, sealed: bytes) -> tuple[str, frozenset[bytes]]:
        """Return the text and its owners, and note nothing. Raises SealGone."""
        names, token = _parted(sealed)
        return self._together(names).decrypt(token).decode(), frozenset(names)

    def take_over(self, other: "Seal", sealed: bytes) -> bytes:
        """Return what another person's seal has closed as this one closes it, with the same owners. Raises SealGone."""
        return self.close(*other.read(sealed))

    def close_json(self, value: Any, owners: Collection[bytes] = ()) -> bytes:
        """Return `value` as sealed JSON."""
        return self.close(json.dumps(value, ensure_ascii=False, separators=(",", ":")), owners)

    def open_json(self, sealed: bytes) -> Any:
        """Return what `close_json` was given."""
        return json.loads(self.open(sealed))

    def _together(self, names: Collection[bytes]) -> Fernet:
        """Return the key that only all of them make: each is of fixed length, so none can stand for two.

        HKDF over several secrets, of which one that is missing keeps the rest useless: RFC 5869, NIST SP 800-56C.
        """
        if not names:
            return self._fernet
        secrets = b"".join([self._key, *(self._find(name)._key for name in names)])
        mixed = HKDF(SHA256(), 32, None, b"pebble: sealed together").derive(secrets)
        return Fernet(base64.urlsafe_b64encode(mixed))


def _parted(sealed: bytes) -> tuple[list[bytes], bytes]:
    """Return the names of the owners, in their order, and the token behind them."""
    if not sealed.startswith(_SHARED):
        return [], sealed
    end = 3 + NAME_BYTES * int.from_bytes(sealed[1:3], "big")
    return [sealed[place : place + NAME_BYTES] for place in range(3, end, NAME_BYTES)], sealed[end:]


class Keyring:
    """The host's keys: the first seals, all of them open.

    Keys that came from a file are read again when the file has changed, so that `pebble keys rotate` needs no restart.
    """

    def __init__(self, secret_keys: list[str], file: Path | None = None) -> None:
        """Take URL-safe base64 keys of 32 bytes, newest first. Raises Misconfigured for anything else."""
        self._file = file
        self._read_at = _changed_at(file)
        self._take(secret_keys)

    def _take(self, secret_keys: list[str]) -> None:
        try:
            # One value, so that another thread never sees the keys of one file with the name of another.
            host = MultiFernet([Fernet(key) for key in secret_keys])
            self._now = (host, name_of(secret_keys[0]), [_printing(key) for key in secret_keys])
        except (ValueError, IndexError):
            raise Misconfigured(
                "PEBBLE_SECRET_KEYS: each key must be 32 bytes in URL-safe base64, newest first, with commas between"
            ) from None

    @property
    def newest(self) -> str:
        """The name of the host's newest key, read again if the file has changed."""
        self._read_again()
        return self._now[1]

    @staticmethod
    def new_host_key() -> str:
        """Return a fresh host key."""
        return Fernet.generate_key().decode()

    def new_person(self) -> tuple[bytes, str]:
        """Return a new person's key, sealed with the host's newest key, and that key's name."""
        self._read_again()
        host, name, _ = self._now
        return host.encrypt(Fernet.generate_key()), name

    def prints(self, what: str) -> list[bytes]:
        """Return the fingerprints of a text, one under each of the host's keys, the newest key's first.

        One is made with the newest and found again with all: a key that was forgotten takes its fingerprints along.
        """
        self._read_again()
        return [hmac.digest(key, what.encode(), "sha256") for key in self._now[2]]

    def seal(self, sealed_key: bytes, name: bytes = b"", find: Callable[[bytes], Seal] = _nobody) -> Seal:
        """Return the seal that a person's sealed key makes. Raises SealBroken when none of the host's keys opens it."""
        return Seal(self._opened(lambda host: host.decrypt(sealed_key))[0], name, find)

    def resealed(self, sealed_key: bytes) -> tuple[bytes, str]:
        """Return a person's key sealed with the host's newest key, and that key's name. Raises SealBroken."""
        self._read_again()
        return self._opened(lambda host: host.rotate(sealed_key))

    def _opened(self, work: Callable[[MultiFernet], bytes]) -> tuple[bytes, str]:
        host, name, _ = self._now
        try:
            return work(host), name
        except InvalidToken:
            if self._read_again():
                return self._opened(work)
            raise SealBroken(
                "PEBBLE_SECRET_KEYS: none of these keys opens what is stored; put the earlier key back beside them"
            ) from None

    def _read_again(self) -> bool:
        """Take the keys of the file once more if it has changed; return whether it had."""
        changed_at = _changed_at(self._file)
        if self._file is None or changed_at in (None, self._read_at):
            return False
        self._take(self._file.read_text(encoding="utf-8").split())
        self._read_at = changed_at
        return True


def _printing(secret_key: str) -> bytes:
    """Return the key for fingerprints that belongs to a host key: never the host key itself for a second purpose."""
    return hmac.digest(secret_key.encode(), b"pebble: fingerprints", "sha256")


def name_of(secret_key: str) -> str:
    """Return by which name a host key is told from others; the key cannot be found out from it."""
    return hashlib.sha256(secret_key.encode()).hexdigest()[:16]


def _changed_at(file: Path | None) -> tuple[int, int] | None:
    """Return what changes when the file is replaced, or None where there is none."""
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns) if found else None
