"""The cards with the person's own sentences, and the lines above the water."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pictures import order
from bot.pictures.fonts import BOLD, REGULAR
from bot.pictures.lines import Line, Style, line, wrap
from bot.pictures.look import EDGE, MARGIN, ROUND, WIDTH, Look
from bot.pictures.ripple import MOST_CARDS, MOST_NUMBERS, Link, Number
from bot.pictures.stones import pebble
from bot.pictures.svg import number, tag
from bot.pictures.tree import Stone

STONE = 21.0
"""Half the width of the pebble on a card."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How a card is set: sizes of names and sentence, lines of the sentence, room around, in pixels."""

    names: float
    sentence: float
    lines: int
    padding: float

    @property
    def leading(self) -> float:
        """From one line of the sentence to the next."""
        return self.sentence * 1.42


ALONE, BESIDES, CROWDED = Sizes(27, 33, 4, 36), Sizes(24, 29, 2, 28), Sizes(23, 27, 2, 24)
GAP = 18


@dataclass(frozen=True, slots=True)
class Words:
    """What all lines of a picture share."""

    look: Look
    language: str
    you: str

    @property
    def rtl(self) -> bool:
        """Whether the picture is laid out from right to left."""
        return order.is_rtl_language(self.language)

    @property
    def start(self) -> str:
        """The side where lines begin."""
        return "right" if self.rtl else "left"

    def style(self, size: float, color: str, weight: int = REGULAR) -> Style:
        """Return a style in the picture's language."""
        return Style(size, color, weight, self.language)


def header(title: str, subtitle: str, numbers: Sequence[Number], words: Words) -> tuple[str, float]:
    """Return title, line below and numbers as SVG, and where they end."""
    wide = WIDTH - 2 * MARGIN
    x = WIDTH - MARGIN if words.rtl else MARGIN
    drawn: list[str] = []
    y = 64.0
    rows = wrap(title, words.style(56, words.look.ink, BOLD), wide, 2, words.rtl)
    if len(rows) > 1:
        rows = wrap(title, words.style(46, words.look.ink, BOLD), wide, 2, words.rtl)
    for row in rows if title else ():
        y += row.style.size * 1.2
        drawn.append(row.draw(x, y - row.style.size * 0.2, words.start))
    if subtitle:
        y += 50
        drawn.append(line(subtitle, words.style(29, words.look.quiet), wide, words.rtl).draw(x, y - 9, words.start))
    if numbers:
        drawn.append(_numbers(numbers[:MOST_NUMBERS], y + 22, words))
        y += 118
    return "".join(drawn), y + 26


def _numbers(numbers: Sequence[Number], top: float, words: Words) -> str:
    column = (WIDTH - 2 * MARGIN) / max(len(numbers), 3)
    drawn: list[str] = []
    for place, one in enumerate(numbers):
        x = WIDTH - MARGIN - column * place if words.rtl else MARGIN + column * place
        value = line(one.value, words.style(48, words.look.accent, BOLD), column - 20, words.rtl)
        label = line(one.label, words.style(29, words.look.quiet), column - 20, words.rtl)
        drawn += [value.draw(x, top + 46, words.start), label.draw(x, top + 86, words.start)]
    return "".join(drawn)


