"""A small grammar: patterns of words compiled once, and all the ways in which a text fits them. Pure.

A pattern is written as people write: "every <n:num> <unit>", "half past <hour> {past=30}". In it

- `word` is that word; a hyphen in it may also be a space, and `word~` may be written together with what follows;
- `<name>` is a class of words or other patterns, `<kept:name>` the same kept as `kept`;
- `<kept:name+>` are several, with commas or "and" between; `<kept:name++>` also with nothing but a space between;
- `[this]` may be missing, `(this|that)` is one of them;
- `{kept=5}` keeps a value without reading anything.

Nothing is guessed here: every reading is found, and whoever asked must choose or give up.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.schedules.grammar_text import fold, is_boundary

Kept = dict[str, Any]
Builder = Callable[[Kept], Any]
Node = tuple[Any, ...]

MOST_STEPS = 60_000
"""Tries for one text; ordinary phrases need a few thousand. Whatever needs more is not understood."""

_PIECE = re.compile(r"\s*(<[^>]+>|\{[^}]*\}|[\[\]()|]|[^\s<>{}\[\]()|]+)")


class TooHard(Exception):
    """A text needs more tries than anything that a person would say."""


def compile_pattern(pattern: str, variants: Callable[[str], list[str]]) -> Node:
    """Return the pattern as nodes. `variants` gives the spellings of a word. Raises ValueError for a bad pattern."""
    pieces = _PIECE.findall(pattern)
    node, rest = _alternatives(pieces, 0, variants)
    if rest != len(pieces):
        raise ValueError(f"cannot read the pattern {pattern!r}")
    return node


def _alternatives(pieces: list[str], at: int, variants: Callable[[str], list[str]]) -> tuple[Node, int]:
    found: list[Node] = []
    items: list[Node] = []
    while at < len(pieces) and pieces[at] not in "])":
        piece = pieces[at]
        at += 1
        if piece == "|":
            found.append(("seq", tuple(items)))
            items = []
        elif piece in "[(":
            inner, at = _alternatives(pieces, at, variants)
            if at >= len(pieces) or pieces[at] != {"[": "]", "(": ")"}[piece]:
                raise ValueError(f"a bracket is not closed: {' '.join(pieces)}")
            at += 1
            items.append(("opt", inner) if piece == "[" else inner)
        else:
            items.append(_item(piece, variants))
    found.append(("seq", tuple(items)))
    return (found[0] if len(found) == 1 else ("alt", tuple(found))), at


def _item(piece: str, variants: Callable[[str], list[str]]) -> Node:
    if piece.startswith("{"):
        name, _, value = piece[1:-1].partition("=")
        return ("keep", name, int(value) if re.fullmatch(r"-?\d+", value) else value)
    if piece.startswith("<"):
        kept, _, name = piece[1:-1].rpartition(":")
        plain = name.rstrip("+")
        return ("ref", kept or plain, plain, len(name) - len(plain))
    return ("word", tuple(dict.fromkeys(variants(piece))))


def spellings(word: str) -> list[str]:
    """Return a word of a lexicon as it can be typed: folded, a hyphen as it is, as a space or left out."""
    glued = "~" if len(word) > 1 and word.endswith("~") else ""
    plain = (fold(word.removesuffix("~") if glued else word).plain or word) + glued
    return [plain, plain.replace("-", " "), plain.replace("-", "")] if "-" in plain.strip("-") else [plain]


@dataclass(slots=True)
class Grammar:
    """Classes of words with their values, patterns, and what is made of a pattern's kept values."""

    words: Mapping[str, Mapping[str, list[tuple[str, Any]]]]
    """By class, then by first letter: the spellings and the value of each, longest first."""
    patterns: Mapping[str, tuple[Node, ...]]
    builders: Mapping[str, Builder]
    scanners: Mapping[str, Callable[[str, int], Iterator[tuple[int, Any]]]]
    signs: frozenset[str] = field(default_factory=frozenset)
    """Every single word that the grammar knows."""


