"""Words that hold a sentence until its sender has confirmed it. Pure; the words are in `delicate.toml`."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

from bot.gratitude.disguises import bare, closed_up, latin

Kind = Literal["crisis", "insult"]
_LISTS: tuple[tuple[str, Kind], ...] = (("crisis", "crisis"), ("threat", "insult"), ("insult", "insult"))
"""Which list means what: whoever threatens is asked what whoever insults is asked."""
_Phrases = dict[tuple[str, ...], list[list[str]]]
"""Phrases by their first one or two words."""

_WORD = re.compile(r"[^\W_]+")
_CHOICE = re.compile(r"\{([^{}]*)\}")
_DOTTED = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}[^\W\d_](?!\w)")
_MIXED = re.compile(r"[^\W\d_][013457@$!|€]+[^\W\d_]|[013457@$!|€][^\W\d_]{2}")
"""Figures and signs inside a word or at its head, where they stand for letters."""
_DRAWN = re.compile(r"([^\W\d_])\1\1")
_AGAIN = re.compile(r"(.)\1+")
_STANDS_FOR = tuple(str.maketrans("013457@$!|€", f"o{one}eastasiie") for one in "il")
_CALL = re.compile(r"[!|]+(?!\w)")


def delicate(text: str) -> Kind | None:
    """Return what kind of word is in the text, a crisis before an insult, in whatever language; None where none is."""
    plain = latin(bare(text)).replace("'", "")
    closed = _DOTTED.sub(lambda run: run[0].replace(".", ""), closed_up(plain))
    found = {kind for view in {plain, closed} for kind in _kinds(view)}
    return "crisis" if "crisis" in found else next(iter(found), None)


def _kinds(plain: str) -> Iterator[Kind]:
    yield from _listed(plain, _phrases(drawn=False))
    if _MIXED.search(plain) or _DRAWN.search(plain):
        for letters in _STANDS_FOR:
            yield from _listed(_undrawn(_CALL.sub(" ", plain).translate(letters)), _phrases(drawn=True))


def _listed(plain: str, phrases: dict[str, _Phrases]) -> Iterator[Kind]:
    words = _WORD.findall(plain)
    for start, length in [*_places(words, phrases["warm"])]:
        words[start : start + length] = [""] * length
    for name, kind in _LISTS:
        if any(_places(words, phrases[name])):
            yield kind


def _places(words: list[str], phrases: _Phrases) -> Iterator[tuple[int, int]]:
    """Where phrases stand: the place of the first word, and how many words there are."""
    for start, word in enumerate(words):
        for begin in ((word,), (word, *words[start + 1 : start + 2])):
            for phrase in phrases.get(begin, ()):
                if words[start : start + len(phrase)] == phrase:
                    yield start, len(phrase)


@cache
def _phrases(*, drawn: bool) -> dict[str, _Phrases]:
    """Return the lists; `drawn`: as words read once letters that are written several times are written once."""
    lists: dict[str, dict[str, list[str]]] = tomllib.loads(
        Path(__file__).with_name("delicate.toml").read_text(encoding="utf-8")
    )
    found: dict[str, _Phrases] = {}
    for name, languages in lists.items():
        phrases = found[name] = {}
        for written in (one for some in languages.values() for phrase in some for one in _spelled_out(phrase)):
            plain = latin(bare(written)).replace("'", "")
            words = _WORD.findall(_undrawn(plain) if drawn else plain)
            phrases.setdefault(tuple(words[:2]), []).append(words)
    return found


def _spelled_out(phrase: str) -> Iterator[str]:
    """Return all that a phrase with choices stands for: "fool{,s}" is "fool" and "fools"."""
    parts = [part.split(",") if choice % 2 else [part] for choice, part in enumerate(_CHOICE.split(phrase))]
    return map("".join, product(*parts))


def _undrawn(plain: str) -> str:
    return _AGAIN.sub(r"\1", plain)
