"""/nudges, /pause and /resume: see, change, remove, bring back, be quiet."""

from bot.nudges.queries import change_zone
from bot.schedules.rules import WEEKDAYS, WEEKENDS, Rule, Times, Weekly
from tests.flows.looking import DAY, HOUR, MINUTE, moments_of, nudges_of, payload, person_of, waiting
from tests.kit.statements import statements
from tests.kit.talk import Friend, House

LINE = "🌬️ One slow breath\nAfter your coffee, on weekdays at 8:30. Next: Thu 8:30."
CARD = ["Change time", "Cue", "Practice", "Rest", "Ask twice", "Remove"]
OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."


async def test_without_a_nudge_the_list_offers_to_choose_one(anna: Friend) -> None:
    await anna.command("nudges")
    assert anna.newest.text == "Nothing is set yet. Shall we choose one tiny moment?"
    await anna.tap("Choose one")
    assert "Pick one to begin" in anna.newest.text


async def test_the_list_names_practice_cue_days_and_next_time(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    assert (anna.newest.text, anna.newest.labels) == (LINE, CARD)


async def test_a_changed_time_is_echoed_and_rings_instead_of_the_old_one(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    assert anna.newest.text == (
        "Which time suits you (weekdays)? Tap, or type it: “weekdays 8:30”. /cancel keeps it as it is."
    )
    await anna.send("16:45")
    assert anna.newest.text == "Set: Wed 16:45, Thu 16:45, Fri 16:45.\nThat is: on weekdays at 16:45."
    assert nudges_of(anna)[0].rule == Rule(Weekly(WEEKDAYS), Times((1005,)))
    count = len(anna.inbox)
    await house.pass_time(DAY - HOUR)
    assert len(anna.inbox) == count + 1
    assert moments_of(anna)[0].slot == "2026-11-18T16:45"


async def test_days_can_be_changed_with_the_time(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("weekends 9")
    assert nudges_of(anna)[0].rule == Rule(Weekly(WEEKENDS), Times((540,)))


async def test_cancel_keeps_the_time_as_it_is(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.command("cancel")
    assert anna.newest.text == "We leave it there. What is set stays set."
    await anna.command("nudges")
    assert anna.newest.text == LINE


async def test_a_removed_nudge_is_silent_and_undo_brings_it_back(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    await anna.tap("Remove")
    assert anna.newest.text == "Removed. What you answered stays with you."
    count = len(anna.inbox)
    await house.pass_time(2 * DAY)
    assert len(anna.inbox) == count
    await anna.tap("Undo")
    assert anna.newest.text == f"It’s back.\n{LINE.replace('Thu', 'Mon')}"
    await house.pass_time(2 * DAY)
    assert anna.newest.text.startswith("It’s back.")
    await house.pass_time(DAY)
    assert anna.newest.nudge


async def test_removing_withdraws_the_one_that_was_put_off(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.pass_time(DAY)
    await anna.tap("In 15 min")
    await anna.command("nudges")
    await anna.tap("Remove")
    assert waiting(house) == 0
    count = len(anna.inbox)
    await house.pass_time(HOUR)
    assert len(anna.inbox) == count


async def test_remove_and_undo_are_each_done_once(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("nudges")
    listed = anna.newest
    remove = payload(listed, "Remove")
    await anna.tap("Remove")
    removed = anna.newest
    undo = payload(removed, "Undo")
    assert (await anna.tap_payload(remove, listed.id)).toast == OLD
    await anna.tap("Undo")
    assert (await anna.tap_payload(undo, removed.id)).toast == OLD
    assert (await anna.tap_payload(remove, listed.id)).toast == OLD
    assert len(nudges_of(anna)) == 1


async def test_a_change_of_zone_moves_what_is_to_come_and_never_repeats_a_slot_of_that_date(
    anna: Friend, house: House
) -> None:
    await anna.sign_up()
    await house.pass_time(DAY)  # Thursday 10:00 in Berlin, 4:00 in New York
    await house.store.run(lambda tx: change_zone(tx, person_of(tx, anna), "America/New_York"))
    await house.pass_time(DAY)
    assert [moment.slot for moment in moments_of(anna)] == ["2026-11-19T08:30"]
    await house.pass_time(DAY)
    assert [moment.slot for moment in moments_of(anna)] == ["2026-11-19T08:30", "2026-11-20T08:30"]
    assert nudges_of(anna)[0].zone == "America/New_York"


async def test_pause_is_quiet_and_what_would_have_come_meanwhile_never_comes(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("pause")
    assert anna.newest.text == "Quiet now, for as long as you like. Nothing piles up."
    await house.pass_time(5 * DAY)
    assert anna.newest.text.startswith("Quiet now")
    await anna.command("resume")
    assert anna.newest.text == "I’m back at your chosen times."
    count = len(anna.inbox)
    await house.pass_time(22 * HOUR)
    assert len(anna.inbox) == count
    await house.pass_time(HOUR)
    assert len(anna.inbox) == count + 1
    assert [moment.slot for moment in moments_of(anna)] == ["2026-11-24T08:30"]


async def test_pause_withdraws_what_waits_and_can_be_ended_by_its_button(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.pass_time(DAY)
    await anna.tap("In 15 min")
    assert waiting(house) == 1
    await anna.command("pause")
    assert waiting(house) == 0
    await house.pass_time(30 * MINUTE)
    assert anna.newest.labels == ["Until tomorrow", "A week", "Until I resume", "Resume"]
    await anna.tap("Resume")
    await house.pass_time(DAY)
    assert anna.newest.nudge


async def test_the_list_says_that_all_is_paused(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("pause")
    await anna.command("nudges")
    assert anna.newest.text.endswith("on weekdays at 8:30. Paused; /resume brings it back.")


async def test_resume_without_anything_set_offers_to_choose(anna: Friend) -> None:
    await anna.command("resume")
    assert anna.said[-2:] == [
        "I’m back at your chosen times.",
        "Nothing is set yet. Shall we choose one tiny moment?",
    ]


async def test_a_moment_asked_for_while_paused_is_there_at_once(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("pause")
    await anna.begin("One slow breath")
    assert anna.newest.nudge


async def test_the_list_asks_the_database_as_often_for_six_nudges_as_for_five(anna: Friend, house: House) -> None:
    await anna.sign_up()
    for _ in range(4):
        await anna.add("One slow breath")
    counts = []
    for more in (False, True):
        if more:
            await anna.add("One slow breath")
        with statements(house.store) as said:
            await anna.command("nudges")
        counts.append(len(said))
        assert anna.newest.labels == [str(n) for n in range(1, 6 + more)]
    assert counts[0] == counts[1]
