from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from bot.schedules.aliases import canonical, zone_names
from bot.schedules.zones import guess_zone, known_zone


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Asia/Katmandu", "Asia/Kathmandu"),
        ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
        ("Asia/Rangoon", "Asia/Yangon"),
        ("America/Godthab", "America/Nuuk"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("America/Coral_Harbour", "America/Atikokan"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("Pacific/Truk", "Pacific/Chuuk"),
        ("US/Pacific", "America/Los_Angeles"),
        ("GB", "Europe/London"),
        ("UTC", "Etc/UTC"),
        ("EST5EDT", "EST5EDT"),
        ("Europe/Stockholm", "Europe/Stockholm"),
        ("Atlantic/Reykjavik", "Atlantic/Reykjavik"),
        ("Europe/Kyiv", "Europe/Kyiv"),
        ("Nowhere/Land", "Nowhere/Land"),
    ],
)
def test_a_zone_is_stored_under_the_name_of_its_own_place(old: str, new: str) -> None:
    assert canonical(old) == new


def test_the_stored_name_keeps_the_same_time_and_stands_for_itself() -> None:
    days = [datetime(2020, 1, 1, 12, tzinfo=UTC) + timedelta(days) for days in range(0, 3650, 3)]
    for name in zone_names().values():
        kept = canonical(name)
        assert canonical(kept) == kept
        if kept != name:
            apart = [
                day
                for day in days
                if day.astimezone(ZoneInfo(name)).utcoffset() != day.astimezone(ZoneInfo(kept)).utcoffset()
            ]
            assert apart == [], name


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("europe/berlin", "Europe/Berlin"),
        (" AMERICA / new york ", "America/New_York"),
        ("America/Port-au-Prince", "America/Port-au-Prince"),
        ("Europe/Kyiv", "Europe/Kyiv"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Pacific/Apia", "Pacific/Apia"),
        ("EST5EDT", "EST5EDT"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("utc", "Etc/UTC"),
    ],
)
def test_a_name_typed_by_hand_is_known(typed: str, zone: str) -> None:
    assert known_zone(typed) == zone


@pytest.mark.parametrize(
    "typed",
    [None, "", " ", "GMT+25", "IST", "../../etc/passwd", "/etc/localtime", "Europe", "Europe/", "Factory", "EST", "MST",
     "posixrules",
     "tzdata.zi", "zone.tab", "Europe/Berlin\0", "Europe\\Berlin", "x" * 10_000, "Ευρώπη/Αθήνα", "\ud800"],
)  # fmt: skip
def test_what_is_no_zone_or_an_uncertain_one_is_not_known(typed: str | None) -> None:
    assert known_zone(typed) is None


def test_every_name_of_the_database_is_known_and_loads() -> None:
    listed = files("tzdata").joinpath("zones").read_text().split()
    for name in listed:
        zone = known_zone(name)
        assert (zone is None) == (name in {"Factory", "EST", "MST"}), name
        if zone:
            ZoneInfo(zone)


def test_a_browser_that_knows_the_old_name_hints_at_the_stored_one() -> None:
    assert guess_zone("Asia/Calcutta", "en") == "Asia/Kolkata"
