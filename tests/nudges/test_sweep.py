"""From `due` to the outbox: each slot once, late ones with tact, odd ones without harm."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from threading import Event
from time import sleep
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.catalogue import Catalogue
from bot.errors import TryLater
from bot.nudges import own, queries
from bot.nudges.prompts import OWN_WORDS
from bot.nudges.queries import change_rule, change_zone, remove, restore
from bot.nudges.sweep import Swept, sweep
from bot.outbox.addresses import pause_address
from bot.people.queries import pause, resume
from bot.schedules.zones import local
from bot.store import Keyring, Store, Tx
from bot.store.tables import due, kept, moments, nudges, outbox, persons
from tests.kit.bell import DAY, HOUR, Tower, daily
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres
from tests.kit.talk import CATALOGUE, House

# The clock stands at Wednesday, 18 November 2026, 10:00 in Berlin.
TEN = int(datetime.fromisoformat("2026-11-18T10:00:00+01:00").timestamp())
MINUTE = 60


@pytest.fixture
def tower(store: Store, clock: HandClock) -> Tower:
    return Tower(House(store, clock))


async def test_a_nudge_rings_in_its_minute_and_is_due_again_the_next_day(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    await tower.tick_at(TEN + 30 * MINUTE - 1)
    assert tower.rung() == []
    await tower.tick_at(TEN + 30 * MINUTE)
    assert tower.rung() == ["anna"]
    assert tower.slots() == ["2026-11-18T10:30"]
    assert tower.local_due() == ["2026-11-19 10:30"]


async def test_a_nudge_at_two_times_rings_at_both_and_has_one_row_in_between(tower: Tower) -> None:
    tower.nudge("anna", "10:30", "22:00")
    assert tower.local_due() == ["2026-11-18 10:30"]
    await tower.tick_at(TEN + 30 * MINUTE)
    assert tower.local_due() == ["2026-11-18 22:00"]
    await tower.tick_at(TEN + 12 * HOUR)
    assert tower.slots() == ["2026-11-18T10:30", "2026-11-18T22:00"]
    assert tower.local_due() == ["2026-11-19 10:30"]


async def test_a_slot_that_fires_twice_rings_once(tower: Tower) -> None:
    nudge = tower.nudge("anna", "10:30")
    for _ in range(3):
        await tower.tick_at(TEN + 30 * MINUTE)

        def again(tx: Tx) -> None:
            tx.connection.execute(due.delete())
            tx.connection.execute(insert(due).values(at=TEN + 30 * MINUTE, nudge_id=nudge, version=1))

        tower.house.store.run_now(again)
    await tower.tick()
    assert tower.rung() == ["anna"]
    assert tower.slots() == ["2026-11-18T10:30"]
    assert tower.local_due() == ["2026-11-19 10:30"]


async def test_a_row_of_due_that_stands_there_twice_does_not_stop_the_sweep(tower: Tower) -> None:
    nudge = tower.nudge("anna", "10:30")
    tower.nudge("ben", "10:31")
    await tower.tick_at(TEN + 30 * MINUTE)

    def again(tx: Tx) -> None:
        tx.connection.execute(insert(due).values(at=TEN + 30 * MINUTE, nudge_id=nudge, version=1))

    tower.house.store.run_now(again)
    await tower.tick_at(TEN + 31 * MINUTE)
    assert sorted(tower.rung()) == ["anna", "ben"]
    assert len(tower.due()) == 2


async def test_what_another_process_has_put_back_rings_within_ten_seconds(tower: Tower) -> None:
    nudge = tower.nudge("anna", "10:30")
    tower.house.store.run_now(lambda tx: tx.connection.execute(due.delete()))  # taken by somebody, who dies then
    await tower.tick_at(TEN + 31 * MINUTE)
    back = insert(due).values(at=TEN + 30 * MINUTE, nudge_id=nudge, version=1)
    tower.house.store.run_now(lambda tx: tx.connection.execute(back))
    for _ in range(10):
        tower.house.clock.forward(1)
        await tower.tick()
    assert tower.rung() == ["anna"]


@pytest.fixture
def two(postgres_server: Postgres, clock: HandClock) -> Iterator[tuple[Tower, Tower]]:
    url = postgres_server.database()
    stores = [Store(url, clock, Keyring([KEY])) for _ in range(2)]
    yield Tower(House(stores[0], clock)), Tower(House(stores[1], clock))
    for store in stores:
        store.close()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let a sweep take fewer at once, and return how many."""
    monkeypatch.setattr("bot.rota.FIRST", 30)
    monkeypatch.setattr("bot.rota.BATCH", 60)
    return 60


