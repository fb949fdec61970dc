"""After a moment: one further tiny thing, chains, a slip that is mended, gentle days, and a word now and then."""

import itertools

import pytest

from bot.catalogue import Catalogue, Practice
from tests.flows.looking import DAY, HOUR, begin, moments_of, nudges_of, without
from tests.kit.talk import CATALOGUE, Friend, House

SQUARE = {
    "key": "say-no-today",
    "icon": "🙅",
    "title": "Say no today",
    "why": "A no leaves room.",
    "source": "003",
    "times": ["9:00", "13:00", "17:00"],
    "seconds": 10,
    "feelings": "none",
    "late": "ritual",
    "answer": "tap",
    "prompts": [f"One no today, number {n}." for n in range(8)],
    "did": ["Room.", "Space.", "Air."],
    "smaller": "Think of one no.",
    "hard_day": False,
    "check": {"at": "18:00", "text": "Was there a no today?"},
    "replies": [
        {"key": "said-no", "label": "Said no", "when": "check", "warm": "There it is."},
        {"key": "no-need", "label": "No need today", "when": "check", "warm": "Good too."},
    ],
}


@pytest.fixture
def bea(house: House) -> Friend:
    practices = (*CATALOGUE, Practice.model_validate(SQUARE))
    catalogue = Catalogue(practices, CATALOGUE.themes, CATALOGUE.cues.values(), CATALOGUE.first)
    return House(house.store, house.clock, catalogue=catalogue).person("bea")


async def begins(friend: Friend, title: str) -> None:
    await begin(friend, next(p.key for p in friend.house.catalogue if p.title == title))


async def test_one_further_tiny_thing_is_offered_and_may_be_left(anna: Friend) -> None:
    await begins(anna, "Doorway pause")
    await anna.tap("Listen")
    assert anna.newest.labels == ["🌬️ One slow breath", "Enough", "↩ Change"]
    shown = await anna.tap("Enough")
    assert shown.toast == "Enough it is."
    assert anna.newest.labels == []


async def test_the_next_one_follows_its_face_and_a_chain_never_repeats_itself(anna: Friend) -> None:
    await begins(anna, "Doorway pause")
    for label in ("Listen", "One slow breath", "Calmer", "🙂"):
        await anna.tap(label)
    assert anna.newest.labels == ["🍃 Three senses", "Enough", "↩ Change"]  # not the doorway again
    assert [m.practice for m in moments_of(anna)] == ["doorway-pause", "one-breath"]


