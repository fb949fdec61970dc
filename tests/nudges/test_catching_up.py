"""After an outage, a sleep or a clock that was set: the newest time of a nudge, once, and nothing lost on the way."""

from datetime import date, datetime

import pytest
from sqlalchemy import update

from bot.nudges.queries import Wish, create
from bot.nudges.rules import ON_TIME, Late, keep_quiet, leaves_at
from bot.people.queries import set_quiet
from bot.schedules.quiet import QuietHours
from bot.schedules.rules import EVERY_DAY, OnDate, Rule, Steps, Times, Weekly
from bot.schedules.times import newest_between
from bot.store import Store
from bot.store.tables import nudges
from tests.kit.bell import DAY, HOUR, Tower, daily
from tests.kit.bell import minute as of_day
from tests.kit.clock import HandClock
from tests.kit.talk import House

# The clock stands at Wednesday, 18 November 2026, 10:00 in Berlin.
TEN = int(datetime.fromisoformat("2026-11-18T10:00:00+01:00").timestamp())
MINUTE = 60
BERLIN = "Europe/Berlin"
NIGHT = QuietHours(22 * 60, 7 * 60)


@pytest.fixture
def tower(store: Store, clock: HandClock) -> Tower:
    return Tower(House(store, clock))


def by_rule(tower: Tower, rule: Rule, name: str = "anna", grace: int = 3 * HOUR) -> None:
    """Set somebody a nudge by a rule."""
    tower.house.store.run_now(lambda tx: create(tx, tower.person(tx, name), Wish("one-breath", rule, BERLIN, grace)))


async def live(tower: Tower, seconds: int, step: int = 15 * MINUTE) -> None:
    """Let time pass with a tick at each step."""
    for _ in range(seconds // step):
        tower.house.clock.forward(step)
        await tower.tick()


# An outage


async def test_the_newest_time_of_a_nudge_rings_where_an_older_one_is_too_late(tower: Tower) -> None:
    tower.nudge("anna", "15:00", "16:00", practice="three-senses", grace=30 * MINUTE)
    await tower.tick_at(TEN + 6 * HOUR + 2 * MINUTE)
    assert tower.slots() == ["2026-11-18T16:00"]
    assert tower.local_due() == ["2026-11-19 15:00"]


async def test_steps_ring_once_after_six_hours_of_silence_and_go_on(tower: Tower) -> None:
    by_rule(tower, Rule(Weekly(EVERY_DAY), Steps(30, of_day("9:00"), of_day("18:00"))), grace=30 * MINUTE)
    await tower.tick_at(TEN + 6 * HOUR + 10 * MINUTE)
    assert tower.slots() == ["2026-11-18T16:00"]
    await live(tower, 50 * MINUTE, step=10 * MINUTE)
    assert tower.slots() == ["2026-11-18T16:00", "2026-11-18T16:30", "2026-11-18T17:00"]


async def test_a_person_with_several_nudges_gets_the_newest_time_of_all(tower: Tower) -> None:
    tower.nudge("anna", "11:00", "15:30")
    tower.nudge("anna", "14:30", practice="three-senses")
    tower.nudge("ben", "12:00", "15:30")
    await tower.tick_at(TEN + 6 * HOUR)
    assert tower.rung(["anna", "ben"]) == ["anna", "ben"]
    assert tower.slots() == ["2026-11-18T15:30", "2026-11-18T15:30"]


async def test_of_one_nudge_that_is_on_time_again_nothing_older_comes_besides(tower: Tower) -> None:
    tower.nudge("anna", "15:00", "16:00")
    await tower.tick_at(TEN + 6 * HOUR + 30)
    assert tower.slots() == ["2026-11-18T16:00"]


async def test_where_every_time_is_too_late_the_next_one_comes_in_its_minute(tower: Tower) -> None:
    tower.nudge("anna", "11:00", "15:00", "16:30", grace=30 * MINUTE)
    await tower.tick_at(TEN + 6 * HOUR)
    assert (tower.slots(), tower.local_due()) == ([], ["2026-11-18 16:30"])


async def test_after_a_week_of_silence_nothing_old_comes(tower: Tower) -> None:
    by_rule(tower, Rule(Weekly(EVERY_DAY), Steps(15, 0, 1439)), grace=30 * MINUTE)
    await tower.tick_at(TEN + 5 * DAY + 7 * MINUTE)
    assert tower.slots() == ["2026-11-23T10:00"]


async def test_a_machine_that_slept_for_eight_hours_gives_one_message_to_each(tower: Tower) -> None:
    for name in ("anna", "ben"):
        by_rule(tower, Rule(Weekly(EVERY_DAY), Steps(60, of_day("8:00"), of_day("20:00"))), name)
        tower.nudge(name, "12:30", "17:45", practice="three-senses")
    tower.house.clock.jump(8 * HOUR + 5 * MINUTE)  # asleep: the monotonic clock stood still as well
    await tower.tick()
    # 18:05: the steps are at 18:00, the newest of all.
    assert tower.rung(["anna", "ben"]) == ["anna", "ben"]
    assert tower.slots() == ["2026-11-18T18:00", "2026-11-18T18:00"]
    await live(tower, HOUR)
    assert tower.rung(["anna", "ben"]) == ["anna", "anna", "ben", "ben"]


# A clock that was set


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY])
async def test_when_the_clock_was_set_and_set_back_every_time_of_the_real_day_rings_once(
    tower: Tower, jump: int
) -> None:
    tower.nudge("anna", "10:30", "11:15", "12:45", "14:30", "17:00")
    await live(tower, 31 * MINUTE, step=MINUTE)
    tower.house.clock.jump(jump)
    await live(tower, 5 * MINUTE, step=MINUTE)
    tower.house.clock.jump(-jump)
    await live(tower, 10 * HOUR)
    slots = tower.slots()
    assert len(slots) == len(set(slots)) == len(tower.rung())
    wanted = {f"2026-11-18T{time}" for time in ("10:30", "11:15", "12:45", "14:30", "17:00")}
    assert wanted <= set(slots)


