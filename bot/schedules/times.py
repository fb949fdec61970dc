"""The next time of a rule: a local wall-clock rule and a zone give an instant. Pure.

A slot is the nominal local minute of an occurrence ("2026-11-19T08:30"): it stays the same through daylight saving, a
snooze and a change of zone, so that one slot of one date happens once.
"""

import hashlib
import heapq
import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.schedules.rules import (
    DAY_MINUTES,
    Dates,
    Draw,
    EveryDays,
    EveryWeeks,
    Minutes,
    MonthDay,
    MonthDays,
    MonthWeekday,
    MonthWeekdays,
    OnDate,
    Rule,
    Steps,
    Times,
    Weekly,
)
from bot.schedules.zones import instant, local

HORIZON = 5 * 366
"""Days: a rule that rings on none of so many dates has ended, as far as anybody can tell."""

_EPOCH = date(1970, 1, 1).toordinal()
_OLDEST, _LATEST = date(2, 1, 1).toordinal(), date(9998, 12, 31).toordinal()
_LAST_MINUTE = (DAY_MINUTES - 1) * 60
_BEHIND = 40 * 3600
"""Seconds before an instant at which UTC shows at the latest the local date before it: no zone is 16 h behind UTC."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of a rule: `at` in UTC seconds, and the slot that it stands for."""

    at: int
    slot: str


