"""The verb of thanks: send a sentence, let it be accepted, bring it in waking hours, carry a word back."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select

from bot.gratitude import invitations, queries
from bot.gratitude.invitations import Invitation, Keys
from bot.gratitude.letters import brought, word_back
from bot.gratitude.queries import Link, NewLink
from bot.gratitude.reports import is_suspended
from bot.gratitude.rules import LIFE, Receiver, Refusal, Wish, comes_at, free_day, is_over, refusal
from bot.outbox.shelf import Terms, put
from bot.outbox.states import Priority
from bot.people.queries import Person, reach
from bot.schedules.zones import instant
from bot.speech import Outgoing
from bot.store import Tx
from bot.store.tables import links
from bot.texts import Voice

BATCH = 200
"""Sentences that one unit of work brings."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is to be sent: to an acquaintance (`receiver_id`) or to somebody new, whom the sender calls `name`.

    `parent_id` is the received link that it passes on.
    """

    text: str
    name: str
    receiver_id: int | None = None
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """It is on its way; `keys` open the invitation where it goes to somebody new."""

    link_id: int
    keys: Keys | None = None


def refusal_of(tx: Tx, sender: Person, receiver_id: int | None, parent_id: int | None = None) -> Refusal | None:
    """Return why nothing can leave from here to there now, or None."""
    accepted, _, _ = queries.stance(tx, receiver_id, sender.id) if receiver_id else (False, False, False)
    wish = Wish(
        sender=sender.id,
        receiver=receiver_id,
        accepted=accepted,
        suspended=is_suspended(tx, sender.id),
        way=queries.way_to(tx, parent_id),
    )
    return refusal(wish, queries.today_of(tx, sender))


def send(tx: Tx, sender: Person, sentence: Sentence) -> Sent | Refusal:
    """Send a sentence. Its sender has a name. The words were looked at before (`rules.fault_of`)."""
    parent_id = sentence.parent_id
    if parent_id is not None and not queries.has_come(tx, parent_id, sender):
        parent_id = None  # not theirs to pass on: then it is a sentence of their own
    refused = refusal_of(tx, sender, sentence.receiver_id, parent_id)
    if refused is not None:
        return refused
    link_id = queries.add_link(
        tx, sender, NewLink(sentence.text, "" if sentence.receiver_id else sentence.name, parent_id)
    )
    if sentence.receiver_id is None:
        return Sent(link_id, invitations.invite(tx, sender, link_id))
    receiver = reach(tx, sentence.receiver_id)
    assert receiver is not None, "whoever has accepted somebody has an address"
    queries.note_met(tx, sender.id, receiver.id)
    _address(tx, link_id, sender, receiver, sentence.text)
    bring(tx, link_id)
    return Sent(link_id)


def _address(tx: Tx, link_id: int, sender: Person, receiver: Person, text: str, from_: int | None = None) -> None:
    """Give a link its receiver; `bring` looks whether they want to hear from its sender."""
    signed = queries.name_of(tx, receiver.id, receiver.seal, sender.id) or sender.name or "…"
    queries.address_link(tx, link_id, receiver, (text, signed), sender.seal.name, due_at=from_ or tx.now)


def _withhold(tx: Tx, link_id: int) -> None:
    """Keep a sentence from its receiver, who has blocked its sender; to the sender it looks like any other."""
    queries.change_link(tx, link_id, withheld=True, due_at=None, sealed_by_receiver=None)


def accept(tx: Tx, person: Person, invitation: Invitation) -> Link | int | None:
    """Accept an invitation and return the sentence to show at once; from now on both may write to each other.

    Where another sentence of the same sender has come for the same day, this one comes on the next day that is free,
    and that is returned (UTC seconds). None: it was settled before.
    """
    sender = reach(tx, invitation.sender_id)
    found = queries.sent(tx, invitation.link_id, sender) if sender else None
    if sender is None or found is None or not invitations.settle(tx, invitation):
        return None
    queries.let_write(tx, person, sender.id, invitation.name, (sender.seal.name,))
    queries.let_write(tx, sender, person.id, found.name)
    if person.id in queries.way_to(tx, found.id):
        queries.cut_loose(tx, found.id)
    day = free_day(queries.date_of(tx, sender), queries.days_between(tx, sender.id, person.id))
    later = None if day == queries.date_of(tx, sender) else instant(sender.here, day, 0)
    _address(tx, found.id, sender, person, found.sentence, later)
    queries.change_link(tx, found.id, day=day.isoformat())
    if later is not None:
        return later
    queries.change_link(tx, found.id, brought_at=tx.now, due_at=None)
    return queries.received(tx, found.id, person)


def bring(tx: Tx, link_id: int) -> None:
    """Put a sentence into the outbox when its receiver is awake and willing; else note when to look again."""
    row = tx.connection.execute(select(links).where(links.c.id == link_id)).one()
    change = partial(queries.change_link, tx, link_id)
    if row.due_at is None or row.due_at > tx.now:
        return
    if row.brought_at is not None or row.withheld:
        change(due_at=None)  # settled while somebody else had it in hand: it is not to be looked at for ever
        return
    receiver = reach(tx, row.receiver_id) if row.receiver_id is not None else None
    # Whoever is gone sends nothing any more, and nobody hears from who is blocked or suspended by now.
    if receiver is None or row.sealed_by_receiver is None or is_over(row.accepted_at, tx.now):
        change(due_at=None)
        return
    _, muted, blocked = queries.stance(tx, receiver.id, row.sender_id)
    if blocked or row.sender_id is None:
        _withhold(tx, link_id)
        return
    when = None if muted or is_suspended(tx, row.sender_id) else comes_at(_receiver(receiver), tx.now)
    if when is None or when > tx.now:
        change(due_at=when)
        return
    said = receiver.seal.open_json(bytes(row.sealed_by_receiver))
    message = brought(Voice.of(receiver.language), link_id, said["name"], said["sentence"])
    key = f"thanks:{link_id}"
    terms = Terms(key=key, priority=Priority.THANKS, deadline=row.accepted_at + LIFE, links=(link_id,))
    put(tx, receiver.recipient, message, terms)
    change(due_at=None, brought_at=tx.now)


def let_in(tx: Tx, person: Person) -> None:
    """Bring what has waited while the person rested, or did not want to hear from somebody."""
    for link_id in queries.waiting_for(tx, person.id, queries.date_of(tx, person).isoformat()):
        queries.change_link(tx, link_id, due_at=tx.now)
        bring(tx, link_id)


def next_due(tx: Tx) -> int | None:
    """Return when the next sentence is to be brought (UTC seconds), or None."""
    found: int | None = tx.connection.scalar(select(func.min(links.c.due_at)).where(links.c.due_at.is_not(None)))
    return found


def sweep(tx: Tx) -> int:
    """Bring what is due, and return how many sentences were looked at."""
    wanted = select(links.c.id).where(links.c.due_at <= tx.now).order_by(links.c.due_at, links.c.id).limit(BATCH)
    if tx.many_writers:
        wanted = wanted.with_for_update(skip_locked=True)
    due = list(tx.connection.scalars(wanted))
    for link_id in due:
        bring(tx, link_id)
    return len(due)


def answer(tx: Tx, person: Person, link: Link, word: str) -> bool:
    """Keep what the receiver answers with one tap and carry it back; return False when there was an answer before."""
    if not queries.keep_word(tx, link, word):
        return False
    sender = reach(tx, link.sender_id) if link.sender_id is not None else None
    if sender is None:
        return True
    accepted, muted, blocked = queries.stance(tx, sender.id, person.id)
    when = comes_at(_receiver(sender), tx.now)
    if not accepted or muted or blocked or when is None or is_suspended(tx, person.id):
        return True
    name = queries.name_of(tx, sender.id, sender.seal, person.id) or "…"
    message = Outgoing(word_back(Voice.of(sender.language), name, word))
    terms = Terms(key=f"word:{link.id}", priority=Priority.THANKS, not_before=when, deadline=tx.now + LIFE)
    put(tx, sender.recipient, message, terms)
    return True


def _receiver(person: Person) -> Receiver:
    return Receiver(person.here, person.quiet, person.parts, person.paused_at, person.paused_until)
