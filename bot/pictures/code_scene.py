"""The picture with a QR code put together: words above, a white card on water in the middle, words below.

The code is dark on white whatever the theme, for many cameras read it in no other way.
"""

import segno

from bot.pictures.cards import Words, header
from bot.pictures.code import Code
from bot.pictures.lines import wrap
from bot.pictures.look import EDGE, HEIGHT, MARGIN, ROUND, THEMES, WIDTH, Look
from bot.pictures.stones import gradients, pebble, rings, shore, water
from bot.pictures.svg import document, tag
from bot.pictures.tree import Pond, Stone

QUIET = 4
"""Modules around the code that stay white (ISO/IEC 18004, quiet zone)."""
PAPER, INK = "#ffffff", "#1d2329"
SIDE = 820
"""Pixels that the card has at most."""
SIZE = 33
STONES = ((0.042, 0.9, 27.0, "own"), (0.115, 0.962, 19.0, "warm"), (0.959, 0.09, 22.0, "cool"))
"""Where some pebbles lie beside the card (as parts of the water), their radius and colour."""


def to_svg(code: Code) -> str:
    """Return the picture. The same code gives the same text, letter by letter."""
    look = THEMES[code.theme]
    words = Words(look, code.language, "")
    above, top = header(code.title, "", (), words)
    below, bottom = _foot(code.line, words)
    pond = Pond(WIDTH / 2, (top + bottom) / 2, WIDTH / 2 - EDGE - 92, (bottom - top) / 2 - 78)
    return document(
        WIDTH,
        HEIGHT,
        gradients(look)
        + water(top, bottom - top, pond, (), look)
        + _stones(top, bottom - top, look)
        + _card(code.link, pond, min(SIDE, bottom - top - 2 * EDGE))
        + shore(top, bottom - top, look)
        + above
        + below,
    )


def modules(link: str) -> list[list[bool]]:
    """Return the code row by row, True where it is dark; a quarter of it may be dirty or covered (level Q)."""
    made = segno.make(link, error="q", micro=False, boost_error=False)
    return [[bool(module) for module in row] for row in made.matrix]


def _card(link: str, pond: Pond, side: float) -> str:
    rows = modules(link)
    across = len(rows) + 2 * QUIET
    step = int(side // across)  # whole pixels: every edge is sharp
    wide = step * across
    left, top = int(pond.x - wide / 2), int(pond.y - wide / 2)
    path = "".join(
        f"M{left + (QUIET + x) * step} {top + (QUIET + y) * step}h{step}v{step}h-{step}z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    # Round corners only outside the quiet zone's own.
    paper = tag("rect", x=left - 12, y=top - 12, width=wide + 24, height=wide + 24, rx=min(ROUND, 36), fill=PAPER)
    return paper + tag("path", d=path, fill=INK, shape_rendering="crispEdges")


def _stones(top: float, height: float, look: Look) -> str:
    drawn = []
    for place, (x, y, radius, kind) in enumerate(STONES):
        color = look.own if kind == "own" else getattr(look, kind)[place]
        stone = Stone(place, None, 0, EDGE + x * (WIDTH - 2 * EDGE), top + y * height, radius)
        drawn.append(rings(stone, look.light, 2, 0.75) + pebble(stone, color))
    return "".join(drawn)


def _foot(text: str, words: Words) -> tuple[str, float]:
    """Return the box with the words below, and where the water has to end."""
    y = HEIGHT - EDGE - 6.0
    if not text:
        return "", y
    rows = wrap(text, words.style(SIZE, words.look.ink), WIDTH - 2 * MARGIN, 3)
    leading = SIZE * 1.42
    height = 2 * 30 + len(rows) * leading
    y -= height
    box = tag("rect", x=EDGE, y=y, width=WIDTH - 2 * EDGE, height=height, rx=min(ROUND, 36), fill=words.look.soft)
    drawn = [row.draw(WIDTH / 2, y + 30 + place * leading + leading * 0.7, "middle") for place, row in enumerate(rows)]
    return box + "".join(drawn), y - 26
