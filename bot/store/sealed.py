"""Texts of a person, sealed with the person's own key, which is sealed with the host's keys.

Destroying a person's wrapped key makes what is left of their words unreadable: old pages, the write-ahead log, copies
that do not hold the wrapped key. Rotating the host's keys re-seals only the persons' keys. Fernet: https://cryptography.io/en/latest/fernet/
"""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import Misconfigured, SealBroken


class Seal:
    """One person's key, ready for use."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def close(self, text: str) -> bytes:
        """Return `text` sealed."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Return the text again."""
        return self._fernet.decrypt(sealed).decode()

    def close_json(self, value: Any) -> bytes:
        """Return `value` as sealed JSON."""
        return self.close(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def open_json(self, sealed: bytes) -> Any:
        """Return what `close_json` was given."""
        return json.loads(self.open(sealed))


class Keyring:
    """The host's keys: the first seals, all of them open."""

    def __init__(self, secret_keys: list[str]) -> None:
        """Take URL-safe base64 keys of 32 bytes, newest first. Raises Misconfigured for anything else."""
        try:
            self._host = MultiFernet([Fernet(key) for key in secret_keys])
        except ValueError:
            raise Misconfigured(
                "PEBBLE_SECRET_KEYS: each key must be 32 bytes in URL-safe base64, newest first, with commas between"
            ) from None
        # Unwrapping costs a decryption; people come back within minutes, so keep the recent ones at hand.
        self._unwrap = lru_cache(maxsize=4096)(self._unwrap_once)

    @staticmethod
    def new_host_key() -> str:
        """Return a fresh host key."""
        return Fernet.generate_key().decode()

    def new_person(self) -> bytes:
        """Return a new person's key, wrapped, as the column `persons.wrapped_key` holds it."""
        return self._host.encrypt(Fernet.generate_key())

    def seal(self, wrapped_key: bytes) -> Seal:
        """Return the person's seal. Raises SealBroken when none of the host's keys opens it."""
        return self._unwrap(bytes(wrapped_key))

    def _unwrap_once(self, wrapped_key: bytes) -> Seal:
        try:
            return Seal(self._host.decrypt(wrapped_key))
        except InvalidToken:
            raise SealBroken(
                "PEBBLE_SECRET_KEYS: none of these keys opens what is stored; put the earlier key back beside them"
            ) from None
