"""The clockwork: it ticks, outlives a database that is away, and forgets what is old."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import func, insert, select

import bot.rota
from bot.errors import TryLater
from bot.outbox.marks import counts
from bot.rota import SEEN_DAYS, Rota
from bot.speech import Kind
from bot.store import Store, Tx
from bot.store.facts import COPY, write_number
from bot.store.tables import seen, skipped
from tests.kit.bell import DAY, HOUR, Tower
from tests.kit.clock import HandClock
from tests.kit.talk import CATALOGUE, House

TEN = int(datetime.fromisoformat("2026-11-18T10:00:00+01:00").timestamp())
HALF_PAST = TEN + HOUR // 2


@pytest.fixture
def tower(store: Store, clock: HandClock) -> Tower:
    return Tower(House(store, clock))


async def test_a_tick_tells_how_far_behind_it_is_and_that_it_happened(tower: Tower) -> None:
    rota = tower.house.rota
    tower.nudge("anna", "10:30")
    await tower.tick_at(HALF_PAST + 20)
    assert (rota.lag, rota.rang, rota.ticked_at) == (20, 1, tower.house.clock.monotonic())
    tower.house.clock.forward(1)
    await tower.tick()
    assert (rota.lag, rota.rang, rota.ticked_at) == (0, 1, tower.house.clock.monotonic())


async def test_the_next_event_is_the_next_nudge_or_what_holds_back_in_the_outbox(tower: Tower) -> None:
    rota = tower.house.rota
    assert await rota.next_event() is None
    anna = tower.house.person("anna")
    tower.nudge("anna", "10:30")
    assert await rota.next_event() == HALF_PAST
    await tower.tick_at(HALF_PAST)
    assert await rota.next_event() == HALF_PAST + DAY
    await anna.tap("In 15 min")
    assert await rota.next_event() == HALF_PAST + 15 * 60


async def test_what_could_not_leave_in_time_is_let_go(tower: Tower) -> None:
    tower.nudge("anna", "10:30", grace=600)
    tower.house.clock.forward_to(HALF_PAST)
    await tower.house.rota.tick()
    tower.house.clock.forward(601)
    await tower.house.rota.let_go()
    await tower.house.pump.settle()
    assert tower.rung() == []
    assert tower.house.store.run_now(counts)["expired"] == tower.house.rota.expired == 1


async def test_keys_of_events_are_forgotten_after_seven_days(tower: Tower) -> None:
    clock = tower.house.clock

    def note(key: str) -> Callable[[Tx], None]:
        def work(tx: Tx) -> None:
            tx.connection.execute(insert(seen).values(key=key, at=tx.now))
            tx.connection.execute(insert(skipped).values(key=key, at=tx.now, problem="x"))

        return work

    def kept(tx: Tx) -> list[int | None]:
        return [tx.connection.scalar(select(func.count()).select_from(table)) for table in (seen, skipped)]

    tower.house.store.run_now(note("old"))
    clock.forward(1)
    tower.house.store.run_now(note("a second younger"))
    clock.forward(SEEN_DAYS * DAY - 1)
    await tower.house.rota.forget()
    assert tower.house.store.run_now(kept) == [2, 2]
    clock.forward(1)
    await tower.house.rota.forget()
    assert tower.house.store.run_now(kept) == [1, 1]


class AwayRota(Rota):
    """A clockwork whose database is away at every other tick."""

    ticks = 0

    async def tick(self) -> None:
        self.ticks += 1
        if self.ticks % 2:
            raise TryLater("the database is away", everywhere=True)
        await super().tick()


async def test_the_clockwork_ticks_on_while_the_database_comes_and_goes(
    tower: Tower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.rota, "TICK", 0.01)
    rota = AwayRota(tower.house.store, CATALOGUE, tower.house.clock)
    tower.nudge("anna", "10:30")
    tower.house.clock.forward_to(HALF_PAST)
    rang = asyncio.Event()
    tower.house.store.wake = rang.set
    rota.start(_nothing)
    await asyncio.wait_for(rang.wait(), 5)
    rota.stop()
    ticks = rota.ticks
    assert ticks >= 2
    await asyncio.sleep(0.05)
    assert rota.ticks <= ticks + 1
    assert tower.slots() == ["2026-11-18T10:30"]


async def test_a_stop_before_the_start_is_harmless(tower: Tower) -> None:
    tower.house.rota.stop()


def _nothing() -> Awaitable[None]:
    return asyncio.sleep(0)


async def test_a_restored_copy_lets_go_of_what_was_due_and_keeps_the_times_to_come(house: House) -> None:
    anna = house.person("anna")
    await anna.sign_up()
    await house.door.receive(anna.event(Kind.COMMAND, "help"))  # an answer that is still waiting
    house.store.run_now(lambda tx: write_number(tx, COPY, 1))
    heard = len(anna.inbox)
    house.clock.forward(86_400 - 5_000)  # Thursday, a few minutes past 8:30 in Berlin
    await house.rota.begin_anew()
    await house.rota.tick()
    await house.pump.settle()
    assert len(anna.inbox) == heard
    await house.rota.begin_anew()  # only once: what comes from now on comes
    await house.pass_time(86_400)
    assert anna.newest.nudge
