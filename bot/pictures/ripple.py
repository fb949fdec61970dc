"""What the ripple picture shows: how far a thank-you has travelled.

All words come in the person's language, and numbers as they are to be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.pictures.look import LONGEST, THEMES

MOST_NUMBERS = 4
MOST_CARDS = 3
"""Links that are shown with their words."""
KIND = "ripple"


@dataclass(frozen=True, slots=True)
class Number:
    """A number and what it counts: "7", "people"."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain: a pebble, and, where it is the person's own, the words that only they may see.

    `parent` is the place of the link before it in the list, None for the first link of a chain. `before` is the name of
    who thanked the person, `after` of whom the person thanked; either may be empty.
    Raises ValueError for words on a link that is somebody else's.
    """

    parent: int | None = None
    mine: bool = False
    sentence: str = ""
    before: str = ""
    after: str = ""

    def __post_init__(self) -> None:
        if not self.mine and (self.sentence or self.before or self.after):
            raise ValueError("a link that is not the person's own shows no words")


@dataclass(frozen=True, slots=True)
class Ripple:
    """All that is drawn. `you` is the word for the person, `note` a small line at the foot; 4 numbers are shown.

    Raises ValueError for no links, for a link that does not come after its parent, and for an unknown theme.
    """

    title: str
    numbers: tuple[Number, ...]
    links: tuple[Link, ...]
    subtitle: str = ""
    you: str = ""
    note: str = ""
    language: str = "en"
    theme: str = "light"

    def __post_init__(self) -> None:
        if not self.links:
            raise ValueError("a ripple has at least one link")
        if any(link.parent is not None and not 0 <= link.parent < place for place, link in enumerate(self.links)):
            raise ValueError("a link comes after its parent")
        if self.theme not in THEMES:
            raise ValueError("a picture is light or dark")

    def to_dict(self) -> dict[str, Any]:
        """Return what the outbox stores: what to draw, in plain lists."""
        own = {
            str(place): [link.sentence[:LONGEST], link.before[:LONGEST], link.after[:LONGEST]]
            for place, link in enumerate(self.links)
            if link.mine
        }
        return {
            "kind": KIND,
            "title": self.title,
            "subtitle": self.subtitle,
            "numbers": [[number.value, number.label] for number in self.numbers[:MOST_NUMBERS]],
            "parents": [link.parent for link in self.links],
            "mine": own,
            "you": self.you,
            "note": self.note,
            "language": self.language,
            "theme": self.theme,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Ripple":
        """Read back what `to_dict` wrote."""
        own = stored["mine"]
        return cls(
            stored["title"],
            tuple(Number(value, label) for value, label in stored["numbers"]),
            tuple(
                Link(parent, True, *own[str(place)]) if str(place) in own else Link(parent)
                for place, parent in enumerate(stored["parents"])
            ),
            **{name: stored[name] for name in ("subtitle", "you", "note", "language", "theme")},
        )
