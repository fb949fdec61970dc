"""How fast a platform is spoken to."""

import asyncio
import heapq
from bisect import bisect_left
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outbox.handout import LocalClaim
from bot.outbox.pace import FORGET_ABOVE, LIMITS, Pace
from bot.outbox.pump import Pump
from bot.outbox.shelf import put
from bot.people.queries import meet, meet_group
from bot.speech import Address, Outgoing, Receipt
from bot.store import Store, Tx
from tests.kit.clock import HandClock
from tests.kit.talk import MemoryChat


class Line:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


def most_in(used: Sequence[float], window: float) -> int:
    """Return the largest number of moments in any half-open window of so many seconds."""
    ordered = sorted(used)
    # A permit due in exactly one window's time is outside; floats get the benefit of a microsecond.
    return max((bisect_left(ordered, at + window - 1e-6) - n for n, at in enumerate(ordered)), default=0)


# A burst: which chat, how many messages at once, and how long it is quiet afterwards.
BURSTS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(1, 10), st.sampled_from([0.0, 0.01, 1 / 30, 0.3, 1.0, 2.5])), max_size=60
)


def play(bursts: Sequence[tuple[int, int, float]], sign: str = "") -> dict[str, list[float]]:
    """Return when each chat's permits are used: rows of a chat in order, each when its permit allows."""
    line = Line()
    pace = Pace(LIMITS["telegram"], line.monotonic)
    asked: list[tuple[float, str]] = []
    at = 0.0
    for chat, count, quiet in bursts:
        asked += [(at, f"{sign}{chat}")] * count
        at += quiet
    return used_of(pace, line, asked)


def used_of(pace: Pace, line: Line, asked: Sequence[tuple[float, str]]) -> dict[str, list[float]]:
    """Ask for permits at these moments, and again for those that their chat had put off."""
    waiting = [(at, n, chat, False) for n, (at, chat) in enumerate(asked)]
    heapq.heapify(waiting)
    used: dict[str, list[float]] = {}
    while waiting:
        line.now, n, chat, ready = heapq.heappop(waiting)
        if ready:
            used.setdefault(chat, []).append(line.now + pace.take_overall())
            continue
        wait = pace.take_chat(Address("telegram", chat))
        heapq.heappush(waiting, (line.now + wait, n, chat, True))
    return used


@given(BURSTS)
@settings(max_examples=60, deadline=None)
def test_in_no_second_are_more_than_thirty_one_messages_sent(bursts: list[tuple[int, int, float]]) -> None:
    used = play(bursts)
    assert most_in([at for times in used.values() for at in times], 1.0) <= 31


@given(BURSTS)
@settings(max_examples=60, deadline=None)
def test_a_private_chat_gets_one_a_second_after_a_short_burst(bursts: list[tuple[int, int, float]]) -> None:
    for times in play(bursts).values():
        for seconds in (1.0, 10.0, 60.0):
            # The overall limit can push a permit back a little, and the next one is then that much nearer.
            assert most_in(times, seconds) <= seconds + 4 + 1


@given(BURSTS)
@settings(max_examples=60, deadline=None)
def test_a_group_gets_no_more_than_twenty_in_a_minute(bursts: list[tuple[int, int, float]]) -> None:
    for times in play(bursts, sign="-").values():
        assert most_in(times, 60.0) <= 20


def test_the_full_speed_is_used() -> None:
    used = play([(n % 400 + 1, 1, 0.0) for n in range(300)])
    times = sorted(at for chat in used.values() for at in chat)
    assert times[-1] == pytest.approx(299 / 30, abs=0.1)


def test_a_lasting_stream_to_one_chat_runs_at_one_a_second() -> None:
    times = sorted(play([(1, 10, 0.0)] * 6)["1"])
    assert len(times) == 60
    assert times[3] < 1
    assert times[-1] == pytest.approx(56, abs=1.1)


def test_a_pause_for_one_chat_and_a_pause_for_all_last_as_long_as_named() -> None:
    line = Line()
    pace = Pace(LIMITS["telegram"], line.monotonic)
    anna, ben = Address("telegram", "1"), Address("telegram", "2")
    pace.pause(anna, 30, everywhere=False)
    assert (pace.paused(anna), pace.paused(ben), pace.closed()) == (30, 0, 0)
    pace.pause(ben, 10, everywhere=True)
    assert (pace.paused(anna), pace.paused(ben), pace.closed()) == (30, 10, 10)
    line.now = 10.0
    assert (pace.paused(anna), pace.paused(ben), pace.closed()) == (20, 0, 0)
    line.now = 30.0
    assert pace.paused(anna) == 0


def test_a_shorter_pause_for_all_does_not_end_a_longer_one() -> None:
    line = Line()
    pace = Pace(LIMITS["telegram"], line.monotonic)
    pace.pause(Address("telegram", "1"), 60, everywhere=True)
    pace.pause(Address("telegram", "1"), 5, everywhere=True)
    assert pace.paused(Address("telegram", "2")) == 60


def test_chats_at_rest_are_forgotten() -> None:
    line = Line()
    pace = Pace(LIMITS["telegram"], line.monotonic)
    for n in range(FORGET_ABOVE + 50):
        line.now = n / 30
        pace.take_chat(Address("telegram", str(n)))
    assert len(pace._chats) < FORGET_ABOVE


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
    return Pump(store, {"telegram": chat}, LocalClaim(True), clock, clock.sleep), chat


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
