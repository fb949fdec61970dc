"""Lines of text: broken to a width, shortened with an ellipsis, measured, and drawn.

A text never has more lines than it is given, and no line is wider than the width: it is measured as it will be drawn,
in the outlines of its letters. Widths and sizes are in pixels.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.pictures import emoji, order
from bot.pictures.fonts import REGULAR
from bot.pictures.letters import Shaped, path, shape
from bot.pictures.svg import tag
from bot.pictures.text import Cluster, clean, clusters

EMOJI_WIDTH, EMOJI_SIDE = 1.22, 1.12
"""An emoji's advance and side, as parts of the size of the text around it."""
STONE_WIDTH = 0.72
"""A letter that no font has: a small pebble."""
NEVER_FIRST = frozenset("、。，．：；？！）」』】〉》〕］｝・ー々っゃゅょぁぃぅぇぉッャュョァィゥェォ…‥％”’")
NEVER_LAST = frozenset("（「『【〈《〔［｛“‘")
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: size in pixels, weight as in CSS, colour, the picture's language."""

    size: float
    color: str
    weight: int = REGULAR
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that is drawn at once: a shaped run, an emoji, or (neither) a letter that no font has."""

    text: str
    width: float
    shaped: Shaped | None = None
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, its pieces from left to right; `rtl` is the direction of the paragraph."""

    pieces: tuple[Piece, ...]
    width: float
    rtl: bool
    style: Style

    def draw(self, x: float, y: float, anchor: str = "left") -> str:
        """Return the line as SVG, its baseline at y; x is its left end, its right end or its middle."""
        x -= {"left": 0.0, "middle": self.width / 2, "right": self.width}[anchor]
        drawn = []
        for piece in self.pieces:
            drawn.append(_draw(piece, x, y, self.style))
            x += piece.width
        return "".join(drawn)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A text's clusters with their levels: what lines are cut from."""

    clusters: tuple[Cluster, ...]
    levels: tuple[int, ...]
    rtl: bool
    style: Style

    def line(self, start: int, end: int) -> Line:
        """Return the clusters from start to end as a line, without the spaces at its end."""
        while end > start and self.clusters[end - 1].text == " ":
            end -= 1
        pieces = _pieces(self.clusters[start:end], self.levels[start:end], self.style)
        return Line(pieces, sum(piece.width for piece in pieces), self.rtl, self.style)

    def shortened(self, start: int, width: float) -> Line:
        """Return as much of the rest as a line holds, with an ellipsis."""
        low, high = start, len(self.clusters)
        while low < high:
            middle = (low + high + 1) // 2
            if self._cut(start, middle).width <= width:
                low = middle
            else:
                high = middle - 1
        return self._cut(start, low)

    def _cut(self, start: int, end: int) -> Line:
        while end > start and self.clusters[end - 1].text in " ,.;:،。、":
            end -= 1
        return _paragraph(self.clusters[start:end] + clusters(ELLIPSIS, "en"), self.rtl, self.style).line(
            0, end - start + 1
        )


def line(text: str, style: Style, width: float, rtl: bool | None = None) -> Line:
    """Return a text on one line, shortened to the width. The direction is that of its letters unless given."""
    return wrap(text, style, width, 1, rtl)[0]


def wrap(text: str, style: Style, width: float, most: int, rtl: bool | None = None) -> list[Line]:
    """Return a text in at most `most` lines, about equally long; an empty text has one empty line."""
    cleaned = clean(text)
    if rtl is None:
        rtl = order.is_rtl(cleaned, order.is_rtl_language(style.language))
    paragraph = _paragraph(clusters(cleaned, style.language), rtl, style)
    found, whole = _broken(paragraph, width, most)
    if whole and len(found) > 1:
        found = _balanced(paragraph, width, found)
    return found


def _balanced(paragraph: _Paragraph, width: float, found: list[Line]) -> list[Line]:
    """Return the same number of lines, as narrow as they can be: no word is left alone on the last one."""
    narrow = 0.5 * width
    for _ in range(6):
        middle = (narrow + width) / 2
        tried, whole = _broken(paragraph, middle, len(found))
        if whole:
            found, width = tried, middle
        else:
            narrow = middle
    return found


