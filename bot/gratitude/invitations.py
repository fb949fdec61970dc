"""The way in for somebody new: a link or a code that opens once and shows who it is from before anything else."""

import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update

from bot.errors import SealGone
from bot.gratitude.queries import call, name_of, stance
from bot.gratitude.reports import is_suspended
from bot.gratitude.rules import LIFE
from bot.people.codes import hashed, may_guess, new_code, note_wrong_guess, typed
from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import invitations, persons

CODE = 12
"""Letters of a code, five bits each: it lives for a week."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens an invitation: a token for links, a code that can be typed. Neither is kept."""

    token: str
    code: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that somebody has opened; `name` is who it is from."""

    id: int
    link_id: int
    sender_id: int
    name: str


class Closed(StrEnum):
    """Why an invitation does not open."""

    UNKNOWN = "unknown"
    """No such one, or one that is over, used, or from somebody who is blocked: nobody learns which."""
    GUESSED = "guessed"
    """Too many wrong guesses: nothing opens here for a while."""
    OWN = "own"


def looks_like_token(written: str) -> bool:
    """Return whether this may be the token of an invitation."""
    return _TOKEN.fullmatch(written) is not None


def invite(tx: Tx, sender: Person, link_id: int) -> Keys:
    """Make an invitation that carries a link, and return what opens it."""
    keys = Keys(secrets.token_urlsafe(16), new_code(CODE))
    tx.add(
        invitations,
        person_id=sender.id,
        link_id=link_id,
        token_hash=hashed(keys.token),
        code_hash=hashed(keys.code),
        expires_at=tx.now + LIFE,
    )
    return keys


def open_invitation(tx: Tx, person: Person, written: str) -> Invitation | Closed:
    """Return the invitation behind a token or a typed code, and note that it was this person who opened it."""
    written = written.strip()
    is_code = not looks_like_token(written)
    if not may_guess(tx, person.address_id, code=is_code):
        return Closed.GUESSED
    # One or the other: with enough dashes between its letters a code is as long as a token.
    opens = (
        invitations.c.code_hash == hashed(typed(written)) if is_code else invitations.c.token_hash == hashed(written)
    )
    row = tx.connection.execute(select(invitations).where(opens)).first()
    if row is None:
        note_wrong_guess(tx, person.address_id, code=is_code)
        return Closed.UNKNOWN
    if row.person_id == person.id:
        return Closed.OWN
    if not _stands(tx, person, row):
        return Closed.UNKNOWN
    tx.connection.execute(update(invitations).where(invitations.c.id == row.id).values(opened_by=person.id))
    return _invitation(tx, person, row)


def opened(tx: Tx, person: Person, invitation_id: int) -> Invitation | None:
    """Return an invitation that this person was the last to open, while it stands."""
    row = tx.connection.execute(
        select(invitations).where(invitations.c.id == invitation_id, invitations.c.opened_by == person.id)
    ).first()
    return _invitation(tx, person, row) if row and _stands(tx, person, row) else None


def is_fresh(tx: Tx, sender: Person, token: str) -> bool:
    """Return whether this is the token of an invitation of the sender's own whose days are not over.

    Whether somebody has answered it is not told: a no is silent.
    """
    row = tx.connection.execute(
        select(invitations).where(invitations.c.token_hash == hashed(token), invitations.c.person_id == sender.id)
    ).first()
    return row is not None and tx.now < row.expires_at


def note_sender(tx: Tx, person: Person, invitation: Invitation) -> None:
    """Let whoever made an invitation stand among those whom the person knows, though nothing was accepted."""
    key_id = _maker(tx, invitation.sender_id).key_id
    call(tx, person, invitation.sender_id, invitation.name, (bytes(key_id),))


def _maker(tx: Tx, person_id: int) -> Any:
    """Return the row of whoever made an invitation. Raises SealGone where they are erased in this very moment."""
    found = tx.connection.execute(
        select(persons.c.key_id, persons.c.sealed_name).where(persons.c.id == person_id)
    ).one_or_none()
    if found is None:  # asked once more, the invitation is not there either
        raise SealGone("whoever made this invitation was erased beside it")
    return found


def settle(tx: Tx, invitation: Invitation) -> bool:
    """Use an invitation up; return False when that has happened before."""
    result = tx.connection.execute(
        update(invitations)
        .where(invitations.c.id == invitation.id, invitations.c.settled_at.is_(None))
        .values(settled_at=tx.now)
    )
    return int(result.rowcount) == 1


def _stands(tx: Tx, person: Person, row: Any) -> bool:
    # Their own: two chats of one person were joined after it was opened.
    if row.settled_at is not None or tx.now >= row.expires_at or row.person_id == person.id:
        return False
    _, _, blocked = stance(tx, person.id, row.person_id)
    return not blocked and not is_suspended(tx, row.person_id)


def _invitation(tx: Tx, person: Person, row: Any) -> Invitation:
    sender = _maker(tx, row.person_id)
    name = name_of(tx, person.id, person.seal, row.person_id)
    if name is None:
        theirs = tx.keys.seal(sender.key_id)
        name = theirs.open(bytes(sender.sealed_name))
        person.seal.met.add(theirs.name)
    return Invitation(row.id, row.link_id, row.person_id, name)


def forget_old(tx: Tx) -> None:
    """Let go of invitations that have been over for a week: nobody asks for them any more."""
    tx.connection.execute(delete(invitations).where(invitations.c.expires_at < tx.now - LIFE))
