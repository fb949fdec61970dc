"""A person's own day, set by buttons or in words: quiet hours, and what morning and evening mean."""

import pytest

from bot.people.queries import Person
from bot.schedules.quiet import DayParts, QuietHours
from bot.texts.voice import clock
from tests.flows.looking import HOUR, moments_of, payload, person_of, position_of, reopened, waiting
from tests.kit.talk import Friend, House

ASKED = "When shall I keep quiet? Tap, or type it, like 22:00–7:00."
WHICH = "Which two times? From and to, like 22:00–7:00, or “off”."
SAME = "That could mean never or always. Two different times, please, like 22:00–7:00."
OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."


def person(friend: Friend) -> Person:
    return friend.house.store.run_now(lambda tx: person_of(tx, friend))


async def test_quiet_hours_by_a_button(anna: Friend) -> None:
    await anna.command("quiet")
    assert (anna.newest.text, anna.newest.labels) == (ASKED, ["22–7", "23–8", "Off"])
    await anna.tap("22–7")
    assert anna.newest.text == "Quiet from 22:00 until 7:00 the next day, every night."
    assert person(anna).quiet == QuietHours(1320, 420)
    assert position_of(anna) is None


@pytest.mark.parametrize(
    ("said", "start_", "end"),
    [
        ("22:00–7:00", 1320, 420),
        ("22:00 - 7:00", 1320, 420),
        ("22-7", 1320, 420),
        ("10 - 7", 1320, 420),
        ("10 pm to 7 am", 1320, 420),
        ("from 10pm until 6:30", 1320, 390),
        ("between 23:00 and 8", 1380, 480),
        ("midnight to 8:00", 0, 480),
        ("9-17", 540, 1020),
        ("8-18", 480, 1080),
        ("6-14", 360, 840),
        ("7-22", 420, 1320),
        ("8:00-12:00", 480, 720),
        ("22-12", 1320, 720),
        ("07-12", 420, 720),
        ("0-8", 0, 480),
        ("11 to 7", 1380, 420),
        ("12-7", 0, 420),
        ("9-5pm", 540, 1020),
        ("10-7am", 1320, 420),
        ("10pm-7", 1320, 420),
        ("9am to 5", 540, 1020),
        ("13:00–15:00", 780, 900),
    ],
)
async def test_quiet_hours_in_words_are_echoed(anna: Friend, said: str, start_: int, end: int) -> None:
    await anna.command("quiet")
    await anna.send(said)
    assert person(anna).quiet == QuietHours(start_, end)
    echo = anna.newest.text
    assert echo.startswith(f"Quiet from {clock(start_)} until {clock(end)}")
    assert ("the next day" in echo) == (start_ > end)


@pytest.mark.parametrize(
    ("said", "labels", "tapped"),
    [
        ("9-5", ["21:00–5:00", "9:00–17:00"], QuietHours(540, 1020)),
        ("8-12", ["20:00–00:00", "8:00–12:00"], QuietHours(480, 720)),
        ("1-3", ["01:00–03:00", "13:00–15:00"], QuietHours(780, 900)),
    ],
)
async def test_hours_that_may_be_of_day_or_night_are_asked_about(
    anna: Friend, said: str, labels: list[str], tapped: QuietHours
) -> None:
    await anna.command("quiet")
    await anna.send(said)
    assert (anna.newest.text, anna.newest.labels) == ("Both could be meant. Which of the two?", labels)
    assert person(anna).quiet is None
    await anna.tap(labels[1])
    assert person(anna).quiet == tapped


async def test_quiet_hours_that_were_taken_wrongly_are_changed_at_once(anna: Friend) -> None:
    await anna.command("quiet")
    await anna.send("8-18")
    assert (anna.newest.text, anna.newest.labels) == ("Quiet from 8:00 until 18:00, every day.", ["Change"])
    await anna.tap("Change")
    assert anna.newest.text == f"Quiet now: 8:00–18:00. {ASKED}"
    await anna.send("22-6")
    assert person(anna).quiet == QuietHours(1320, 360)


@pytest.mark.parametrize("said", ["von 22 bis 7", "22 Uhr bis 7 Uhr"])
async def test_quiet_hours_in_german(house: House, said: str) -> None:
    anna = house.person("anna", language="de")
    await anna.command("quiet")
    await anna.send(said)
    assert person(anna).quiet == QuietHours(1320, 420)


@pytest.mark.parametrize("said", ["7:00–7:00", "22-22", "from noon to 12:00"])
async def test_start_and_end_at_the_same_time_are_refused_kindly(anna: Friend, said: str) -> None:
    await anna.command("quiet")
    await anna.send(said)
    assert anna.newest.text == SAME
    assert person(anna).quiet is None
    await anna.send("22–7")
    assert person(anna).quiet == QuietHours(1320, 420)


@pytest.mark.parametrize(
    "said", ["soon", "22", "25:00–7:00", "22:00–7:60", "22-7-8", "never", "1e309-7", "-", "22:00–", "9" * 3000]
)
async def test_what_names_no_two_times_is_asked_again(anna: Friend, said: str) -> None:
    await anna.command("quiet")
    await anna.send(said)
    assert anna.newest.text == WHICH
    assert person(anna).quiet is None


