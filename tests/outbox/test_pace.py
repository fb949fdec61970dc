"""How fast a platform is spoken to."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outbox.cells import NUDGES_AHEAD, Ask, Cell, Later, Limit, book, grant, pause, paused, wait
from bot.outbox.handout import handout_for
from bot.outbox.pace import FORGET_ABOVE, LIMITS, Ledger, Limits, LocalLedger, Pace
from bot.outbox.pump import Pump
from bot.outbox.shelf import put
from bot.outbox.states import Priority
from bot.people.queries import meet, meet_group
from bot.speech import Address, Outgoing, Receipt
from bot.store import Store, Tx
from tests.kit.clock import HandClock
from tests.kit.talk import MemoryChat


class Time(asyncio.SelectorEventLoop):
    """A loop whose time jumps to the next thing to do instead of being waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1000.0
        select = self._selector.select  # type: ignore[attr-defined]

        def jump(timeout: float | None) -> object:
            self.at += timeout or 0.0
            return select(0)

        self._selector.select = jump  # type: ignore[attr-defined]

    def time(self) -> float:
        return self.at


T = TypeVar("T")


def in_no_time(work: Callable[[Time], Coroutine[Any, Any, T]]) -> T:
    """Run the work on a loop of its own and return its result."""
    loop = Time()
    try:
        return loop.run_until_complete(work(loop))
    finally:
        loop.close()


def most_in(used: Sequence[float], window: float) -> int:
    """Return the largest number of moments in any half-open window of so many seconds."""
    ordered = sorted(used)
    # A permit due in exactly one window's time is outside; floats get the benefit of a microsecond.
    return max((bisect_left(ordered, at + window - 1e-6) - n for n, at in enumerate(ordered)), default=0)


@dataclass(frozen=True)
class Burst:
    """So many messages at once to one chat by one process, whose sleeps last `stall` seconds too long."""

    process: int
    chat: int
    count: int
    quiet: float
    stall: float = 0.0
    nudge: bool = False


BURSTS = st.lists(
    st.builds(
        Burst,
        process=st.integers(0, 3),
        chat=st.integers(1, 40),
        count=st.integers(1, 10),
        quiet=st.sampled_from([0.0, 0.01, 1 / 30, 0.3, 1.0, 2.5]),
        stall=st.sampled_from([0.0, 0.0, 0.005, 0.029, 0.04, 0.3]),
        nudge=st.booleans(),
    ),
    max_size=60,
)


class Process:
    """One of several processes with a ledger in common. Its sleeps last as much longer as its machine is busy."""

    def __init__(self, loop: Time, limits: Limits, ledger: Ledger | None = None) -> None:
        self.stall = 0.0
        self.pace = Pace(limits, loop.time, self.sleep, ledger)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds + self.stall)


def play(bursts: Sequence[Burst], sign: str = "", limits: Limits = LIMITS["telegram"]) -> dict[int, list[float]]:
    """Return when the messages to each chat begin to be sent, those to one chat one after another."""

    async def work(loop: Time) -> dict[int, list[float]]:
        ledger = LocalLedger(limits.overall, loop.time)
        processes = [Process(loop, limits, ledger) for _ in range(4)]
        used: dict[int, list[float]] = {}
        turns = {burst.chat: asyncio.Lock() for burst in bursts}

        async def send(burst: Burst) -> None:
            address = Address("telegram", f"{sign}{burst.chat}")
            priority = Priority.NUDGE if burst.nudge else Priority.REPLY
            # As in the outbox: the rows of one address are in one process's hands at a time.
            async with turns[burst.chat]:
                for _ in range(burst.count):
                    pace = processes[burst.process].pace
                    assert await pace.permit(address, burst.chat, priority=priority) == 0
                    used.setdefault(burst.chat, []).append(loop.time())

        sends = []
        for burst in bursts:
            processes[burst.process].stall = burst.stall
            sends.append(asyncio.create_task(send(burst)))
            await asyncio.sleep(burst.quiet)
        await asyncio.gather(*sends)
        return used

    return in_no_time(work)


@given(BURSTS, st.sampled_from([1, 7, 30, 50, 200, 1000]))
@settings(max_examples=60, deadline=None)
def test_in_no_second_do_all_processes_together_send_more_than_the_limit_and_one(
    bursts: list[Burst], rate: int
) -> None:
    limits = replace(LIMITS["telegram"], overall=Limit(rate, 1))
    used = play(bursts, limits=limits)
    assert most_in([at for times in used.values() for at in times], 1.0) <= rate + 1


