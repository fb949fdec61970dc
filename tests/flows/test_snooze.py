"""Putting a moment off: a quarter of an hour at once, and then whatever suits better."""

from datetime import datetime

import pytest

from bot.people.queries import set_parts, set_quiet
from bot.schedules.quiet import DayParts, QuietHours
from tests.flows.looking import DAY, HOUR, MINUTE, moments_of, parsed, payload, person_of, reopened, waiting
from tests.kit.talk import Friend, House

OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
NOTED = "Already noted, thank you."


async def put_off(friend: Friend) -> None:
    """Ask for a moment at 10:00 in Berlin and put it off."""
    await friend.begin("One slow breath")
    shown = await friend.tap("In 15 min")
    assert shown.toast == "In 15 minutes, then."


def keep_quiet(friend: Friend, start: int, end: int) -> None:
    friend.house.store.run_now(lambda tx: set_quiet(tx, person_of(tx, friend).id, QuietHours(start, end)))


async def test_fifteen_minutes_hold_at_once_and_other_times_are_offered(anna: Friend, house: House) -> None:
    await put_off(anna)
    assert anna.newest.text == "In 15 minutes, then."
    assert anna.newest.labels == ["In 1 h", "This evening", "Tomorrow"]
    count = len(anna.inbox)
    await house.pass_time(15 * MINUTE - 1)
    assert len(anna.inbox) == count
    await house.pass_time(1)
    assert anna.newest.nudge


@pytest.mark.parametrize(
    ("label", "toast", "after"),
    [
        ("In 1 h", "In an hour, then.", HOUR),
        ("This evening", "Wed 19:00, then.", 9 * HOUR),
        ("Tomorrow", "Thu 10:00, then.", DAY),
    ],
)
async def test_another_time_moves_the_same_moment(
    anna: Friend, house: House, label: str, toast: str, after: int
) -> None:
    await put_off(anna)
    offered = anna.newest
    assert (await anna.tap(label)).toast == toast
    assert (offered.chosen, offered.labels) == (label, [])
    assert waiting(house) == 1
    count = len(anna.inbox)
    await house.pass_time(after - 1)
    assert len(anna.inbox) == count
    await house.pass_time(1)
    assert anna.newest.nudge
    await anna.tap("Calmer")
    (moment,) = moments_of(anna)
    assert (moment.slot, moment.attempt, moment.answer) == ("2026-11-18T10:00", 2, "calmer")


async def test_an_offer_counts_from_its_own_tap(anna: Friend, house: House) -> None:
    await put_off(anna)
    await house.pass_time(10 * MINUTE)
    await anna.tap("In 1 h")
    count = len(anna.inbox)
    await house.pass_time(HOUR - 1)
    assert len(anna.inbox) == count
    await house.pass_time(1)
    assert len(anna.inbox) == count + 1


async def test_an_offer_is_taken_once_and_not_after_an_answer(anna: Friend, house: House) -> None:
    await put_off(anna)
    offered = anna.newest
    hour, evening = payload(offered, "In 1 h"), payload(offered, "This evening")
    await anna.tap("In 1 h")
    assert (await anna.tap_payload(evening, offered.id)).toast == NOTED
    await house.pass_time(HOUR)
    await anna.tap("Did it")
    assert (await anna.tap_payload(hour, offered.id)).toast == NOTED
    assert waiting(house) == 0


async def test_an_answer_to_the_prompt_that_still_stands_ends_it_all(anna: Friend, house: House) -> None:
    await put_off(anna)
    offered = anna.newest
    await house.pass_time(15 * MINUTE)
    hour = payload(offered, "In 1 h")
    await anna.tap("Calmer")
    assert (await anna.tap_payload(hour, offered.id)).toast == NOTED
    count = len(anna.inbox)
    await house.pass_time(3 * HOUR)
    assert len(anna.inbox) == count


async def test_a_moment_never_comes_back_in_quiet_hours(anna: Friend, house: House) -> None:
    await anna.send("hello")
    keep_quiet(anna, 10 * 60 + 10, 12 * 60)
    await anna.begin("One slow breath")
    assert (await anna.tap("In 15 min")).toast == "Wed 12:00, then."
    assert anna.newest.labels == ["This evening", "Tomorrow"], "an hour would end in the quiet hours as well"
    count = len(anna.inbox)
    await house.pass_time(2 * HOUR - 1)
    assert len(anna.inbox) == count
    await house.pass_time(1)
    assert len(anna.inbox) == count + 1


async def test_the_evening_is_the_persons_own_and_not_offered_once_it_is_here(anna: Friend, house: House) -> None:
    await anna.send("hello")
    house.store.run_now(lambda tx: set_parts(tx, person_of(tx, anna).id, DayParts(evening=11 * 60)))
    await anna.begin("One slow breath")
    await anna.tap("In 15 min")
    assert anna.newest.labels == ["In 1 h", "Tomorrow"], "an hour from now is the evening"
    await house.pass_time(2 * HOUR)
    await anna.tap("In 15 min")
    assert anna.newest.labels == ["In 1 h", "Tomorrow"]


async def test_an_evening_that_has_come_meanwhile_changes_nothing(anna: Friend, house: House) -> None:
    await put_off(anna)
    offered = anna.newest
    await house.pass_time(10 * HOUR)
    shown = await anna.tap_payload(payload(offered, "This evening"), offered.id)
    assert shown.toast == "The evening is here already. What we said before holds."
    assert waiting(house) == 0


async def test_words_answer_a_moment_that_was_put_off_to_another_day(anna: Friend, house: House) -> None:
    await anna.begin("Evening joy")
    await anna.tap("In 15 min")
    await anna.tap("Tomorrow")
    await house.pass_time(DAY + 5 * MINUTE)
    await anna.send("the first frost")
    (moment,) = moments_of(anna)
    assert (moment.answer, moment.words) == ("words", "the first frost")


async def test_a_forged_time_and_another_persons_moment_change_nothing(anna: Friend, house: House) -> None:
    await put_off(anna)
    row = parsed(anna.newest, "In 1 h").row
    assert (await anna.tap_payload(f"1:until:{row}:never", None)).toast == OLD
    bob = house.person("bob")
    await bob.command("now")
    assert (await bob.tap_payload(f"1:until:{row}:1h", None)).toast == OLD
    assert moments_of(anna)[0].attempt == 1


async def test_a_moment_put_off_survives_the_death_of_the_process(anna: Friend, house: House) -> None:
    await put_off(anna)
    await anna.tap("Tomorrow")
    again = reopened(house)
    friend = again.person("anna")
    count = len(friend.inbox)
    await again.pass_time(DAY)
    assert len(friend.inbox) == count + 1
    again.store.close()


async def test_tomorrow_means_the_same_time_by_the_clock_across_a_change_of_the_clocks(
    anna: Friend, house: House
) -> None:
    eve = int(datetime.fromisoformat("2027-03-27T09:00:00+01:00").timestamp())
    house.clock.forward_to(eve)
    await anna.begin("One slow breath")
    await anna.tap("In 15 min")
    assert (await anna.tap("Tomorrow")).toast == "Sun 9:00, then."
    await house.pass_time(DAY - 2 * HOUR)
    count = len(anna.inbox)
    await house.pass_time(HOUR)
    assert len(anna.inbox) == count + 1
