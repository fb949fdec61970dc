"""Codes that are typed from one chat into another: how they are made, read and kept, and how many guesses there are."""

import hashlib
import secrets

from sqlalchemy import delete, func, insert, select

from bot.store import Tx
from bot.store.tables import tries

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is easily taken for another one or for a digit."""
GUESSES = 5
HOUR = 3600
"""Seconds within which one address may guess wrong so often."""

_MEANT = str.maketrans("OIL", "011")


def new_code(length: int) -> str:
    """Return a fresh code of so many letters, five bits each."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def shown(code: str) -> str:
    """Return the code in groups of four, as it is read and typed."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def typed(written: str) -> str:
    """Return what was meant by a code that somebody typed, small or large, with or without its dashes."""
    plain = "".join(char for char in written.upper() if char.isascii() and char.isalnum())
    return plain.translate(_MEANT)


def hashed(secret: str) -> str:
    """Return what is kept of a token or a code: nobody who reads the database can use it."""
    # Whatever somebody types in place of one, half a surrogate pair too.
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def may_guess(tx: Tx, address_id: int) -> bool:
    """Return whether this address has guesses left within the hour."""
    recent = (tries.c.address_id == address_id, tries.c.at > tx.now - HOUR)
    return int(tx.connection.scalar(select(func.count()).where(*recent)) or 0) < GUESSES


def note_wrong_guess(tx: Tx, address_id: int) -> None:
    """Count one wrong guess; those of an hour ago are forgotten."""
    tx.connection.execute(delete(tries).where(tries.c.address_id == address_id, tries.c.at <= tx.now - HOUR))
    tx.connection.execute(insert(tries).values(address_id=address_id, at=tx.now))
