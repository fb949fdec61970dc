"""What a person keeps for later, by shelf: a calming thing, a proof of calm, safe moments, words for the mirror."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, delete, insert, select, update

from bot.people.queries import Person
from bot.speech import File, pack, unpack
from bot.store import Seal, Tx
from bot.store.tables import kept

SINGLE = frozenset(("item", "mirror", "helper", "identity", "goal"))
"""Shelves that hold one thing: a new one takes the place of the old."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept thing; `at` is when (UTC seconds)."""

    id: int
    shelf: str
    text: str
    file: File | None
    moment_id: int | None
    at: int


def keep(tx: Tx, person: Person, shelf: str, text: str, file: File | None = None, moment_id: int | None = None) -> None:
    """Put something on a shelf."""
    if shelf in SINGLE:
        tx.connection.execute(delete(kept).where(kept.c.person_id == person.id, kept.c.shelf == shelf))
    body = {"text": text, "file": pack(file)}
    tx.connection.execute(
        insert(kept).values(
            person_id=person.id, shelf=shelf, sealed_body=person.seal.close_json(body), moment_id=moment_id, at=tx.now
        )
    )


_ON_SHELF = (
    select(kept)
    .where(kept.c.person_id == bindparam("person_id"), kept.c.shelf == bindparam("shelf"))
    .order_by(kept.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)


def on_shelf(tx: Tx, person: Person, shelf: str, most: int = 50) -> list[Kept]:
    """Return what is on a shelf, newest first."""
    rows = tx.connection.execute(_ON_SHELF, {"person_id": person.id, "shelf": shelf, "most": most})
    return [_kept(row, person) for row in rows]


def newest_text(tx: Tx, person_id: int, seal: Seal, shelf: str) -> str | None:
    """Return the newest text on a shelf."""
    body = tx.connection.scalar(
        select(kept.c.sealed_body)
        .where(kept.c.person_id == person_id, kept.c.shelf == shelf)
        .order_by(kept.c.id.desc())
        .limit(1)
    )
    return (seal.open_json(bytes(body))["text"] or None) if body else None


def find(tx: Tx, kept_id: int, person: Person) -> Kept | None:
    """Return the kept thing if it is this person's."""
    row = tx.connection.execute(select(kept).where(kept.c.id == kept_id, kept.c.person_id == person.id)).first()
    return _kept(row, person) if row else None


def let_go(tx: Tx, thing: Kept) -> None:
    """Take something off its shelf, for good."""
    tx.connection.execute(delete(kept).where(kept.c.id == thing.id))


def change_of_moment(tx: Tx, person: Person, moment_id: int, text: str) -> None:
    """Let what was kept from a moment say what the moment says now; a file stays."""
    rows = tx.connection.execute(select(kept).where(kept.c.person_id == person.id, kept.c.moment_id == moment_id)).all()
    for row in rows:
        body = {"text": text, "file": pack(_kept(row, person).file)}
        tx.connection.execute(update(kept).where(kept.c.id == row.id).values(sealed_body=person.seal.close_json(body)))


def let_go_of_moment(tx: Tx, person: Person, moment_id: int) -> None:
    """Take off what was kept from a moment that is deleted."""
    tx.connection.execute(delete(kept).where(kept.c.person_id == person.id, kept.c.moment_id == moment_id))


def _kept(row: Any, person: Person) -> Kept:
    body = person.seal.open_json(bytes(row.sealed_body))
    return Kept(row.id, row.shelf, body["text"], unpack(body["file"]), row.moment_id, row.at)