@pytest.mark.usefixtures("small_batches")
async def test_two_processes_that_sweep_at_once_ring_each_nudge_once(two: tuple[Tower, Tower]) -> None:
    one, other = two
    fill(one, 150)
    one.house.clock.forward_to(TEN + 30 * MINUTE)
    await asyncio.gather(*(tower.house.rota.tick() for tower in (one, other)))
    await asyncio.gather(*(tower.house.rota.tick() for tower in (one, other)))
    assert one.house.rota.rang + other.house.rota.rang == 150
    assert len(one.slots()) == 150
    assert len(one.due()) == 150


@pytest.mark.usefixtures("batches_of_one")
async def test_a_batch_that_is_lost_after_an_outage_brings_nobody_a_second_message(
    two: tuple[Tower, Tower], monkeypatch: pytest.MonkeyPatch
) -> None:
    tower = two[0]
    tower.nudge("anna", "10:30")
    tower.nudge("anna", "11:30", practice="first-motion")
    calls = count()
    claimed, younger = Event(), Event()

    def cut(tx: Tx, **how: Any) -> Swept:
        if next(calls) == 0:
            sweep(tx, **how)
            claimed.set()
            younger.wait(0.2)
            raise TryLater("its line was cut")
        assert claimed.wait(5)
        swept = sweep(tx, **how)
        younger.set()
        return swept

    monkeypatch.setattr("bot.rota.sweep", cut)
    tower.house.clock.forward_to(TEN + 2 * HOUR)
    with pytest.raises(TryLater):
        await tower.house.rota.tick()
    assert tower.slots() == [], "what is younger does not go in before what is older"
    await tower.tick()
    assert tower.slots() == ["2026-11-18T11:30"]


