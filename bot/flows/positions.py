"""Where each conversation stands, as a row: it survives whatever happens to the process."""

import dataclasses
from typing import Any

from sqlalchemy import delete, select, update

from bot.flows.engine import Position
from bot.people.queries import Person
from bot.store import Tx
from bot.store.owner import Owner, Part, Reader, Sections
from bot.store.tables import positions


def load(tx: Tx, person: Person) -> Position | None:
    """Return the person's position, or None when no conversation is under way."""
    row = tx.connection.execute(select(positions).where(positions.c.person_id == person.id)).first()
    if row is None:
        return None
    data = person.seal.open_json(bytes(row.sealed_data))
    return Position(row.id, row.flow, row.version, row.step, data, row.moved_at)


def save(tx: Tx, person: Person, position: Position) -> Position:
    """Store the position; a new one replaces whatever was under way and gets an id of its own.

    Its data holds words of the person alone: what others said is looked up again (`Scene.names`).
    """
    values = {
        "flow": position.flow,
        "version": position.version,
        "step": position.step,
        "sealed_data": person.seal.close_json(dict(position.data)),
        "moved_at": position.moved_at,
    }
    if position.id:
        tx.connection.execute(update(positions).where(positions.c.id == position.id).values(**values))
        return position
    leave(tx, person)
    return dataclasses.replace(position, id=tx.add(positions, person_id=person.id, **values))


def leave(tx: Tx, person: Person) -> bool:
    """Forget the person's position; return whether there was one."""
    result = tx.connection.execute(delete(positions).where(positions.c.person_id == person.id))
    return bool(result.rowcount)


def _give(tx: Tx, owner: Owner, reader: Reader) -> Sections:
    row = tx.connection.execute(select(positions).where(positions.c.person_id == owner.person_id)).first()
    found = reader.plain(positions, row, json=("sealed_data",), leave=PART.leaves(positions)) if row else None
    if found is not None:
        found["data"] = _said(found["data"])
    return {"position": found}


def _said(data: Any) -> Any:
    """Return what a conversation has gathered without its numbers: they name rows, and count turns."""
    if isinstance(data, dict):
        return {key: _said(value) for key, value in data.items() if not _is_number(value)}
    return [_said(one) for one in data if not _is_number(one)] if isinstance(data, list) else data


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _erase(tx: Tx, owner: Owner) -> None:
    tx.connection.execute(delete(positions).where(positions.c.person_id == owner.person_id))


PART = Part(
    tables=(positions,),
    give=_give,
    erase=_erase,
    left_out={"positions.person_id": "the person that all of it is about"},
)
