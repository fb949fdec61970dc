"""From what a reading kept to what it means: dates times minutes, or nothing where the parts do not fit. Pure."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.schedules.grammar import Kept
from bot.schedules.grammar_clock import DAY, HALF, TONIGHT, Clock, resolve
from bot.schedules.grammar_dates import moved, named_date
from bot.schedules.grammar_meaning import BOUNDS, DATE_WORDS, NONE, Kind, Moment, Said, Unclear, Understood, over
from bot.schedules.grammar_minutes import said_minutes
from bot.schedules.grammar_rule import one_date, recurring_dates, routine_dates, skipped
from bot.schedules.rules import Draw, Minutes, OnDate, Rule, Steps, Times
from bot.schedules.times import next_after
from bot.schedules.zones import local

LONGEST_WAIT = 366 * DAY
"""Minutes that "in ..." can reach ahead."""


def build(kept: Kept, moment: Moment) -> Understood:
    """Return what a reading means, NONE where it means nothing that could be kept."""
    said = Said({name: value for name, value in kept.items() if name not in ("cost", "alone")}, moment)
    try:
        found = _understood(said)
    except (Unclear, ValueError, OverflowError):
        return NONE
    return NONE if said.kept else found


def _understood(said: Said) -> Understood:
    cue = said.take("cue")
    said.half = said.take("half") or said.moment.half
    if said.take("habit") is not None:
        _make_habit(said.kept)
    if cue is not None and not said.kept:
        return Understood("cue", cue=cue, dated=False)
    if "rel" in said.kept:
        if cue is not None:
            raise Unclear
        return _in_a_while(said)
    minutes = said_minutes(said)
    if minutes is None and cue is None and said.moment.usual is not None:
        return _other_days(said, said.moment.usual)
    if minutes is None:
        if cue is None:
            raise Unclear
        return Understood("cue", cue=cue, dates=routine_dates(said))
    return replace(_with_dates(said, minutes), cue=cue)


def _other_days(said: Said, usual: Minutes) -> Understood:
    """Return the usual minutes on the days that were said; one date alone may be no change of all the others."""
    if not (DATE_WORDS | {"skip"}) & said.kept.keys():
        raise Unclear
    found = _with_dates(said, usual)
    if found.rule is None or isinstance(found.rule.dates, OnDate):
        raise Unclear
    return found


def _make_habit(kept: Kept) -> None:
    """Take "mornings" as every morning, and "Monday mornings" as those of every Monday."""
    if "days" in kept:
        kept.setdefault("each", 1)
    elif "date" in kept:
        raise Unclear
    elif not DATE_WORDS & kept.keys():
        kept["daily"] = 1


def _in_a_while(said: Said) -> Understood:
    wait = said.take("rel")
    if not 0 < wait <= LONGEST_WAIT:
        raise Unclear
    # To the minute: half of a minute more is the next one.
    at = local(said.moment.zone, (said.moment.now + 30) // 60 * 60 + wait * 60)
    # A day or more ahead is said of the clock: "in two days" means about this time of that day.
    return Understood("once", Rule(OnDate(at.date()), Times((at.hour * 60 + at.minute,)), instant=wait < DAY))


def _with_dates(said: Said, minutes: Minutes | list[Clock]) -> Understood:
    if isinstance(minutes, list):
        return _next_hour(said, minutes[0])
    rings_once = one_date(said, minutes)
    if rings_once is not None:
        day, dated = rings_once
        return _once(said, day, minutes, dated)
    first = said.take("first")
    last, during, skip = said.take("last"), said.take("during"), said.take("skip")
    start = named_date(first, said.moment.today, past=True) if first is not None else None
    end = named_date(last, said.moment.today) if last is not None else None
    if any(_just_over(one, day, said.moment.today) for one, day in ((first, start), (last, end))):
        raise Unclear
    if (first is not None and start is None) or (last is not None and end is None) or (last and during):
        raise Unclear
    left_out = skipped(skip)
    if said.take("negated") and not DATE_WORDS & said.kept.keys():
        # "Not on Mondays at nine" says no day on which it should be.
        raise Unclear
    dated = bool(DATE_WORDS & said.kept.keys()) or bool(skip or first or last or during)
    if isinstance(minutes, Times) and (first or last or during) and not (DATE_WORDS - BOUNDS) & said.kept.keys():
        # "From Monday at nine": every day, or every Monday?
        raise Unclear
    dates = recurring_dates(said, minutes, start, left_out)
    rule = Rule(dates, minutes, left_out, start, end)
    if during is not None:
        rule = replace(rule, last=_end_of(rule, during, said.moment))
    kind: Kind = "daily-window" if isinstance(minutes, Draw) else "recur"
    return Understood(kind, rule, bare_hour=said.bare, dated=dated)


def _just_over(said: Any, day: date | None, today: date) -> bool:
    """Return whether a date without a year was a little while ago, so that next year's is hardly meant."""
    with_year = isinstance(said, dict) and ("year" in said or "iso" in said or ("dmy" in said and said["dmy"][0]))
    return day is not None and not with_year and day > today + timedelta(330)


def _end_of(rule: Rule, during: Kept, moment: Moment) -> date:
    """Return the last date of "for two weeks", counted from the first time."""
    first = next_after(rule, moment.zone, moment.now)
    if first is None:
        raise Unclear
    end = moved(date.fromisoformat(first.slot[:10]), during["n"], during["unit"])
    if end is None:
        raise Unclear
    return end - timedelta(1)


def _next_hour(said: Said, clock: Clock) -> Understood:
    """Return the next sensible time of a bare hour today, or tomorrow where no day was said."""
    date_said = said.take("date") is not None
    choices = [clock] if clock.mark else [Clock(clock.minute % HALF + half, True) for half in (0, HALF)]
    times: list[tuple[date, int]] = []
    for choice in choices:
        found = resolve([choice], None, None)
        if found is None:
            raise Unclear
        minute = found.minutes[0]
        if not clock.mark and not 6 * 60 <= minute < 23 * 60:
            continue
        if clock.mark == TONIGHT and minute < 6 * 60 and minute <= said.moment.minute:
            times.append((said.moment.today + timedelta(1), minute))
        elif minute > said.moment.minute:
            times.append((said.moment.today, minute))
        elif not date_said:
            times.append((said.moment.today + timedelta(1), minute))
    if not times:
        raise Unclear
    day, minute = min(times)
    guessed = len(choices) == 2 and clock.minute % DAY != HALF
    return Understood("once", Rule(OnDate(day), Times((minute,))), bare_hour=guessed, dated=date_said)


def _once(said: Said, day: date, minutes: Minutes, dated: bool) -> Understood:
    moment = said.moment
    if day == moment.today and over(minutes, moment):
        raise Unclear
    if isinstance(minutes, Times) and day == moment.today and minutes.minutes[0] <= moment.minute:
        raise Unclear
    if isinstance(minutes, Draw):
        if day == moment.today and minutes.start <= moment.minute:
            minutes = replace(minutes, start=moment.minute + 1)
        return Understood("window", Rule(OnDate(day), minutes), bare_hour=said.bare, dated=dated)
    kind: Kind = "recur" if isinstance(minutes, Steps) else "once"
    return Understood(kind, Rule(OnDate(day), minutes), bare_hour=said.bare, dated=dated)
