"""What delivery learns about addresses: nobody there, or moved."""

from sqlalchemy import delete, func, select, update

from bot.speech import Address
from bot.store import Tx
from bot.store.tables import addresses, outbox


def pause_address(tx: Tx, address_id: int, known_at: int) -> None:
    """Stop sending there until the person writes again, unless they have written since `known_at` (UTC seconds)."""
    tx.connection.execute(
        update(addresses)
        .where(
            addresses.c.id == address_id,
            addresses.c.paused_at.is_(None),
            func.coalesce(addresses.c.woken_at, 0) <= known_at,
        )
        .values(paused_at=tx.now)
    )


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
    tx.connection.execute(delete(addresses).where(addresses.c.id == known[old.chat]))
