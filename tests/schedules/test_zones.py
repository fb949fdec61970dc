"""Local wall clocks, gaps and folds, names of zones, and guesses at where somebody is."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedules.aliases import zone_names
from bot.schedules.zones import (
    PLACES,
    guess_zone,
    half_hours_around,
    instant,
    known_zone,
    local,
    places_where_it_is,
)


def utc(written: str) -> int:
    return int(datetime.fromisoformat(f"{written}+00:00").timestamp())


def names(minute: int, at: int) -> set[str]:
    return {place.city for place in places_where_it_is(minute, at)}


@pytest.mark.parametrize(
    ("zone", "day", "minute", "rings"),
    [
        pytest.param("Europe/Berlin", "2027-03-28", 2 * 60 + 30, "2027-03-28T01:00", id="berlin"),
        pytest.param("Europe/Berlin", "2027-03-28", 2 * 60, "2027-03-28T01:00", id="the first minute of the gap"),
        pytest.param("Europe/Berlin", "2027-03-28", 3 * 60, "2027-03-28T01:00", id="the first minute after it"),
        pytest.param("America/New_York", "2027-03-14", 2 * 60 + 30, "2027-03-14T07:00", id="new york"),
        pytest.param("Australia/Lord_Howe", "2026-10-04", 2 * 60 + 15, "2026-10-03T15:30", id="half an hour is lost"),
        pytest.param("America/Nuuk", "2026-03-28", 23 * 60 + 30, "2026-03-29T01:00", id="the gap ends at midnight"),
        pytest.param("Pacific/Apia", "2011-12-30", 8 * 60 + 30, "2011-12-30T10:00", id="a day that never was"),
    ],
)
def test_a_time_in_a_gap_is_the_first_valid_minute_after_it(zone: str, day: str, minute: int, rings: str) -> None:
    assert instant(zone, date.fromisoformat(day), minute) == utc(rings)


@pytest.mark.parametrize(
    ("zone", "day", "minute", "rings"),
    [
        pytest.param("Europe/Berlin", "2026-10-25", 2 * 60 + 30, "2026-10-25T00:30", id="berlin"),
        pytest.param("America/New_York", "2026-11-01", 60 + 30, "2026-11-01T05:30", id="new york"),
        pytest.param("Australia/Lord_Howe", "2027-04-04", 60 + 45, "2027-04-03T14:45", id="half an hour twice"),
        pytest.param("America/Nuuk", "2026-10-24", 23 * 60 + 30, "2026-10-25T00:30", id="just before midnight"),
    ],
)
def test_a_time_that_comes_twice_is_the_first_of_the_two(zone: str, day: str, minute: int, rings: str) -> None:
    assert instant(zone, date.fromisoformat(day), minute) == utc(rings)


def by_watching_the_clock(zone: str, day: date, minute: int) -> int:
    """Return the first minute at which the clock shows the time or, in a gap, has just leapt over it."""
    wanted = datetime(day.year, day.month, day.day, minute // 60, minute % 60)
    at = utc(day.isoformat() + "T00:00") - 30 * 3600
    before = local(zone, at).replace(tzinfo=None)
    while True:
        at += 60
        shown = local(zone, at).replace(tzinfo=None)
        if before < wanted <= shown:
            return at
        before = shown


CHANGES = [
    ("Europe/Berlin", "2026-10-25"),
    ("Europe/Berlin", "2027-03-28"),
    ("America/St_Johns", "2027-03-14"),
    ("America/Nuuk", "2026-03-28"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Cairo", "2026-04-24"),
    ("Asia/Beirut", "2026-03-29"),
    ("Pacific/Chatham", "2026-09-27"),
    ("Pacific/Apia", "2011-12-30"),
]


@settings(max_examples=60, deadline=None)
@given(change=st.sampled_from(CHANGES), days=st.integers(-1, 1), minute=st.integers(0, 1439))
def test_an_instant_is_what_somebody_who_watches_the_clock_sees(
    change: tuple[str, str], days: int, minute: int
) -> None:
    zone, around = change
    day = date.fromisoformat(around) + timedelta(days=days)
    assert instant(zone, day, minute) == by_watching_the_clock(zone, day, minute)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Europe/Kyiv", "Europe/Kyiv"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Pacific/Apia", "Pacific/Apia"),
        ("Australia/Lord_Howe", "Australia/Lord_Howe"),
        ("EST5EDT", "EST5EDT"),
        ("Etc/UTC", "Etc/UTC"),
        ("UTC", "Etc/UTC"),
        ("europe/berlin", "Europe/Berlin"),
        (" Europe/Berlin", "Europe/Berlin"),
        ("Europe/Berlin\n", "Europe/Berlin"),
    ],
)
def test_a_zone_of_the_tz_database_is_known_old_names_and_hand_typed_ones_too(name: str, stored: str) -> None:
    assert known_zone(name) == stored


@pytest.mark.parametrize(
    "name",
    [
        "GMT+25",
        "IST",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/../Europe/Berlin",
        "",
        None,
        "Europe",
        "Europe/Berlin\0",
        "Europe\\Berlin",
        "localtime",
        "posixrules",
        "posix/Europe/Berlin",
        "right/Europe/Berlin",
        "Factory",
        "tzdata.zi",
        "A" * 10_000,
        "Ευρώπη/Αθήνα",
        "\ud800",
        "{0.__class__}",
    ],
)
def test_what_is_no_zone_is_not_known_whatever_files_the_machine_has(name: str | None) -> None:
    assert known_zone(name) is None


def test_every_known_zone_can_be_used() -> None:
    assert len(zone_names()) > 500
    assert all(local(name, utc("2026-11-18T09:00")) for name in zone_names().values())


def test_every_place_is_in_a_known_zone_and_no_two_share_a_name_or_a_language() -> None:
    assert [place.zone for place in PLACES if known_zone(place.zone) is None] == []
    assert len({place.city for place in PLACES}) == len(PLACES)
    spoken = [language for place in PLACES for language in place.languages]
    assert len(set(spoken)) == len(spoken)


@pytest.mark.parametrize(
    ("hinted", "language", "guessed"),
    [
        ("Asia/Tokyo", "de", "Asia/Tokyo"),
        (None, "de", "Europe/Berlin"),
        (None, "de-AT", "Europe/Berlin"),
        (None, "pt", "Europe/Lisbon"),
        (None, "pt-BR", "America/Sao_Paulo"),
        (None, "pt_br", "America/Sao_Paulo"),
        (None, "en-US", "America/New_York"),
        ("../../etc/passwd", "ja", "Asia/Tokyo"),
        ("GMT+25", "xx", "Etc/UTC"),
        (None, "", "Etc/UTC"),
    ],
)
def test_the_likeliest_zone_is_what_the_browser_says_else_where_the_language_is_at_home(
    hinted: str | None, language: str, guessed: str
) -> None:
    assert guess_zone(hinted, language) == guessed


def test_places_are_found_by_what_their_clocks_show_give_or_take_some_minutes() -> None:
    at = utc("2026-11-18T09:00")
    assert {"Berlin", "Lagos", "Paris"} <= names(10 * 60, at)
    assert "London" not in names(10 * 60, at)
    assert names(10 * 60 + 8, at) == names(10 * 60 - 8, at) == names(10 * 60, at)
    assert names(10 * 60 + 9, at) == set()
    assert names(14 * 60 + 45, at) == {"Kathmandu"}


def test_places_are_found_around_midnight() -> None:
    assert "Berlin" in names(0, utc("2026-11-18T22:57"))
    assert "Berlin" in names(23 * 60 + 58, utc("2026-11-18T23:03"))
    assert "Berlin" not in names(12 * 60, utc("2026-11-18T23:00"))


def test_clocks_a_day_apart_are_two_places_and_one_time_to_tap() -> None:
    at = utc("2026-11-18T09:00")
    assert names(23 * 60, at) == {"Honolulu", "Kiritimati"}
    shown = [(clock.hour, clock.minute) for clock in half_hours_around(at)]
    assert len(set(shown)) == len(shown)
    assert {(place.hour, place.minute) for place in (local(p.zone, at) for p in PLACES)} == set(shown)
