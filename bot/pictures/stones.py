"""Water and what lies on it: the pond with its rings, threads between pebbles, and the pebbles themselves."""

import math
from collections.abc import Sequence
from random import Random

from bot.pictures.look import EDGE, HEIGHT, ROUND, WIDTH, Look, mix
from bot.pictures.svg import number, tag
from bot.pictures.tree import Pond, Stone

FLAT = 0.8
"""A pebble is lower than it is wide, as one sees it lying."""
CORNERS = 9
MOST_RINGS = 7
"""Rings of the whole water; a deeper tree has one for every second or third level."""


def gradients(look: Look) -> str:
    """Return the definitions that the drawings refer to."""
    stones = [
        _gradient(f"s{color[1:]}", mix(color, "#ffffff", 0.28), mix(color, "#101418", 0.14))
        for color in dict.fromkeys((*look.cool, *look.warm, look.own))
    ]
    return tag(
        "defs",
        "".join(stones)
        + _gradient("water", *look.water, across=0)
        + _radial("shadow", [(0, "#10222a", 0.42), (0.6, "#10222a", 0.2), (1, "#10222a", 0)])
        + _radial("glow", [(0, look.own, 0.5), (0.5, look.own, 0.2), (1, look.own, 0)]),
    )


def _gradient(name: str, top: str, bottom: str, across: float = 0.3) -> str:
    stops = tag("stop", offset=0, stop_color=top) + tag("stop", offset=1, stop_color=bottom)
    return tag("linearGradient", stops, id=name, x1=0.3, y1=0, x2=0.3 + across, y2=1)


def _radial(name: str, stops: Sequence[tuple[float, str, float]]) -> str:
    inner = "".join(tag("stop", offset=at, stop_color=color, stop_opacity=part) for at, color, part in stops)
    return tag("radialGradient", inner, id=name)


def water(top: float, height: float, pond: Pond, rings: Sequence[float], look: Look) -> str:
    """Return the water with a ring for each level of the tree, fading outwards. What runs over, `shore` covers."""
    drawn = [tag("rect", x=EDGE, y=top, width=WIDTH - 2 * EDGE, height=height, fill="url(#water)")]
    shown = [ring for ring in rings if ring > 0.02] or [0.25, 0.5, 0.75, 1.0]
    step = max(1, math.ceil(len(shown) / MOST_RINGS))
    for place, ring in enumerate([*shown[::-step][::-1], 1.28, 1.6]):
        fade = max(0.22, 0.95 - 0.11 * place)
        if place < 4:  # further out it would not be seen
            drawn.append(_ring(pond.x, pond.y + 2.5, pond.rx * ring, pond.ry * ring, look.shade, fade * 0.5, 2.5))
        drawn.append(_ring(pond.x, pond.y, pond.rx * ring, pond.ry * ring, look.light, fade, 3))
    return "".join(drawn)


def shore(top: float, height: float, look: Look) -> str:
    """Return the ground around the water, and its rim: a hole in a sheet is drawn in a third of a clip's time."""
    left, right, bottom, r = EDGE, WIDTH - EDGE, top + height, ROUND
    hole = (
        f"M{left + r} {number(top)}H{right - r}a{r} {r} 0 0 1 {r} {r}V{number(bottom - r)}a{r} {r} 0 0 1 -{r} {r}"
        f"H{left + r}a{r} {r} 0 0 1 -{r} -{r}V{number(top + r)}a{r} {r} 0 0 1 {r} -{r}Z"
    )
    sheet = tag("path", d=f"M0 0H{WIDTH}V{HEIGHT}H0Z{hole}", fill=look.ground, fill_rule="evenodd")
    return sheet + tag("path", d=hole, fill="none", stroke=look.rim, stroke_width=2)


def _ring(x: float, y: float, rx: float, ry: float, color: str, opacity: float, width: float) -> str:
    return tag(
        "ellipse", cx=x, cy=y, rx=rx, ry=ry, fill="none", stroke=color, stroke_opacity=opacity, stroke_width=width
    )


def thread(parent: Stone, stone: Stone, color: str, width: float, opacity: float) -> str:
    """Return the way from a pebble to the one after it, slightly bent."""
    dx, dy = stone.x - parent.x, stone.y - parent.y
    bend_x, bend_y = parent.x + dx / 2 - dy * 0.14, parent.y + dy / 2 + dx * 0.14
    way = f"M{number(parent.x)} {number(parent.y)}Q" + " ".join(map(number, (bend_x, bend_y, stone.x, stone.y)))
    return tag(
        "path", d=way, fill="none", stroke=color, stroke_width=width, stroke_opacity=opacity, stroke_linecap="round"
    )


def rings(stone: Stone, color: str, count: int, strength: float) -> str:
    """Return the rings that a pebble makes in the water."""
    drawn = []
    for place in range(count):
        wide = stone.radius * (1.55 + 0.62 * place)
        opacity = strength * (1 - place / (count + 0.5))
        width = max(1.2, stone.radius * 0.06)
        drawn.append(_ring(stone.x, stone.y + stone.radius * 0.2, wide, wide * FLAT, color, opacity, width))
    return "".join(drawn)


def pebble(stone: Stone, color: str) -> str:
    """Return a pebble with its shadow and the light on it. Its shape hangs on its link, so it is the same each time."""
    r = stone.radius
    shadow = tag("ellipse", cx=stone.x + r * 0.1, cy=stone.y + r * 0.42, rx=r * 1.25, ry=r * 0.86, fill="url(#shadow)")
    chance = Random(stone.link)
    body = tag("path", d=_outline(stone, chance), fill=f"url(#s{color[1:]})")
    turn = f"rotate(-16 {number(stone.x)} {number(stone.y)})"
    shine = tag(
        "ellipse",
        cx=stone.x - r * 0.24,
        cy=stone.y - r * 0.4,
        rx=r * 0.36,
        ry=r * 0.13,
        fill="#ffffff",
        opacity=0.34,
        transform=turn,
    )
    return shadow + body + shine


def _outline(stone: Stone, chance: Random) -> str:
    """Return a smooth closed line through points on a slightly uneven ellipse (Catmull-Rom, as Bézier curves)."""
    tilt = chance.uniform(-0.25, 0.25)
    points = []
    for corner in range(CORNERS):
        angle = math.tau * corner / CORNERS
        radius = stone.radius * chance.uniform(0.93, 1.07)
        x, y = math.cos(angle) * radius, math.sin(angle) * radius * FLAT
        points.append(
            (stone.x + x * math.cos(tilt) - y * math.sin(tilt), stone.y + x * math.sin(tilt) + y * math.cos(tilt))
        )
    drawn = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for place in range(CORNERS):
        before, here, there, after = (points[(place + step) % CORNERS] for step in (-1, 0, 1, 2))
        bends = (
            here[0] + (there[0] - before[0]) / 6,
            here[1] + (there[1] - before[1]) / 6,
            there[0] - (after[0] - here[0]) / 6,
            there[1] - (after[1] - here[1]) / 6,
        )
        drawn.append("C" + " ".join(map(number, (*bends, *there))))
    return "".join(drawn) + "Z"
