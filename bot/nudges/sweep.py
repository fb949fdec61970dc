"""Due work is a row, the loop is a sweep: claim what is due, make moments, set the next times, fill the outbox.

Set-based, one transaction for a few hundred rows: the unique slot of a moment absorbs a double firing, and a row of
`due` whose version is not the nudge's own is stale and dropped.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import delete, select, tuple_

from bot.catalogue import Catalogue
from bot.errors import SealBroken
from bot.nudges.catching_up import BATCH, rings_for
from bot.nudges.kept import newest_text
from bot.nudges.likings import Likings, likings_of
from bot.nudges.own import PREFIX, by_keys
from bot.nudges.prompts import OWN_WORDS, Occasion, still_wanted
from bot.nudges.rules import ON_TIME, Quiet, asks_again_at, least_seen, leaves_at, turn_of, wording
from bot.nudges.stencils import Look, Stencils, stencils_of, worded
from bot.nudges.wordings import Seen, seen_by_several
from bot.outbox.shelf import Recipient, Terms, put_all, row, row_of_body
from bot.outbox.states import DAY, Priority
from bot.people.queries import note_asked
from bot.people.rules import asks_how_to_go_on, is_paused, quiet_hours
from bot.schedules.rules import Times, from_dict
from bot.schedules.times import next_after, slot_at
from bot.store import Seal, Tx
from bot.store.bulk import among, insert_returning, insert_rows
from bot.store.tables import addresses, due, moments, nudges, persons
from bot.texts import Voice

_OF_NUDGE = tuple(
    nudges.c[name]
    for name in (
        "id",
        "version",
        "person_id",
        "address_id",
        "practice",
        "rule",
        "zone",
        "cue",
        "sealed_cue",
        "grace",
        "follow_up",
        "links",
    )
)
_OF_PERSON = tuple(
    persons.c[name]
    for name in (
        "language",
        "key_id",
        "paused_at",
        "paused_until",
        "quiet_start",
        "quiet_end",
        "heard_at",
        "asked_at",
        "feelings",
        "sound",
        "low_at",
    )
)

_JUST_NOW = 1 << 62
"""Later than the id of any moment: what this very batch shows."""

log = structlog.get_logger()


_NONE = Quiet()


@dataclass(frozen=True, slots=True)
class Swept:
    """What one batch did: rows taken from `due`, moments that were made, and the oldest row's lag in seconds."""

    taken: int
    rang: int
    lag: int


@dataclass(slots=True)
class _Ringing:
    nudge: Any  # a row of nudges with what is needed of its person and address
    due_at: int
    at: int
    """The time that rings (UTC seconds): when it was due, or, where that is late, the newest since then."""
    slot: str
    next_at: int | None
    leaves_at: int | None
    """When its message leaves (UTC seconds); None: the quiet hours swallow it."""
    turn: int
    """The number of the slot among all of its rule; then the wording that comes."""

    @property
    def deadline(self) -> int:
        return int(self.at + self.nudge.grace)


def sweep(tx: Tx, catalogue: Catalogue, quiet: Quiet = _NONE, most: int | None = None) -> Swept:
    """Take one batch of due rows through to the outbox, `most` of them (None: as many as are quickest)."""
    claimed = _claim(tx, most or BATCH)
    if not claimed:
        return Swept(0, 0, 0)
    stencils = stencils_of(catalogue)  # that of everybody: what a person wrote is worded for them alone
    live = _nudges_of(tx, claimed)
    _ring_again(tx, live)
    catalogue = catalogue.plus(by_keys(tx, (r.nudge.practice for r in live)))
    ringing = [r for r in live if not _silent(r, tx.now, quiet, catalogue)]
    asking = _ask_after_a_quiet_week(tx, ringing)
    ringing = [r for r in ringing if r.nudge.person_id not in asking]
    people = {r.nudge.person_id for r in ringing}
    liked, seen = likings_of(tx, people), seen_by_several(tx, people)
    _take_turns(ringing, catalogue, liked, seen)
    made = _make_moments(tx, ringing, catalogue)
    messages = [
        m for r in ringing if r.nudge.id in made for m in _messages(tx, r, made[r.nudge.id], catalogue, stencils)
    ]
    put_all(tx, messages)
    return Swept(len(claimed), len(made), max(0, tx.now - claimed[0].at))


def next_due(tx: Tx) -> int | None:
    """Return when the next row is due (UTC seconds), stale ones included, or None."""
    return tx.connection.scalar(select(due.c.at).order_by(due.c.at).limit(1))


def _claim(tx: Tx, most: int) -> Sequence[Any]:
    """Delete and return the oldest due rows; on PostgreSQL those that no other process holds."""
    oldest = select(due).where(due.c.at <= tx.now).order_by(due.c.at, due.c.nudge_id).limit(most)
    key = tuple_(due.c.at, due.c.nudge_id, due.c.version)
    if tx.many_writers:  # as a CTE it is run once, whatever the plan
        held = oldest.with_for_update(skip_locked=True).cte("oldest")
        taken = delete(due).where(key == tuple_(held.c.at, held.c.nudge_id, held.c.version))
    else:
        taken = delete(due).where(key.in_(oldest))
    return sorted(tx.connection.execute(taken.returning(due)).all())


