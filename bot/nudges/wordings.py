"""Which wordings of a practice a person has seen, and when."""

from collections.abc import Collection

from sqlalchemy import func, select

from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import moments

Seen = dict[int, int]
"""The newest moment's id for each wording that was seen."""


def wordings_seen(tx: Tx, person: Person, practice: str) -> Seen:
    """Return which wordings of a practice the person has seen."""
    return _seen(tx, person.id, practice)


def seen_of(tx: Tx, pairs: Collection[tuple[int, str]]) -> dict[tuple[int, str], Seen]:
    """Return which wordings were seen of each practice, for pairs of a person's id and a practice.

    A nudge alone counts its own slots (`bot.nudges.rules.turn_of`); several of one practice must know of each other.
    Two that are swept in this very moment by two processes do not, and may show the same.
    """
    return {(person_id, practice): _seen(tx, person_id, practice) for person_id, practice in pairs}


def _seen(tx: Tx, person_id: int, practice: str) -> Seen:
    rows = tx.connection.execute(
        select(moments.c.wording, func.max(moments.c.id).label("newest"))
        .where(moments.c.person_id == person_id, moments.c.practice == practice, moments.c.wording.is_not(None))
        .group_by(moments.c.wording)
    )
    return {row.wording: row.newest for row in rows}