@given(BURSTS)
@settings(max_examples=40, deadline=None)
def test_a_private_chat_gets_one_a_second_after_a_short_burst(bursts: list[Burst]) -> None:
    for times in play(bursts).values():
        for seconds in (1.0, 10.0, 60.0):
            # Slots may be used a little late, and the next one is then that much nearer.
            assert most_in(times, seconds) <= seconds + 4


@given(BURSTS)
@settings(max_examples=40, deadline=None)
def test_a_group_gets_no_more_than_twenty_in_a_minute(bursts: list[Burst]) -> None:
    for times in play(bursts, sign="-").values():
        assert most_in(times, 60.0) <= 20


def test_whoever_has_to_wait_waits_for_as_long_as_a_clock_can_tell() -> None:
    now = 1004.5470163004567
    cell = Cell(now + NUDGES_AHEAD)
    left = wait(cell, Limit(1000, 1), now) - NUDGES_AHEAD
    assert left > 0
    assert now + left == now, "these numbers leave less than the smallest step"
    (answer,) = grant(cell, Limit(1000, 1), {}, [Ask(1, ahead=NUDGES_AHEAD)], now).answers
    assert isinstance(answer, Later)
    assert now + answer.seconds > now


@pytest.mark.parametrize(("rate", "most"), [(30, 0.12), (1000, 0.02)])
def test_an_answer_is_soon_behind_the_nudges_that_have_their_slots(rate: int, most: float) -> None:
    async def work(loop: Time) -> float:
        process = Process(loop, replace(LIMITS["telegram"], overall=Limit(rate, 1)))
        nudges = [_permit(process, chat, Priority.NUDGE) for chat in range(300)]
        waiting = asyncio.gather(*nudges)
        await asyncio.sleep(0.01)
        asked = loop.time()
        await _permit(process, 1000, Priority.REPLY)
        waited = loop.time() - asked
        await waiting
        return waited

    assert in_no_time(work) <= most


async def _permit(process: Process, chat: int, priority: Priority) -> None:
    assert await process.pace.permit(Address("telegram", str(chat)), chat, priority=priority) == 0


def test_the_full_speed_is_used() -> None:
    used = play([Burst(n % 4, n + 1, 1, 0.0, nudge=True) for n in range(300)])
    times = sorted(at for chat in used.values() for at in chat)
    assert times[-1] - times[0] == pytest.approx(299 / 30, abs=0.1)


def test_a_lasting_stream_to_one_chat_runs_at_one_a_second() -> None:
    times = sorted(play([Burst(n % 3, 1, 10, 0.0) for n in range(6)])[1])
    assert len(times) == 60
    assert times[3] - times[0] < 1
    assert times[-1] - times[0] == pytest.approx(56, abs=1.1)


def test_an_answer_in_one_process_overtakes_the_nudges_in_line_in_all_others() -> None:
    async def work(loop: Time) -> float:
        limits = LIMITS["telegram"]
        ledger = LocalLedger(limits.overall, loop.time)
        processes = [Process(loop, limits, ledger) for _ in range(4)]

        async def nudge(n: int) -> None:
            await processes[n % 3].pace.permit(Address("telegram", str(n)), n, priority=Priority.NUDGE)

        nudges = [asyncio.create_task(nudge(n)) for n in range(1, 200)]
        await asyncio.sleep(1)
        began = loop.time()
        await processes[3].pace.permit(Address("telegram", "999"), 999)
        answered = loop.time() - began
        await asyncio.gather(*nudges)
        return answered

    assert in_no_time(work) <= NUDGES_AHEAD + 2 / 30


def test_a_slot_that_could_not_be_used_in_time_is_given_up() -> None:
    async def work(loop: Time) -> list[float]:
        process = Process(loop, LIMITS["telegram"])
        used = []

        async def send(n: int) -> None:
            await process.pace.permit(Address("telegram", str(n)), n)
            used.append(loop.time())

        sends = [asyncio.create_task(send(n)) for n in range(20)]
        await asyncio.sleep(0.1)
        loop.at += 0.5  # the machine stood still, and whoever slept wakes at once
        await asyncio.gather(*sends)
        return used

    used = in_no_time(work)
    assert len(used) == 20
    assert most_in(used, 0.2) <= 7


