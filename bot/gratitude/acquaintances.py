"""Whom a person knows, read page by page; what one lets another do is written down in `queries`.

Nobody is listed without a name that the person has for them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select

from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import acquaintances

MOST_OFFERED = 200
"""Those last met, to whom a sentence is offered to go; /people leads to all of them."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Somebody whom a person knows, as that person calls them; `accepted`: they let the person write to them.

    `muted` and `blocked` are what the person has chosen; what the other has chosen is nobody's business.
    """

    id: int
    other_id: int
    name: str
    accepted: bool
    muted: bool
    blocked: bool


_theirs = acquaintances.alias("theirs")
_COLUMNS = tuple(acquaintances.c[name] for name in ("id", "other_id", "sealed_name", "muted_at", "blocked_at"))
_OPEN = (_theirs.c.accepted_at.is_not(None), acquaintances.c.blocked_at.is_(None))
_LAST_MET = (acquaintances.c.met_at.desc(), acquaintances.c.id.desc())


def count_of(tx: Tx, person: Person) -> int:
    """Return how many people a person knows."""
    wanted = select(func.count()).where(*_known_to(person))
    return int(tx.connection.execute(wanted).scalar_one())


def page(tx: Tx, person: Person, skip: int, most: int) -> list[Acquaintance]:
    """Return whom a person knows after passing over so many: the last met first, then who is muted, then blocked."""
    stance = (acquaintances.c.blocked_at.is_not(None), acquaintances.c.muted_at.is_not(None))
    return _read(tx, person, _known(person).order_by(*stance, *_LAST_MET).offset(skip).limit(most))


def find(tx: Tx, person: Person, row: int) -> Acquaintance | None:
    """Return the acquaintance of this row, if it is this person's."""
    return next(iter(_read(tx, person, _known(person).where(acquaintances.c.id == row))), None)


def writable(tx: Tx, person: Person) -> list[Acquaintance]:
    """Return to whom the person may write and wants to, the last met first; at most MOST_OFFERED."""
    return _read(tx, person, _known(person).where(*_OPEN).order_by(*_LAST_MET).limit(MOST_OFFERED))


def writable_ones(tx: Tx, person: Person, rows: Collection[int]) -> list[Acquaintance]:
    """Return those of these rows to whom the person may write and wants to."""
    return _read(tx, person, _known(person).where(*_OPEN, acquaintances.c.id.in_(rows)))


def _known_to(person: Person) -> tuple[Any, Any]:
    return acquaintances.c.person_id == person.id, acquaintances.c.sealed_name.is_not(None)


def _known(person: Person) -> Select[Any]:
    """Return the beginning of every question for acquaintances, with what the others let the person do."""
    back = and_(_theirs.c.person_id == acquaintances.c.other_id, _theirs.c.other_id == acquaintances.c.person_id)
    lets_in = _theirs.c.accepted_at.label("lets_in")
    return select(*_COLUMNS, lets_in).outerjoin(_theirs, back).where(*_known_to(person))


def _read(tx: Tx, person: Person, wanted: Select[Any]) -> list[Acquaintance]:
    return [
        Acquaintance(
            id=row.id,
            other_id=row.other_id,
            name=person.seal.open(bytes(row.sealed_name)),
            accepted=row.lets_in is not None,
            muted=row.muted_at is not None,
            blocked=row.blocked_at is not None,
        )
        for row in tx.connection.execute(wanted)
    ]
