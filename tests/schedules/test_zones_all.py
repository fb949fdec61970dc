"""Every zone of the tz database, each of its changes from 2021 to 2030, rules of each kind in turn.

That a daily time rings exactly once on every date of these years is counted in tests/faults.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from bot.schedules.changes import Change, changes, offset_at
from bot.schedules.rules import (
    EVERY_DAY,
    Draw,
    EveryDays,
    EveryWeeks,
    MonthDay,
    MonthWeekday,
    OnDate,
    Rule,
    Steps,
    Times,
    Weekly,
)
from bot.schedules.times import minutes_on, next_after, slot_of
from tests.schedules.rule_strategies import END, START, ZONES, first_instant, rings_on

SINCE, UNTIL = (int(datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp()) for d in (START, END))
QUARTERS = Times(tuple(range(0, 1440, 15)))


@cache
def kinds() -> dict[tuple[int, tuple[Change, ...]], list[str]]:
    """Return the zones by what their clocks do in these years: zones that do the same are tried once."""
    found: dict[tuple[int, tuple[Change, ...]], list[str]] = {}
    for zone in ZONES:
        key = offset_at(ZoneInfo(zone), SINCE), tuple(changes(zone, SINCE, UNTIL))
        found.setdefault(key, []).append(zone)
    return found


def every_change() -> Iterator[tuple[str, Change]]:
    for (_, moved), zones in kinds().items():
        for change in moved:
            yield zones[0], change


def rules_around(day: date) -> list[Rule]:
    """Return rules of each kind that ring on this date, at all hours."""
    nth = (day.day - 1) // 7 + 1
    on_it = frozenset((day.weekday(),))
    return [
        Rule(Weekly(EVERY_DAY), QUARTERS),
        Rule(Weekly(on_it), Steps(15, 0, 1439)),
        Rule(EveryDays(2, day), Steps(47, 5, 1439)),
        Rule(EveryWeeks(2, on_it, day), QUARTERS, first=day),
        Rule(MonthDay(day.day), Steps(20, 0, 1430), last=day),
        Rule(MonthWeekday(nth, day.weekday()), Steps(30, 7, 1439)),
        Rule(OnDate(day), QUARTERS),
        Rule(Weekly(EVERY_DAY), Draw(0, 1439, count=12, gap=30, seed=day.toordinal()), skip=frozenset()),
        Rule(Weekly(EVERY_DAY), Times((0, 59, 61, 150, 1410, 1439)), skip=on_it),
    ]


def told_by(change: Change, day: date, minute: int) -> int:
    """Return when the clocks first show this minute or a later one, near a single change: sums and no tz library."""
    wall = (day - date(1970, 1, 1)).days * 86400 + minute * 60
    if wall - change.before < change.at:
        return wall - change.before
    return max(change.at, wall - change.after)


def test_the_years_hold_what_they_are_known_for() -> None:
    assert len(ZONES) > 590
    assert len(kinds()) > 75
    assert sum(1 for _ in every_change()) > 600
    berlin = [datetime.fromtimestamp(c.at, UTC).date().isoformat() for c in changes("Europe/Berlin", SINCE, UNTIL)]
    assert len(berlin) == 20
    assert berlin[:2] == ["2021-03-28", "2021-10-31"]
    # Half an hour in Lord Howe.
    assert {abs(c.after - c.before) for c in changes("Australia/Lord_Howe", SINCE, UNTIL)} == {1800}


def test_each_slot_of_each_date_rings_exactly_once_around_every_change() -> None:
    for number, (zone, change) in enumerate(every_change()):
        day = datetime.fromtimestamp(change.at + change.before, UTC).date()
        every_quarter, *others = rules_around(day)
        around = [day + timedelta(days=n) for n in range(-2, 3)]
        start, end = (told_by(change, around[n], 0) - 1 for n in (0, -1))
        for rule in (every_quarter, others[number % len(others)]):
            expected: dict[int, str] = {}
            for one in around[:-1]:
                if rings_on(rule, one):
                    for minute in minutes_on(rule.minutes, one.toordinal()):
                        expected.setdefault(told_by(change, one, minute), slot_of(one, minute))
            found, at = {}, start
            while (coming := next_after(rule, zone, at)) and coming.at <= end:
                found[coming.at], at = coming.slot, coming.at
            assert found == expected, (zone, change, rule)


@pytest.mark.parametrize("minute", [0, 150, 1410])
def test_the_sums_agree_with_watching_the_clock(minute: int) -> None:
    for zone, change in list(every_change())[::40]:
        day = datetime.fromtimestamp(change.at + change.before, UTC).date()
        assert told_by(change, day, minute) == first_instant(zone, day, minute)
