"""/plan: today and tomorrow at a glance, by the person's own clock."""

from datetime import UTC, date, datetime

import pytest

from bot.nudges import queries
from bot.nudges.queries import Wish
from bot.people.queries import pause, set_quiet, set_zone
from bot.schedules.quiet import QuietHours
from bot.schedules.rules import EVERY_DAY, WEEKDAYS, Draw, MonthDay, OnDate, Rule, Steps, Times, Weekly
from bot.schedules.times import next_times
from bot.store import Tx
from tests.flows.looking import DAY, HOUR, nudges_of, person_of, without
from tests.kit.talk import Friend, House

BERLIN = "Europe/Berlin"
BREATH = "🌬️ One slow breath"
EVERY = Weekly(EVERY_DAY)
NOTHING_SET = "Nothing is set yet. Shall we choose one tiny moment?"


async def known(friend: Friend, zone: str = BERLIN) -> None:
    """Let somebody be met whose zone is confirmed."""
    await friend.command("help")
    await friend.house.store.run(lambda tx: set_zone(tx, person_of(tx, friend).id, zone))


async def sets(friend: Friend, rule: Rule, practice: str = "one-breath", zone: str = BERLIN) -> None:
    await friend.house.store.run(lambda tx: queries.create(tx, person_of(tx, friend), Wish(practice, rule, zone, 1800)))


async def asks(friend: Friend) -> str:
    """Ask for the plan and return what is said."""
    await friend.command("plan")
    return friend.newest.text


def at(minute: int, *more: int) -> Rule:
    return Rule(EVERY, Times((minute, *more)))


async def test_who_has_set_nothing_is_offered_to_choose(anna: Friend) -> None:
    await known(anna)
    assert await asks(anna) == NOTHING_SET
    await anna.tap("Choose one")
    assert len(anna.newest.labels) >= 3


async def test_today_and_tomorrow_stand_under_their_dates_in_the_order_of_the_clock(anna: Friend) -> None:
    await known(anna)
    await sets(anna, at(1290), "evening-joy")
    await sets(anna, Rule(Weekly(WEEKDAYS), Times((510, 720))))
    assert await asks(anna) == (
        f"Today, Wed 18 Nov\n12:00 {BREATH}\n21:30 ✨ Evening joy\n\n"
        f"Tomorrow, Thu 19 Nov\n8:30 {BREATH}\n12:00 {BREATH}\n21:30 ✨ Evening joy"
    )


async def test_a_day_without_anything_says_so(anna: Friend) -> None:
    await known(anna)
    await sets(anna, Rule(MonthDay(1), Times((510,))))
    assert await asks(anna) == "Today, Wed 18 Nov\nNothing more today.\n\nTomorrow, Thu 19 Nov\nNothing planned."


async def test_a_rule_that_has_ended_brings_nothing(anna: Friend) -> None:
    await known(anna)
    await sets(anna, Rule(OnDate(date(2026, 11, 18)), Times((615,))))
    assert f"10:15 {BREATH}" in await asks(anna)
    anna.house.clock.forward(HOUR)
    assert (await asks(anna)).startswith("Today, Wed 18 Nov\nNothing more today.")


@pytest.mark.parametrize("seed", range(12))
async def test_a_window_is_told_and_never_the_minute_drawn(anna: Friend, seed: int) -> None:
    await known(anna)
    rule = Rule(EVERY, Draw(14 * 60, 17 * 60, seed=seed))
    await sets(anna, rule, "evening-joy")
    assert await asks(anna) == (
        "Today, Wed 18 Nov\n14:00–17:00 ✨ Evening joy\n\nTomorrow, Thu 19 Nov\n14:00–17:00 ✨ Evening joy"
    )
    drawn = next_times(rule, BERLIN, anna.house.clock.now(), 1)[0].at
    await anna.house.pass_time(drawn - anna.house.clock.now() - 60)
    assert (await asks(anna)).startswith("Today, Wed 18 Nov\n14:00–17:00 ✨ Evening joy\n")
    await anna.house.pass_time(60)
    assert (await asks(anna)).startswith("Today, Wed 18 Nov\nNothing more today.\n")


async def test_the_order_of_the_lines_does_not_give_a_drawn_minute_away(anna: Friend) -> None:
    await known(anna)
    for seed in range(6):
        await sets(anna, Rule(EVERY, Draw(14 * 60, 17 * 60, seed=seed)), "evening-joy" if seed % 2 else "one-breath")
    await sets(anna, at(15 * 60), "doorway-pause")
    today = (await asks(anna)).split("\n\n")[0].split("\n")[1:]
    assert [line.split()[0] for line in today] == ["14:00–17:00"] * 6 + ["15:00"]
    assert today[:6] == sorted(today[:6])


