"""What nobody sheds by beginning anew: a suspension, the blocks and reports of others, what counts for today.

A chat that parts (`joining.part`) takes all of it along at once. Of somebody who is erased it is kept for a while under
a fingerprint of each of their addresses, and laid on whoever writes from there as new. A fingerprint is an HMAC under a
key that is made of the host's: the table alone does not say whose address it is, and there is nothing else in it than
what has to be put back. It names those who blocked, so that theirs goes when they go.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from bot.outbox.states import DAY
from bot.people.codes import HOUR
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import acquaintances, addresses, fingerprints, persons, suspensions, tries

KEPT = 30 * DAY
"""Seconds for which leaving does not undo what others have set against somebody."""


class What(StrEnum):
    """What is carried over."""

    SUSPENDED = "suspended"
    BLOCKED = "blocked"
    MUTED = "muted"
    REPORTED = "reported"
    COUNTED = "counted"
    """Sentences that have left today."""
    TRIED = "tried"
    """Wrong guesses within the hour."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One such thing: by whom (a person, where it is somebody's), how many, and until when at most (UTC seconds)."""

    what: What
    ends_at: int
    person_id: int | None = None
    number: int = 1


def lay_on(tx: Tx, person_id: int, address_id: int, marks: Iterable[Mark]) -> None:
    """Let a person who begins anew at this address bear these marks."""
    for mark in marks:
        _LAYING[mark.what](tx, person_id, address_id, mark)


def _suspend(tx: Tx, person_id: int, _address_id: int, _mark: Mark) -> None:
    wanted = tx.insert(suspensions).values(person_id=person_id, at=tx.now)
    tx.connection.execute(wanted.on_conflict_do_nothing(index_elements=["person_id"]))


def _stand(column: str) -> Callable[[Tx, int, int, Mark], None]:
    """Return what makes a stance of somebody else. It has no name: whoever begins anew is not shown to them."""

    def lay(tx: Tx, person_id: int, _address_id: int, mark: Mark) -> None:
        whose = {"person_id": mark.person_id, "other_id": person_id}
        wanted = tx.insert(acquaintances).values(**whose, met_at=tx.now, **{column: tx.now})
        both = {"index_elements": ["person_id", "other_id"], "set_": {column: tx.now}}
        tx.connection.execute(wanted.on_conflict_do_update(**both))

    return lay


def _count(tx: Tx, person_id: int, _address_id: int, mark: Mark) -> None:
    values = {"counted": mark.number, "counted_until": mark.ends_at}
    tx.connection.execute(update(persons).where(persons.c.id == person_id).values(**values))


def _guess(tx: Tx, _person_id: int, address_id: int, mark: Mark) -> None:
    row = {"address_id": address_id, "at": mark.ends_at - HOUR}
    tx.connection.execute(insert(tries), [row] * mark.number)


_LAYING: Mapping[What, Callable[[Tx, int, int, Mark], None]] = {
    What.SUSPENDED: _suspend,
    What.BLOCKED: _stand("blocked_at"),
    What.MUTED: _stand("muted_at"),
    What.REPORTED: _stand("reported_at"),
    What.COUNTED: _count,
    What.TRIED: _guess,
}


def counted_before(tx: Tx, person_id: int) -> tuple[int, int]:
    """Return how many sentences count for today that a person has sent before they began anew, and until when."""
    mine = (persons.c.id == person_id, persons.c.counted_until > tx.now)
    found = tx.connection.execute(select(persons.c.counted, persons.c.counted_until).where(*mine)).first()
    return (found[0], found[1]) if found else (0, 0)


# Fingerprints


def keep(tx: Tx, person_id: int, marks: Iterable[Mark]) -> None:
    """Keep these marks, and wrong guesses, of somebody who is about to be erased. A mute is let go of."""
    kept = [mark for mark in marks if mark.what is not What.MUTED]
    theirs = select(addresses).where(addresses.c.person_id == person_id)
    for row in tx.connection.execute(theirs).all():
        newest = _prints(tx, Address(row.platform, row.chat))[0]
        for mark in (*kept, *_guesses(tx, row.id)):
            values = {"what": mark.what, "person_id": mark.person_id, "number": mark.number, "ends_at": mark.ends_at}
            tx.connection.execute(insert(fingerprints).values(print=newest, **values))


def _guesses(tx: Tx, address_id: int) -> list[Mark]:
    recent = (tries.c.address_id == address_id, tries.c.at > tx.now - HOUR)
    count, latest = tx.connection.execute(select(func.count(), func.max(tries.c.at)).where(*recent)).one()
    return [Mark(What.TRIED, latest + HOUR, number=count)] if count else []


def put_back(tx: Tx, address: Address, person_id: int, address_id: int) -> None:
    """Lay on somebody who writes as new what is kept of their address; it is kept no longer then."""
    here = fingerprints.c.print.in_(_prints(tx, address))
    rows = tx.connection.execute(select(fingerprints).where(here).order_by(fingerprints.c.id)).all()
    lay_on(tx, person_id, address_id, [_mark(row) for row in rows if row.ends_at > tx.now])
    if rows:
        tx.connection.execute(delete(fingerprints).where(here))


def _mark(row: Any) -> Mark:
    return Mark(What(row.what), row.ends_at, row.person_id, row.number)


def forget_old(tx: Tx) -> None:
    """Let go of what has been kept for its time."""
    tx.connection.execute(delete(fingerprints).where(fingerprints.c.ends_at <= tx.now))


def _prints(tx: Tx, address: Address) -> list[bytes]:
    return tx.keys.host.prints(f"{address.platform}\n{address.chat}")
