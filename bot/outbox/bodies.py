"""What stands in messages: looked up by the platform's id or our own, opened, as far as it is still known."""

import json
from dataclasses import replace

from sqlalchemy import BigInteger, bindparam, select

from bot.errors import SealGone
from bot.outbox.states import ALIVE, State
from bot.speech import Op, Outgoing
from bot.store import Seal, Tx
from bot.store.tables import addresses, outbox

# Every tap asks these: they are made once, for making one costs more than running it.
_ADDRESS, _ID, _AT = (bindparam(name, type_=BigInteger) for name in ("address_id", "id", "now"))
_OF_MESSAGE = (
    select(outbox.c.id, outbox.c.body, outbox.c.sealed, outbox.c.op)
    .where(outbox.c.address_id == _ADDRESS, outbox.c.message == bindparam("message"), outbox.c.op == Op.NEW)
    .order_by(outbox.c.id.desc())
    .limit(1)
)
_BODY = select(outbox.c.body, outbox.c.sealed, outbox.c.op).where(outbox.c.id == _ID)
_EDITS = (
    select(outbox.c.body, outbox.c.sealed, outbox.c.op)
    .where(
        outbox.c.address_id == _ADDRESS,
        outbox.c.id > _ID,
        outbox.c.edits == _ID,
        outbox.c.op == Op.EDIT,
        outbox.c.not_before <= _AT,
        outbox.c.body.is_not(None),
    )
    .order_by(outbox.c.id)
)


def find_drawings(tx: Tx, address_id: int, message: str, seal: Seal | None) -> tuple[int, list[Outgoing]] | None:
    """Return the outbox row behind a platform's message id and what `drawings` says of it; None when forgotten."""
    row = tx.connection.execute(_OF_MESSAGE, {"address_id": address_id, "message": message}).first()
    if row is None or row.body is None:
        return None
    drawn = _drawn(tx, address_id, row.id, _known(row.body, row.sealed, row.op, seal), seal)
    return (row.id, drawn) if drawn else None


def find_message(tx: Tx, address_id: int, message: str) -> int | None:
    """Return the outbox row behind a platform's message id, or None when it is forgotten."""
    found: int | None = tx.connection.scalar(_OF_MESSAGE, {"address_id": address_id, "message": message})
    return found


def address_of(tx: Tx, outbox_id: int) -> int | None:
    """Return the address where a person's message stands or is about to; None where it was taken back or forgotten."""
    here = (outbox.c.id == outbox_id, outbox.c.sealed, outbox.c.body.is_not(None))
    wanted = select(outbox.c.address_id).where(*here, outbox.c.state.in_((State.SENDING, State.SENT)))
    found: int | None = tx.connection.scalar(wanted)
    return found


def is_leaving(tx: Tx, outbox_id: int) -> bool:
    """Return whether a message is on its way right now."""
    wanted = select(outbox.c.id).where(outbox.c.id == outbox_id, outbox.c.state == State.SENDING)
    return tx.connection.scalar(wanted) is not None


def unmade_behind(tx: Tx, address_id: int, outbox_id: int, seal: Seal) -> list[Outgoing]:
    """Return what is to leave for an address behind a row, or is leaving, and is made only then, in its order."""
    behind = (outbox.c.address_id == address_id, outbox.c.id > outbox_id, outbox.c.state.in_(ALIVE))
    wanted = select(outbox.c.body, outbox.c.sealed, outbox.c.op).where(*behind, outbox.c.heavy)
    rows = tx.connection.execute(wanted.order_by(outbox.c.id)).all()
    found = (_known(row.body, row.sealed, row.op, seal) for row in rows if row.body is not None)
    return [said for said in found if said is not None]


def is_newest(tx: Tx, address_id: int, outbox_id: int) -> bool:
    """Return whether nothing has been said at an address since the message of this row, or in one breath with it."""
    said = select(outbox.c.created_at).where(outbox.c.id == outbox_id).scalar_subquery()
    later = select(outbox.c.id).where(
        outbox.c.address_id == address_id,
        outbox.c.id > outbox_id,
        outbox.c.created_at > said,
        outbox.c.op == Op.NEW,
        outbox.c.not_before <= tx.now,
        outbox.c.state.in_((State.WAITING, State.SENDING, State.SENT)),
    )
    return tx.connection.execute(later.limit(1)).first() is None


