"""What a person may say about when, and what is asked again instead of being guessed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedules.phrases import Said, read_phrase
from bot.schedules.rules import EVERY_DAY, WEEKDAYS, WEEKENDS

MORNING = 8 * 60 + 30
MON, TUE, WED, THU, FRI, SAT, SUN = (frozenset((n,)) for n in range(7))


@pytest.mark.parametrize(
    ("text", "minute", "days"),
    [
        ("8:30", 510, None),
        ("08:30", 510, None),
        ("8.30", 510, None),
        ("8h30", 510, None),
        ("20h", 1200, None),
        ("0:00", 0, None),
        ("23:59", 1439, None),
        ("7.30pm", 1170, None),
        ("7:30 PM", 1170, None),
        ("7 pm", 1140, None),
        ("7 p.m.", 1140, None),
        ("12am", 0, None),
        ("12pm", 720, None),
        ("at noon", 720, None),
        ("midnight", 0, None),
        ("9 o’clock", 540, None),
        ("9 o'clock", 540, None),
        ("٠٧:٣٠", 450, None),
        ("\u200f٠٧:٣٠\u200e", 450, None),
        ("７：３０", 450, None),
        ("०७:३०", 450, None),
        ("  8:30  ", 510, None),
        ("weekdays 8:30", 510, WEEKDAYS),
        ("Weekdays, 8:30", 510, WEEKDAYS),
        ("8:30 on weekdays", 510, WEEKDAYS),
        ("mon wed fri 7pm", 1140, MON | WED | FRI),
        ("Mondays, Wednesdays and Fridays at 7pm", 1140, MON | WED | FRI),
        ("mon-fri 8:30", 510, WEEKDAYS),
        ("mon – fri 8:30", 510, WEEKDAYS),
        ("fri-mon 8:30", 510, FRI | SAT | SUN | MON),
        ("tues & thurs 9:15", 555, TUE | THU),
        ("weekends 10:00", 600, WEEKENDS),
        ("every day at 9", 540, EVERY_DAY),
        ("daily 9am", 540, EVERY_DAY),
        ("each weekday 17:42", 1062, WEEKDAYS),
        ("every sunday 18:00", 1080, SUN),
    ],
)
def test_a_time_and_weekdays_are_understood(text: str, minute: int, days: frozenset[int] | None) -> None:
    assert read_phrase(text, MORNING) == Said(minute, days)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "25:00",
        "24:00",
        "7:60",
        "7:5",
        "8:30:15",
        "-8:30",
        "13pm",
        "0am",
        "noon-ish",
        "*/1 * * * *",
        "30 8 * * 1-5",
        "every 0 minutes",
        "every -5 days",
        "every 5 days",
        "each 5 days",
        "every 5 day",
        "every 2 weekdays",
        "5 days",
        "every 1 second",
        "every other day at 9",
        "31 Feb",
        "29 Feb yearly",
        "1e309",
        "9999-12-31 8:30",
        "8:30 9999",
        "8:30 and 9:30",
        "weekdays",
        "mon-blursday 8:30",
        "blursday 8:30",
        "not 8:30",
        "8:30 tomorrow",
        "half past 7",
        "now",
        "8:30" + " " * 10_000,
        "8" * 10_000,
        "mon " * 2500,
        "\ud800",
        "\0",
        "{0.__class__}",
        "١e٣",
    ],
)
def test_what_is_not_wholly_understood_is_asked_again(text: str) -> None:
    assert read_phrase(text, MORNING) is None


@pytest.mark.parametrize(
    ("hour", "near", "minute"),
    [
        ("7", 8 * 60, 7 * 60),
        ("7", 20 * 60, 19 * 60),
        ("10", 22 * 60, 22 * 60),
        ("10", 9 * 60, 10 * 60),
        ("12", 8 * 60, 12 * 60),
        ("0", 22 * 60, 0),
        ("22", 8 * 60, 22 * 60),
        ("every day at 6", 17 * 60, 18 * 60),
    ],
)
def test_a_bare_hour_is_the_one_nearer_to_what_was_offered(hour: str, near: int, minute: int) -> None:
    said = read_phrase(hour, near)
    assert said is not None
    assert said.minute == minute


@given(hour=st.integers(0, 23), minute=st.integers(0, 59), near=st.integers(0, 1439))
def test_a_full_time_means_itself_whatever_is_near(hour: int, minute: int, near: int) -> None:
    assert read_phrase(f"{hour}:{minute:02d}", near) == Said(hour * 60 + minute, None)


@settings(max_examples=300)
@given(st.text(max_size=100))
def test_no_text_breaks_the_reader(text: str) -> None:
    said = read_phrase(text, MORNING)
    assert said is None or 0 <= said.minute < 1440
