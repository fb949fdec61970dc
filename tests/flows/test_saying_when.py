"""Saying when, in a conversation: what was said is set and shown, or asked again and nothing changes."""

import pytest

from tests.kit.talk import Friend, House


async def asked_when(anna: Friend) -> None:
    await anna.command("start")
    for label in ("One slow breath", "Coffee"):
        await anna.tap(label)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("9:15", "Set: Thu 9:15, Fri 9:15, Mon 9:15."),
        ("mon wed 7pm", "Set: Wed 19:00, Mon 19:00, Wed 19:00."),
        ("every 3 days at noon", "Set: Wed 12:00, Sat 12:00, Tue 12:00."),
        ("tomorrow at 7pm", "Set: Thu 19:00."),
    ],
)
async def test_what_is_typed_is_set_and_shown(anna: Friend, words: str, shown: str) -> None:
    await asked_when(anna)
    await anna.send(words)
    await anna.tap("Yes")
    assert anna.newest.text.startswith(shown)


@pytest.mark.parametrize("words", ["25:00", "every 5 minutes", "31 Feb at 8:00", "weekdays 8:30 blorp"])
async def test_what_cannot_be_read_is_asked_again(anna: Friend, words: str) -> None:
    await asked_when(anna)
    await anna.send(words)
    assert anna.newest.text.startswith("I can’t read a time in that yet.")
    await anna.send("8:30")
    await anna.tap("Yes")
    assert anna.newest.text.startswith("Set: Thu 8:30")


async def test_a_time_that_is_over_where_the_person_really_is_is_asked_again(house: House) -> None:
    bea = house.person("bea", zone="America/New_York")  # 4:00 there, 18:00 in Tokyo
    await asked_when(bea)
    await bea.send("today at 10:00")
    await bea.tap("No")
    await bea.send("18:00")
    await bea.tap("Tokyo")
    assert bea.said[-2] == "That time is over. Say a day too, like “weekdays 8:30”."
    await bea.send("tomorrow at 10:00")
    assert bea.newest.text.startswith("Set: Thu 10:00.")


async def test_another_time_alone_keeps_the_days(anna: Friend) -> None:
    await asked_when(anna)
    await anna.send("mon wed 7pm")
    for label in ("Yes", "Later"):
        await anna.tap(label)
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("20:15")
    told = "Set: Wed 20:15, Mon 20:15, Wed 20:15.\nThat is: every Monday and Wednesday at 20:15."
    assert anna.newest.text == told


async def test_a_bare_hour_is_the_half_of_the_day_that_the_nudge_is_in(anna: Friend) -> None:
    await asked_when(anna)
    await anna.send("weekdays 7pm")
    for label in ("Yes", "Later"):
        await anna.tap(label)
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("8")
    assert anna.newest.text.startswith("Set: Wed 20:00, Thu 20:00")


async def test_in_twenty_minutes_is_counted_from_when_it_was_said(house: House) -> None:
    bea = house.person("bea", zone=None)  # the zone is guessed and asked for after the time
    await asked_when(bea)
    await bea.send("in 20 minutes")
    await house.pass_time(5 * 60)
    await bea.tap("No")
    await bea.send("18:05")
    await bea.tap("Tokyo")
    assert bea.newest.text.startswith("Set: Wed 18:20.")


async def test_steps_said_in_a_guessed_zone_are_counted_in_the_real_one(house: House) -> None:
    bea = house.person("bea", zone="America/New_York")  # 4:00 there, 18:00 in Tokyo
    await asked_when(bea)
    await bea.send("every other day at noon")  # in New York from today on
    await bea.tap("No")
    await bea.send("18:00")
    await bea.tap("Tokyo")
    assert bea.newest.text.startswith("Set: Thu 12:00, Sat 12:00, Mon 12:00.")  # today's noon is over in Tokyo


async def test_days_that_came_with_a_routine_hold_for_the_time_that_follows(anna: Friend) -> None:
    await asked_when(anna)
    await anna.send("every monday and friday after my walk")
    assert "(Mon, Fri)" in anna.newest.text or "(Mon and Fri)" in anna.newest.text
    await anna.send("9:15")
    await anna.tap("Yes")
    assert anna.newest.text.startswith("Set: Fri 9:15, Mon 9:15, Fri 9:15.")


async def test_a_guessed_half_of_the_day_is_shown_as_a_guess(anna: Friend) -> None:
    await asked_when(anna)
    await anna.send("weekdays at 8")
    await anna.tap("Yes")
    assert "I took it for 8:00. If you meant 20:00, type that." in anna.newest.text
    await anna.send("20:00")
    assert anna.newest.text.startswith("Set: Wed 20:00, Thu 20:00, Fri 20:00.")
    assert "I took it" not in anna.newest.text


async def test_words_at_the_last_step_that_are_no_time_get_the_helpful_line(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("add")
    for label in ("Three senses", "Coffee", "8:30"):
        await anna.tap(label)
    await anna.send("what a day")
    assert anna.newest.text.startswith("I only know small things")
    await anna.send("later")  # the label of a button, typed
    assert anna.newest.text == "Good. I’ll be there at the time you chose. 🌱"


async def test_a_time_within_the_quiet_hours_is_said_to_be_covered(anna: Friend) -> None:
    await anna.command("quiet")
    await anna.send("22:00-9:00")
    await asked_when(anna)
    await anna.tap("8:30")
    await anna.tap("Yes")
    covered = "Your quiet hours cover that, and they come first. /quiet changes them."
    assert anna.newest.text.split("\n")[2] == covered
    await anna.send("9:15")
    assert covered not in anna.newest.text
    await anna.send("3:30")
    await anna.tap("Later")
    await anna.command("nudges")
    assert anna.newest.text.endswith("Your quiet hours cover its times; /quiet changes them.")


async def test_a_city_in_a_sentence_is_found(anna: Friend) -> None:
    await anna.command("zone")
    await anna.tap("No")
    await anna.send("I live in Reykjavik")
    assert anna.newest.text.startswith("Reykjav")
    await anna.tap("Yes")
    assert anna.newest.text.startswith("It is 9:00 with you now (Atlantic/Reykjavik)")
