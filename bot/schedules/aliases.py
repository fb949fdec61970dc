"""Old and new names of one zone: which names there are, and under which one a zone is kept.

The tz database calls most of its old names links (`backward`), but links also lead from one country's zone to another's
that has kept the same time since 1970 (Europe/Stockholm to Europe/Berlin). What `zone.tab` lists is a place of its own
and keeps its name; other links are resolved within the group of names that CLDR holds for the same place, else as the
database says.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from babel.core import get_global

_NO_ZONE = "Factory"  # the tz database's word for a machine that was never set


def canonical(zone: str) -> str:
    """Return the name under which a zone is stored: Europe/Kyiv for Europe/Kiev; an unknown name as it is."""
    return _kept_names().get(zone, zone)


@lru_cache(maxsize=1)
def zone_names() -> dict[str, str]:
    """Return every name of the tz database by its small letters."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return {name.lower(): name for name in listed if name != _NO_ZONE}


@lru_cache(maxsize=1)
def _kept_names() -> dict[str, str]:
    links = {old: new for letter, new, old in _fields("tzdata.zi", " ", 3) if letter == "L"}
    places = {zone for _, _, zone in _fields("zone.tab", "\t", 3)}
    aliases = get_global("zone_aliases")
    groups: dict[str, set[str]] = {}
    for name in {*aliases, *aliases.values()}:
        groups.setdefault(aliases.get(name, name), set()).add(name)
    kept = {}
    for old, new in links.items():
        if old not in places:
            same = groups.get(aliases.get(old, old), set()) & places
            kept[old] = same.pop() if len(same) == 1 else new
    return kept


def _fields(name: str, between: str, count: int) -> Iterator[list[str]]:
    """Yield the first fields of the lines that have as many; comments have a sharp at their beginning."""
    for line in files("tzdata.zoneinfo").joinpath(name).read_text(encoding="utf-8").splitlines():
        fields = line.split(between)[:count]
        if len(fields) == count and not line.startswith("#"):
            yield fields