@dataclass(frozen=True, slots=True)
class Card:
    """A card that knows how high it is. `place` is the number that ties it to its pebble, 0 for the only one."""

    link: Link
    sizes: Sizes
    place: int
    sentence: tuple[Line, ...]
    height: float

    def draw(self, top: float, words: Words) -> str:
        """Return the card, its upper side at `top`."""
        pad, wide = self.sizes.padding, WIDTH - 2 * EDGE
        box = tag("rect", x=EDGE, y=top, width=wide, height=self.height, rx=min(ROUND, 36), fill=words.look.soft)
        left, right = _room(pad)
        stone_x = (WIDTH - EDGE - pad - STONE) if words.rtl else EDGE + pad + STONE
        if words.rtl:
            left, right = WIDTH - right, WIDTH - left
        y = top + pad
        drawn = [box]
        names = _names(self.link, self.sizes.names, right - left, words)
        middle = y + (self.sizes.names * 0.62 if names else self.sizes.leading * 0.5)
        stone = Stone(self.place, None, 0, stone_x, middle, STONE)
        drawn += [pebble(stone, words.look.own), numeral(stone, self.place, words)]
        if names:
            y += self.sizes.names * 1.25
            drawn.append(_draw_names(names, left, right, y - self.sizes.names * 0.3, words))
            y += self.sizes.names * 0.3
        for row in self.sentence:
            y += self.sizes.leading
            at, anchor = (right, "right") if row.rtl else (left, "left")
            drawn.append(row.draw(at, y - self.sizes.leading * 0.3, anchor))
        return "".join(drawn)


def _room(pad: float) -> tuple[float, float]:
    return EDGE + pad + 2 * STONE + 22, WIDTH - EDGE - pad - 6


def cards(links: Sequence[Link], words: Words) -> list[Card]:
    """Return a card for each of these links, at most three."""
    chosen = links[:MOST_CARDS]
    sizes = (ALONE, BESIDES, CROWDED)[max(len(chosen) - 1, 0)]
    left, right = _room(sizes.padding)
    found: list[Card] = []
    for place, link in enumerate(chosen, 1):
        style = words.style(sizes.sentence, words.look.ink)
        rows = tuple(row for row in wrap(link.sentence, style, right - left, sizes.lines) if row.pieces)
        named = bool(_names(link, sizes.names, right - left, words))
        height = (
            2 * sizes.padding + len(rows) * sizes.leading - 0.2 * sizes.sentence + (sizes.names * 1.55 if named else 0)
        )
        if not rows and not named:
            continue
        found.append(Card(link, sizes, place if len(chosen) > 1 else 0, rows, max(height, 2 * STONE + sizes.padding)))
    return found


def _names(link: Link, size: float, width: float, words: Words) -> list[Line]:
    """Return who thanked, the person, and who was thanked, each shortened so that all have room."""
    quiet = words.style(size, words.look.quiet, 700)
    room = (width - 2 * size * 1.3) * 0.42
    found = [line(link.before, quiet, room), line(words.you, words.style(size, words.look.accent, BOLD), width * 0.16)]
    found.append(line(link.after, quiet, room))
    return [one for one in found if one.pieces]


def _draw_names(names: Sequence[Line], left: float, right: float, y: float, words: Words) -> str:
    x, ahead = (right, -1) if words.rtl else (left, 1)
    drawn: list[str] = []
    for place, name in enumerate(names):
        size = name.style.size
        if place:
            drawn.append(_arrow(x + ahead * size * 0.65, y - size * 0.33, size * 0.21, ahead, words.look.quiet))
            x += ahead * size * 1.3
        drawn.append(name.draw(x, y, words.start))
        x += ahead * name.width
    return "".join(drawn)


def _arrow(x: float, y: float, size: float, ahead: int, color: str) -> str:
    points = [(x - ahead * size * 0.5, y - size), (x + ahead * size * 0.5, y), (x - ahead * size * 0.5, y + size)]
    way = "M" + "L".join(f"{number(px)} {number(py)}" for px, py in points)
    return tag(
        "path",
        d=way,
        fill="none",
        stroke=color,
        stroke_width=size * 0.5,
        stroke_linecap="round",
        stroke_linejoin="round",
    )


def numeral(stone: Stone, place: int, words: Words) -> str:
    """Return the number on a pebble that ties it to its card; nothing for 0."""
    if not place:
        return ""
    size = stone.radius * 1.0
    return line(str(place), words.style(size, words.look.on_own, BOLD), 100).draw(
        stone.x, stone.y + size * 0.34, "middle"
    )
