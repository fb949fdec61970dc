"""Which of the moments that are due may still ring. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.schedules.quiet import QuietHours, outside_quiet
from bot.schedules.rules import (
    DAY_MINUTES,
    SHORTEST,
    Dates,
    Draw,
    EveryDays,
    EveryWeeks,
    Minutes,
    MonthDay,
    MonthWeekday,
    OnDate,
    Rule,
    Steps,
    Times,
    Weekly,
)
from bot.schedules.times import next_after, next_times
from bot.schedules.zones import instant, local

_DAY = 86_400

ON_TIME = 60
"""Seconds after its time within which a moment is simply on time; later ones are catching up."""


@dataclass(frozen=True, slots=True)
class Late:
    """A due row that is late: when it was due, and the newest time of its nudge, the one that may still ring.

    Both in UTC seconds; `grace` is how many seconds of lateness it bears.
    """

    due_at: int
    at: int
    nudge_id: int
    person_id: int
    grace: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """Those that keep quiet: the nudge of each, and when it was due; later than `until` they ring (UTC seconds)."""

    rows: frozenset[tuple[int, int]] = frozenset()
    until: int = 0

    def covers(self, nudge_id: int, due_at: int, at: int) -> bool:
        """Return whether the row that was due then keeps quiet, where the time that would ring is `at`."""
        return at <= self.until and (nudge_id, due_at) in self.rows


def keep_quiet(late: Iterable[Late], now: int) -> Quiet:
    """Return the late moments that are let go without a word.

    After an outage a person gets at most one message to catch up: the newest of those that are not too late. A nudge
    whose newest time is on time has nothing to catch up.
    """
    rows = [row for row in late if row.at < now - ON_TIME]
    newest: dict[int, Late] = {}
    for row in rows:
        best = newest.get(row.person_id)
        if now <= row.at + row.grace and (best is None or (best.at, best.nudge_id) < (row.at, row.nudge_id)):
            newest[row.person_id] = row
    # By nudge and time, not by row: a clock that was set back can leave two rows of one nudge.
    chosen = {(row.nudge_id, row.at) for row in newest.values()}
    silent = frozenset((row.nudge_id, row.due_at) for row in rows if (row.nudge_id, row.at) not in chosen)
    return Quiet(silent, now - ON_TIME - 1)


FOLLOW_UP = 30 * 60
"""Seconds after a moment was put before a person when it may be asked once more."""


def leaves_at(
    at: int, now: int, grace: int, zone: str, quiet: QuietHours | None, *, fixed: bool, following: int | None = None
) -> int | None:
    """Return when a moment that is due at `at` leaves (UTC seconds), or None: it is let go without a word.

    One at a fixed time waits for the end of the quiet hours where that is within its grace (seconds) and its nudge does
    not come again until then (`following`, UTC seconds). Others, by steps or by chance, are skipped there, so that
    nothing piles up at the end of the night.
    """
    if quiet is None:
        return now
    end = outside_quiet(at, zone, quiet)
    leaving = outside_quiet(max(end, now), zone, quiet)
    if not fixed and (end != at or leaving != now):
        return None
    if leaving != now and following is not None and following <= leaving:
        return None
    return leaving if leaving <= at + grace else None


def asks_again_at(leaving: int, deadline: int, zone: str, quiet: QuietHours | None) -> int | None:
    """Return when a moment that leaves at `leaving` is asked once more (UTC seconds), or None for never."""
    coming = leaving + FOLLOW_UP
    return coming if coming <= deadline and outside_quiet(coming, zone, quiet) == coming else None


def is_over(rule: Rule, zone: str, now: int) -> bool:
    """Return whether a rule does not ring any more after `now` (UTC seconds)."""
    return next_after(rule, zone, now) is None


def is_done(rule: Rule, zone: str, now: int) -> bool:
    """Return whether a rule that has ended is a thing of the past: its last day is over too, in its zone."""
    ends = [day for day in (rule.dates.day if isinstance(rule.dates, OnDate) else None, rule.last) if day]
    return bool(ends) and min(ends) < local(zone, now).date() and is_over(rule, zone, now)


def moved_to(rule: Rule, old: str, new: str, now: int) -> Rule:
    """Return the rule for a person who goes from a zone to another one at `now` (UTC seconds).

    Rules keep to the clock. Only what rings once must not be lost on the way: an instant ("in 20 minutes") stays the
    same one, and so does a single date of which something would be over by the new clock, or which is over already.
    Where its times would part for two dates, those of the first are kept as instants.
    """
    if not isinstance(rule.dates, OnDate):
        return rule
    times = next_times(rule, old, instant(old, rule.dates.day, 0) - _DAY, DAY_MINUTES // SHORTEST)
    coming = [one for one in times if one.at > now] or times[-1:]
    if not coming:
        return rule
    kept = len(next_times(rule, new, now, len(coming)))
    if not rule.instant and kept == len(coming) and coming[0].at > now:
        return rule
    shown = [local(new, one.at) for one in coming]
    minutes = [one.hour * 60 + one.minute for one in shown if one.date() == shown[0].date()]
    return Rule(OnDate(shown[0].date()), Times(tuple(minutes)), instant=rule.instant)


def turn_of(rule: Rule, slot: str) -> int:
    """Return the number of a slot ("2026-11-19T08:30") among all of its rule, so that wordings can take turns.

    Slots that follow each other have numbers that follow each other, whatever the rhythm: the wording that comes is the
    one that was not seen for the longest time.
    """
    day, minute = date.fromisoformat(slot[:10]), int(slot[11:13]) * 60 + int(slot[14:16])
    number, often = _turn_in_day(rule.minutes, minute)
    return _turn_of_day(rule.dates, day) * often + number


def _turn_of_day(dates: Dates, day: date) -> int:
    # Weeks are counted from a Monday: 1 January of the year 1 was one (proleptic Gregorian calendar).
    week, weekday = divmod(day.toordinal() - 1, 7)
    match dates:
        case Weekly(days):
            return week * len(days) + sum(one < weekday for one in days)
        case EveryWeeks(every, days, _):
            return week // every * len(days) + sum(one < weekday for one in days)
        case EveryDays(every, _):
            return day.toordinal() // every
        case MonthDay() | MonthWeekday():
            return day.year * 12 + day.month
    return day.toordinal()


def _turn_in_day(minutes: Minutes, minute: int) -> tuple[int, int]:
    """Return which of the day's times a minute is, and how many there are."""
    match minutes:
        case Times(listed):
            return sum(one < minute for one in listed), len(listed)
        case Steps(every, start, end):
            return max(0, minute - start) // every, max(0, end - start) // every + 1
        case Draw(start, end, count):
            return max(0, minute - start) * count // (end - start + 1), count


def least_seen(count: int, seen: Mapping[int, int], likings: Mapping[int, int]) -> int:
    """Return which of `count` wordings was not seen for the longest time.

    `seen` gives each that was seen a number that grows with time. Those liked less are left out, but half of all stay.
    """
    fewer = [n for n in range(count) if likings.get(n, 0) < 0][: count // 2]
    return min((n for n in range(count) if n not in fewer), key=lambda n: (seen.get(n, 0), n))


def wording(turn: int, count: int, likings: Mapping[int, int]) -> int:
    """Return which of `count` wordings has its turn.

    Those liked less are left out, but half of all stay, so that nothing becomes a refrain; those liked more come once
    more in each round.
    """
    if not likings:
        return turn % count
    fewer = [n for n in range(count) if likings.get(n, 0) < 0][: count // 2]
    listed = [n for n in range(count) if n not in fewer]
    # After the round, in its order: a liked one is never next to itself.
    listed += [n for n in listed if likings.get(n, 0) > 0]
    return listed[turn % len(listed)]