async def test_a_chain_that_went_well_can_be_kept_and_comes_as_one(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await begins(anna, "Doorway pause")
    for label in ("Listen", "One slow breath", "Calmer", "🙂", "Enough"):
        await anna.tap(label)
    question = (
        "That went well together: Doorway pause → One slow breath. Shall they come as one, at an hour you choose?"
    )
    assert anna.newest.text == question
    await anna.tap("Keep as a chain")
    await anna.send("every day at 7:15")
    assert anna.newest.text.startswith("Set: Thu 7:15, Fri 7:15, Sat 7:15.")
    await anna.tap("OK")
    assert nudges_of(anna)[-1].links == ("one-breath",)
    await anna.command("nudges")
    assert any("Doorway pause → One slow breath" in said.text for said in anna.inbox[-2:])
    await house.pass_time(21 * HOUR + 15 * 60)
    assert anna.newest.nudge
    await anna.tap("Listen")
    assert anna.newest.nudge  # the next one comes by itself
    assert moments_of(anna)[-1].practice == "one-breath"
    await anna.tap("Calmer")
    await anna.tap("🙂")
    assert not anna.newest.nudge


async def test_on_a_gentle_day_a_kept_chain_is_shorter(anna: Friend, house: House) -> None:
    await test_a_chain_that_went_well_can_be_kept_and_comes_as_one(anna, house)
    await house.pass_time(DAY - HOUR)
    await begins(anna, "How am I")
    await anna.tap("😣")
    await anna.tap("Done")
    await house.pass_time(HOUR)
    assert anna.newest.nudge
    await anna.tap("Did it")
    assert "The rest of the chain can rest today." in anna.newest.text
    assert moments_of(anna)[-1].practice == "doorway-pause"


async def test_no_chain_is_offered_for_a_single_moment_or_twice(anna: Friend) -> None:
    await begins(anna, "Doorway pause")
    for label in ("Listen", "One slow breath", "Calmer", "🙂", "Enough", "No, thanks"):
        await anna.tap(label)
    assert anna.newest.text.startswith("That went well together")
    assert anna.newest.labels == []


@pytest.mark.parametrize("label", ["Listen", "Did it", "Not today"])
async def test_a_slip_is_mended_while_its_answer_is_the_newest_message(anna: Friend, label: str) -> None:
    await begins(anna, "Doorway pause")
    await anna.tap(label)
    await anna.tap("↩ Change")
    assert moments_of(anna)[-1].answer is None
    assert anna.newest.nudge
    await anna.tap("Encourage")
    assert [m.answer for m in moments_of(anna)] == ["encourage"]


async def test_a_slip_is_left_when_something_else_was_said_meanwhile(anna: Friend) -> None:
    await begins(anna, "Doorway pause")
    await anna.tap("Did it")
    anna.house.clock.forward(1)
    await anna.command("help")
    shown = await anna.tap("↩ Change")
    assert shown.toast.startswith("That is a while ago now.")
    assert moments_of(anna)[-1].answer == "did"


async def test_a_low_face_that_was_a_slip_leaves_no_gentle_day_behind(anna: Friend) -> None:
    await begins(anna, "One slow breath")
    await anna.tap("Calmer")
    await anna.tap("😣")
    assert anna.newest.text.startswith("Thank you for saying so.")
    await anna.tap("↩ Change")
    await anna.tap("🙂")
    assert (moments_of(anna)[-1].after, anna.newest.labels[0]) == (4, "🍃 Three senses")


async def test_the_first_face_can_be_changed_too(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("add")
    await anna.tap("Keep both")
    await anna.pick("Three senses")
    for label in ("Coffee", "8:30", "Try one now", "😣", "↩ Change", "🙂"):
        await anna.tap(label)
    assert moments_of(anna)[-1].before == 4


async def test_after_a_low_face_there_is_no_cheering_and_nothing_more_is_asked(anna: Friend) -> None:
    await begins(anna, "One slow breath")
    await anna.tap("Calmer")
    await anna.tap("🙁")
    assert anna.newest.text == "Thank you for saying so. Be gentle with yourself; /help has people to talk to."
    assert "Enough" not in anna.newest.labels
    await begins(anna, "Doorway pause")
    await anna.tap("Did it")
    assert anna.newest.labels == ["↩ Change"]  # no next win on such a day


async def test_on_a_gentle_day_a_nudge_asks_only_for_the_smaller_version(anna: Friend, house: House) -> None:
    await begins(anna, "How am I")
    for label in ("😣", "Done"):
        await anna.tap(label)
    await anna.command("start")
    for label in ("Three senses", "Coffee", "8:30", "Yes"):
        await anna.tap(label)
    await anna.send("today at 12:00")
    await house.pass_time(2 * HOUR)
    asked = house.catalogue["three-senses"]
    assert asked.hard_day  # it is small enough as it is
    assert anna.newest.nudge
    assert asked.smaller not in anna.newest.text


async def test_after_several_low_days_people_are_named_once_and_nothing_is_asked(anna: Friend, house: House) -> None:
    helped = []
    for _ in range(5):
        await begins(anna, "How am I")
        await anna.tap("😣")
        await anna.tap("Done")
        helped.append(anna.newest.text.startswith("These days sound heavy"))
        await house.pass_time(DAY)
    assert helped == [False, False, True, False, False]


async def test_a_second_habit_is_offered_once_after_five_moments(anna: Friend, house: House) -> None:
    await anna.sign_up()
    offered = []
    for _ in range(12):
        await house.pass_time(DAY)
        await begins(anna, "Doorway pause")
        await anna.tap("Did it")
        offered.append(anna.newest.text.startswith("You know your way around now."))
    assert offered.index(True) == 4
    assert offered.count(True) == 1


async def test_the_week_is_counted_in_moments_and_at_most_once_a_week(anna: Friend, house: House) -> None:
    await anna.sign_up()
    weeks = []
    for day in range(22):
        await begins(anna, "Doorway pause")
        await anna.tap("Did it")
        if "altogether." in anna.newest.text:
            weeks.append((day, anna.newest.text))
        await house.pass_time(DAY)
    days = [day for day, _ in weeks]
    assert len(days) in (2, 3)
    assert all(later - earlier >= 7 for earlier, later in itertools.pairwise(days))
    assert weeks[0][1].startswith("7 small moments this week. 8 altogether.\n🚪 Doorway pause ×7")


async def test_the_month_is_told_as_a_sentence_that_can_be_edited(anna: Friend, house: House) -> None:
    told = []
    for _ in range(40):
        await begins(anna, "Doorway pause")
        await anna.tap("Did it")
        if "in a month." in anna.newest.text:
            told.append(anna.newest.text)
            await anna.tap("Edit")
            await anna.send("I am somebody who waits at doors.")
            assert anna.newest.text == "Kept. It is yours."
        await house.pass_time(DAY)
    assert told[0].endswith("You are somebody who lets others feel seen.")
    assert told[1].endswith("I am somebody who waits at doors.")
    assert len(told) == 2


async def test_a_time_can_be_kept_or_moved_once_a_week(anna: Friend, house: House) -> None:
    await anna.sign_up()
    asked = 0
    for _ in range(21):
        await house.pass_time(DAY)
        if anna.newest.nudge:
            await anna.tap("Calmer")
            await anna.tap("🙂")
            if "still a good time?" in anna.newest.text:
                asked += 1
                await anna.tap("Keep")
    assert asked == 2


async def test_a_wording_that_is_liked_less_stays_away(anna: Friend, house: House) -> None:
    seen: list[str] = []
    less = ""
    for _ in range(40):
        await begins(anna, "Doorway pause")
        seen.append(anna.newest.text)
        await anna.tap("Did it")
        if not less and anna.newest.text.startswith("By the way"):
            less = anna.newest.text.partition("“")[2].partition("”:")[0]
            await anna.tap("Less like this")
            seen.clear()
        await house.pass_time(8 * HOUR)
    assert less
    assert len(seen) > 20
    assert not any(less in text for text in seen)


async def test_who_comes_back_after_a_while_is_welcome_and_nothing_is_counted_up(anna: Friend, house: House) -> None:
    await begins(anna, "Doorway pause")
    await anna.tap("Did it")
    await house.pass_time(9 * DAY)
    await begins(anna, "Doorway pause")
    await anna.tap("Did it")
    assert anna.newest.text == "You came back. Good to see you."


async def test_who_answers_an_old_moment_late_has_not_been_away(anna: Friend, house: House) -> None:
    await begins(anna, "Doorway pause")
    await anna.tap("Did it")
    await begins(anna, "Doorway pause")
    old = anna.newest
    for _ in range(9):
        await house.pass_time(DAY)
        await begins(anna, "Doorway pause")
        await anna.tap("Did it")
    late = next(button for row in old.rows for button in row if button.label == "Did it")
    await anna.tap_payload(late.payload, old.id)
    assert "You came back. Good to see you." not in anna.said


async def test_nothing_of_all_this_comes_by_itself(anna: Friend, house: House) -> None:
    await begins(anna, "Doorway pause")
    await anna.tap("Did it")
    said = len(anna.inbox)
    await house.pass_time(40 * DAY)
    assert len(anna.inbox) == said


async def test_every_practice_has_a_smaller_version_behind_one_tap(anna: Friend, house: House) -> None:
    await begins(anna, "Doorway pause")
    await anna.tap("Smaller")
    assert anna.newest.text == "🚪 Breathe out once as you walk through."
    assert anna.newest.labels == ["Did it", "Not today"]
    await anna.tap("Did it")
    assert moments_of(anna)[-1].answer == "did"


async def test_a_practice_with_a_check_asks_in_the_morning_and_in_the_evening(bea: Friend) -> None:
    house = bea.house
    await begins(bea, "Say no today")
    assert bea.newest.labels == ["I’m in", "Did it", "In 15 min", "Not today", "Smaller"]
    await bea.tap("I’m in")
    assert bea.newest.text == "Good. I’ll ask at Wed 18:00."
    await house.pass_time(8 * HOUR)
    assert bea.newest.text == "🙅 Was there a no today?"
    assert bea.newest.labels == ["Said no", "No need today", "Did it", "Not today"]
    await bea.tap("No need today")
    assert bea.newest.text == "Good too."


async def test_who_did_not_agree_is_not_asked_in_the_evening(bea: Friend) -> None:
    await begins(bea, "Say no today")
    said = len(bea.inbox)
    await bea.house.pass_time(DAY)
    assert len(bea.inbox) == said


async def test_who_agrees_in_the_evening_is_asked_at_once(bea: Friend) -> None:
    await bea.house.pass_time(10 * HOUR)
    await begins(bea, "Say no today")
    await bea.tap("I’m in")
    assert bea.newest.labels == ["Said no", "No need today", "Did it", "Not today"]


async def test_a_practice_that_left_the_catalogue_ends_a_chain_quietly(anna: Friend) -> None:
    await begins(anna, "Doorway pause")
    await anna.tap("Listen")
    smaller_house = without(anna.house, "one-breath")
    again = smaller_house.person("anna")
    count = len(again.inbox)
    await again.tap("One slow breath")
    assert len(again.inbox) == count


async def test_a_chain_is_not_praised_after_a_low_face(anna: Friend) -> None:
    await begins(anna, "Doorway pause")
    for label in ("Listen", "One slow breath", "Calmer", "😣"):
        await anna.tap(label)
    shown = await anna.tap("Enough for now")
    assert shown.toast == "Enough it is."
    assert not any("went well" in text for text in anna.said)


async def test_mending_one_slip_leaves_another_low_face_as_it_was(anna: Friend, house: House) -> None:
    await begins(anna, "One slow breath")
    for label in ("Calmer", "😣"):
        await anna.tap(label)
    await house.pass_time(HOUR)
    await begins(anna, "One slow breath")
    for label in ("Calmer", "🙁", "↩ Change", "🙂"):
        await anna.tap(label)
    assert anna.newest.labels == ["↩ Change"]  # it is still a gentle day: nothing more is offered


async def test_the_face_of_how_am_i_can_be_changed(anna: Friend) -> None:
    await begins(anna, "How am I")
    for label in ("😣", "Done", "↩ Change", "🙂", "Done"):
        await anna.tap(label)
    assert moments_of(anna)[-1].before == 4


async def test_what_is_said_in_one_breath_with_the_answer_does_not_bar_the_way_back(anna: Friend, house: House) -> None:
    await anna.sign_up()
    for _ in range(5):
        await house.pass_time(DAY)
        await begins(anna, "Doorway pause")
        await anna.tap("Did it")
    assert anna.newest.text.startswith("You know your way around now.")
    await anna.tap("↩ Change")
    assert moments_of(anna)[-1].answer is None


async def test_a_nudge_that_is_put_off_on_a_gentle_day_stays_small(anna: Friend, house: House) -> None:
    await begins(anna, "How am I")
    for label in ("😣", "Done"):
        await anna.tap(label)
    await anna.command("start")
    await anna.tap("Something else")
    await anna.pick(CATALOGUE["three-gratitudes"].title)
    for label in ("Coffee", "8:30", "Yes"):
        await anna.tap(label)
    await anna.send("today at 12:00")
    await house.pass_time(2 * HOUR)
    smaller = house.catalogue["three-gratitudes"].smaller
    assert smaller in anna.newest.text
    await anna.tap("In 15 min")
    await house.pass_time(15 * 60)
    assert smaller in anna.newest.text


async def test_a_practice_that_lives_on_surprise_can_be_left_to_chance(anna: Friend) -> None:
    await anna.command("start")
    await anna.tap("Something else")
    await anna.pick(CATALOGUE["good-right-now"].title)
    await anna.tap("Coffee")
    await anna.tap("3× by surprise, 10–18")
    await anna.tap("Yes")
    assert "10:00–18:00" in anna.newest.text


async def test_a_weekly_practice_is_proposed_for_one_day_of_the_week(anna: Friend) -> None:
    await anna.command("start")
    await anna.tap("Something else")
    await anna.pick(CATALOGUE["other-shoes"].title)
    await anna.tap("Lunch")
    assert "(Fri)" in anna.newest.text


async def test_two_nudges_to_one_practice_do_not_repeat_each_other(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("add")
    await anna.tap("Keep both")
    await anna.pick("One slow breath")
    await anna.tap("Leaving home")
    await anna.send("weekdays 18:00")
    await house.pass_time(6 * DAY)
    asked = [said.text.partition("\n")[2] for said in anna.inbox if said.nudge]
    assert len(asked) >= 8
    assert all(len(set(asked[n : n + 5])) == 5 for n in range(len(asked) - 4))
