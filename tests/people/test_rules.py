"""What a person's row says about their own day, read whatever stands there."""

import pytest

from bot.people.rules import (
    QUIET_WEEK,
    asks_how_to_go_on,
    day_parts,
    is_paused,
    quiet_hours,
    was_asked_how_to_go_on,
)
from bot.schedules.quiet import DayParts, QuietHours


@pytest.mark.parametrize(
    ("start", "end", "meant"),
    [
        (1320, 420, QuietHours(1320, 420)),
        (0, 1439, QuietHours(0, 1439)),
        (None, 420, None),
        (1320, None, None),
        (420, 420, None),
        (-1, 420, None),
        (1320, 1440, None),
    ],
)
def test_quiet_hours_that_make_no_sense_are_none(start: int | None, end: int | None, meant: QuietHours | None) -> None:
    assert quiet_hours(start, end) == meant


def test_what_is_not_known_of_a_day_is_as_usual() -> None:
    assert day_parts(None, None, None, None) == DayParts()
    assert day_parts(None, None, 1110, None) == DayParts(evening=1110)
    assert day_parts(600, 600, None, None) == DayParts()


def test_a_pause_with_an_end_is_over_by_itself() -> None:
    assert [is_paused(10, 100, now) for now in (99, 100, 101)] == [True, False, False]
    assert is_paused(10, None, 10**10)
    assert not is_paused(None, None, 5)


def test_somebody_is_asked_once_for_each_week_of_silence() -> None:
    heard = 1000
    assert not asks_how_to_go_on(heard, None, heard + QUIET_WEEK - 1)
    assert asks_how_to_go_on(heard, None, heard + QUIET_WEEK)
    assert not asks_how_to_go_on(heard, heard + QUIET_WEEK, heard + 3 * QUIET_WEEK)
    assert asks_how_to_go_on(heard + 1, heard, heard + 1 + QUIET_WEEK)
    assert not asks_how_to_go_on(None, None, heard)


def test_being_asked_how_to_go_on_stands_for_what_was_due_by_then_until_the_person_does_something() -> None:
    assert was_asked_how_to_go_on(heard_at=10, asked_at=50, at=50)
    assert not was_asked_how_to_go_on(heard_at=10, asked_at=50, at=51)
    assert not was_asked_how_to_go_on(heard_at=60, asked_at=50, at=50)
    assert not was_asked_how_to_go_on(heard_at=10, asked_at=None, at=50)
    assert not was_asked_how_to_go_on(heard_at=None, asked_at=50, at=50)
