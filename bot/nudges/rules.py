"""Which of the moments that are due may still ring. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

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