@pytest.fixture
def batches_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each nudge be in a batch of its own."""
    monkeypatch.setattr("bot.rota.FIRST", 1)
    monkeypatch.setattr("bot.rota.BATCH", 1)


@pytest.mark.usefixtures("batches_of_one")
async def test_whoever_is_asked_how_to_go_on_hears_nothing_else_that_was_due_in_whichever_batch(tower: Tower) -> None:
    for practice in ("one-breath", "first-motion", "nightly-gratitude"):
        tower.nudge("anna", "10:30", practice=practice)
    tower.nudge("anna", "10:40", practice="one-breath")
    quiet = update(persons).values(heard_at=TEN - 9 * DAY)
    tower.house.store.run_now(lambda tx: tx.connection.execute(quiet))
    await tower.tick_at(TEN + 30 * MINUTE)
    (asked,) = tower.house.chat.inboxes["anna"]
    assert asked.text.startswith("It has been a quiet week")
    assert tower.slots() == []
    await tower.tick_at(TEN + 40 * MINUTE)
    assert tower.slots() == ["2026-11-18T10:40"], "the question stands in place of what was due by then"


async def test_a_tick_ends_when_all_its_batches_have_ended_also_where_one_is_lost(
    two: tuple[Tower, Tower], monkeypatch: pytest.MonkeyPatch
) -> None:
    tower = two[0]
    fill(tower, 20)
    calls = count()
    going, ended = Event(), Event()

    def cut(tx: Tx, **how: Any) -> Swept:
        if next(calls) == 0:
            assert going.wait(5)
            raise TryLater("its line was cut")
        going.set()
        sleep(0.2)
        swept = sweep(tx, **how)
        if not swept.taken:
            ended.set()
        return swept

    monkeypatch.setattr("bot.rota.sweep", cut)
    tower.house.clock.forward_to(TEN + 30 * MINUTE)
    with pytest.raises(TryLater):
        await tower.house.rota.tick()
    assert ended.is_set()
    assert len(tower.slots()) == 20


def fill(tower: Tower, people: int) -> None:
    """Set that many people a nudge at 10:30, quickly."""
    sample = tower.nudge("sample", "10:30")

    def work(tx: Tx) -> None:
        row = tx.connection.execute(select(nudges).where(nudges.c.id == sample)).one()._asdict()
        del row["id"]
        for n in range(people - 1):
            person = tower.person(tx, f"p{n}")
            nudge = tx.add(nudges, **{**row, "person_id": person.id, "address_id": person.address_id})
            tx.connection.execute(insert(due).values(at=TEN + 30 * MINUTE, nudge_id=nudge, version=1))

    tower.house.store.run_now(work)


async def test_more_than_a_batch_that_is_due_at_once_all_rings_once(tower: Tower, small_batches: int) -> None:
    people = 2 * small_batches + 20
    fill(tower, people)
    tower.house.clock.forward_to(TEN + 30 * MINUTE)
    await tower.house.rota.tick()
    assert tower.house.rota.rang == people
    assert len({row.nudge_id for row in tower.due()}) == len(tower.due()) == people
    assert {local("Europe/Berlin", row.at).day for row in tower.due()} == {19}

    def addressed(tx: Tx) -> tuple[int, int]:
        found = select(func.count(), func.count(outbox.c.address_id.distinct())).select_from(outbox)
        return tuple(tx.connection.execute(found).one())  # type: ignore[return-value]

    assert tower.house.store.run_now(addressed) == (people, people)


async def test_a_change_of_time_drops_what_was_due_for_the_old_one(tower: Tower) -> None:
    nudge = tower.nudge("anna", "10:30")
    tower.change("anna", nudge, change_rule, daily("11:00"), "Europe/Berlin")
    await tower.tick_at(TEN + 30 * MINUTE)
    assert tower.rung() == []
    await tower.tick_at(TEN + HOUR)
    assert tower.slots() == ["2026-11-18T11:00"]
    assert len(tower.due()) == 1


async def test_a_removed_nudge_is_silent_and_one_that_was_brought_back_rings_once(tower: Tower) -> None:
    nudge = tower.nudge("anna", "10:30")
    tower.change("anna", nudge, remove)
    await tower.tick_at(TEN + 30 * MINUTE)
    assert (tower.rung(), tower.due()) == ([], [])
    tower.change("anna", nudge, restore)
    tower.change("anna", nudge, remove)
    tower.change("anna", nudge, restore)
    await tower.tick_at(TEN + DAY + 30 * MINUTE)
    assert tower.rung() == ["anna"]
    assert len(tower.due()) == 1


async def test_somebody_who_paused_hears_nothing_and_finds_the_nudge_again_afterwards(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    run = tower.house.store.run_now
    run(lambda tx: pause(tx, tower.person(tx, "anna").id))
    for day in range(3):
        await tower.tick_at(TEN + day * DAY + 30 * MINUTE)
    assert tower.rung() == []
    run(lambda tx: resume(tx, tower.person(tx, "anna").id))
    await tower.tick()
    assert tower.rung() == []
    await tower.tick_at(TEN + 3 * DAY + 30 * MINUTE)
    assert tower.slots() == ["2026-11-21T10:30"]


async def test_nothing_piles_up_for_an_address_that_nobody_answers_at(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    run = tower.house.store.run_now
    run(lambda tx: pause_address(tx, tower.person(tx, "anna").address_id, tx.now))
    for day in range(3):
        await tower.tick_at(TEN + day * DAY + 30 * MINUTE)
    assert run(lambda tx: tx.connection.scalar(select(func.count()).select_from(outbox))) == 0
    run(lambda tx: tower.person(tx, "anna"))  # she writes
    await tower.tick_at(TEN + 3 * DAY + 30 * MINUTE)
    assert tower.rung() == ["anna"]


async def test_a_practice_that_left_the_catalogue_is_silent_and_does_not_stop_the_others(tower: Tower) -> None:
    tower.nudge("anna", "10:30", practice="long-gone")
    tower.nudge("ben", "10:30")
    await tower.tick_at(TEN + 30 * MINUTE)
    assert tower.rung() == ["ben"]
    assert tower.local_due() == ["2026-11-19 10:30"] * 2


async def test_with_an_empty_catalogue_everything_goes_on_without_a_word(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    tower.house.clock.forward_to(TEN + 30 * MINUTE)
    swept = tower.house.store.run_now(lambda tx: sweep(tx, Catalogue([])))
    assert (swept.taken, swept.rang) == (1, 0)
    assert tower.local_due() == ["2026-11-19 10:30"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("rule", '{"kind": "lunar"}'), ("rule", "{"), ("zone", "Mars/Olympus"), ("sealed_cue", b"damaged")],
)
async def test_a_nudge_that_this_version_cannot_read_does_not_stop_the_others(
    tower: Tower, column: str, value: object
) -> None:
    odd = tower.nudge("anna", "10:30", cue="after the first coffee")
    tower.nudge("ben", "10:30")
    spoil = update(nudges).where(nudges.c.id == odd).values(**{column: value})
    tower.house.store.run_now(lambda tx: tx.connection.execute(spoil))
    await tower.tick_at(TEN + 30 * MINUTE)
    assert "ben" in tower.rung()


async def test_a_nudge_later_than_its_grace_is_let_go_without_a_word(tower: Tower) -> None:
    tower.nudge("anna", "10:30", grace=30 * MINUTE)
    tower.nudge("ben", "10:30", grace=3 * HOUR)
    await tower.tick_at(TEN + HOUR + 1)
    assert tower.rung() == ["ben"]
    assert tower.local_due() == ["2026-11-19 10:30"] * 2


async def test_a_nudge_is_worth_sending_until_its_grace_is_over(tower: Tower) -> None:
    tower.nudge("anna", "10:30", grace=30 * MINUTE)
    tower.house.clock.forward_to(TEN + 45 * MINUTE)
    await tower.house.rota.tick()
    row = tower.house.store.run_now(lambda tx: tx.connection.execute(select(outbox)).one())
    assert row.deadline == TEN + HOUR
    assert row.key is not None


async def test_after_six_hours_of_silence_a_person_gets_one_message_the_newest_that_is_not_too_late(
    tower: Tower,
) -> None:
    # Silent from 10:00 to 16:05: four rituals and a doorway that is long behind them.
    for time in ("10:30", "11:30", "13:30", "14:30"):
        tower.nudge("anna", time, practice="three-senses")
    tower.nudge("anna", "15:20", practice="doorway-pause", grace=30 * MINUTE)
    tower.nudge("ben", "14:00")
    tower.nudge("carla", "11:00")
    await tower.tick_at(TEN + 6 * HOUR + 5 * MINUTE)
    assert tower.rung(["anna", "ben", "carla"]) == ["anna", "ben"]
    assert sorted(tower.slots()) == ["2026-11-18T14:00", "2026-11-18T14:30"]
    assert len(tower.due()) == 7
    assert min(row.at for row in tower.due()) > tower.house.clock.now()


async def test_what_is_due_right_after_the_silence_comes_besides_the_catching_up(tower: Tower) -> None:
    tower.nudge("anna", "14:30")
    tower.nudge("anna", "16:00", practice="three-senses")
    await tower.tick_at(TEN + 6 * HOUR)
    assert sorted(tower.slots()) == ["2026-11-18T14:30", "2026-11-18T16:00"]


async def test_a_slot_that_is_on_time_rings_although_an_earlier_one_of_the_same_nudge_keeps_quiet(
    tower: Tower,
) -> None:
    tower.nudge("anna", "13:30", "16:00")
    tower.nudge("anna", "14:30", practice="three-senses")
    await tower.tick_at(TEN + 6 * HOUR)
    assert sorted(tower.slots()) == ["2026-11-18T14:30", "2026-11-18T16:00"]


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY])
async def test_when_the_wall_clock_jumps_there_and_back_no_slot_rings_twice(tower: Tower, jump: int) -> None:
    for name, time in (("anna", "10:30"), ("ben", "11:15"), ("carla", "9:45")):
        tower.nudge(name, time)
    clock = tower.house.clock

    async def live(hours: int) -> None:
        for _ in range(hours * 4):
            clock.forward(15 * MINUTE)
            await tower.tick()

    await live(1)
    clock.jump(jump)
    await live(2)
    clock.jump(-jump)
    await live(26)
    found = select(moments.c.nudge_id, moments.c.slot)
    slots = tower.house.store.run_now(lambda tx: [tuple(row) for row in tx.connection.execute(found)])
    assert len(slots) == len(set(slots))
    assert len(tower.rung()) == len(slots)
    assert len(tower.due()) == 3
    now = clock.now()
    assert all(now < row.at <= now + DAY for row in tower.due())


async def test_after_the_clock_was_set_the_next_one_comes_within_half_a_minute(tower: Tower) -> None:
    tower.nudge("anna", "11:15")
    tower.house.clock.jump(HOUR)
    await tower.tick_at(TEN + 75 * MINUTE + 1)
    assert tower.slots() == ["2026-11-18T11:15"]


async def test_a_change_of_zone_does_not_repeat_a_slot_of_that_local_date(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    await tower.tick_at(TEN + 30 * MINUTE)

    def travel(tx: Tx) -> None:
        change_zone(tx, tower.person(tx, "anna"), "America/New_York")

    tower.house.store.run_now(travel)
    for hour in range(1, 24):
        await tower.tick_at(TEN + hour * HOUR + 30 * MINUTE)
    assert tower.slots() == ["2026-11-18T10:30"], "10:30 came in Berlin; in New York it is the same date's"
    await tower.tick_at(TEN + 30 * HOUR + 30 * MINUTE)
    assert tower.slots() == ["2026-11-18T10:30", "2026-11-19T10:30"]
    assert len(tower.due()) == 1


def in_berlin(store_url: str, start: str) -> Tower:
    clock = HandClock(datetime.fromisoformat(start))
    return Tower(House(Store(store_url, clock, Keyring([KEY])), clock))


async def test_a_nudge_in_the_hour_that_is_left_out_comes_when_the_clocks_have_leapt(database_url: str) -> None:
    tower = in_berlin(database_url, "2027-03-27T20:00:00+01:00")
    tower.nudge("anna", "2:30")
    assert tower.local_due() == ["2027-03-28 03:00"]
    await tower.tick_at(tower.due()[0].at)
    assert tower.slots() == ["2027-03-28T02:30"]
    assert tower.local_due() == ["2027-03-29 02:30"]
    tower.house.store.close()


async def test_a_nudge_in_the_hour_that_comes_twice_rings_the_first_time_only(database_url: str) -> None:
    tower = in_berlin(database_url, "2026-10-24T20:00:00+02:00")
    tower.nudge("anna", "2:30")
    first = int(datetime.fromisoformat("2026-10-25T02:30:00+02:00").timestamp())
    assert tower.due()[0].at == first
    for minute in range(0, 3 * 60, 10):
        await tower.tick_at(first + minute * MINUTE)
    assert tower.slots() == ["2026-10-25T02:30"]
    assert tower.rung() == ["anna"]
    assert tower.local_due() == ["2026-10-26 02:30"]
    tower.house.store.close()


async def test_a_cue_in_the_persons_own_words_is_said_and_sealed(tower: Tower) -> None:
    tower.nudge("anna", "10:30", cue="after feeding Minka")
    await tower.tick_at(TEN + 30 * MINUTE)
    assert tower.house.chat.inboxes["anna"][0].text.startswith("After feeding Minka:")
    row = tower.house.store.run_now(lambda tx: tx.connection.execute(select(outbox)).one())
    assert row.sealed
    assert b"Minka" not in row.body


@pytest.mark.parametrize("followed", [False, True])
async def test_where_a_cue_cannot_be_opened_what_else_the_person_wrote_stays_sealed(
    tower: Tower, followed: bool
) -> None:
    nudge = tower.nudge("anna", "10:30", practice=own_practice(tower, "anna"), cue="after feeding Minka")
    tower.change("anna", nudge, queries.set_follow_up, followed)
    damaged = update(nudges).values(sealed_cue=b"damaged")
    tower.house.store.run_now(lambda tx: tx.connection.execute(damaged))
    await tower.tick_at(TEN + 30 * MINUTE)
    rows = tower.house.store.run_now(lambda tx: tx.connection.execute(select(outbox)).all())
    assert len(rows) == 1 + followed
    assert all(row.sealed and b"Minka" not in row.body for row in rows)
    assert tower.house.chat.inboxes["anna"][0].text.endswith("Look out of the window.")


async def test_what_is_kept_and_cannot_be_opened_does_not_stop_the_sweep(tower: Tower) -> None:
    practice = next(one for one in CATALOGUE if one.keeps in OWN_WORDS)
    tower.nudge("anna", "10:30", practice=practice.key)
    tower.nudge("ben", "10:30")
    damaged = insert(kept).values(person_id=1, shelf=practice.keeps, sealed_body=b"damaged", at=TEN)
    tower.house.store.run_now(lambda tx: tx.connection.execute(damaged))
    await tower.tick_at(TEN + 30 * MINUTE)
    assert sorted(tower.rung()) == ["anna", "ben"]


async def test_the_wording_moves_on_from_day_to_day(tower: Tower) -> None:
    tower.nudge("anna", "10:30")
    for day in range(4):
        await tower.tick_at(TEN + day * DAY + 30 * MINUTE)
    texts = [said.text for said in tower.house.chat.inboxes["anna"]]
    assert len(set(texts)) == 4
    assert len(CATALOGUE["one-breath"].prompts) >= 4


def own_practice(tower: Tower, name: str) -> str:
    """Let somebody have a practice of their own and return its key."""
    window = own.Own("Window", "Look out of the window.", ("Minka sat there",))
    return tower.house.store.run_now(lambda tx: own.create(tx, tower.person(tx, name), window))


async def test_what_somebody_wrote_is_sealed_when_it_is_asked_and_when_it_is_asked_once_more(tower: Tower) -> None:
    nudge = tower.nudge("anna", "10:30", practice=own_practice(tower, "anna"))
    tower.change("anna", nudge, queries.set_follow_up, True)
    await tower.tick_at(TEN + 30 * MINUTE)
    rows = tower.house.store.run_now(lambda tx: tx.connection.execute(select(outbox)).all())
    assert len(rows) == 2
    assert all(row.sealed and b"Minka" not in row.body for row in rows)
    await tower.tick_at(TEN + HOUR)
    assert [said.labels[0] for said in tower.house.chat.inboxes["anna"]] == ["Minka sat there"] * 2


async def test_a_practice_of_somebody_whose_key_does_not_open_is_silent_and_does_not_stop_the_others(
    tower: Tower,
) -> None:
    tower.nudge("anna", "10:30", practice=own_practice(tower, "anna"))
    tower.nudge("ben", "10:30")
    broken = update(persons).where(persons.c.id == 1).values(key_id=b"broken")
    tower.house.store.run_now(lambda tx: tx.connection.execute(broken))
    await tower.tick_at(TEN + 30 * MINUTE)
    assert tower.rung() == ["ben"]
    assert len(tower.due()) == 2
