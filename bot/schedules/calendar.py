"""A calendar file (iCalendar, RFC 5545) of nudges, each with its rule and its zone. Pure.

Every time of the day is an event of its own: many calendars do not know BYHOUR and BYMINUTE. What is left to chance
is one event as long as its window. A time that the clocks leap over is left to the calendar, which may show it an hour
late where Pebble comes at the first valid minute.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.schedules.changes import Change, changes, offset_at
from bot.schedules.rules import (
    EVERY_DAY,
    Dates,
    Draw,
    EveryDays,
    EveryWeeks,
    MonthDay,
    MonthDays,
    MonthWeekday,
    MonthWeekdays,
    OnDate,
    Rule,
    Times,
    Weekly,
)
from bot.schedules.times import minutes_on, next_after
from bot.schedules.zones import instant

LONGEST_LINE = 75
"""Octets of a line without its end (RFC 5545, section 3.1)."""

YEARS = 10
"""For so many years the file itself says when clocks are moved; later a calendar asks its own tz database."""

MINUTES = 5
"""How long a nudge lasts in the calendar."""

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PRODUCT = "-//Pebble//Nudges//EN"


@dataclass(frozen=True, slots=True)
class Entry:
    """A nudge in the calendar. `key` is its own for good; `since` (UTC seconds) is when its events begin.

    `note` is shown under the title: the cue, or the rule in words.
    """

    key: str
    title: str
    rule: Rule
    zone: str
    since: int
    note: str = ""


def calendar_file(entries: Iterable[Entry], now: int) -> bytes:
    """Return the file (UTF-8) as of `now` (UTC seconds). A rule that has ended has no event in it."""
    listed = list(entries)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for zone in sorted({entry.zone for entry in listed}):
        lines += _zone(zone, min(entry.since for entry in listed if entry.zone == zone))
    for entry in listed:
        for event in _events(entry, now):
            lines += event
    lines.append("END:VCALENDAR")
    return b"".join(_fold(line) for line in lines)


def _events(entry: Entry, now: int) -> Iterator[list[str]]:
    """Yield one event for each time of the day, or one for the window of what is left to chance."""
    minutes = entry.rule.minutes
    if isinstance(minutes, Draw):
        window = f"{_clock(minutes.start)}–{_clock(minutes.end)}"
        starts, length, title = [minutes.start], minutes.end - minutes.start, f"{entry.title} ({window})"
    else:
        # Steps and times are the same on every date.
        starts, length, title = list(minutes_on(minutes, 1)), MINUTES, entry.title
    for start in starts:
        event = _event(entry, start, now)
        if event:
            texts = [f"SUMMARY:{_text(title)}", *([f"DESCRIPTION:{_text(entry.note)}"] if entry.note else [])]
            yield [
                "BEGIN:VEVENT",
                *event,
                f"DURATION:PT{length}M",
                *texts,
                "TRANSP:TRANSPARENT",
                "END:VEVENT",
            ]


def _event(entry: Entry, minute: int, now: int) -> list[str]:
    """Return what says when: identity, first time and recurrence; nothing when it never comes."""
    rule = replace(entry.rule, minutes=Times((minute,)))
    first = next_after(rule, entry.zone, entry.since - 1)
    if first is None:
        return []
    start = first.slot.replace("-", "").replace(":", "")
    recurrence = _recurrence(rule)
    if recurrence and rule.last:
        # RFC 5545: beside a DTSTART with a zone the end is said in UTC.
        recurrence += f";UNTIL={_utc(instant(entry.zone, rule.last, minute))}"
    return [
        f"UID:{_text(entry.key)}-{minute:04d}@pebble",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART;TZID={entry.zone}:{start}00",
        *([f"RRULE:{recurrence}"] if recurrence else []),
    ]


def _recurrence(rule: Rule) -> str:
    """Return the recurrence rule of these dates, or nothing for a single date."""
    dates: Dates = rule.dates
    kept = _by_day(EVERY_DAY - rule.skip) if rule.skip else ""
    match dates:
        case Weekly():
            return f"FREQ=WEEKLY{_by_day(rule.weekdays)}"
        case EveryDays(every):
            return f"FREQ=DAILY;INTERVAL={every}{kept}"
        case EveryWeeks(every):
            return f"FREQ=WEEKLY;INTERVAL={every};WKST=MO{_by_day(rule.weekdays)}"
        case MonthDay(day):
            return f"FREQ=MONTHLY;BYMONTHDAY={day}{kept}"
        case MonthDays(days):
            return f"FREQ=MONTHLY;BYMONTHDAY={','.join(str(day) for day in sorted(days))}{kept}"
        case MonthWeekdays(nths, weekday):
            return f"FREQ=MONTHLY;BYDAY={','.join(f'{nth}{_DAYS[weekday]}' for nth in sorted(nths))}"
        case MonthWeekday(nth, weekday):
            return f"FREQ=MONTHLY;BYDAY={nth}{_DAYS[weekday]}"
        case OnDate():
            return ""


def _by_day(days: frozenset[int]) -> str:
    return ";BYDAY=" + ",".join(_DAYS[day] for day in sorted(days))


def _zone(zone: str, since: int) -> list[str]:
    """Return the VTIMEZONE: what holds at `since`, and each change of the years after it."""
    tz = ZoneInfo(zone)
    offset = offset_at(tz, since)
    # The first observance holds from before the first event on, and moves nothing.
    begin = since - since % 86400 - 2 * 86400
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}", *_observance(tz, [Change(begin, offset, offset)])]
    groups: dict[tuple[int, int, str | None, bool], list[Change]] = {}
    for change in changes(zone, since, since + YEARS * 366 * 86400):
        shown = datetime.fromtimestamp(change.at, tz)
        groups.setdefault((change.before, change.after, shown.tzname(), bool(shown.dst())), []).append(change)
    for group in groups.values():
        lines += _observance(tz, group)
    return [*lines, "END:VTIMEZONE"]


def _observance(tz: ZoneInfo, same: Sequence[Change]) -> list[str]:
    """Return one observance with the onsets of these changes, which must be alike but for their date."""
    shown = datetime.fromtimestamp(same[0].at, tz)
    kind = "DAYLIGHT" if shown.dst() else "STANDARD"
    # Each onset is told by the clocks as they were before it.
    onsets = [datetime.fromtimestamp(c.at + c.before, UTC).strftime("%Y%m%dT%H%M%S") for c in same]
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{onsets[0]}",
        *([f"RDATE:{','.join(onsets[1:])}"] if len(onsets) > 1 else []),
        f"TZOFFSETFROM:{_offset(same[0].before)}",
        f"TZOFFSETTO:{_offset(same[0].after)}",
        f"TZNAME:{_text(shown.tzname() or '')}",
        f"END:{kind}",
    ]


def _offset(seconds: int) -> str:
    minutes, rest = divmod(abs(seconds), 60)
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{minutes // 60:02d}{minutes % 60:02d}" + (f"{rest:02d}" if rest else "")


def _utc(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _text(words: str) -> str:
    """Return words as a value of type TEXT (RFC 5545, section 3.3.11); control characters are left out."""
    plain = re.sub(r"\r\n?", "\n", words)
    plain = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", plain)
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _fold(line: str) -> bytes:
    """Return the line in pieces of at most 75 octets, none of which parts a character (section 3.1)."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode(errors="replace")
        if len(piece) + len(octets) > LONGEST_LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
