"""Timed exercises: one message changes at the real pace, can be stopped or made shorter, and survives a restart."""

import pytest

from bot.catalogue import Catalogue, Practice
from tests.flows.looking import moments_of, reopened
from tests.kit.talk import CATALOGUE, Friend, House, Said

SQUARE = {
    "key": "square",
    "icon": "⬜",
    "title": "A square of breath",
    "why": "Four even sides.",
    "source": "003",
    "times": ["9:00", "13:00", "17:00"],
    "seconds": 48,
    "feelings": "none",
    "late": "ritual",
    "answer": "tap",
    "prompts": [f"Breathe in a square, number {n}." for n in range(8)],
    "did": ["Four sides.", "A square.", "Even."],
    "smaller": "One side.",
    "hard_day": True,
    "rounds": 3,
    "steps": [{"do": "wait", "text": text, "seconds": 4} for text in ("In", "Hold", "Out", "Wait")],
    "smaller_steps": [{"do": "wait", "text": text, "seconds": 5} for text in ("In once", "Out once")],
    "replies": [
        {"key": "onward", "label": "Onward", "when": "live", "then": "skip"},
        {"key": "asleep", "label": "Falling asleep", "when": "live", "warm": "Sleep well."},
        {"key": "softer", "label": "Softer", "warm": "Good."},
    ],
}


@pytest.fixture
def square(house: House) -> House:
    practices = (*CATALOGUE, Practice.model_validate(SQUARE))
    return House(house.store, house.clock, catalogue=Catalogue(practices, (), CATALOGUE.cues.values(), CATALOGUE.first))


@pytest.fixture
async def bea(square: House) -> Friend:
    bea = square.person("bea")
    await bea.begin("A square of breath")
    await bea.tap("Begin")
    return bea


def exercise(friend: Friend) -> Said:
    """Return the message that is edited."""
    return next(
        said for said in reversed(friend.inbox) if said.text.startswith("⬜ ") and "Breathe in" not in said.text
    )


async def test_one_message_goes_through_all_phases_at_the_real_pace(bea: Friend) -> None:
    before = len(bea.inbox)
    seen: list[str] = []
    for _ in range(50):
        if not seen or seen[-1] != exercise(bea).text:
            seen.append(exercise(bea).text)
        await bea.house.pass_time(1)
    sides = ("In", "Hold", "Out", "Wait")
    rounds = ("●○○", "●●○", "●●●")
    assert seen == [f"⬜ {side}\n\n{dots}" for dots in rounds for side in sides] + ["⬜ A square of breath"]
    assert exercise(bea).labels == []
    assert len(bea.inbox) == before + 1
    assert bea.newest.text == "That was it. Take your time coming back."
    assert bea.newest.labels == ["Softer", "Did it"]
    await bea.tap("Softer")
    assert bea.newest.text.startswith("Good.")


async def test_each_phase_lasts_its_seconds(bea: Friend) -> None:
    house = bea.house
    await house.pass_time(4)
    assert exercise(bea).text == "⬜ In\n\n●○○"
    await house.pass_time(1)  # the first one is a second longer: the message had to arrive
    assert exercise(bea).text == "⬜ Hold\n\n●○○"
    await house.pass_time(3)
    assert exercise(bea).text == "⬜ Hold\n\n●○○"
    await house.pass_time(1)
    assert exercise(bea).text == "⬜ Out\n\n●○○"


async def test_it_can_be_stopped_and_stopping_is_an_answer(bea: Friend) -> None:
    await bea.house.pass_time(10)
    await bea.tap("Stop")
    assert exercise(bea).text == "⬜ A square of breath"
    assert bea.newest.text.startswith("We stop here. What you did counts.")
    said = len(bea.inbox)
    await bea.house.pass_time(3600)
    assert exercise(bea).text == "⬜ A square of breath"
    assert len(bea.inbox) == said
    assert moments_of(bea)[-1].answer == "stopped"


async def test_a_shorter_version_is_one_tap_away(bea: Friend) -> None:
    await bea.house.pass_time(10)
    await bea.tap("Shorter")
    assert exercise(bea).text == "⬜ In once\n\n●○"
    assert "Shorter" not in exercise(bea).labels
    await bea.house.pass_time(6)
    assert exercise(bea).text == "⬜ Out once\n\n●●"
    await bea.house.pass_time(5)
    assert bea.newest.text == "That was it. Take your time coming back."


async def test_an_own_tap_goes_on_to_the_next_phase_or_ends_it(bea: Friend) -> None:
    await bea.tap("Onward")
    assert exercise(bea).text == "⬜ Hold\n\n●○○"
    await bea.tap("Onward")
    assert exercise(bea).text == "⬜ Out\n\n●○○"
    await bea.house.pass_time(5)
    assert exercise(bea).text == "⬜ Wait\n\n●○○"
    await bea.tap("Falling asleep")
    assert bea.newest.text.startswith("Sleep well.")
    assert moments_of(bea)[-1].answer == "asleep"


async def test_onward_from_the_last_phase_is_the_end(bea: Friend) -> None:
    await bea.house.pass_time(46)
    await bea.tap("Onward")
    assert moments_of(bea)[-1].answer == "stopped"


async def test_cancel_stops_it(bea: Friend) -> None:
    await bea.command("cancel")
    assert bea.newest.text == "We leave it there. What is set stays set."
    assert exercise(bea).text == "⬜ A square of breath"


async def test_another_one_takes_the_place_of_the_one_that_runs(bea: Friend) -> None:
    first = exercise(bea)
    await bea.begin("A square of breath")
    await bea.tap("Begin")
    await bea.house.pass_time(5)
    assert first.text == "⬜ A square of breath"
    assert exercise(bea) is not first
    assert exercise(bea).text == "⬜ Hold\n\n●○○"


async def test_it_goes_on_after_a_restart_with_the_phase_that_is_now(bea: Friend) -> None:
    house = reopened(bea.house)
    house.clock.forward_to(house.clock.now() + 18)  # nobody was there to send anything
    await house.pass_time(0)
    again = house.person("bea")
    assert exercise(again).text == "⬜ In\n\n●●○"
    await house.pass_time(5)
    assert exercise(again).text == "⬜ Hold\n\n●●○"


async def test_when_it_was_over_before_the_restart_it_ends_kindly(bea: Friend) -> None:
    house = reopened(bea.house)
    house.clock.forward_to(house.clock.now() + 600)
    await house.pass_time(0)
    again = house.person("bea")
    assert exercise(again).text == "⬜ A square of breath"
    assert again.newest.text == "That was it. Take your time coming back."


async def test_taps_after_the_end_are_old(bea: Friend) -> None:
    payload = next(b.payload for row in exercise(bea).rows for b in row if b.label == "Stop")
    message = exercise(bea).id
    await bea.house.pass_time(60)
    shown = await bea.tap_payload(payload, message)
    assert shown.toast.startswith("That button has done its part.")
    eve = bea.house.person("eve")
    await eve.command("help")
    assert (await eve.tap_payload(payload, None)).toast.startswith("That button has done its part.")


async def test_a_pause_ends_an_exercise_that_runs(bea: Friend) -> None:
    await bea.house.pass_time(10)
    await bea.command("pause")
    assert exercise(bea).text == "⬜ A square of breath"
    assert exercise(bea).labels == []


async def test_whoever_falls_asleep_is_asked_nothing_more(house: House) -> None:
    anna = house.person("anna")
    await anna.begin(CATALOGUE["body-scan"].title)
    await anna.tap("🙂")
    await anna.tap("Begin")
    await anna.tap("Falling asleep")
    assert anna.newest.labels == []
