"""The fonts of Pebble's pictures, all from PyPI packages, so that a picture looks the same on every machine.

Nunito for Latin and Cyrillic, Noto for the rest; NOTICE names their licence, the SIL Open Font License 1.1. What a
machine has installed besides is never used: letters that change with the host could not be tested.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import uharfbuzz as hb

REGULAR, BOLD = 500, 800
"""Weights as in CSS. A font that has no such weight takes its nearest."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font: the package and the file in it, the place in a collection, and how large it is set beside Nunito."""

    name: str
    package: str
    file: str
    index: int = 0
    scale: float = 1.0


def _noto(script: str) -> Face:
    return Face(script.lower() or "noto", "manimgx_fonts", f"NotoSans{script}[wght].ttf")


def _cjk(region: str, index: int) -> Face:
    return Face(f"cjk-{region}", "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc", index, 0.95)


NUNITO = Face("nunito", "fontpkg_nunito", "files/Nunito[wght].ttf")
NOTO = _noto("")
# The order of the collection: https://github.com/notofonts/noto-cjk
JAPANESE, KOREAN, CHINESE, TAIWANESE, CANTONESE = (
    _cjk(region, index) for index, region in enumerate(("jp", "kr", "sc", "tc", "hk"))
)
PLAIN = (NUNITO, NOTO)
"""Fonts of ordinary text: what they hold is a letter or sign, also where an emoji of the same code exists."""
SCRIPTS = (
    *(_noto("Arabic"), _noto("Hebrew"), _noto("Devanagari"), _noto("Armenian"), _noto("Bengali"), _noto("Ethiopic")),
    *(_noto("Georgian"), _noto("Gujarati"), _noto("Gurmukhi"), _noto("Kannada"), _noto("Khmer"), _noto("Lao")),
    *(_noto("Malayalam"), _noto("Myanmar"), _noto("Oriya"), _noto("Sinhala"), _noto("Tamil"), _noto("Telugu")),
    _noto("Thai"),
)
SIGNS = (_noto("Symbols"), Face("emoji", "manimgx_fonts", "NotoEmoji[wght].ttf"))


def faces(language: str) -> tuple[Face, ...]:
    """Return the fonts in the order in which they are asked for a letter.

    Chinese, Japanese and Korean write the same characters in slightly different shapes: the language decides.
    """
    tag = language.replace("_", "-").lower()
    if tag.startswith("ja"):
        first = JAPANESE
    elif tag.startswith("ko"):
        first = KOREAN
    elif tag.startswith("zh-hk"):
        first = CANTONESE
    elif tag.startswith(("zh-tw", "zh-hant", "zh-mo")):
        first = TAIWANESE
    else:
        first = CHINESE
    return (*PLAIN, *SCRIPTS, first, *SIGNS)


@cache
def _opened(face: Face) -> hb.Face | None:
    """Return the font, or None where its package is not installed. The file is mapped, not read."""
    package = find_spec(face.package)
    path = Path(package.origin).parent / face.file if package and package.origin else None
    if path is None or not path.is_file():
        return None
    return hb.Face(hb.Blob.from_file_path(str(path)), face.index)


@lru_cache(maxsize=128)
def font(face: Face, weight: int) -> hb.Font | None:
    """Return the font at this weight."""
    opened = _opened(face)
    if opened is None:
        return None
    weighed = hb.Font(opened)
    weighed.set_variations({"wght": weight})
    return weighed


@lru_cache(maxsize=8192)
def covers(face: Face, text: str) -> bool:
    """Return whether the font has a shape for every character. Joiners and selectors have none of their own."""
    found = font(face, REGULAR)
    return found is not None and all(invisible(letter) or found.get_nominal_glyph(ord(letter)) for letter in text)


def invisible(letter: str) -> bool:
    """Return whether a character only tells its neighbours how to look: joiners, variation selectors, tags."""
    return letter in "\u200c\u200d" or "\ufe00" <= letter <= "\ufe0f" or "\U000e0020" <= letter <= "\U000e01ef"
