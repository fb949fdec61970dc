"""Whole walks on Discord, inside discord.py's own simulator: the clock moves, and nobody waits."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.flows.book import MENU
from tests.kit.clock import START
from tests.kit.simcord_house import Place, SimcordHouse, simcord_house
from tests.kit.talk import KEPT_LINE

MINUTE, HOUR, DAY = 60, 3600, 86_400
TO_HALF_PAST_EIGHT = DAY - HOUR // 2
"""Seconds from the beginning of a test to the first nudge, on the next morning."""
HALF_PAST_EIGHT = int(START.timestamp()) + TO_HALF_PAST_EIGHT


@pytest.fixture
async def house(template_file: Path, tmp_path: Path) -> AsyncIterator[SimcordHouse]:
    """Pebble in a world of its own."""
    path = tmp_path / "pebble.db"
    shutil.copy(template_file, path)
    async with simcord_house(f"sqlite:///{path}") as house:
        yield house


@pytest.fixture
def anna(house: SimcordHouse) -> Place:
    """The chat with Pebble of somebody whose device shows Berlin's time."""
    return house.person("anna")


async def sign_up(place: Place, practice: str = "One slow breath", cue: str = "Coffee", time: str = "8:30") -> None:
    """Set a nudge in four taps and leave it at that."""
    await place.slash("start")
    for label in (practice, cue, time, "Yes", "Later"):
        await place.tap(label)


async def begin_breathing(place: Place) -> None:
    """Begin the exercise that Pebble counts."""
    await place.slash("now", practice="Box breathing")
    await place.tap("😐")
    await place.tap("Begin")


# By taps


async def test_the_first_two_minutes_need_four_taps(anna: Place) -> None:
    await anna.slash("start")
    assert "not a therapist" in anna.newest.text
    for label in ("One slow breath", "Coffee", "8:30", "Yes"):
        await anna.tap(label)
    # As her own clock shows it, an hour ahead of the zone that was guessed and that she said yes to.
    assert anna.newest.text.startswith("Set: 19 November 2026 09:30, 20 November 2026 09:30, 23 November 2026 09:30.")
    await anna.tap("Later")
    assert [line.labels for line in anna.said] == [[], [], [], [], [], []]
    assert not any(line.ephemeral for line in anna.said)


async def test_a_nudge_comes_at_its_second_and_is_answered_by_its_tap(anna: Place, house: SimcordHouse) -> None:
    await sign_up(anna)
    count = len(anna.said)
    await house.pass_time(HALF_PAST_EIGHT - 1 - house.clock.now())
    assert len(anna.said) == count
    await house.pass_time(1)
    nudge = anna.newest
    assert nudge.text.startswith("After your coffee:")
    assert nudge.labels == ["Calmer", "Same", "Did it", "In 15 min", "Not today", "Smaller"]
    await anna.tap("Calmer")
    settled = next(line for line in anna.said if line.id == nudge.id)
    assert (settled.labels, settled.text.endswith("\n\n✓ Calmer")) == ([], True)
    assert anna.newest.labels == ["😣", "🙁", "😐", "🙂", "😄", "↩ Change"]


async def test_not_today_is_as_good_an_answer_as_the_others(anna: Place, house: SimcordHouse) -> None:
    await sign_up(anna)
    await house.pass_time(TO_HALF_PAST_EIGHT)
    await anna.tap("Not today")
    assert anna.newest.text == "That’s fine. Resting counts too."


async def test_a_nudge_put_off_is_acknowledged_beside_the_button_and_comes_again(
    anna: Place, house: SimcordHouse
) -> None:
    await sign_up(anna)
    await house.pass_time(TO_HALF_PAST_EIGHT)
    await anna.tap("In 15 min")
    assert "In 15 minutes, then." in [line.text for line in anna.said if line.ephemeral]
    await house.pass_time(14 * MINUTE)
    assert "Calmer" not in anna.newest.labels
    await house.pass_time(MINUTE)
    assert "Calmer" in anna.newest.labels


async def test_a_tap_counts_after_a_restart(anna: Place, house: SimcordHouse) -> None:
    await sign_up(anna)
    await house.pass_time(TO_HALF_PAST_EIGHT)
    before = house.chat.client
    await house.restart()
    assert house.chat.client is not before
    await anna.tap("Calmer")
    assert "😄" in anna.newest.labels
    await house.restart()
    await anna.tap("😄")
    assert sum(line.text.endswith("✓ 😄") for line in anna.said) == 1


async def test_a_tap_counts_four_weeks_and_a_restart_later(anna: Place, house: SimcordHouse) -> None:
    await anna.slash("now", practice="Doorway pause")
    await house.pass_time(28 * DAY)
    await house.restart()
    asked = anna.newest
    await anna.tap("Listen")
    assert any(line.id == asked.id and line.text.endswith("✓ Listen") for line in anna.said)
    assert not anna.toast


async def test_a_tap_of_a_year_ago_gets_one_kind_line(anna: Place, house: SimcordHouse) -> None:
    await anna.slash("now", practice="Doorway pause")
    await house.pass_time(365 * DAY)
    await house.restart()
    await anna.tap("Listen")
    assert anna.toast.startswith("That button has done its part.")


