"""When a person was last told something that is only said now and then."""

from sqlalchemy import bindparam, select

from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import told

_TOLD = select(told.c.what, told.c.at).where(told.c.person_id == bindparam("person_id"))


def told_at(tx: Tx, person: Person) -> dict[str, int]:
    """Return when (UTC seconds) each thing was last told."""
    rows = tx.connection.execute(_TOLD, {"person_id": person.id})
    return {row.what: row.at for row in rows}


def note_told(tx: Tx, person: Person, what: str) -> None:
    """Remember that it is told now."""
    wanted = tx.insert(told).values(person_id=person.id, what=what, at=tx.now)
    tx.connection.execute(wanted.on_conflict_do_update(index_elements=["person_id", "what"], set_={"at": tx.now}))
