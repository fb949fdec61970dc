"""Emoji in colour, as drawings: Twemoji, https://github.com/jdecked/twemoji, CC BY 4.0; NOTICE names it too.

Drawings rather than a font: no package was found on PyPI that brings a colour font, and a drawing needs no more of a
renderer than the rest of a picture does.
"""

import lzma
import re
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("emoji.txt.xz")
"""A line for each emoji: its code points, a tab, what is inside its SVG of 36 × 36. tools/make_emoji.py makes it."""
SIDE = 36

VARIANT = "\ufe0f"  # "draw me as an emoji"; many leave it out where Unicode wants it, so names are compared without it
PLAIN = "\ufe0e"  # "draw me as text"
TONES = range(0x1F3FB, 0x1F400)

KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
PART = "[^\u200d]\ufe0f?[\U0001f3fb-\U0001f3ff]?\ufe0f?[\U000e0020-\U000e007f]*"
SEQUENCE = re.compile(f"{PART}(?:\u200d{PART})*")


@cache
def _drawings() -> dict[str, bytes]:
    """Return every emoji's drawing: 10 MB, read (a quarter of a second) when the first emoji is met."""
    if not DATA.is_file():
        return {}
    lines = (line.split(b"\t", 1) for line in lzma.decompress(DATA.read_bytes()).splitlines())
    return {_text(name.decode()).replace(VARIANT, ""): svg for name, svg in lines}


def _text(name: str) -> str:
    return "".join(chr(int(point, 16)) for point in name.split("-"))


@cache
def _openings() -> frozenset[str]:
    """Return what an emoji may begin with. Digits, # and * begin one only as a keycap."""
    return frozenset(text[0] for text in _drawings() if text[0] not in "0123456789#*")


def at(text: str, start: int) -> tuple[int, str] | None:
    """Return where the emoji that begins at `start` ends, and the name of its drawing, if there is one.

    Of a family or trade that nobody has drawn, the first person is taken, of an unknown skin tone the plain one.
    """
    letter = text[start]
    if letter < "\u2000" and letter not in "0123456789#*©®":  # nearly every letter: not worth 10 MB
        return None
    if found := KEYCAP.match(text, start) or FLAG.match(text, start):
        name = found[0].replace(VARIANT, "")
        return (found.end(), name) if name in _drawings() else None
    if letter not in _openings() or text[start + 1 : start + 2] == PLAIN:
        return None
    found = SEQUENCE.match(text, start)
    assert found is not None
    name = found[0].replace(VARIANT, "")
    while name not in _drawings():
        shorter = name.rpartition("\u200d")[0] or name[0]
        if shorter == name:
            return None
        name = shorter
    return found.end(), name


def insistent(text: str) -> bool:
    """Return whether this is to be an emoji even where a font has a sign for it, such as ☀ or ©."""
    return text[0] >= "\U0001f000" or VARIANT in text or "\u20e3" in text


def drawing(name: str) -> str:
    """Return what is inside an emoji's SVG of 36 × 36."""
    return _drawings()[name].decode()


def present() -> bool:
    """Return whether the drawings are there."""
    return bool(_drawings())
