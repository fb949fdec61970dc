"""What goes to somebody, a sentence or a word back: when it comes, and each for itself."""

from collections.abc import Callable, Iterable
from typing import Any

import structlog
from sqlalchemy import Column, select
from sqlalchemy.exc import DBAPIError

from bot.gratitude.queries import let_go_of_nobodys
from bot.gratitude.rules import Receiver, comes_at
from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import links, persons

log = structlog.get_logger()

BATCH = 200
"""Sentences, or answers, that one unit of work brings."""


def comes_to(tx: Tx, person: Person) -> int | None:
    """Return when something for this person may come (UTC seconds), at the earliest now; None: when they resume."""
    receiver = Receiver(person.here, person.quiet, person.parts, person.paused_at, person.paused_until)
    return comes_at(receiver, tx.now)


def due_links(tx: Tx, due_at: Column[int], goes_to: Column[int], *then: Column[Any]) -> list[int]:
    """Return the next links that are due by one of their times, the oldest first, ties in the order of `then`.

    Where others write, those to whom they go are locked, too: what else comes to them just now counts for their day.
    Whoever is skipped is next.
    """
    wanted = select(links.c.id).where(due_at <= tx.now).order_by(due_at, *then, links.c.id).limit(BATCH)
    if tx.many_writers:
        let_go_of_nobodys(tx, due_at, goes_to)
        theirs = wanted.join(persons, persons.c.id == goes_to)
        wanted = theirs.with_for_update(of=[links, persons], key_share=True, skip_locked=True)
    return list(tx.connection.scalars(wanted))


def bring_each(
    tx: Tx, link_ids: Iterable[int], bring: Callable[[Tx, int], None], put_off: Callable[[Tx, int], None]
) -> None:
    """Bring several; one that cannot be brought, such as one whose seal is gone, holds up none of the others."""
    for link_id in link_ids:
        try:
            with tx.connection.begin_nested():
                bring(tx, link_id)
        except DBAPIError:
            raise  # trouble of the database: the whole unit of work begins anew
        except Exception as error:
            log.warning("thanks_put_off", link=link_id, problem=type(error).__name__)
            put_off(tx, link_id)
