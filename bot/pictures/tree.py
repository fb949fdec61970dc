"""Where the pebbles lie: the chain's tree laid out on water, its first link in the middle.

Each level of the tree lies further out, and the area inside its ring grows with the pebbles in it, so that all have
room. A long thin chain winds around the middle as a spiral. Where there are many, they are drawn towards their parents,
and spread over the whole water. Last, pebbles that lie too close move apart.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from bot.pictures.ripple import MOST_CARDS

MOST = 500
"""Pebbles in a picture; beyond, they would be grains."""
MANY = 24
"""From here on the pebbles are spread over the whole water."""
ROUNDS = 120
"""Steps of moving apart; it ends as soon as nothing touches."""


@dataclass(frozen=True, slots=True)
class Pond:
    """The ellipse of water, in pixels."""

    x: float
    y: float
    rx: float
    ry: float


@dataclass(slots=True)
class Stone:
    """A pebble: the link that it stands for, its parent among the stones, its middle and half its width in pixels."""

    link: int
    parent: int | None
    depth: int
    x: float = 0.0
    y: float = 0.0
    radius: float = 0.0
    below: int = 0
    """How many links came after it."""


def keep(parents: Sequence[int | None], mine: Sequence[bool], most: int = MOST) -> list[int]:
    """Return which links are drawn: all, or the person's own with what leads to them, and then the first ones."""
    if len(parents) <= most:
        return list(range(len(parents)))
    kept: set[int] = set()
    for place in (place for place, own in enumerate(mine) if own):
        way: list[int] = []
        at: int | None = place
        while at is not None and at not in kept:
            way.append(at)
            at = parents[at]
        if len(kept) + len(way) <= most:
            kept.update(way)
    for place, parent in enumerate(parents):  # parents come first, so what is added hangs on what is there
        if len(kept) >= most:
            break
        if parent is None or parent in kept:
            kept.add(place)
    return sorted(kept)


def worded(parents: Sequence[int | None], mine: Sequence[bool]) -> list[int]:
    """Return which of the person's own links have a card with words: those that went furthest, in their order."""
    below = [0] * len(parents)
    for place in range(len(parents) - 1, -1, -1):
        parent = parents[place]
        if parent is not None:
            below[parent] += below[place] + 1
    own = [place for place, is_own in enumerate(mine) if is_own]
    return sorted(sorted(own, key=lambda place: (-below[place], place))[:MOST_CARDS])


