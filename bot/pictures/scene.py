"""The ripple picture put together: words above, water with pebbles in the middle, the person's own cards below."""

from bot.pictures.cards import GAP, Card, Words, cards, header, numeral
from bot.pictures.lines import line
from bot.pictures.look import EDGE, HEIGHT, MARGIN, THEMES, WIDTH, Look
from bot.pictures.ripple import Ripple
from bot.pictures.stones import gradients, pebble, rings, shore, thread, water
from bot.pictures.svg import document, tag
from bot.pictures.tree import Pond, Stone, lay, radii, worded

FEW, MANY = 16, 90
"""Up to FEW pebbles each has two rings, up to MANY one, beyond none: a ring is what makes a PNG large."""


def to_svg(ripple: Ripple) -> str:
    """Return the picture. The same ripple gives the same text, letter by letter."""
    look = THEMES[ripple.theme]
    words = Words(look, ripple.language, ripple.you)
    mine = [link.mine for link in ripple.links]
    parents = [link.parent for link in ripple.links]
    shown = worded(parents, mine)
    above, top = header(ripple.title, ripple.subtitle, ripple.numbers, words)
    below = cards([ripple.links[place] for place in shown], words)
    foot, bottom = _foot(ripple.note, below, words)
    pond = Pond(WIDTH / 2, (top + bottom) / 2, WIDTH / 2 - EDGE - 92, (bottom - top) / 2 - 78)
    stones = lay(parents, mine, pond)
    return document(
        WIDTH,
        HEIGHT,
        gradients(look)
        + water(top, bottom - top, pond, radii(stones), look)
        + _stones(stones, mine, shown, words)
        + shore(top, bottom - top, look)
        + above
        + foot,
    )


def _foot(note: str, below: list[Card], words: Words) -> tuple[str, float]:
    """Return the cards and the note, and where the water has to end."""
    y = HEIGHT - EDGE - 6.0
    drawn: list[str] = []
    if note:
        small = words.style(26, words.look.quiet)
        drawn.append(line(note, small, WIDTH - 2 * MARGIN).draw(WIDTH / 2, HEIGHT - 38, "middle"))
        y = HEIGHT - 84.0
    for card in reversed(below):
        y -= card.height
        drawn.append(card.draw(y, words))
        y -= GAP
    return "".join(drawn), y - (8 if below else 0)


def _stones(stones: list[Stone], mine: list[bool], shown: list[int], words: Words) -> str:
    look = words.look
    after = _after(stones, mine)
    fine = len(stones) > MANY
    ringed = 2 if len(stones) <= FEW else int(not fine)
    threads, circles, bodies = [], [], []
    for place, stone in enumerate(stones):
        own = mine[stone.link]
        color = _color(stone, own, after[place], look)
        if stone.parent is not None:
            threads.append(_thread(stones[stone.parent], stone, after[place], fine, look))
        if own:
            circles.append(_glow(stone) + rings(stone, look.own, 3, 0.6))
        else:
            circles.append(rings(stone, look.light, ringed, 0.75))
        bodies.append((own, stone.y, pebble(stone, color) + _numeral(stone, own, shown, words)))
    bodies.sort(key=lambda body: body[:2])  # the near ones over the far ones, the person's own on top
    return "".join(circles) + "".join(threads) + "".join(body for _, _, body in bodies)


def _after(stones: list[Stone], mine: list[bool]) -> list[bool]:
    """Return which stones came after one of the person's own."""
    after: list[bool] = []
    for stone in stones:
        after.append(stone.parent is not None and (after[stone.parent] or mine[stones[stone.parent].link]))
    return after


def _color(stone: Stone, own: bool, after: bool, look: Look) -> str:
    if own:
        return look.own
    colors = look.warm if after else look.cool
    return colors[(stone.link * 7 + stone.depth) % len(colors)]


def _thread(parent: Stone, stone: Stone, after: bool, fine: bool, look: Look) -> str:
    width = 2.2 if fine else 4.5
    return thread(parent, stone, look.own if after else look.strand, width, 0.62 if after else 0.55)


def _glow(stone: Stone) -> str:
    wide = stone.radius * 2.6
    return tag("ellipse", cx=stone.x, cy=stone.y + stone.radius * 0.2, rx=wide, ry=wide * 0.85, fill="url(#glow)")


def _numeral(stone: Stone, own: bool, shown: list[int], words: Words) -> str:
    if not own or len(shown) < 2 or stone.link not in shown:
        return ""
    return numeral(stone, shown.index(stone.link) + 1, words)
