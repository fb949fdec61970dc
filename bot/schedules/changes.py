"""When the clocks of a zone are moved, out of the tz database. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_STEP = 5 * 86400
"""Seconds between two looks at a zone: since 1970 no two changes of one zone were closer than six days."""


@dataclass(frozen=True, slots=True)
class Change:
    """At `at` (UTC seconds) the clocks go from `before` to `after`, in seconds ahead of UTC."""

    at: int
    before: int
    after: int


def changes(zone: str, start: int, end: int) -> Iterator[Change]:
    """Yield the changes in `zone` later than `start`, up to and including `end` (UTC seconds), in order."""
    tz = ZoneInfo(zone)
    before = offset_at(tz, start)
    for at in range(start, end, _STEP):
        later = min(at + _STEP, end)
        after = offset_at(tz, later)
        if after != before:
            yield Change(_moment(tz, at, later), before, after)
            before = after


def offset_at(tz: ZoneInfo, at: int) -> int:
    """Return how many seconds ahead of UTC the clocks are at `at` (UTC seconds)."""
    offset = datetime.fromtimestamp(at, tz).utcoffset()
    return round((offset or timedelta()).total_seconds())


def _moment(tz: ZoneInfo, before: int, after: int) -> int:
    """Return the second of the one change between two UTC seconds, found by halving."""
    old = offset_at(tz, before)
    while after - before > 1:
        middle = (before + after) // 2
        if offset_at(tz, middle) == old:
            before = middle
        else:
            after = middle
    return after
