"""Rules as data: which dates, times which minutes of such a date. `bot.schedules.times` says when they come.

All dates and minutes are local to the person; minutes are counted from midnight (0-1439), weekdays from Monday (0).
A rule is a value: frozen, hashable, compared by what it says. What makes no sense is refused with a ValueError.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
WEEKENDS = frozenset((5, 6))
DAY_MINUTES = 1440
SHORTEST = 15
"""Minutes: nobody is nudged more often than this by steps or by chance."""

MOST_TIMES = DAY_MINUTES // SHORTEST
"""The most times of one day that a rule can name."""

MOST_DRAWN = 12
"""The most moments of one day that are left to chance."""

LONGEST_DAYS, LONGEST_WEEKS = 366, 53
"""The longest wait of "every N days" and "every N weeks"."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """Certain weekdays of every week."""

    days: frozenset[int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", _weekdays(self.days))


@dataclass(frozen=True, slots=True)
class EveryDays:
    """Every `every` days, counted from `anchor` in both directions."""

    every: int
    anchor: date

    def __post_init__(self) -> None:
        _whole("the number of days", self.every, 2, LONGEST_DAYS)


@dataclass(frozen=True, slots=True)
class EveryWeeks:
    """Certain weekdays of every `every`-th week (Monday to Sunday), counted from the week of `anchor` both ways."""

    every: int
    days: frozenset[int]
    anchor: date

    def __post_init__(self) -> None:
        _whole("the number of weeks", self.every, 2, LONGEST_WEEKS)
        object.__setattr__(self, "days", _weekdays(self.days))


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of the month (1-31; months that lack it are passed over), or -1 for the last day."""

    day: int

    def __post_init__(self) -> None:
        if self.day != -1:
            _whole("the day of the month", self.day, 1, 31)


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Several days of every month (1-31; a month that lacks one passes over it), -1 among them for the last day."""

    days: frozenset[int]

    def __post_init__(self) -> None:
        _several("days of the month", self.days, 31)


@dataclass(frozen=True, slots=True)
class MonthWeekday:
    """The `nth` (1-5) or last (-1) such weekday of the month; months without a fifth are passed over."""

    nth: int
    weekday: int

    def __post_init__(self) -> None:
        if self.nth != -1:
            _whole("which weekday of the month", self.nth, 1, 5)
        _whole("the weekday", self.weekday, 0, 6)


@dataclass(frozen=True, slots=True)
class MonthWeekdays:
    """The first and third such weekday of the month: several of `nths` (1-5), -1 among them for the last one."""

    nths: frozenset[int]
    weekday: int

    def __post_init__(self) -> None:
        _several("weekdays of the month", self.nths, 5)
        _whole("the weekday", self.weekday, 0, 6)


@dataclass(frozen=True, slots=True)
class OnDate:
    """One date, once."""

    day: date


@dataclass(frozen=True, slots=True)
class Times:
    """These minutes of the day; kept sorted, each once."""

    minutes: tuple[int, ...]

    def __post_init__(self) -> None:
        for minute in self.minutes:
            _minute("a time", minute)
        distinct = tuple(sorted(set(self.minutes)))
        _whole("the number of times a day", len(distinct), 1, MOST_TIMES)
        object.__setattr__(self, "minutes", distinct)


@dataclass(frozen=True, slots=True)
class Steps:
    """`start`, then every `every` minutes, up to and including `end`."""

    every: int
    start: int
    end: int

    def __post_init__(self) -> None:
        _whole("the number of minutes between two", self.every, SHORTEST, DAY_MINUTES)
        _minute("the start", self.start)
        _minute("the end", self.end)
        if self.start > self.end:
            raise ValueError("the start must not be later than the end")


@dataclass(frozen=True, slots=True)
class Draw:
    """`count` minutes left to chance in `start`-`end` (both included), at least `gap` minutes apart.

    They are drawn once per date from the seed: the same in every process and after every restart. Several are never
    closer than SHORTEST, whatever the gap says.
    """

    start: int
    end: int
    count: int = 1
    gap: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        _minute("the start", self.start)
        _minute("the end", self.end)
        _whole("the number of moments", self.count, 1, MOST_DRAWN)
        _whole("the gap", self.gap, 0, DAY_MINUTES - 1)
        _whole("the seed", self.seed, 0, 2**63 - 1)
        if self.start >= self.end:
            raise ValueError("the start must be earlier than the end")
        if (self.count - 1) * self.apart > self.end - self.start:
            raise ValueError(f"{self.count} moments at least {self.apart} minutes apart do not fit in there")

    @property
    def apart(self) -> int:
        """Return the smallest number of minutes between two moments."""
        return max(self.gap, SHORTEST)


Dates = Weekly | EveryDays | EveryWeeks | MonthDay | MonthDays | MonthWeekday | MonthWeekdays | OnDate
Minutes = Times | Steps | Draw


@dataclass(frozen=True, slots=True)
class Rule:
    """`minutes` of each of `dates`, but not on the weekdays of `skip`, from `first` to `last` (both included)."""

    dates: Dates
    minutes: Minutes
    skip: frozenset[int] = frozenset()
    first: date | None = None
    last: date | None = None
    instant: bool = field(default=False, compare=False)
    """A date and time that stand for an instant ("in 20 minutes"): it stays the same when the person's zone changes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "skip", _weekdays(self.skip) if self.skip else frozenset())
        if self.first and self.last and self.first > self.last:
            raise ValueError("the first date must not be later than the last")
        if not self.weekdays:
            raise ValueError("no weekday is left")

    @property
    def weekdays(self) -> frozenset[int]:
        """Return the weekdays on which the rule can ring."""
        return self._possible_days - self.skip

    @property
    def _possible_days(self) -> frozenset[int]:
        """Return the weekdays that `dates` can fall on, before any is skipped."""
        match self.dates:
            case Weekly(days) | EveryWeeks(_, days):
                return days
            case MonthWeekday(_, weekday) | MonthWeekdays(_, weekday):
                return frozenset((weekday,))
            case EveryDays(every, anchor) if every % 7 == 0:
                return frozenset((anchor.weekday(),))
            case OnDate(day):
                return frozenset((day.weekday(),))
            case _:
                return EVERY_DAY


