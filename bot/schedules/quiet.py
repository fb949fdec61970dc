"""A person's own day: quiet hours, what morning and evening mean, and until when a moment is put off. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.schedules.changes import changes
from bot.schedules.rules import DAY_MINUTES
from bot.schedules.zones import instant, local

_DAY = 86400


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Nothing comes from `start` until just before `end`: local minutes of the day (0-1439), also across midnight.

    Raises ValueError for other minutes, and where start and end are the same: that could mean never or always.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        _check("quiet hours", self.start, self.end)
        if self.start == self.end:
            raise ValueError("quiet hours must end at another time than they start")

    def cover(self, minute: int) -> bool:
        """Return whether this minute of the day is one of them."""
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


@dataclass(frozen=True, slots=True)
class DayParts:
    """The minute of the day (0-1439, local) that a person means by the part of it.

    Whoever works at night may mean anything, so any order will do, but no two are the same: raises ValueError.
    """

    morning: int = 8 * 60
    noon: int = 12 * 60
    evening: int = 19 * 60
    night: int = 21 * 60 + 30

    def __post_init__(self) -> None:
        named = (self.morning, self.noon, self.evening, self.night)
        _check("the parts of the day", *named)
        if len(set(named)) < len(named):
            raise ValueError("each part of the day needs a time of its own")


class Snooze(StrEnum):
    """Until when a moment can be put off."""

    QUARTER = "15m"
    HOUR = "1h"
    EVENING = "evening"
    TOMORROW = "tomorrow"


_SECONDS = {Snooze.QUARTER: 15 * 60, Snooze.HOUR: 3600}


def outside_quiet(at: int, zone: str, quiet: QuietHours | None) -> int:
    """Return the first instant (UTC seconds) from `at` on that is not in the quiet hours; without any, `at`."""
    if quiet is None:
        return at
    while quiet.cover(_minute_of(now := local(zone, at))):
        passed = now.hour * 3600 + now.minute * 60 + now.second
        end = at + (quiet.end * 60 - passed) % _DAY
        # When the clocks are moved meanwhile, look again: the leap may be over the end, or back behind the start.
        at = next((change.at for change in changes(zone, at, end)), end)
    return at


def snooze_until(
    snooze: Snooze,
    at: int,
    zone: str,
    parts: DayParts,
    quiet: QuietHours | None,
    minute: int | None = None,
) -> int | None:
    """Return when a moment that is put off at `at` comes again (both UTC seconds), never in the quiet hours.

    TOMORROW means the same time by the clock: `minute` of the day, or that of `at` where it is None. EVENING is None
    once the evening has begun, or is less than a quarter of an hour away: then it is nothing to offer.
    """
    now = local(zone, at)
    match snooze:
        case Snooze.QUARTER | Snooze.HOUR:
            coming = at + _SECONDS[snooze]
        case Snooze.EVENING:
            coming = instant(zone, now.date(), parts.evening)
            if coming < at + _SECONDS[Snooze.QUARTER]:
                return None
        case Snooze.TOMORROW:
            wanted = _minute_of(now) if minute is None else minute
            coming = instant(zone, now.date() + timedelta(days=1), wanted)
    return outside_quiet(coming, zone, quiet)


def snoozes(
    at: int, zone: str, parts: DayParts, quiet: QuietHours | None, minute: int | None = None
) -> dict[Snooze, int]:
    """Return what can be offered at `at` (UTC seconds), soonest first, one for each different time."""
    offered: dict[Snooze, int] = {}
    for snooze in Snooze:
        coming = snooze_until(snooze, at, zone, parts, quiet, minute)
        if coming is not None and coming not in offered.values():
            offered[snooze] = coming
    return dict(sorted(offered.items(), key=lambda item: item[1]))


def _minute_of(now: datetime) -> int:
    return now.hour * 60 + now.minute


def _check(name: str, *minutes: int) -> None:
    if any(type(minute) is not int or not 0 <= minute < DAY_MINUTES for minute in minutes):
        raise ValueError(f"{name} are minutes between 0 and {DAY_MINUTES - 1}")
