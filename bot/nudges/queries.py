"""Set, change, list and remove nudges. Every edit raises the version, so that older rows of `due` are stale."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from bot.people.queries import Person
from bot.schedules.rules import Occurrence, Rule, from_dict, next_after, to_dict
from bot.store import Seal, Tx
from bot.store.tables import due, nudges


@dataclass(frozen=True, slots=True)
class Nudge:
    """A person's schedule for a practice. `cue` is a key of the catalogue, `cue_words` the person's own."""

    id: int
    person_id: int
    practice: str
    rule: Rule
    zone: str
    cue: str | None
    cue_words: str | None
    version: int
    removed: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to be nudged to. `grace` is how many seconds late it may come."""

    practice: str
    rule: Rule
    zone: str
    grace: int
    cue: str | None = None
    cue_words: str | None = None


def create(tx: Tx, person: Person, wish: Wish) -> int:
    """Store a new nudge with its next time and return its id."""
    nudge_id = tx.add(
        nudges,
        person_id=person.id,
        address_id=person.address_id,
        practice=wish.practice,
        rule=json.dumps(to_dict(wish.rule)),
        zone=wish.zone,
        cue=wish.cue,
        sealed_cue=person.seal.close(wish.cue_words) if wish.cue_words else None,
        grace=wish.grace,
        version=1,
        created_at=tx.now,
    )
    _ring_next(tx, nudge_id, 1, next_after(wish.rule, wish.zone, tx.now))
    return nudge_id


def change_rule(tx: Tx, nudge: Nudge, rule: Rule, zone: str) -> None:
    """Give the nudge another time; what was due for the old one is dropped at the claim."""
    _change(tx, nudge, rule=json.dumps(to_dict(rule)), zone=zone)
    _ring_next(tx, nudge.id, nudge.version + 1, next_after(rule, zone, tx.now))


def change_zone(tx: Tx, person: Person, zone: str) -> None:
    """Move all of a person's nudges to a zone. A slot that has rung on its local date does not ring again."""
    for nudge in of_person(tx, person.id, person.seal):
        if nudge.zone != zone:
            change_rule(tx, nudge, nudge.rule, zone)


def remove(tx: Tx, nudge: Nudge) -> None:
    """Stop the nudge; its moments stay."""
    _change(tx, nudge, removed_at=tx.now)


def restore(tx: Tx, nudge: Nudge) -> None:
    """Bring a removed nudge back."""
    _change(tx, nudge, removed_at=None)
    _ring_next(tx, nudge.id, nudge.version + 1, next_after(nudge.rule, nudge.zone, tx.now))


def of_person(tx: Tx, person_id: int, seal: Seal) -> list[Nudge]:
    """Return the person's nudges in the order in which they were set."""
    rows = tx.connection.execute(
        select(nudges).where(nudges.c.person_id == person_id, nudges.c.removed_at.is_(None)).order_by(nudges.c.id)
    )
    return [_nudge(row, seal) for row in rows]


def find(tx: Tx, nudge_id: int, person: Person) -> Nudge | None:
    """Return the nudge if it is this person's, removed or not."""
    row = tx.connection.execute(select(nudges).where(nudges.c.id == nudge_id, nudges.c.person_id == person.id)).first()
    return _nudge(row, person.seal) if row else None


def _change(tx: Tx, nudge: Nudge, **values: Any) -> None:
    tx.connection.execute(update(nudges).where(nudges.c.id == nudge.id).values(version=nudge.version + 1, **values))


def _ring_next(tx: Tx, nudge_id: int, version: int, occurrence: Occurrence) -> None:
    tx.connection.execute(insert(due).values(at=occurrence.at, nudge_id=nudge_id, version=version))


def _nudge(row: Any, seal: Seal) -> Nudge:
    return Nudge(
        id=row.id,
        person_id=row.person_id,
        practice=row.practice,
        rule=from_dict(json.loads(row.rule)),
        zone=row.zone,
        cue=row.cue,
        cue_words=seal.open(bytes(row.sealed_cue)) if row.sealed_cue else None,
        version=row.version,
        removed=row.removed_at is not None,
    )