def _whole(name: str, value: int, low: int, high: int) -> None:
    # A number read back from storage may be anything that JSON can say: 8.5, true, 1e309.
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number between {low} and {high}")


def _minute(name: str, value: int) -> None:
    _whole(name, value, 0, DAY_MINUTES - 1)


def _several(name: str, numbers: frozenset[int], high: int) -> None:
    for number in numbers:
        if number != -1:
            _whole(f"one of several {name}", number, 1, high)
    # One alone has a kind of its own, so that the same rule is never two different values.
    _whole(f"the number of {name}", len(numbers), 2, high + 1)


def _weekdays(days: frozenset[int]) -> frozenset[int]:
    for day in days:
        _whole("a weekday", day, 0, 6)
    if not days:
        raise ValueError("at least one weekday is needed")
    return frozenset(days)


def to_dict(rule: Rule) -> dict[str, object]:
    """Return the rule as JSON-ready data; `from_dict` reads it back."""
    stored: dict[str, object] = {"dates": _dates_out(rule.dates), "minutes": _minutes_out(rule.minutes)}
    if rule.skip:
        stored["skip"] = sorted(rule.skip)
    if rule.first:
        stored["first"] = rule.first.isoformat()
    if rule.last:
        stored["last"] = rule.last.isoformat()
    if rule.instant:
        stored["instant"] = True
    return stored


def from_dict(stored: Mapping[str, Any]) -> Rule:
    """Read back what `to_dict` wrote, in this version or an older one. Raises ValueError for anything else."""
    try:
        if "kind" in stored:
            # The first version knew weekly rules only: {"kind": "weekly", "days": [0], "minutes": [510]}.
            stored = {"dates": stored, "minutes": {"kind": "times", "minutes": stored["minutes"]}}
        return Rule(
            _dates_in(stored["dates"]),
            _minutes_in(stored["minutes"]),
            frozenset(stored.get("skip", ())),
            date.fromisoformat(stored["first"]) if "first" in stored else None,
            date.fromisoformat(stored["last"]) if "last" in stored else None,
            stored.get("instant") is True,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a rule lacks something or holds it in another shape: {error}") from error


def _dates_out(dates: Dates) -> dict[str, object]:
    match dates:
        case Weekly(days):
            return {"kind": "weekly", "days": sorted(days)}
        case EveryDays(every, anchor):
            return {"kind": "every-days", "every": every, "anchor": anchor.isoformat()}
        case EveryWeeks(every, days, anchor):
            return {"kind": "every-weeks", "every": every, "days": sorted(days), "anchor": anchor.isoformat()}
        case MonthDay(day):
            return {"kind": "month-day", "day": day}
        case MonthDays(several):
            return {"kind": "month-days", "days": sorted(several)}
        case MonthWeekday(nth, weekday):
            return {"kind": "month-weekday", "nth": nth, "weekday": weekday}
        case MonthWeekdays(nths, weekday):
            return {"kind": "month-weekdays", "nths": sorted(nths), "weekday": weekday}
        case OnDate(date_):
            return {"kind": "on-date", "day": date_.isoformat()}


def _dates_in(stored: Mapping[str, Any]) -> Dates:
    match stored["kind"]:
        case "weekly":
            return Weekly(frozenset(stored["days"]))
        case "every-days":
            return EveryDays(stored["every"], date.fromisoformat(stored["anchor"]))
        case "every-weeks":
            return EveryWeeks(stored["every"], frozenset(stored["days"]), date.fromisoformat(stored["anchor"]))
        case "month-day":
            return MonthDay(stored["day"])
        case "month-days":
            return MonthDays(frozenset(stored["days"]))
        case "month-weekdays":
            return MonthWeekdays(frozenset(stored["nths"]), stored["weekday"])
        case "month-weekday":
            return MonthWeekday(stored["nth"], stored["weekday"])
        case "on-date":
            return OnDate(date.fromisoformat(stored["day"]))
        case kind:
            raise ValueError(f"no dates of kind {kind!r}")


def _minutes_out(minutes: Minutes) -> dict[str, object]:
    match minutes:
        case Times(listed):
            return {"kind": "times", "minutes": list(listed)}
        case Steps(every, start, end):
            return {"kind": "steps", "every": every, "start": start, "end": end}
        case Draw(start, end, count, gap, seed):
            return {"kind": "draw", "start": start, "end": end, "count": count, "gap": gap, "seed": seed}


def _minutes_in(stored: Mapping[str, Any]) -> Minutes:
    match stored["kind"]:
        case "times":
            return Times(tuple(stored["minutes"]))
        case "steps":
            return Steps(stored["every"], stored["start"], stored["end"])
        case "draw":
            names = ("start", "end", "count", "gap", "seed")
            return Draw(*(stored[name] for name in names))
        case kind:
            raise ValueError(f"no minutes of kind {kind!r}")
