"""All that can be said to Pebble and tapped, from all chapters, in the order of the menu."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from bot.flows import (
    acknowledge,
    adding,
    afterwards,
    answers,
    coach,
    commands,
    give_thanks,
    invited,
    inviting,
    jar,
    leads,
    linking,
    live,
    long_goal,
    moments_list,
    my_data,
    now,
    nudge_cards,
    own_day,
    own_practice,
    pausing,
    people,
    perform,
    postscripts,
    receive_thanks,
    repair,
    ripples,
    settings_menu,
    shelves,
    shrink,
    timer,
    words,
    write_kindly,
)
from bot.flows.visit import Book, Chapter

MENU = (
    "start",
    "now",
    "nudges",
    "plan",
    "add",
    "moments",
    "jar",
    "thanks",
    "ripple",
    "people",
    "accept",
    "own",
    "settings",
    "language",
    "zone",
    "calendar",
    "quiet",
    "day",
    "pause",
    "resume",
    "help",
    "link",
    "unlink",
    "cancel",
    "privacy",
    "export",
    "delete",
)
"""The commands that a platform's menu lists, in its order."""

Key = TypeVar("Key")
Value = TypeVar("Value")


def bind(chapters: Iterable[Chapter]) -> Book:
    """Return the chapters as one book. Raises ValueError where two of them claim the same name."""
    listed = tuple(chapters)
    return Book(
        flows=_joined({flow.name: flow for flow in chapter.flows} for chapter in listed),
        commands=_joined(chapter.commands for chapter in listed),
        effects=_joined(chapter.effects for chapter in listed),
        on_moment=_joined(chapter.on_moment for chapter in listed),
        on_nudge=_joined(chapter.on_nudge for chapter in listed),
        taps=_joined(chapter.taps for chapter in listed),
    )


def _joined(tables: Iterable[Mapping[Key, Value]]) -> dict[Key, Value]:
    joined: dict[Key, Value] = {}
    for table in tables:
        twice = joined.keys() & table.keys()
        if twice:
            raise ValueError(f"two chapters claim {sorted(map(str, twice))}")
        joined |= table
    return joined


CHAPTERS = (
    acknowledge,
    adding,
    afterwards,
    answers,
    coach,
    commands,
    give_thanks,
    invited,
    inviting,
    jar,
    leads,
    linking,
    live,
    long_goal,
    moments_list,
    my_data,
    now,
    nudge_cards,
    own_day,
    own_practice,
    pausing,
    people,
    perform,
    postscripts,
    receive_thanks,
    repair,
    ripples,
    settings_menu,
    shelves,
    shrink,
    timer,
    words,
    write_kindly,
)
BOOK = bind(module.CHAPTER for module in CHAPTERS)
