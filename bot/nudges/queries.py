"""Set, change, list and remove nudges. An edit of when raises the version, so that older rows of `due` are stale."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from bot.nudges import moments
from bot.nudges.rules import is_done, is_over, moved_to
from bot.people.queries import Person
from bot.schedules.rules import Rule, from_dict, to_dict
from bot.schedules.times import Occurrence, next_after
from bot.store import Seal, Tx
from bot.store.tables import due, nudges
from bot.texts import N_

MOST = 20
"""The most nudges of one person that have something to come."""
FULL = N_("Twenty tiny moments is a full day already. /nudges lets one of them go.")


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
    links: tuple[str, ...] = ()
    """The practices that follow in a saved chain."""
    created_at: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to be nudged to. `grace` is how many seconds late it may come."""

    practice: str
    rule: Rule
    zone: str
    grace: int
    cue: str | None = None
    cue_words: str | None = None
    links: tuple[str, ...] = ()


def create(tx: Tx, person: Person, wish: Wish) -> int:
    """Store a new nudge with its next time and return its id. Those that are done make room."""
    _let_done_go(tx, person)
    nudge_id = tx.add(
        nudges,
        person_id=person.id,
        address_id=person.home_id or person.address_id,
        practice=wish.practice,
        rule=json.dumps(to_dict(wish.rule)),
        zone=wish.zone,
        cue=wish.cue,
        sealed_cue=person.seal.close(wish.cue_words) if wish.cue_words else None,
        grace=wish.grace,
        links=",".join(wish.links) or None,
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
    _set(tx, nudge, practice=practice, grace=grace, links=None)


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
    """Move all of a person's nudges to a zone. A slot that has rung on its local date does not ring again.

    Their times keep to the clock; what rings once is never lost (`bot.nudges.rules.moved_to`).
    """
    for nudge in of_person(tx, person.id, person.seal):
        if nudge.zone != zone:
            change_rule(tx, nudge, moved_to(nudge.rule, nudge.zone, zone, tx.now), zone)


def remove(tx: Tx, nudge: Nudge) -> None:
    """Stop the nudge; its moments stay."""
    _change(tx, nudge, removed_at=tx.now)


def restore(tx: Tx, nudge: Nudge) -> None:
    """Bring a removed nudge back."""
    _change(tx, nudge, removed_at=None)
    _ring_next(tx, nudge.id, nudge.version + 1, next_after(nudge.rule, nudge.zone, tx.now))


def removed_at(tx: Tx, person: Person, practice: str, at: int) -> list[Nudge]:
    """Return the nudges to a practice that were removed in that very second (UTC seconds): together with it."""
    rows = tx.connection.execute(
        select(nudges)
        .where(nudges.c.person_id == person.id, nudges.c.practice == practice, nudges.c.removed_at == at)
        .order_by(nudges.c.id)
    )
    return [_nudge(row, person.seal) for row in rows]


def of_person(tx: Tx, person_id: int, seal: Seal) -> list[Nudge]:
    """Return the person's nudges in the order in which they were set, without those that are done.

    A nudge is done from the day after its last time on, unless that moment is still to come before the person.
    """
    found = _set_by(tx, person_id, seal)
    done = _done(tx, found)
    return [nudge for nudge in found if nudge.id not in done]


def _set_by(tx: Tx, person_id: int, seal: Seal) -> list[Nudge]:
    rows = tx.connection.execute(
        select(nudges).where(nudges.c.person_id == person_id, nudges.c.removed_at.is_(None)).order_by(nudges.c.id)
    )
    return [_nudge(row, seal) for row in rows]


def _done(tx: Tx, found: list[Nudge]) -> set[int]:
    done = {nudge.id for nudge in found if is_done(nudge.rule, nudge.zone, tx.now)}
    return done - _waiting(tx, found[0].person_id) if done else done


def _waiting(tx: Tx, person_id: int) -> set[int]:
    return {one.nudge_id for one in moments.waiting(tx, person_id) if one.nudge_id is not None}


def _let_done_go(tx: Tx, person: Person) -> None:
    """Remove what is done, so that the single dates of years do not pile up."""
    done = _done(tx, _set_by(tx, person.id, person.seal))
    if done:
        tx.connection.execute(update(nudges).where(nudges.c.id.in_(done)).values(removed_at=tx.now))


_ONE = select(nudges).where(nudges.c.id == bindparam("nudge_id"), nudges.c.person_id == bindparam("person_id"))


def find(tx: Tx, nudge_id: int, person: Person) -> Nudge | None:
    """Return the nudge if it is this person's, removed or not."""
    row = tx.connection.execute(_ONE, {"nudge_id": nudge_id, "person_id": person.id}).first()
    return _nudge(row, person.seal) if row else None


def count_of(tx: Tx, person: Person) -> int:
    """Return how many of the person's nudges have something to come: those whose last time has been do not count."""
    found = of_person(tx, person.id, person.seal)
    over = {nudge.id for nudge in found if is_over(nudge.rule, nudge.zone, tx.now)}
    return len(found) - len(over - _waiting(tx, person.id) if over else over)


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
        links=tuple(row.links.split(",")) if row.links else (),
        created_at=row.created_at,
    )
