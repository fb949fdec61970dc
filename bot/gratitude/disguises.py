"""Reads a sentence as an eye does, whatever it is written in: look-alikes, spread letters, what cannot be seen. Pure.

`alike.txt` holds the letters that look like Latin ones (Unicode's confusables, UTS #39); `make disguises` writes it.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

from bot.speech.blank import BLANK

_UNSEEN = frozenset(("Cf", "Mn", "Me", "Cc", "Cs"))
_SIGNS = {
    **dict.fromkeys("·∙•‧⋅⸱・●◦᛫۔܁܂", "."),
    **dict.fromkeys("،、‚", ","),
    **dict.fromkeys("⁄∕╱", "/"),
    **dict.fromkeys("’‘`´ʼ", "'"),
}
_LONG = str.maketrans("\ufdfa\ufdfb", "  ")
"""Blessings in one sign that would become up to eighteen letters."""
_FIRST_FLAG = 0x1F1E6
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]{3,}")
"""Two of them are a flag; more of them spell."""
_GAP = re.compile(r" *(\n)[ \n]*| +")
_SPREAD = re.compile(r"(?<!\w)(?:(?:[^\W_]|[.@/:])[ _*~|-]{1,2}){2,}(?:[^\W_]|[.@/:])(?!\w)")
_SPREADERS = re.compile("[ _*~|-]")


def bare(text: str) -> str:
    """Return the text in its case, without accents, forms and what is not seen; a gap is one space or one new line."""
    text = _replaced(_FLAGS.sub(_spelled, unicodedata.normalize("NFKD", text.translate(_LONG))), _bare)
    return _GAP.sub(lambda gap: gap[1] or " ", text).strip()


def latin(text: str) -> str:
    """Return a bare text in small letters, Latin ones for all that look like them: to compare, not to read."""
    return text.lower() if text.isascii() else _replaced(text, lambda char: _alike().get(char, char)).casefold()


def closed_up(text: str) -> str:
    """Return a bare text with the letters put together that were written one by one ("e x a m p l e")."""
    return _SPREAD.sub(lambda run: _SPREADERS.sub("", run[0]), text)


def _replaced(text: str, other: Callable[[str], str]) -> str:
    return text.translate({ord(char): other(char) for char in set(text)})


def _bare(char: str) -> str:
    if char.isspace():
        return "\n" if char.splitlines() == [""] else " "
    if char in BLANK or unicodedata.category(char) in _UNSEEN:
        return ""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return _SIGNS.get(char) or (char if char.isalnum() else _alike().get(char, char))


def _spelled(flags: re.Match[str]) -> str:
    return "".join(chr(ord(flag) - _FIRST_FLAG + ord("a")) for flag in flags[0])


@cache
def _alike() -> dict[str, str]:
    lines = Path(__file__).with_name("alike.txt").read_text(encoding="utf-8").splitlines()
    return {char: line[0] for line in lines for char in line[1:]}
