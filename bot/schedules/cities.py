"""From a city, region or country as somebody types it to the zones that it may mean.

What is known lies in `cities.txt.gz`, made by tools/make_cities.py from GeoNames (https://www.geonames.org, CC BY 4.0)
and from CLDR's names of countries and of each zone's city in all its languages (Unicode licence). It is read once, at
the first question, and searched as it lies: 11 MB of text, of which a dictionary would make ten times as much.
"""

import gzip
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from babel import Locale, UnknownLocaleError

from bot.schedules.aliases import canonical
from bot.schedules.zones import known_zone

LONGEST = 100
"""Characters of a place's name; the longest in use has 85."""

LOOKED_AT = 100
"""Places whose names are compared while one is being typed."""

DATA = Path(__file__).with_name("cities.txt.gz")
NAMES = b"\n\n"
"""What parts the two halves of the data: places in order of size, then names in order of their bytes."""

_OFFSET = re.compile(r"\s*(?:gmt|utc|z)?\s*[+\-−–±]?\s*\d{1,2}(?:[:.]?\d{2})?\s*", re.IGNORECASE)
# Marks that people leave out or put in as they please: accents, Hebrew points, Arabic vowel signs and the stretch.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640]")
_SAME = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ى": "ي", "ة": "ه", "ħ": "h"}
)
_PARTS = re.compile("[,،、，;(]")


@dataclass(frozen=True, slots=True)
class City:
    """A zone and the place for whose sake it is offered: `Portland, Oregon, United States`."""

    zone: str
    label: str


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    country: str
    region: str
    zone: str


def fold(name: str) -> str:
    """Return a name without what people write differently: case, accents, spaces, punctuation."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", name.casefold())).translate(_SAME)
    return "".join(sign for sign in unicodedata.normalize("NFC", plain) if unicodedata.category(sign)[0] in "LMN")


def find_cities(written: str, language: str = "en", limit: int = 8) -> list[City]:
    """Return the places that `written` may name, the likeliest (a country, then by population) first.

    `written` may also say where: "Paris, TX", "London (Ontario)". An IANA name gives its zone; what names no place
    gives nothing. Labels are in `language` as far as CLDR knows the words.
    """
    if len(written) > LONGEST:
        return []
    if "/" in written or "\\" in written:
        zone = known_zone(written)
        return [City(zone, zone.rpartition("/")[2].replace("_", " "))] if zone else []
    if _OFFSET.fullmatch(written):
        return []
    name, *where = [folded for part in _PARTS.split(written) if (folded := fold(part))] or [""]
    found = _named(fold(written))  # "Myanmar (Burma)" is a name as a whole
    if where and not found:
        found = _lying_in(_named(name), where)
    elif not found:
        found = _without_comma(written.split())
    return list(dict.fromkeys(City(canonical(row.zone), _label(row, language)) for row in found))[:limit]


def cities_beginning(written: str, language: str = "en", limit: int = 25) -> list[City]:
    """Return the places whose name may begin so, the largest first; of nothing yet, the largest there are."""
    begun = fold(written[:LONGEST])
    # Places lie in order of their size, so a smaller offset is a larger place.
    offsets = sorted(set(_beginning(begun)))[:LOOKED_AT] if begun else _largest(limit)
    found = dict.fromkeys(City(canonical(row.zone), _label(row, language)) for row in map(_row, offsets))
    largest = next(iter(found), None)
    # What is called so here comes before what is called so in another language; the largest stays in front.
    return sorted(found, key=lambda city: city != largest and not fold(city.label).startswith(begun))[:limit]


def _named(name: str) -> list[_Row]:
    """Return the places of this folded name: of countries and regions their greatest city in each zone."""
    areas = [_offsets(f"!{area}") for area in _areas(name)]
    cities = _offsets(name) if len(name) > 1 or name > "\u2e7f" else []
    return [_row(offset) for offset in dict.fromkeys([*chain.from_iterable(areas), *cities])]


def _areas(name: str) -> list[str]:
    """Return the codes of the countries (`CA`) and regions (`US.CA`) of this folded name."""
    return _found(f"={name}").split(",") if name and _found(f"={name}") else []


def _lying_in(rows: list[_Row], where: list[str]) -> list[_Row]:
    """Keep the rows that lie where the folded words say; a word for an area unknown here (Bavaria) says nothing."""
    for word in where:
        areas = _areas(word)
        there = [row for row in rows if _lies_in(row, word, areas)]
        if there or areas:
            rows = there
    return rows


def _lies_in(row: _Row, word: str, areas: list[str]) -> bool:
    own = (row.country, f"{row.country}.{row.region}")
    return word in (row.country.lower(), row.region.lower()) or any(area in areas for area in own)


def _without_comma(words: list[str]) -> list[_Row]:
    """Return the places of "portland oregon": the longest name that leaves words which say where it lies."""
    for count in range(len(words) - 1, 0, -1):
        word = fold(" ".join(words[count:]))
        areas = _areas(word)
        rows = [row for row in _named(fold(" ".join(words[:count]))) if word and _lies_in(row, word, areas)]
        if rows:
            return rows
    return []


def _label(row: _Row, language: str) -> str:
    words = _words(language)
    region = _found(f"?{row.country}.{row.region}") if row.region else ""
    parts = (_local_name(row, words), region, words.territories.get(row.country, row.country))
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _local_name(row: _Row, words: Locale) -> str:
    """Return the city's name in the language when it is the one after which CLDR names the zone, else as it is."""
    city = zone_cities(str(words)).get(row.zone, "")
    return city if city and row in _named(fold(city)) else row.name


