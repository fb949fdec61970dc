"""All practices together, by key and in order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from bot.catalogue.cues import Cue
from bot.catalogue.models import Practice
from bot.texts import Voice


class Offer(NamedTuple):
    """A practice that sign-up offers, and what stands on its button (English)."""

    practice: str
    label: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A chapter of the catalogue: its title (English) and its practices' keys, in order."""

    key: str
    title: str
    practices: tuple[str, ...]


class Catalogue:
    """Iterates over its practices in order. `catalogue[key]` is for checked keys, `get` for old rows.

    `cues` maps keys to cues in the order in which they are offered, `first` is what sign-up offers, `sources`
    maps a source's key to its title.
    """

    def __init__(
        self,
        practices: Iterable[Practice],
        themes: Iterable[Theme] = (),
        cues: Iterable[Cue] = (),
        first: Iterable[Offer] = (),
        sources: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._practices = {practice.key: practice for practice in practices}
        self.themes = tuple(themes)
        self.cues: Mapping[str, Cue] = MappingProxyType({cue.key: cue for cue in cues})
        self.first = tuple(first)
        self.sources = MappingProxyType(dict(sources))

    def plus(self, own: Iterable[Practice]) -> "Catalogue":
        """Return this catalogue with practices that one person wrote; they come last and belong to no theme."""
        listed = tuple(own)
        if not listed:
            return self
        offers = self.first
        return Catalogue((*self, *listed), self.themes, self.cues.values(), offers, self.sources)

    def __getitem__(self, key: str) -> Practice:
        return self._practices[key]

    def __contains__(self, key: object) -> bool:
        return key in self._practices

    def __iter__(self) -> Iterator[Practice]:
        return iter(self._practices.values())

    def __len__(self) -> int:
        return len(self._practices)

    def get(self, key: str | None) -> Practice | None:
        """Return a practice, or None when it is not in the catalogue (any more)."""
        return self._practices.get(key or "")

    def lasting(self, at_most: int, at_least: int = 0) -> tuple[Practice, ...]:
        """Return the practices that take so many seconds, in order."""
        return tuple(practice for practice in self if at_least <= practice.seconds <= at_most)

    def cue_phrase(self, key: str | None, voice: Voice) -> str | None:
        """Return a cue as it stands above a prompt, or None when there is none (any more)."""
        cue = self.cues.get(key or "")
        return voice.say(cue.phrase) if cue else None

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield where each text that people read stands, and the text."""
        for practice in self:
            yield from ((f"{practice.key} {where}", text) for where, text in practice.texts())
        for theme in self.themes:
            yield f"theme {theme.key}", theme.title
        for cue in self.cues.values():
            yield f"cue {cue.key}", cue.label
            yield f"cue {cue.key}", cue.phrase
        for offer in self.first:
            yield f"first {offer.practice}", offer.label
