"""Which practice fits a person right now. Pure."""

from collections.abc import Iterable, Mapping

from bot.catalogue import Practice
from bot.schedules.rules import DAY_MINUTES

NEAR = 90
"""Minutes around one of its natural times within which a practice fits."""

FEW = 3
"""Fewer than these leave too little to take turns: the next nearest join in then."""


def fitting(practices: Iterable[Practice], met: Mapping[str, int], minute: int, *, gentle: bool) -> Practice | None:
    """Return the practice met longest ago among those that suit this minute of the local day; None without any.

    `met` gives each practice that was met a number that grows with time. A `gentle` day asks for little, and one that
    helps with something particular is not guessed at, as long as there are others.
    """
    known = list(practices)
    known = [p for p in known if p.hard_day or not gentle] or known
    known = [p for p in known if p.rhythm != "on-demand"] or known
    nearest = sorted(known, key=lambda practice: _distance(practice, minute))
    near = [practice for practice in nearest if _distance(practice, minute) <= NEAR]
    return min(near if len(near) >= FEW else nearest[:FEW], key=lambda p: met.get(p.key, 0), default=None)


def _distance(practice: Practice, minute: int) -> int:
    """Return how many minutes away the nearest natural time of a practice is, around the clock."""
    ahead = [abs(natural - minute) for natural in practice.minutes]
    return min(min(minutes, DAY_MINUTES - minutes) for minutes in ahead)