async def test_a_day_ahead_at_half_past_ten_and_back_costs_nothing_of_the_day(tower: Tower) -> None:
    tower.nudge("anna", "10:30", "11:15", "17:00")
    await live(tower, 31 * MINUTE, step=MINUTE)
    tower.house.clock.jump(DAY)
    await tower.tick()
    tower.house.clock.jump(-DAY)
    await live(tower, 8 * HOUR)
    assert [slot for slot in tower.slots() if slot.startswith("2026-11-18")] == [
        "2026-11-18T10:30",
        "2026-11-18T11:15",
        "2026-11-18T17:00",
    ]
    await live(tower, 2 * DAY)
    assert len(tower.due()) == 1
    assert len(tower.slots()) == len(set(tower.slots())) == 9


async def test_a_single_date_that_was_jumped_over_rings_when_the_clock_is_right_again(tower: Tower) -> None:
    tower.nudge("ben", "10:30")
    by_rule(tower, Rule(OnDate(date(2026, 11, 18)), Times((of_day("15:00"),))))
    tower.house.clock.jump(DAY)
    await tower.tick()
    assert tower.rung(["anna"]) == []
    tower.house.clock.jump(-DAY)
    await live(tower, 6 * HOUR)
    assert tower.rung(["anna"]) == ["anna"]


async def test_a_clock_that_was_set_back_while_pebble_was_down_is_noticed_at_its_start(tower: Tower) -> None:
    tower.nudge("anna", "10:30", "17:00")
    tower.house.clock.jump(DAY)
    await live(tower, HOUR)
    tower.house.clock.jump(-DAY)
    again = Tower(House(tower.house.store, tower.house.clock))
    await live(again, 8 * HOUR)
    assert "2026-11-18T17:00" in again.slots()