async def test_several_moments_of_one_window_share_a_line(anna: Friend) -> None:
    await known(anna)
    rule = Rule(EVERY, Draw(12 * 60, 17 * 60, count=3, gap=30, seed=5))
    await sets(anna, rule)
    assert (await asks(anna)).startswith(f"Today, Wed 18 Nov\n12:00–17:00 {BREATH} ×3\n\n")
    first, second, _ = next_times(rule, BERLIN, anna.house.clock.now(), 3)
    await anna.house.pass_time(first.at - anna.house.clock.now())
    assert (await asks(anna)).startswith(f"Today, Wed 18 Nov\n12:00–17:00 {BREATH} ×2\n\n")
    await anna.house.pass_time(second.at - anna.house.clock.now())
    assert (await asks(anna)).startswith(f"Today, Wed 18 Nov\n12:00–17:00 {BREATH}\n\n")


async def test_twelve_lines_stand_there_and_a_thirteenth_is_summed_up(anna: Friend) -> None:
    await known(anna)
    await sets(anna, Rule(EVERY, Steps(30, 12 * 60, 17 * 60 + 30)))
    full = [f"{hour}:{minute:02d} {BREATH}" for hour in range(12, 18) for minute in (0, 30)]
    lines = (await asks(anna)).split("\n")
    assert lines == ["Today, Wed 18 Nov", *full, "", "Tomorrow, Thu 19 Nov", *full]
    await sets(anna, at(9 * 60), "evening-joy")
    today, tomorrow = (await asks(anna)).split("\n\n")
    assert today.split("\n")[1:] == full
    assert tomorrow.split("\n")[1:] == ["9:00 ✨ Evening joy", *full[:11], "… and 1 more"]
    await sets(anna, Rule(EVERY, Steps(15, 18 * 60, 19 * 60 + 45)), "evening-joy")
    assert [part.split("\n")[-1] for part in (await asks(anna)).split("\n\n")] == ["… and 8 more", "… and 9 more"]


async def test_a_nudge_that_rests_is_left_out(anna: Friend) -> None:
    await known(anna)
    await sets(anna, at(720))
    await sets(anna, at(780), "evening-joy")
    resting = nudges_of(anna)[0]
    await anna.house.store.run(lambda tx: queries.pause_nudge(tx, resting))
    assert await asks(anna) == "Today, Wed 18 Nov\n13:00 ✨ Evening joy\n\nTomorrow, Thu 19 Nov\n13:00 ✨ Evening joy"


async def test_a_removed_nudge_is_left_out(anna: Friend) -> None:
    await known(anna)
    await sets(anna, at(720))
    gone = nudges_of(anna)[0]
    await anna.house.store.run(lambda tx: queries.remove(tx, gone))
    assert await asks(anna) == NOTHING_SET


async def test_a_practice_that_the_host_has_taken_away_is_left_out(anna: Friend, house: House) -> None:
    await known(anna)
    await sets(anna, at(720))
    await sets(anna, at(780), "evening-joy")
    assert await asks(without(house, "one-breath").person("anna")) == (
        "Today, Wed 18 Nov\n13:00 ✨ Evening joy\n\nTomorrow, Thu 19 Nov\n13:00 ✨ Evening joy"
    )


async def test_while_all_is_paused_the_plan_says_how_it_comes_back(anna: Friend) -> None:
    await known(anna)
    await sets(anna, at(720))
    await anna.house.store.run(lambda tx: pause(tx, person_of(tx, anna).id))
    assert await asks(anna) == "Paused; /resume brings it back."


async def test_what_comes_after_the_end_of_a_pause_is_told(anna: Friend, house: House) -> None:
    await known(anna)
    await sets(anna, at(480, 720))
    noon = int(datetime(2026, 11, 19, 11, tzinfo=UTC).timestamp())
    await house.store.run(lambda tx: pause(tx, person_of(tx, anna).id, noon))
    assert await asks(anna) == f"Today, Wed 18 Nov\nNothing more today.\n\nTomorrow, Thu 19 Nov\n12:00 {BREATH}"
    await house.store.run(lambda tx: pause(tx, person_of(tx, anna).id, noon + 3 * DAY))
    assert await asks(anna) == "Paused; /resume brings it back."


async def test_a_nudge_of_another_zone_is_told_by_the_persons_clock(anna: Friend) -> None:
    await known(anna)
    await sets(anna, at(18 * 60), zone="Asia/Tokyo")
    await sets(anna, Rule(EVERY, Draw(18 * 60, 20 * 60, seed=1)), "evening-joy", zone="America/New_York")
    assert await asks(anna) == (
        f"Today, Wed 18 Nov\nNothing more today.\n\nTomorrow, Thu 19 Nov\n00:00–02:00 ✨ Evening joy\n10:00 {BREATH}"
    )


