"""A rule in plain words, which `bot.schedules.phrases.read` reads back as the same rule. Pure.

The words of each language are data: the table `say` of its lexicon. A language that has none yet is told in English.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from babel.core import Locale
from babel.dates import format_date

from bot.schedules.grammar_lexicon import LANGUAGES, data
from bot.schedules.grammar_meaning import Understood
from bot.schedules.rules import (
    EVERY_DAY,
    WEEKDAYS,
    WEEKENDS,
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
from bot.texts.voice import clock

_NEAR = 300
"""Days ahead for which a date goes without its year."""


def words(rule: Rule, language: str, today: date | None = None) -> str:
    """Return a rule in plain words: "every day except Sunday at 8:00". Local times, on the 24-hour clock.

    `language` is a BCP 47 tag. Dates within ten months from `today` go without their year. The seed of a moment left
    to chance is not told.
    """
    return _Teller(language, today).rule(rule)


def days_in_words(days: Iterable[int], language: str) -> str:
    """Return days of the week (0 is Monday) as they stand in a rule: "every Monday"."""
    return _Teller(language, None).weekly(frozenset(days))


def describe(found: Understood, language: str, today: date | None = None) -> str:
    """Return what was understood in plain words, with the routine that it rides on; "" for nothing."""
    teller = _Teller(language, today)
    told = teller.dates(found.dates, None) if found.dates else ""
    if found.rule:
        told = teller.rule(found.rule)
    if told and found.cue:
        return str(teller.say["cue"]).format(rule=told, cue=found.cue)
    return told or found.cue or ""


class _Teller:
    """One language telling rules."""

    def __init__(self, language: str, today: date | None) -> None:
        own = language.lower().replace("_", "-").partition("-")[0]
        self.language = own if own in LANGUAGES and "say" in data(own) else "en"
        self.say: dict[str, Any] = data(self.language)["say"]
        self.locale = Locale.parse(self.language)
        self.today = today

    def rule(self, rule: Rule) -> str:
        often = "often_once" if isinstance(rule.dates, OnDate) else "often"
        parts = [f"{self.dates(rule.dates, rule.first)} {self.minutes(rule.minutes, often)}"]
        if isinstance(rule.minutes, Draw) and rule.minutes.gap:
            parts.append(self.count("gap", rule.minutes.gap))
        if rule.skip:
            parts.append(self.say["skip"].format(days=self.listed(self.names("skip_names", rule.skip))))
        if rule.first:
            parts.append(self.say["first"].format(date=self.date(rule.first)))
        if rule.last:
            parts.append(self.say["last"].format(date=self.date(rule.last)))
        return ", ".join(parts)

    def dates(self, dates: Dates, first: date | None) -> str:
        match dates:
            case Weekly(days):
                return self.weekly(days)
            case EveryDays(every, anchor):
                told = self.say.get("odd_days", {}).get(str(every)) or self.count("every_days", every)
                return told if first == anchor else f"{told}, {self.counted(anchor)},"
            case EveryWeeks(every, days, anchor):
                told = self.count("every_weeks", every, days=self.listed(self.names("week_names", days)))
                return f"{told}, {self.counted(anchor)},"
            case MonthDay(-1):
                return str(self.say["last_day"])
            case MonthDay(day):
                return str(self.say["month_day"]).format(day=self.day_of_month(day))
            case MonthWeekday(nth, weekday):
                return str(self.say["month_weekday"]).format(nth=self.nth((nth,), weekday))
            case MonthDays(days):
                return str(self.say["month_days_of"]).format(days=self.listed(self.month_days(days)))
            case MonthWeekdays(nths, weekday):
                return str(self.say["month_weekday"]).format(nth=self.nth(_in_order(nths), weekday))
            case OnDate(day):
                return str(self.say["on_date"]).format(date=self.date(day))

    def minutes(self, minutes: Minutes, often: str) -> str:
        match minutes:
            case Times(listed):
                return str(self.say["times"]).format(times=self.listed([clock(m) for m in listed]))
            case Steps(every, start, end):
                return f"{self.steps(every)} {self.say['span'].format(start=clock(start), end=clock(end))}"
            case Draw(start, end, count):
                told = str(self.say["random"]).format(start=clock(start), end=clock(end))
                return told if count == 1 else f"{self.count(often, count)} {told}"

    def steps(self, every: int) -> str:
        if every == 60:
            return str(self.say["hourly"])
        return self.count("every_minutes", every) if every % 60 else self.count("every_hours", every // 60)

    def weekly(self, days: frozenset[int]) -> str:
        for known, name in ((EVERY_DAY, "every_day"), (WEEKDAYS, "weekdays"), (WEEKENDS, "weekends")):
            if days == known:
                return str(self.say[name])
        return str(self.say["days"]).format(days=self.listed(self.names("day_names", days)))

    def names(self, table: str, days: Iterable[int]) -> list[str]:
        names = self.say.get(table) or self.say["day_names"]
        return [names[day] for day in sorted(days)]

    def nth(self, nths: Sequence[int], weekday: int) -> str:
        kind = "nth_f" if weekday in self.say.get("feminine", ()) else "nth"
        kind = "nth_n" if weekday in self.say.get("neuter", ()) else kind
        word = self.listed([str(self.say[kind][nth if nth < 0 else nth - 1]) for nth in nths])
        if "nth_names" in self.say:
            told = str(self.say["nth_names"][weekday]).format(nth=word)
            for awkward, spoken in self.say.get("respelled", {}).items():
                told = told.replace(awkward, spoken)
            return told
        return f"{word} {self.say['day_names'][weekday]}"

    def day_of_month(self, day: int) -> str:
        forms = self.say["month_days"]
        return str(forms.get(str(day), forms["other"])).format(n=day)

    def month_days(self, days: Iterable[int]) -> list[str]:
        each, last = str(self.say["month_days_each"]), str(self.say["month_days_last"])
        return [last if n < 0 else each.format(day=self.day_of_month(n)) for n in _in_order(days)]

    def counted(self, anchor: date) -> str:
        return str(self.say["counted"]).format(date=self.date(anchor))

    def count(self, name: str, n: int, **more: str) -> str:
        forms = self.say[name]
        return str(forms.get(self.locale.plural_form(n), forms["other"])).format(n=n, **more)

    def date(self, day: date) -> str:
        near = self.today is not None and self.today <= day <= self.today + timedelta(_NEAR)
        return format_date(day, self.say["date_near" if near else "date"], locale=self.locale)

    def listed(self, items: Sequence[str]) -> str:
        if len(items) == 1:
            return items[0]
        return f"{', '.join(items[:-1])} {self.say['and']} {items[-1]}"


def _in_order(numbers: Iterable[int]) -> list[int]:
    """Return days or weekdays of the month in their order, the last (-1) at the end."""
    return sorted(numbers, key=lambda n: (n < 0, n))
