import gzip
import subprocess
import sys
from importlib.resources import files

import pytest
from babel import Locale

from bot.schedules.aliases import canonical
from bot.schedules.cities import DATA, City, cities_beginning, find_cities, fold, zone_cities
from bot.schedules.zones import known_zone


def zones(written: str, language: str = "en") -> list[str]:
    return [city.zone for city in find_cities(written, language)]


def labels(written: str, language: str = "en") -> list[str]:
    return [city.label for city in find_cities(written, language)]


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        *[
            (name, "America/New_York")
            for name in ("New York", "new york city", "  NEW   YORK ", "NYC", "نيويورك", "ニューヨーク")
        ],
        *[(name, "Europe/Berlin") for name in ("München", "munchen", "Muenchen", "MÜNCHEN", "Munich", "Мюнхен")],
        *[(name, "Europe/Moscow") for name in ("Москва", "москва", "Moskau", "Moscú", "Moscou", "モスクワ", "मॉस्को")],
        *[(name, "Asia/Tokyo") for name in ("東京", "东京", "Tokio", "Tóquio", "طوكيو", "टोक्यो")],
        *[(name, "Africa/Cairo") for name in ("القاهرة", "القاهره", "Le Caire", "Kairo", "काहिरा", "Каир")],
        *[(name, "Asia/Kolkata") for name in ("दिल्ली", "Delhi", "Calcutta", "Kolkata", "Bombay", "मुंबई")],
        *[(name, "America/Sao_Paulo") for name in ("São Paulo", "sao paulo", "SAO-PAULO", "Сан-Паулу")],
        *[(name, "Europe/Warsaw") for name in ("Łódź", "lodz", "Warszawa")],
        *[(name, "Europe/Kyiv") for name in ("Kiev", "Київ", "Киев", "Kyjiw")],
        *[(name, "Europe/Zurich") for name in ("Zürich", "zuerich", "Zurigo")],
        *[(name, "Europe/Rome") for name in ("Roma", "Rom", "Mailand", "Milano")],
        *[(name, "Asia/Jerusalem") for name in ("תל אביב", "Tel-Aviv", "Tel Aviv")],
        *[(name, "Asia/Seoul") for name in ("서울", "Séoul")],
        *[(name, "Atlantic/Reykjavik") for name in ("Reykjavík", "reykjavik")],
        ("กรุงเทพ", "Asia/Bangkok"),
        ("St Petersburg", "Europe/Moscow"),
        ("Lord Howe", "Australia/Lord_Howe"),
        ("Eucla", "Australia/Eucla"),
        ("Nuuk", "America/Nuuk"),
        ("Katmandou", "Asia/Kathmandu"),
        ("Washington", "America/New_York"),
        ("Cancún", "America/Cancun"),
    ],
)
def test_a_city_is_found_as_people_write_it(written: str, zone: str) -> None:
    assert zones(written)[0] == zone


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Paris", ["Paris, France", "Paris, Texas, United States", "Paris, Ontario, Canada"]),
        ("London", ["London, United Kingdom", "London, Ontario, Canada"]),
        ("Portland", ["Portland, Oregon, United States", "Portland, Maine, United States"]),
        ("Birmingham", ["Birmingham, United Kingdom", "Birmingham, Alabama, United States"]),
        ("Valencia", ["Valencia, Venezuela", "Valencia, Spain"]),
        ("Hyderabad", ["Hyderabad, India", "Hyderabad, Pakistan"]),
        ("Georgia", ["Tbilisi, Georgia", "Atlanta, Georgia, United States"]),
    ],
)
def test_an_ambiguous_name_gives_all_of_them_the_greatest_first(written: str, expected: list[str]) -> None:
    found = labels(written)
    assert [label for label in found if label in expected] == expected
    assert found[0] == expected[0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Paris, TX", "Paris, Texas, United States"),
        ("paris texas", "Paris, Texas, United States"),
        ("Paris, TX, USA", "Paris, Texas, United States"),
        ("London, Ontario", "London, Ontario, Canada"),
        ("London (Ontario)", "London, Ontario, Canada"),
        ("Portland, ME", "Portland, Maine, United States"),
        ("Valencia, España", "Valencia, Spain"),
        ("paris frankreich", "Paris, France"),
        ("Москва, Россия", "Moscow, Russia"),
        ("Sydney, NSW", "Sydney, New South Wales, Australia"),
        ("Munich, Bavaria", "Munich, Germany"),
    ],
)
def test_whoever_says_where_it_lies_gets_that_one(written: str, expected: str) -> None:
    assert labels(written) == [expected]


def test_what_lies_elsewhere_is_not_found() -> None:
    assert find_cities("Munich, Japan") == []


@pytest.mark.parametrize(
    ("written", "zone"),
    [("Germany", "Europe/Berlin"), ("Deutschland", "Europe/Berlin"), ("日本", "Asia/Tokyo"), ("भारत", "Asia/Kolkata"),
     ("مصر", "Africa/Cairo"), ("Singapore", "Asia/Singapore"), ("Египет", "Africa/Cairo"),
     ("Türkei", "Europe/Istanbul")],
)  # fmt: skip
def test_a_country_with_one_time_gives_its_zone_in_any_language(written: str, zone: str) -> None:
    assert zones(written)[0] == zone