def _broken(paragraph: _Paragraph, width: float, most: int) -> tuple[list[Line], bool]:
    """Return the lines, and whether the whole text is in them."""
    found: list[Line] = []
    start, total = 0, len(paragraph.clusters)
    while len(found) < most:
        end = _fitting(paragraph, start, width)
        if (end < total and len(found) == most - 1) or end == start < total:
            found.append(paragraph.shortened(start, width))
            return found, False
        found.append(paragraph.line(start, end))
        start = end
        while start < total and paragraph.clusters[start].text == " ":
            start += 1
        if start >= total:
            break
    return found, True


def _paragraph(parts: tuple[Cluster, ...], rtl: bool, style: Style) -> _Paragraph:
    letters = [order.EMOJI if part.emoji else part.text[0] for part in parts]
    return _Paragraph(parts, tuple(order.levels(letters, rtl)), rtl, style)


def _fitting(paragraph: _Paragraph, start: int, width: float) -> int:
    """Return where the line that begins here ends: after a word if one fits, else after a letter."""
    places = range(start + 1, len(paragraph.clusters) + 1)
    breaks = [place for place in places if _may_break(paragraph.clusters, place)]
    for choices in (breaks, places):
        low, high = -1, len(choices) - 1
        while low < high:  # the last choice that fits
            middle = (low + high + 1) // 2
            if paragraph.line(start, choices[middle]).width <= width:
                low = middle
            else:
                high = middle - 1
        if low >= 0:
            return choices[low]
    return start


def _may_break(parts: Sequence[Cluster], place: int) -> bool:
    """Return whether a line may end before this place: after a space or dash, between Chinese or Japanese letters."""
    if place == len(parts):
        return True
    before, after = parts[place - 1], parts[place]
    if after.text == " " or after.text[0] in NEVER_FIRST or before.text[0] in NEVER_LAST:
        return False
    return before.text in " -–—/" or _is_wide(before) or _is_wide(after)


def _is_wide(part: Cluster) -> bool:
    """Hangul is wide too, but Korean breaks at spaces; a word longer than a line is broken anyway."""
    if part.emoji:
        return True
    return unicodedata.east_asian_width(part.text[0]) in "WF" and not "\uac00" <= part.text[0] <= "\ud7a3"


def _pieces(parts: Sequence[Cluster], row: Sequence[int], style: Style) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    row_of_pieces: list[int] = []
    for (level, face), group in groupby(zip(parts, row, strict=True), key=lambda pair: (pair[1], pair[0].face)):
        run = [part for part, _ in group]
        if face is None:
            pieces += [_piece_of(part, style) for part in run]
            row_of_pieces += [level] * len(run)
        else:
            text = "".join(part.text for part in run)
            shaped = shape(text, face, style.weight, bool(level % 2), style.language)
            pieces.append(Piece(text, shaped.width * style.size, shaped))
            row_of_pieces.append(level)
    return tuple(pieces[place] for place in order.visual(row_of_pieces))


def _piece_of(part: Cluster, style: Style) -> Piece:
    return Piece(part.text, (EMOJI_WIDTH if part.emoji else STONE_WIDTH) * style.size, emoji=part.emoji)


def _draw(piece: Piece, x: float, y: float, style: Style) -> str:
    size = style.size
    if piece.shaped:
        return tag("path", d=path(piece.shaped, x, y, size), fill=style.color, aria_label=piece.text)
    if piece.emoji:
        side = EMOJI_SIDE * size
        left, top = x + (piece.width - side) / 2, y - side * 0.86
        place = f"translate({left:.2f} {top:.2f}) scale({side / emoji.SIDE:.4f})"
        return tag("g", emoji.drawing(piece.emoji), transform=place, aria_label=piece.text)
    middle, radius = x + piece.width / 2, piece.width * 0.36
    return tag("ellipse", cx=middle, cy=y - size * 0.32, rx=radius, ry=radius * 0.8, fill=style.color, opacity=0.35)