def next_after(rule: Rule, zone: str, after: int) -> Occurrence | None:
    """Return the first occurrence later than `after` (UTC seconds), or None when the rule has ended.

    Slots that a leap of the clocks moves to the same instant ring once, under the name of the first.
    """
    # Begin one local date early: the clocks can leap over midnight (23:30 in America/Nuuk comes at 0:00).
    for day in _dates_from(rule, (after - _BEHIND) // 86400 + _EPOCH):
        midnight = _midnight(zone, day)
        if midnight is None:
            found = _first_of_odd_day(rule, zone, day, after)
            if found:
                return found
        elif after < midnight + _LAST_MINUTE:
            minutes = minutes_on(rule.minutes, day)
            place = bisect_right(minutes, (after - midnight) // 60)
            if place < len(minutes):
                return Occurrence(midnight + minutes[place] * 60, _slot(day, minutes[place]))
    return None


def _first_of_odd_day(rule: Rule, zone: str, day: int, after: int) -> Occurrence | None:
    for minute in minutes_on(rule.minutes, day):
        at = instant(zone, date.fromordinal(day), minute)
        if at > after:
            return Occurrence(at, _slot(day, minute))
    return None


def next_times(rule: Rule, zone: str, after: int, count: int) -> list[Occurrence]:
    """Return the next `count` occurrences later than `after` (UTC seconds); fewer when the rule ends."""
    found: list[Occurrence] = []
    while len(found) < count:
        coming = next_after(rule, zone, found[-1].at if found else after)
        if coming is None:
            break
        found.append(coming)
    return found


def newest_between(rule: Rule, zone: str, first: int, last: int) -> Occurrence | None:
    """Return the newest occurrence from `first` to `last` (UTC seconds, both included), or None where there is none.

    It walks from the one to the other: keep them close.
    """
    newest, coming = None, next_after(rule, zone, first - 1)
    while coming is not None and coming.at <= last:
        newest, coming = coming, next_after(rule, zone, coming.at)
    return newest


def slot_of(day: date, minute: int) -> str:
    """Return the name of a nominal local minute."""
    return f"{day.isoformat()}T{minute // 60:02d}:{minute % 60:02d}"


def slot_at(zone: str, at: int) -> str:
    """Return the name of the minute that the clocks in `zone` show at `at` (UTC seconds)."""
    now = local(zone, at)
    return slot_of(now.date(), now.hour * 60 + now.minute)


def minutes_on(minutes: Minutes, day: int) -> Sequence[int]:
    """Return the minutes of the day (0-1439, ascending) on the date with this ordinal."""
    # This and the next time are asked for every nudge that rings: plain tests, the commonest first.
    if isinstance(minutes, Times):
        return minutes.minutes
    if isinstance(minutes, Steps):
        return range(minutes.start, minutes.end + 1, minutes.every)
    return _drawn(minutes, day)


def _slot(day: int, minute: int) -> str:
    return f"{_isoformat(day)}T{_clock(minute)}"


@lru_cache(maxsize=4096)
def _isoformat(day: int) -> str:
    return date.fromordinal(day).isoformat()


@lru_cache(maxsize=DAY_MINUTES)
def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@lru_cache(maxsize=16_384)
def _midnight(zone: str, day: int) -> int | None:
    """Return the UTC second at which a date begins, or None if the clocks are moved in the course of it."""
    # No zone has changed twice within a day since 1970, so both ends tell.
    start, end = (instant(zone, date.fromordinal(day + n), 0) for n in (0, 1))
    return start if end - start == DAY_MINUTES * 60 else None


@lru_cache(maxsize=8192)
def _drawn(draw: Draw, day: int) -> tuple[int, ...]:
    """Return the minutes that chance has chosen for a date, each allowed set of minutes as likely as any other."""
    # What the gaps need is taken out of the window, distinct places are drawn in the rest, and the gaps put back.
    places = draw.end - draw.start - (draw.count - 1) * (draw.apart - 1) + 1
    name = f"{draw.seed} {_isoformat(day)}".encode()
    # Python's hash() and Random differ between processes and versions; this is the same everywhere.
    chances = hashlib.shake_128(name).digest(8 * draw.count)
    chosen: set[int] = set()
    # Robert Floyd's sample, Communications of the ACM 30 (9), 1987.
    for n in range(draw.count):
        last = places - draw.count + n
        place = int.from_bytes(chances[8 * n : 8 * n + 8], "big") % (last + 1)
        chosen.add(last if place in chosen else place)
    return tuple(draw.start + place + n * (draw.apart - 1) for n, place in enumerate(sorted(chosen)))


def _dates_from(rule: Rule, start: int) -> Iterator[int]:
    """Return the ordinals of the dates on which the rule rings, from `start` on, as far as the horizon.

    Ordinal 1 was a Monday.
    """
    dates, skip = rule.dates, rule.skip
    if start < _OLDEST:
        start = _OLDEST
    if rule.first is not None:
        start = max(start, rule.first.toordinal())
    last = _LATEST if isinstance(dates, OnDate) else min(start + HORIZON, _LATEST)
    if rule.last is not None:
        last = min(last, rule.last.toordinal())
    found = _dates(dates, start, last)
    return (day for day in found if (day - 1) % 7 not in skip) if skip else found


def _dates(dates: Dates, start: int, last: int) -> Iterator[int]:
    """Return ordinals in ascending order from `start` to `last`."""
    if isinstance(dates, Weekly):
        days = dates.days
        return (day for day in range(start, last + 1) if (day - 1) % 7 in days)
    match dates:
        case EveryDays(every, anchor):
            return iter(range(start + (anchor.toordinal() - start) % every, last + 1, every))
        case EveryWeeks(every, days, anchor):
            return _every_weeks(every, days, (anchor.toordinal() - 1) // 7, start, last)
        case MonthDay() | MonthWeekday():
            return _monthly(dates, start, last)
        case MonthDays(days):
            return _each_once(_monthly(MonthDay(day), start, last) for day in days)
        case MonthWeekdays(nths, weekday):
            return _each_once(_monthly(MonthWeekday(nth, weekday), start, last) for nth in nths)
        case OnDate(day):
            return iter(range(max(start, day.toordinal()), min(last, day.toordinal()) + 1))


def _every_weeks(every: int, days: frozenset[int], anchor: int, start: int, last: int) -> Iterator[int]:
    week = (start - 1) // 7
    week += (anchor - week) % every
    for monday in range(week * 7 + 1, last + 1, every * 7):
        for weekday in sorted(days):
            if start <= monday + weekday <= last:
                yield monday + weekday


def _each_once(dates: Iterable[Iterator[int]]) -> Iterator[int]:
    """Merge ascending dates; the 31st and the last day may be the same one."""
    return (day for day, _ in itertools.groupby(heapq.merge(*dates)))


def _monthly(dates: MonthDay | MonthWeekday, start: int, last: int) -> Iterator[int]:
    begin = date.fromordinal(min(start, _LATEST))
    for month in itertools.count(begin.year * 12 + begin.month - 1):
        first = _month(month)
        if first > last:
            return
        day = _day_of_month(dates, first, _month(month + 1))
        if day is not None and start <= day <= last:
            yield day


def _month(number: int) -> int:
    """Return the ordinal of the first of a month, counted from the year 0."""
    return date(number // 12, number % 12 + 1, 1).toordinal()


def _day_of_month(dates: MonthDay | MonthWeekday, first: int, following: int) -> int | None:
    match dates:
        case MonthDay(-1):
            return following - 1
        case MonthDay(day):
            found = first + day - 1
        case MonthWeekday(-1, weekday):
            return following - 1 - (following - 2 - weekday) % 7
        case MonthWeekday(nth, weekday):
            found = first + (weekday - (first - 1)) % 7 + (nth - 1) * 7
    return found if found < following else None
