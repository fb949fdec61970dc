"""What a due time comes to: its slot, when its message leaves, when the next one is. Pure.

Remembered for a while: at nine in the evening thousands of people have the same rule in the same zone.
"""

import json
from functools import lru_cache
from typing import NamedTuple

from bot.nudges.rules import ON_TIME, asks_again_at, leaves_at, turn_of
from bot.people.rules import quiet_hours
from bot.schedules.rules import Rule, Times, from_dict
from bot.schedules.times import newest_between, next_after, slot_at

_KEPT = 8192


class Ring(NamedTuple):
    """One time at which a nudge rings (all times in UTC seconds)."""

    at: int
    """When it was due, or, where that is late, the newest time since then."""
    slot: str
    next_at: int | None
    """When the nudge is due again; None: its rule has ended."""
    leaves_at: int | None
    """When its message leaves; None: it is too late for it, or the quiet hours swallow it."""
    deadline: int
    turn: int
    """The number of the slot among all of its rule."""


class Timing(NamedTuple):
    """What a nudge says about its times: the rule as JSON, the zone, how many seconds late one may come, and the
    person's quiet hours (local minutes of the day).
    """

    rule: str
    zone: str
    grace: int
    quiet_start: int | None
    quiet_end: int | None


@lru_cache(maxsize=_KEPT)
def ring_of(timing: Timing, due_at: int, now: int) -> Ring:
    """Return what rings at `now` of a nudge that was due at `due_at` (UTC seconds).

    Raises ValueError or LookupError for a kind of rule, or a zone, that this version does not know.
    """
    rule, zone, grace = _read(timing.rule), timing.zone, timing.grace
    at = rings_for(timing.rule, zone, grace, due_at, now)
    # Where all of it is too late, the next time is the first to come.
    after = now if at < now - max(ON_TIME, grace) else at
    this, coming = next_after(rule, zone, at - 1), next_after(rule, zone, after)
    # A newer tz database may have moved the slot since `at` was worked out; a later slot must not be used up.
    slot = this.slot if this and this.at == at else slot_at(zone, at)
    next_at = coming.at if coming else None
    leaving = None
    if now <= at + grace:
        fixed, quiet = isinstance(rule.minutes, Times), quiet_hours(timing.quiet_start, timing.quiet_end)
        leaving = leaves_at(at, now, grace, zone, quiet, fixed=fixed, following=next_at)
    return Ring(at, slot, next_at, leaving, at + grace, turn_of(rule, slot))


@lru_cache(maxsize=_KEPT)
def rings_for(rule: str, zone: str, grace: int, due_at: int, now: int) -> int:
    """Return which time of a nudge rings at `now`: the one that was due, or, where it is late, the newest since then.

    Where none since then is within its grace, or where its rule cannot be read, the one that was due (UTC seconds).
    """
    if due_at >= now - ON_TIME:
        return due_at
    try:
        newest = newest_between(_read(rule), zone, max(due_at, now - max(ON_TIME, grace)), now)
    except (ValueError, LookupError):
        return due_at
    return newest.at if newest else due_at


@lru_cache(maxsize=_KEPT)
def once_more_at(timing: Timing, leaving: int, deadline: int) -> int | None:
    """Return when a moment whose message leaves at `leaving` is asked once more (UTC seconds), or None for never."""
    return asks_again_at(leaving, deadline, timing.zone, quiet_hours(timing.quiet_start, timing.quiet_end))


@lru_cache(maxsize=_KEPT)
def _read(rule: str) -> Rule:
    return from_dict(json.loads(rule))
