"""A quick acknowledgement: one line with a time, alone in its message, and a reminder for then."""

from datetime import date

import pytest

from bot.nudges import queries
from bot.nudges.queries import Wish
from bot.people.queries import set_quiet, set_zone
from bot.schedules.quiet import QuietHours
from bot.schedules.rules import EVERY_DAY, OnDate, Rule, Times, Weekly
from bot.store import Tx
from tests.flows.exchanges import LEFT, ODD, OLD, lives, say, stored
from tests.flows.looking import DAY, HOUR, nudges_of, payload, person_of, position_of, zone_of
from tests.kit.talk import Friend, House

COPY = "Press and hold the line above to copy it."
GOOD = "Good. They know, and you have the time you need."
UNCLEAR = "Which time is that? Try “at 15:00”, “in 2 hours” or “tomorrow morning”."
OVER = "That time has come already. When instead?"
FULL = "Twenty tiny moments is a full day already. /nudges lets one of them go."


async def known(friend: Friend, zone: str = "Europe/Berlin") -> Friend:
    """Let somebody be met whose zone is confirmed."""
    await friend.command("help")
    await friend.house.store.run(lambda tx: set_zone(tx, person_of(tx, friend).id, zone))
    return friend


async def begin(friend: Friend, *steps: str) -> None:
    await friend.command("ack")
    await say(friend, *steps)


async def test_a_ready_line_with_a_time_stands_alone(anna: Friend) -> None:
    await known(anna)
    await begin(anna)
    assert anna.newest.labels == ["1", "2", "3"]
    assert "1. Got it. I’ll answer by …\n" in anna.newest.text
    await say(anna, "1")
    assert anna.newest.labels == ["In 1 h", "In 2 h", "This evening", "Tomorrow morning", "Without a time"]
    await say(anna, "In 2 h")
    line, asked = anna.inbox[-2:]
    assert (line.text, line.labels) == ("Got it. I’ll answer by 12:00.", [])
    assert asked.text == f"{COPY} I can remind you then: 12:00."
    assert asked.labels == ["Remind me then", "Done"]
    await say(anna, "Done")
    assert (anna.newest.text, position_of(anna), nudges_of(anna)) == (GOOD, None, [])


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("at 15:00", "15:00"),
        ("at 3", "15:00"),
        ("in 2 hours", "12:00"),
        ("half past eleven", "11:30"),
        ("tomorrow morning", "Thu 8:00"),
        ("this evening", "19:00"),
        ("Friday 9:00", "Fri 9:00"),
        ("28 November 9:00", "Sat 28 Nov, 9:00"),
        ("every day at 9:00", "Thu 9:00"),
        ("This evening", "19:00"),
        ("Tomorrow morning", "Thu 8:00"),
        ("In 1 h", "11:00"),
    ],
)
async def test_the_time_may_be_said_in_words(anna: Friend, said: str, time: str) -> None:
    await known(anna)
    await begin(anna, "2", said)
    assert anna.said[-2] == f"Thank you, I’ve read it. I’ll come back to you by {time}."


async def test_a_line_without_a_time(anna: Friend) -> None:
    await known(anna)
    await begin(anna, "3", "Without a time")
    assert anna.said[-2:] == ["I’d like to answer this properly, later on.", COPY]
    assert anna.newest.labels == ["Done"]


@pytest.mark.parametrize(
    ("own", "line"),
    [
        ("Seen! Back at …", "Seen! Back at 12:00"),
        ("Seen, back ... or so", "Seen, back 12:00 or so"),
        ("I’m in the train", "I’m in the train"),
        ("{time} %s \\n", "{time} %s \\n"),
    ],
)
async def test_a_line_of_ones_own_takes_the_time_where_it_has_a_gap(anna: Friend, own: str, line: str) -> None:
    await known(anna)
    await begin(anna, own)
    assert ("Without a time" in anna.newest.labels) == ("…" not in own and "..." not in own)
    await say(anna, "In 2 h")
    assert anna.said[-2] == line
    assert anna.newest.labels == ["Remind me then", "Done"]


async def test_a_reminder_comes_once_under_words_of_ones_own(anna: Friend, house: House) -> None:
    await known(anna)
    await begin(anna, "1", "In 2 h", "Remind me then")
    assert anna.newest.labels == ["No words"]
    await say(anna, "Mira’s question")
    assert anna.newest.text.startswith("Set: Wed 12:00.\nThat is: ")
    (nudge,) = nudges_of(anna)
    assert nudge.rule == Rule(OnDate(date(2026, 11, 18)), Times((720,)))
    assert (nudge.practice, nudge.cue_words) == ("announce-reply", "Mira’s question")
    await house.pass_time(2 * HOUR)
    assert anna.newest.nudge
    assert anna.newest.text.startswith("Mira’s question:\n")
    await house.pass_time(3 * DAY)
    assert sum(said.nudge for said in anna.inbox) == 1