def _nudges_of(tx: Tx, claimed: Sequence[Any]) -> list[_Ringing]:
    """Return the claimed rows that are not stale, with all that a message needs."""
    due_at = {(r.nudge_id, r.version): r.at for r in claimed}
    wanted = (
        select(
            *_OF_NUDGE,
            *_OF_PERSON,
            nudges.c.paused_at.label("resting_at"),
            addresses.c.paused_at.label("unreachable_at"),
        )
        .join(persons, persons.c.id == nudges.c.person_id)
        .join(addresses, addresses.c.id == nudges.c.address_id)
        .where(among(tx, nudges.c.id, {r.nudge_id for r in claimed}), nudges.c.removed_at.is_(None))
        .order_by(nudges.c.id)
    )
    if tx.many_writers:  # whoever is being erased beside this is waited for, and not found then
        wanted = wanted.with_for_update(read=True, key_share=True, of=persons)
    found = tx.connection.execute(wanted)
    live = []
    for nudge in found:
        was_due = due_at.get((nudge.id, nudge.version))
        if was_due is None:
            continue
        at = rings_for(nudge, was_due, tx.now)
        try:
            # Where all of it is too late, the next time is the first to come.
            after = tx.now if at < tx.now - max(ON_TIME, nudge.grace) else at
            slot, next_at, fixed, turn = _times(nudge.rule, nudge.zone, at, after)
            hours = quiet_hours(nudge.quiet_start, nudge.quiet_end)
            leaving = leaves_at(at, tx.now, nudge.grace, nudge.zone, hours, fixed=fixed, following=next_at)
        except (ValueError, LookupError):
            # A kind of rule or a zone that this version does not know: it must not hold up all the others.
            _put_off(tx, nudge, was_due)
        else:
            live.append(_Ringing(nudge, was_due, at, slot, next_at, leaving, turn + nudge.id))
    return live


def _put_off(tx: Tx, nudge: Any, at: int) -> None:
    """Look again in a day: a newer Pebble, or newer tz data, may be able to read it then."""
    log.error("nudge_unreadable", nudge=nudge.id)
    later = {"at": max(at, tx.now) + DAY, "nudge_id": nudge.id, "version": nudge.version}
    tx.connection.execute(tx.insert(due).values(**later).on_conflict_do_nothing())


@lru_cache(maxsize=8192)
def _times(rule: str, zone: str, at: int, after: int) -> tuple[str, int | None, bool, int]:
    """Return the slot of the occurrence at `at` and the time of the first one later than `after` (UTC seconds).

    The time is None when the rule has ended; the last two say whether its times are fixed ones, and the slot's number.
    """
    read = from_dict(json.loads(rule))
    this, coming = next_after(read, zone, at - 1), next_after(read, zone, after)
    # A newer tz database may have moved the slot since `at` was worked out; a later slot must not be used up.
    slot = this.slot if this and this.at == at else slot_at(zone, at)
    return slot, coming.at if coming else None, isinstance(read.minutes, Times), turn_of(read, slot)


def _ring_again(tx: Tx, live: list[_Ringing]) -> None:
    rows = [(r.next_at, r.nudge.id, r.nudge.version) for r in live if r.next_at is not None]
    insert_rows(tx, due, ("at", "nudge_id", "version"), rows, absorb="at, nudge_id, version")


def _silent(ringing: _Ringing, now: int, quiet: Quiet, catalogue: Catalogue) -> bool:
    """Return whether this one is let go without a word."""
    nudge = ringing.nudge
    return (
        ringing.leaves_at is None
        or is_paused(nudge.paused_at, nudge.paused_until, now)
        or nudge.resting_at is not None
        or nudge.unreachable_at is not None
        or quiet.covers(nudge.id, ringing.due_at, ringing.at)
        or now > ringing.at + nudge.grace
        or nudge.practice not in catalogue
    )


def _take_turns(
    ringing: list[_Ringing], catalogue: Catalogue, liked: Likings, seen: dict[tuple[int, str], Seen]
) -> None:
    """Give each the wording that has its turn, in place of the number of its slot."""
    for one in ringing:
        pair = (one.nudge.person_id, one.nudge.practice)
        count, likings = len(catalogue[one.nudge.practice].prompts), liked.get(pair, {})
        if pair in seen:
            one.turn = least_seen(count, seen[pair], likings)
            seen[pair][one.turn] = _JUST_NOW
        else:
            one.turn = wording(one.turn, count, likings)


def _feelings(nudge: Any, catalogue: Catalogue) -> str:
    """Return when faces are asked for: as the practice has it, or never where the person does not want it."""
    return catalogue[nudge.practice].feelings if nudge.feelings else "none"


_OF_MOMENT = ("person_id", "nudge_id", "practice", "slot", "feelings", "wording", "links", "created_at")


