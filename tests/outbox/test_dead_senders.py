"""Senders that die, databases that go away, and a stop that leaves nothing in doubt."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

import bot.outbox.pump
from bot.errors import InDoubt, TryLater
from bot.outbox.doubts import MOST_HANDS, begin_again
from bot.outbox.handout import handout_for
from bot.outbox.job_queue import DEAD_AFTER
from bot.outbox.marks import Outcome
from bot.outbox.shelf import put
from bot.outbox.states import State
from bot.people.queries import meet_group
from bot.speech import Address, Outgoing
from bot.store import Keyring, Store, Tx
from bot.store.tables import outbox
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.shelf import HeldChat, PostRoom


@pytest.fixture
def room(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock)


def claim_and_die(room: PostRoom, most: int = 10, *, sending: bool = False) -> int:
    """Claim rows as a process that is killed before it marks any of them; `sending`: when it had begun to send all."""
    handout = handout_for(room.store.url)

    def work(tx: Tx) -> int:
        parcels = handout.claim(tx, room.chat.name, most, heavy=8, files=8, mine=())
        assert all(begin_again(tx, parcel.id) for parcel in parcels if sending and parcel.doubts)
        return len(parcels)

    return room.store.run_now(work)


DEAD = DEAD_AFTER.seconds


def embedded(room: PostRoom) -> bool:
    return room.store.url.get_backend_name() == "sqlite"


async def restart(room: PostRoom) -> None:
    """Start a new process; on PostgreSQL the dead one has to be silent for some time first."""
    room.pump = room.new_pump()
    if not embedded(room):
        room.clock.forward(DEAD + 1)
    await room.pump.recover()


async def test_what_a_dead_sender_held_is_sent_once_more(room: PostRoom) -> None:
    room.put("anna", "x")
    assert claim_and_die(room) == 1
    await room.pump.settle()
    assert room.states() == ["sending"]
    await restart(room)
    await room.pump.settle()
    assert (room.said("anna"), room.states()) == (["x"], ["sent"])


async def put_in_doubt(room: PostRoom) -> None:
    """Put a message that a sender had in hand when it died."""
    room.put("anna", "x")
    assert claim_and_die(room) == 1
    await restart(room)


async def test_what_two_dead_senders_may_both_have_sent_is_unknown(room: PostRoom) -> None:
    room.put("anna", "x")
    room.put("ben", "y")
    for _ in range(2):
        assert claim_and_die(room, sending=True) == 2
        await restart(room)
    await room.pump.settle()
    assert room.chat.sent == []
    assert room.states() == ["unknown", "unknown"]
    assert all(row.finished_at for row in room.rows())


async def test_what_a_second_sender_had_only_in_hand_when_it_died_is_sent(room: PostRoom) -> None:
    room.put("anna", "x")
    room.put("ben", "y")
    for _ in range(3):
        assert claim_and_die(room) == 2
        await restart(room)
    await room.pump.settle()
    assert len(room.chat.sent) == 2
    assert room.states() == ["sent", "sent"]


async def test_what_ends_each_sender_before_it_can_send_is_given_up(room: PostRoom) -> None:
    room.put("anna", "x")
    deaths = 0
    while claim_and_die(room):
        await restart(room)
        deaths += 1
    assert deaths == MOST_HANDS
    assert room.states() == ["unknown"]


async def test_a_second_try_that_certainly_did_not_arrive_leaves_one_more(room: PostRoom, clock: HandClock) -> None:
    await put_in_doubt(room)
    room.chat.trouble_with = lambda address, outgoing: TryLater("502")
    await room.pump.settle()
    assert room.states() == ["waiting"]
    clock.forward(120)
    claim_and_die(room)
    await restart(room)
    room.chat.trouble_with = lambda address, outgoing: InDoubt("cut")
    await room.pump.settle()
    assert room.states() == ["unknown"], "a death and a cut: it may be there twice by now"


async def test_a_second_sending_that_was_written_and_put_back_is_begun_later(room: PostRoom) -> None:
    await put_in_doubt(room)
    handout = handout_for(room.store.url)

    def begin_and_put_back(tx: Tx) -> None:
        (parcel,) = handout.claim(tx, room.chat.name, 10, heavy=8, files=8, mine=())
        assert begin_again(tx, parcel.id)
        handout.mark(tx, [Outcome(parcel.id, State.WAITING)])

    room.store.run_now(begin_and_put_back)
    await room.pump.settle()
    assert room.states() == ["sent"]
    assert len(room.chat.sent) == 1


async def test_a_cut_and_a_death_together_make_two_copies_at_most(room: PostRoom) -> None:
    await put_in_doubt(room)
    room.chat.trouble_with = lambda address, outgoing: InDoubt("cut")
    await room.pump.settle()
    assert room.states() == ["unknown"]


async def test_a_senders_rows_are_taken_over_by_others_only_without_a_sign_of_life(room: PostRoom) -> None:
    room.put("anna", "x")
    await room.pump.recover()
    sender = handout_for(room.store.url)
    (parcel,) = room.store.run_now(lambda tx: sender.claim(tx, room.chat.name, 10, heavy=8, files=8, mine=()))
    for silent in (DEAD - 1, DEAD - 1, 2):
        await room.pump.recover()
        await room.pump.settle()
        assert room.states() == ["sending"]
        room.clock.forward(silent)
        if silent > 2:
            room.store.run_now(lambda tx: sender.keep(tx, [parcel.id]))
    room.clock.forward(DEAD - 1)
    await room.pump.recover()
    await room.pump.settle()
    # On the embedded database there are no others: what is being sent is this process's own, however long it takes.
    assert room.states() == (["sending"] if embedded(room) else ["sent"])


async def test_a_clock_that_jumps_in_mid_send_makes_no_second_copy(store: Store) -> None:
    chat = HeldChat()
    room = PostRoom(store, HandClock(), chat)
    await room.pump.recover()
    room.put("anna", "x")
    sending = asyncio.create_task(room.pump.settle())
    await chat.begun.get()
    room.clock.jump(3600)
    await room.pump.recover()
    assert room.states() == ["sending"]
    chat.let("anna")
    await sending
    assert chat.begun.empty()
    assert room.states() == ["sent"]


async def test_who_is_alive_does_not_follow_a_wall_clock_that_a_demo_moves(store: Store) -> None:
    class Demo(HandClock):
        def now(self) -> int:
            return super().now() + 10 * 86_400

    room = PostRoom(store, Demo())
    await room.pump.recover()
    room.put("anna", "x")
    claim_and_die(room)
    await room.pump.recover()
    assert room.states() == ["sending"]


class AwayStore(Store):
    """A store that can be told to be away, as a database that restarts is."""

    away = False

    async def run(self, work: Callable[[Tx], Any], *, patient: bool = False) -> Any:
        if self.away:
            raise TryLater("the database is away", everywhere=True)
        return await super().run(work, patient=patient)


@pytest.fixture
def away(database_url: str, clock: HandClock) -> Any:
    store = AwayStore(database_url, clock, Keyring([KEY]))
    yield store
    store.close()


async def test_outcomes_are_kept_while_the_database_is_away_and_written_when_it_is_back(
    away: AwayStore, clock: HandClock
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.forward(seconds)
        away.away = len(slept) < 8
        await asyncio.sleep(0)

    room = PostRoom(away, clock, sleep=sleep)
    for n in range(12):
        room.put(f"p{n}", "x")

    def leave(_address: Address, _outgoing: Outgoing) -> None:
        away.away = len(slept) < 8

    room.chat.trouble_with = leave
    await room.pump.settle()
    assert len(slept) >= 8
    assert slept == sorted(slept)
    assert max(slept) <= 5
    assert room.states() == ["sent"] * 12
    assert len(room.chat.sent) == 12


async def test_a_running_pump_outlives_a_database_that_is_away(away: AwayStore, clock: HandClock) -> None:
    naps = 0

    async def sleep(_seconds: float) -> None:
        nonlocal naps
        naps += 1
        away.away = naps < 5
        await asyncio.sleep(0)

    room = PostRoom(away, clock, HeldChat(), sleep=sleep)
    assert isinstance(room.chat, HeldChat)
    room.chat.held = False
    room.put("anna", "x")
    away.away = True
    running = asyncio.create_task(room.pump.run())
    assert await asyncio.wait_for(room.chat.begun.get(), 5) == ("anna", "x")
    await room.pump.stop()
    await asyncio.wait_for(running, 5)
    assert room.states() == ["sent"]


def held_room(store: Store, clock: HandClock) -> tuple[PostRoom, HeldChat]:
    chat = HeldChat()
    return PostRoom(store, clock, chat, sleep=asyncio.sleep), chat


async def test_a_stop_drains_what_is_on_its_way_and_claims_nothing_more(store: Store, clock: HandClock) -> None:
    room, chat = held_room(store, clock)
    for name in ("anna", "ben"):
        room.put(name, "x")
    running = asyncio.create_task(room.pump.run())
    for _ in range(2):
        await asyncio.wait_for(chat.begun.get(), 5)
    stopping = asyncio.create_task(room.pump.stop())
    await asyncio.sleep(0)
    room.put("carla", "too late for this process")
    for name in ("anna", "ben"):
        chat.let(name)
    await asyncio.wait_for(stopping, 5)
    await asyncio.wait_for(running, 5)
    assert room.states() == ["sent", "sent", "waiting"]


async def test_a_stop_gives_back_what_had_not_begun(
    store: Store, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.outbox.pump, "DRAIN", 0.05)
    room, chat = held_room(store, clock)
    for text in ("arrived", "hangs", "not begun"):
        room.put("anna", text)
    running = asyncio.create_task(room.pump.run())
    await asyncio.wait_for(chat.begun.get(), 5)
    chat.let("anna")
    await asyncio.wait_for(chat.begun.get(), 5)
    await asyncio.wait_for(room.pump.stop(), 5)
    await asyncio.wait_for(running, 5)
    assert room.states() == ["sent", "sending", "waiting"]
    assert [row.doubts for row in room.rows()] == [0, 0, 0]


async def test_a_stop_does_not_wait_out_the_pace(store: Store, clock: HandClock) -> None:
    slow = HeldChat()
    slow.name = "telegram"
    slow.held = False
    room = PostRoom(store, clock, slow, sleep=asyncio.sleep)
    where = store.run_now(lambda tx: meet_group(tx, Address("telegram", "-1")))
    for n in range(8):
        store.run_now(lambda tx, n=n: put(tx, where, Outgoing(str(n))))  # type: ignore[misc]
    running = asyncio.create_task(room.pump.run())
    await asyncio.wait_for(slow.begun.get(), 5)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await room.pump.stop()
    await asyncio.wait_for(running, 5)
    assert loop.time() - began < 5
    assert set(room.states()) == {"sent", "waiting"}


async def test_a_stop_ends_even_when_the_database_stays_away(
    away: AwayStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.outbox.pump, "DRAIN", 0.05)
    room, chat = held_room(away, clock)
    room.put("anna", "x")
    running = asyncio.create_task(room.pump.run())
    await asyncio.wait_for(chat.begun.get(), 5)
    away.away = True
    chat.let("anna")
    await asyncio.wait_for(room.pump.stop(), 5)
    away.away = False
    await asyncio.wait_for(running, 5)


async def test_after_many_deaths_nothing_is_lost_and_nothing_comes_three_times(room: PostRoom) -> None:
    for n in range(120):
        room.put(f"p{n}", "x")
    for _ in range(10):
        claim_and_die(room, 3)
        await restart(room)
        for _ in range(2):
            await room.pump._claim_all()
            while room.pump._sending:
                await asyncio.wait(room.pump._sending)
    await room.pump.settle()
    copies: dict[str, int] = {}
    for name, _ in room.chat.sent:
        copies[name] = copies.get(name, 0) + 1
    unknown = room.states().count("unknown")
    assert max(copies.values()) == 1
    assert len(copies) + unknown == 120
    left = select(func.count()).where(outbox.c.state.in_(("waiting", "sending")))
    assert room.store.run_now(lambda tx: tx.connection.scalar(left)) == 0


class SlowStore(Store):
    """A store whose answers wait until the test lets them through."""

    def __init__(self, url: str, clock: HandClock, keys: Keyring) -> None:
        super().__init__(url, clock, keys)
        self.let = asyncio.Event()
        self.asked = asyncio.Event()

    async def run(self, work: Callable[[Tx], Any], *, patient: bool = False) -> Any:
        done = await super().run(work, patient=patient)
        self.asked.set()
        await self.let.wait()
        return done


async def test_a_claim_that_is_under_way_at_a_stop_goes_back(database_url: str, clock: HandClock) -> None:
    store = SlowStore(database_url, clock, Keyring([KEY]))
    room = PostRoom(store, clock)
    room.put("anna", "x")
    running = asyncio.create_task(room.pump.run())
    await asyncio.wait_for(store.asked.wait(), 5)
    stopping = asyncio.create_task(room.pump.stop())
    await asyncio.sleep(0)
    store.let.set()
    await asyncio.wait_for(stopping, 5)
    assert room.states() == ["waiting"]
    await asyncio.wait_for(running, 5)
    store.close()
