"""Take messages back from those who got them: their words go here, the messages where they stand, without a sound."""

import json
from collections.abc import Collection, Sequence

from sqlalchemy import or_, select, update

from bot.outbox.personal import BLANK
from bot.outbox.shelf import Recipient, Terms, opened, put
from bot.outbox.states import DAY, State
from bot.speech import Op, Outgoing
from bot.store import Seal, Tx
from bot.store.tables import outbox

LIVES = 7 * DAY
"""Seconds for which it is tried."""
DELETABLE = 47 * 3600
"""Seconds after which a platform may refuse to delete: Telegram does so after 48 hours (Bot API, deleteMessage)."""
TELLING = 24
"""Characters by which the beginning of a text is known again, where it may have been cut."""


def recall(tx: Tx, messages: Collection[int]) -> None:
    """Take back the messages of these rows and whatever they were changed to; what has not left yet does not leave.

    What is on its way right now is deleted behind its arrival. One that is older than a platform may delete is emptied
    first.
    """
    wanted = select(outbox.c.id, outbox.c.address_id, outbox.c.finished_at).where(outbox.c.op == Op.NEW)
    rows = tx.connection.execute(wanted.where(outbox.c.id.in_(sorted(messages))).order_by(outbox.c.id)).all()
    for row in rows:
        _forget(tx, row.address_id, row.id)
        here = outbox.c.id == row.id, outbox.c.state.in_((State.SENT, State.SENDING))
        if tx.connection.execute(select(outbox.c.id).where(*here)).first() is None:
            continue
        nobody = Recipient(row.address_id, None)  # there is nobody's word in what follows, so it needs no key
        if row.finished_at is not None and tx.now - row.finished_at > DELETABLE:
            put(tx, nobody, Outgoing("…", op=Op.EDIT), _terms(tx, row.id, "emptied"))
        put(tx, nobody, Outgoing(op=Op.DELETE), _terms(tx, row.id, "deleted"))


def _terms(tx: Tx, row: int, what: str) -> Terms:
    return Terms(key=f"recall:{row}:{what}", edits=row, deadline=tx.now + LIVES)


def _forget(tx: Tx, address_id: int, row: int) -> None:
    # The address too: there is an index for it.
    theirs = (outbox.c.address_id == address_id, or_(outbox.c.id == row, outbox.c.edits == row))
    # First those that wait: on PostgreSQL one of them may be claimed meanwhile, and is found by the next statement.
    waits = update(outbox).where(*theirs, outbox.c.state == State.WAITING)
    tx.connection.execute(waits.values(state=State.DROPPED, finished_at=tx.now))
    sending = update(outbox).where(*theirs, outbox.c.state == State.SENDING)
    tx.connection.execute(sending.values(body=BLANK, sealed=False, deadline=tx.now - 1))
    tx.connection.execute(update(outbox).where(*theirs, outbox.c.state != State.SENDING).values(body=None))


def forget(tx: Tx, messages: Collection[int]) -> None:
    """Forget what these messages said; where they stand they stay."""
    if messages:
        tx.connection.execute(update(outbox).where(outbox.c.id.in_(sorted(messages))).values(body=None))


def holding(
    tx: Tx, address_ids: Collection[int], seal: Seal, texts: Collection[str]
) -> tuple[Sequence[int], Sequence[int]]:
    """Return the rows of pictures, and of files, in which one of these texts stands, whole or its beginning."""
    pictures, files = [], []
    rows = tx.connection.execute(
        select(outbox.c.id, outbox.c.body, outbox.c.sealed, outbox.c.op).where(
            outbox.c.address_id.in_(address_ids), outbox.c.op == Op.NEW, outbox.c.body.is_not(None)
        )
    )
    probes = [probe for text in texts for probe in _probes(text)]
    for row in rows.all():
        said = opened(row.body, row.sealed, row.op, seal)
        if said.picture is not None and _stands(json.dumps(said.picture, ensure_ascii=False), probes):
            pictures.append(row.id)
        elif said.attachment is not None and _stands(said.attachment.text, probes):
            files.append(row.id)
    return pictures, files


def _probes(text: str) -> tuple[str, ...]:
    """Return how a text stands in JSON: the beginning of a long one, a short one as a whole value."""
    inner = json.dumps(text[:TELLING], ensure_ascii=False)
    return (inner[:-1] if len(text) > TELLING else inner,)


def _stands(written: str, probes: Collection[str]) -> bool:
    return any(probe in written for probe in probes)
