"""The practices in sections that can be leafed through: by theme, by time of day, by length. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.catalogue import Catalogue, Practice
from bot.nudges.own import PREFIX
from bot.schedules.rules import DAY_MINUTES
from bot.texts import N_, Voice

PAGE = 7
"""Practices on one page: with the row below them there are at most eight rows."""

_DAY = (
    ("d0", N_("Morning"), 5 * 60, 11 * 60),
    ("d1", N_("Midday"), 11 * 60, 14 * 60),
    ("d2", N_("Afternoon"), 14 * 60, 17 * 60),
    ("d3", N_("Evening"), 17 * 60, 21 * 60),
    ("d4", N_("Night"), 21 * 60, 5 * 60),
)
"""Parts of the day: code, title, and local minutes of the day from when until before when."""

_LENGTHS = (
    ("l0", N_("Up to 15 s"), 1, 15),
    ("l1", N_("Up to 1 min"), 16, 60),
    ("l2", N_("Up to 3 min"), 61, 180),
    ("l3", N_("Longer"), 181, DAY_MINUTES * 60),
)
"""Lengths: code, title, and the seconds from and to."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some practices under a title (English). The code names the section in buttons: two or three characters."""

    code: str
    title: str
    practices: tuple[Practice, ...]


def by_theme(catalogue: Catalogue) -> tuple[Section, ...]:
    """Return the themes in order, and behind them what the person wrote."""
    themes = [
        Section(f"t{n}", theme.title, tuple(catalogue[key] for key in theme.practices if key in catalogue))
        for n, theme in enumerate(catalogue.themes)
    ]
    own = Section("o", N_("My own"), tuple(p for p in catalogue if p.key.startswith(PREFIX)))
    return _filled([*themes, own])


def by_day(catalogue: Catalogue) -> tuple[Section, ...]:
    """Return the parts of the day, each with the practices that it suits, those first that belong there most."""
    listed, parts = list(catalogue), []
    for code, title, begin, end in _DAY:
        ranked = sorted((-_share(practice, begin, end), n) for n, practice in enumerate(listed))
        parts.append(Section(code, title, tuple(listed[n] for share, n in ranked if share)))
    return _filled(parts)


def by_length(catalogue: Catalogue) -> tuple[Section, ...]:
    """Return the practices from the shortest to the longest."""
    listed = sorted(catalogue, key=lambda practice: practice.seconds)
    return _filled(
        Section(code, title, tuple(p for p in listed if least <= p.seconds <= most))
        for code, title, least, most in _LENGTHS
    )


def find(catalogue: Catalogue, code: str) -> Section | None:
    """Return the section of that code, or None when there is none (any more)."""
    everything = (*by_theme(catalogue), *by_day(catalogue), *by_length(catalogue))
    return next((section for section in everything if section.code == code), None)


def page_of(practices: Sequence[Practice], page: int) -> tuple[Sequence[Practice], bool]:
    """Return the practices of one page (from 0), and whether more follow."""
    begin = page * PAGE
    return practices[begin : begin + PAGE], begin + PAGE < len(practices)


def lasting(voice: Voice, practice: Practice) -> str:
    """Return how long a practice takes: "10 s", "3 min"."""
    seconds = practice.seconds
    if seconds < 60 or (seconds < 120 and seconds % 60):
        return voice.say(N_("{n} s"), n=seconds)
    return voice.say(N_("{n} min"), n=(seconds + 30) // 60)


def title(voice: Voice, practice: Practice) -> str:
    """Return a practice by its icon and its title."""
    return f"{practice.icon} {voice.say(practice.title)}"


def label(voice: Voice, practice: Practice) -> str:
    """Return a practice as it stands in a list: "🌬️ One slow breath · 10 s"."""
    return f"{title(voice, practice)} · {lasting(voice, practice)}"


def _filled(sections: Iterable[Section]) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.practices)


def _share(practice: Practice, begin: int, end: int) -> float:
    """Return how many of a practice's natural times lie in a part of the day, from 0 to 1."""
    return sum(_within(minute, begin, end) for minute in practice.minutes) / len(practice.minutes)


def _within(minute: int, begin: int, end: int) -> bool:
    return begin <= minute < end if begin < end else minute >= begin or minute < end
