"""Due work is a row, the loop is a sweep: claim what is due, make moments, set the next times, fill the outbox.

Set-based, one transaction for a few hundred rows: the unique slot of a moment absorbs a double firing, and a row of
`due` whose version is not the nudge's own is stale and dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.catalogue import Catalogue
from bot.nudges.catching_up import BATCH
from bot.nudges.due import DueNudge, DueRow, claim, due_nudges, put_due
from bot.nudges.likings import Likings, likings_of
from bot.nudges.messages import Ringing, messages
from bot.nudges.own import by_keys
from bot.nudges.prompts import still_wanted
from bot.nudges.ringing import ring_of
from bot.nudges.rules import Quiet, least_seen, wording
from bot.nudges.stencils import stencils_of
from bot.nudges.wordings import Seen, seen_of
from bot.outbox.shelf import Recipient, Terms, put_all, row
from bot.outbox.states import DAY, Priority
from bot.people.queries import note_asked
from bot.people.rules import asks_how_to_go_on, is_paused, was_asked_how_to_go_on
from bot.store import Tx
from bot.store.bulk import insert_returning
from bot.store.tables import moments
from bot.texts import Voice

_JUST_NOW = 1 << 62
"""Later than the id of any moment: what this very batch shows."""
_NONE = Quiet()

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Swept:
    """What one batch did: rows taken from `due`, moments that were made, and the oldest row's lag in seconds."""

    taken: int
    rang: int
    lag: int


def sweep(tx: Tx, catalogue: Catalogue, quiet: Quiet = _NONE, most: int | None = None) -> Swept:
    """Take one batch of due rows through to the outbox, `most` of them (None: as many as are quickest)."""
    claimed = claim(tx, most or BATCH)
    if not claimed:
        return Swept(0, 0, 0)
    stencils = stencils_of(catalogue)  # that of everybody: what a person wrote is worded for them alone
    live = _live(tx, claimed)
    put_due(tx, [DueRow(r.ring.next_at, r.nudge.id, r.nudge.version) for r in live if r.ring.next_at is not None])
    catalogue = catalogue.plus(by_keys(tx, {r.nudge.practice for r in live}))
    ringing = [r for r in live if not _silent(r, tx.now, quiet, catalogue)]
    asking = _ask_after_a_quiet_week(tx, ringing)
    if asking:
        ringing = [r for r in ringing if r.nudge.person_id not in asking]
    liked = likings_of(tx, {r.nudge.person_id for r in ringing if r.nudge.likes})
    seen = seen_of(tx, {(r.nudge.person_id, r.nudge.practice) for r in ringing if r.nudge.shares})
    _choose(ringing, catalogue, liked, seen)
    made = _make_moments(tx, ringing)
    put_all(
        tx,
        [
            message
            for one in ringing
            if (moment := made.get(one.nudge.id)) is not None
            for message in messages(tx, one, moment, catalogue, stencils)
        ],
        {one.nudge.address_id: one.nudge.platform for one in ringing},
    )
    return Swept(len(claimed), len(made), max(0, tx.now - claimed[0].at))


def _live(tx: Tx, claimed: Sequence[DueRow]) -> list[Ringing]:
    """Return the claimed rows that are not stale, with all that a message needs."""
    due_at = {(nudge_id, version): at for at, nudge_id, version in claimed}
    live = []
    for nudge in due_nudges(tx, {one.nudge_id for one in claimed}):
        at = due_at.get((nudge.id, nudge.version))
        if at is None:
            continue
        try:
            live.append(Ringing(nudge, at, ring_of(nudge.timing, at, tx.now)))
        except (ValueError, LookupError):
            # A kind of rule or a zone that this version does not know: it must not hold up all the others.
            _put_off(tx, nudge, at)
    return live


def _put_off(tx: Tx, nudge: DueNudge, at: int) -> None:
    """Look again in a day: a newer Pebble, or newer tz data, may be able to read it then."""
    log.error("nudge_unreadable", nudge=nudge.id)
    put_due(tx, [DueRow(max(at, tx.now) + DAY, nudge.id, nudge.version)])


def _silent(one: Ringing, now: int, quiet: Quiet, catalogue: Catalogue) -> bool:
    """Return whether this one is let go without a word."""
    nudge = one.nudge
    return (
        one.ring.leaves_at is None
        or is_paused(nudge.paused_at, nudge.paused_until, now)
        or nudge.resting_at is not None
        or nudge.unreachable_at is not None
        or quiet.covers(nudge.id, one.due_at, one.ring.at)
        or nudge.practice not in catalogue
        # The question stands in place of all that was due by then, in whichever batch it is.
        or was_asked_how_to_go_on(nudge.heard_at, nudge.asked_at, one.ring.at)
    )


def _choose(ringing: list[Ringing], catalogue: Catalogue, liked: Likings, seen: dict[tuple[int, str], Seen]) -> None:
    """Give each the wording that has its turn, and say when faces are asked for: never where they are not wanted."""
    for one in ringing:
        nudge, practice = one.nudge, catalogue[one.nudge.practice]
        one.feelings = practice.feelings if nudge.feelings else "none"
        pair, count = (nudge.person_id, nudge.practice), len(practice.prompts)
        likings = liked.get(pair, {})
        if pair in seen:
            one.wording = least_seen(count, seen[pair], likings)
            seen[pair][one.wording] = _JUST_NOW
        else:
            # Nudges of the same rule begin at different wordings.
            one.wording = wording(one.ring.turn + nudge.id, count, likings)


_OF_MOMENT = ("person_id", "nudge_id", "practice", "slot", "feelings", "wording", "links", "created_at")


def _make_moments(tx: Tx, ringing: list[Ringing]) -> dict[int, int]:
    """Insert one moment for each and return moment ids by nudge; a slot that has rung before is left out."""
    rows = [
        (r.nudge.person_id, r.nudge.id, r.nudge.practice, r.ring.slot, r.feelings, r.wording, r.nudge.links, tx.now)
        for r in ringing
    ]
    made = insert_returning(tx, moments, _OF_MOMENT, rows, absorb="nudge_id, slot", returning=("nudge_id", "id"))
    return dict(made)


def _ask_after_a_quiet_week(tx: Tx, ringing: list[Ringing]) -> set[int]:
    """Ask those who have done nothing for a week how to go on, once and in place of what is due; return their ids."""
    asking: dict[int, Ringing] = {}
    for one in ringing:
        if asks_how_to_go_on(one.nudge.heard_at, one.nudge.asked_at, tx.now):
            asking.setdefault(one.nudge.person_id, one)
    rows = []
    for person_id, one in sorted(asking.items()):  # batches at once do not wait for each other crosswise
        terms = Terms(
            key=f"asked:{person_id}:{one.nudge.heard_at}",
            priority=Priority.NUDGE,
            not_before=one.ring.leaves_at,
            deadline=one.ring.deadline,
        )
        asked = replace(still_wanted(Voice.of(one.nudge.language)), silent=True)
        rows.append(row(tx, Recipient(one.nudge.address_id, None), asked, terms))
    put_all(tx, rows, {one.nudge.address_id: one.nudge.platform for one in asking.values()})
    note_asked(tx, asking)
    return set(asking)