def read_body(tx: Tx, outbox_id: int, seal: Seal | None) -> Outgoing | None:
    """Return what the row said, or None when that is forgotten: its time is over, or who stood in it was erased."""
    found = tx.connection.execute(_BODY, {"id": outbox_id}).first()
    return _known(found.body, found.sealed, found.op, seal) if found and found.body is not None else None


def keyed(tx: Tx, key: str, person_id: int, seal: Seal) -> Outgoing | None:
    """Return what was put under a key for one of a person's chats, or None when it is forgotten."""
    theirs = select(addresses.c.id).where(addresses.c.person_id == person_id)
    found = tx.connection.execute(
        select(outbox.c.body, outbox.c.sealed, outbox.c.op).where(
            outbox.c.key == key, outbox.c.address_id.in_(theirs), outbox.c.body.is_not(None)
        )
    ).first()
    return opened(found.body, found.sealed, found.op, seal) if found else None


def newest_messages(tx: Tx, address_id: int, seal: Seal | None, most: int) -> list[tuple[int, Outgoing]]:
    """Return the last messages that stand at an address, or are about to, with their row ids, newest first."""
    rows = tx.connection.execute(
        select(outbox.c.id, outbox.c.body, outbox.c.sealed)
        .where(
            outbox.c.address_id == address_id,
            outbox.c.op == Op.NEW,
            # Whoever writes twice at once answers what has not left yet.
            outbox.c.state.in_((State.WAITING, State.SENDING, State.SENT)),
            outbox.c.not_before <= tx.now,
            outbox.c.body.is_not(None),
        )
        .order_by(outbox.c.id.desc())
        .limit(most)
    )
    found = ((row.id, _known(row.body, row.sealed, Op.NEW, seal)) for row in rows)
    return [(number, said) for number, said in found if said is not None]


def drawings(tx: Tx, address_id: int, outbox_id: int, seal: Seal | None) -> list[Outgoing]:
    """Return what the message of a row has looked like so far, newest first; empty when its text is forgotten.

    An edit that only takes the buttons away keeps the text of before; edits that are still to come are left out.
    """
    return _drawn(tx, address_id, outbox_id, read_body(tx, outbox_id, seal), seal)


def _drawn(tx: Tx, address_id: int, outbox_id: int, first: Outgoing | None, seal: Seal | None) -> list[Outgoing]:
    if first is None:
        return []
    rows = tx.connection.execute(_EDITS, {"address_id": address_id, "id": outbox_id, "now": tx.now})
    drawn = [first]
    for row in rows:
        edit = _known(row.body, row.sealed, row.op, seal)
        if edit is None:
            return []
        drawn.append(replace(edit, text=edit.text or drawn[-1].text, owners=edit.owners | drawn[-1].owners))
    return drawn[::-1]


def _known(body: bytes, sealed: bool, op: str, seal: Seal | None) -> Outgoing | None:
    """Return the message that a stored body holds, None where somebody whose words stood in it was erased."""
    try:
        return unsealed(body, sealed, op, seal)
    except SealGone:
        return None


def opened(body: bytes, sealed: bool, op: str, seal: Seal | None) -> Outgoing:
    """Return the message that a stored body holds, a bare one where somebody whose words stood in it was erased."""
    try:
        return unsealed(body, sealed, op, seal)
    except SealGone:
        return Outgoing("…", op=Op(op))


def unsealed(body: bytes, sealed: bool, op: str, seal: Seal | None) -> Outgoing:
    """Return the message that a stored body holds. Raises SealGone where somebody whose words stand in it was erased.

    Whose words they are is noted with it, and not by the seal: many a body is only looked through.
    """
    text, owners = seal.read(bytes(body)) if sealed and seal else (bytes(body).decode(), None)
    said = Outgoing.from_dict(json.loads(text), Op(op))
    return replace(said, owners=owners) if owners else said
