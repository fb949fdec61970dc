"""Quiet hours, the parts of a person's day, and until when a moment is put off."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedules.quiet import DayParts, QuietHours, Snooze, outside_quiet, snooze_until, snoozes
from bot.schedules.zones import local
from tests.schedules.rule_strategies import minutes_of_day, moments, zones

BERLIN = "Europe/Berlin"
NIGHT = QuietHours(22 * 60, 7 * 60)
PARTS = DayParts()


def berlin(text: str) -> int:
    """Return the UTC second of a time that Berlin's clocks show (the second of two: "2026-10-25T02:30+01:00")."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        offset = 2 if 4 <= read.month <= 9 else 1
        return int(read.replace(tzinfo=UTC).timestamp()) - offset * 3600
    return int(read.timestamp())


def minute_of(zone: str, at: int) -> int:
    now = local(zone, at)
    return now.hour * 60 + now.minute


def shown(at: int | None) -> str:
    assert at is not None
    return local(BERLIN, at).isoformat(timespec="minutes")[:16]


two_minutes = st.lists(minutes_of_day, min_size=2, max_size=2, unique=True)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-18T21:59", "2026-11-18T21:59"),
        ("2026-11-18T22:00", "2026-11-19T07:00"),
        ("2026-11-18T23:59", "2026-11-19T07:00"),
        ("2026-11-19T00:00", "2026-11-19T07:00"),
        ("2026-11-19T06:59", "2026-11-19T07:00"),
        ("2026-11-19T07:00", "2026-11-19T07:00"),
    ],
)
def test_quiet_hours_across_midnight_end_in_the_morning(at: str, expected: str) -> None:
    assert shown(outside_quiet(berlin(at), BERLIN, NIGHT)) == expected


def test_quiet_hours_within_a_day_leave_the_night_alone() -> None:
    nap = QuietHours(13 * 60, 15 * 60)
    assert shown(outside_quiet(berlin("2026-11-18T14:10"), BERLIN, nap)) == "2026-11-18T15:00"
    assert shown(outside_quiet(berlin("2026-11-18T23:10"), BERLIN, nap)) == "2026-11-18T23:10"


def test_without_quiet_hours_any_time_will_do() -> None:
    assert outside_quiet(12345, BERLIN, None) == 12345


def test_the_end_is_kept_to_the_second() -> None:
    assert outside_quiet(berlin("2026-11-18T23:00:37"), BERLIN, NIGHT) == berlin("2026-11-19T07:00")


def test_quiet_hours_that_end_in_a_leap_end_with_the_leap() -> None:
    quiet = QuietHours(0, 150)
    assert outside_quiet(berlin("2027-03-28T01:30"), BERLIN, quiet) == berlin("2027-03-28T03:00+02:00")


def test_quiet_hours_that_the_clocks_fall_back_into_are_quiet_again() -> None:
    quiet = QuietHours(120, 150)
    first, second = berlin("2026-10-25T02:10+02:00"), berlin("2026-10-25T02:10+01:00")
    assert outside_quiet(first, BERLIN, quiet) == berlin("2026-10-25T02:30+02:00")
    assert outside_quiet(second, BERLIN, quiet) == berlin("2026-10-25T02:30+01:00")


@given(two_minutes, zones, moments)
@settings(max_examples=150, deadline=None)
def test_the_first_instant_outside_is_what_waiting_minute_by_minute_finds(ends: list[int], zone: str, at: int) -> None:
    quiet = QuietHours(*ends)
    found = outside_quiet(at, zone, quiet)
    waited = at
    while quiet.cover(minute_of(zone, waited)):
        waited += 60 - waited % 60
    assert found == waited


@given(two_minutes)
def test_quiet_hours_and_their_reverse_share_the_day_between_them(ends: list[int]) -> None:
    quiet, loud = QuietHours(*ends), QuietHours(*reversed(ends))
    assert all(quiet.cover(minute) != loud.cover(minute) for minute in range(1440))


