"""The pace that several processes share on PostgreSQL, and pauses that stop all of them. On the real clock."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select, text

from bot.chats.telegram import TelegramChat
from bot.clock import SystemClock
from bot.outbox.cells import Ask, Later, Limit, Slot
from bot.outbox.handout import handout_for
from bot.outbox.pace import AWAY, LIMITS, Pace, limits_of
from bot.outbox.pump import Pump
from bot.outbox.shared_pace import SharedLedger, build_paces
from bot.outbox.shelf import put
from bot.people.queries import meet
from bot.speech import Address, Outgoing, Receipt
from bot.store import Keyring, Store, Tx
from bot.store.notices import Notices, notify
from bot.store.tables import paces
from tests.chats.telegram_door import until
from tests.fakes import BotApi, TooMany
from tests.kit.databases import KEY, Postgres
from tests.outbox.test_pace import most_in

CLOCK = SystemClock()


@pytest.fixture
def url(postgres_server: Postgres) -> str:
    return postgres_server.database()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url, CLOCK, Keyring([KEY]))
    yield opened
    opened.close()


def people(store: Store, count: int) -> list[int]:
    """Return the addresses of so many people on Telegram; their chats are 1, 2, 3 …"""
    names = [Address("telegram", str(n + 1)) for n in range(count)]
    return store.run_now(lambda tx: [meet(tx, name, "en", None).recipient.address_id for name in names])


def ledger(store: Store, per_second: float = 30) -> SharedLedger:
    return SharedLedger(store, "telegram", Limit(per_second, 1), CLOCK.monotonic)


def test_processes_together_stay_within_the_limit_and_one(url: str, store: Store) -> None:
    rate, seconds = 200, 2.0
    ids = people(store, 300)
    used: list[float] = []

    async def send(mine: list[int]) -> None:
        own = Store(url, CLOCK, Keyring([KEY]))
        limits = limits_of(["telegram"], rate)["telegram"]
        pace = Pace(limits, CLOCK.monotonic, ledger=ledger(own, rate))
        ends = time.monotonic() + seconds

        async def one(address_id: int) -> None:
            if time.monotonic() < ends and await pace.permit(Address("telegram", "1"), address_id) == 0:
                used.append(time.monotonic())

        for begin in range(0, len(mine), 20):
            await asyncio.gather(*map(one, mine[begin : begin + 20]))
        own.close()

    workers = [threading.Thread(target=lambda n=n: asyncio.run(send(ids[n::3] * 3))) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert most_in(used, 1.0) <= rate + 1
    assert len(used) > rate / 4, "and nobody starves, however busy this machine is"


async def test_what_one_process_has_sent_to_a_chat_counts_in_another(url: str, store: Store) -> None:
    [anna] = people(store, 1)
    other = Store(url, CLOCK, Keyring([KEY]))
    here, there = ledger(store), ledger(other)
    limit = Limit(1 / 60, 4)
    for asked in (here, there, here, there):
        assert isinstance(await asked.ask(Ask(anna, limit)), Slot)
    for asked in (here, there):
        answer = await asked.ask(Ask(anna, limit))
        assert isinstance(answer, Later)
        assert answer.chat
        assert 50 < answer.seconds <= 60
    assert isinstance(await there.ask(Ask(anna)), Slot), "what does not count there does not wait"
    other.close()


async def test_a_pause_that_nobody_was_told_of_is_found_with_the_next_slot(url: str, store: Store) -> None:
    anna, ben = people(store, 2)
    other = Store(url, CLOCK, Keyring([KEY]))
    here, there = ledger(store), ledger(other)
    await here.pause(anna, 40)
    await here.pause(anna, 5)
    answer = await there.ask(Ask(anna))
    assert isinstance(answer, Later)
    assert (answer.paused, answer.chat) == (True, True)
    assert 38 < answer.seconds <= 40
    assert isinstance(await there.ask(Ask(ben)), Slot)
    await here.pause(None, 20)
    pace = Pace(LIMITS["telegram"], CLOCK.monotonic, ledger=there)
    assert 18 < await pace.permit(Address("telegram", "2"), ben) <= 20
    assert pace.closed() > 18
    other.close()


async def test_without_the_database_nothing_leaves() -> None:
    away = Store("postgresql://pebble@127.0.0.1:1/nothing", CLOCK, Keyring([KEY]))
    pace = Pace(LIMITS["telegram"], CLOCK.monotonic, ledger=ledger(away))
    assert await pace.permit(Address("telegram", "1"), 1) == pytest.approx(AWAY, abs=0.01)
    pace.pause(1, 60, everywhere=False)
    await pace.told()
    assert pace.paused(1) > 59
    away.close()


class Noting:
    """A chat that notes when each call begins, by the wall clock."""

    def __init__(self, chat: TelegramChat, begun: list[float]) -> None:
        self.name, self.shows_instants = chat.name, chat.shows_instants
        self.chat, self.begun = chat, begun

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        self.begun.append(time.time())
        return await self.chat.send(address, outgoing, nonce=nonce, message=message)


@asynccontextmanager
async def pumping(url: str, api: BotApi, begun: list[float]) -> AsyncIterator[Pump]:
    """A pump as a process of its own has it."""

    async def on_skip(_key: str, _problem: str) -> None:
        raise AssertionError("nothing comes in here")

    own = Store(url, CLOCK, Keyring([KEY]))
    notices = Notices(own.url)
    chat = TelegramChat(token=api.token, api=api.url, on_skip=on_skip, clock=CLOCK)
    built = build_paces(limits_of(["telegram"], 30), own, notices)
    pump = Pump(own, {"telegram": Noting(chat, begun)}, handout_for(own.url), CLOCK, paces=built)  # type: ignore[dict-item]
    notices.start()
    await asyncio.wait_for(notices.listening.wait(), 10)
    running = asyncio.create_task(pump.run())
    yield pump
    await pump.stop()
    await asyncio.wait_for(running, 10)
    await notices.stop()
    await chat.stop()
    own.close()


async def test_after_a_429_no_process_calls_before_the_time_that_it_named(url: str, store: Store) -> None:
    with BotApi() as api:
        everybody = [api.person(n + 1) for n in range(60)]
        for person in everybody:
            person.command("start")
        people(store, 60)

        def fill(tx: Tx) -> None:
            for n in range(60):
                put(tx, meet(tx, Address("telegram", str(n + 1)), "en", None).recipient, Outgoing("hello"))

        begun: list[float] = []
        async with pumping(url, api, begun) as one, pumping(url, api, begun) as other:
            store.run_now(fill)
            one.wake()
            other.wake()
            await until(lambda: len(begun) > 10)
            api.fail("sendMessage", how=TooMany(2, everywhere=True))
            await until(lambda: one.paces["telegram"].limited + other.paces["telegram"].limited)
            await asyncio.sleep(1)
            row = store.run_now(lambda tx: tx.connection.execute(select(paces)).one())
            assert row.limited_until - row.limited_at == pytest.approx(2, abs=0.1)
            await until(lambda: all(person.said == ["hello"] for person in everybody), 30)
        inside = [at for at in begun if row.limited_at + 0.05 < at < row.limited_until - 0.01]
        assert inside == []
        assert most_in(begun, 1.0) <= 31


async def test_slots_that_another_process_holds_already_are_not_used_once_it_is_told_of_a_pause(
    url: str, store: Store
) -> None:
    [anna] = people(store, 1)
    other = Store(url, CLOCK, Keyring([KEY]))
    notices = Notices(other.url)
    limits = limits_of(["telegram"], 1)
    here, there = (
        build_paces(limits, at, line)["telegram"] for at, line in ((store, Notices(store.url)), (other, notices))
    )
    notices.start()
    await asyncio.wait_for(notices.listening.wait(), 10)
    waiting = [asyncio.create_task(there.permit(Address("telegram", "1"), anna)) for _ in range(3)]
    assert await waiting[0] == 0
    here.pause(anna, 30, everywhere=True)
    await here.told()
    held = [task for task in waiting if not task.done()]
    assert held
    assert all(seconds > 25 for seconds in await asyncio.gather(*held))
    await notices.stop()
    other.close()


async def test_a_line_that_was_cut_is_taken_up_again(store: Store) -> None:
    heard: list[str] = []
    notices = Notices(store.url)
    notices.listen("pebble_test", heard.append)
    notices.start()
    await asyncio.wait_for(notices.listening.wait(), 10)
    await store.run(lambda tx: notify(tx, "pebble_test", "one"))
    everybody = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    await until(lambda: heard == ["one"])
    await store.run(lambda tx: tx.connection.execute(everybody))
    await until(lambda: not notices.listening.is_set())
    await asyncio.wait_for(notices.listening.wait(), 10)
    await store.run(lambda tx: notify(tx, "pebble_test", "two"))
    await until(lambda: heard == ["one", "two"])
    await notices.stop()
