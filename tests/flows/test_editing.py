"""Everything about a nudge can be changed, with words or without typing."""

from bot.schedules.rules import EVERY_DAY, WEEKENDS, Rule, Times, Weekly
from tests.flows.looking import nudges_of
from tests.kit.talk import Friend, House

DAY = 86_400


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
    await anna.tap("Doorway pause")
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
        await anna.command("add")
        for label in ("One slow breath", "Coffee", "8:30", "Later"):
            await anna.tap(label)
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


async def test_a_finished_one_off_is_not_set_to_a_time_that_is_over(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("in 20 minutes")
    await house.pass_time(DAY)
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.tap("8:30")
    assert anna.newest.text == "That time is over. Say a day too, like “weekdays 8:30”."


async def test_a_cue_said_with_the_time_is_kept(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("after lunch")
    await anna.send("13:00")
    assert nudges_of(anna)[0].cue_words == "after lunch"


async def test_undo_does_not_make_a_twenty_first(anna: Friend) -> None:
    await anna.sign_up()
    labels = ("One slow breath", "Coffee", "8:30", "Later")
    for _ in range(19):
        await anna.command("add")
        for label in labels:
            await anna.tap(label)
    await anna.command("nudges")
    await anna.tap("20")
    await anna.tap("Remove")
    undo = anna.newest
    await anna.command("add")
    for label in labels:
        await anna.tap(label)
    payload = undo.rows[0][0].payload
    shown = await anna.tap_payload(payload, undo.id)
    assert shown.toast.startswith("Twenty tiny moments")
    assert len(nudges_of(anna)) == 20
