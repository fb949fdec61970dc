"""Everything about a nudge can be changed, with words or without typing."""

from datetime import date

import pytest

from bot.flows.when import OVER
from bot.schedules.rules import EVERY_DAY, WEEKENDS, OnDate, Rule, Steps, Times, Weekly
from tests.flows.looking import nudges_of
from tests.kit.talk import Friend, House

HOUR, DAY = 3600, 86_400


async def test_a_time_can_be_tapped_together_without_typing(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.tap("Tap one together")
    days = anna.newest
    assert "✓ Mon" in days.labels
    await anna.tap("Fri")
    assert "Fri" in days.labels
    assert "✓ Fri" not in days.labels
    await anna.tap("Next")
    await anna.tap("18")
    await anna.tap("18:45")
    assert anna.newest.text == (
        "Set: Wed 18:45, Thu 18:45, Mon 18:45.\nThat is: every Monday, Tuesday, Wednesday and Thursday at 18:45."
    )
    assert anna.newest.labels == ["OK", "Change"]
    assert nudges_of(anna)[0].rule == Rule(Weekly(frozenset(range(4))), Times((18 * 60 + 45,)))
    await anna.tap("OK")
    assert anna.newest.labels == []


async def test_any_schedule_that_can_be_said_is_echoed_in_plain_words(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("every day sometime between 10 and 12")
    assert anna.newest.text.startswith("Set: Wed 10:00–12:00, Thu 10:00–12:00, Fri 10:00–12:00.\nThat is: ")
    await anna.tap("Change")
    await anna.send("last friday of the month at 4pm")
    assert anna.newest.text.startswith("Set: Fri 16:00, Fri 16:00, Fri 16:00.")


async def test_what_is_not_understood_is_asked_with_buttons(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("7ish, moonwise")
    assert anna.newest.labels == ["Tap one together"]
    await anna.tap("Tap one together")
    await anna.tap("Every day")
    await anna.tap("7")
    await anna.tap("7:15")
    assert nudges_of(anna)[0].rule == Rule(Weekly(EVERY_DAY), Times((435,)))


async def test_cue_and_practice_change_and_the_times_stay(anna: Friend) -> None:
    await anna.sign_up()
    rule = nudges_of(anna)[0].rule
    await anna.command("nudges")
    await anna.tap("Cue")
    await anna.send("watering the plants")
    await anna.command("nudges")
    await anna.tap("Practice")
    await anna.pick("Doorway pause")
    nudge = nudges_of(anna)[0]
    assert (nudge.cue, nudge.cue_words, nudge.practice, nudge.rule) == (
        None,
        "watering the plants",
        "doorway-pause",
        rule,
    )


async def test_a_resting_nudge_is_silent_until_it_is_woken(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Rest")
    heard = len(anna.inbox)
    await house.pass_time(3 * DAY)
    assert len(anna.inbox) == heard
    await anna.tap("Wake it")
    assert "Next: Mon 8:30." in anna.newest.text
    await house.pass_time(2 * DAY)
    assert anna.newest.nudge


async def test_the_twenty_first_nudge_gets_a_kind_line(anna: Friend) -> None:
    await anna.sign_up()
    for _ in range(19):
        await anna.add("One slow breath")
    assert len(nudges_of(anna)) == 20
    await anna.command("add")
    assert anna.newest.text == "Twenty tiny moments is a full day already. /nudges lets one of them go."
    await anna.command("nudges")
    assert len(anna.newest.labels) == 20
    await anna.tap("20")
    assert "Change time" in anna.newest.labels


async def test_a_typed_time_at_the_end_of_the_buttons_keeps_the_tapped_days(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    for label in ("Change time", "Tap one together", "Weekends", "7"):
        await anna.tap(label)
    await anna.send("7:20")
    assert nudges_of(anna)[0].rule == Rule(Weekly(WEEKENDS), Times((440,)))


async def changes(friend: Friend, said: str) -> None:
    """Open Change time of the one nudge and type a time."""
    await friend.command("nudges")
    await friend.tap("Change time")
    await friend.send(said)


@pytest.mark.parametrize(
    ("said", "day", "minute"),
    [("8:30", 19, 510), ("17:00", 18, 1020), ("at noon", 18, 720), ("tomorrow at 9:15", 19, 555)],
)
async def test_a_time_for_a_finished_one_off_is_the_next_such_time_once(
    anna: Friend, house: House, said: str, day: int, minute: int
) -> None:
    await anna.sign_up()
    await changes(anna, "in 20 minutes")
    await house.pass_time(HOUR)
    await changes(anna, said)
    assert anna.newest.text.startswith("Set: ")
    assert nudges_of(anna)[0].rule == Rule(OnDate(date(2026, 11, day)), Times((minute,)))


async def test_the_times_that_are_offered_for_a_finished_one_off_work(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await changes(anna, "in 20 minutes")
    await house.pass_time(HOUR)
    await anna.command("nudges")
    assert "It has come; nothing is left to come." in anna.newest.text
    await anna.tap("Change time")
    assert anna.newest.text == "When shall it come once more? Tap, or type it: “tomorrow 8:30”, “weekdays 8:30”."
    await anna.tap("8:30")
    assert nudges_of(anna)[0].rule == Rule(OnDate(date(2026, 11, 19)), Times((510,)))
    before = sum(said.nudge for said in anna.inbox)
    await house.pass_time(2 * DAY)
    assert sum(said.nudge for said in anna.inbox) == before + 1


async def test_a_time_that_is_over_on_the_one_day_of_a_nudge_is_told_for_a_tap(anna: Friend) -> None:
    await anna.sign_up()
    await changes(anna, "today at 17:00")
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.tap("8:30")
    assert anna.newest.text == OVER
    assert nudges_of(anna)[0].rule == Rule(OnDate(date(2026, 11, 18)), Times((1020,)))


async def test_a_cue_said_with_the_time_is_kept(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("after lunch")
    await anna.send("13:00")
    assert nudges_of(anna)[0].cue_words == "after lunch"


async def test_undo_does_not_make_a_twenty_first(anna: Friend) -> None:
    await anna.sign_up()
    for _ in range(19):
        await anna.add("One slow breath")
    await anna.command("nudges")
    await anna.tap("20")
    await anna.tap("Remove")
    undo = anna.newest
    await anna.add("One slow breath")
    payload = undo.rows[0][0].payload
    shown = await anna.tap_payload(payload, undo.id)
    assert shown.toast.startswith("Twenty tiny moments")
    assert len(nudges_of(anna)) == 20


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("weekends", WEEKENDS),
        ("every day", EVERY_DAY),
        ("only mondays", frozenset((0,))),
        ("mon wed fri", frozenset((0, 2, 4))),
        ("am Wochenende", WEEKENDS),
    ],
)
async def test_days_alone_keep_the_times(anna: Friend, words: str, days: frozenset[int]) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("every 2 hours from 9:00 to 17:00")
    await anna.tap("Change")
    await anna.send(words)
    assert nudges_of(anna)[0].rule == Rule(Weekly(days), Steps(120, 540, 1020))
    await anna.send("weekdays 7:45")
    await anna.send(words)
    assert nudges_of(anna)[0].rule == Rule(Weekly(days), Times((465,)))


@pytest.mark.parametrize("words", ["monday", "tomorrow", "twice", "not on mondays"])
async def test_days_that_may_be_a_single_date_are_asked_about(anna: Friend, words: str) -> None:
    await anna.sign_up()
    before = nudges_of(anna)[0].rule
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send(words)
    assert anna.newest.text.startswith("I can’t read a time in that yet.")
    assert nudges_of(anna)[0].rule == before