async def test_a_slot_that_has_rung_is_not_promised_again_after_a_change_of_zone(anna: Friend, house: House) -> None:
    await known(anna)
    await sets(anna, at(615))
    await house.pass_time(HOUR)
    assert anna.newest.nudge
    far = "America/New_York"

    def travels(tx: Tx) -> None:
        set_zone(tx, person_of(tx, anna).id, far)
        queries.change_zone(tx, person_of(tx, anna), far)

    await house.store.run(travels)
    # It is 5:00 there, but the quarter past ten of this date has been.
    assert await asks(anna) == f"Today, Wed 18 Nov\nNothing more today.\n\nTomorrow, Thu 19 Nov\n10:15 {BREATH}"


async def test_a_day_on_which_the_clocks_are_moved_shows_what_the_clocks_will_show(house: House) -> None:
    bea = house.person("bea")
    house.clock.forward_to(int(datetime(2027, 3, 27, 9, tzinfo=UTC).timestamp()))
    await known(bea)
    await sets(bea, at(150))
    assert (await asks(bea)).endswith(f"Tomorrow, Sun 28 Mar\n03:00 {BREATH}")


async def test_what_falls_into_quiet_hours_is_told_for_their_end_or_not_at_all(anna: Friend) -> None:
    await known(anna)
    await sets(anna, at(6 * 60 + 45))
    await sets(anna, at(5 * 60), "evening-joy")
    await sets(anna, Rule(EVERY, Steps(60, 5 * 60, 8 * 60)), "doorway-pause")
    await sets(anna, Rule(EVERY, Draw(4 * 60, 5 * 60, seed=2)), "how-am-i")
    await anna.house.store.run(lambda tx: set_quiet(tx, person_of(tx, anna).id, QuietHours(22 * 60, 7 * 60)))
    _, tomorrow = (await asks(anna)).split("\n\n")
    # The joy may come up to three hours late; what goes by steps or by chance does not wait for the end of the night.
    lines = ["7:00 ✨ Evening joy", f"7:00 {BREATH}", "7:00 🚪 Doorway pause", "8:00 🚪 Doorway pause"]
    assert sorted(tomorrow.split("\n")[1:]) == sorted(lines)


async def test_before_a_zone_is_confirmed_the_guessed_one_is_used(house: House) -> None:
    tomo = house.person("tomo", zone="Asia/Tokyo")
    await tomo.command("help")
    await sets(tomo, at(19 * 60), zone="Asia/Tokyo")
    assert (await asks(tomo)).startswith(f"Today, Wed 18 Nov\n19:00 {BREATH}")


async def test_the_plan_changes_nothing(anna: Friend) -> None:
    await known(anna)
    await sets(anna, Rule(EVERY, Draw(14 * 60, 17 * 60, seed=3)))
    before = nudges_of(anna)
    await asks(anna)
    await asks(anna)
    assert nudges_of(anna) == before


async def test_what_was_put_off_stands_at_its_new_time(anna: Friend, house: House) -> None:
    await known(anna)
    await sets(anna, Rule(OnDate(date(2026, 11, 18)), Times((630,))))
    await house.pass_time(30 * 60)
    await anna.tap("In 15 min")
    assert await asks(anna) == f"Today, Wed 18 Nov\n10:45 {BREATH}\n\nTomorrow, Thu 19 Nov\nNothing planned."


async def test_what_the_quiet_hours_hold_back_stands_at_their_end(anna: Friend, house: House) -> None:
    await known(anna)
    quiet = QuietHours(600, 660)
    await house.store.run(lambda tx: set_quiet(tx, person_of(tx, anna).id, quiet))
    await sets(anna, Rule(OnDate(date(2026, 11, 18)), Times((640,))))
    before = await asks(anna)
    await house.pass_time(45 * 60)
    assert await asks(anna) == before == f"Today, Wed 18 Nov\n11:00 {BREATH}\n\nTomorrow, Thu 19 Nov\nNothing planned."


async def test_of_a_night_of_times_one_is_told_for_the_morning_here_and_under_next(anna: Friend, house: House) -> None:
    await known(anna)
    night = QuietHours(22 * 60, 7 * 60)
    await house.store.run(lambda tx: set_quiet(tx, person_of(tx, anna).id, night))
    wish = Wish("evening-joy", at(240, 300, 360), BERLIN, 3 * HOUR)
    await house.store.run(lambda tx: queries.create(tx, person_of(tx, anna), wish))
    title = "✨ Evening joy"
    assert (await asks(anna)).count(title) == 1
    assert "7:00 ✨" in anna.newest.text
    await anna.command("nudges")
    assert "Next: Thu 7:00." in anna.newest.text
    await house.pass_time(20 * HOUR + 30 * 60)  # 6:30: it waits for 7:00
    assert (await asks(anna)).startswith(f"Today, Thu 19 Nov\n7:00 {title}\n\n")
    await anna.command("nudges")
    assert "Next: Thu 7:00." in anna.newest.text
    await house.pass_time(HOUR)
    assert sum(said.nudge for said in anna.inbox) == 1
