"""Quiet for a while: at once, and until a day that was tapped or typed."""

from datetime import date, datetime

import pytest

from bot.flows.pausing import read_end
from bot.people.queries import Person
from bot.schedules.zones import instant
from tests.flows.looking import DAY, HOUR, payload, person_of, position_of, reopened, waiting
from tests.kit.talk import Friend, House

NOW = int(datetime.fromisoformat("2026-11-18T10:00:00+01:00").timestamp())
BERLIN = "Europe/Berlin"
QUIET_NOW = "Quiet now, for as long as you like. Nothing piles up."
UNCLEAR = "Until when? “until monday”, “2 hours” or “until 9pm” would do. It is quiet already."
UNREAD = "It is quiet now. I did not catch until when: “until monday”, “2 hours” or “until 9pm” would do."


def person_of_friend(friend: Friend) -> Person:
    return friend.house.store.run_now(lambda tx: person_of(tx, friend))


async def nudges_in(friend: Friend, seconds: int) -> int:
    before = sum(said.nudge for said in friend.inbox)
    await friend.house.pass_time(seconds)
    return sum(said.nudge for said in friend.inbox) - before


async def test_a_pause_holds_at_once_and_an_end_is_offered(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("pause")
    assert anna.newest.text == QUIET_NOW
    assert anna.newest.labels == ["Until tomorrow", "A week", "Until I resume", "Resume"]
    assert await nudges_in(anna, 5 * DAY) == 0


@pytest.mark.parametrize(
    ("label", "line", "days"),
    [
        ("Until tomorrow", "Quiet until tomorrow. Nothing piles up.", 1),
        ("A week", "Quiet until Wed 25 Nov. Nothing piles up.", 7),
    ],
)
async def test_a_pause_with_an_end_is_over_by_itself(anna: Friend, label: str, line: str, days: int) -> None:
    await anna.sign_up()
    await anna.command("pause")
    await anna.tap(label)
    assert (anna.newest.text, anna.newest.labels) == (line, ["Resume"])
    assert await nudges_in(anna, days * DAY - 2 * HOUR) == 0  # 8:00 of its last day
    assert await nudges_in(anna, HOUR) == 1


async def test_until_i_resume_has_no_end(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("pause")
    await anna.tap("Until tomorrow")
    await anna.command("pause")
    await anna.tap("Until I resume")
    assert anna.newest.text == "Quiet until /resume. Take all the time you like."
    assert await nudges_in(anna, 12 * DAY) == 0
    await anna.tap("Resume")
    assert anna.newest.text == "I’m back at your chosen times."
    assert await nudges_in(anna, DAY) == 1


@pytest.mark.parametrize("said", ["until monday", "monday", "Monday.", "5 days", "for 5 days", "23 november"])
async def test_an_end_can_be_typed(anna: Friend, said: str) -> None:
    await anna.sign_up()
    await anna.command("pause")
    await anna.send(said)
    assert anna.newest.text == "Quiet until Mon 23 Nov. Nothing piles up."
    assert position_of(anna) is None
    assert await nudges_in(anna, 5 * DAY - 2 * HOUR) == 0
    assert await nudges_in(anna, HOUR) == 1


async def test_an_end_can_be_said_with_the_command(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("pause", "until monday")
    assert anna.newest.text == "Quiet until Mon 23 Nov. Nothing piles up."


@pytest.mark.parametrize("said", ["until the cows come home", "until christmas", "a bit"])
async def test_an_end_that_cannot_be_read_is_asked_for_kindly(anna: Friend, said: str) -> None:
    await anna.sign_up()
    await anna.command("pause", said)
    assert anna.newest.text == UNREAD
    assert anna.newest.labels == ["Until tomorrow", "A week", "Until I resume", "Resume"]
    await anna.send("until 24 december")
    assert anna.newest.text == "Quiet until Thu 24 Dec. Nothing piles up."


@pytest.mark.parametrize(
    ("said", "told", "seconds"),
    [
        ("for an hour", "11:00", HOUR),
        ("2 hours", "12:00", 2 * HOUR),
        ("until 9pm", "21:00", 11 * HOUR),
        ("until noon", "12:00", 2 * HOUR),
        ("until friday evening", "Fri 20 Nov, 19:00", 2 * DAY + 9 * HOUR),
        ("until tomorrow at 9:15", "Thu 19 Nov, 9:15", 23 * HOUR + 15 * 60),
    ],
)
async def test_an_end_can_be_a_time(anna: Friend, house: House, said: str, told: str, seconds: int) -> None:
    await anna.sign_up()
    await anna.command("pause", said)
    assert anna.newest.text == f"Quiet until {told}. Nothing piles up."
    assert person_of_friend(anna).paused_until == NOW + seconds
    await anna.command("pause")
    await anna.send(said)
    assert anna.newest.text == f"Quiet until {told}. Nothing piles up."
    assert person_of_friend(anna).paused_until == NOW + seconds


async def test_in_the_middle_of_a_conversation_the_end_goes_to_the_pause(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.command("pause")
    await anna.send("until monday")
    assert anna.newest.text == "Quiet until Mon 23 Nov. Nothing piles up."
    await anna.send("weekdays 9:15")
    assert anna.newest.text.startswith("Set: ")
    assert person_of_friend(anna).paused_until is not None


async def test_words_that_are_no_end_go_to_the_conversation_that_was_left_open(anna: Friend) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    await anna.command("pause")
    await anna.send("feeding the cat")
    assert "About what time" in anna.newest.text


async def test_until_i_resume_gives_the_next_words_back_to_the_conversation(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.command("pause")
    await anna.tap("Until I resume")
    await anna.send("monday 9:15")
    assert person_of_friend(anna).paused_until is None
    assert anna.newest.text.startswith("Set: ")


async def test_words_that_name_no_day_are_asked_about_and_it_stays_quiet(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("pause")
    await anna.send("hm")
    assert anna.newest.text == UNCLEAR
    assert await nudges_in(anna, 3 * DAY) == 0
    await anna.send("monday")
    assert anna.newest.text.startswith("I only know small things")


async def test_after_resuming_a_day_is_no_end_any_more(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("pause")
    await anna.command("resume")
    await anna.send("monday")
    assert anna.newest.text.startswith("I only know small things")
    assert await nudges_in(anna, DAY) == 1


async def test_a_pause_in_the_middle_of_a_conversation_leaves_it_standing(anna: Friend) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    await anna.command("pause")
    position = position_of(anna)
    assert position is not None
    assert position.flow == "sign-up"
    await anna.tap("A week")
    assert anna.newest.text == "Quiet until Wed 25 Nov. Nothing piles up."


async def test_the_buttons_of_a_pause_act_once(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("pause")
    said = anna.newest
    week = payload(said, "A week")
    await anna.tap("Until tomorrow")
    count = len(anna.inbox)
    assert (await anna.tap_payload(week, said.id)).toast.startswith("That button has done its part.")
    assert len(anna.inbox) == count


async def test_a_pause_withdraws_what_waits(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.pass_time(DAY)
    await anna.tap("In 15 min")
    await anna.tap("Tomorrow")
    assert waiting(house) == 1
    await anna.command("pause", "2 weeks")
    assert waiting(house) == 0


async def test_a_pause_survives_the_death_of_the_process(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("pause")
    again = reopened(house)
    friend = again.person("anna")
    await friend.send("until friday")
    assert friend.newest.text == "Quiet until Fri 20 Nov. Nothing piles up."
    assert await nudges_in(friend, 2 * DAY - 2 * HOUR) == 0
    assert await nudges_in(friend, HOUR) == 1
    again.store.close()


async def test_rest_after_a_quiet_week_pauses_with_a_warm_line(anna: Friend, house: House) -> None:
    await anna.sign_up("A gratitude sentence", "Bed", "22:00")
    await house.pass_time(8 * DAY)
    await anna.tap("Rest")
    assert anna.newest.text == "Rest well. /resume brings me back whenever you like."
    assert await nudges_in(anna, 20 * DAY) == 0


async def test_change_after_a_quiet_week_opens_the_list(anna: Friend, house: House) -> None:
    await anna.sign_up("A gratitude sentence", "Bed", "22:00")
    await house.pass_time(8 * DAY)
    asked = anna.newest
    keep = payload(asked, "Keep")
    await anna.tap("Change")
    assert "Remove" in anna.newest.labels
    assert (await anna.tap_payload(keep, asked.id)).toast.startswith("That button has done its part.")
    assert (await anna.tap_payload("1:still:0:forever", None)).toast.startswith("That button has done its part.")


@pytest.mark.parametrize(
    ("said", "language", "day"),
    [
        ("until tomorrow", "en", date(2026, 11, 19)),
        ("2 weeks", "en", date(2026, 12, 2)),
        ("a week", "en", date(2026, 11, 25)),
        ("until 24 december", "en", date(2026, 12, 24)),
        ("bis montag", "de", date(2026, 11, 23)),
        ("zwei wochen", "de", date(2026, 12, 2)),
        ("hasta el lunes", "es", date(2026, 11, 23)),
        ("2 semaines", "fr", date(2026, 12, 2)),
        ("через 2 недели", "ru", date(2026, 12, 2)),
        ("until wednesday", "en", date(2026, 11, 25)),
        ("today", "en", None),
        ("every day", "en", None),
        ("yesterday", "en", None),
        ("0 days", "en", None),
        ("until", "en", None),
        ("", "en", None),
        ("x" * 5000, "en", None),
        ("until \x00monday", "xx", None),
    ],
)
def test_days_are_understood_or_not_but_never_guessed(said: str, language: str, day: date | None) -> None:
    assert read_end(said, language, BERLIN, NOW) == (instant(BERLIN, day, 0) if day else None)


@pytest.mark.parametrize(
    ("said", "language", "minutes"),
    [
        ("15 minutes", "en", 15),
        ("for an hour", "en", 60),
        ("until 9", "en", 11 * 60),
        ("until 3", "en", 5 * 60),
        ("bis 21 uhr", "de", 11 * 60),
        ("für eine stunde", "de", 60),
        ("bis freitag abend", "de", 57 * 60),
        ("pendant deux heures", "fr", 120),
        ("hasta las 21:00", "es", 11 * 60),
        ("на 2 часа", "ru", 120),
        ("until 9pm and 10pm", "en", None),
        ("every hour", "en", None),
        ("weekdays 8:30", "en", None),
        ("after lunch", "en", None),
        ("between 2 and 4", "en", None),
    ],
)
def test_times_are_understood_or_not_but_never_guessed(said: str, language: str, minutes: int | None) -> None:
    assert read_end(said, language, BERLIN, NOW) == (NOW + minutes * 60 if minutes else None)
