"""Right-to-left text: the level of every letter, and the order in which a line's letters stand.

Unicode Bidirectional Algorithm (https://www.unicode.org/reports/tr9/), by python-bidi.
"""

import unicodedata
from collections.abc import Sequence

from bidi import algorithm

RTL_LANGUAGES = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"))
EMOJI = "\u2606"  # any sign without a direction of its own; some emoji are made of letters that have one


def is_rtl_language(language: str) -> bool:
    """Return whether a language is written from right to left."""
    return language.replace("_", "-").split("-")[0].lower() in RTL_LANGUAGES


def is_rtl(text: str, otherwise: bool = False) -> bool:
    """Return whether a text reads from right to left, by its first letter that has a direction (rules P2 and P3)."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return otherwise


def levels(letters: Sequence[str], rtl: bool) -> list[int]:
    """Return a level for each letter of a paragraph: even ones read to the right, odd ones to the left.

    `letters` are the first characters of what is drawn as one, so none of them is a joiner or a direction mark.
    """
    if not rtl and not any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in letters):
        return [0] * len(letters)
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = int(rtl), "LR"[rtl]
    algorithm.get_embedding_levels("".join(letters), storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    found = [letter["level"] for letter in storage["chars"]]
    # Should the library drop a letter, a plain direction is better than letters under wrong levels.
    return found if len(found) == len(letters) else [int(rtl)] * len(letters)


def visual(row: Sequence[int]) -> list[int]:
    """Return the places of a line's runs from left to right, given their levels (rule L2)."""
    places = list(range(len(row)))
    for level in range(max(row, default=0), 0, -1):
        start = 0
        while start < len(places):
            if row[places[start]] < level:
                start += 1
                continue
            end = start
            while end < len(places) and row[places[end]] >= level:
                end += 1
            places[start:end] = reversed(places[start:end])
            start = end
    return places
