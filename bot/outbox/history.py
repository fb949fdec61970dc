"""A conversation read back from the outbox, for a platform that keeps none of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from bot.outbox.bodies import opened
from bot.outbox.states import State
from bot.speech import Attachment, Op, Rows
from bot.speech.instants import plain
from bot.store import Seal, Tx
from bot.store.tables import outbox, words

LONGEST = 200
"""Lines that are read back."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation; `at` is in UTC seconds, `order` counts the lines from the first.

    `picture` is what to draw, `alt` what is on it in words.
    """

    id: str
    mine: bool
    text: str
    at: int
    rows: Rows = ()
    chosen: str = ""
    nudge: bool = False
    order: int = 0
    attachment: Attachment | None = None
    picture: Mapping[str, Any] | None = None
    alt: str = ""


def conversation(tx: Tx, address_id: int, seal: Seal) -> list[Line]:
    """Return the last lines of both sides, oldest first, edits applied and deleted ones left out."""
    lines = _said_by_pebble(tx, address_id, seal) + _said_by_person(tx, address_id, seal)
    lines.sort(key=lambda placed: placed[0])
    return [replace(line, order=order) for order, (_, line) in enumerate(lines)][-LONGEST:]


_Placed = tuple[tuple[int, int, int], Line]
"""A line and where it stands: its second, then the outbox row that it is or follows, then its own number."""


def _said_by_pebble(tx: Tx, address_id: int, seal: Seal) -> list[_Placed]:
    rows = tx.connection.execute(
        select(outbox)
        .where(outbox.c.address_id == address_id, outbox.c.state == State.SENT, outbox.c.body.is_not(None))
        .order_by(outbox.c.id.desc())
        .limit(2 * LONGEST)
    ).all()
    lines: dict[int, _Placed] = {}
    for row in reversed(rows):
        said = opened(row.body, row.sealed, row.op, seal)
        if row.op == Op.NEW:
            line = Line(
                id=f"o{row.id}",
                mine=False,
                text=plain(said.text),
                rows=said.rows,
                chosen=said.chosen,
                at=row.finished_at,
                nudge=said.nudge,
                attachment=said.attachment,
                picture=said.picture,
                alt=plain(said.alt),
            )
            lines[row.id] = ((row.finished_at, row.id, 0), line)
        elif row.op == Op.DELETE:
            lines.pop(row.edits, None)
        elif row.edits in lines:
            place, earlier = lines[row.edits]
            text = plain(said.text) or earlier.text
            lines[row.edits] = (place, replace(earlier, text=text, rows=said.rows, chosen=said.chosen))
    return list(lines.values())


def _said_by_person(tx: Tx, address_id: int, seal: Seal) -> list[_Placed]:
    rows = tx.connection.execute(
        select(words).where(words.c.address_id == address_id).order_by(words.c.id.desc()).limit(LONGEST)
    )
    return [
        (
            (row.at, row.after_outbox_id, row.id),
            Line(id=f"w{row.id}", mine=True, text=seal.open(bytes(row.sealed_text)), at=row.at),
        )
        for row in rows
    ]
