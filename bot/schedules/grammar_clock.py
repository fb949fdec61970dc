"""Clock times as people say them, made minutes of the day: halves, parts of the day, lists and spans. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.schedules.quiet import DayParts

HALF = 12 * 60
DAY = 24 * 60
TONIGHT = "tonight"

_LATE = ("pm", "evening", "night", "afternoon", "tarde", "gogo", "masa")
_SENSIBLE = 6 * 60
"""A bare hour is one from 6:00 to 17:59: few people want to be woken at three, many want a break at three."""
_LATEST = 23 * 60
_BEDTIME = 21 * 60
"""From this minute on a time is one of somebody who is late up, and so may be the one that is looked for beside it."""
_SMALL_HOURS = 3 * 60

# From-until (exclusive) minutes in which people of any of our languages use the word; night goes past midnight.
_PARTS: dict[str, tuple[tuple[int, int], ...]] = {
    "am": ((0, HALF),),
    "pm": ((HALF, DAY),),
    "midnight": ((0, 1),),
    "small": ((0, 7 * 60),),
    "early": ((4 * 60, 10 * 60),),
    "morning": ((60, HALF),),
    "forenoon": ((6 * 60, 13 * 60),),
    "noon": ((11 * 60, 15 * 60),),
    # Hindi's noon lasts until the afternoon ends.
    "midday": ((11 * 60, 17 * 60),),
    "afternoon": ((HALF, 19 * 60),),
    "tarde": ((HALF, 21 * 60),),
    "evening": ((16 * 60, DAY),),
    "night": ((18 * 60, DAY), (0, 6 * 60)),
    # Japanese counts each half of the day from nought.
    "gozen": ((0, HALF),),
    "gogo": ((HALF, DAY),),
    # Arabic's evening begins at one, as far as clocks are concerned; its twelve is noon to some.
    "masa": ((HALF + 60, DAY),),
    # When routines are: waking and breakfast, a coffee, lunch, the end of work, dinner, bed.
    "breakfast": ((4 * 60, 13 * 60),),
    "drink": ((6 * 60, 18 * 60),),
    "lunch": ((10 * 60, 17 * 60),),
    "home": ((HALF, DAY),),
    "dinner": ((16 * 60, DAY),),
    "bed": ((18 * 60, DAY),),
    TONIGHT: ((17 * 60, DAY), (0, 5 * 60)),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """A minute of the day as said; `exact` when it can only be that one, else it may be half a day off.

    `mark` is am, pm or a part of the day that was said with it.
    """

    minute: int
    exact: bool = False
    mark: str | None = None

    @property
    def said_long(self) -> bool:
        """Return whether only a clock of 24 hours says it so."""
        return self.exact and not 60 <= self.minute < HALF + 60


@dataclass(frozen=True, slots=True)
class Near:
    """The minute of the day beside which a bare hour is looked for: a time that was offered, or one that is set.

    It chooses between waking hours alone; with `any_hour` between both, as for what a clock shows.
    """

    minute: int
    any_hour: bool = False

    @property
    def late(self) -> bool:
        """Return whether it is about bedtime."""
        return self.minute >= _BEDTIME or self.minute < _SMALL_HOURS

    def choose(self, low: int, sensible: int) -> int:
        """Return the nearer of a minute before noon and the one half a day later; `sensible` where neither will do."""
        both = [low, low + HALF]
        latest = DAY - 1 if self.late else _LATEST
        fitting = both if self.any_hour else [m for m in both if _SENSIBLE <= m <= latest]
        return min(fitting or [sensible], key=lambda m: (min((m - self.minute) % DAY, (self.minute - m) % DAY), m))


@dataclass(frozen=True, slots=True)
class Resolved:
    """Minutes of the day, and whether one of them was a bare hour that could have been the other half of the day."""

    minutes: tuple[int, ...]
    guessed: bool = False


def fits(clock: Clock, part: str) -> bool:
    """Return whether a clock that says its own half of the day can be in that part of it."""
    minute = _minute(clock, None)
    return minute is not None and any(start <= minute < end for start, end in _PARTS[part])


def part_minute(part: str, parts: DayParts) -> int | None:
    """Return the minute that a person means by a part of the day, None where it names no waking hour."""
    match part:
        case "morning":
            return parts.morning
        case "noon":
            return parts.noon
        case "evening":
            return parts.evening
        case "night" | "tonight":
            return parts.night
        case "forenoon":
            return (parts.noon - 120) % DAY
        case "afternoon" | "tarde":
            return (parts.noon + 180) % DAY
        case _:
            return None


def resolve(clocks: Sequence[Clock], part: str | None, near: Near | None) -> Resolved | None:
    """Return the minutes meant by a list of clocks, or None where halves of the day do not fit or are unclear."""
    found = _resolved(clocks, part, near)
    if near is None or (found is not None and list(found.minutes) == sorted(found.minutes)):
        return found
    # Times are told in their order: "nine and five" begins in the morning, wherever the time that was offered lies.
    return _resolved(clocks, part, None)


def _resolved(clocks: Sequence[Clock], part: str | None, near: Near | None) -> Resolved | None:
    marked = [replace(c, mark=c.mark or part) for c in clocks]
    if any(_swallows(one, two) for one, two in pairwise(marked)):
        return None
    day_long = any(c.said_long and c.minute >= HALF + 60 and c.mark is None for c in marked)
    found: list[int] = []
    guessed = False
    for clock in marked:
        bare = clock.mark is None and not clock.exact
        minute = _minute(clock, near)
        if minute is None:
            return None
        if bare and day_long and clock.minute % 60 == 0:
            minute = clock.minute
        elif bare and found and near is None and minute <= found[-1] and minute + HALF < DAY:
            minute += HALF
        noon = clock.minute == HALF and not (near is not None and near.late)
        guessed |= bare and not noon and not day_long
        found.append(minute)
    if len(set(found)) < len(found):
        return None
    return Resolved(tuple(found), guessed)


def _swallows(one: Clock, two: Clock) -> bool:
    """Return whether nobody can tell if the half said with one clock of a list is meant for its neighbour too."""
    if one.mark is None and not one.exact and two.mark in _LATE:
        return one.minute % HALF < two.minute % HALF
    return one.mark in ("am", "morning", "gozen") and two.mark is None and not two.exact and two.minute > one.minute


def _minute(clock: Clock, near: Near | None) -> int | None:
    if clock.mark:
        return _marked(clock, clock.mark)
    if clock.exact:
        return clock.minute
    low = clock.minute % HALF
    sensible = low if low >= _SENSIBLE else low + HALF
    return near.choose(low, sensible) if near is not None else sensible


def _marked(clock: Clock, mark: str) -> int | None:
    low = clock.minute % HALF
    said_long = clock.said_long and not (mark in ("gozen", "gogo") and clock.minute < 60)
    choices = (clock.minute,) if said_long else (low, low + HALF)
    fitting = [m for m in choices if any(start <= m < end for start, end in _PARTS[mark])]
    if said_long and mark in ("am", "pm", "gozen", "gogo"):
        return None
    return fitting[0] if len(fitting) == 1 else None


def over_midnight(start: Clock, end: Clock) -> tuple[int, int] | None:
    """Return first and last minute of a span that surely goes past midnight: "22 to 6", "10 pm to 2 am"."""
    evening = start.said_long and start.minute >= HALF + 60
    opening = start.minute if evening and start.mark is None else _minute(start, None) if start.mark else None
    closing = end.minute if evening or end.said_long or end.mark == "midnight" else None
    if end.mark and end.mark != "midnight":
        closing = _minute(end, None)
    if opening is None or closing is None or opening < 17 * 60 or closing > 10 * 60:
        return None
    return opening, closing


def resolve_span(start: Clock, end: Clock, part: str | None, near: Near | None) -> tuple[int, int, bool] | None:
    """Return first and last minute of a span and whether a half was guessed; None where it is empty or unclear."""
    found = _span(start, end, part, near)
    return found if found is not None or near is None else _span(start, end, part, None)


def _span(start: Clock, end: Clock, part: str | None, near: Near | None) -> tuple[int, int, bool] | None:
    start, end = (replace(c, mark=c.mark or part) for c in (start, end))
    guessed = any(c.mark is None and not c.exact and c.minute % HALF for c in (start, end))
    if start.mark is None and not start.exact and end.mark is not None:
        last = _minute(end, near)
        if last is None:
            return None
        # "2 to 5 pm" begins in the half that it ends in, "9 to 5 pm" and "11 to 1 pm" in the one before.
        first = start.minute % HALF + (HALF if last >= HALF else 0)
        first = first if first < last else first - HALF
        return (first, last, False) if 0 <= first < last else None
    opening = _minute(start, near)
    if opening is None:
        return None
    if end.mark is None and not end.exact:
        first_long = start.exact and start.minute >= HALF + 60
        low = end.minute % HALF
        last = end.minute if first_long else (low if low > opening else low + HALF)
        if start.mark is None and not start.exact and end.minute == HALF and low < opening < HALF:
            last = HALF
    else:
        found = _minute(end, near)
        if found is None:
            return None
        last = found
        if start.mark is None and not start.exact and end.exact:
            # "9 to 17": the day has 24 hours, and the start is as it was said; "3 to 17" too.
            opening = start.minute if end.minute >= HALF + 60 else opening
            guessed = guessed and end.minute < HALF + 60
    same = opening == last and start.exact and end.exact
    return (opening, last, guessed) if opening < last or same else None