class Reading:
    """One text being read by one grammar; what a name can mean at a place is found once."""

    def __init__(self, grammar: Grammar, text: str) -> None:
        self.grammar = grammar
        self.text = text
        self._known: dict[tuple[str, int], list[tuple[int, Any]]] = {}
        self._steps = 0

    def step(self) -> None:
        """Count a try. Raises TooHard when there were too many."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooHard

    def skip(self, at: int) -> int:
        """Return the place of the next sign that is no space."""
        return at + 1 if self.text[at : at + 1] == " " else at

    def find(self, name: str, at: int) -> list[tuple[int, Any]]:
        """Return every end and value of `name` at a place."""
        key = (name, at)
        if key not in self._known:
            found: dict[tuple[int, str], tuple[int, Any]] = {}
            for end, value in self._find(name, at):
                found.setdefault((end, repr(value)), (end, value))
            self._known[key] = list(found.values())
        return self._known[key]

    def _find(self, name: str, at: int) -> Iterator[tuple[int, Any]]:
        scanner = self.grammar.scanners.get(name)
        if scanner:
            yield from scanner(self.text, at)
        for word, value in self.grammar.words.get(name, {}).get(self.text[at : at + 1], ()):
            end = self._word(word, at)
            if end is not None:
                yield end, value
        build = self.grammar.builders.get(name)
        for node in self.grammar.patterns.get(name, ()):
            for end, kept in self._match(node, at, ()):
                value = build(dict(kept)) if build else dict(kept)
                if value is not None and end > at:
                    yield end, value

    def _word(self, word: str, at: int) -> int | None:
        self.step()
        glued = word.endswith("~")
        plain = word[:-1] if glued else word
        if not self.text.startswith(plain, at):
            return None
        end = at + len(plain)
        if not glued and not is_boundary(self.text, end):
            return None
        # A stop that shortens a word ("Mon.", "a.m."), not one that stands between digits.
        if (
            plain[-1].isalnum()
            and self.text[end : end + 1] == "."
            and self.text[end + 1 : end + 2] in ("", " ", ",", ")")
        ):
            end += 1
        return end

    def _match(self, node: Node, at: int, kept: tuple[Any, ...]) -> Iterator[tuple[int, tuple[Any, ...]]]:
        self.step()
        match node:
            case ("seq", items):
                yield from self._sequence(items, 0, at, kept)
            case ("alt", choices):
                for choice in choices:
                    yield from self._match(choice, at, kept)
            case ("opt", inner):
                yield from self._match(inner, at, kept)
                yield at, kept
            case ("keep", name, value):
                yield at, (*kept, (name, value))
            case ("word", words):
                ends = (self._word(word, self.skip(at)) for word in words)
                yield from ((end, kept) for end in ends if end is not None)
            case ("ref", name, wanted, 0):
                for end, value in self.find(wanted, self.skip(at)):
                    yield end, kept if value is None else (*kept, (name, value))
            case ("ref", name, wanted, loose):
                for end, values in self._several(wanted, self.skip(at), loose == 2):
                    yield end, (*kept, (name, values))

    def _sequence(
        self, items: tuple[Node, ...], number: int, at: int, kept: tuple[Any, ...]
    ) -> Iterator[tuple[int, tuple[Any, ...]]]:
        if number == len(items):
            yield at, kept
            return
        for end, now in self._match(items[number], at, kept):
            yield from self._sequence(items, number + 1, end, now)

    def _several(self, wanted: str, at: int, loose: bool) -> Iterator[tuple[int, tuple[Any, ...]]]:
        for end, value in self.find(wanted, at):
            yield end, (value,)
            for following in self._separators(end, loose):
                for last, values in self._several(wanted, following, loose):
                    yield last, (value, *values)

    def _separators(self, at: int, loose: bool) -> Iterator[int]:
        """Yield the places where the next of a list may begin."""
        start = self.skip(at)
        ends = {end for end, _ in self.find("and", start)}
        if self.text[start : start + 1] in (",", "/"):
            comma = self.skip(start + 1)
            ends |= {comma} | {end for end, _ in self.find("and", comma)}
        if loose:
            ends.add(start)
        for end in ends:
            if self.skip(end) < len(self.text):
                yield self.skip(end)