async def test_the_day_can_be_paused_and_resumed(anna: Place, house: SimcordHouse) -> None:
    await sign_up(anna)
    await anna.slash("pause", until="saturday")
    await house.pass_time(TO_HALF_PAST_EIGHT)
    assert "Calmer" not in anna.newest.labels
    await anna.slash("resume")
    assert anna.newest.text == "I’m back at your chosen times."
    await house.pass_time(DAY)
    assert "Calmer" in anna.newest.labels


# In words


async def test_a_moment_is_answered_in_words_through_a_form(anna: Place) -> None:
    await anna.slash("now", practice="Evening joy")
    asked = anna.newest
    await anna.tap("✍️ Write it")
    assert anna.form == ("Evening joy", ["In your own words"])
    await anna.fill("The first *frost* on the window")
    assert next(line for line in anna.said if line.id == asked.id).labels == []
    await anna.slash("moments")
    assert "The first *frost* on the window" in anna.newest.text


async def test_a_moment_is_answered_in_words_that_are_typed(anna: Place) -> None:
    await anna.slash("now", practice="Evening joy")
    asked = anna.newest
    await anna.write("the bus waited")
    assert next(line for line in anna.said if line.id == asked.id).labels == []
    await anna.slash("moments")
    assert "the bus waited" in anna.newest.text


async def test_a_form_sent_off_when_its_question_is_over_gives_the_words_back(anna: Place) -> None:
    await anna.slash("now", practice="Evening joy")
    await anna.tap("✍️ Write it")
    form = anna.shown
    await anna.tap("Not today")
    anna.shown = form
    await anna.fill("the bus waited")
    assert anna.newest.text == "That question is over by now, so this was not kept:\n“the bus waited”"


async def test_a_schedule_is_said_through_a_form(anna: Place, house: SimcordHouse) -> None:
    await anna.slash("start")
    await anna.tap("One slow breath")
    await anna.tap("Coffee")
    await anna.tap("✍️ Write it")
    assert anna.form == ("About what time (weekdays)?", ["On which days?", "At what time?"])
    await anna.fill(["every day"], "7:15 and 18:00")
    await anna.tap("Yes")
    assert "That is: every day at 7:15 and 18:00." in anna.newest.text
    await anna.tap("Later")
    await house.pass_time(9 * HOUR)
    assert anna.newest.text.startswith("After your coffee:")


# Guided live


async def test_one_message_counts_the_breath_at_its_real_pace(anna: Place, house: SimcordHouse) -> None:
    await begin_breathing(anna)
    await counts(anna, house, anna.newest.id)
    assert anna.newest.labels == ["Again", "Did it"]
    await anna.tap("Did it")


async def test_in_a_server_only_who_breathes_sees_the_counting(anna: Place, house: SimcordHouse) -> None:
    hall = house.in_server(anna)
    await begin_breathing(hall)
    await counts(hall, house, hall.newest.id)
    assert hall.newest.labels == ["Again", "Did it"]
    assert all(line.ephemeral for line in hall.said)
    assert anna.said == []


async def counts(place: Place, house: SimcordHouse, message: int) -> None:
    """Look at a message at every second: which phases it shows, and for how long."""
    seen: list[str] = []
    for _ in range(50):
        seen.append(next(line.text for line in place.said if line.id == message))
        await house.pass_time(1)
    shown = list(dict.fromkeys(seen))
    phases = ("Breathe in", "Hold, gently", "Breathe out", "Rest")
    dots = ("●○○", "●●○", "●●●")
    expected = [f"🔲 {phase}: one, two, three, four.\n\n{row}" for row in dots for phase in phases]
    assert shown == [*expected, "🔲 Box breathing"]
    assert [seen.count(text) for text in shown] == [5, *11 * [4], 1]


async def test_stop_ends_the_counting_in_private_and_in_a_server(anna: Place, house: SimcordHouse) -> None:
    for place in (anna, house.in_server(anna)):
        await begin_breathing(place)
        running = place.newest
        await house.pass_time(6)
        await place.tap("Stop")
        assert place.newest.text.startswith("We stop here. What you did counts.")
        await house.pass_time(MINUTE)
        stopped = next(line for line in place.said if line.id == running.id)
        assert (stopped.text, stopped.labels) == ("🔲 Box breathing", [])
        assert place.newest.text.startswith("We stop here.")


# Where and when


async def test_the_time_is_asked_beside_what_her_own_clock_shows(anna: Place) -> None:
    await anna.slash("zone")
    assert anna.newest.text == "Is it 9:00 where you are?\nYour own clock shows 10:00. If the two differ, tap No."
    assert "<t:1794992400:t>" in anna.newest.source
    assert anna.newest.labels == ["Yes", "No"]


async def test_the_zone_is_found_by_the_local_time_in_a_long_list(anna: Place) -> None:
    await anna.slash("zone")
    await anna.tap("No")
    assert anna.newest.lists == 2
    assert len(anna.newest.labels) == 34
    await anna.tap("14:45")
    assert anna.newest.text == "It is 14:45 with you now (Asia/Kathmandu). Your times follow your clock."