@pytest.mark.parametrize("typed", [True, False])
async def test_quiet_hours_go_off_again(anna: Friend, typed: bool) -> None:
    await anna.command("quiet")
    await anna.tap("23–8")
    await anna.command("quiet")
    assert anna.newest.text == f"Quiet now: 23:00–8:00. {ASKED}"
    await (anna.send("Off") if typed else anna.tap("Off"))
    assert anna.newest.text == "No quiet hours, then. I come at your times, whatever the hour."
    assert person(anna).quiet is None


@pytest.mark.parametrize("value", ["420-420", "22-", "9999-1", "x"])
async def test_a_forged_span_changes_nothing(anna: Friend, value: str) -> None:
    await anna.command("quiet")
    position = position_of(anna)
    assert position is not None
    await anna.tap_payload(f"1:flow:{position.id}:hours.{value}", None)
    assert person(anna).quiet is None


async def test_an_early_nudge_waits_for_the_end_of_the_quiet_hours(anna: Friend, house: House) -> None:
    await anna.command("start")
    for label in ("One slow breath", "Coffee"):
        await anna.tap(label)
    await anna.send("6:55")
    for label in ("Yes", "Later"):
        await anna.tap(label)
    await anna.command("quiet")
    await anna.tap("22–7")
    count = len(anna.inbox)
    await house.pass_time(21 * HOUR - 1)
    assert len(anna.inbox) == count
    await house.pass_time(1)
    assert anna.newest.nudge
    assert moments_of(anna)[0].slot == "2026-11-19T06:55"


async def test_what_was_put_off_moves_out_of_quiet_hours_that_are_set_later(anna: Friend, house: House) -> None:
    await anna.begin("One slow breath")
    await anna.tap("In 15 min")
    await anna.command("quiet")
    await anna.send("10:10–12:00")
    count = len(anna.inbox)
    await house.pass_time(2 * HOUR - 1)
    assert (len(anna.inbox), waiting(house)) == (count, 1)
    await house.pass_time(1)
    assert anna.newest.nudge


async def test_the_parts_of_the_day_by_buttons(anna: Friend) -> None:
    await anna.command("day")
    assert anna.newest.labels == ["Morning 8:00", "Noon 12:00", "Evening 19:00", "Night 21:30"]
    await anna.tap("Evening")
    await anna.tap("18")
    await anna.tap("18:30")
    assert anna.newest.text == "Evening is 18:30 for you, then. Nudges that are set stay where they are."
    assert person(anna).parts == DayParts(evening=1110)
    await anna.command("day")
    assert anna.newest.labels[2] == "Evening 18:30"


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("evening 18:30", DayParts(evening=1110)),
        ("Morning: 6", DayParts(morning=360)),
        ("morning 5", DayParts(morning=300)),
        ("night 23:00", DayParts(night=1380)),
        ("noon 12:30", DayParts(noon=750)),
        ("evening = 7 pm", DayParts()),
    ],
)
async def test_a_part_of_the_day_in_words(anna: Friend, said: str, parts: DayParts) -> None:
    await anna.command("day")
    await anna.send(said)
    assert "for you, then." in anna.newest.text
    assert person(anna).parts == parts


async def test_a_part_of_the_day_in_german(house: House) -> None:
    anna = house.person("anna", language="de")
    await anna.command("day")
    await anna.send("Abend 18:30")
    assert person(anna).parts == DayParts(evening=1110)


async def test_the_exact_time_can_be_typed(anna: Friend) -> None:
    await anna.command("day")
    for label in ("Night", "22"):
        await anna.tap(label)
    await anna.send("22:10")
    assert person(anna).parts == DayParts(night=1330)


async def test_two_parts_at_one_time_are_refused_kindly(anna: Friend) -> None:
    await anna.command("day")
    await anna.send("evening 12:00")
    assert anna.newest.text == "Another part of the day has that time. Which other one shall it be?"
    assert person(anna).parts == DayParts()


@pytest.mark.parametrize("said", ["18:30", "evening", "evening soon", "evening 25:00", "teatime 17:00"])
async def test_what_names_no_part_or_time_is_asked_again(anna: Friend, said: str) -> None:
    await anna.command("day")
    await anna.send(said)
    assert anna.newest.text == "Which one, and when? Like “evening 18:30”, or tap one above."
    assert person(anna).parts == DayParts()


async def test_a_day_is_set_across_the_death_of_the_process(anna: Friend, house: House) -> None:
    await anna.command("day")
    await anna.tap("Morning")
    again = reopened(house)
    friend = again.person("anna")
    await friend.tap("6")
    await friend.tap("6:45")
    assert person(friend).parts == DayParts(morning=405)
    again.store.close()


async def test_a_second_tap_of_the_same_button_is_old(anna: Friend) -> None:
    await anna.command("quiet")
    said = anna.newest
    off = payload(said, "Off")
    await anna.tap("22–7")
    assert (await anna.tap_payload(off, said.id)).toast == OLD
    assert person(anna).quiet == QuietHours(1320, 420)
