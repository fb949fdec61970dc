"""What a row that waits has to wait for, as conditions of SQL on `outbox` joined with `addresses`."""

from sqlalchemy import ColumnElement, FromClause, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.types import BigInteger

from bot.outbox.states import State
from bot.store.tables import addresses, outbox

NOW: ColumnElement[int] = bindparam("now", type_=BigInteger)
"""The time of the unit of work, bound when the statement runs (UTC seconds)."""

REACHABLE = or_(addresses.c.paused_at.is_(None), outbox.c.rides)
"""Somebody is there, or the row leaves by a way that is open all the same."""

_sending, _earlier, _target = outbox.alias("sending"), outbox.alias("earlier"), outbox.alias("target")

IDLE = outbox.c.address_id.not_in(select(_sending.c.address_id).where(_sending.c.state == State.SENDING))
"""An address that is being sent to waits, which keeps its order."""

UNSENT = exists().where(_target.c.id == outbox.c.edits, _target.c.state == State.WAITING, _target.c.deadline >= NOW)
"""What it changes has not left yet: nobody knows that message's id before."""


def before(earlier: FromClause) -> tuple[ColumnElement[bool], ...]:
    """Return whether another row waits that was put earlier for the same address, and is as urgent.

    It is found by the address. The priority is written so that no index of all that waits is chosen for it, as
    PostgreSQL did where it had counted nothing yet.
    """
    return (
        earlier.c.address_id == outbox.c.address_id,
        earlier.c.state == State.WAITING,
        earlier.c.id < outbox.c.id,
        earlier.c.priority + literal_column("0") <= outbox.c.priority,
    )


_OVERTAKEN = (
    *before(_earlier),
    _earlier.c.claims > 0,
    _earlier.c.not_before > outbox.c.not_before,
    _earlier.c.not_before <= _earlier.c.deadline,
)
OVERTAKES = exists().where(*_OVERTAKEN)
"""Another was put earlier and waits for its retry: an edit must not overtake the message that it changes."""

RETRY_AT = select(func.max(_earlier.c.not_before)).where(*_OVERTAKEN).correlate(outbox).scalar_subquery()
"""When those are tried again that the row would overtake; null where there are none."""
