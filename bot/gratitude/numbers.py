"""Finds telephone numbers among the many other numbers that a sentence may hold: dates, times, scores, prices. Pure."""

import re
import tomllib
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.gratitude.disguises import bare, latin


@cache
def _figures() -> dict[str, str]:
    """Return the figures of each word that is read aloud for them."""
    words = tomllib.loads(Path(__file__).with_name("contacts.toml").read_text(encoding="utf-8"))["figures"]
    units = [*enumerate(words["german_units"].split(), 1)]
    found = [(word, str(number)) for line in words["from_nought"] for number, word in enumerate(line.split())]
    found += [(word, str(ten)) for line in words["tens"] for ten, word in enumerate(line.split(), 2)]
    for ten, tens in enumerate(words["german_tens"].split(), 2):
        found += [(tens, f"{ten}0"), *((f"{word}und{tens}", f"{ten}{unit}") for unit, word in units)]
    return {latin(bare(word)): figures for word, figures in (*found, *words["others"].items())}


_IDEOGRAPHS = str.maketrans(
    "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖공영일이삼사오육칠팔구", "00123456789112345678900123456789"
)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ALMOST = re.compile(r"(?<=\d)[oil](?![^\W\d])|(?<![^\W\d])[oil](?=\d)")
"""Letters among figures that look like one: O and l."""

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = (
    rf"(?:{_YEAR}[./-]{_MONTH}[./-]{_DAY}"
    rf"|(?:{_DAY}\.? ?[/–&+-] ?)*{_DAY} ?[./-] ?{_MONTH} ?[./-] ?(?:{_YEAR}|\d\d)"
    rf"|{_MONTH}/{_DAY}/(?:{_YEAR}|\d\d)"
    rf"|{_DAY}(?:\. ?|/){_MONTH}\.?)"
)
_ALONE, _ENDED = r"(?<![\d./:-])(?<!\d )", r"(?![./:-]?\d)"
_CLOCK = r"(?:[01]?\d|2[0-4])"
_HARMLESS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_ALONE}{_DATE}(?: ?[/–-] ?{_DATE})?{_ENDED}",
        rf"(?<![\d:]){_CLOCK}(?::|h)[0-5]\d(?::[0-5]\d)?(?![:\d])",
        rf"(?<![\d.]){_CLOCK}\.[0-5]\d(?= ?(?:uhr|[ap]\.?m\b|h\b))",
        r"(?<![\d:])(?:0|[1-9]\d{0,2}):(?:0|[1-9]\d{0,2})(?![:\d])",
        r"(?<![\d/])(?:0|[1-9]\d{0,2})/(?:5|10|20|100)(?![/\d])",
        rf"(?<!\d){_YEAR}(?: ?[,/&+–—-]? ?{_YEAR})*(?!\d)",
        r"(?<!\d)[1-9]\d{0,2}(?:[ .,']?000)+(?!\d)",
        r"(?<![\d.,])[1-9]\d?([.,])\d{3}(?:\1\d{3})*(?![.,]?\d)",
    )
)
_SHORTEST = 7
"""Figures of a telephone number (ITU-T E.164: up to fifteen)."""
_RUN = re.compile(rf"\d(?:(?:[^\w=×%°€$£¥₹₺₽₴]|_){{0,4}}\d){{{_SHORTEST - 1},}}")
_LISTED = re.compile(r"\.?[,;] |[ \n]?[&+][ \n]?")


def has_telephone_number(text: str) -> bool:
    """Return whether a bare text holds what reads like a telephone number, in figures or in words."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)  # a Korean syllable is one sign again
    return _found(latin(text)) or (
        not _IDEOGRAPHS.keys().isdisjoint(map(ord, composed)) and _found(latin(bare(composed.translate(_IDEOGRAPHS))))
    )


def _found(text: str) -> bool:
    """Return whether there is a number in a text of small letters."""
    text = _ALMOST.sub(lambda letter: "0" if letter[0] == "o" else "1", text)
    figures = _figures()
    words = [figure for word in _WORD.findall(text) if (figure := figures.get(word))]
    if sum(map(str.isdigit, text)) + sum(map(len, words)) < _SHORTEST:
        return False
    spoken = _WORD.sub(lambda word: figures.get(word[0], word[0]), text) if words else text
    return any(_rings(view) for view in {text, spoken})


def _rings(text: str) -> bool:
    if _RUN.search(text) is None:
        return False
    for harmless in _HARMLESS:
        text = harmless.sub("x", text)
    return any(not _counts(run[0]) for run in _RUN.finditer(text))


def _counts(run: str) -> bool:
    """Return whether the figures only count ("3, 2, 1") or are a list of some things ("rooms 12, 14, 19 and 21")."""
    groups = re.findall(r"\d+", run)
    if any(len(group) > 1 and group.startswith("0") for group in groups):
        return False
    steps = {int(after[:20]) - int(before[:20]) for before, after in pairwise(groups)}
    if len(groups) > 2 and len(steps) == 1 and steps != {0}:
        return True
    between = re.split(r"\d+", run)[1:-1]
    listed = len(groups) > 1 and all(_LISTED.fullmatch(gap) for gap in between)
    return listed and all(len(group) < 4 for group in groups) and any(len(group) > 1 for group in groups)
