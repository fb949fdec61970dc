"""Moments left to chance: inside their window, apart from each other, the same wherever they are drawn."""

import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date

from hypothesis import given, settings

from bot.schedules.rules import (
    Draw,
)
from bot.schedules.times import minutes_on
from tests.schedules.rule_strategies import days, draws


@given(draws(), days)
@settings(max_examples=300, deadline=None)
def test_chance_stays_in_its_window_and_keeps_its_gap(draw: Draw, day: date) -> None:
    drawn = minutes_on(draw, day.toordinal())
    assert len(drawn) == draw.count
    assert draw.start <= drawn[0]
    assert drawn[-1] <= draw.end
    apart = [late - early for early, late in itertools.pairwise(drawn)]
    assert all(gap >= max(draw.gap, 15) for gap in apart)


def test_chance_falls_on_every_minute_of_its_window_about_equally_often() -> None:
    window = Draw(600, 659, seed=7)
    begin = date(2021, 1, 1).toordinal()
    seen = Counter(minutes_on(window, begin + n)[0] for n in range(12_000))
    assert set(seen) == set(range(600, 660))
    # Chi squared with 59 degrees of freedom passes 98.3 once in a thousand; the seed is fixed.
    assert sum((count - 200) ** 2 / 200 for count in seen.values()) < 98.3


def test_several_by_chance_fill_their_window_up_to_both_ends() -> None:
    window = Draw(600, 720, count=3, gap=30, seed=1)
    begin = date(2021, 1, 1).toordinal()
    drawn = [minutes_on(window, begin + n) for n in range(5_000)]
    assert min(d[0] for d in drawn) == 600
    assert max(d[-1] for d in drawn) == 720
    assert len({tuple(d) for d in drawn}) > 4_000


def test_chance_is_the_same_in_another_process_and_for_ever() -> None:
    window = Draw(540, 1020, count=3, gap=60, seed=42)
    day = date(2026, 11, 18).toordinal()
    code = (
        "from bot.schedules.rules import Draw; from bot.schedules.times import minutes_on; "
        f"print(list(minutes_on(Draw(540, 1020, 3, 60, 42), {day})))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    other = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(other.stdout) == list(minutes_on(window, day)) == DRAWN_FOR_EVER


DRAWN_FOR_EVER = [541, 683, 978]


def test_seeds_and_dates_draw_apart_from_each_other() -> None:
    day = date(2026, 11, 18).toordinal()
    assert len({minutes_on(Draw(0, 1439, seed=seed), day) for seed in range(100)}) > 80
    assert len({minutes_on(Draw(0, 1439, seed=1), day + n) for n in range(100)}) > 80
