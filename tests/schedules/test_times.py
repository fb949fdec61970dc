"""When a rule comes next, against an oracle that watches the clock, and against dateutil."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedules.rules import (
    EVERY_DAY,
    WEEKDAYS,
    Dates,
    EveryDays,
    EveryWeeks,
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
from bot.schedules.times import Occurrence, next_after, next_times, slot_at, slot_of
from bot.schedules.zones import local
from tests.schedules.rule_strategies import all_between, days, moments, rules, times, zones

BERLIN = "Europe/Berlin"
DAILY = Weekly(EVERY_DAY)
WEDNESDAY = int(datetime(2026, 11, 18, 9, tzinfo=UTC).timestamp())
"""2026-11-18 10:00 in Berlin."""


def slots(rule: Rule, count: int = 5, zone: str = BERLIN, after: int = WEDNESDAY) -> list[str]:
    return [coming.slot for coming in next_times(rule, zone, after, count)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            Rule(Weekly(WEEKDAYS), Times((510,))),
            "2026-11-19T08:30 2026-11-20T08:30 2026-11-23T08:30 2026-11-24T08:30 2026-11-25T08:30",
        ),
        (
            Rule(DAILY, Steps(120, 540, 1020)),
            "2026-11-18T11:00 2026-11-18T13:00 2026-11-18T15:00 2026-11-18T17:00 2026-11-19T09:00",
        ),
        (
            Rule(EveryDays(2, date(2026, 11, 19)), Times((480,))),
            "2026-11-19T08:00 2026-11-21T08:00 2026-11-23T08:00 2026-11-25T08:00 2026-11-27T08:00",
        ),
        (
            Rule(DAILY, Times((600,)), skip=frozenset((6,))),
            "2026-11-19T10:00 2026-11-20T10:00 2026-11-21T10:00 2026-11-23T10:00 2026-11-24T10:00",
        ),
        (
            Rule(DAILY, Steps(90, 60, 1439)),
            "2026-11-18T10:00 2026-11-18T11:30 2026-11-18T13:00 2026-11-18T14:30 2026-11-18T16:00",
        ),
        (
            Rule(MonthWeekday(1, 0), Times((540,))),
            "2026-12-07T09:00 2027-01-04T09:00 2027-02-01T09:00 2027-03-01T09:00 2027-04-05T09:00",
        ),
        (
            Rule(MonthWeekday(-1, 4), Times((540,))),
            "2026-11-27T09:00 2026-12-25T09:00 2027-01-29T09:00 2027-02-26T09:00 2027-03-26T09:00",
        ),
        (
            Rule(MonthDay(31), Times((540,))),
            "2026-12-31T09:00 2027-01-31T09:00 2027-03-31T09:00 2027-05-31T09:00 2027-07-31T09:00",
        ),
        (
            Rule(MonthDay(-1), Times((540,))),
            "2026-11-30T09:00 2026-12-31T09:00 2027-01-31T09:00 2027-02-28T09:00 2027-03-31T09:00",
        ),
        (
            Rule(EveryWeeks(2, frozenset((0, 2)), date(2026, 11, 18)), Times((1140,))),
            "2026-11-18T19:00 2026-11-30T19:00 2026-12-02T19:00 2026-12-14T19:00 2026-12-16T19:00",
        ),
        (
            Rule(DAILY, Times((540,)), first=date(2026, 12, 24), last=date(2026, 12, 26)),
            "2026-12-24T09:00 2026-12-25T09:00 2026-12-26T09:00",
        ),
        (
            Rule(EveryWeeks(2, frozenset((2, 4)), date(2026, 11, 18)), Times((1140,)), last=date(2026, 12, 4)),
            "2026-11-18T19:00 2026-11-20T19:00 2026-12-02T19:00 2026-12-04T19:00",
        ),
        (Rule(OnDate(date(2026, 11, 30)), Times((480,))), "2026-11-30T08:00"),
    ],
)
def test_the_next_times_are_those_that_a_person_means(rule: Rule, expected: str) -> None:
    after = WEDNESDAY - 1 if isinstance(rule.minutes, Steps) and rule.minutes.every == 90 else WEDNESDAY
    assert slots(rule, after=after) == expected.split()


@given(rules(), zones, moments, st.none() | st.tuples(st.integers(-3, 9), st.integers(0, 14)))
@settings(max_examples=200, deadline=None)
def test_the_next_times_are_what_watching_the_clock_finds(
    rule: Rule, zone: str, after: int, bounds: tuple[int, int] | None
) -> None:
    today = local(zone, after).date()
    if bounds:
        # Bounds of any ten years are seldom near; these begin and end within what is watched.
        first = today + timedelta(days=bounds[0])
        rule = replace(rule, first=first, last=first + timedelta(days=bounds[1]))
    span = 3 if not isinstance(rule.minutes, Times) else 12
    expected = all_between(rule, zone, today - timedelta(days=2), today + timedelta(days=span))
    expected = [pair for pair in expected if pair[0] > after]
    found = next_times(rule, zone, after, len(expected))
    assert [(one.at, one.slot) for one in found] == expected


@given(rules(), zones, moments)
@settings(max_examples=200, deadline=None)
def test_times_are_strictly_later_each_time_and_no_slot_comes_twice(rule: Rule, zone: str, after: int) -> None:
    found = next_times(rule, zone, after, 30)
    ats = [after, *(one.at for one in found)]
    assert all(early < late for early, late in itertools.pairwise(ats))
    assert len({one.slot for one in found}) == len(found)


@given(rules(), zones, moments, st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_asking_from_any_moment_before_gives_the_same_time(rule: Rule, zone: str, after: int, earlier: int) -> None:
    coming = next_after(rule, zone, after)
    if coming is not None:
        assert next_after(rule, zone, coming.at - 1) == coming
        between = next_after(rule, zone, max(after, coming.at - 1 - earlier))
        assert between == coming


_DATEUTIL_DAYS = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)


def as_dateutil(dates: Dates, start: date, until: date) -> list[date]:
    """Return the dates as dateutil sees them."""
    since, end = datetime(start.year, start.month, start.day), datetime(until.year, until.month, until.day)

    def anchored(day: date, period: int) -> datetime:
        # dateutil counts from its start on, so it is set on the beat, before the first date of interest.
        return since - timedelta(days=(since.date() - day).days % period)

    match dates:
        case Weekly(chosen):
            found = rrule.rrule(rrule.WEEKLY, since, byweekday=sorted(chosen), until=end)
        case EveryDays(every, anchor):
            found = rrule.rrule(rrule.DAILY, anchored(anchor, every), interval=every, until=end)
        case EveryWeeks(every, chosen, anchor):
            monday = anchor - timedelta(days=anchor.weekday())
            begin = anchored(monday, every * 7)
            found = rrule.rrule(rrule.WEEKLY, begin, every, byweekday=sorted(chosen), until=end)
        case MonthDay(day):
            found = rrule.rrule(rrule.MONTHLY, since, bymonthday=day, until=end)
        case MonthDays(several):
            found = rrule.rrule(rrule.MONTHLY, since, bymonthday=sorted(several), until=end)
        case MonthWeekdays(nths, weekday):
            byweekday = [_DATEUTIL_DAYS[weekday](nth) for nth in sorted(nths)]
            found = rrule.rrule(rrule.MONTHLY, since, byweekday=byweekday, until=end)
        case MonthWeekday(nth, weekday):
            found = rrule.rrule(rrule.MONTHLY, since, byweekday=_DATEUTIL_DAYS[weekday](nth), until=end)
        case OnDate(day):
            found = rrule.rrule(rrule.DAILY, datetime(day.year, day.month, day.day), count=1)
    return [one.date() for one in found if since <= one <= end]


@given(rules(times), zones, days)
@settings(max_examples=200, deadline=None)
def test_dateutil_finds_the_same_dates(rule: Rule, zone: str, start: date) -> None:
    until = start + timedelta(days=400)
    low, high = max(start, rule.first or start), min(until, rule.last or until)
    expected = [
        day for day in as_dateutil(rule.dates, start, until) if low <= day <= high and day.weekday() not in rule.skip
    ]
    rule = Rule(rule.dates, Times((720,)), rule.skip, rule.first, rule.last)
    before = int(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp()) - 2 * 86400
    found = [date.fromisoformat(one.slot[:10]) for one in next_times(rule, zone, before, len(expected) + 3)]
    assert [day for day in found if start <= day <= until] == expected


def test_one_date_comes_once_and_then_never_again() -> None:
    rule = Rule(OnDate(date(2026, 11, 30)), Times((480,)))
    coming = next_after(rule, BERLIN, WEDNESDAY)
    assert coming == Occurrence(int(datetime(2026, 11, 30, 7, tzinfo=UTC).timestamp()), "2026-11-30T08:00")
    assert next_after(rule, BERLIN, coming.at) is None


def test_a_rule_ends_with_its_last_date_however_late_that_date_is_asked() -> None:
    rule = Rule(DAILY, Times((1380,)), last=date(2026, 11, 18))
    coming = next_after(rule, "Pacific/Kiritimati", WEDNESDAY - 86400)
    assert coming
    assert coming.slot == "2026-11-18T23:00"
    assert next_after(rule, "Pacific/Kiritimati", coming.at) is None


def test_a_date_and_a_beginning_far_ahead_are_still_found() -> None:
    assert slots(Rule(OnDate(date(2050, 2, 28)), Times((0,)))) == ["2050-02-28T00:00"]
    far = Rule(MonthDay(29), Times((0,)), first=date(2051, 2, 1))
    assert slots(far, 2) == ["2051-03-29T00:00", "2051-04-29T00:00"]


def test_a_rule_of_which_no_date_is_left_ends_and_does_not_search_for_ever() -> None:
    # A fifth Monday between two bounds that hold none.
    rule = Rule(MonthWeekday(5, 0), Times((0,)), first=date(2027, 1, 1), last=date(2027, 2, 28))
    assert next_after(rule, BERLIN, WEDNESDAY) is None
    # Every 364 days from a Monday is always a Monday: refused when it is said, as nothing would be left.
    with pytest.raises(ValueError):
        Rule(EveryDays(364, date(2026, 11, 16)), Times((0,)), skip=frozenset((0,)))


@pytest.mark.parametrize("after", [-(10**18), -62135596800, -1, 0, 253402300799, 10**12, 10**18])
@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati", BERLIN])
@given(rule=rules())
@settings(max_examples=15, deadline=None)
def test_the_ends_of_time_neither_loop_nor_overflow(rule: Rule, zone: str, after: int) -> None:
    found = next_times(rule, zone, after, 3)
    assert all(one.at > after for one in found)


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(9998, 12, 31), date(1, 1, 1)])
def test_the_first_and_the_last_years_are_harmless(day: date) -> None:
    for dates in (OnDate(day), EveryDays(2, day), EveryWeeks(3, EVERY_DAY, day)):
        for zone in ("Etc/GMT+12", "Pacific/Kiritimati"):
            next_times(Rule(dates, Times((0, 1439))), zone, WEDNESDAY, 3)
            next_times(Rule(dates, Times((0, 1439)), first=day), zone, WEDNESDAY, 3)
            next_times(Rule(dates, Times((0, 1439)), last=day), zone, WEDNESDAY, 3)


def test_a_time_that_the_clocks_leap_over_comes_at_the_first_valid_minute_after() -> None:
    rule = Rule(DAILY, Times((150,)))
    leap = int(datetime(2027, 3, 28, 1, tzinfo=UTC).timestamp())
    assert next_after(rule, BERLIN, leap - 3600) == Occurrence(leap, "2027-03-28T02:30")


def test_a_time_that_comes_twice_rings_at_the_first_only() -> None:
    rule = Rule(DAILY, Times((150,)))
    first = int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp())
    assert [one.at for one in next_times(rule, BERLIN, first - 1, 2)] == [first, first + 25 * 3600]


def test_times_that_leap_to_one_instant_ring_once() -> None:
    rule = Rule(DAILY, Times((120, 135, 150, 180)))
    leap = int(datetime(2027, 3, 28, 1, tzinfo=UTC).timestamp())
    assert [one.slot for one in next_times(rule, BERLIN, leap - 1, 2)] == [
        "2027-03-28T02:00",
        "2027-03-29T02:00",
    ]


def test_half_past_eleven_in_nuuk_is_not_lost_when_the_clocks_leap_over_midnight() -> None:
    rule = Rule(DAILY, Times((1410,)))
    noon = int(datetime(2024, 3, 30, 12, tzinfo=UTC).timestamp())
    assert slots(rule, 3, "America/Nuuk", noon) == [
        "2024-03-30T23:30",
        "2024-03-31T23:30",
        "2024-04-01T23:30",
    ]


def test_samoa_had_no_30_december_2011_and_still_every_date_rings_once() -> None:
    rule = Rule(DAILY, Times((480,)))
    eve = int(datetime(2011, 12, 29, 12, tzinfo=UTC).timestamp())
    found = next_times(rule, "Pacific/Apia", eve, 4)
    assert [one.slot[:10] for one in found] == ["2011-12-29", "2011-12-30", "2011-12-31", "2012-01-01"]


def test_a_slot_is_named_by_what_the_clock_shows() -> None:
    assert slot_of(date(2026, 11, 18), 605) == "2026-11-18T10:05"
    assert slot_at(BERLIN, WEDNESDAY + 59) == "2026-11-18T10:00"
