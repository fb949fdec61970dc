"""Sign-up, from every step: tapped, typed, wrong, changed."""

import pytest

from bot.schedules.rules import EVERY_DAY, WEEKDAYS, Rule, Times, Weekly
from tests.flows.looking import HOUR, MINUTE, moments_of, nudges_of, payload, position_of, zone_of
from tests.kit.talk import Friend, House

UNKNOWN_PLACE = "I don’t know that place yet. Another city nearby, or what your clock says, such as 17:42?"


async def until(friend: Friend, *labels: str) -> None:
    await friend.command("start")
    for label in labels:
        await friend.tap(label)


async def test_a_cue_and_a_time_can_be_typed(anna: Friend) -> None:
    await until(anna, "Three senses")
    await anna.send("  feeding \n the cat ")
    assert anna.newest.text.startswith("About what time (weekdays)?")
    await anna.send("mon wed 7pm")
    assert anna.newest.text == "Is it 10:00 where you are?"
    await anna.tap("Yes")
    assert anna.newest.text.startswith("Set: Wed 19:00, Mon 19:00, Wed 19:00.")
    (nudge,) = nudges_of(anna)
    assert (nudge.practice, nudge.cue, nudge.cue_words) == ("three-senses", None, "feeding the cat")
    assert nudge.rule == Rule(Weekly(frozenset((0, 2))), Times((19 * 60,)))


async def test_a_cue_of_ones_own_stands_above_the_prompt(anna: Friend, house: House) -> None:
    await until(anna, "One slow breath")
    await anna.send("feeding the cat")
    await anna.send("10:30")
    await anna.tap("Yes")
    await house.pass_time(30 * MINUTE)
    assert anna.newest.text.startswith("Feeding the cat:\n🌬️ ")


async def test_bed_means_every_day_and_a_bare_hour_is_one_of_the_evening(anna: Friend) -> None:
    await until(anna, "A gratitude sentence", "Bed")
    assert "(every day)" in anna.newest.text
    await anna.send("10")
    await anna.tap("Yes")
    assert nudges_of(anna)[0].rule == Rule(Weekly(EVERY_DAY), Times((22 * 60,)))
    assert anna.newest.text.startswith("Set: Wed 22:00, Thu 22:00, Fri 22:00.")


async def test_yes_and_no_can_be_typed_too(anna: Friend) -> None:
    await until(anna, "One slow breath", "Coffee", "8:30")
    await anna.send("No.")
    assert anna.newest.text == "What time is it for you? Tap it, or type it, or name your city."
    await until(anna, "One slow breath", "Coffee", "8:30")
    await anna.send("yes!")
    assert anna.newest.text.startswith("Set: ")


@pytest.mark.parametrize(
    ("city", "zone"), [("Berlin", "Europe/Berlin"), ("Lagos", "Africa/Lagos"), ("Madrid", "Europe/Madrid")]
)
async def test_the_local_time_and_a_city_tell_the_zone(house: House, city: str, zone: str) -> None:
    bea = house.person("bea", zone=None)
    await until(bea, "One slow breath", "Coffee", "8:30")
    assert bea.newest.text == "Is it 9:00 where you are?"  # London, from the language
    await bea.tap("No")
    await bea.tap("10:00")
    assert bea.newest.text == "Which of these shares your time, summer and winter?"
    assert {"Berlin", "Lagos"} <= set(bea.newest.labels)
    await bea.tap(city)
    assert bea.newest.text.startswith("Set: Thu 8:30, Fri 8:30, Mon 8:30.")
    assert (zone_of(bea), [nudge.zone for nudge in nudges_of(bea)]) == (zone, [zone])


async def test_a_city_can_be_typed_and_one_that_is_not_known_is_asked_again(house: House) -> None:
    bea = house.person("bea", zone=None)
    await until(bea, "One slow breath", "Coffee", "8:30", "No")
    await bea.send("10:03")
    await bea.send("Nowhereville on Sea")
    assert bea.newest.text == UNKNOWN_PLACE
    assert zone_of(bea) is None
    await bea.send("  lagos ")
    assert zone_of(bea) == "Africa/Lagos"


async def test_a_time_that_only_one_place_has_needs_no_city(house: House) -> None:
    bea = house.person("bea", zone=None)
    await until(bea, "One slow breath", "Coffee", "8:30", "No", "14:45")
    assert bea.newest.text.startswith("Set: ")
    assert zone_of(bea) == "Asia/Kathmandu"


async def test_the_local_time_can_be_written_where_yes_or_no_was_asked(house: House) -> None:
    bea = house.person("bea", zone=None)
    await until(bea, "One slow breath", "Coffee", "8:30")
    await bea.send("14:45")
    assert zone_of(bea) == "Asia/Kathmandu"


async def test_a_clock_that_is_tapped_a_quarter_of_an_hour_later_is_the_same_place(house: House) -> None:
    bea = house.person("bea", zone=None)
    await until(bea, "One slow breath", "Coffee", "8:30", "No")
    house.clock.forward(15 * MINUTE)
    await bea.tap("14:45")
    assert zone_of(bea) == "Asia/Kathmandu"


async def test_a_time_that_no_clock_shows_is_asked_again(house: House) -> None:
    bea = house.person("bea", zone=None)
    await until(bea, "One slow breath", "Coffee", "8:30", "No")
    await bea.send("10:22")
    assert bea.newest.text == "No clock shows that right now. What does yours say, such as 17:42?"
    await bea.send("9 something")
    assert bea.newest.text == UNKNOWN_PLACE
    assert nudges_of(bea) == []
    await bea.tap("10:00")
    assert bea.newest.text == "Which of these shares your time, summer and winter?"


