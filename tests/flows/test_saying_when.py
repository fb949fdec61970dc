"""Saying when, in a conversation: what was said is set and shown, or asked again and nothing changes."""

import pytest

from bot.flows.when import OVER
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
    assert bea.said[-2] == OVER
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
    await anna.tap("Keep both")
    await anna.pick("Three senses")
    for label in ("Coffee", "8:30"):
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
    await anna.send("03:30")
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


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("every day at 3", "Set: Wed 15:00, Thu 15:00, Fri 15:00."),
        ("at 4", "Set: Wed 16:00, Thu 16:00, Fri 16:00."),
        ("tomorrow at 4", "Set: Thu 16:00."),
        ("friday at 5", "Set: Fri 17:00."),
        ("today at 5", "Set: Wed 17:00."),
        ("every day at 9 and 5", "Set: Wed 17:00, Thu 9:00, Thu 17:00."),
        ("weekdays at 8, 12 and 4", "Set: Wed 12:00, Wed 16:00, Thu 8:00."),
        ("every 30 minutes between 3 and 5", "Set: Wed 15:00, Wed 15:30, Wed 16:00."),
        ("every day sometime between 3 and 5", "Set: Wed 15:00–17:00, Thu 15:00–17:00, Fri 15:00–17:00."),
        ("jeden Tag um 4 Uhr", "Set: Wed 16:00, Thu 16:00, Fri 16:00."),
        ("todos los días a las 3", "Set: Wed 15:00, Thu 15:00, Fri 15:00."),
        ("каждый день в 5", "Set: Wed 17:00, Thu 17:00, Fri 17:00."),
    ],
)
async def test_a_bare_hour_is_never_in_the_night(anna: Friend, words: str, shown: str) -> None:
    await asked_when(anna)
    await anna.send(words)
    await anna.tap("Yes")
    assert anna.newest.text.startswith(shown)
    assert "I took it for" in anna.newest.text


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("at 9", "Set: Wed 21:00"),
        ("every day at 11:30", "Set: Wed 11:30"),
        ("half past eleven", "Set: Wed 23:30"),
        ("every day at 4", "Set: Wed 16:00"),
    ],
)
async def test_a_practice_at_bedtime_may_be_late_but_not_in_the_small_hours(
    anna: Friend, words: str, shown: str
) -> None:
    await anna.command("start")
    for label in ("One slow breath", "🌙 Bed"):
        await anna.tap(label)
    await anna.send(words)
    await anna.tap("Yes")
    assert anna.newest.text.startswith(shown)


async def test_twelve_at_bedtime_is_told_as_a_guess(anna: Friend) -> None:
    await anna.command("start")
    for label in ("One slow breath", "🌙 Bed"):
        await anna.tap(label)
    await anna.send("every day at 12")
    await anna.tap("Yes")
    assert "I took it for 12:00. If you meant 00:00, type that." in anna.newest.text
    await anna.send("0:00")
    assert anna.newest.text.startswith("Set: Thu 00:00, Fri 00:00, Sat 00:00.")


@pytest.mark.parametrize(
    ("routine", "hour", "shown"),
    [
        ("when I get home", "at six", "Set: Wed 18:00"),
        ("after dinner", "8", "Set: Wed 20:00"),
        ("when I wake up", "at 5", "Set: Thu 5:00"),
    ],
)
async def test_a_routine_that_was_typed_before_decides_the_half_of_the_day(
    anna: Friend, routine: str, hour: str, shown: str
) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    await anna.send(routine)
    await anna.send(hour)
    await anna.tap("Yes")
    assert anna.newest.text.startswith(shown)
    assert "I took it for" not in anna.newest.text


async def test_an_hour_that_does_not_fit_the_routine_is_taken_all_the_same(anna: Friend) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    await anna.send("after dinner")
    await anna.send("at 14:00")
    await anna.tap("Yes")
    assert anna.newest.text.startswith("Set: Wed 14:00")


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("every day at 9 and 5", "9:00 and 17:00"),
        ("every hour from 9 to 5", "9:00–17:00"),
        ("every day sometime between 3 and 5", "15:00–17:00"),
    ],
)
async def test_what_is_typed_as_advised_never_throws_several_times_away(anna: Friend, words: str, taken: str) -> None:
    await asked_when(anna)
    await anna.send(words)
    await anna.tap("Yes")
    line = f"I took it for {taken}. If you meant other hours, type it all again, like 17:00 or 5 pm."
    assert line in anna.newest.text
    assert "type that" not in anna.newest.text


async def test_days_alone_change_the_days_of_a_time_to_come(anna: Friend) -> None:
    await asked_when(anna)
    await anna.send("every day except sunday")
    assert "(Mon, Tue, Wed, Thu, Fri and Sat)" in anna.newest.text
    await anna.send("weekends")
    assert "(weekends)" in anna.newest.text
    await anna.send("9:15")
    await anna.tap("Yes")
    assert anna.newest.text.startswith("Set: Sat 9:15, Sun 9:15, Sat 9:15.")
