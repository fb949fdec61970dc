"""Rules as data: stored and read back; what makes no sense is refused."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings

from bot.schedules.rules import (
    EVERY_DAY,
    WEEKDAYS,
    Draw,
    EveryDays,
    EveryWeeks,
    MonthDay,
    MonthDays,
    MonthWeekday,
    MonthWeekdays,
    OnDate,
    Rule,
    Steps,
    Times,
    Weekly,
    from_dict,
    to_dict,
)
from tests.schedules.rule_strategies import rules

DAILY = Weekly(EVERY_DAY)


@given(rules())
@settings(max_examples=200)
def test_a_stored_rule_is_read_back_as_it_was(rule: Rule) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(rule)))) == rule


def test_rules_of_the_first_version_are_still_read() -> None:
    stored = {"kind": "weekly", "days": [0, 2], "minutes": [510, 480]}
    assert from_dict(stored) == Rule(Weekly(frozenset((0, 2))), Times((480, 510)))


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "hourly"},
        {"kind": "weekly", "days": [], "minutes": [510]},
        {"kind": "weekly", "days": [7], "minutes": [510]},
        {"kind": "weekly", "days": [True], "minutes": [510]},
        {"kind": "weekly", "days": [[0]], "minutes": [510]},
        {"kind": "weekly", "days": [0], "minutes": [1440]},
        {"kind": "weekly", "days": [0], "minutes": [1e309]},
        {"kind": "weekly", "days": [0], "minutes": []},
        {"dates": [], "minutes": {}},
        {"dates": {"kind": "on-date", "day": "2027-02-31"}, "minutes": {"kind": "times", "minutes": [1]}},
        {"dates": {"kind": "on-date", "day": 20270101}, "minutes": {"kind": "times", "minutes": [1]}},
        {"dates": {"kind": "month-day", "day": 32}, "minutes": {"kind": "times", "minutes": [1]}},
        {"dates": {"kind": "month-day", "day": 1}, "minutes": {"kind": "cron", "minutes": [1]}},
    ],
)
def test_what_is_no_rule_is_refused_when_it_is_read(stored: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        from_dict(stored)


@pytest.mark.parametrize(
    "make",
    [
        lambda: EveryDays(0, date(2026, 1, 1)),
        lambda: EveryDays(-5, date(2026, 1, 1)),
        lambda: EveryDays(10**9, date(2026, 1, 1)),
        lambda: EveryWeeks(1, EVERY_DAY, date(2026, 1, 1)),
        lambda: EveryWeeks(2, frozenset(), date(2026, 1, 1)),
        lambda: MonthDay(0),
        lambda: MonthDay(-2),
        lambda: MonthDays(frozenset((1,))),
        lambda: MonthDays(frozenset((1, 32))),
        lambda: MonthWeekdays(frozenset((1,)), 0),
        lambda: MonthWeekdays(frozenset((1, 6)), 0),
        lambda: MonthWeekdays(frozenset((1, 3)), 7),
        lambda: MonthWeekday(6, 0),
        lambda: MonthWeekday(1, 7),
        lambda: Steps(0, 0, 1439),
        lambda: Steps(1, 0, 1439),
        lambda: Steps(14, 0, 1439),
        lambda: Steps(60, 700, 600),
        lambda: Draw(600, 600),
        lambda: Draw(600, 660, count=6),
        lambda: Draw(600, 660, count=2, gap=61),
        lambda: Draw(600, 660, count=0),
        lambda: Draw(0, 1439, seed=-1),
        lambda: Times(()),
        lambda: Times((-1,)),
        lambda: Rule(DAILY, Times((0,)), skip=EVERY_DAY),
        lambda: Rule(Weekly(WEEKDAYS), Times((0,)), skip=WEEKDAYS),
        lambda: Rule(OnDate(date(2026, 11, 18)), Times((0,)), skip=frozenset((2,))),
        lambda: Rule(DAILY, Times((0,)), first=date(2026, 2, 2), last=date(2026, 2, 1)),
    ],
)
def test_what_makes_no_sense_is_refused_when_it_is_made(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError):
        make()