@pytest.mark.parametrize(("start", "end"), [(0, 0), (480, 480), (-1, 60), (60, 1440)])
def test_quiet_hours_that_mean_nothing_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError):
        QuietHours(start, end)


def test_each_part_of_the_day_has_a_time_of_its_own() -> None:
    assert (PARTS.morning, PARTS.noon, PARTS.evening, PARTS.night) == (480, 720, 1140, 1290)
    assert DayParts(morning=900, noon=1200, evening=60, night=300).evening == 60
    with pytest.raises(ValueError):
        DayParts(morning=720)
    with pytest.raises(ValueError):
        DayParts(night=1440)


@pytest.mark.parametrize(
    ("snooze", "at", "expected"),
    [
        (Snooze.QUARTER, "2026-11-18T10:00", "2026-11-18T10:15"),
        (Snooze.HOUR, "2026-11-18T10:00", "2026-11-18T11:00"),
        (Snooze.EVENING, "2026-11-18T10:00", "2026-11-18T19:00"),
        (Snooze.TOMORROW, "2026-11-18T10:00", "2026-11-19T10:00"),
        # Nobody is woken for what they have put off.
        (Snooze.QUARTER, "2026-11-18T21:50", "2026-11-19T07:00"),
        (Snooze.HOUR, "2026-11-18T21:30", "2026-11-19T07:00"),
        # By the clock, whatever is done to the clocks in between.
        (Snooze.TOMORROW, "2027-03-27T10:00", "2027-03-28T10:00"),
        (Snooze.TOMORROW, "2026-10-24T10:00+02:00", "2026-10-25T10:00"),
    ],
)
def test_a_moment_is_put_off_until_then(snooze: Snooze, at: str, expected: str) -> None:
    assert shown(snooze_until(snooze, berlin(at), BERLIN, PARTS, NIGHT)) == expected


def test_tomorrow_means_the_time_of_the_moment_rather_than_that_of_the_tap() -> None:
    tapped = berlin("2026-11-18T08:47")
    assert shown(snooze_until(Snooze.TOMORROW, tapped, BERLIN, PARTS, NIGHT, 510)) == "2026-11-19T08:30"


@pytest.mark.parametrize("at", ["2026-11-18T18:46", "2026-11-18T19:00", "2026-11-18T23:30"])
def test_an_evening_that_has_begun_is_not_offered(at: str) -> None:
    assert snooze_until(Snooze.EVENING, berlin(at), BERLIN, PARTS, None) is None
    assert Snooze.EVENING not in snoozes(berlin(at), BERLIN, PARTS, None)


def test_offers_come_soonest_first_and_each_time_once() -> None:
    morning = snoozes(berlin("2026-11-18T10:00"), BERLIN, PARTS, NIGHT)
    assert list(morning) == [Snooze.QUARTER, Snooze.HOUR, Snooze.EVENING, Snooze.TOMORROW]
    # Late at night a quarter of an hour and an hour both mean the end of the quiet hours.
    late = snoozes(berlin("2026-11-18T21:50"), BERLIN, PARTS, NIGHT)
    assert {kind.value: shown(at) for kind, at in late.items()} == {
        "15m": "2026-11-19T07:00",
        "tomorrow": "2026-11-19T21:50",
    }


@given(st.sampled_from(Snooze), zones, moments, two_minutes)
@settings(max_examples=200, deadline=None)
def test_what_is_put_off_comes_later_outside_quiet_hours_and_soon_enough(
    snooze: Snooze, zone: str, at: int, ends: list[int]
) -> None:
    quiet = QuietHours(*ends)
    coming = snooze_until(snooze, at, zone, PARTS, quiet)
    if coming is None:
        assert snooze is Snooze.EVENING
        return
    assert coming >= at + 15 * 60
    assert not quiet.cover(minute_of(zone, coming))
    assert coming - at <= timedelta(days=2, hours=2).total_seconds()
