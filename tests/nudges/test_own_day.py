"""The sweep keeps to a person's own day: quiet hours, pauses, one more message, one question after a quiet week."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.nudges import moments as verbs
from bot.nudges import queries
from bot.nudges.rules import FOLLOW_UP, asks_again_at, leaves_at
from bot.people.queries import pause, set_quiet
from bot.schedules.quiet import QuietHours
from bot.schedules.rules import EVERY_DAY, Draw, Rule, Steps, Weekly
from bot.speech import Outgoing
from bot.store import Keyring, Store, Tx
from bot.store.tables import moments, nudges, outbox, persons
from tests.flows.looking import reopened
from tests.kit.bell import DAY, HOUR, Tower, minute
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres
from tests.kit.talk import House, Said

MINUTE = 60
NIGHT = QuietHours(22 * 60, 7 * 60)


def at(clock: str) -> int:
    """Return the UTC second of a local time in Berlin with its offset."""
    return int(datetime.fromisoformat(clock).timestamp())


TEN = at("2026-11-18T10:00:00+01:00")


@pytest.fixture
def tower(store: Store, clock: HandClock) -> Tower:
    return Tower(House(store, clock))


def keep_quiet(tower: Tower, name: str = "anna", quiet: QuietHours | None = NIGHT) -> None:
    tower.house.store.run_now(lambda tx: set_quiet(tx, tower.person(tx, name).id, quiet))


def by_rule(tower: Tower, rule: Rule, grace: int = 3 * HOUR) -> int:
    """Set anna a nudge of any rule."""

    def work(tx: Tx) -> int:
        return queries.create(tx, tower.person(tx, "anna"), queries.Wish("one-breath", rule, tower.zone, grace))

    return tower.house.store.run_now(work)


def inbox(tower: Tower, name: str = "anna") -> list[Said]:
    return tower.house.chat.inboxes.get(name, [])


def texts(tower: Tower) -> list[str]:
    return [said.text for said in inbox(tower)]


async def live(tower: Tower, seconds: int) -> list[int]:
    """Let time pass and return when anna got something (UTC seconds)."""
    came: list[int] = []
    target = tower.house.clock.now() + seconds
    while tower.house.clock.now() < target:
        coming = await tower.house.rota.next_event()
        before = len(inbox(tower))
        tower.house.clock.forward_to(min(target, max(coming or target, tower.house.clock.now() + 1)))
        await tower.tick()
        came += [tower.house.clock.now()] * (len(inbox(tower)) - before)
    return came


# Quiet hours


async def test_a_fixed_time_in_quiet_hours_waits_for_their_end_within_its_grace(tower: Tower) -> None:
    tower.nudge("anna", "6:30")
    keep_quiet(tower)
    assert await live(tower, DAY) == [at("2026-11-19T07:00:00+01:00")]
    assert tower.slots() == ["2026-11-19T06:30"]


async def test_a_fixed_time_whose_grace_ends_in_quiet_hours_is_let_go_without_a_word(tower: Tower) -> None:
    tower.nudge("anna", "23:30")
    tower.nudge("anna", "6:29", grace=30 * MINUTE)
    tower.nudge("anna", "6:30", grace=30 * MINUTE)
    keep_quiet(tower)
    assert len(await live(tower, DAY)) == 1
    assert tower.slots() == ["2026-11-19T06:30"]
    assert len(tower.due()) == 3


async def test_the_edges_of_the_quiet_hours_are_as_they_were_said(tower: Tower) -> None:
    for time in ("21:59", "22:00", "7:00"):
        tower.nudge("anna", time, grace=MINUTE)
    keep_quiet(tower)
    await live(tower, DAY)
    assert tower.slots() == ["2026-11-18T21:59", "2026-11-19T07:00"]


async def test_steps_in_quiet_hours_are_skipped_and_nothing_piles_up(tower: Tower) -> None:
    by_rule(tower, Rule(Weekly(EVERY_DAY), Steps(60, 0, 1380)))
    keep_quiet(tower)
    came = await live(tower, DAY)
    assert [moment[11:] for moment in tower.slots()] == [f"{hour:02d}:00" for hour in (*range(11, 22), *range(7, 11))]
    assert len(came) == 15


async def test_moments_left_to_chance_in_quiet_hours_are_skipped(tower: Tower) -> None:
    by_rule(tower, Rule(Weekly(EVERY_DAY), Draw(minute("22:00"), minute("23:30"))))
    keep_quiet(tower)
    assert await live(tower, 3 * DAY) == []
    assert len(tower.due()) == 1


async def test_quiet_hours_keep_to_the_clock_when_the_clocks_leap(database_url: str) -> None:
    # The night before summer time: 2:30 does not exist and comes at 3:00.
    clock = HandClock(datetime.fromisoformat("2027-03-27T20:00:00+01:00"))
    tower = Tower(House(Store(database_url, clock, Keyring([KEY])), clock))
    tower.nudge("anna", "2:30", grace=6 * HOUR)
    keep_quiet(tower)
    assert await live(tower, 12 * HOUR) == [at("2027-03-28T07:00:00+02:00")]
    assert tower.slots() == ["2027-03-28T02:30"]
    tower.house.store.close()


async def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_at_its_first(database_url: str) -> None:
    clock = HandClock(datetime.fromisoformat("2026-10-24T20:00:00+02:00"))
    tower = Tower(House(Store(database_url, clock, Keyring([KEY])), clock))
    tower.nudge("anna", "1:30", "4:00")
    keep_quiet(tower, quiet=QuietHours(minute("22:00"), minute("2:30")))
    came = await live(tower, 12 * HOUR)
    assert came[0] in (at("2026-10-25T02:30:00+02:00"), at("2026-10-25T02:30:00+01:00"))
    assert came[1:] == [at("2026-10-25T04:00:00+01:00")]
    tower.house.store.close()


async def test_what_waits_for_the_morning_is_there_after_the_process_died(tower: Tower) -> None:
    tower.nudge("anna", "6:30")
    keep_quiet(tower)
    await tower.tick_at(at("2026-11-19T06:30:00+01:00"))
    assert inbox(tower) == []
    again = Tower(reopened(tower.house))
    assert await live(again, HOUR) == [at("2026-11-19T07:00:00+01:00")]
    again.house.store.close()


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY])
async def test_a_clock_that_jumps_in_the_night_rings_no_slot_twice_and_nothing_in_quiet_hours(
    tower: Tower, jump: int
) -> None:
    tower.nudge("anna", "6:30", "9:00")
    keep_quiet(tower)
    await live(tower, 20 * HOUR + 45 * MINUTE)  # 6:45
    tower.house.clock.jump(jump)
    came = await live(tower, 2 * HOUR)
    tower.house.clock.jump(-jump)
    came += await live(tower, DAY)
    assert len(tower.slots()) == len(set(tower.slots()))
    assert not any(NIGHT.cover((moment + 3600) % DAY // 60) for moment in came)


async def test_a_withdrawn_moment_that_waited_for_the_morning_does_not_come(tower: Tower) -> None:
    tower.nudge("anna", "6:30")
    keep_quiet(tower)
    await live(tower, 21 * HOUR - 60)

    def stop(tx: Tx) -> None:
        person = tower.person(tx, "anna")
        pause(tx, person.id)
        verbs.forget_waiting(tx, person)

    tower.house.store.run_now(stop)
    assert await live(tower, HOUR) == []


def test_leaving_is_at_once_without_quiet_hours_and_never_within_them() -> None:
    six = at("2026-11-19T06:00:00+01:00")
    assert leaves_at(six, six + 5, 60, "Europe/Berlin", None, fixed=False) == six + 5
    assert leaves_at(six, six + 5, HOUR, "Europe/Berlin", NIGHT, fixed=True) == six + HOUR
    assert leaves_at(six, six + 5, HOUR - 1, "Europe/Berlin", NIGHT, fixed=True) is None
    assert leaves_at(six, six + 2 * HOUR, 3 * HOUR, "Europe/Berlin", NIGHT, fixed=True) == six + 2 * HOUR
    assert leaves_at(six, six + 2 * HOUR, 3 * HOUR, "Europe/Berlin", NIGHT, fixed=False) is None


# Pauses


async def test_a_pause_with_an_end_is_over_by_itself(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    until = TEN + DAY
    tower.house.store.run_now(lambda tx: pause(tx, tower.person(tx, "anna").id, until))
    assert await live(tower, 2 * DAY) == [TEN + DAY + 30 * MINUTE]


async def test_a_nudge_that_rests_is_silent_and_the_others_are_not(tower: Tower) -> None:
    resting = tower.nudge("anna", "10:30")
    tower.nudge("anna", "11:00")
    tower.change("anna", resting, queries.pause_nudge)
    assert await live(tower, DAY) == [TEN + HOUR]
    tower.change("anna", resting, queries.resume_nudge)
    assert await live(tower, HOUR) == [TEN + DAY + 30 * MINUTE, TEN + DAY + HOUR]
    assert len(tower.due()) == 2


async def test_after_an_outage_a_nudge_that_rests_does_not_take_the_place_of_another(tower: Tower) -> None:
    tower.nudge("anna", "14:00")
    tower.change("anna", tower.nudge("anna", "15:00"), queries.pause_nudge)
    await tower.tick_at(TEN + 6 * HOUR)
    assert tower.slots() == ["2026-11-18T14:00"]


# Cue, practice, number


async def test_another_cue_or_practice_keeps_the_time(tower: Tower) -> None:
    nudge = tower.nudge("anna", "10:30", cue="after feeding Minka")

    def edit(tx: Tx) -> None:
        person = tower.person(tx, "anna")
        found = queries.find(tx, nudge, person)
        assert found is not None
        queries.change_cue(tx, found, person, None, "after the bus")
        queries.change_practice(tx, found, "doorway-pause", 1800)

    tower.house.store.run_now(edit)
    (found,) = tower.of("anna")
    assert (found.cue, found.cue_words, found.practice) == (None, "after the bus", "doorway-pause")
    assert await live(tower, HOUR) == [TEN + 30 * MINUTE]
    assert texts(tower)[0].startswith("After the bus:")
    row = tower.house.store.run_now(lambda tx: tx.connection.execute(select(nudges)).one())
    assert row.grace == 1800
    assert b"bus" not in row.sealed_cue


async def test_removed_nudges_do_not_count(tower: Tower) -> None:
    ids = [tower.nudge("anna", f"{hour}:00") for hour in range(3)]
    tower.nudge("ben", "9:00")
    tower.change("anna", ids[0], queries.remove)
    assert tower.house.store.run_now(lambda tx: queries.count_of(tx, tower.person(tx, "anna"))) == 2
    assert queries.MOST == 20


# One message more


def twice(tower: Tower, *times: str, **given: Any) -> int:
    nudge = tower.nudge("anna", *times, **given)
    tower.change("anna", nudge, queries.set_follow_up, True)
    return nudge


async def test_without_an_answer_a_moment_is_asked_for_once_more_and_no_third_time(tower: Tower) -> None:
    twice(tower, "10:30")
    assert await live(tower, 20 * HOUR) == [TEN + 30 * MINUTE, TEN + HOUR]
    first, second = inbox(tower)
    assert second.text == "Still there if you like."
    assert (second.labels, second.rows) == (first.labels, first.rows)
    assert len(tower.slots()) == 1


async def test_asking_once_more_is_off_unless_it_is_wanted(tower: Tower) -> None:
    nudge = twice(tower, "10:30")
    tower.change("anna", nudge, queries.set_follow_up, False)
    assert len(await live(tower, 20 * HOUR)) == 1


@pytest.mark.parametrize("label", ["Calmer", "Did it", "Not today"])
async def test_an_answer_stops_the_second_message(tower: Tower, label: str) -> None:
    twice(tower, "10:30")
    await live(tower, 40 * MINUTE)
    await tower.house.person("anna").tap(label)
    await live(tower, 20 * HOUR)
    assert "Still there if you like." not in texts(tower)


async def test_a_snooze_stops_the_second_message(tower: Tower) -> None:
    twice(tower, "10:30")
    await live(tower, 50 * MINUTE)
    await tower.house.person("anna").tap("In 15 min")
    assert await live(tower, 5 * HOUR) == [TEN + 65 * MINUTE]
    assert "Still there if you like." not in texts(tower)


@pytest.mark.parametrize(("practice", "label"), [("three-senses", "Step by step"), ("three-senses", "Again")])
async def test_who_has_begun_is_not_asked_once_more(tower: Tower, practice: str, label: str) -> None:
    twice(tower, "10:30", practice=practice)
    await live(tower, 40 * MINUTE)
    await tower.house.person("anna").tap(label)
    await live(tower, 5 * HOUR)
    assert "Still there if you like." not in texts(tower)


async def test_a_face_given_first_stops_the_second_message(tower: Tower) -> None:
    twice(tower, "10:30", practice="how-am-i")
    await live(tower, 40 * MINUTE)
    await tower.house.person("anna").tap("😐")
    await live(tower, 5 * HOUR)
    assert "Still there if you like." not in texts(tower)


async def test_words_stop_the_second_message(tower: Tower) -> None:
    twice(tower, "10:30", practice="evening-joy")
    await live(tower, 40 * MINUTE)
    await tower.house.person("anna").send("the first frost")
    await live(tower, 5 * HOUR)
    assert "Still there if you like." not in texts(tower)


async def test_the_second_message_is_answered_like_the_first_and_the_first_is_noted_then(tower: Tower) -> None:
    twice(tower, "10:30")
    await live(tower, 2 * HOUR)
    anna = tower.house.person("anna")
    first = inbox(tower)[0]
    shown = await anna.tap_payload(first.rows[0][0].payload, inbox(tower)[1].id)
    assert shown.toast == ""
    assert (await anna.tap_payload(first.rows[0][0].payload, first.id)).toast == "Already noted, thank you."


async def test_what_is_too_late_or_in_quiet_hours_is_not_asked_once_more(tower: Tower) -> None:
    twice(tower, "10:30", grace=30 * MINUTE - 1)
    twice(tower, "21:45")
    keep_quiet(tower)
    assert len(await live(tower, DAY)) == 2
    assert "Still there if you like." not in texts(tower)


async def test_asking_once_more_counts_from_the_end_of_the_quiet_hours(tower: Tower) -> None:
    twice(tower, "6:30")
    keep_quiet(tower)
    seven = at("2026-11-19T07:00:00+01:00")
    assert await live(tower, DAY) == [seven, seven + FOLLOW_UP]


async def test_the_second_message_survives_the_death_of_the_process(tower: Tower) -> None:
    twice(tower, "10:30")
    await live(tower, 31 * MINUTE)
    again = Tower(reopened(tower.house))
    assert await live(again, HOUR) == [TEN + HOUR]
    again.house.store.close()


def test_asking_once_more_keeps_to_the_deadline() -> None:
    assert asks_again_at(TEN, TEN + FOLLOW_UP, "Europe/Berlin", NIGHT) == TEN + FOLLOW_UP
    assert asks_again_at(TEN, TEN + FOLLOW_UP - 1, "Europe/Berlin", NIGHT) is None


# A quiet week

QUESTION = "It has been a quiet week, and that’s fine. Shall I keep to your times, change something, or rest?"


async def test_after_a_quiet_week_one_question_comes_in_place_of_the_nudge_and_only_once(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    await live(tower, 7 * DAY)
    assert len(inbox(tower)) == 7
    assert QUESTION not in texts(tower)
    assert await live(tower, HOUR) == [TEN + 7 * DAY + 30 * MINUTE]
    assert inbox(tower)[-1].text == QUESTION
    assert inbox(tower)[-1].labels == ["Keep", "Change", "Rest"]
    assert len(tower.slots()) == 7
    await live(tower, 20 * DAY)
    assert texts(tower).count(QUESTION) == 1
    assert len(tower.slots()) == 27


async def test_two_nudges_of_one_minute_make_one_question(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    tower.nudge("anna", "10:30", practice="three-senses")
    await live(tower, 7 * DAY)
    count = len(inbox(tower))
    assert len(await live(tower, HOUR)) == 1
    assert [said.text for said in inbox(tower)[count:]] == [QUESTION]


async def test_who_does_something_starts_a_new_week(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    await live(tower, 6 * DAY)
    await tower.house.person("anna").tap("Calmer")
    await live(tower, 7 * DAY)
    assert QUESTION not in texts(tower)
    await live(tower, DAY)
    assert texts(tower).count(QUESTION) == 1
    await tower.house.person("anna").tap("Keep")
    assert texts(tower)[-1] == "Good. I stay at your times."
    await live(tower, 7 * DAY + HOUR)
    assert texts(tower).count(QUESTION) == 2


async def test_whoever_is_paused_is_not_asked(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    tower.house.store.run_now(lambda tx: pause(tx, tower.person(tx, "anna").id))
    assert await live(tower, 10 * DAY) == []


async def test_the_question_does_not_come_in_quiet_hours(tower: Tower) -> None:
    tower.nudge("anna", "6:30")
    keep_quiet(tower)
    await live(tower, 9 * DAY)
    assert texts(tower).count(QUESTION) == 1
    assert (await live(tower, DAY))[0] % DAY == 6 * HOUR  # 7:00 in Berlin


async def test_the_question_comes_once_although_the_process_died(tower: Tower) -> None:
    tower.nudge("anna", "10:30", "11:00")
    await live(tower, 7 * DAY)
    tower.house.clock.forward(30 * MINUTE)
    await tower.house.rota.tick()
    again = Tower(reopened(tower.house))
    await live(again, 2 * DAY)
    assert texts(again).count(QUESTION) == 1
    again.house.store.close()


@pytest.fixture
def two(postgres_server: Postgres, clock: HandClock) -> Iterator[tuple[Tower, Tower]]:
    url = postgres_server.database()
    stores = [Store(url, clock, Keyring([KEY])) for _ in range(2)]
    yield Tower(House(stores[0], clock)), Tower(House(stores[1], clock))
    for store in stores:
        store.close()


async def test_a_question_that_another_process_has_asked_is_not_asked_again(two: tuple[Tower, Tower]) -> None:
    one, other = two
    one.nudge("anna", "10:30")
    one.nudge("anna", "11:00")
    await live(one, 7 * DAY)
    await one.tick_at(TEN + 7 * DAY + 30 * MINUTE)
    # The other process has read the person before the first one had written it down.
    forget = update(persons).values(asked_at=None)
    one.house.store.run_now(lambda tx: tx.connection.execute(forget))
    await other.tick_at(TEN + 7 * DAY + HOUR)
    rows = one.house.store.run_now(
        lambda tx: list(tx.connection.scalars(select(outbox.c.key).where(outbox.c.key.startswith("asked:"))))
    )
    assert len(rows) == 1


# Put off


async def test_quiet_hours_set_later_move_what_was_put_off_and_drop_the_second_message(tower: Tower) -> None:
    twice(tower, "10:30")
    await live(tower, 31 * MINUTE)
    later = QuietHours(minute("10:45"), minute("12:00"))

    def set_them(tx: Tx) -> None:
        person = tower.person(tx, "anna")
        set_quiet(tx, person.id, later)
        verbs.move_out_of(tx, person, tower.zone, later)

    tower.house.store.run_now(set_them)
    assert await live(tower, 5 * HOUR) == []
    await tower.house.person("anna").tap("In 15 min")  # 15:31
    wider = replace(later, start=minute("15:00"), end=minute("17:00"))

    def widen(tx: Tx) -> None:
        verbs.move_out_of(tx, tower.person(tx, "anna"), tower.zone, wider)

    tower.house.store.run_now(widen)
    assert await live(tower, 5 * HOUR) == [at("2026-11-18T17:00:00+01:00")]


async def test_a_moment_put_off_for_days_is_still_withdrawn_by_a_pause(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    await live(tower, HOUR)

    def put_off(tx: Tx) -> None:
        person = tower.person(tx, "anna")
        moment = verbs.find(tx, tx.connection.scalar(select(moments.c.id)) or 0, person)
        assert moment is not None
        verbs.put_off(tx, moment, person, inbox_message(tower), tx.now + 5 * DAY, HOUR)

    tower.house.store.run_now(put_off)
    tower.change("anna", tower.of("anna")[0].id, queries.remove)
    tower.house.clock.forward(4 * DAY)
    tower.house.store.run_now(lambda tx: verbs.forget_waiting(tx, tower.person(tx, "anna")))
    assert await live(tower, 3 * DAY) == []


def inbox_message(tower: Tower) -> Outgoing:
    return Outgoing(inbox(tower)[0].text, inbox(tower)[0].rows, nudge=True)
