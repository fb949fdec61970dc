"""What this room has of a person: who they are to Pebble, where they are reached, what they were told."""

from sqlalchemy import delete, or_, select, update

from bot.store import Tx
from bot.store.owner import Owner, Part, Reader, Sections
from bot.store.tables import addresses, fingerprints, link_codes, past_keys, persons, told, tries


def _give(tx: Tx, owner: Owner, reader: Reader) -> Sections:
    person = tx.connection.execute(select(persons).where(persons.c.id == owner.person_id)).one()
    places = tx.connection.execute(
        select(addresses).where(addresses.c.id.in_(owner.address_ids)).order_by(addresses.c.id)
    )
    said = tx.connection.execute(select(told).where(told.c.person_id == owner.person_id).order_by(told.c.at))
    codes = tx.connection.execute(select(link_codes).where(link_codes.c.person_id == owner.person_id))
    guesses = tx.connection.execute(select(tries).where(tries.c.address_id.in_(owner.address_ids)).order_by(tries.c.id))
    return {
        "person": reader.plain(persons, person, leave=PART.leaves(persons)),
        "addresses": [reader.plain(addresses, row, leave=PART.leaves(addresses)) for row in places],
        "told": [reader.plain(told, row, leave=PART.leaves(told)) for row in said],
        "link_codes": [reader.plain(link_codes, row, leave=PART.leaves(link_codes)) for row in codes],
        "wrong_guesses": [reader.plain(tries, row, leave=PART.leaves(tries)) for row in guesses],
    }


def _erase(tx: Tx, owner: Owner) -> None:
    """Delete the person. Their addresses stay behind, nobody's, until what is on its way there has left."""
    here = owner.address_ids
    shown = or_(link_codes.c.person_id == owner.person_id, link_codes.c.address_id.in_(here))
    tx.connection.execute(delete(link_codes).where(shown))
    tx.connection.execute(update(link_codes).where(link_codes.c.typed_by.in_(here)).values(typed_by=None))
    tx.connection.execute(delete(tries).where(tries.c.address_id.in_(here)))
    # Those of their own blocks; what is kept of themselves (`bot.people.standing`) says nothing of whose it is.
    for table in (told, past_keys, fingerprints):
        tx.connection.execute(delete(table).where(table.c.person_id == owner.person_id))
    nobodys = {"person_id": None, "left_at": tx.now, "hinted_zone": None, "woken_at": None, "cursor": None}
    tx.connection.execute(update(addresses).where(addresses.c.id.in_(owner.address_ids)).values(**nobodys))
    tx.connection.execute(delete(persons).where(persons.c.id == owner.person_id))


_ITS_PACE = "for a few seconds, how soon one more message may leave for this chat"
_THE_PERSON = "the person that all of it is about"
PART = Part(
    tables=(persons, past_keys, addresses, told, link_codes, tries, fingerprints),
    give=_give,
    erase=_erase,
    left_out={
        "persons.key_id": "names the key that seals this person’s words; whoever has a copy needs no key",
        "addresses.person_id": _THE_PERSON,
        "addresses.left_at": "empty for everybody who can ask",
        "addresses.used_until": _ITS_PACE,
        "addresses.limited_at": _ITS_PACE,
        "addresses.limited_until": _ITS_PACE,
        "told.person_id": _THE_PERSON,
        "past_keys": "names of keys that sealed this person’s words before chats were joined",
        "fingerprints": "that a block of theirs holds for somebody who has left since: who has left tells nobody",
        "link_codes.person_id": _THE_PERSON,
        "link_codes.code_hash": "the hash of a code that was shown to them",
        "link_codes.typed_by": "the chat where it was typed, which may be somebody else’s",
    },
)
