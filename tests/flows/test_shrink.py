"""A task made smaller until beginning is easy, and two minutes for it."""

import pytest

from bot.store import Store
from tests.flows.exchanges import LEFT, NOTHING, ODD, OLD, forget_moments, lead, lives, say, stored
from tests.flows.looking import HOUR, make_known, moments_of, payload, position_of, reopened, waiting
from tests.kit.clock import HandClock
from tests.kit.talk import Friend, House

OVER = "The two minutes are over. However far you got is far enough."
ASKED = "What would you like to begin? A few words are enough, like “the tax papers”."
PLAIN = "Two minutes from now on. I’ll say when they are over; stopping sooner is fine."


async def test_a_task_is_made_smaller_until_it_will_do(anna: Friend, house: House) -> None:
    await anna.command("shrink")
    assert (anna.newest.text, anna.newest.labels) == (ASKED, [])
    await say(anna, "the tax papers")
    assert anna.newest.text == "“the tax papers”. Is that small enough to begin with?"
    await say(anna, "Smaller", "the blue folder", "Smaller", "finding the folder", "That will do")
    assert anna.newest.text.startswith("“finding the folder”, then. What is the very first motion?")
    await say(anna, "open the drawer")
    assert anna.newest.text.startswith("Two minutes from now on, for “open the drawer”.")
    assert (anna.newest.labels, position_of(anna)) == (["Did it", "Enough"], None)
    await house.pass_time(119)
    assert anna.newest.text != OVER
    await house.pass_time(1)
    assert (anna.newest.text, anna.newest.labels) == (OVER, ["Did it", "Two more minutes", "Enough"])
    assert not anna.newest.nudge


async def test_a_smaller_piece_may_be_written_at_once_and_be_the_motion(anna: Friend) -> None:
    await anna.command("shrink")
    await say(anna, "the garden", "one pot", "That will do", "Just that")
    assert "for “one pot”" in anna.newest.text


async def test_after_five_rounds_it_is_small_enough(anna: Friend) -> None:
    await anna.command("shrink")
    await say(anna, "everything")
    questions = set()
    for n in range(5):
        await say(anna, "Smaller")
        questions.add(anna.newest.text)
        await say(anna, f"piece {n}")
    assert len(questions) == 5
    assert anna.said[-2] == "That is as small as it gets. Lovely."
    assert anna.newest.text.startswith("“piece 4”, then.")


async def test_a_button_of_an_earlier_round_is_old(anna: Friend) -> None:
    await anna.command("shrink")
    await say(anna, "everything")
    said, smaller = anna.newest, payload(anna.newest, "Smaller")
    await say(anna, "Smaller", "half of it")
    asked = anna.newest
    assert (await anna.tap_payload(smaller, said.id)).toast == OLD
    assert anna.newest is asked


@pytest.mark.parametrize(("text", "line"), ODD)
async def test_odd_texts_are_asked_again(anna: Friend, text: str, line: str) -> None:
    await anna.command("shrink")
    await anna.send(text)
    assert anna.newest.text == line
    await anna.send("x" * 4000)
    assert anna.newest.text == "A few words are plenty here. What is the heart of it?"
    await anna.send("{piece} %s")
    assert anna.newest.text == "“{piece} %s”. Is that small enough to begin with?"


async def test_shrinking_survives_a_death_at_every_step(house: House) -> None:
    with lives(house) as living:
        anna = house.person("anna")
        await anna.command("shrink")
        anna = await living.go(anna, "the attic", "Smaller", "one box", "That will do", "open it")
        assert "for “open it”" in anna.newest.text
        again = reopened(anna.house)
        anna = again.person("anna")
        await again.pass_time(120)
        assert anna.newest.text == OVER
        await anna.tap("Two more minutes")
        await again.pass_time(120)
        assert anna.said.count(OVER) == 2
        again.store.close()


@pytest.mark.parametrize("leaving", ["Enough", "Did it", "cancel", "pause"])
async def test_two_minutes_can_be_left(anna: Friend, house: House, leaving: str) -> None:
    await anna.command("timer")
    assert anna.newest.text == PLAIN
    await (anna.command(leaving) if leaving in ("cancel", "pause") else anna.tap(leaving))
    assert waiting(house) == 0
    if leaving == "cancel":
        assert anna.newest.text == LEFT
    await house.pass_time(HOUR)
    assert OVER not in anna.said
    if leaving != "pause":
        await anna.command("cancel")
        assert anna.newest.text == NOTHING


