import math

import pytest

from bot.schedules.places import read_point, zone_at


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (52.52, 13.405, "Europe/Berlin"),
        (50.45, 30.52, "Europe/Kyiv"),
        (28.61, 77.21, "Asia/Kolkata"),
        (40.71, -74.01, "America/New_York"),
        (33.45, -112.07, "America/Phoenix"),
        (-31.55, 159.08, "Australia/Lord_Howe"),
        (-31.68, 128.88, "Australia/Eucla"),
        (27.72, 85.32, "Asia/Kathmandu"),
        (-13.83, -171.77, "Pacific/Apia"),
        (64.18, -51.72, "America/Nuuk"),
        (78.22, 15.65, "Arctic/Longyearbyen"),
        (-77.85, 166.67, "Antarctica/McMurdo"),
    ],
)
def test_a_shared_location_gives_its_zone(latitude: float, longitude: float, zone: str) -> None:
    assert zone_at(latitude, longitude) == zone


@pytest.mark.parametrize(("latitude", "longitude"), [(0, -30), (0, 0), (90, 0), (0, 180), (55, 3.5)])
def test_nobody_lives_by_a_zone_of_the_open_sea(latitude: float, longitude: float) -> None:
    assert zone_at(latitude, longitude) is None


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(91, 0), (0, 181), (math.nan, 0), (0, math.inf), (1e309, 0), (-90.1, 0)]
)
def test_a_point_off_the_globe_gives_nothing(latitude: float, longitude: float) -> None:
    assert zone_at(latitude, longitude) is None


def test_a_point_is_read_from_its_text() -> None:
    assert read_point("52.52,-13.405") == (52.52, -13.405)


@pytest.mark.parametrize(
    "written", ["", ",", "52.52", "1,2,3", "here,there", "nan,0", "0,inf", "91,0", "0,180.5", "x" * 10_000]
)
def test_what_is_no_point_is_not_read(written: str) -> None:
    assert read_point(written) is None
