"""Everything of one person gone: rows, key, and what would still be read in SQLite's log.

1. One transaction deletes all rows and notes the name of the key (`erasures`). From here on it is done for good.
2. The store destroys the key, takes the note away and empties the log, in this order (`Store.finish_erasures`).
3. The last line leaves. It hangs on the address, which is nobody's by then, and is sealed with no key.
4. `clear_away` takes that line and the address, and the log is emptied once more.

Each step finds by itself what is left to do, so a process may die between any two of them.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, delete, exists, select

from bot.outbox.personal import LAST
from bot.outbox.shelf import Recipient, Terms, post, put
from bot.outbox.states import State
from bot.privacy.owners import owner_of
from bot.speech import Op, Outgoing
from bot.store import Tx
from bot.store.owner import Part
from bot.store.tables import addresses, erasures, outbox, past_keys, persons

LAST_LINE_LIVES = 3600
"""Seconds that the last line may take to leave: through a short outage, and not so long that it comes from nowhere."""


def erase(tx: Tx, person_id: int, parts: Iterable[Part]) -> None:
    """Erase a person; their key is destroyed after the commit. Nothing of theirs may be written afterwards."""
    owner = owner_of(tx, person_id)
    for key_id in _keys_of(tx, person_id):
        tx.connection.execute(tx.insert(erasures).values(key_id=key_id, at=tx.now).on_conflict_do_nothing())
    for part in parts:
        part.erase(tx, owner)
    tx.erases = True


def _keys_of(tx: Tx, person_id: int) -> list[bytes]:
    """Return the names of a person's key, and of those that chats had which were joined to them (`people.joining`)."""
    own = select(persons.c.key_id).where(persons.c.id == person_id)
    past = select(past_keys.c.key_id).where(past_keys.c.person_id == person_id)
    return [bytes(key_id) for wanted in (own, past) for key_id in tx.connection.scalars(wanted)]


def say_last(tx: Tx, person_id: int, recipient: Recipient, line: str, question: str | None = None) -> None:
    """Say one last line where somebody was erased; `question` is the message to take the buttons from."""
    address_id, nobody = recipient.address_id, replace(recipient, seal=None)

    def terms(what: str, edits: int | None = None) -> Terms:
        return Terms(key=f"{LAST}{person_id}:{what}", deadline=tx.now + LAST_LINE_LIVES, edits=edits)

    if question is not None:
        asked = _stood(tx, address_id, question, f"{LAST}{person_id}:asked")
        put(tx, nobody, Outgoing(op=Op.EDIT), terms("settled", asked))
    post(tx, nobody, Outgoing(line), terms("said"))


def _stood(tx: Tx, address_id: int, message: str, key: str) -> int:
    """Note, without its words, which message stood there: an edit finds it by this row."""
    sent = {"state": State.SENT, "created_at": tx.now, "finished_at": tx.now, "deadline": tx.now, "not_before": 0}
    return tx.add(
        outbox, key=key, address_id=address_id, op=Op.NEW, priority=0, sealed=False, message=message, body=None, **sent
    )


def clear_away(tx: Tx) -> int:
    """Take last lines that have left, or can no longer, and the addresses behind them; return their number."""
    waits = outbox.alias("waits")
    alive = waits.c.state.in_((State.WAITING, State.SENDING))
    here = exists().where(waits.c.address_id == outbox.c.address_id, alive, _is_last(waits.c.key))
    lines = tx.connection.execute(delete(outbox).where(_is_last(outbox.c.key), ~here))
    left = (addresses.c.left_at.is_not(None), addresses.c.person_id.is_(None))
    waiting = exists().where(waits.c.address_id == addresses.c.id, alive)
    places = tx.connection.execute(delete(addresses).where(*left, ~waiting))
    gone = int(lines.rowcount + places.rowcount)
    tx.erases = tx.erases or bool(gone)
    return gone


def something_left(tx: Tx) -> bool:
    """Return whether `clear_away` may have anything to do; reads two small indexes."""
    line = select(outbox.c.id).where(_is_last(outbox.c.key)).limit(1)
    place = select(addresses.c.id).where(addresses.c.left_at.is_not(None)).limit(1)
    return any(tx.connection.execute(wanted).first() is not None for wanted in (line, place))


def _is_last(key: ColumnElement[str]) -> ColumnElement[bool]:
    # A range and not LIKE, so that the unique key's index is used.
    return and_(key >= LAST, key < LAST[:-1] + chr(ord(LAST[-1]) + 1))


def erase_put_back(tx: Tx, destroyed: list[bytes], parts: Iterable[Part]) -> int:
    """Erase again whom an old copy has brought back, by the names of destroyed keys; return how many persons."""
    back = tx.connection.scalars(select(persons.c.id).where(persons.c.key_id.in_(destroyed))).all()
    listed = tuple(parts)
    for person_id in back:
        erase(tx, person_id, listed)
    return len(back)
