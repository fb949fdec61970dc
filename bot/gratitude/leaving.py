"""What this room has of a person, to be handed out or to be gone. A nameless pebble stays in each chain."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update

from bot.gratitude.queries import people_of
from bot.outbox.states import State
from bot.people.queries import Person
from bot.speech import Op
from bot.store import Tx
from bot.store.tables import acquaintances, invitations, links, outbox, reports, suspensions

TABLES = (acquaintances, links, invitations, reports, suspensions)
"""The tables that name persons; `chains` names nobody."""


def everything_of(tx: Tx, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Return all of a person as plain rows by section: their people, what they sent and received, what they reported.

    Whether others have muted or blocked them is theirs to know.
    """
    mine = or_(links.c.sender_id == person.id, links.c.receiver_id == person.id)
    rows = tx.connection.execute(select(links).where(mine).order_by(links.c.id)).all()
    sent = [_plain(person, row, row.sealed_by_sender) for row in rows if row.sender_id == person.id]
    got = [row for row in rows if row.receiver_id == person.id and row.brought_at is not None]
    told = tx.connection.execute(select(reports).where(reports.c.person_id == person.id).order_by(reports.c.id))
    return {
        "people": [{"name": one.name, "muted": one.muted, "blocked": one.blocked} for one in people_of(tx, person)],
        "thanks_sent": sent,
        "thanks_received": [_plain(person, row, row.sealed_by_receiver) for row in got],
        "reports": [{"link": row.link_id, "with_sentence": row.shows, "at": row.at} for row in told],
    }


def _plain(person: Person, row: Any, sealed: bytes | None) -> dict[str, Any]:
    letter = person.seal.open_json(bytes(sealed)) if sealed else {}
    return {
        "link": row.id,
        "name": letter.get("name"),
        "sentence": letter.get("sentence"),
        "depth": row.depth,
        "day": row.day,
        "sent_at": row.sent_at,
        "answer": row.answer,
        "answered_at": row.answered_at,
    }


def relayed(tx: Tx, person_id: int) -> Sequence[tuple[int, int]]:
    """Return the messages that brought a person's sentences to others: (address, outbox row), to be deleted there."""
    keys = [f"thanks:{number}" for number in tx.connection.scalars(select(links.c.id).where(_sent_by(person_id)))]
    rows = tx.connection.execute(
        select(outbox.c.address_id, outbox.c.id).where(
            outbox.c.key.in_(keys), outbox.c.op == Op.NEW, outbox.c.state == State.SENT
        )
    )
    return [(row.address_id, row.id) for row in rows]


def leave(tx: Tx, person_id: int) -> None:
    """Let go of all that is a person's; each link keeps its place and numbers, and the other's copy stays theirs.

    What has not been brought yet is not brought any more.
    """
    waits = (_sent_by(person_id), links.c.brought_at.is_(None))
    tx.connection.execute(update(links).where(*waits).values(withheld=True, due_at=None, sealed_by_receiver=None))
    tx.connection.execute(update(links).where(_sent_by(person_id)).values(sender_id=None, sealed_by_sender=None))
    got = update(links).where(links.c.receiver_id == person_id)
    tx.connection.execute(got.values(receiver_id=None, sealed_by_receiver=None, due_at=None))
    known = or_(acquaintances.c.person_id == person_id, acquaintances.c.other_id == person_id)
    tx.connection.execute(delete(acquaintances).where(known))
    tx.connection.execute(delete(invitations).where(invitations.c.person_id == person_id))
    tx.connection.execute(delete(reports).where(reports.c.about_id == person_id))
    tx.connection.execute(update(reports).where(reports.c.person_id == person_id).values(person_id=None))
    tx.connection.execute(delete(suspensions).where(suspensions.c.person_id == person_id))


def _sent_by(person_id: int) -> Any:
    return links.c.sender_id == person_id


def forget_old(tx: Tx) -> None:
    """Let go of invitations that have been over for a week: nobody asks for them any more."""
    over = invitations.c.expires_at < tx.now - 7 * 86_400
    tx.connection.execute(delete(invitations).where(over))