def test_a_country_with_several_times_gives_a_city_for_each_one() -> None:
    assert zones("USA")[:4] == ["America/New_York", "America/Los_Angeles", "America/Chicago", "America/Phoenix"]
    assert {"Pacific/Honolulu", "America/Anchorage", "America/Denver"} <= set(zones("United States"))
    assert zones("Spain")[:2] == ["Europe/Madrid", "Atlantic/Canary"]
    assert len(find_cities("Россия", limit=20)) == 11


def test_labels_are_in_the_persons_language_as_far_as_it_is_known() -> None:
    assert find_cities("Moscow", "ru")[0] == City("Europe/Moscow", "Москва, Россия")
    assert labels("München", "de") == ["Munich, Deutschland"]
    assert labels("Portland", "fr")[0] == "Portland, Oregon, États-Unis"
    assert labels("München", "no such language") == labels("München", "") == ["Munich, Germany"]
    assert labels("東京", "zh-Hant-TW") == ["東京, 日本"]


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "\u200b", "\0", "\ud800", "😀", "…", "x" * 10_000, "Paris " * 2_000, ",", ",,,", "a", "/", "\\"),
        *("GMT+5", "gmt-3", "UTC+03:00", "UTC", "GMT", "+2", "-03:30", "−3", "Z", "GMT+25", "0", "8:30", "7.30pm"),
        *("IST", "EST", "PST", "CET", "BST", "CST", "MSK", "EST5EDT", "Factory"),
        *("../../etc/passwd", "/etc/localtime", "..\\windows", "posix/Europe/Berlin", "Europe/Nowhere"),
        *(
            "asdfqwer",
            "no",
            "yes",
            "tomorrow",
            "weekdays 8:30",
            "=nowhere",
            "!DE",
            "?US.CA",
            "x\ty",
            "a\nb",
            "' OR 1=1",
        ),
    ],
)
def test_what_names_no_place_gives_nothing(written: str) -> None:
    assert find_cities(written) == []


def test_an_iana_name_gives_its_zone() -> None:
    assert find_cities("europe/kiev") == [City("Europe/Kyiv", "Kyiv")]
    assert zones("America/Argentina/Buenos Aires") == ["America/Argentina/Buenos_Aires"]


def test_every_place_lies_in_a_zone_that_is_stored_by_this_name() -> None:
    rows, _, names = gzip.decompress(DATA.read_bytes()).partition(b"\n\n")
    held = {row.split(b"\t")[3].decode() for row in rows.split(b"\n")}
    assert len(held) > 400
    assert {zone for zone in held if known_zone(zone) != zone or canonical(zone) != zone} == set()
    keys = [line.split(b"\t")[0] for line in names.splitlines()]
    assert keys == sorted(set(keys)), "names are searched by halving"


def test_folding_leaves_what_people_write_alike() -> None:
    assert fold("Saint-Étienne") == fold("SAINT ETIENNE") == "saintetienne"
    assert fold("İstanbul") == fold("istanbul")
    assert fold("Straße") == "strasse"


def test_nothing_is_loaded_before_the_first_question() -> None:
    code = """
import sys
from importlib.resources import files
import bot.schedules.places
from bot.schedules import cities
print(cities._data.cache_info().currsize, "tzfpy" in sys.modules)
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["0", "False"]


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pt", "ru", "ja", "ar", "hi"])
def test_the_city_of_every_zone_is_found_by_its_name_in_the_language(language: str) -> None:
    cities = zone_cities(language)
    assert len(cities) > 50
    found = {zone: [row.zone for row in find_cities(city, language, limit=16)] for zone, city in cities.items()}
    assert {zone for zone in cities if known_zone(zone) and zone not in found[zone]} == set()


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pt", "ru", "ja", "ar", "hi"])
def test_every_country_is_found_by_its_name_in_the_language(language: str) -> None:
    names = Locale(language).territories
    countries = {fields.split("\t")[0] for fields in _lines("zone.tab")}
    assert {names[country] for country in countries if not zones(names[country])} == set()


def _lines(name: str) -> list[str]:
    text = files("tzdata.zoneinfo").joinpath(name).read_text()
    return [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("ber", "Europe/Berlin"), ("münch", "Europe/Berlin"), ("New Y", "America/New_York"), ("東", "Asia/Tokyo")],
)
def test_a_place_is_found_while_it_is_typed_the_largest_first(typed: str, first: str) -> None:
    assert cities_beginning(typed, "de", 5)[0].zone == first


@pytest.mark.parametrize("typed", ["", "zzzzz", "=x", "!DE", "?DE.BY", "\ud800", "\0", "x" * 5000, "a\nb", "%"])
def test_typing_oddly_offers_places_or_nothing(typed: str) -> None:
    assert len(cities_beginning(typed, "en", 25)) <= 25
    assert all(known_zone(city.zone) for city in cities_beginning(typed, "en", 25))
