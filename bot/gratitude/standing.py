"""What others have set against somebody, and what counts for today: gathered for `bot.people.standing`."""

from dataclasses import replace

from sqlalchemy import or_, select

from bot.gratitude import queries
from bot.gratitude.reports import is_suspended, reporters
from bot.gratitude.rules import Today, end_of_day
from bot.people.queries import Person
from bot.people.standing import KEPT, Mark, What, counted_before
from bot.store import Tx
from bot.store.tables import acquaintances


def today_in_all(tx: Tx, person: Person) -> Today:
    """Return what a person has sent today, and what is counted of before they began anew."""
    today = queries.today_of(tx, person)
    count, ends_at = counted_before(tx, person.id)
    return replace(today, count=today.count + count, ends_at=max(today.ends_at, ends_at))


def marks_of(tx: Tx, person: Person) -> list[Mark]:
    """Return what a person does not shed by beginning anew."""
    until = tx.now + KEPT
    found = [Mark(What.SUSPENDED, until)] if is_suspended(tx, person.id) else []
    # A report by somebody who has been erased since has nobody any more whose it could be; one's own is by a chat of
    # theirs that was joined after it.
    theirs = reporters(tx, person.id) - {None, person.id}
    found += [Mark(What.REPORTED, until, who) for who in theirs]
    found += _stances(tx, person, until)
    today = today_in_all(tx, person)
    if today.count:  # nobody begins anew in another zone to shorten the day
        ends_at = max(end_of_day(queries.date_of(tx, person), person.here), today.ends_at)
        found.append(Mark(What.COUNTED, ends_at, number=today.count))
    return found


def _stances(tx: Tx, person: Person, until: int) -> list[Mark]:
    against = or_(acquaintances.c.blocked_at.is_not(None), acquaintances.c.muted_at.is_not(None))
    rows = tx.connection.execute(select(acquaintances).where(acquaintances.c.other_id == person.id, against))
    return [
        Mark(what, until, row.person_id)
        for row in rows
        for what, at in ((What.BLOCKED, row.blocked_at), (What.MUTED, row.muted_at))
        if at is not None
    ]
