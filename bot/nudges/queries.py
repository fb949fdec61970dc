"""Set, change, list and remove nudges. An edit of when raises the version, so that older rows of `due` are stale."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from bot.people.queries import Person
from bot.schedules.rules import Rule, from_dict, to_dict
from bot.schedules.times import Occurrence, next_after
from bot.store import Seal, Tx
from bot.store.tables import due, nudges

MOST = 20
"""The most nudges of one person."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """A person's schedule for a practice. `cue` is a key of the catalogue, `cue_words` the person's own.

    One that is paused (`paused_at`, UTC seconds) goes through its times without a word; `follow_up` asks once more.
    """

    id: int
    person_id: int
    practice: str
    rule: Rule
    zone: str
    cue: str | None
    cue_words: str | None
    version: int
    removed: bool
    paused_at: int | None = None
    follow_up: bool = False


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


def change_cue(tx: Tx, nudge: Nudge, person: Person, cue: str | None, cue_words: str | None) -> None:
    """Let the nudge ride on another routine: a key of the catalogue, or the person's own words."""
    _set(tx, nudge, cue=cue, sealed_cue=person.seal.close(cue_words) if cue_words else None)


def change_practice(tx: Tx, nudge: Nudge, practice: str, grace: int) -> None:
    """Let the nudge bring another practice, at most `grace` seconds late."""
    _set(tx, nudge, practice=practice, grace=grace)


def pause_nudge(tx: Tx, nudge: Nudge) -> None:
    """Let the nudge go through its times without a word until `resume_nudge`."""
    _set(tx, nudge, paused_at=tx.now)


def resume_nudge(tx: Tx, nudge: Nudge) -> None:
    """Let the nudge ring at its next time; what would have come meanwhile does not."""
    _set(tx, nudge, paused_at=None)


def set_follow_up(tx: Tx, nudge: Nudge, wanted: bool) -> None:
    """Ask once more after half an hour without an answer, or never."""
    _set(tx, nudge, follow_up=wanted)


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


def count_of(tx: Tx, person: Person) -> int:
    """Return how many nudges the person has."""
    found = select(func.count()).where(nudges.c.person_id == person.id, nudges.c.removed_at.is_(None))
    return int(tx.connection.execute(found).scalar_one())


def _set(tx: Tx, nudge: Nudge, **values: Any) -> None:
    """Change what does not touch when the nudge rings: what is due for it stays due."""
    tx.connection.execute(update(nudges).where(nudges.c.id == nudge.id).values(**values))


def _change(tx: Tx, nudge: Nudge, **values: Any) -> None:
    tx.connection.execute(update(nudges).where(nudges.c.id == nudge.id).values(version=nudge.version + 1, **values))


def _ring_next(tx: Tx, nudge_id: int, version: int, occurrence: Occurrence | None) -> None:
    """Let the nudge ring then; one whose rule has ended waits for nothing."""
    if occurrence:
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
        paused_at=row.paused_at,
        follow_up=row.follow_up,
    )
