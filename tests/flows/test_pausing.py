"""Quiet for a while: at once, and until a day that was tapped or typed."""

from datetime import date, datetime

import pytest

from bot.flows import pausing
from bot.flows.commands import COMMANDS, Command
from bot.flows.conversation import FLOWS
from bot.flows.pausing import read_day
from bot.flows.perform import PERFORM
from tests.flows.looking import DAY, HOUR, payload, position_of, reopened, waiting
from tests.kit.talk import Friend, House

NOW = int(datetime.fromisoformat("2026-11-18T10:00:00+01:00").timestamp())
QUIET_NOW = "Quiet now, for as long as you like. Nothing piles up."
UNCLEAR = "Until when? “until monday” or “2 weeks” would do. It is quiet already."


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FLOWS, pausing.PAUSE.name, pausing.PAUSE)
    monkeypatch.setitem(COMMANDS, "pause", Command("", pausing.pause))
    monkeypatch.setitem(COMMANDS, "resume", Command("", pausing.resume))
    for effect, verb in pausing.PERFORM.items():
        monkeypatch.setitem(PERFORM, effect, verb)


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
    await anna.command("pause", "until the cows come home")
    assert anna.newest.text == QUIET_NOW


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
        ("15 minutes", "en", None),
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
    assert read_day(said, language, "Europe/Berlin", NOW) == day
