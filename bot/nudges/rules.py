"""Which of the moments that are due may still ring. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.schedules.quiet import QuietHours, outside_quiet

ON_TIME = 60
"""Seconds after its time within which a moment is simply on time; later ones are catching up."""


@dataclass(frozen=True, slots=True)
class Late:
    """A due row that is late: when it was due (UTC seconds), and how many seconds of lateness it bears."""

    at: int
    nudge_id: int
    person_id: int
    grace: int


Quiet = frozenset[tuple[int, int]]
"""Those that keep quiet: the nudge, and when it was due (UTC seconds)."""


def keep_quiet(late: Iterable[Late], now: int) -> Quiet:
    """Return the late moments that are let go without a word.

    After an outage a person gets at most one message to catch up: the newest of those that are not too late.
    """
    rows = list(late)
    newest: dict[int, Late] = {}
    for row in rows:
        best = newest.get(row.person_id)
        if now <= row.at + row.grace and (best is None or (best.at, best.nudge_id) < (row.at, row.nudge_id)):
            newest[row.person_id] = row
    return frozenset((row.nudge_id, row.at) for row in rows if newest.get(row.person_id) != row)


FOLLOW_UP = 30 * 60
"""Seconds after a moment was put before a person when it may be asked once more."""


def leaves_at(at: int, now: int, grace: int, zone: str, quiet: QuietHours | None, *, fixed: bool) -> int | None:
    """Return when a moment that is due at `at` leaves (UTC seconds), or None: it is let go without a word.

    One at a fixed time waits for the end of the quiet hours where that is within its grace (seconds). Others, by steps
    or by chance, are skipped there, so that nothing piles up at the end of the night.
    """
    if quiet is None:
        return now
    end = outside_quiet(at, zone, quiet)
    leaving = outside_quiet(max(end, now), zone, quiet)
    if not fixed and (end != at or leaving != now):
        return None
    return leaving if leaving <= at + grace else None


def asks_again_at(leaving: int, deadline: int, zone: str, quiet: QuietHours | None) -> int | None:
    """Return when a moment that leaves at `leaving` is asked once more (UTC seconds), or None for never."""
    coming = leaving + FOLLOW_UP
    return coming if coming <= deadline and outside_quiet(coming, zone, quiet) == coming else None
