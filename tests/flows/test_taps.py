"""Taps that come twice, late, from somebody else or out of thin air get one kind line and change nothing."""

import asyncio

import pytest

from bot.speech import Kind, Shown
from tests.flows.looking import DAY, HOUR, MINUTE, moments_of, nudges_of, parsed, payload, position_of, waiting
from tests.kit.talk import Friend, House, Said

OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
NOTED = "Already noted, thank you."


async def prompt(friend: Friend, practice: str = "One slow breath") -> Said:
    await friend.begin(practice)
    return friend.newest


async def at_once(friend: Friend, said: Said, label: str, times: int = 20) -> list[Shown]:
    """Tap the same button many times in the same instant, as events with keys of their own."""
    carried = payload(said, label)
    events = [friend.event(Kind.TAP, carried, message=said.id) for _ in range(times)]
    shown = await asyncio.gather(*(friend.house.door.receive(event) for event in events))
    await friend.house.pump.settle()
    return list(shown)


async def test_the_buttons_show_what_was_chosen_and_stop_being_buttons(anna: Friend) -> None:
    said = await prompt(anna)
    text = said.text
    await anna.tap("Calmer")
    assert (said.text, said.chosen, said.labels) == (text, "Calmer", [])


async def test_a_second_tap_is_noted_already(anna: Friend) -> None:
    said = await prompt(anna)
    calmer, same = payload(said, "Calmer"), payload(said, "Same")
    await anna.tap("Calmer")
    count = len(anna.inbox)
    assert (await anna.tap_payload(calmer, said.id)).toast == NOTED
    assert (await anna.tap_payload(same, said.id)).toast == NOTED
    assert len(anna.inbox) == count
    assert moments_of(anna)[0].answer == "calmer"


async def test_a_second_face_is_noted_already(anna: Friend) -> None:
    await prompt(anna)
    await anna.tap("Did it")
    asked = anna.newest
    worse = payload(asked, "😣")
    await anna.tap("🙂")
    assert (await anna.tap_payload(worse, asked.id)).toast == NOTED
    assert moments_of(anna)[0].after == 4


@pytest.mark.parametrize("label", ["Calmer", "Did it", "In 15 min", "Not today"])
async def test_the_same_button_twenty_times_at_once_has_exactly_one_effect(anna: Friend, label: str) -> None:
    said = await prompt(anna)
    count = len(anna.inbox) + waiting(anna.house)
    shown = await at_once(anna, said, label)
    assert [one.toast for one in shown].count(NOTED) == 19
    (moment,) = moments_of(anna)
    assert (moment.attempt if label == "In 15 min" else int(moment.answer is not None)) == 1
    # What is put off waits, and a line says until when.
    assert len(anna.inbox) + waiting(anna.house) == count + (2 if label == "In 15 min" else 1)


@pytest.mark.parametrize("label", ["A few seconds", "The one that fits"])
async def test_a_moment_asked_for_twenty_times_at_once_is_one_moment(anna: Friend, label: str) -> None:
    await anna.command("now")
    shown = await at_once(anna, anna.newest, label)
    assert [one.toast for one in shown].count(OLD) == 19
    assert len(moments_of(anna)) == 1


async def test_a_step_of_a_conversation_is_taken_once(anna: Friend) -> None:
    await anna.command("start")
    for label in ("One slow breath", "Coffee", "8:30"):
        await anna.tap(label)
    shown = await at_once(anna, anna.newest, "Yes")
    assert [one.toast for one in shown].count(OLD) == 19
    assert len(nudges_of(anna)) == 1
    assert sum(said.text.startswith("Set:") for said in anna.inbox) == 1


@pytest.mark.parametrize("label", ["Change time", "Remove"])
async def test_a_button_of_the_list_acts_once(anna: Friend, label: str) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    count = len(anna.inbox)
    shown = await at_once(anna, anna.newest, label)
    assert [one.toast for one in shown].count(OLD) == 19
    assert len(anna.inbox) == count + 1


async def test_a_button_of_the_menu_acts_once(anna: Friend) -> None:
    await anna.send("hm")
    count = len(anna.inbox)
    await at_once(anna, anna.newest, "Help")
    assert len(anna.inbox) == count + 1


async def test_two_different_buttons_of_one_message_at_once_count_as_one(anna: Friend) -> None:
    said = await prompt(anna)
    events = [anna.event(Kind.TAP, payload(said, label), message=said.id) for label in ("Not today", "In 15 min")]
    shown = await asyncio.gather(*map(anna.house.door.receive, events))
    assert sorted(one.toast for one in shown) == ["", NOTED]
    assert moments_of(anna)[0].answer == "not-today"
    await anna.house.pass_time(HOUR)
    assert anna.newest.text == "That’s fine. Resting counts too."


async def test_a_tap_after_the_step_has_moved_on_is_old(anna: Friend) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    asked = anna.newest
    coffee = payload(asked, "Coffee")
    await anna.send("the kettle")
    assert (await anna.tap_payload(coffee, asked.id)).toast == OLD
    position = position_of(anna)
    assert position is not None
    assert position.data["cue_words"] == "the kettle"


async def test_a_button_of_an_earlier_round_of_the_same_step_is_old(anna: Friend) -> None:
    await prompt(anna, "Three senses")
    await anna.tap("Step by step")
    asked = anna.newest
    onward = payload(asked, "Next")
    await anna.send("a cup")
    count = len(anna.inbox)
    assert (await anna.tap_payload(onward, asked.id)).toast == OLD
    assert len(anna.inbox) == count


