"""Claimed rows as they are sent: read, opened, and let go of where nobody can read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause, Select, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import SealGone, TryLater
from bot.outbox.bodies import unsealed
from bot.outbox.states import Priority, State
from bot.speech import Address, Outgoing
from bot.store import Tx
from bot.store.tables import addresses, outbox, persons


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed row, ready to be sent. `message` is the platform's id of the message that it edits or deletes."""

    id: int
    address_id: int
    address: Address
    outgoing: Outgoing
    message: str | None
    deadline: int
    claims: int
    doubts: int
    crashes: int
    claimed_at: int
    priority: Priority = Priority.REPLY


COLUMNS = (
    *("id", "address_id", "edits", "body", "sealed", "op"),
    *("deadline", "claims", "doubts", "crashes", "priority"),
)
"""Those of the outbox that a parcel is made of."""
_TARGET = outbox.alias("target")


def contents(rows: FromClause) -> Select[Any]:
    """Return the statement for what `opened` wants of these rows: the outbox, or a part of it with all `COLUMNS`."""
    return (
        select(
            *(rows.c[name] for name in COLUMNS),
            addresses.c.platform,
            addresses.c.chat,
            persons.c.key_id,
            _TARGET.c.message.label("edited"),
        )
        .join_from(rows, addresses, addresses.c.id == rows.c.address_id)
        .outerjoin(persons, persons.c.id == addresses.c.person_id)
        .outerjoin(_TARGET, _TARGET.c.id == rows.c.edits)
    )


def opened(tx: Tx, rows: Iterable[Any], ids: list[int]) -> list[Parcel]:
    """Return these rows in the order of `ids`; those that cannot be read are final afterwards, and left out."""
    places = {number: place for place, number in enumerate(ids)}
    parcels = []
    for row in sorted(rows, key=lambda row: places[row.id]):
        try:
            parcels.append(_parcel(tx, row))
        except (SQLAlchemyError, TryLater):  # the database is away, and says nothing of the row
            raise
        except Exception as error:
            # One row that cannot be read must not hold up all the others, time and again.
            # One that holds words of somebody who was erased meanwhile is not to be sent any more.
            state = State.DROPPED if isinstance(error, SealGone) else State.DEAD
            values = {"state": state, "problem": type(error).__name__, "finished_at": tx.now}
            tx.connection.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
    return parcels


def _parcel(tx: Tx, row: Any) -> Parcel:
    if row.sealed and row.key_id is None:
        raise SealGone("nobody lives at this address any more")
    seal = tx.keys.seal(row.key_id) if row.sealed else None
    return Parcel(
        id=row.id,
        address_id=row.address_id,
        address=Address(row.platform, row.chat),
        outgoing=unsealed(row.body, row.sealed, row.op, seal),
        message=row.edited,
        deadline=row.deadline,
        claims=row.claims,
        doubts=row.doubts,
        crashes=row.crashes,
        claimed_at=tx.now,
        priority=Priority(row.priority),
    )
