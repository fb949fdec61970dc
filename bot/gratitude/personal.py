"""What this room has of a person: whom they know, what they sent and got, what they reported."""

from typing import Any

from sqlalchemy import Table, delete, or_, select, update

from bot.gratitude.leaving import become_nameless, take_back
from bot.gratitude.queries import name_of
from bot.store import Tx
from bot.store.owner import Owner, Part, Reader, Sections
from bot.store.tables import acquaintances, chains, invitations, links, reports, suspensions

_OF_BOTH = frozenset(("id", "chain_id", "parent_id", "depth", "sent_at", "accepted_at", "answer", "answered_at"))
_OF_SENDER = frozenset(("sender_number", "sender_language", "day", "day_ends_at"))
# When it was brought, or is to be, would tell a sender that they are muted or blocked.
_OF_RECEIVER = frozenset(("receiver_number", "receiver_language", "for_day", "brought_at"))
_COLUMNS = frozenset(links.c.keys())


def _give(tx: Tx, owner: Owner, reader: Reader) -> Sections:
    def rows(table: Table) -> list[Sections]:
        key = table.primary_key.columns.values()
        found = tx.connection.execute(select(table).where(table.c.person_id == owner.person_id).order_by(*key))
        return [reader.plain(table, row, leave=PART.leaves(table)) for row in found]

    return {
        # One without a name is a block that followed somebody who began anew, of which they tell nobody.
        "people": [row for row in rows(acquaintances) if row["name"] is not None],
        "thanks_sent": _sent(tx, owner, reader),
        "thanks_received": _received(tx, owner, reader),
        "invitations": rows(invitations),
        "reports": rows(reports),
        "suspensions": rows(suspensions),
    }


def _sent(tx: Tx, owner: Owner, reader: Reader) -> list[Sections]:
    found = tx.connection.execute(select(links).where(links.c.sender_id == owner.person_id).order_by(links.c.id))
    given = [(row, _letter(reader, row, "sealed_by_sender", _OF_SENDER)) for row in found]
    for row, sent in given:
        if sent["letter"] and not sent["letter"]["name"]:  # it stands with the sender's people
            sent["letter"]["name"] = name_of(tx, owner.person_id, reader.seal, row.receiver_id) or ""
    return [sent for _, sent in given]


def _received(tx: Tx, owner: Owner, reader: Reader) -> list[Sections]:
    """Return what has come; what waits, or was kept from them because they wanted it so, has not."""
    theirs = (links.c.receiver_id == owner.person_id, links.c.brought_at.is_not(None))
    found = tx.connection.execute(select(links).where(*theirs).order_by(links.c.id))
    return [_letter(reader, row, "sealed_by_receiver", _OF_RECEIVER) for row in found]


def _letter(reader: Reader, row: Any, sealed: str, more: frozenset[str]) -> Sections:
    """Return a link as one of its two people sees it: their own copy, and nothing of the other."""
    plain = reader.plain(links, row, json=(sealed,), leave=_COLUMNS - _OF_BOTH - more - {sealed})
    letter = plain.pop(sealed.removeprefix("sealed_"))
    return {"link": plain.pop("id"), **plain, "letter": letter}


def _erase(tx: Tx, owner: Owner) -> None:
    """Take back what they sent, and let a nameless pebble stay in each chain that somebody else is in."""
    who = owner.person_id
    take_back(tx, who)
    become_nameless(tx, who)
    tx.connection.execute(update(invitations).where(invitations.c.opened_by == who).values(opened_by=None))
    known = or_(acquaintances.c.person_id == who, acquaintances.c.other_id == who)
    tx.connection.execute(delete(acquaintances).where(known))
    tx.connection.execute(delete(reports).where(reports.c.about_id == who))
    # What they reported of others stays reported, by nobody: their copy of the sentence is gone.
    tx.connection.execute(update(reports).where(reports.c.person_id == who).values(person_id=None, shows=False))
    tx.connection.execute(delete(suspensions).where(suspensions.c.person_id == who))


_THE_PERSON = "the person that all of it is about"
_OTHERS = "the number of somebody else"
_OPENS = "the hash of what opens an invitation; what opens it was in the message with it"
PART = Part(
    tables=(acquaintances, chains, links, invitations, reports, suspensions),
    give=_give,
    erase=_erase,
    left_out={
        "chains": "counts its people and names nobody; a link tells where in its chain it stands",
        **{f"{table}.person_id": _THE_PERSON for table in ("acquaintances", "invitations", "reports", "suspensions")},
        "acquaintances.other_id": _OTHERS,
        "links.sender_id": _OTHERS,
        "links.receiver_id": _OTHERS,
        "links.answer_due_at": "when to look again whether the answer can be brought back, for the clockwork",
        "links.due_at": "when to look again whether the receiver is awake, for the clockwork",
        "links.lives_until": "how long it may wait for its receiver, for the clockwork",
        "links.withheld": "that a receiver has blocked them is the receiver’s own",
        "invitations.token_hash": _OPENS,
        "invitations.code_hash": _OPENS,
        "invitations.opened_by": _OTHERS,
        "invitations.settled_at": "a no is silent; a yes shows in what was sent",
        "reports.about_id": _OTHERS,
    },
)
