"""Take messages back from those who got them: their words go here, the messages where they stand, without a sound."""

from typing import Any

from sqlalchemy import Select, and_, delete, or_, select, update

from bot.outbox.personal import BLANK
from bot.outbox.shelf import Recipient, Terms, put
from bot.outbox.states import COLLECTED, DAY, State
from bot.speech import Op, Outgoing
from bot.store import Tx
from bot.store.tables import appearances, outbox

LIVES = 7 * DAY
"""Seconds for which it is tried."""


def recall(tx: Tx, link_ids: Select[Any]) -> None:
    """Take back all messages that go with these links (a SELECT of ids): sentences, answers and names stand in them.

    With whatever they were changed to. What has not left yet does not leave, but for a file: that is still to be made.
    What is on its way right now is deleted behind its arrival. However old a message is, its chat takes its words away.
    """
    holding = select(appearances.c.outbox_id).where(appearances.c.link_id.in_(link_ids))
    wanted = select(outbox.c.id, outbox.c.address_id).where(outbox.c.id.in_(holding)).order_by(outbox.c.id)
    for row in tx.connection.execute(wanted).all():
        _forget(tx, row.address_id, row.id)
        tx.connection.execute(delete(appearances).where(appearances.c.outbox_id == row.id))
        here = outbox.c.id == row.id, outbox.c.state.in_((State.SENT, State.SENDING))
        if tx.connection.execute(select(outbox.c.id).where(*here)).first() is None:
            continue
        nobody = Recipient(row.address_id, None)  # there is nobody's word in what follows, so it needs no key
        terms = Terms(key=f"recall:{row.id}", edits=row.id, deadline=tx.now + LIVES)
        put(tx, nobody, Outgoing(op=Op.DELETE), terms)


_TO_BE_COLLECTED = and_(outbox.c.state == State.WAITING, outbox.c.priority.in_(COLLECTED))
"""A file was noted and put back: there is nothing in its row, and it is collected anew without their words."""


def _forget(tx: Tx, address_id: int, row: int) -> None:
    # The address too: there is an index for it.
    theirs = (outbox.c.address_id == address_id, or_(outbox.c.id == row, outbox.c.edits == row), ~_TO_BE_COLLECTED)
    # First those that wait: on PostgreSQL one of them may be claimed meanwhile, and is found by the next statement.
    waits = update(outbox).where(*theirs, outbox.c.state == State.WAITING)
    tx.connection.execute(waits.values(state=State.DROPPED, finished_at=tx.now))
    sending = update(outbox).where(*theirs, outbox.c.state == State.SENDING)
    tx.connection.execute(sending.values(body=BLANK, sealed=False, deadline=tx.now - 1))
    # Finished anew: the row is needed until the message is gone, and nothing else keeps an old one any more.
    gone = update(outbox).where(*theirs, outbox.c.state != State.SENDING)
    tx.connection.execute(gone.values(body=None, finished_at=tx.now))