async def test_a_second_or_two_of_correction_changes_nothing(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    await tower.tick_at(TEN + 30 * MINUTE)
    tower.house.clock.jump(-5)
    await tower.tick()
    assert tower.local_due() == ["2026-11-19 10:30"]


async def test_a_rule_that_cannot_be_read_does_not_stop_the_clock_from_being_noticed(tower: Tower) -> None:
    odd = tower.nudge("anna", "10:30")
    tower.nudge("ben", "11:15")
    spoil = update(nudges).where(nudges.c.id == odd).values(rule="{")
    tower.house.store.run_now(lambda tx: tx.connection.execute(spoil).rowcount)
    await tower.tick()
    tower.house.clock.jump(DAY)
    await tower.tick()
    tower.house.clock.jump(-DAY)
    await live(tower, 2 * HOUR)
    assert "2026-11-18T11:15" in tower.slots()


# The end of the quiet hours


def hourly_at_night() -> Rule:
    return daily(*(f"{hour}:00" for hour in (21, 22, 23, 0, 1, 2, 3, 4, 5, 6)))


async def test_of_a_night_of_fixed_times_one_comes_in_the_morning(tower: Tower) -> None:
    by_rule(tower, hourly_at_night())
    tower.house.store.run_now(lambda tx: set_quiet(tx, tower.person(tx, "anna").id, NIGHT))
    await live(tower, DAY)
    assert tower.slots() == ["2026-11-18T21:00", "2026-11-19T06:00"]
    assert tower.rung() == ["anna", "anna"]


async def test_an_outage_in_the_night_changes_nothing_about_it(tower: Tower) -> None:
    by_rule(tower, hourly_at_night())
    tower.house.store.run_now(lambda tx: set_quiet(tx, tower.person(tx, "anna").id, NIGHT))
    await tower.tick_at(TEN + 18 * HOUR + 30 * MINUTE)
    await live(tower, 5 * HOUR)
    assert tower.slots() == ["2026-11-19T06:00"]
    assert tower.rung() == ["anna"]


async def test_several_nudges_each_keep_their_own_place_in_the_morning(tower: Tower) -> None:
    tower.nudge("anna", "5:00", "6:00")
    tower.nudge("anna", "6:30", practice="three-senses")
    tower.house.store.run_now(lambda tx: set_quiet(tx, tower.person(tx, "anna").id, NIGHT))
    await live(tower, DAY)
    assert tower.slots() == ["2026-11-19T06:00", "2026-11-19T06:30"]


# Pure


def test_the_newest_time_between_two_instants_is_found_or_not() -> None:
    rule = daily("10:00", "11:00", "12:00")
    found = newest_between(rule, BERLIN, TEN, TEN + 90 * MINUTE)
    assert found is not None
    assert found.slot == "2026-11-18T11:00"
    exact = newest_between(rule, BERLIN, TEN, TEN)
    assert exact is not None
    assert exact.at == TEN
    assert newest_between(rule, BERLIN, TEN + 1, TEN + HOUR - 1) is None


def test_who_is_on_time_again_has_nothing_to_catch_up() -> None:
    now = TEN
    late = Late(now - HOUR, now - HOUR, 1, 1, 3 * HOUR)
    again = Late(now - HOUR, now - ON_TIME, 2, 1, 3 * HOUR)
    gone = Late(now - 2 * HOUR, now - 2 * HOUR, 3, 1, 3 * HOUR)
    quiet = keep_quiet([late, again, gone], now)
    assert quiet.rows == {(3, now - 2 * HOUR)}
    assert not quiet.covers(3, now - 2 * HOUR, now), "a time that came meanwhile is on time"


def test_two_rows_of_one_nudge_are_one_to_catch_up() -> None:
    rows = [Late(TEN - 2 * HOUR, TEN - HOUR, 1, 1, 3 * HOUR), Late(TEN - HOUR, TEN - HOUR, 1, 1, 3 * HOUR)]
    assert keep_quiet(rows, TEN).rows == frozenset()


def test_what_comes_again_by_the_end_of_the_quiet_hours_is_let_go() -> None:
    five = TEN - 5 * HOUR
    seven = five + 2 * HOUR
    for following, leaving in ((seven - HOUR, None), (seven, None), (seven + 1, seven), (None, seven)):
        assert leaves_at(five, five, 3 * HOUR, BERLIN, NIGHT, fixed=True, following=following) == leaving
    assert leaves_at(seven, seven, 60, BERLIN, NIGHT, fixed=True, following=seven) == seven