async def test_no_two_clocks_on_offer_read_alike(house: House) -> None:
    bea = house.person("bea", zone=None)
    await until(bea, "One slow breath", "Coffee", "8:30", "No")
    assert len(set(bea.newest.labels)) == len(bea.newest.labels) > 24


async def test_change_at_the_end_changes_the_same_nudge(anna: Friend, house: House) -> None:
    await until(anna, "One slow breath", "Coffee", "8:30", "Yes", "Change")
    await anna.send("weekends 11:00")
    assert anna.newest.text.startswith("Set: Sat 11:00, Sun 11:00, Sat 11:00.")
    await anna.tap("Change")
    await anna.tap("9:30")
    assert anna.newest.text.startswith("Set: Thu 9:30, Fri 9:30, Mon 9:30.")
    (nudge,) = nudges_of(anna)
    assert nudge.rule == Rule(Weekly(WEEKDAYS), Times((570,)))
    await anna.tap("Later")
    count = len(anna.inbox)
    await house.pass_time(24 * HOUR)
    assert len(anna.inbox) == count + 1


async def test_later_is_a_good_answer(anna: Friend) -> None:
    await anna.sign_up()
    assert anna.newest.text == "Good. I’ll be there at the time you chose. 🌱"
    assert position_of(anna) is None


@pytest.mark.parametrize(
    ("practice", "first"),
    [("One slow breath", "😣"), ("Three senses", "😣"), ("A gratitude sentence", "😣")],
)
async def test_the_first_try_asks_for_a_face_before(anna: Friend, practice: str, first: str) -> None:
    await until(anna, practice, "Lunch", "12:30", "Yes", "Try one now")
    assert anna.newest.labels == [first, "🙁", "😐", "🙂", "😄", "In 15 min", "Not today"]
    assert "First: how are you right now?" in anna.newest.text


async def test_start_again_shows_what_is_set_and_keeps_it(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("start")
    assert anna.said[-2] == "Hello again. Everything is as you left it."
    assert anna.newest.text == "🌬️ One slow breath\nAfter your coffee, on weekdays at 8:30. Next: Thu 8:30."
    assert len(nudges_of(anna)) == 1


async def test_a_zone_that_is_known_is_not_asked_again_and_nobody_is_introduced_twice(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Remove")
    await anna.command("start")
    assert anna.newest.text == "Which tiny moment shall it be?"
    await anna.pick("Three senses")
    for label in ("Lunch", "12:30"):
        await anna.tap(label)
    assert anna.newest.text.startswith("Set: Wed 12:30, Thu 12:30, Fri 12:30.")


async def test_start_in_mid_sign_up_begins_anew_and_the_first_one_is_over(anna: Friend) -> None:
    await until(anna, "One slow breath")
    old = anna.newest
    await anna.command("start")
    shown = await anna.tap_payload(payload(old, "Coffee"), old.id)
    assert shown.toast == "That button has done its part. /now begins a new moment, /nudges shows what is set."
    for label in ("Three senses", "Coffee", "8:30", "Yes"):
        await anna.tap(label)
    assert [nudge.practice for nudge in nudges_of(anna)] == ["three-senses"]


async def test_words_where_only_a_button_fits_get_the_helpful_line_and_the_step_waits(anna: Friend) -> None:
    await until(anna)
    await anna.send("hello?")
    assert anna.newest.text == "I only know small things, but I’m here. What would help right now?"
    await anna.tap("One slow breath")
    assert anna.newest.text.startswith("What do you already do every day")


async def test_help_in_mid_sign_up_leaves_it_where_it_was(anna: Friend) -> None:
    await until(anna, "One slow breath")
    await anna.command("help")
    assert "findahelpline.com" in anna.newest.text
    await anna.send("the kettle")
    assert anna.newest.text.startswith("About what time")


@pytest.mark.parametrize(
    "labels",
    [
        (),
        ("One slow breath",),
        ("One slow breath", "Coffee"),
        ("One slow breath", "Coffee", "8:30"),
        ("One slow breath", "Coffee", "8:30", "No"),
        ("One slow breath", "Coffee", "8:30", "No", "10:00"),
    ],
)
async def test_cancel_leaves_sign_up_at_every_step_with_nothing_set(anna: Friend, labels: tuple[str, ...]) -> None:
    await until(anna, *labels)
    await anna.command("cancel")
    assert anna.newest.text == "We leave it there. What is set stays set."
    assert nudges_of(anna) == []
    await anna.send("8:30")
    assert anna.newest.text.startswith("I only know small things")


async def test_cancel_at_the_end_keeps_what_is_set(anna: Friend) -> None:
    await until(anna, "One slow breath", "Coffee", "8:30", "Yes")
    await anna.command("cancel")
    assert len(nudges_of(anna)) == 1
    assert moments_of(anna) == []


async def test_a_nudge_that_is_removed_while_its_time_is_changed_is_not_said_to_be_set(anna: Friend) -> None:
    await until(anna, "One slow breath", "Coffee", "8:30", "Yes", "Change")
    await anna.command("nudges")
    await anna.tap("Remove")
    await anna.send("9:00")
    assert anna.newest.text.startswith("I only know small things")
    assert nudges_of(anna) == []