async def test_shrinking_can_be_left(anna: Friend) -> None:
    await anna.command("shrink")
    await anna.send("the attic")
    await anna.command("cancel")
    assert (anna.newest.text, position_of(anna)) == (LEFT, None)


async def test_two_minutes_begun_twice_are_over_once(anna: Friend, house: House) -> None:
    await anna.command("timer")
    await house.pass_time(60)
    await anna.command("timer")
    assert waiting(house) == 1
    await house.pass_time(119)
    assert OVER not in anna.said
    await house.pass_time(HOUR)
    assert anna.said.count(OVER) == 1


async def test_two_more_minutes_and_then_enough(anna: Friend, house: House) -> None:
    await anna.command("timer")
    first, did = anna.newest, payload(anna.newest, "Did it")
    await house.pass_time(120)
    await anna.tap("Two more minutes")
    assert (anna.said[-1], first.labels) == (PLAIN, [])
    assert (await anna.tap_payload(did, first.id)).toast == OLD
    await house.pass_time(120)
    await anna.tap("Enough")
    assert anna.newest.text == "Enough it is. It will still be there whenever you like."
    await house.pass_time(HOUR)
    assert anna.said.count(OVER) == 2


async def test_on_both_databases_a_timer_stops_and_runs(store: Store, clock: HandClock) -> None:
    house = House(store, clock)
    anna = house.person("anna")
    await anna.command("timer")
    await anna.command("cancel")
    assert waiting(house) == 0
    await anna.command("timer")
    await house.pass_time(120)
    assert anna.said.count(OVER) == 1


async def test_nobody_hears_ten_minutes_late_that_two_are_over(anna: Friend, house: House) -> None:
    await anna.command("timer")
    house.clock.jump(120 + 601)
    await house.pass_time(1)
    assert OVER not in anna.said


async def test_a_timer_stops_for_nobody_else(anna: Friend, house: House) -> None:
    bea = house.person("bea")
    await anna.command("timer")
    await bea.command("timer")
    await bea.tap("Enough")
    await house.pass_time(120)
    assert (anna.newest.text, bea.said.count(OVER)) == (OVER, 0)


@pytest.mark.parametrize("choice", ["later", "", "x.y=1"])
async def test_a_forged_choice_is_old(anna: Friend, choice: str) -> None:
    assert (await anna.tap_payload(f"1:timer:0:{choice}", None)).toast == OLD


async def test_somebody_elses_moment_is_not_answered_by_a_timer(anna: Friend, house: House) -> None:
    await anna.begin("Doorway pause")
    bea = house.person("bea")
    make_known(bea)
    await bea.tap_payload(f"1:timer:{moments_of(anna)[0].id}:did", None)
    assert bea.newest.text == "A small beginning, and it is yours."
    assert moments_of(anna)[0].answer is None


@pytest.mark.parametrize("answered", [None, "smaller"])
@pytest.mark.parametrize("then", ["shrink", "timer"])
async def test_the_moment_that_led_here_ends_with_did_it(
    anna: Friend, house: House, then: str, answered: str | None
) -> None:
    await anna.command("help")
    await lead(anna, then, answered=answered)
    if then == "shrink":
        await say(anna, "the attic", "That will do", "Just that")
    await house.pass_time(120)
    await anna.tap("Did it")
    assert moments_of(anna)[-1].answer == (answered or "did")
    assert anna.newest.text in house.catalogue["one-breath"].did


async def test_a_timer_for_a_moment_that_was_deleted_ends_kindly(anna: Friend, house: House) -> None:
    await anna.command("help")
    await lead(anna, "timer")
    forget_moments(house)
    await anna.tap("Did it")
    assert anna.newest.text == "A small beginning, and it is yours."


async def test_what_is_to_be_done_is_nobodys_to_read(anna: Friend, house: House) -> None:
    await anna.command("shrink")
    await say(anna, "the secret attic", "Smaller", "a secret box")
    assert b"secret" not in stored(house)