async def test_a_tap_of_an_earlier_conversation_is_old(anna: Friend) -> None:
    await anna.command("start")
    first = anna.newest
    breath = payload(first, "One slow breath")
    await anna.command("cancel")
    await anna.command("start")
    assert (await anna.tap_payload(breath, first.id)).toast == OLD
    assert anna.newest.text.startswith("Hi, I’m Pebble.")


@pytest.mark.parametrize("days", [40, 366])
async def test_a_button_that_is_weeks_or_a_year_old_is_old(anna: Friend, house: House, days: int) -> None:
    said = await prompt(anna)
    house.clock.forward(days * DAY)
    await house.rota.forget()
    await house.rota.forget()
    assert (await anna.tap_payload(payload(said, "Calmer"), said.id)).toast == OLD
    assert moments_of(anna)[0].answer is None


async def test_a_button_ten_days_old_still_works_though_its_text_is_forgotten(anna: Friend, house: House) -> None:
    said = await prompt(anna)
    house.clock.forward(10 * DAY)
    await house.rota.forget()
    await anna.tap_payload(payload(said, "Calmer"), said.id)
    assert moments_of(anna)[0].answer == "calmer"


async def test_another_persons_button_reads_like_an_old_one(anna: Friend, house: House) -> None:
    await anna.sign_up()
    said = await prompt(anna)
    await anna.command("nudges")
    listed = anna.newest
    bob = house.person("bob")
    await bob.command("start")
    for message in (said, listed):
        for label in message.labels:
            for shown_at in (message.id, bob.newest.id, None):
                assert (await bob.tap_payload(payload(message, label), shown_at)).toast == OLD
    assert moments_of(anna)[0].answer is None
    assert len(nudges_of(anna)) == 1
    assert nudges_of(bob) == []


async def test_another_persons_conversation_cannot_be_answered(anna: Friend, house: House) -> None:
    await anna.command("start")
    bob = house.person("bob")
    assert (await bob.tap_payload(payload(anna.newest, "One slow breath"), None)).toast == OLD
    position = position_of(anna)
    assert position is not None
    assert position.step == "pick"


async def test_a_forged_choice_under_a_real_message_is_old(anna: Friend) -> None:
    said = await prompt(anna)
    row = parsed(said, "Calmer").row
    for forged in (f"1:own:{row}:blissful", f"1:after:{row}:9", f"1:before:{row}:6", f"1:guide:{row}:", "1:boo:1:"):
        assert (await anna.tap_payload(forged, said.id)).toast == OLD
    assert moments_of(anna)[0].answer is None


@pytest.mark.parametrize(
    ("verb", "choice"),
    [("own", "blissful"), ("own", ""), ("after", "9"), ("before", "0"), ("face", "x"), ("guide", "")],
)
async def test_a_forged_choice_of_a_real_row_is_old_even_when_the_message_is_not_named(
    anna: Friend, verb: str, choice: str
) -> None:
    row = parsed(await prompt(anna), "Calmer").row
    assert (await anna.tap_payload(f"1:{verb}:{row}:{choice}", None)).toast == OLD
    (moment,) = moments_of(anna)
    assert (moment.answer, moment.before, moment.after) == (None, None, None)


@pytest.mark.parametrize("choice", ["start2", "nothing", "", "999999999999"])
async def test_a_forged_menu_is_old(anna: Friend, choice: str) -> None:
    assert (await anna.tap_payload(f"1:menu:0:{choice}", None)).toast == OLD
    assert anna.inbox == []


@pytest.mark.parametrize("step", ["city.1", "set.try", "pick.one-breath=0", "cue.coffee", "", ".", "pick"])
async def test_a_forged_step_of_a_real_conversation_is_old(anna: Friend, step: str) -> None:
    await anna.command("start")
    row = parsed(anna.newest, "One slow breath").row
    position = position_of(anna)
    shown = await anna.tap_payload(f"1:flow:{row}:{step}", None)
    if step == "pick":  # the step is right and nothing was chosen: it asks again
        assert anna.newest.text == "One of the buttons above, please. /cancel leaves this."
    else:
        assert shown.toast == OLD
    assert position_of(anna) == position


async def test_a_tap_after_midnight_belongs_to_the_day_asked(anna: Friend, house: House) -> None:
    await anna.command("start")
    await anna.tap("Three senses")
    await anna.tap("Bed")
    await anna.send("23:50")
    await anna.tap("Yes")
    await house.pass_time(14 * HOUR)
    assert anna.newest.nudge
    await anna.tap("In 15 min")
    await house.pass_time(16 * MINUTE)
    await anna.tap("Grounded")
    (moment,) = moments_of(anna)
    assert (moment.slot, moment.attempt, moment.answer) == ("2026-11-18T23:50", 1, "grounded")


async def test_the_same_event_twice_is_handled_once(anna: Friend) -> None:
    said = await prompt(anna)
    calmer = payload(said, "Calmer")
    shown = [await anna.tap_payload(calmer, said.id, key="memory:again") for _ in range(3)]
    assert [one.toast for one in shown] == ["", "", ""]
    assert sum(one.text.endswith("And now?") for one in anna.inbox) == 1
