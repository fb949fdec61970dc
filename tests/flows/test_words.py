"""Words: to whoever asked last, else one helpful line."""

import asyncio

import pytest

from bot.speech import Kind
from tests.flows.looking import DAY, HOUR, MINUTE, moments_of, position_of, say_in_time
from tests.kit.talk import KEPT_LINE, Friend, House

HELPFUL = "I only know small things, but I’m here. What would help right now?"


@pytest.mark.parametrize(
    ("label", "reply"),
    [
        ("A moment now", "A moment now: the one that fits, or look around."),
        ("My nudges", "Nothing is set yet. Shall we choose one tiny moment?"),
        ("Help", "I nudge you at the times you chose."),
    ],
)
async def test_words_that_nobody_waits_for_get_one_helpful_line_with_buttons_that_work(
    anna: Friend, label: str, reply: str
) -> None:
    await anna.send("what is the weather like?")
    assert anna.said == [KEPT_LINE, HELPFUL]
    await anna.tap(label)
    assert anna.newest.text.startswith(reply)


@pytest.mark.parametrize("name", ["dance", "", "START", "cancel; drop", "start@otherbot"])
async def test_a_command_that_is_unknown_gets_the_same_line(anna: Friend, name: str) -> None:
    await anna.command(name)
    assert anna.said == [KEPT_LINE, HELPFUL]


async def test_cancel_outside_says_that_there_is_nothing_to_leave(anna: Friend) -> None:
    await anna.command("cancel")
    assert anna.said == [KEPT_LINE, "There is nothing to leave right now."]


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.PHOTO, Kind.OTHER])
async def test_what_cannot_be_taken_in_yet_is_said_kindly(anna: Friend, kind: Kind) -> None:
    await anna.send("", kind)
    assert anna.said == [KEPT_LINE, "I can’t take that in yet. A few written words or a tap work well."]


async def test_a_sentence_a_day_later_is_no_answer_any_more(anna: Friend, house: House) -> None:
    await anna.begin("Evening joy")
    house.clock.forward(DAY + 1)
    await anna.send("The first frost")
    assert anna.newest.text == HELPFUL
    assert moments_of(anna)[0].words is None


async def test_a_second_sentence_is_not_written_over_the_first(anna: Friend) -> None:
    await anna.begin("Evening joy")
    await anna.send("The first frost")
    await anna.send("And the second")
    assert anna.newest.text == HELPFUL
    assert moments_of(anna)[0].words == "The first frost"


async def test_words_an_hour_later_are_no_answer_to_a_step_but_its_button_still_works(
    anna: Friend, house: House
) -> None:
    await anna.begin("Three senses")
    await anna.tap("Step by step")
    house.clock.forward(HOUR + 1)
    await anna.send("a cup")
    assert anna.newest.text == HELPFUL
    await anna.tap("Next")
    assert anna.newest.text == "And listen: what is one thing you can hear?"


async def test_words_within_the_hour_are_one(anna: Friend, house: House) -> None:
    await anna.begin("Three senses")
    await anna.tap("Step by step")
    house.clock.forward(HOUR - 1)
    await anna.send("a cup")
    assert anna.newest.text == "And listen: what is one thing you can hear?"


async def test_a_cue_may_come_days_later(anna: Friend, house: House) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    house.clock.forward(6 * DAY)
    await anna.send("the kettle")
    assert anna.newest.text.startswith("About what time")


async def test_what_was_asked_last_is_what_words_answer(anna: Friend, house: House) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    house.clock.forward(MINUTE)
    await anna.begin("Evening joy")
    await say_in_time(anna, "The first frost")
    assert moments_of(anna)[0].words == "The first frost"
    await say_in_time(anna, "the kettle")
    assert anna.newest.text.startswith("About what time")


async def test_an_evening_nudge_gets_its_sentence_though_a_time_was_asked_for_hours_before(
    anna: Friend, house: House
) -> None:
    await anna.command("start")
    for label in ("A gratitude sentence", "Bed", "22:00", "Yes", "Change"):
        await anna.tap(label)
    await house.pass_time(12 * HOUR)
    assert anna.newest.nudge
    await say_in_time(anna, "The first frost")
    assert moments_of(anna)[0].words == "The first frost"
    await say_in_time(anna, "21:00")
    assert anna.newest.text == "Set: Thu 21:00, Fri 21:00, Sat 21:00.\nThat is: every day at 21:00.\n\nTry one now?"


async def test_a_nudge_in_mid_conversation_disturbs_nothing(anna: Friend, house: House) -> None:
    await anna.sign_up(cue="Coffee", time="8:30")
    await house.pass_time(22 * HOUR + 29 * MINUTE)
    await anna.command("nudges")
    await anna.tap("Change time")
    position = position_of(anna)
    await house.pass_time(MINUTE)
    assert anna.newest.nudge
    assert position_of(anna) == position
    await anna.tap("Did it")
    await anna.tap("🙂")
    assert moments_of(anna)[0].after == 4
    await anna.send("9:15")
    assert anna.newest.text == "Set: Thu 9:15, Fri 9:15, Mon 9:15.\nThat is: on weekdays at 9:15."


async def test_two_messages_at_once_are_handled_in_their_order(anna: Friend, house: House) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    events = [anna.event(Kind.TEXT, "the kettle"), anna.event(Kind.TEXT, "7:15")]
    await asyncio.gather(*map(house.door.receive, events))
    await house.pump.settle()
    position = position_of(anna)
    assert position is not None
    assert (position.step, position.data["cue_words"]) == ("here", "the kettle")
    assert position.data["rule"]["minutes"]["minutes"] == [435]