@lru_cache(maxsize=64)
def zone_cities(locale: str) -> dict[str, str]:
    """Return how CLDR calls the city of each zone in a language of Babel's, where it is not the zone's own name."""
    # CLDR keeps a zone for ever under the name that it had first: Asia/Calcutta.
    named = Locale.parse(locale).time_zones.items()
    return {canonical(zone): str(words["city"]) for zone, words in named if "city" in words}


@lru_cache(maxsize=64)
def _words(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


# The data: rows "name, country, region, zone" parted by tabs, then lines "name, tab, offsets of rows" in order of
# bytes. A name after "=" is a country's or region's and leads to codes; "!" stands before a code and leads to its
# cities, "?" before a region's code and leads to its name. Offsets are in base 36, being shorter so.


@lru_cache(maxsize=1)
def _data() -> tuple[bytes, int]:
    """Return the bytes, and where the names begin."""
    data = gzip.decompress(DATA.read_bytes())
    return data, data.index(NAMES) + len(NAMES)


def _found(name: str) -> str:
    """Return what stands after a name; empty when it is not there."""
    try:
        wanted = name.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return ""
    data, start = _data()[0], _place_of(wanted)
    key, _, value = data[start : data.find(b"\n", start)].partition(b"\t")
    return value.decode() if key == wanted else ""


def _beginning(name: str) -> list[int]:
    """Return the offsets of all rows whose name begins so."""
    wanted = name.encode(errors="ignore")
    data, at = _data()[0], _place_of(wanted)
    found: list[int] = []
    while wanted and data.startswith(wanted, at):
        end = data.index(b"\n", at)
        found += [int(offset, 36) for offset in data[at:end].partition(b"\t")[2].decode().split(",") if offset]
        at = end + 1
    return found


def _largest(count: int) -> list[int]:
    data, offsets = _data()[0], [0]
    while len(offsets) < count:
        offsets.append(data.index(b"\n", offsets[-1]) + 1)
    return offsets


def _place_of(wanted: bytes) -> int:
    """Return where the first name stands that is not before `wanted`, found by halving."""
    data, low = _data()
    high = len(data)
    while low < high:
        start = data.rfind(b"\n", low - 1, (low + high) // 2) + 1
        end = data.index(b"\n", start)
        if data[start:end].partition(b"\t")[0] < wanted:
            low = end + 1
        else:
            high = start
    return low


def _offsets(name: str) -> list[int]:
    return [int(offset, 36) for offset in _found(name).split(",") if offset]


def _row(offset: int) -> _Row:
    data, _ = _data()
    return _Row(*data[offset : data.index(b"\n", offset)].decode().split("\t"))