async def test_a_reminder_needs_no_words_and_tells_of_quiet_hours(anna: Friend) -> None:
    await known(anna)
    await anna.house.store.run(lambda tx: set_quiet(tx, person_of(tx, anna).id, QuietHours(660, 780)))
    await begin(anna, "1", "In 2 h", "Remind me then", "No words")
    assert "Your quiet hours cover that" in anna.newest.text
    assert nudges_of(anna)[0].cue_words is None


async def test_a_reminder_whose_time_has_come_is_not_set(anna: Friend, house: House) -> None:
    await known(anna)
    await begin(anna, "1", "In 1 h", "Remind me then")
    await house.pass_time(HOUR)
    await say(anna, "the report")
    assert anna.newest.text == "That time has come already, so there is nothing to remind you of."
    assert nudges_of(anna) == []


async def fill(friend: Friend, rule: Rule) -> None:
    def work(tx: Tx) -> None:
        for _ in range(queries.MOST):
            queries.create(tx, person_of(tx, friend), Wish("one-breath", rule, "Europe/Berlin", 60))

    await friend.house.store.run(work)


async def test_twenty_nudges_are_full(anna: Friend) -> None:
    await known(anna)
    await fill(anna, Rule(Weekly(EVERY_DAY), Times((480,))))
    await begin(anna, "1", "In 1 h", "Remind me then", "No words")
    assert (anna.newest.text, len(nudges_of(anna))) == (FULL, queries.MOST)


async def test_reminders_that_have_been_make_room(anna: Friend) -> None:
    await known(anna)
    await fill(anna, Rule(OnDate(date(2026, 11, 17)), Times((480,))))
    await begin(anna, "1", "In 1 h", "Remind me then", "No words")
    assert anna.newest.text.startswith("Set: ")
    assert len(nudges_of(anna)) == 1


async def test_a_zone_that_is_a_guess_is_asked_for(house: House) -> None:
    bea = house.person("bea", zone=None)
    await begin(bea, "1", "in 2 hours")
    assert bea.newest.text.startswith("Is it ")
    await say(bea, "No", "10:00", "Lagos")
    assert (zone_of(bea), bea.said[-2]) == ("Africa/Lagos", "Got it. I’ll answer by 12:00.")


@pytest.mark.parametrize("answer", ["Yes", "yes"])
async def test_a_right_guess_is_confirmed(anna: Friend, answer: str) -> None:
    await begin(anna, "1", "at 15:00", answer)
    assert (zone_of(anna), anna.said[-2]) == ("Europe/Berlin", "Got it. I’ll answer by 15:00.")


async def test_an_hour_that_is_over_where_the_person_is_falls_on_its_next_day(house: House) -> None:
    bea = house.person("bea", zone="UTC")
    await begin(bea, "1", "at 11:00", "No", "Tokyo", "Yes")
    assert zone_of(bea) == "Asia/Tokyo"
    assert bea.said[-2] == "Got it. I’ll answer by Thu 11:00."


@pytest.mark.parametrize("said", ["soon", "after lunch", "25:99", "9" * 4000, "by and by"])
async def test_what_names_no_time_is_asked_again(anna: Friend, said: str) -> None:
    await known(anna)
    await begin(anna, "1", said)
    assert anna.newest.text == UNCLEAR
    await say(anna, "at 15:00")
    assert anna.said[-2].endswith("by 15:00.")


@pytest.mark.parametrize(("text", "line"), ODD)
async def test_odd_texts_are_asked_again(anna: Friend, text: str, line: str) -> None:
    await anna.command("ack")
    await anna.send(text)
    assert anna.newest.text == line
    await anna.send("x" * 4000)
    assert anna.newest.text == "A sentence or two is plenty here. What is the heart of it?"
    await anna.tap("1")
    assert position_of(anna) is not None


async def test_an_acknowledgement_survives_a_death_at_every_step(house: House) -> None:
    with lives(house) as living:
        anna = house.person("anna")
        await anna.command("ack")
        anna = await living.go(anna, "my … line", "tomorrow morning", "Yes", "Remind me then", "Mira")
        assert "my Thu 8:00 line" in anna.said
        assert nudges_of(anna)[0].rule == Rule(OnDate(date(2026, 11, 19)), Times((480,)))


async def test_an_old_button_and_leaving(anna: Friend) -> None:
    await known(anna)
    await begin(anna)
    said, first = anna.newest, payload(anna.newest, "1")
    await say(anna, "2")
    assert (await anna.tap_payload(first, said.id)).toast == OLD
    await anna.command("cancel")
    assert (anna.newest.text, position_of(anna)) == (LEFT, None)


async def test_the_line_is_nobodys_to_read(anna: Friend, house: House) -> None:
    await known(anna)
    await begin(anna, "my secret line", "In 1 h", "Remind me then", "a secret")
    assert b"secret" not in stored(house)


async def test_in_german_hours_are_understood_too(house: House) -> None:
    anna = await known(house.person("anna", language="de"))
    await anna.command("ack")
    await anna.tap("1")
    await anna.send("morgen früh")
    assert anna.said[-2].endswith("8:00.")
