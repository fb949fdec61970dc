"""The calendar file, read by other people's libraries: icalendar for the file, dateutil for the rules in it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Timezone

from bot.schedules.calendar import Entry, calendar_file
from bot.schedules.rules import (
    EVERY_DAY,
    WEEKDAYS,
    Draw,
    MonthDay,
    OnDate,
    Rule,
    Steps,
    Times,
    Weekly,
)
from bot.schedules.times import next_times
from tests.schedules.rule_strategies import ZONES, moments, rules, steps, times, zones

NOW = int(datetime(2026, 11, 18, 9, tzinfo=UTC).timestamp())
BERLIN = "Europe/Berlin"
MORNINGS = Rule(Weekly(WEEKDAYS), Times((510,)))


def entry(rule: Rule = MORNINGS, zone: str = BERLIN, since: int = NOW, **words: str) -> Entry:
    return Entry(words.get("key", "nudge-7"), words.get("title", "One slow breath"), rule, zone, since)


def events(file: bytes) -> list[Any]:
    calendar = Calendar.from_ical(file)
    assert not calendar.errors
    found = list(calendar.walk("VEVENT"))
    assert all(not event.errors for event in found)
    return found


def starts(event: Any, until: datetime, most: int) -> list[datetime]:
    """Return the local times of an event as dateutil unrolls them."""
    start = event["DTSTART"].dt.replace(tzinfo=None)
    if "RRULE" not in event:
        return [start]
    zone = event["DTSTART"].dt.tzinfo
    recurrence = event["RRULE"]
    if "UNTIL" in recurrence:
        recurrence["UNTIL"] = [u.astimezone(zone).replace(tzinfo=None) for u in recurrence["UNTIL"]]
    unrolled = rrulestr(recurrence.to_ical().decode(), dtstart=start)
    found: list[datetime] = []
    for one in unrolled:
        if one > until or len(found) >= most:
            break
        found.append(one)
    return found


@given(rules(times | steps()), zones, moments)
@settings(max_examples=100, deadline=None)
def test_others_unroll_the_file_to_the_times_that_pebble_keeps(rule: Rule, zone: str, since: int) -> None:
    own = next_times(rule, zone, since - 1, 40)
    # A slot that a leap moves is left to the calendar, so the nominal times are compared; collapsed ones aside.
    file = calendar_file([entry(rule, zone, since)], since)
    found = events(file)
    assert bool(found) == bool(own)
    if not own:
        return
    until = datetime.fromisoformat(own[-1].slot)
    unrolled = sorted(one for event in found for one in starts(event, until, 200))
    slots = [one.isoformat(timespec="minutes") for one in unrolled if one <= until]
    missing = set(slots) - {one.slot for one in own}
    assert {one.slot for one in own} <= set(slots)
    assert len(set(slots)) == len(slots)
    assert all(collapsed(zone, slot) for slot in missing)


def collapsed(zone: str, slot: str) -> bool:
    """Return whether the clocks leap over this minute or to it."""
    wall = datetime.fromisoformat(slot)
    tz = ZoneInfo(zone)
    before = (wall - timedelta(minutes=1)).replace(tzinfo=tz)
    return any(
        one.astimezone(UTC).astimezone(tz).replace(tzinfo=None) != one.replace(tzinfo=None)
        for one in (before, wall.replace(tzinfo=tz))
    )


def test_each_time_of_the_day_is_an_event_with_a_name_that_stays() -> None:
    rule = Rule(Weekly(EVERY_DAY), Steps(120, 540, 660))
    early, late = (events(calendar_file([entry(rule, since=at)], at)) for at in (NOW, NOW + 30 * 86400))
    names = [str(event["UID"]) for event in early]
    assert names == ["nudge-7-0540@pebble", "nudge-7-0660@pebble"]
    assert [str(event["UID"]) for event in late] == names


def test_a_rule_with_an_end_says_it_in_utc() -> None:
    rule = Rule(Weekly(WEEKDAYS), Times((510,)), last=date(2027, 6, 30))
    (event,) = events(calendar_file([entry(rule)], NOW))
    assert event["RRULE"]["UNTIL"] == [datetime(2027, 6, 30, 6, 30, tzinfo=ZoneInfo("UTC"))]
    assert starts(event, datetime(2028, 1, 1), 10_000)[-1] == datetime(2027, 6, 30, 8, 30)


def test_a_single_date_has_no_rule_and_a_past_one_no_event() -> None:
    (event,) = events(calendar_file([entry(Rule(OnDate(date(2026, 11, 30)), Times((480,))))], NOW))
    assert "RRULE" not in event
    assert event["DTSTART"].dt.isoformat() == "2026-11-30T08:00:00+01:00"
    assert not events(calendar_file([entry(Rule(OnDate(date(2026, 11, 1)), Times((480,))))], NOW))


def test_what_is_left_to_chance_is_its_window_said_in_words() -> None:
    (event,) = events(calendar_file([entry(Rule(MonthDay(-1), Draw(600, 720, count=2)))], NOW))
    assert str(event["SUMMARY"]) == "One slow breath (10:00–12:00)"
    assert event["DTSTART"].dt.isoformat() == "2026-11-30T10:00:00+01:00"
    assert event["DURATION"].dt == timedelta(hours=2)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=200)
def test_any_words_come_back_and_no_line_is_too_long(title: str, note: str) -> None:
    file = calendar_file([Entry("nudge-7", title, MORNINGS, BERLIN, NOW, note)], NOW)
    for line in file.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert b"\n" not in file.replace(b"\r\n", b"")
    (event,) = events(file)
    assert str(event["SUMMARY"]) == printable(title)
    assert str(event.get("DESCRIPTION", "")) == printable(note)


def printable(words: str) -> str:
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127))


@pytest.mark.parametrize(
    "words",
    [
        "BEGIN:VEVENT\r\nEND:VEVENT",
        "a;b,c\\n\nEND:VCALENDAR",
        "\ud800 alone",
        "👩‍👩‍👧‍👦" * 40,
        "\x00\x07",
    ],
)
def test_hostile_words_stay_words(words: str) -> None:
    file = calendar_file([Entry("nudge-7", words, MORNINGS, BERLIN, NOW, words)], NOW)
    (event,) = events(file)
    assert str(event["SUMMARY"]) == printable(words).replace("\ud800", "?")


def test_the_file_itself_says_when_the_clocks_are_moved() -> None:
    for zone in (
        BERLIN,
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Kathmandu",
        "Europe/Dublin",
    ):
        calendar = Calendar.from_ical(calendar_file([entry(zone=zone)], NOW))
        (told,) = calendar.walk("VTIMEZONE")
        assert isinstance(told, Timezone)
        assert not told.errors
        read, real = told.to_tz(lookup_tzid=False), ZoneInfo(zone)
        for hours in range(0, 9 * 366 * 24, 97):
            wall = datetime.fromtimestamp(NOW + hours * 3600, real).replace(tzinfo=None)
            assert wall.replace(tzinfo=read).utcoffset() == wall.replace(tzinfo=real).utcoffset(), (
                zone,
                wall,
            )


def test_one_file_holds_nudges_of_several_zones_each_zone_told_once() -> None:
    entries = [entry(zone=zone, key=f"nudge-{n}") for n, zone in enumerate((BERLIN, "Asia/Tokyo", BERLIN))]
    calendar = Calendar.from_ical(calendar_file(entries, NOW))
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Tokyo", BERLIN]
    assert len(calendar.walk("VEVENT")) == 3


def test_every_zone_can_be_told() -> None:
    file = calendar_file([entry(zone=zone) for zone in ZONES], NOW)
    assert len(Calendar.from_ical(file).walk("VTIMEZONE")) == len(ZONES)


def test_without_nudges_the_file_is_empty_but_whole() -> None:
    assert calendar_file([], NOW).startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert not events(calendar_file([], NOW))
