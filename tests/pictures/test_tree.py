"""Pebbles lie in the water, apart from each other, and the same each time."""

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures.tree import MOST, Pond, Stone, keep, lay, radii

POND = Pond(540, 600, 408, 290)


@st.composite
def chains(draw: st.DrawFn, most: int = 80) -> list[int | None]:
    count = draw(st.integers(1, most))
    first = st.one_of(st.none(), st.integers(0, 10**6))
    drawn = [draw(first) for _ in range(count)]
    return [None if parent is None or place == 0 else parent % place for place, parent in enumerate(drawn)]


def star(count: int) -> list[int | None]:
    return [None, *[0] * (count - 1)]


def line(count: int) -> list[int | None]:
    return [None, *range(count - 1)]


def halves(count: int) -> list[int | None]:
    return [None, *((place - 1) // 2 for place in range(1, count))]


def laid(parents: list[int | None]) -> list[Stone]:
    return lay(parents, [place == 0 for place in range(len(parents))], POND)


def lack(stones: list[Stone]) -> float:
    """Return by how much two pebbles overlap at worst, as a part of their size."""
    worst = 0.0
    for place, one in enumerate(stones):
        for other in stones[:place]:
            room = one.radius + other.radius
            worst = max(worst, 1 - math.hypot(one.x - other.x, one.y - other.y) / room)
    return worst


@given(chains())
@settings(max_examples=40, deadline=None)
def test_every_link_has_a_pebble_in_the_water(parents: list[int | None]) -> None:
    stones = laid(parents)
    assert [stone.link for stone in stones] == list(range(len(parents)))
    for stone in stones:
        assert math.hypot((stone.x - POND.x) / POND.rx, (stone.y - POND.y) / POND.ry) <= 1.0001
        assert stone.parent == parents[stone.link]


@given(chains())
@settings(max_examples=40, deadline=None)
def test_pebbles_do_not_overlap(parents: list[int | None]) -> None:
    assert lack(laid(parents)) < 0.15


@pytest.mark.parametrize("shape", [star, line, halves])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 30, 200, 500])
def test_pebbles_do_not_overlap_in_any_shape(shape: object, count: int) -> None:
    assert lack(laid(shape(count))) < 0.15  # type: ignore[operator]


@pytest.mark.parametrize("shape", [star, line, halves])
def test_two_hundred_pebbles_cover_the_water(shape: object) -> None:
    stones = laid(shape(200))  # type: ignore[operator]
    quarters = {(stone.x > POND.x, stone.y > POND.y) for stone in stones}
    assert len(quarters) == 4
    out = sorted(math.hypot((s.x - POND.x) / POND.rx, (s.y - POND.y) / POND.ry) for s in stones)
    assert out[-20] > 0.75


@given(chains())
@settings(max_examples=30, deadline=None)
def test_the_same_chain_lies_the_same(parents: list[int | None]) -> None:
    assert laid(parents) == laid(parents)


@given(chains())
@settings(max_examples=30, deadline=None)
def test_a_deeper_ring_is_further_out(parents: list[int | None]) -> None:
    rings = radii(laid(parents))
    assert rings == sorted(rings)
    assert 0 <= rings[0] <= rings[-1] <= 1.0001


def test_the_first_link_lies_in_the_middle_and_several_first_ones_around_it() -> None:
    alone = laid(star(7))[0]
    assert (alone.x, alone.y) == (POND.x, POND.y)
    several = laid([None, None, None, 0])
    assert all(math.hypot(stone.x - POND.x, stone.y - POND.y) > 50 for stone in several)


def test_of_a_huge_chain_the_own_links_and_the_way_to_them_are_kept() -> None:
    parents = line(400) + star(2000)
    mine = [place == 399 for place in range(len(parents))]
    kept = keep(parents, mine)
    assert len(kept) == MOST
    assert set(range(400)) <= set(kept)
    assert all(parents[place] is None or parents[place] in kept for place in kept)


def test_a_way_that_is_longer_than_a_picture_is_left_out() -> None:
    parents = line(2 * MOST)
    kept = keep(parents, [place == 2 * MOST - 1 for place in range(2 * MOST)])
    assert kept == list(range(MOST))


def test_two_hundred_links_are_laid_in_a_moment() -> None:
    begin = time.process_time()
    laid(halves(200))
    assert time.process_time() - begin < 1.0
