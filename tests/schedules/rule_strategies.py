"""Any rule, any zone, and an oracle that says by the plainest means what a rule means."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from bot.schedules.rules import (
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
from bot.schedules.times import minutes_on, slot_of

ZONES = sorted(available_timezones())
START, END = date(2021, 1, 1), date(2031, 1, 1)

zones = st.sampled_from(ZONES)
moments = st.integers(
    int(datetime(2021, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2030, 12, 31, tzinfo=UTC).timestamp())
)
days = st.dates(START, END)
minutes_of_day = st.integers(0, 1439)
weekdays = st.frozensets(st.integers(0, 6), min_size=1)


def dates_of_any_kind() -> st.SearchStrategy[Dates]:
    return st.one_of(
        st.builds(Weekly, weekdays),
        st.builds(EveryDays, st.integers(2, 40), days),
        st.builds(EveryWeeks, st.integers(2, 9), weekdays, days),
        st.builds(MonthDay, st.integers(1, 31) | st.just(-1)),
        st.builds(MonthDays, st.frozensets(st.integers(1, 31) | st.just(-1), min_size=2, max_size=5)),
        st.builds(MonthWeekday, st.integers(1, 5) | st.just(-1), st.integers(0, 6)),
        st.builds(
            MonthWeekdays, st.frozensets(st.integers(1, 5) | st.just(-1), min_size=2, max_size=5), st.integers(0, 6)
        ),
        st.builds(OnDate, days),
    )


times = st.builds(Times, st.lists(minutes_of_day, min_size=1, max_size=4).map(tuple))


@st.composite
def steps(draw: st.DrawFn) -> Steps:
    start, end = sorted((draw(minutes_of_day), draw(minutes_of_day)))
    return Steps(draw(st.integers(15, 300)), start, end)


@st.composite
def draws(draw: st.DrawFn) -> Draw:
    start = draw(st.integers(0, 1438))
    end = draw(st.integers(start + 1, 1439))
    count = draw(st.integers(1, min(12, (end - start) // 15 + 1)))
    gap = draw(st.integers(0, (end - start) // (count - 1) if count > 1 else 60))
    return Draw(start, end, count, gap, draw(st.integers(0, 2**63 - 1)))


def minutes_of_any_kind() -> st.SearchStrategy[Minutes]:
    return st.one_of(times, steps(), draws())


@st.composite
def rules(draw: st.DrawFn, minutes: st.SearchStrategy[Minutes] | None = None) -> Rule:
    dates = draw(dates_of_any_kind())
    bounds = sorted(draw(st.lists(days, min_size=2, max_size=2)))
    first = bounds[0] if draw(st.booleans()) else None
    last = bounds[1] if draw(st.booleans()) else None
    left_out = draw(st.frozensets(st.integers(0, 6), max_size=3))
    kept = Rule(dates, Times((0,))).weekdays - left_out
    return Rule(
        dates,
        draw(minutes_of_any_kind() if minutes is None else minutes),
        left_out if kept else frozenset(),
        first,
        last,
    )


def rings_on(rule: Rule, day: date) -> bool:
    """Say it as a person would who looks at one leaf of a calendar."""
    outside = (rule.first and day < rule.first) or (rule.last and day > rule.last)
    if outside or day.weekday() in rule.skip:
        return False
    week = timedelta(days=7)
    match rule.dates:
        case Weekly(chosen):
            return day.weekday() in chosen
        case EveryDays(every, anchor):
            return (day - anchor).days % every == 0
        case EveryWeeks(every, chosen, anchor):
            monday, anchored = (d - timedelta(days=d.weekday()) for d in (day, anchor))
            return day.weekday() in chosen and (monday - anchored).days // 7 % every == 0
        case MonthDay(-1):
            return (day + timedelta(days=1)).day == 1
        case MonthDay(wanted):
            return day.day == wanted
        case MonthDays(several):
            return any(rings_on(Rule(MonthDay(wanted), rule.minutes), day) for wanted in several)
        case MonthWeekdays(nths, weekday):
            return any(rings_on(Rule(MonthWeekday(nth, weekday), rule.minutes), day) for nth in nths)
        case MonthWeekday(-1, weekday):
            return day.weekday() == weekday and (day + week).month != day.month
        case MonthWeekday(nth, weekday):
            return day.weekday() == weekday and (day.day - 1) // 7 + 1 == nth
        case OnDate(only):
            return day == only


def first_instant(zone: str, day: date, minute: int) -> int:
    """Watch the clock from well before: the first second of a minute at which it shows this minute or a later one."""
    tz = ZoneInfo(zone)
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60)
    at = int(wall.replace(tzinfo=UTC).timestamp()) - 15 * 3600
    while datetime.fromtimestamp(at, tz).replace(tzinfo=None) < wall:
        at += 60
    return at


def all_between(rule: Rule, zone: str, first: date, last: date) -> list[tuple[int, str]]:
    """Return instant and slot of what the rule rings on these dates (both included); one instant rings once."""
    found: dict[int, str] = {}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if rings_on(rule, day):
            for minute in minutes_on(rule.minutes, day.toordinal()):
                found.setdefault(first_instant(zone, day, minute), slot_of(day, minute))
    return sorted(found.items())
