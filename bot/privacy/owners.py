"""Find whose data it is."""

from sqlalchemy import select

from bot.store import Tx
from bot.store.owner import Owner
from bot.store.tables import addresses


def owner_of(tx: Tx, person_id: int) -> Owner:
    """Return the person with all their addresses."""
    theirs = select(addresses.c.id).where(addresses.c.person_id == person_id).order_by(addresses.c.id)
    return Owner(person_id, tuple(tx.connection.scalars(theirs)))
