"""The words that Pebble shows for a rule read back as the same rule, in every language that has them."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.schedules.phrases import read
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
)
from bot.schedules.times import next_after
from bot.schedules.words import words
from bot.texts import Voice
from tests.schedules.rule_strategies import rules

ZONE = "Europe/Berlin"
NOW = int(datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo(ZONE)).timestamp())
TODAY = date(2026, 11, 18)


def seedless(rule: Rule) -> Rule:
    return replace(rule, minutes=replace(rule.minutes, seed=0)) if isinstance(rule.minutes, Draw) else rule


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pt", "ru"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(rules(), st.booleans())
def test_the_words_of_a_rule_read_back_as_the_same_rule(language: str, rule: Rule, near: bool) -> None:
    if isinstance(rule.dates, OnDate):
        rule = Rule(rule.dates, rule.minutes)
    assume(next_after(rule, ZONE, NOW) is not None)
    assume(not isinstance(rule.dates, OnDate) or rule.dates.day > TODAY)
    told = words(rule, language, TODAY if near else None)
    found = read(told, language=language, zone=ZONE, now=NOW)
    assert found.rule, told
    assert seedless(found.rule) == seedless(rule), told


MORNING = Times((480,))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule(Weekly(EVERY_DAY), MORNING), "every day at 8:00"),
        (Rule(Weekly(WEEKDAYS), Times((510, 1080))), "on weekdays at 8:30 and 18:00"),
        (Rule(Weekly(frozenset((0, 2, 4))), MORNING), "every Monday, Wednesday and Friday at 8:00"),
        (Rule(Weekly(EVERY_DAY), MORNING, frozenset((6,))), "every day at 8:00, except Sunday"),
        (Rule(EveryDays(3, TODAY), MORNING, first=TODAY), "every 3 days at 8:00, starting 18 November"),
        (
            Rule(EveryWeeks(2, frozenset((0,)), TODAY), MORNING),
            "every 2 weeks on Monday, counted from 18 November, at 8:00",
        ),
        (Rule(MonthDay(22), MORNING), "on the 22nd of every month at 8:00"),
        (Rule(MonthDay(-1), MORNING), "on the last day of every month at 8:00"),
        (Rule(MonthDays(frozenset((15, 1, -1))), MORNING), "on the 1st, 15th and last day of every month at 8:00"),
        (
            Rule(MonthWeekdays(frozenset((3, 1)), 0), MORNING),
            "on the first and third Monday of every month at 8:00",
        ),
        (Rule(MonthWeekday(1, 0), MORNING), "on the first Monday of every month at 8:00"),
        (Rule(OnDate(date(2026, 12, 24)), Times((210,))), "on 24 December at 03:30"),
        (
            Rule(OnDate(date(2026, 12, 24)), Draw(540, 1080, 2)),
            "on 24 December 2 times at random between 9:00 and 18:00",
        ),
        (Rule(Weekly(EVERY_DAY), Steps(120, 540, 1020)), "every day every 2 hours from 9:00 to 17:00"),
        (
            Rule(Weekly(EVERY_DAY), Draw(540, 1080, 3, 60), last=date(2026, 12, 24)),
            "every day 3 times a day at random between 9:00 and 18:00, at least 60 minutes apart, until 24 December",
        ),
    ],
)
def test_a_rule_is_told_as_people_say_it(rule: Rule, told: str) -> None:
    assert words(rule, "en", TODAY) == told


def test_a_language_without_words_of_its_own_is_told_in_english() -> None:
    rule = Rule(Weekly(EVERY_DAY), MORNING)
    assert words(rule, "ja") == words(rule, "it") == words(rule, "en-GB") == "every day at 8:00"
    assert words(rule, "de-AT") == "jeden Tag um 8:00 Uhr"


@pytest.mark.parametrize(
    ("weekday", "told"),
    [(0, "во второй понедельник"), (1, "во второй вторник"), (2, "во вторую среду"), (6, "во второе")],
)
def test_russian_says_vo_before_the_second(weekday: int, told: str) -> None:
    assert words(Rule(MonthWeekday(2, weekday), MORNING), "ru").startswith(told)


@pytest.mark.parametrize(
    ("language", "told"),
    [("es", "un día de cada 8"), ("fr", "un jour sur 8"), ("pt", "um dia a cada 8"), ("de", "jeden 8. Tag")],
)
def test_eight_days_are_told_so_that_nobody_takes_them_for_a_week(language: str, told: str) -> None:
    assert words(Rule(EveryDays(8, TODAY), MORNING, first=TODAY), language, TODAY).startswith(told)


def test_a_time_is_shown_as_the_words_tell_it() -> None:
    for minute in (0, 59, 60, 210, 299, 300, 510, 1439):
        rule = Rule(Weekly(EVERY_DAY), Times((minute,)))
        shown = Voice.of("en").time(minute)
        assert words(rule, "en") == f"every day at {shown}"
        assert read(f"every day at {shown}", language="en", zone=ZONE, now=NOW, near=540).rule == rule