def _make_moments(tx: Tx, ringing: list[_Ringing], catalogue: Catalogue) -> dict[int, int]:
    """Insert one moment for each and return moment ids by nudge; a slot that has rung before is left out."""
    rows = []
    for one in ringing:
        nudge = one.nudge
        feelings = _feelings(nudge, catalogue)
        rows.append((nudge.person_id, nudge.id, nudge.practice, one.slot, feelings, one.turn, nudge.links, tx.now))
    made = insert_returning(tx, moments, _OF_MOMENT, rows, absorb="nudge_id, slot", returning=("nudge_id", "id"))
    return dict(made)


def _ask_after_a_quiet_week(tx: Tx, ringing: list[_Ringing]) -> set[int]:
    """Ask those who have done nothing for a week how to go on, once and in place of what is due; return their ids."""
    asking: dict[int, _Ringing] = {}
    for one in ringing:
        if asks_how_to_go_on(one.nudge.heard_at, one.nudge.asked_at, tx.now):
            asking.setdefault(one.nudge.person_id, one)
    rows = []
    for person_id, one in asking.items():
        terms = Terms(
            key=f"asked:{person_id}:{one.nudge.heard_at}",
            priority=Priority.NUDGE,
            not_before=one.leaves_at,
            deadline=one.deadline,
        )
        rows.append(
            row(
                tx,
                Recipient(one.nudge.address_id, None),
                replace(still_wanted(Voice.of(one.nudge.language)), silent=True),
                terms,
            )
        )
    put_all(tx, rows)
    note_asked(tx, asking)
    return set(asking)


def _messages(
    tx: Tx, ringing: _Ringing, moment_id: int, catalogue: Catalogue, stencils: Stencils
) -> list[dict[str, Any]]:
    """Return the outbox rows that put the moment before the person, now and where it is wanted once more."""
    nudge = ringing.nudge
    gentle = nudge.low_at is not None and slot_at(nudge.zone, nudge.low_at)[:10] == slot_at(nudge.zone, tx.now)[:10]
    leaving = tx.now if ringing.leaves_at is None else ringing.leaves_at
    terms = Terms(
        key=f"nudge:{nudge.id}:{ringing.slot}:0",
        priority=Priority.NUDGE,
        not_before=leaving,
        deadline=ringing.deadline,
        moment_id=moment_id,
    )
    feelings = _feelings(nudge, catalogue)
    look = Look(nudge.language, nudge.practice, feelings, ringing.turn, nudge.cue, gentle, not nudge.sound)
    # Only a cue or a practice in the person's own words makes the message theirs; sealing each would halve the speed.
    keeps = catalogue[nudge.practice].keeps
    if nudge.sealed_cue or keeps in OWN_WORDS or nudge.practice.startswith(PREFIX):
        rows = [_own_message(tx, nudge, look, terms, catalogue)]
    else:
        rows = [row_of_body(tx, nudge.address_id, stencils.body(look, moment_id), terms)]
    if nudge.follow_up and not gentle:  # on a hard day never more prompts
        hours = quiet_hours(nudge.quiet_start, nudge.quiet_end)
        coming = asks_again_at(leaving, ringing.deadline, nudge.zone, hours)
        if coming is not None:
            again = replace(terms, key=f"nudge:{nudge.id}:{ringing.slot}:1", not_before=coming)
            once_more = worded(
                Voice.of(look.language), _occasion(look, moment_id, catalogue), again=True, silent=look.silent
            )
            rows.append(row(tx, Recipient(nudge.address_id, None), once_more, again))
    return rows


def _own_message(tx: Tx, nudge: Any, look: Look, terms: Terms, catalogue: Catalogue) -> dict[str, Any]:
    """Return the outbox row of a message in which words of the person's own stand, sealed."""
    seal, cue = _own_words(tx, nudge)
    keeps = catalogue[nudge.practice].keeps
    line = _kept_line(tx, nudge, seal, keeps) if keeps in OWN_WORDS and seal else None
    assert terms.moment_id is not None
    occasion = _occasion(look, terms.moment_id, catalogue)
    occasion = replace(occasion, cue=cue or occasion.cue, own_words=line)
    message = worded(Voice.of(look.language), occasion, silent=look.silent)
    return row(tx, Recipient(nudge.address_id, seal), message, terms)


def _occasion(look: Look, moment_id: int, catalogue: Catalogue) -> Occasion:
    return Occasion(
        moment_id=moment_id,
        practice=catalogue[look.practice],
        feelings=look.feelings,
        turn=look.turn,
        cue=catalogue.cue_phrase(look.cue, Voice.of(look.language)),
        gentle=look.gentle,
    )


def _kept_line(tx: Tx, nudge: Any, seal: Seal, shelf: str) -> str | None:
    """Return the last line of what the person keeps on a shelf."""
    text = newest_text(tx, nudge.person_id, seal, shelf)
    return text.rpartition("\n")[2] if text else None


def _own_words(tx: Tx, nudge: Any) -> tuple[Seal | None, str | None]:
    """Return the person's seal and their own cue; neither when they cannot be opened: the nudge comes all the same."""
    try:
        seal = tx.keys.seal(nudge.key_id)
        return seal, seal.open(bytes(nudge.sealed_cue)) if nudge.sealed_cue else None
    except (InvalidToken, SealBroken):
        log.error("cue_unreadable", nudge=nudge.id)
        return None, None
