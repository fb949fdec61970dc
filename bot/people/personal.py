"""What this room has of a person: who they are to Pebble, where they are reached, what they were told."""

from sqlalchemy import delete, select, update

from bot.store import Tx
from bot.store.owner import Owner, Part, Reader, Sections
from bot.store.tables import addresses, persons, told


def _give(tx: Tx, owner: Owner, reader: Reader) -> Sections:
    person = tx.connection.execute(select(persons).where(persons.c.id == owner.person_id)).one()
    places = tx.connection.execute(
        select(addresses).where(addresses.c.id.in_(owner.address_ids)).order_by(addresses.c.id)
    )
    said = tx.connection.execute(select(told).where(told.c.person_id == owner.person_id).order_by(told.c.at))
    return {
        "person": reader.plain(persons, person, leave=PART.leaves(persons)),
        "addresses": [reader.plain(addresses, row, leave=PART.leaves(addresses)) for row in places],
        "told": [reader.plain(told, row, leave=PART.leaves(told)) for row in said],
    }


def _erase(tx: Tx, owner: Owner) -> None:
    """Delete the person. Their addresses stay behind, nobody's, until what is on its way there has left."""
    tx.connection.execute(delete(told).where(told.c.person_id == owner.person_id))
    nobodys = {"person_id": None, "left_at": tx.now, "hinted_zone": None, "woken_at": None}
    tx.connection.execute(update(addresses).where(addresses.c.id.in_(owner.address_ids)).values(**nobodys))
    tx.connection.execute(delete(persons).where(persons.c.id == owner.person_id))


PART = Part(
    tables=(persons, addresses, told),
    give=_give,
    erase=_erase,
    left_out={
        "persons.key_id": "names the key that seals this person’s words; whoever has a copy needs no key",
        "addresses.person_id": "the person that all of it is about",
        "addresses.left_at": "empty for everybody who can ask",
        "told.person_id": "the person that all of it is about",
    },
)
