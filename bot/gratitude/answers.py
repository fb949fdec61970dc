"""The way back of what a receiver answers with one tap: to who sent the sentence, when they are awake and willing.

While it has not come, `answer_due_at` says when to look again. Where its sender has paused without an end, or does not
want to hear of who answers just now, that is when its life is over; `let_in` looks before, as soon as they want to.
"""

from sqlalchemy import case, func, select, update

from bot.gratitude import queries
from bot.gratitude.arriving import bring_each, comes_to, due_links
from bot.gratitude.letters import word_back
from bot.gratitude.queries import Link
from bot.gratitude.reports import is_suspended
from bot.gratitude.rules import LIFE, is_over, look_again
from bot.outbox.shelf import Terms, pass_over, put
from bot.outbox.states import Priority
from bot.people.queries import Person, reach
from bot.speech import Outgoing
from bot.store import Tx
from bot.store.tables import links
from bot.texts import Voice


def answer(tx: Tx, link: Link, word: str) -> bool:
    """Keep what the receiver answers with one tap; return False when there was an answer before.

    The rota's next tick carries it back. What is done for who answers does not look at the sender: neither their
    stance nor a key of theirs that does not open shows in it.
    """
    kept = update(links).where(links.c.id == link.id, links.c.answer.is_(None))
    due = case((links.c.sender_id.is_not(None), tx.now))  # whoever is erased in this moment is not looked for
    result = tx.connection.execute(kept.values(answer=word, answered_at=tx.now, answer_due_at=due))
    return int(result.rowcount) == 1


def bring(tx: Tx, link_id: int) -> None:
    """Put an answer into the outbox when who sent the sentence is awake and willing; else note when to look again.

    Of an unwilling one the time is awaited all the same, and a number used up, as in `pass_on.bring`.
    """
    row = tx.connection.execute(select(links).where(links.c.id == link_id)).one()
    if row.answer_due_at is None or row.answer_due_at > tx.now:
        return
    until = row.answered_at + LIFE
    sender = reach(tx, row.sender_id) if row.sender_id is not None else None
    # Nobody answers themselves: the chats of both ends may have been joined meanwhile.
    if sender is None or row.receiver_id in (None, sender.id) or is_over(until, tx.now):
        _look_again(tx, link_id, None)
        return
    when = comes_to(tx, sender)
    if when is None or when > tx.now:
        _look_again(tx, link_id, until + 1 if when is None else when)
        return
    accepted, muted, blocked = queries.stance(tx, sender.id, row.receiver_id)
    if not accepted or blocked:
        pass_over(tx, sender.recipient)
        _look_again(tx, link_id, None)
        return
    if muted or is_suspended(tx, row.receiver_id):
        pass_over(tx, sender.recipient)
        _look_again(tx, link_id, until + 1)
        return
    name = queries.name_of(tx, sender.id, sender.seal, row.receiver_id) or "…"
    message = Outgoing(word_back(Voice.of(sender.language), name, row.answer))
    terms = Terms(key=f"word:{link_id}", priority=Priority.THANKS, deadline=until, links=(link_id,))
    put(tx, sender.recipient, message, terms)
    _look_again(tx, link_id, None)


def _look_again(tx: Tx, link_id: int, at: int | None) -> None:
    queries.change_link(tx, link_id, answer_due_at=at)


def _put_off(tx: Tx, link_id: int) -> None:
    answered_at = tx.connection.execute(select(links.c.answered_at).where(links.c.id == link_id)).scalar_one()
    over = is_over(answered_at + LIFE, tx.now)
    _look_again(tx, link_id, None if over else look_again(answered_at, tx.now))


def let_in(tx: Tx, person: Person) -> None:
    """Look anew at all answers that wait for a person, the oldest first."""
    theirs = (links.c.sender_id == person.id, links.c.answer_due_at.is_not(None))
    order = (links.c.answered_at, links.c.id)
    waiting = list(tx.connection.scalars(select(links.c.id).where(*theirs).order_by(*order)))
    tx.connection.execute(update(links).where(*theirs).values(answer_due_at=tx.now))
    bring_each(tx, waiting, bring, _put_off)


NEXT = select(func.min(links.c.answer_due_at).label("at")).where(links.c.answer_due_at.is_not(None))
"""When the next answer is to be brought (UTC seconds)."""


def next_due(tx: Tx) -> int | None:
    """Return when the next answer is to be brought (UTC seconds), or None."""
    found: int | None = tx.connection.scalar(NEXT)
    return found


def sweep(tx: Tx) -> int:
    """Bring what is due, and return how many answers were looked at."""
    due = due_links(tx, links.c.answer_due_at, links.c.sender_id, links.c.answered_at)
    bring_each(tx, due, bring, _put_off)
    return len(due)
