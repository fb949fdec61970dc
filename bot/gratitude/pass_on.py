"""The verb of thanks: send a sentence, let it be accepted, bring it in waking hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select, union_all

from bot.gratitude import answers, invitations, queries
from bot.gratitude.arriving import bring_each, comes_to, due_links
from bot.gratitude.invitations import Invitation, Keys
from bot.gratitude.letters import brought
from bot.gratitude.queries import Link, NewLink
from bot.gratitude.reports import is_suspended
from bot.gratitude.rules import Plan, Refusal, Wish, is_over, look_again, plan, refusal
from bot.gratitude.standing import today_in_all
from bot.outbox.shelf import Terms, pass_over, put
from bot.outbox.states import Priority
from bot.people.queries import Person, reach
from bot.store import Tx
from bot.store.tables import links
from bot.texts import Voice


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
    return refusals_of(tx, sender, {receiver_id: accepted}, parent_id)[receiver_id]


def refusals_of(
    tx: Tx, sender: Person, receivers: Mapping[int | None, bool], parent_id: int | None = None
) -> Mapping[int | None, Refusal | None]:
    """Return for each of several receivers why nothing can leave to them now, or None, however many they are at once.

    `receivers` says who has accepted the sender.
    """
    suspended, way = is_suspended(tx, sender.id), queries.way_to(tx, parent_id)
    today = today_in_all(tx, sender)
    return {
        receiver_id: refusal(Wish(sender.id, receiver_id, accepted, suspended, way), today)
        for receiver_id, accepted in receivers.items()
    }


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
    # The rota's next tick brings it, a second from now at most. Brought here, what is done for the sender would take
    # longer, and put one message more, where nobody has blocked them.
    return Sent(link_id)


def _address(tx: Tx, link_id: int, sender: Person, receiver: Person, text: str) -> Plan:
    """Give a link its receiver, and return when it is to come; `bring` looks whether they want to hear of them."""
    signed = queries.name_of(tx, receiver.id, receiver.seal, sender.id) or sender.name or "…"
    planned = _plan(tx, link_id, sender.id, receiver)
    queries.address_link(tx, link_id, receiver, (text, signed), sender.seal.name, planned)
    return planned


def _plan(tx: Tx, link_id: int, sender_id: int, receiver: Person) -> Plan:
    return plan(receiver.here, tx.now, queries.taken_days(tx, receiver, sender_id, link_id))


def _withhold(tx: Tx, link_id: int) -> None:
    """Keep a sentence from its receiver, who has blocked its sender; to the sender it looks like any other."""
    queries.change_link(tx, link_id, withheld=True, sealed_by_receiver=None)


def accept(tx: Tx, person: Person, invitation: Invitation) -> Link | int | None:
    """Accept an invitation and return the sentence to show at once; from now on both may write to each other.

    Where another sentence of the same sender has come today, this one comes on the next day of theirs that is free, and
    when that begins is returned (UTC seconds). None: it was settled before.
    """
    sender = reach(tx, invitation.sender_id)
    found = queries.sent(tx, invitation.link_id, sender) if sender else None
    if sender is None or found is None or not invitations.settle(tx, invitation):
        return None
    queries.let_write(tx, person, sender.id, invitation.name, (sender.seal.name,))
    queries.let_write(tx, sender, person.id, found.name)
    if person.id in queries.way_to(tx, found.id):
        queries.cut_loose(tx, found.id)
    planned = _address(tx, found.id, sender, person, found.sentence)
    if planned.from_ > tx.now:
        return planned.from_
    queries.change_link(tx, found.id, brought_at=tx.now, due_at=None)
    return queries.received(tx, found.id, person)


def bring(tx: Tx, link_id: int) -> None:
    """Put a sentence into the outbox when its receiver is awake and willing; else note when to look again.

    Of an unwilling one the time is awaited all the same, and a number used up as if a message were put: rows are
    numbered for all alike, and a sender who counts between two of their own messages would see that none was.
    """
    row = tx.connection.execute(select(links).where(links.c.id == link_id)).one()
    change = partial(queries.change_link, tx, link_id)
    if row.due_at is None or row.due_at > tx.now:
        return
    if row.brought_at is not None:
        change(due_at=None)  # settled while somebody else had it in hand: it is not to be looked at for ever
        return
    receiver = reach(tx, row.receiver_id) if row.receiver_id is not None else None
    # Whoever is gone sends nothing any more, and nobody hears from who is blocked or suspended by now.
    gone = receiver is None or row.sender_id is None or (row.sealed_by_receiver is None and not row.withheld)
    # And nobody thanks themselves: the chats of both ends may have been joined while it waited.
    if receiver is None or gone or row.sender_id == receiver.id or is_over(row.lives_until, tx.now):
        change(due_at=None)
        return
    _, muted, blocked = queries.stance(tx, receiver.id, row.sender_id)
    if blocked:
        _withhold(tx, link_id)
    when = comes_to(tx, receiver)
    if when is None or when > tx.now:
        change(due_at=when)
        return
    planned = _plan(tx, link_id, row.sender_id, receiver)
    if planned.from_ > tx.now:
        queries.plan_link(tx, link_id, planned)  # another one has come today: it was a night, a pause, another zone
        return
    unwilling = blocked or (muted and not queries.wants_though_muted(tx, link_id))
    if row.withheld or unwilling or is_suspended(tx, row.sender_id):
        pass_over(tx, receiver.recipient)
        change(due_at=None)
        return
    said = receiver.seal.open_json(bytes(row.sealed_by_receiver))
    message = brought(Voice.of(receiver.language), link_id, said["name"], said["sentence"])
    key = f"thanks:{link_id}"
    terms = Terms(key=key, priority=Priority.THANKS, deadline=row.lives_until, links=(link_id,))
    put(tx, receiver.recipient, message, terms)
    change(due_at=None, brought_at=tx.now, for_day=planned.day.isoformat())


def _put_off(tx: Tx, link_id: int) -> None:
    row = tx.connection.execute(select(links.c.accepted_at, links.c.lives_until).where(links.c.id == link_id)).one()
    again = None if is_over(row.lives_until, tx.now) else look_again(row.accepted_at, tx.now)
    queries.change_link(tx, link_id, due_at=again)


def let_in(tx: Tx, person: Person) -> None:
    """Look anew at all that waits for a person, whose day, zone, pause or will to hear from somebody has changed.

    What may come now comes at once, sentences before answers; for the rest it is noted when to look again.
    """
    waiting = queries.waiting_for(tx, person.id)
    for link_id in waiting:
        queries.change_link(tx, link_id, due_at=tx.now)
    bring_each(tx, waiting, bring, _put_off)
    answers.let_in(tx, person)


_FIRST = union_all(
    select(func.min(links.c.due_at).label("at")).where(links.c.due_at.is_not(None)), answers.NEXT
).subquery()
NEXT = select(func.min(_FIRST.c.at))
"""When the next sentence or answer is to be brought (UTC seconds)."""


def next_due(tx: Tx) -> int | None:
    """Return when the next sentence or answer is to be brought (UTC seconds), or None."""
    found: int | None = tx.connection.scalar(NEXT)
    return found


def sweep(tx: Tx) -> int:
    """Bring what is due, and return how many sentences and answers were looked at."""
    due = due_links(tx, links.c.due_at, links.c.receiver_id, links.c.for_day)
    bring_each(tx, due, bring, _put_off)
    return len(due) + answers.sweep(tx)