def test_a_pause_for_one_chat_and_a_pause_for_all_last_as_long_as_named() -> None:
    async def work(loop: Time) -> None:
        pace = Process(loop, LIMITS["telegram"]).pace
        anna, ben = 1, 2
        pace.pause(anna, 30, everywhere=False)
        assert (pace.paused(anna), pace.paused(ben), pace.closed()) == (30, 0, 0)
        pace.pause(ben, 10, everywhere=True)
        assert (pace.paused(anna), pace.paused(ben), pace.closed()) == (30, 10, 10)
        assert await pace.permit(Address("telegram", "2"), ben) == 10, "what is held already goes back"
        loop.at += 10.0
        assert (pace.paused(anna), pace.paused(ben), pace.closed()) == (20, 0, 0)
        assert await pace.permit(Address("telegram", "2"), ben) == 0
        loop.at += 20.0
        assert pace.paused(anna) == 0
        assert pace.limited == 2

    in_no_time(work)


def test_a_pause_is_kept_by_whoever_waits_for_a_slot_and_by_processes_that_nobody_told() -> None:
    async def work(loop: Time) -> None:
        limits = LIMITS["telegram"]
        ledger = LocalLedger(limits.overall, loop.time)
        one, other = (Process(loop, limits, ledger).pace for _ in range(2))
        began = loop.time()
        waiting = [asyncio.create_task(one.permit(Address("telegram", str(n)), n)) for n in range(5)]
        await asyncio.sleep(0.05)
        one.pause(0, 5, everywhere=True)
        found = await asyncio.gather(*waiting)
        assert [seconds > 0 for seconds in found] == [False, False, True, True, True]
        left = began + 5.05 - loop.time()
        assert await other.permit(Address("telegram", "7"), 7) == pytest.approx(left)
        assert other.closed() == pytest.approx(left), "it claims nothing either"

    in_no_time(work)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    async def work(loop: Time) -> None:
        pace = Process(loop, LIMITS["telegram"]).pace
        for everywhere in (False, True):
            pace.pause(1, 60, everywhere=everywhere)
            pace.pause(1, 5, everywhere=everywhere)
            assert pace.paused(1) == 60
        await pace.told()
        loop.at += 59
        assert await Pace(pace.limits, loop.time, ledger=pace._ledger).permit(Address("telegram", "1"), 1) == 1

    in_no_time(work)


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    limit = Limit(30, 1)
    hour = 3600.0
    busy = pause(book(Cell(), limit, 2 * hour), 2 * hour, 10)
    assert paused(busy, 2 * hour) == 10
    assert paused(busy, hour) == 0
    assert wait(busy, limit, hour) == 0
    assert paused(pause(busy, hour, 5), hour) == 5


def test_chats_at_rest_are_forgotten() -> None:
    async def work(loop: Time) -> int:
        ledger = LocalLedger(Limit(30, 1), loop.time)
        for n in range(FORGET_ABOVE + 50):
            loop.at += 1 / 30
            await ledger.ask(Ask(n, Limit(1, 4)))
        return len(ledger._chats)

    assert in_no_time(work) < FORGET_ABOVE


class TimedChat(MemoryChat):
    """Notes when each message arrived."""

    name = "telegram"

    def __init__(self, clock: HandClock) -> None:
        super().__init__()
        self.times: list[float] = []
        self._clock = clock

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        self.times.append(self._clock.monotonic())
        return await super().send(address, outgoing, nonce=nonce, message=message)


def timed(store: Store, clock: HandClock) -> tuple[Pump, TimedChat]:
    chat = TimedChat(clock)
    return Pump(store, {"telegram": chat}, handout_for(store.url), clock, clock.sleep), chat


def put_ten(store: Store, chat: str) -> None:
    def work(tx: Tx) -> None:
        where = Address("telegram", chat)
        to = meet_group(tx, where) if chat.startswith("-") else meet(tx, where, "en", None).recipient
        for n in range(10):
            put(tx, to, Outgoing(str(n)))

    store.run_now(work)


@pytest.mark.parametrize(("chat", "seconds"), [("7", 6.0), ("-7", 6 * 60 / 16)])
async def test_ten_messages_to_one_chat_take_as_long_as_its_pace_and_no_longer(
    store: Store, clock: HandClock, chat: str, seconds: float
) -> None:
    pump, telegram = timed(store, clock)
    put_ten(store, chat)
    await asyncio.wait_for(pump.settle(), 10)
    assert [said.text for said in telegram.inboxes[chat]] == [str(n) for n in range(10)]
    assert telegram.times[-1] - telegram.times[0] == pytest.approx(seconds, abs=1.0)
