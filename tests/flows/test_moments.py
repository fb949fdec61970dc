"""Moments that people ask for, walked through step by step, with the feeling before and after."""

import pytest

from bot.nudges.prompts import FACES
from tests.flows.looking import HOUR, Kept, moments_of
from tests.kit.talk import Friend, House

HONEST = "Thank you for the honesty. A moment counts however it feels."
LIGHTER = "A little lighter. Good that you took that moment."
GENTLE = "Thank you for saying so. Be gentle with yourself; /help has people to talk to."


async def begin(friend: Friend, practice: str) -> None:
    await friend.begin(practice)


async def choose(friend: Friend, length: str) -> None:
    await friend.command("now")
    await friend.tap(length)


async def try_first(friend: Friend, practice: str, face: str) -> None:
    """Sign up and try one, which asks for a face before."""
    await friend.command("start")
    for label in (practice, "Lunch", "12:30", "Yes", "Try one now", face):
        await friend.tap(label)


def newest(friend: Friend) -> Kept:
    return moments_of(friend)[-1]


def warm_lines(house: House, practice: str) -> tuple[str, ...]:
    return house.catalogue[practice].did


async def test_a_few_seconds_takes_the_short_practice_that_was_not_met_for_longest(anna: Friend) -> None:
    short = [practice.key for practice in anna.house.catalogue.lasting(at_most=15)]
    for _ in range(5):
        await choose(anna, "A few seconds")
    met = [moment.practice for moment in moments_of(anna)]
    assert len(set(met)) == 5
    assert set(met) <= set(short)


async def test_a_minute_goes_around_the_longer_ones(anna: Friend, house: House) -> None:
    longer = [practice.key for practice in house.catalogue.lasting(at_least=16, at_most=90)]
    for _ in range(5):
        await choose(anna, "A minute")
    met = [moment.practice for moment in moments_of(anna)]
    assert len(set(met)) == 5
    assert set(met) <= set(longer)


async def test_what_was_met_by_name_waits_longest_for_its_next_turn(anna: Friend) -> None:
    await begin(anna, "One slow breath")
    await choose(anna, "A few seconds")
    assert newest(anna).practice != "one-breath"


async def test_the_wording_is_another_each_time(anna: Friend, house: House) -> None:
    for _ in house.catalogue["one-breath"].prompts:
        await begin(anna, "One slow breath")
    prompts = [said.text for said in anna.inbox if said.nudge]
    assert len(set(prompts)) == len(prompts)


async def test_a_practice_of_ones_own_taps_is_answered_by_one(anna: Friend) -> None:
    await begin(anna, "Doorway pause")
    assert anna.newest.labels == ["Notice", "Listen", "Encourage", "Did it", "In 15 min", "Not today", "Smaller"]
    await anna.tap("Listen")
    assert anna.newest.text == "Someone in there may be glad of that."
    assert newest(anna).answer == "listen"


async def test_the_faces_after_may_be_ignored(anna: Friend) -> None:
    await begin(anna, "One slow breath")
    await anna.tap("Same")
    assert anna.newest.text == "Thank you for being honest. It was a breath all the same. And now?"
    await begin(anna, "Doorway pause")
    await anna.tap("Did it")
    assert [moment.answer for moment in moments_of(anna)] == ["same", "did"]
    assert moments_of(anna)[0].after is None


@pytest.mark.parametrize(
    ("after", "line"),
    [
        ("😣", GENTLE),
        ("🙁", GENTLE),
        ("😐", "Noted. So-so is a good answer too."),
        ("🙂", "Good to hear. Take it along with you."),
        ("😄", "Good to hear. Take it along with you."),
    ],
)
async def test_a_face_after_without_one_before_is_answered_as_it_is(anna: Friend, after: str, line: str) -> None:
    await begin(anna, "One slow breath")
    await anna.tap("Did it")
    await anna.tap(after)
    assert anna.newest.text == line
    assert newest(anna).after == FACES.index(after) + 1


@pytest.mark.parametrize(("before", "after"), [(1, 1), (1, 2), (2, 1), (3, 3), (2, 5), (4, 5), (5, 1), (5, 5)])
async def test_better_is_met_warmly_and_same_or_worse_with_thanks_for_the_honesty(
    anna: Friend, before: int, after: int
) -> None:
    await try_first(anna, "One slow breath", FACES[before - 1])
    await anna.tap("Did it")
    await anna.tap(FACES[after - 1])
    assert anna.newest.text == (LIGHTER if after > before else HONEST)
    assert (newest(anna).before, newest(anna).after, newest(anna).answer) == (before, after, "did")


@pytest.mark.parametrize(("face", "cheers"), [("😣", False), ("🙁", False), ("😐", True), ("😄", True)])
async def test_after_a_low_face_nothing_cheers(anna: Friend, house: House, face: str, cheers: bool) -> None:
    await try_first(anna, "One slow breath", face)
    assert anna.newest.text == "Thank you. Take your time, and tap when you are there."
    await anna.tap("Did it")
    line = anna.newest.text.removesuffix(" And now?")
    assert (line in warm_lines(house, "one-breath")) == cheers
    assert cheers or line == "Thank you."


