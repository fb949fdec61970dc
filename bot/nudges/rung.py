"""Which slots have rung: no slot of a nudge rings twice, whatever happens to its zone or its rule."""

from datetime import date

from sqlalchemy import select

from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import moments


def rung_since(tx: Tx, person: Person, day: date) -> frozenset[tuple[int, str]]:
    """Return the nudge and the slot of each of the person's moments that rang for a local date from `day` on."""
    found = tx.connection.execute(
        select(moments.c.nudge_id, moments.c.slot).where(
            moments.c.person_id == person.id,
            moments.c.nudge_id.is_not(None),
            # Slots begin with their date in ISO form, so their order is that of time.
            moments.c.slot >= day.isoformat(),
        )
    )
    return frozenset((row.nudge_id, row.slot) for row in found)
