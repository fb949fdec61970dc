"""Plain letters: what a person typed, made comparable with the words of a lexicon. Pure."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 400
"""Characters; nobody says more about when. Everything longer is not read at all, so that reading takes bounded time."""

_SAME = str.maketrans(
    {
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'",
        "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "~": "-", "〜": "-", "～": "-",
        "、": ",", "،": ",", "؛": ",", ";": ",", "・": ",", "。": ".", "۔": ".", "।": ".", "⁄": "/",
        "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": "", "ー": "ー",
    }
)  # fmt: skip
_SPACE = re.compile(r"\s+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々]")


@dataclass(frozen=True, slots=True)
class Folded:
    """`plain` letters to compare, `typed` as it was written, and for each plain letter its place in `typed`."""

    plain: str
    typed: str
    places: tuple[int, ...]

    def original(self, start: int, end: int) -> str:
        """Return what was typed where plain letters `start` to `end` stand."""
        return self.typed[self.places[start] : self.places[end - 1] + 1].strip(" ,.!?")


def fold(text: str) -> Folded:
    """Return the text in lower case, without accents, digits of every script made plain, one space at a time."""
    typed = _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    plain: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(typed):
        for letter in _plain(sign, plain[-1] if plain else ""):
            plain.append(letter)
            places.append(place)
    # "Am 3." and "bis zum 24.12." end in a stop that belongs to the number.
    while plain and plain[-1] in " .,!?" and not (plain[-1] == "." and plain[-2:-1] and plain[-2].isdigit()):
        plain.pop()
        places.pop()
    return Folded("".join(plain), typed, tuple(places))


def _plain(sign: str, before: str) -> str:
    """Return what stands for one sign: nothing for an invisible one or for an accent on a Latin letter."""
    kind = unicodedata.category(sign)
    if kind == "Nd":
        return str(unicodedata.digit(sign))
    if kind == "Cf" or sign == "़":
        return ""
    if kind == "Mn" and ("\u0300" <= sign <= "\u036f" or "\u064b" <= sign <= "\u0652"):
        return "" if before.isalpha() else sign
    low = sign.casefold().translate(_SAME)
    if "LATIN" in unicodedata.name(sign, ""):
        low = "".join(c for c in unicodedata.normalize("NFD", low) if unicodedata.category(c) != "Mn")
    return "е" if low == "ё" else low


def is_boundary(text: str, at: int) -> bool:
    """Return whether a word may end and another begin at this place. Japanese writes no spaces."""
    if at <= 0 or at >= len(text):
        return True
    left, right = text[at - 1], text[at]
    if left.isdigit() and right.isdigit():
        return False
    if not (_letter(left) and _letter(right)):
        return True
    return bool(_CJK.match(left) or _CJK.match(right))


def _letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LM"
