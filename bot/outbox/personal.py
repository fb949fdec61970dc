"""What this room has of a person: what Pebble said or is about to say to them, and what they wrote on the chat page."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import String, cast, delete, literal, select, update

from bot.outbox.bodies import opened
from bot.outbox.states import State
from bot.speech import Outgoing
from bot.store import Seal, Tx
from bot.store.owner import Owner, Part, Reader, Sections
from bot.store.tables import appearances, outbox, words

LAST = "farewell:"
"""How the keys of all rows begin that may still be there after a person is gone; they go when they have left."""
BLANK = b'{"text":"\xe2\x80\xa6"}'
"""What a message says of which nothing is to be known any more."""


def _give(tx: Tx, owner: Owner, reader: Reader) -> Sections:
    said = tx.connection.execute(select(outbox).where(outbox.c.address_id.in_(owner.address_ids)).order_by(outbox.c.id))
    wrote = tx.connection.execute(select(words).where(words.c.address_id.in_(owner.address_ids)).order_by(words.c.id))
    return {
        "messages": list(_messages(said, reader)),
        "words": [reader.plain(words, row, leave=PART.leaves(words)) for row in wrote],
    }


def _messages(rows: Iterable[Any], reader: Reader) -> Iterator[Sections]:
    """Yield all messages but those that bring the files of this very wish: an export does not tell of itself.

    Not even of what has left: its files name what stands in them by the places of rows, and may be made of several
    looks.
    """
    for row in rows:
        said = opened(row.body, row.sealed, row.op, reader.seal) if row.body is not None else None
        file = said.attachment if said else None
        if file is None or file.what is None or file.what.get("of") != reader.wish:
            yield {**reader.plain(outbox, row, leave=PART.leaves(outbox)), "body": _body(said, reader.seal)}


def _body(found: Outgoing | None, seal: Seal) -> Sections | None:
    """Return what a message says, its buttons by their labels: what they carry are numbers of rows.

    Of a file that came with it only name and type, else each export held the others.
    """
    if found is None:
        return None
    seal.met |= found.owners  # what is given is said to them once more
    said = found.to_dict()
    said.pop("via", None)
    if "makes" in said:
        said |= {"attachment": said.pop("makes")}
    for name in ("rows", "form", "attachment"):
        if name in said:
            said[name] = _SHORTENED[name](said[name])
    return said


_SHORTENED: Mapping[str, Callable[[Any], Any]] = {
    "rows": lambda rows: [[label for label, *_ in row] for row in rows],
    "form": lambda form: form[0],
    "attachment": lambda file: file[:2],
}


def _erase(tx: Tx, owner: Owner) -> None:
    """Delete all of it, sent or not. What is on its way right now keeps its place in the order, and nothing else."""
    here = outbox.c.address_id.in_(owner.address_ids)
    tx.connection.execute(delete(words).where(words.c.address_id.in_(owner.address_ids)))
    # First those that wait: on PostgreSQL one of them may be claimed meanwhile, and is found by the second statement.
    tx.connection.execute(delete(outbox).where(here, outbox.c.state != State.SENDING))
    nothing = {
        "key": literal(f"{LAST}sending:") + cast(outbox.c.id, String),
        "moment_id": None,
        "edits": None,
        "body": BLANK,
        "sealed": False,
        "deadline": tx.now - 1,  # should it fail, it is not tried again
        "problem": None,
    }
    tx.connection.execute(update(outbox).where(here).values(**nothing))


_DELIVERY = "how its delivery went, for the pump"
PART = Part(
    tables=(outbox, words, appearances),
    give=_give,
    erase=_erase,
    left_out={
        "appearances": "in which message a sentence of somebody stands, by the numbers of other rows",
        "outbox.key": "absorbs a double firing; made of the numbers of other rows",
        "outbox.message": "the platform's number of it, in a count over all chats",
        "words.after_outbox_id": "where it stands in the conversation, in a count over all chats; its time says so too",
        "outbox.sealed": "whether the body is sealed; here it is open",
        "outbox.heavy": _DELIVERY,
        "outbox.bundle": _DELIVERY,
        "outbox.leased_until_real": _DELIVERY,
        "outbox.claims": _DELIVERY,
        "outbox.doubts": _DELIVERY,
        "outbox.crashes": _DELIVERY,
    },
)
