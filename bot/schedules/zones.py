"""Zones: from a local wall clock to UTC and back, and good guesses at where somebody is.

The tz database comes with the `tzdata` package, so that every machine keeps the same promise.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, reset_tzpath

from bot.schedules.aliases import canonical, zone_names

# The package, never the machine's own folder: two machines with different ones would keep different promises.
reset_tzpath(to=())

_UNCERTAIN = {"est", "mst"}
"""Names of the tz database for places that never change their clocks; most people mean New York or Denver by them."""


def known_zone(name: str | None) -> str | None:
    """Return the zone that an IANA name means, under the name that is stored, or None when it is none.

    The name may be typed by hand: case does not count, and a space does for an underscore. Opens no file that a person
    named.
    """
    if not name or len(name) > 64 or not name.isascii():
        return None
    typed = "_".join(name.lower().split()).replace("_/", "/").replace("/_", "/")
    found = zone_names().get(typed)
    return canonical(found) if found and typed not in _UNCERTAIN else None


def local(zone: str, at: int) -> datetime:
    """Return the wall-clock time in `zone` at `at` (UTC seconds)."""
    return datetime.fromtimestamp(at, ZoneInfo(zone))


@lru_cache(maxsize=65_536)
def instant(zone: str, day: date, minute: int) -> int:
    """Return the UTC second at which the clocks in `zone` show `minute` (0-1439) of `day`.

    In a gap (clocks leap forward) it is the first valid minute after it; in a fold (clocks fall back) the first of
    the two, after PEP 495.
    """
    tz = ZoneInfo(zone)
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60)
    early = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if early.astimezone(tz).replace(tzinfo=None) == wall:
        return int(early.timestamp())
    # In a gap the fold swaps the offsets: fold=1 lands before the leap and fold=0 after it.
    before = int(wall.replace(tzinfo=tz, fold=1).timestamp())
    return _leap(tz, before, int(early.timestamp()))


def _leap(tz: ZoneInfo, before: int, after: int) -> int:
    """Return the second of the transition between two UTC seconds, found by halving."""
    offset = datetime.fromtimestamp(before, tz).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, tz).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


@dataclass(frozen=True, slots=True)
class Place:
    """A zone that many people live in, the city that they would name, and languages that hint at it."""

    zone: str
    city: str
    languages: tuple[str, ...] = ()


# From west to east. Chosen so that each offset in use, with each of its daylight rules, has a well-known city.
PLACES = (
    Place("Pacific/Honolulu", "Honolulu"),
    Place("America/Anchorage", "Anchorage"),
    Place("America/Los_Angeles", "Los Angeles"),
    Place("America/Phoenix", "Phoenix"),
    Place("America/Denver", "Denver"),
    Place("America/Mexico_City", "Mexico City"),
    Place("America/Chicago", "Chicago"),
    Place("America/Bogota", "Bogotá"),
    Place("America/New_York", "New York", ("en-us",)),
    Place("America/Caracas", "Caracas"),
    Place("America/Halifax", "Halifax"),
    Place("America/Santiago", "Santiago"),
    Place("America/St_Johns", "St. John’s"),
    Place("America/Sao_Paulo", "São Paulo", ("pt-br",)),
    Place("America/Argentina/Buenos_Aires", "Buenos Aires"),
    Place("America/Nuuk", "Nuuk"),
    Place("Atlantic/Azores", "Azores"),
    Place("Atlantic/Cape_Verde", "Cape Verde"),
    Place("Europe/London", "London", ("en", "en-gb", "ga", "cy")),
    Place("Europe/Lisbon", "Lisbon", ("pt",)),
    Place("Africa/Accra", "Accra"),
    Place("Europe/Berlin", "Berlin", ("de",)),
    Place("Europe/Paris", "Paris", ("fr",)),
    Place("Europe/Madrid", "Madrid", ("es", "ca", "eu", "gl")),
    Place("Europe/Rome", "Rome", ("it",)),
    Place("Europe/Warsaw", "Warsaw", ("pl", "cs", "sk", "hu", "sl", "hr", "nl", "sv", "nb", "da")),
    Place("Africa/Lagos", "Lagos"),
    Place("Europe/Kyiv", "Kyiv", ("uk", "ro", "bg", "el", "fi", "et", "lv", "lt")),
    Place("Africa/Cairo", "Cairo", ("ar",)),
    Place("Africa/Johannesburg", "Johannesburg"),
    Place("Asia/Jerusalem", "Jerusalem", ("he",)),
    Place("Europe/Moscow", "Moscow", ("ru", "be")),
    Place("Europe/Istanbul", "Istanbul", ("tr",)),
    Place("Africa/Nairobi", "Nairobi", ("sw",)),
    Place("Asia/Tehran", "Tehran", ("fa",)),
    Place("Asia/Dubai", "Dubai"),
    Place("Asia/Kabul", "Kabul"),
    Place("Asia/Karachi", "Karachi", ("ur",)),
    Place("Asia/Tashkent", "Tashkent", ("uz",)),
    Place("Asia/Kolkata", "Delhi", ("hi", "ta", "te", "mr", "en-in")),
    Place("Asia/Kathmandu", "Kathmandu", ("ne",)),
    Place("Asia/Dhaka", "Dhaka", ("bn",)),
    Place("Asia/Yangon", "Yangon", ("my",)),
    Place("Asia/Jakarta", "Jakarta", ("id",)),
    Place("Asia/Bangkok", "Bangkok", ("th", "vi")),
    Place("Asia/Shanghai", "Shanghai", ("zh",)),
    Place("Asia/Singapore", "Singapore", ("ms",)),
    Place("Australia/Perth", "Perth"),
    Place("Australia/Eucla", "Eucla"),
    Place("Asia/Tokyo", "Tokyo", ("ja",)),
    Place("Asia/Seoul", "Seoul", ("ko",)),
    Place("Australia/Adelaide", "Adelaide"),
    Place("Australia/Darwin", "Darwin"),
    Place("Australia/Brisbane", "Brisbane"),
    Place("Australia/Sydney", "Sydney", ("en-au",)),
    Place("Australia/Lord_Howe", "Lord Howe"),
    Place("Pacific/Noumea", "Nouméa"),
    Place("Pacific/Auckland", "Auckland", ("en-nz", "mi")),
    Place("Pacific/Chatham", "Chatham"),
    Place("Pacific/Apia", "Apia", ("sm",)),
    Place("Pacific/Kiritimati", "Kiritimati"),
    Place("Pacific/Marquesas", "Marquesas"),
    Place("Pacific/Pago_Pago", "Pago Pago"),
)


def guess_zone(hinted: str | None, language: str) -> str:
    """Return the likeliest zone: the one that the browser named, else one where the language is at home."""
    known = known_zone(hinted)
    if known:
        return known
    tag = language.lower().replace("_", "-")
    for wanted in (tag, tag.split("-")[0]):
        for place in PLACES:
            if wanted in place.languages:
                return place.zone
    return "Etc/UTC"


def places_where_it_is(minute: int, at: int, within: int = 8) -> list[Place]:
    """Return the places whose clocks show `minute` of the day at `at` (UTC seconds), give or take `within` minutes."""
    found = []
    for place in PLACES:
        now = local(place.zone, at)
        apart = abs(now.hour * 60 + now.minute - minute)
        if min(apart, 1440 - apart) <= within:
            found.append(place)
    return found


def half_hours_around(at: int) -> list[datetime]:
    """Return the different local times that places of `PLACES` have at `at` (UTC seconds), from west to east.

    Clocks a whole day apart (Honolulu, Kiritimati) show the same: such a time is returned once.
    """
    shown: dict[timedelta, datetime] = {}
    for place in PLACES:
        now = local(place.zone, at)
        shown.setdefault(now.utcoffset() or timedelta(), now)
    clocks: dict[tuple[int, int], datetime] = {}
    for offset in sorted(shown):
        clocks.setdefault((shown[offset].hour, shown[offset].minute), shown[offset])
    return list(clocks.values())
