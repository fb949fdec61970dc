"""What becomes of somebody's thanks when they are erased: taken back from those who got them, a nameless pebble stays.

The key of who is erased may be destroyed already (an old copy was put back), so nothing here is read with it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from bot.errors import SealGone
from bot.outbox.recall import recall
from bot.store import Seal, Tx
from bot.store.tables import chains, invitations, links, persons

_MOST = 500
"""Values in one statement."""


def take_back(tx: Tx, person_id: int) -> None:
    """Delete a person's sentences and answers where they were brought, and the stored copies.

    So go letters, pictures and exports that hold a sentence of theirs, invitations that show their name, and words back
    from them. What else was told of them cannot be read any more once their key is destroyed.
    """
    # First what others may be at just now, so that the rest sees what became of it: an invitation that is accepted, a
    # sentence that is brought. What has not been brought yet is not brought any more.
    tx.connection.execute(delete(invitations).where(invitations.c.person_id == person_id))
    theirs = update(links).where(links.c.sender_id == person_id)
    tx.connection.execute(theirs.where(links.c.brought_at.is_(None)).values(withheld=True, due_at=None))
    answered = and_(links.c.receiver_id == person_id, links.c.answer.is_not(None))
    recall(tx, select(links.c.id).where(or_(links.c.sender_id == person_id, answered)))
    tx.connection.execute(theirs.values(sealed_by_receiver=None))


def become_nameless(tx: Tx, person_id: int) -> None:
    """Let each link keep its place and its numbers, without a person and without their words."""
    _unname(tx, person_id)
    never = (links.c.sender_id == person_id, links.c.accepted_at.is_(None))
    touched = set(tx.connection.scalars(select(links.c.chain_id).where(_names(person_id)).distinct()))
    tx.connection.execute(delete(links).where(*never))  # nobody has seen it, so nothing hangs on it
    sent, got = (update(links).where(who == person_id) for who in (links.c.sender_id, links.c.receiver_id))
    nothing = {"receiver_id": None, "sealed_by_receiver": None, "due_at": None}
    unanswered = {"answer": None, "answered_at": None, "answer_due_at": None}
    tx.connection.execute(sent.values(sender_id=None, sealed_by_sender=None, answer_due_at=None))
    tx.connection.execute(got.values(**nothing, **unanswered))
    _let_go_of_empty(tx, sorted(touched))


def _unname(tx: Tx, person_id: int) -> None:
    """Take what others call a person out of those others' own copies."""
    rows = tx.connection.execute(
        select(links.c.id, links.c.sender_id, links.c.sealed_by_sender).where(
            links.c.receiver_id == person_id, links.c.sender_id != person_id, links.c.sealed_by_sender.is_not(None)
        )
    ).all()
    seals: Mapping[int, Seal | None] = {who: seal_of(tx, who) for who in {row.sender_id for row in rows}}
    for row in rows:
        seal = seals[row.sender_id]
        if seal is not None:
            said = seal.open_json(bytes(row.sealed_by_sender)) | {"name": ""}
            tx.connection.execute(
                update(links).where(links.c.id == row.id).values(sealed_by_sender=seal.close_json(said))
            )


def _let_go_of_empty(tx: Tx, chain_ids: Sequence[int]) -> None:
    """Delete chains in which nobody is left who could ask how far they went."""
    somebody = exists().where(
        links.c.chain_id == chains.c.id, or_(links.c.sender_id.is_not(None), links.c.receiver_id.is_not(None))
    )
    for start in range(0, len(chain_ids), _MOST):
        here = chains.c.id.in_(chain_ids[start : start + _MOST])
        tx.connection.execute(delete(chains).where(here, ~somebody))


def _names(person_id: int) -> ColumnElement[bool]:
    return or_(links.c.sender_id == person_id, links.c.receiver_id == person_id)


def seal_of(tx: Tx, person_id: int) -> Seal | None:
    """Return the seal of somebody else, None where they are about to be erased anew themselves."""
    key_id = tx.connection.scalar(select(persons.c.key_id).where(persons.c.id == person_id))
    try:
        return tx.keys.seal(key_id) if key_id is not None else None
    except SealGone:
        return None
