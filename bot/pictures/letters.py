"""Letters as outlines: HarfBuzz shapes a run and gives the lines and curves of every glyph.

Outlines rather than SVG's text, for what is measured is then what is drawn, any weight of a font can be had, and resvg
never sets text, over which it can panic when one text asks for several fonts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz as hb

from bot.pictures.fonts import Face, font

Stroke = tuple[str, tuple[float, ...]]
"""A command of an SVG path and its numbers, as parts of the font's size; y grows upwards."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph of a shaped run: its number in the font and where it stands, as parts of the font's size."""

    number: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Shaped:
    """A run of text in one font and direction, ready to be drawn; `width` is a part of the font's size."""

    face: Face
    weight: int
    glyphs: tuple[Glyph, ...]
    width: float


@lru_cache(maxsize=4096)
def shape(text: str, face: Face, weight: int, rtl: bool, language: str) -> Shaped:
    """Shape a run whose letters the font has. The glyphs stand from left to right."""
    found = font(face, weight)
    assert found is not None
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    if language.isascii() and language.replace("-", "").isalpha():
        buffer.language = language
    hb.shape(found, buffer)
    part = face.scale / found.face.upem
    glyphs: list[Glyph] = []
    x = 0.0
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyphs.append(Glyph(info.codepoint, x + place.x_offset * part, place.y_offset * part))
        x += place.x_advance * part
    return Shaped(face, weight, tuple(glyphs), x)


@lru_cache(maxsize=4096)
def outline(face: Face, weight: int, number: int) -> tuple[Stroke, ...]:
    """Return a glyph's outline."""
    found = font(face, weight)
    assert found is not None
    pen = _Pen(face.scale / found.face.upem)
    found.draw_glyph_with_pen(number, pen)
    return tuple(pen.strokes)


class _Pen:
    """Takes an outline down; its methods are those of fontTools' pens, which HarfBuzz calls."""

    def __init__(self, part: float) -> None:
        self.strokes: list[Stroke] = []
        self._part = part

    def _add(self, command: str, *points: tuple[float, float]) -> None:
        self.strokes.append((command, tuple(number * self._part for point in points for number in point)))

    def moveTo(self, point: tuple[float, float]) -> None:
        self._add("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:
        self._add("L", point)

    def qCurveTo(self, *points: tuple[float, float]) -> None:
        self._add("Q", *points)

    def curveTo(self, *points: tuple[float, float]) -> None:
        self._add("C", *points)

    def closePath(self) -> None:
        self._add("Z")


def path(shaped: Shaped, x: float, y: float, size: float) -> str:
    """Return the run as the data of an SVG path, its baseline beginning at (x, y), `size` in pixels."""
    parts: list[str] = []
    for glyph in shaped.glyphs:
        left, base = x + glyph.x * size, y - glyph.y * size
        for command, numbers in outline(shaped.face, shaped.weight, glyph.number):
            parts.append(command + _placed(numbers, left, base, size))
    return "".join(parts)


def _placed(numbers: Sequence[float], left: float, base: float, size: float) -> str:
    placed = [left + n * size if place % 2 == 0 else base - n * size for place, n in enumerate(numbers)]
    return " ".join(f"{number:.2f}" for number in placed)