async def test_the_zone_is_found_by_a_city_that_is_shown_before_it_counts(anna: Place) -> None:
    await anna.slash("zone", city="Nairobi")
    assert [line.text.partition("\n")[0] for line in anna.said] == [
        KEPT_LINE,
        "Nairobi, Kenya: it is 12:00 there now. Right?",
    ]
    await anna.tap("Yes")
    assert anna.newest.text.startswith("It is 12:00 with you now (Africa/Nairobi).")


async def test_a_city_chosen_while_typing_settles_the_zone_at_once(anna: Place) -> None:
    offered = await anna.type("zone", "city", "quit")
    assert offered[0] == ("Quito, Ecuador · 04:00", "America/Guayaquil")
    await anna.slash("zone", city=offered[0][1])
    assert [line.text for line in anna.said] == [
        KEPT_LINE,
        "It is 04:00 with you now (America/Guayaquil). Your times follow your clock.",
    ]


async def test_practices_and_own_nudges_are_offered_while_typing(anna: Place, house: SimcordHouse) -> None:
    assert await anna.type("now", "practice", "box") == [("🔲 Box breathing", "Box breathing")]
    assert len(await anna.type("add", "practice", "")) == 25
    assert await anna.type("nudges", "nudge", "") == []
    await sign_up(anna)
    hall = house.in_server(anna)
    for place in (anna, hall):
        offered = await place.type("nudges", "nudge", "breath")
        assert offered == [("1. One slow breath · on weekdays at 8:30", "1")]
        await place.slash("nudges", nudge=offered[0][1])
        assert "After your coffee, on weekdays at 8:30." in place.newest.text


# In a server


async def test_the_menu_has_every_command_in_private_and_in_a_server(anna: Place, house: SimcordHouse) -> None:
    hall = house.in_server(anna)
    assert set(anna.actor.available_commands()) == set(MENU)
    assert set(hall.actor.available_commands(hall.channel)) == set(MENU)


async def test_what_is_set_up_in_a_server_is_seen_by_nobody_else_and_nudged_in_private(
    anna: Place, house: SimcordHouse
) -> None:
    hall = house.in_server(anna)
    await hall.slash("start")
    await hall.tap("Stay here")
    await hall.tap("One slow breath")
    await hall.tap("Coffee")
    await hall.tap("✍️ Write it")
    await hall.fill(["on weekdays"], "9:15")
    await hall.tap("Yes")
    await hall.tap("Later")
    assert anna.said == []
    assert all(line.ephemeral for line in hall.said)
    assert hall.seen_by(house.person("ben")) == []
    count = len(hall.said)
    await house.pass_time(HOUR)
    assert len(hall.said) == count
    assert [line.text.partition("\n")[0] for line in anna.said] == ["After your coffee:"]
    await anna.tap("Calmer")
    assert "😄" in anna.newest.labels


async def test_sign_up_in_a_server_goes_on_in_private(anna: Place, house: SimcordHouse) -> None:
    hall = house.in_server(anna)
    await hall.slash("start")
    assert (hall.newest.ephemeral, hall.newest.labels) == (True, ["In private", "Stay here"])
    await hall.tap("In private")
    assert "I’m writing to you in private." in hall.newest.text
    for label in ("One slow breath", "Coffee", "8:30", "Yes", "Later"):
        await anna.tap(label)
    assert anna.newest.text.startswith("Good. I’ll be there")
    assert not any(line.ephemeral for line in anna.said)


async def test_every_command_is_answered_where_only_its_person_sees_it(anna: Place, house: SimcordHouse) -> None:
    hall = house.in_server(anna)
    for command in MENU:
        count = len(hall.said)
        await hall.slash(command)
        assert len(hall.said) > count, command
        assert all(line.ephemeral for line in hall.said), command
    # Only the files with all that is somebody's go to their own chat.
    assert [line.text for line in anna.said] == [
        "Everything I keep of you, for you alone.",
        "The same as tables, for any spreadsheet.",
    ]


async def test_a_line_in_a_server_can_still_be_answered_when_its_way_back_has_closed(
    anna: Place, house: SimcordHouse
) -> None:
    hall = house.in_server(anna)
    await hall.slash("now", practice="Doorway pause")
    asked = hall.newest
    await house.pass_time(2 * HOUR)
    await hall.tap("Listen")
    assert any(line.id == asked.id and line.text.endswith("✓ Listen") for line in hall.said)
    assert anna.said == []


# While Pebble was away


@pytest.mark.parametrize("known_by", ["words", "taps"])
async def test_what_was_written_while_pebble_was_away_is_read_back(
    anna: Place, house: SimcordHouse, known_by: str
) -> None:
    await anna.slash("now", practice="Evening joy")
    if known_by == "words":
        await anna.write("hello")
        await anna.slash("now", practice="Evening joy")
    await house.stop()
    await anna.write("the sea")
    await house.start_anew()
    await anna.slash("moments")
    assert "the sea" in anna.newest.text
    await house.restart()
    assert anna.lines[-1].text == anna.newest.text, "nothing is read twice"
