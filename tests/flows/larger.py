"""A catalogue as large as a grown one: six themes of nine practices each, made from those that are there."""

from bot.catalogue import Catalogue, Practice
from bot.catalogue.catalogue import Theme
from tests.kit.talk import CATALOGUE

FIRST = ("one-breath", "doorway-pause", "three-senses", "evening-joy", "how-am-i")
HELPERS = ("urge-wave", "sip-water", "box-breathing", "breath-then-step", "three-minute-breath")
SECONDS = (5, 10, 20, 30, 60, 90, 180, 300, 48)


def made(key: str, *, seconds: int, hour: int, **more: object) -> Practice:
    title = key.replace("-", " ").capitalize()
    values = {"key": key, "title": title, "seconds": seconds, "minutes": (hour * 60, hour * 60 + 20, hour * 60 + 40)}
    return CATALOGUE["one-breath"].model_copy(update={**values, **more})


def larger() -> Catalogue:
    """Return the catalogue: five real practices, the on-demand helpers, and others of all lengths and hours."""
    listed = [CATALOGUE[key].model_copy(update={"next": ()}) for key in FIRST]
    listed += [made(key, seconds=30, hour=12, rhythm="on-demand") for key in HELPERS]
    listed += [
        made(f"number-{n}", seconds=SECONDS[n % 9], hour=(6, 12, 15, 18, 22)[n % 5], hard_day=n % 2 == 0)
        for n in range(54 - len(listed))
    ]
    keys = [practice.key for practice in listed]
    themes = [Theme(f"theme-{n}", f"Theme {n}", tuple(keys[n * 9 : n * 9 + 9])) for n in range(6)]
    return Catalogue(listed, themes, CATALOGUE.cues.values(), CATALOGUE.first, CATALOGUE.sources)