async def test_after_a_low_face_an_own_tap_does_not_cheer_either(anna: Friend) -> None:
    await try_first(anna, "One slow breath", "😣")
    await anna.tap("Calmer")
    assert anna.newest.text == "Thank you. And now?"


async def test_not_now_after_a_face_keeps_the_face_and_asks_nothing_more(anna: Friend) -> None:
    await try_first(anna, "Three senses", "🙁")
    await anna.tap("Not now")
    assert anna.newest.text == "That’s fine. Resting counts too."
    assert (newest(anna).before, newest(anna).answer) == (2, "not-today")


async def test_a_first_try_that_is_put_off_asks_for_the_face_when_it_comes(anna: Friend, house: House) -> None:
    await anna.command("start")
    for label in ("Three senses", "Lunch", "12:30", "Yes", "Try one now", "In 15 min"):
        await anna.tap(label)
    count = len(anna.inbox)
    await house.pass_time(HOUR / 4)
    assert len(anna.inbox) == count + 1
    assert anna.newest.labels == ["😣", "🙁", "😐", "🙂", "😄", "In 15 min", "Not today"]
    assert newest(anna).attempt == 1


async def test_three_senses_are_walked_through_one_at_a_time(anna: Friend, house: House) -> None:
    await begin(anna, "Three senses")
    await anna.tap("Step by step")
    assert anna.newest.text == "Look around. What is one thing you can see?"
    await anna.send("a blue cup")
    assert anna.newest.text == "And listen: what is one thing you can hear?"
    await anna.tap("Next")
    assert anna.newest.labels == ["Done"]
    await anna.send("the warm cup")
    assert anna.newest.text.removesuffix(" And now?") in warm_lines(house, "three-senses")
    assert (newest(anna).answer, newest(anna).words) == ("words", "a blue cup\nthe warm cup")
    await anna.tap("😄")
    assert newest(anna).after == 5


async def test_again_is_the_same_moment_once_more_in_other_words(anna: Friend) -> None:
    await begin(anna, "Three senses")
    first = anna.newest
    await anna.tap("Again")
    assert anna.newest.nudge
    assert anna.newest.text != first.text
    await anna.tap("Grounded")
    assert anna.newest.text == "Good. The ground is there whenever you want it. And now?"
    assert [moment.answer for moment in moments_of(anna)] == ["grounded"]


async def test_each_sense_can_be_passed_over(anna: Friend, house: House) -> None:
    await begin(anna, "Three senses")
    for label in ("Step by step", "Next", "Next", "Done"):
        await anna.tap(label)
    assert anna.newest.text.removesuffix(" And now?") in warm_lines(house, "three-senses")
    assert (newest(anna).answer, newest(anna).words) == ("did", None)


async def test_a_walk_after_a_low_face_ends_without_cheer(anna: Friend) -> None:
    await try_first(anna, "Three senses", "🙁")
    for label in ("Step by step", "Next", "Next", "Done"):
        await anna.tap(label)
    assert anna.newest.text == "Thank you. And now?"
    await anna.tap("😐")
    assert anna.newest.text == LIGHTER


async def test_cancel_leaves_a_walk_in_the_middle_and_keeps_what_was_said(anna: Friend) -> None:
    await begin(anna, "Three senses")
    await anna.tap("Step by step")
    await anna.send("a blue cup")
    await anna.command("cancel")
    assert anna.newest.text == "We leave it there. What is set stays set."
    assert (newest(anna).answer, newest(anna).words) == ("words", "a blue cup")
    await anna.send("rain")
    assert anna.newest.text.startswith("I only know small things")


async def test_how_am_i_takes_a_face_and_a_word_that_was_tapped(anna: Friend, house: House) -> None:
    await begin(anna, "How am I")
    assert anna.newest.labels == ["😣", "🙁", "😐", "🙂", "😄", "In 15 min", "Not today"]
    await anna.tap("🙂")
    assert anna.newest.text.startswith("Is there a word for it?")
    await anna.tap("Hopeful")
    assert anna.newest.text in warm_lines(house, "how-am-i")
    assert (newest(anna).answer, newest(anna).before, newest(anna).words) == ("face", 4, "Hopeful")


async def test_how_am_i_takes_a_word_of_ones_own_or_none(anna: Friend) -> None:
    await begin(anna, "How am I")
    await anna.tap("😐")
    await anna.send("like a wet dog")
    await begin(anna, "How am I")
    await anna.tap("😐")
    await anna.tap("Done")
    assert [(kept.before, kept.words) for kept in moments_of(anna)] == [(3, "like a wet dog"), (3, None)]


async def test_a_low_answer_to_how_am_i_ends_with_where_to_find_people(anna: Friend) -> None:
    await begin(anna, "How am I")
    await anna.tap("😣")
    await anna.tap("Lonely")
    assert anna.newest.text == GENTLE


async def test_evening_joy_after_a_face_says_that_writing_is_the_answer(anna: Friend) -> None:
    await try_first(anna, "A gratitude sentence", "😐")
    assert anna.newest.text == "Thank you. Now write it here, as short as you like."
    await anna.send("The first frost")
    assert anna.newest.text.endswith(" And now?")
    assert (newest(anna).answer, newest(anna).words) == ("words", "The first frost")
