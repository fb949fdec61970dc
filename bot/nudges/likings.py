"""Which wordings a person would rather see less or more of."""

from collections.abc import Collection

from sqlalchemy import select

from bot.store import Tx
from bot.store.bulk import in_numbers, numbers
from bot.store.tables import likings

Likings = dict[tuple[int, str], dict[int, int]]
"""By person and practice: -1 (less) or 1 (more) for a wording."""


def likings_of(tx: Tx, person_ids: Collection[int]) -> Likings:
    """Return what these persons said about wordings."""
    found: Likings = {}
    if not person_ids:
        return found
    theirs = in_numbers(likings.c.person_id, "ids", many_writers=tx.many_writers)
    for row in tx.connection.execute(select(likings).where(theirs), {"ids": numbers(tx, person_ids)}):
        found.setdefault((row.person_id, row.practice), {})[row.wording] = row.liking
    return found


def note_liking(tx: Tx, person_id: int, practice: str, wording: int, liking: int) -> None:
    """Remember that the person would like less (-1) or more (1) of a wording."""
    wanted = tx.insert(likings).values(person_id=person_id, practice=practice, wording=wording, liking=liking)
    tx.connection.execute(
        wanted.on_conflict_do_update(
            index_elements=["person_id", "practice", "wording"], set_={"liking": wanted.excluded.liking}
        )
    )