def lay(parents: Sequence[int | None], mine: Sequence[bool], pond: Pond) -> list[Stone]:
    """Return the stones, each after its parent."""
    kept = keep(parents, mine)
    place_of = {link: place for place, link in enumerate(kept)}
    stones: list[Stone] = []
    for link in kept:
        before = parents[link]
        parent = None if before is None else place_of[before]
        stones.append(Stone(link, parent, 0 if parent is None else stones[parent].depth + 1))
    if sum(stone.parent is None for stone in stones) > 1:  # several chains: the middle stays free
        for stone in stones:
            stone.depth += 1
    _count(stones)
    _size(stones, mine, pond)
    _place(stones, pond)
    if len(stones) > MANY:
        _part(stones, pond, ROUNDS // 3, pull=0.12)
        _spread(stones, pond)
    _part(stones, pond)
    return stones


def _count(stones: list[Stone]) -> None:
    for stone in reversed(stones):
        if stone.parent is not None:
            stones[stone.parent].below += stone.below + 1


def _size(stones: list[Stone], mine: Sequence[bool], pond: Pond) -> None:
    room = math.sqrt(math.pi * pond.rx * pond.ry / len(stones))
    base = min(40.0 + 26.0 / len(stones), max(6.0, room * 0.25))
    chance = Random(len(stones))
    for stone in stones:
        share = math.log1p(stone.below) / math.log1p(len(stones))
        stone.radius = base * (0.82 + 0.36 * share + chance.uniform(-0.07, 0.07))
        if mine[stone.link]:
            stone.radius = max(stone.radius * 1.25, 15.0)


def radii(stones: Sequence[Stone]) -> list[float]:
    """Return how far out each level lies, as a part of the pond, from the middle to 1."""
    deepest = max(stone.depth for stone in stones)
    if deepest == 0:
        return [0.0]
    count = Counter(stone.depth for stone in stones)
    # The arms of a long spiral keep their distance only when the area decides; few levels look best evenly spaced.
    share = 0.4 + 0.6 * _thin(stones) * min(1.0, deepest / 8)
    inside, found = 0, []
    for depth in range(deepest + 1):
        inside += count[depth]
        area = math.sqrt(max(inside - count[0], 0) / max(len(stones) - count[0], 1))
        found.append(area * share + depth / deepest * (1 - share))
    return found


def _thin(stones: Sequence[Stone]) -> float:
    """Return 1 for a single line of links, 0 for a tree of three and more links a level."""
    broad = len(stones) / (max(stone.depth for stone in stones) + 1)
    return min(1.0, max(0.0, (3.0 - broad) / 2))


def _place(stones: list[Stone], pond: Pond) -> None:
    rings = radii(stones)
    turns = _turns(stones, rings)
    span: list[tuple[float, float]] = [(0.0, 0.0)] * len(stones)
    children: dict[int | None, list[int]] = defaultdict(list)
    leaves = [0] * len(stones)
    for place in range(len(stones) - 1, -1, -1):
        leaves[place] = leaves[place] or 1
        parent = stones[place].parent
        children[parent].insert(0, place)
        if parent is not None:
            leaves[parent] += leaves[place]
    for parent in (None, *range(len(stones))):
        begin, width = (-math.pi / 2 - 0.35, math.tau) if parent is None else span[parent]
        total = sum(leaves[child] for child in children[parent]) or 1
        for child in children[parent]:
            part = width * leaves[child] / total
            span[child] = (begin, part)
            begin += part
    for stone, (begin, part) in zip(stones, span, strict=True):
        angle = begin + part / 2 + turns[stone.depth]
        stone.x = pond.x + math.cos(angle) * rings[stone.depth] * pond.rx
        stone.y = pond.y + math.sin(angle) * rings[stone.depth] * pond.ry


def _turns(stones: Sequence[Stone], rings: Sequence[float]) -> list[float]:
    """Return by how much each level is turned, so that a thin chain winds: by about one pebble's room a level."""
    step = math.sqrt(math.pi / len(stones)) * _thin(stones)
    turns = [0.0]
    for ring in rings[1:]:
        turns.append(turns[-1] + step / max(ring, step / 2))
    return turns


def _spread(stones: list[Stone], pond: Pond) -> None:
    """Move stones in or out, each on its own line from the middle, so that none of the water lies bare."""
    out = [math.hypot((stone.x - pond.x) / pond.rx, (stone.y - pond.y) / pond.ry) for stone in stones]
    ranks = sorted(range(len(stones)), key=lambda place: (out[place], place))
    for rank, place in enumerate(ranks):
        if out[place] > 0:
            even = math.sqrt(rank / (len(stones) - 1))
            part = 0.35 / max(out) + 0.65 * even / out[place]
            stone = stones[place]
            stone.x, stone.y = pond.x + (stone.x - pond.x) * part, pond.y + (stone.y - pond.y) * part


def _part(stones: list[Stone], pond: Pond, rounds: int = ROUNDS, pull: float = 0.0) -> None:
    """Move stones apart that lie closer than their rings need, and, with a pull, towards a parent that lies far away.

    A first link alone in the middle stays there.
    """
    fixed = stones[0] if stones[0].depth == 0 else None
    room = math.sqrt(math.pi * pond.rx * pond.ry / len(stones))
    apart = 1.9 if len(stones) <= MANY else max(1.4, 0.44 * room / stones[0].radius)
    for _ in range(rounds):
        moved = False
        for one, other in _close(stones, apart):
            dx, dy = other.x - one.x, other.y - one.y
            away = math.hypot(dx, dy)
            lack = (one.radius + other.radius) * apart - away
            if lack <= 0.5:
                continue
            if away < 0.01:  # on the same spot: part them in a direction of their own
                dx, dy, away = math.cos(other.link), math.sin(other.link), 1.0
            moved = True
            push = lack / away * (0.5 if fixed not in (one, other) else 1.0)
            if one is not fixed:
                one.x, one.y = one.x - dx * push, one.y - dy * push
            if other is not fixed:
                other.x, other.y = other.x + dx * push, other.y + dy * push
        if pull:
            _pull(stones, room, pull)
        for stone in stones:
            _keep_inside(stone, pond)
        if not moved:
            break


def _pull(stones: list[Stone], room: float, part: float) -> None:
    for stone in stones:
        if stone.parent is None:
            continue
        parent = stones[stone.parent]
        dx, dy = parent.x - stone.x, parent.y - stone.y
        away = math.hypot(dx, dy)
        if away > room:
            share = part * (away - room) / away
            stone.x, stone.y = stone.x + dx * share, stone.y + dy * share


def _keep_inside(stone: Stone, pond: Pond) -> None:
    out = math.hypot((stone.x - pond.x) / pond.rx, (stone.y - pond.y) / pond.ry)
    if out > 1:
        stone.x = pond.x + (stone.x - pond.x) / out
        stone.y = pond.y + (stone.y - pond.y) / out


def _close(stones: list[Stone], apart: float) -> Iterator[tuple[Stone, Stone]]:
    """Yield the pairs that may be too close, found over a grid."""
    cell = 2 * apart * max(stone.radius for stone in stones)
    grid: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, stone in enumerate(stones):
        grid[int(stone.x // cell), int(stone.y // cell)].append(place)
    for (column, row), here in grid.items():
        near = [
            place
            for across in (-1, 0, 1)
            for down in (-1, 0, 1)
            for place in grid.get((column + across, row + down), ())
        ]
        for place in here:
            for other in near:
                if other > place:
                    yield stones[place], stones[other]
