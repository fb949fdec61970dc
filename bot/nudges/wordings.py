"""Which wordings of a practice a person has seen, and when."""

from collections.abc import Collection

from sqlalchemy import func, select

from bot.people.queries import Person
from bot.store import Tx
from bot.store.bulk import among
from bot.store.tables import moments, nudges

Seen = dict[int, int]
"""The newest moment's id for each wording that was seen."""


def wordings_seen(tx: Tx, person: Person, practice: str) -> Seen:
    """Return which wordings of a practice the person has seen."""
    return _seen(tx, person.id, practice)


def seen_by_several(tx: Tx, person_ids: Collection[int]) -> dict[tuple[int, str], Seen]:
    """Return what was seen of the practices for which a person has several nudges.

    A nudge alone counts its own slots (`bot.nudges.rules.turn_of`); several of one practice must know of each other.
    """
    shared = tx.connection.execute(
        select(nudges.c.person_id, nudges.c.practice)
        .where(among(tx, nudges.c.person_id, person_ids), nudges.c.removed_at.is_(None))
        .group_by(nudges.c.person_id, nudges.c.practice)
        .having(func.count() > 1)
    ).all()
    return {(row.person_id, row.practice): _seen(tx, row.person_id, row.practice) for row in shared}


def _seen(tx: Tx, person_id: int, practice: str) -> Seen:
    rows = tx.connection.execute(
        select(moments.c.wording, func.max(moments.c.id).label("newest"))
        .where(moments.c.person_id == person_id, moments.c.practice == practice, moments.c.wording.is_not(None))
        .group_by(moments.c.wording)
    )
    return {row.wording: row.newest for row in rows}
