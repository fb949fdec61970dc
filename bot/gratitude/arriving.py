"""What goes to somebody, a sentence or a word back: when it comes, and each for itself."""

from collections.abc import Callable, Iterable

import structlog
from sqlalchemy.exc import DBAPIError

from bot.gratitude.rules import Receiver, comes_at
from bot.people.queries import Person
from bot.store import Tx

log = structlog.get_logger()


def comes_to(tx: Tx, person: Person) -> int | None:
    """Return when something for this person may come (UTC seconds), at the earliest now; None: when they resume."""
    receiver = Receiver(person.here, person.quiet, person.parts, person.paused_at, person.paused_until)
    return comes_at(receiver, tx.now)


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
