"""What a reading says about dates: one date, weekdays, every so many days or weeks, days of the month. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.schedules.grammar import Kept
from bot.schedules.grammar_dates import moved, named_date
from bot.schedules.grammar_meaning import DATE_WORDS, Moment, Said, Unclear, over
from bot.schedules.rules import (
    EVERY_DAY,
    Dates,
    Draw,
    EveryDays,
    EveryWeeks,
    Minutes,
    MonthDay,
    MonthDays,
    MonthWeekday,
    MonthWeekdays,
    Steps,
    Times,
    Weekly,
)


def one_date(said: Said, minutes: Minutes) -> tuple[date, bool] | None:
    """Return the one date that was said and whether it was, None where the rule recurs."""
    today = said.moment.today
    if "date" in said.kept:
        if isinstance(minutes, Draw):
            said.take("perday")
        day = named_date(said.take("date"), today)
    elif "after" in said.kept:
        after = said.take("after")
        day = moved(today, after["n"], after["unit"])
    elif _one_day_of_month(said.kept):
        day = _coming_day(said, minutes)
    elif _one_weekday(said.kept):
        ((days, _),) = said.take("days")
        (weekday,) = days
        day = today + timedelta((weekday - today.weekday()) % 7)
        if day == today and over(minutes, said.moment):
            day += timedelta(7)
    elif not DATE_WORDS & said.kept.keys() and "skip" not in said.kept:
        if isinstance(minutes, Steps) or (isinstance(minutes, Times) and len(minutes.minutes) > 1):
            return None
        return today + timedelta(1 if over(minutes, said.moment) else 0), False
    else:
        return None
    if day is None:
        raise Unclear
    return day, True


def _one_day_of_month(kept: Kept) -> bool:
    recurring = {"monthly", "unit", "loneday", "first", "last", "during", "skip", "perday"}
    return "monthdays" in kept and not recurring & kept.keys() and len(kept["monthdays"]) == 1


def _coming_day(said: Said, minutes: Minutes) -> date | None:
    """Return the next date with this day of the month; a month that lacks it is passed over."""
    (wanted,) = said.take("monthdays")
    first = said.moment.today + timedelta(1 if over(minutes, said.moment) else 0)
    coming = (first + timedelta(n) for n in range(100))
    return next((day for day in coming if day.day == wanted), None)


def _one_weekday(kept: Kept) -> bool:
    if (
        "days" not in kept
        or {"each", "daily", "unit", "perweek", "first", "last", "during", "skip", "perday"} & kept.keys()
    ):
        return False
    return len(kept["days"]) == 1 and not kept["days"][0][1]


def skipped(skip: Sequence[tuple[frozenset[int], bool]] | None) -> frozenset[int]:
    """Return the weekdays that were left out."""
    return frozenset().union(*(days for days, _ in skip)) if skip else frozenset[int]()


def routine_dates(said: Said) -> Dates | None:
    """Return the weekdays that came with a routine; anything else needs a time first."""
    skip = skipped(said.take("skip"))
    if said.take("negated") and not DATE_WORDS & said.kept.keys():
        raise Unclear
    if "days" in said.kept and not _one_weekday(said.kept):
        days = _days(said)
    elif skip or "daily" in said.kept:
        said.take("daily")
        days = EVERY_DAY
    else:
        raise Unclear
    if not days - skip:
        raise Unclear
    return Weekly(days - skip)


def _days(said: Said, *, in_weeks: bool = False) -> frozenset[int]:
    """Return the weekdays of a list, each said once."""
    items = said.take("days")
    recurring = said.take("each") is not None or len(items) > 1 or items[0][1]
    said.take("daily")
    if not recurring and not in_weeks:
        raise Unclear
    found: frozenset[int] = frozenset()
    for days, _ in items:
        if found & days:
            raise Unclear
        found |= days
    return found


def recurring_dates(said: Said, minutes: Minutes, start: date | None, skip: frozenset[int]) -> Dates:
    said.take("perday")
    n, unit = said.take("n"), said.take("unit")
    monthly = said.take("monthly") is not None
    if unit == "month":
        if n != 1:
            raise Unclear
        n, unit, monthly = None, None, True
    if monthly or "nths" in said.kept or "monthdays" in said.kept:
        return _in_a_month(said, monthly)
    if unit == "day" and n % 7 == 0 and "days" in said.kept:
        n, unit = n // 7, "week"
    if unit == "day" and n != 1:
        return _every_days(said, n, minutes, start, skip)
    if unit == "week":
        return _weeks(said, n, minutes, start, skip)
    if unit == "day":
        said.kept.setdefault("daily", 1)
    if "days" in said.kept:
        days = _days(said, in_weeks="perweek" in said.kept)
        _count_in_week(said, len(days))
        return Weekly(days)
    if "perweek" in said.kept:
        raise Unclear
    said.take("daily")
    return Weekly(EVERY_DAY)


def _in_a_month(said: Said, monthly: bool) -> Dates:
    """Return the days of each month; "the first Monday" or "the 3rd" alone may be one date only."""
    said.take("loneday")
    if not monthly:
        raise Unclear
    if "nths" in said.kept:
        nths, weekday = _distinct(said.take("nths")), said.take("nthday")
        return MonthWeekdays(nths, weekday) if len(nths) > 1 else MonthWeekday(min(nths), weekday)
    if "monthdays" in said.kept:
        days = _distinct(said.take("monthdays"))
        return MonthDays(days) if len(days) > 1 else MonthDay(min(days))
    raise Unclear


def _distinct(said: int | Sequence[int]) -> frozenset[int]:
    """Return what was said of the month, each once: saying one twice is rather a slip."""
    items = (said,) if isinstance(said, int) else said
    if len(set(items)) < len(items):
        raise Unclear
    return frozenset(items)


def _count_in_week(said: Said, days: int) -> None:
    if said.take("perweek") is not None and said.take("times") != days:
        raise Unclear


def _first_date(minutes: Minutes, moment: Moment, start: date | None) -> date:
    """Return the first date from today, or from the start, on which something is still to come."""
    if start and start > moment.today:
        return start
    return moment.today + timedelta(1 if over(minutes, moment) else 0)


def _every_days(said: Said, n: int, minutes: Minutes, start: date | None, skip: frozenset[int]) -> Dates:
    if "days" in said.kept:
        raise Unclear
    anchor = said.take("anchor")
    if anchor is not None:
        counted = named_date(anchor, said.moment.today, past=True)
        if counted is None:
            raise Unclear
        return EveryDays(n, counted)
    return EveryDays(n, start or _first_date(minutes, said.moment, None))


def _weeks(said: Said, n: int, minutes: Minutes, start: date | None, skip: frozenset[int]) -> Dates:
    anchor = said.take("anchor")
    if "days" not in said.kept:
        if n == 1 or anchor is not None:
            raise Unclear
        return EveryDays(7 * n, start or _first_date(minutes, said.moment, None))
    days = _days(said, in_weeks=True)
    _count_in_week(said, len(days))
    if n == 1:
        return Weekly(days)
    if anchor is not None:
        counted = named_date(anchor, said.moment.today, past=True)
        if counted is None:
            raise Unclear
        return EveryWeeks(n, days, counted)
    day = _first_date(minutes, said.moment, start)
    if not days - skip:
        raise Unclear
    while day.weekday() not in days - skip:
        day += timedelta(1)
    return EveryWeeks(n, days, day - timedelta(day.weekday()))
