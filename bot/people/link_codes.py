"""The code that joins two chats of one person: shown in one, typed and confirmed in the other within minutes."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, or_, select, update

from bot.people.codes import hashed, may_guess, new_code, note_wrong_guess, typed
from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import addresses, link_codes

LETTERS = 8
LIFE = 600
"""Seconds that a code lives."""


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A code that was typed: where it was shown, and whose chat that is."""

    id: int
    person_id: int
    address_id: int
    platform: str


class Unfit(StrEnum):
    """Why a code that was typed joins nothing."""

    UNKNOWN = "unknown"
    """No such one, or one whose minutes are over."""
    GUESSED = "guessed"
    """Too many wrong guesses: nothing is looked up here for a while, not even a right one."""


def show_code(tx: Tx, person: Person) -> str:
    """Return a fresh code for this chat; an earlier one of the person, and all that are over, are gone."""
    gone = or_(link_codes.c.person_id == person.id, link_codes.c.expires_at <= tx.now)
    tx.connection.execute(delete(link_codes).where(gone))
    code = new_code(LETTERS)
    tx.add(
        link_codes,
        person_id=person.id,
        address_id=person.address_id,
        code_hash=hashed(f"link {code}"),
        expires_at=tx.now + LIFE,
    )
    return code


def type_code(tx: Tx, person: Person, written: str) -> LinkCode | Unfit:
    """Return the code that was typed in this chat, to be confirmed here."""
    if not may_guess(tx, person.address_id):
        return Unfit.GUESSED
    row = tx.connection.execute(
        select(link_codes.c.id).where(
            link_codes.c.code_hash == hashed(f"link {typed(written)}"), link_codes.c.expires_at > tx.now
        )
    ).first()
    if row is None:
        note_wrong_guess(tx, person.address_id)
        return Unfit.UNKNOWN
    tx.connection.execute(update(link_codes).where(link_codes.c.id == row.id).values(typed_by=person.address_id))
    return typed_code(tx, person, row.id) or Unfit.UNKNOWN


def typed_code(tx: Tx, person: Person, code_id: int) -> LinkCode | None:
    """Return a code that was typed in this chat last, while it lives."""
    row = tx.connection.execute(
        select(link_codes.c.id, link_codes.c.person_id, link_codes.c.address_id, addresses.c.platform)
        .join(addresses, addresses.c.id == link_codes.c.address_id)
        .where(
            link_codes.c.id == code_id,
            link_codes.c.typed_by == person.address_id,
            link_codes.c.expires_at > tx.now,
        )
    ).first()
    return LinkCode(*row) if row else None


def use_up(tx: Tx, code: LinkCode) -> bool:
    """Use a code up; return False when that has happened before."""
    return int(tx.connection.execute(delete(link_codes).where(link_codes.c.id == code.id)).rowcount) == 1
