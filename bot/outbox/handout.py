"""Who sends which row. The port is small, so that another engine can hand out rows without the pump knowing."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from cryptography.fernet import InvalidToken
from sqlalchemy import BigInteger, Integer, Select, bindparam, exists, func, or_, select, update

from bot.errors import SealBroken, SealGone
from bot.outbox.shelf import unsealed
from bot.outbox.states import MOST_COPIES, Priority, State
from bot.speech import Address, Outgoing
from bot.store import Tx
from bot.store.tables import addresses, outbox, persons

LEASE = 120
"""Seconds that a claim holds: longer than the longest send with its waiting."""


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


class Handout(Protocol):
    """Hands each waiting row to one sender at a time. Both verbs run inside a unit of work."""

    def claim(self, tx: Tx, platform: str, most: int, real: float) -> list[Parcel]:
        """Return up to `most` rows for this platform, most urgent first; `real` is in seconds UTC, no demo clock."""

    def recover(self, tx: Tx, real: float, mine: Collection[int]) -> int:
        """Take back what a dead sender held and return how many rows that were. They are in doubt.

        `mine` are the rows that this process is sending, however long that takes and wherever the clock jumps.
        """


class LocalClaim:
    """A claim by conditional update under a lease, on SQLite and on PostgreSQL."""

    def __init__(self, alone: bool) -> None:
        """`alone`: no other process can be sending (a lock on the embedded database says so)."""
        self._alone = alone
        self._started = False

    def claim(self, tx: Tx, platform: str, most: int, real: float) -> list[Parcel]:
        ids = _most_urgent(tx, platform, most)
        if not ids:
            return []
        tx.connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(ids))
            .values(state=State.SENDING, claims=outbox.c.claims + 1, leased_until_real=int(real) + LEASE)
        )
        return _parcels(tx, ids)

    def recover(self, tx: Tx, real: float, mine: Collection[int]) -> int:
        # Alone and just started: whatever is "sending" was left by a process that is dead.
        if self._alone and self._started:
            return 0  # what is "sending" now is our own
        held = [outbox.c.state == State.SENDING, outbox.c.id.not_in(mine)]
        if not self._alone:
            held.append(outbox.c.leased_until_real < int(real))
        self._started = True
        twice = tx.connection.execute(
            update(outbox)
            .where(*held, outbox.c.doubts + 1 >= MOST_COPIES)
            .values(state=State.UNKNOWN, doubts=outbox.c.doubts + 1, finished_at=tx.now, problem="sender died")
        )
        once = tx.connection.execute(
            update(outbox).where(*held).values(state=State.WAITING, doubts=outbox.c.doubts + 1)
        )
        if once.rowcount:
            tx.wakes = True
        return int(twice.rowcount + once.rowcount)


_ANSWERS = (outbox.c.priority < Priority.NUDGE, (outbox.c.priority, outbox.c.not_before, outbox.c.id))
_NUDGES = (outbox.c.priority == Priority.NUDGE, (outbox.c.deadline, outbox.c.not_before, outbox.c.id))
ORDERS = (_ANSWERS, _NUDGES)
"""Answers and thanks leave in the order of their times; of nudges first those that are too late the soonest."""


def _most_urgent(tx: Tx, platform: str, most: int) -> list[int]:
    """Return ids of rows that may leave now, the most urgent first."""
    ids: list[int] = []
    for n in range(len(ORDERS)):
        if len(ids) < most:
            ids += _ready(tx, platform, most - len(ids), n)
    return ids


def _ready(tx: Tx, platform: str, most: int, order: int) -> list[int]:
    wanted = _wanted(order, tx.many_writers)
    ids = list(tx.connection.scalars(wanted, {"now": tx.now, "platform": platform, "most": most}))
    if not tx.many_writers or not ids:
        return ids
    # Whoever claims locks the address too, and looks again once it has the lock: another process may have claimed
    # a row of the same address after this statement began.
    free = set(tx.connection.scalars(select(outbox.c.id).where(outbox.c.id.in_(ids), _IDLE)))
    return [one for one in ids if one in free]


_SENDING = outbox.alias("sending")
_IDLE = outbox.c.address_id.not_in(select(_SENDING.c.address_id).where(_SENDING.c.state == State.SENDING))
"""An address that is being sent to waits, which keeps its order."""


@cache
def _wanted(order: int, locks: bool) -> Select[Any]:
    """Return the statement for ids of rows that may leave now; made once, for it costs more to make than to run."""
    which, by = ORDERS[order]
    earlier, target, now = outbox.alias("earlier"), outbox.alias("target"), bindparam("now", type_=BigInteger)
    # Put earlier and waiting for its retry: an edit must not overtake the message that it changes.
    overtakes = exists().where(
        earlier.c.address_id == outbox.c.address_id,
        earlier.c.state == State.WAITING,
        earlier.c.claims > 0,
        earlier.c.id < outbox.c.id,
        earlier.c.priority <= outbox.c.priority,
        earlier.c.not_before > outbox.c.not_before,
        earlier.c.not_before <= earlier.c.deadline,
    )
    # What it changes has not left yet: nobody knows that message's id before.
    unsent = exists().where(target.c.id == outbox.c.edits, target.c.state == State.WAITING, target.c.deadline >= now)
    wanted = (
        select(outbox.c.id)
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .where(
            outbox.c.state == State.WAITING,
            which,
            outbox.c.not_before <= now,
            outbox.c.deadline >= now,
            # Wrapped, so that SQLite walks the few rows that wait and not everybody's address.
            func.coalesce(addresses.c.platform, "") == bindparam("platform"),
            or_(addresses.c.paused_at.is_(None), outbox.c.rides),
            _IDLE,
            ~overtakes,
            ~unsent,
        )
        .order_by(*by)
        .limit(bindparam("most", type_=Integer))
    )
    return wanted.with_for_update(skip_locked=True, key_share=True, of=(outbox, addresses)) if locks else wanted


_TARGET = outbox.alias("target")
_PARCELS = (
    select(outbox, addresses.c.platform, addresses.c.chat, persons.c.key_id, _TARGET.c.message.label("edited"))
    .join(addresses, addresses.c.id == outbox.c.address_id)
    .outerjoin(persons, persons.c.id == addresses.c.person_id)
    .outerjoin(_TARGET, _TARGET.c.id == outbox.c.edits)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
)


def _parcels(tx: Tx, ids: list[int]) -> list[Parcel]:
    rows = tx.connection.execute(_PARCELS, {"ids": ids})
    parcels = []
    for row in sorted(rows, key=lambda row: ids.index(row.id)):
        try:
            parcels.append(_parcel(tx, row))
        except (InvalidToken, SealBroken, ValueError, KeyError) as error:
            # One row that cannot be read must not hold up all the others, time and again.
            # One that holds words of somebody who was erased meanwhile is not to be sent any more.
            state = State.DROPPED if isinstance(error, SealGone) else State.DEAD
            values = {"state": state, "problem": type(error).__name__, "finished_at": tx.now}
            tx.connection.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
    return parcels


def _parcel(tx: Tx, row: Any) -> Parcel:
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
