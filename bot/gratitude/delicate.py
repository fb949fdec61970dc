"""Words that hold a sentence until its sender has confirmed it. Pure; the words are in `delicate.toml`."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["crisis", "insult"]
_FILE = Path(__file__).with_name("delicate.toml")


def delicate(text: str) -> Kind | None:
    """Return what kind of word is in the text, a crisis before an insult, in whatever language; None where none is."""
    plain = _plain(text)
    for kind, pattern in _patterns():
        if pattern.search(plain):
            return kind
    return None


@cache
def _patterns() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    with _FILE.open("rb") as file:
        lists = tomllib.load(file)
    kinds: tuple[Kind, ...] = ("crisis", "insult")
    return tuple((kind, _any_of([word for words in lists[kind].values() for word in words])) for kind in kinds)


def _any_of(words: list[str]) -> re.Pattern[str]:
    """Whole words only: "Skyscraper" holds no "kys", "Dummy" no "dumm"."""
    listed = "|".join(re.escape(_plain(word)).replace(r"\ ", r"\W+") for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)")


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text)
    seen = "".join(char for char in composed if unicodedata.category(char) != "Cf")
    return seen.casefold().replace("’", "'")
