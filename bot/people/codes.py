"""Codes that are typed from one chat into another: how they are made, read and kept, and how many guesses there are.

A letter holds five bits. The code of `/link` has 8 letters and lives ten minutes: one guess among a thousand such codes
hits one at 1 : 1.1e9. That of an invitation has 12 and lives a week: among a million, 1 : 1.2e12. An address has five
guesses an hour. Where an address costs nothing (on the chat page it is a cookie) that alone holds nobody: at 1,000
guesses a second one of a thousand `/link` codes would be hit every 13 days. With 100 guesses an hour for the whole page
it is every 1,250 years; while they are used up, no code can be typed there, and links open as ever. On Telegram and
Discord 1,000 guesses a second take 720,000 accounts. The token of a link has 128 bits, which nobody guesses.
"""

import hashlib
import secrets

from sqlalchemy import delete, func, insert, select

from bot.store import Tx
from bot.store.facts import add_to_number, read_number
from bot.store.tables import addresses, facts, tries

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is easily taken for another one or for a digit."""
GUESSES = 5
HOUR = 3600
"""Seconds within which one address may guess wrong so often."""

SHARED = {"web": 100}
"""Wrong guesses at codes an hour for all addresses of a platform together, where anybody has as many as they like."""

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


def may_guess(tx: Tx, address_id: int, *, code: bool = True) -> bool:
    """Return whether this address has guesses left within the hour, and its platform, where it is a typed code."""
    recent = (tries.c.address_id == address_id, tries.c.at > tx.now - HOUR)
    own = int(tx.connection.scalar(select(func.count()).where(*recent)) or 0)
    platform = _platform(tx, address_id)
    together = code and platform in SHARED and read_number(tx, _counter(tx, platform)) >= SHARED[platform]
    return own < GUESSES and not together


def note_wrong_guess(tx: Tx, address_id: int, *, code: bool = True) -> None:
    """Count one wrong guess; those of an hour ago are forgotten."""
    platform = _platform(tx, address_id)
    if code and platform in SHARED:
        # Not with the address: whoever has it erased gets no new guesses.
        tx.connection.execute(delete(facts).where(facts.c.name.startswith(_COUNTER), facts.c.name < _counter(tx, "")))
        add_to_number(tx, _counter(tx, platform), 1)
    tx.connection.execute(delete(tries).where(tries.c.address_id == address_id, tries.c.at <= tx.now - HOUR))
    tx.connection.execute(insert(tries).values(address_id=address_id, at=tx.now))


_COUNTER = "guesses:"


def _counter(tx: Tx, platform: str) -> str:
    """Return the name under which the guesses of a platform in this hour are counted."""
    return f"{_COUNTER}{tx.now // HOUR:09}:{platform}"


def _platform(tx: Tx, address_id: int) -> str:
    return str(tx.connection.execute(select(addresses.c.platform).where(addresses.c.id == address_id)).scalar_one())
