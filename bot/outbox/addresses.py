"""What delivery learns about addresses: nobody there, or moved."""

from sqlalchemy import delete, func, select, update

from bot.outbox.states import Priority, State
from bot.speech import Address, Op
from bot.store import Tx
from bot.store.tables import addresses, outbox


def pause_address(tx: Tx, address_id: int, known_at: int) -> None:
    """Stop sending there until the person writes again, unless they have written since `known_at` (UTC seconds).

    What others have sent them goes to another chat of theirs, if there is one.
    """
    paused = tx.connection.execute(
        update(addresses)
        .where(
            addresses.c.id == address_id,
            addresses.c.paused_at.is_(None),
            func.coalesce(addresses.c.woken_at, 0) <= known_at,
        )
        .values(paused_at=tx.now)
    )
    elsewhere = _another(tx, address_id) if paused.rowcount else None
    if elsewhere is not None:
        thanks = (outbox.c.state == State.WAITING, outbox.c.priority == Priority.THANKS, outbox.c.op == Op.NEW)
        tx.connection.execute(
            update(outbox).where(outbox.c.address_id == address_id, *thanks).values(address_id=elsewhere)
        )
        release_address(tx, elsewhere)


def release_address(tx: Tx, address_id: int) -> None:
    """Look anew at what waits for this address: somebody can be reached there again, or messages have moved there."""
    if tx.many_writers:
        from bot.outbox import job_waits  # with PgQueuer, which a single process does without

        job_waits.release(tx, [address_id])


def _another(tx: Tx, address_id: int) -> int | None:
    """Return the address where the same person was heard last, of those that somebody can be reached at."""
    here = addresses.alias("here")
    found: int | None = tx.connection.scalar(
        select(addresses.c.id)
        .join(here, here.c.person_id == addresses.c.person_id)
        .where(here.c.id == address_id, addresses.c.id != address_id, addresses.c.paused_at.is_(None))
        .order_by(func.coalesce(addresses.c.woken_at, 0).desc(), addresses.c.id.desc())
        .limit(1)
    )
    return found


def rewrite_address(tx: Tx, old: Address, chat: str) -> None:
    """Give the chat its new id. When both ids are known already, what was addressed to the old one goes to the new."""
    known = dict(
        tx.connection.execute(
            select(addresses.c.chat, addresses.c.id).where(
                addresses.c.platform == old.platform, addresses.c.chat.in_((old.chat, chat))
            )
        ).all()
    )
    if old.chat not in known or old.chat == chat:
        return
    if chat not in known:
        tx.connection.execute(update(addresses).where(addresses.c.id == known[old.chat]).values(chat=chat))
        return
    tx.connection.execute(update(outbox).where(outbox.c.address_id == known[old.chat]).values(address_id=known[chat]))
    release_address(tx, known[chat])
    tx.connection.execute(delete(addresses).where(addresses.c.id == known[old.chat]))
