"""Send what is on the shelf: claim and commit, send, mark and commit.

At least once, at most two copies, never later than the message's own deadline. Rows of one address leave one after
another, different addresses side by side.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

import structlog

from bot.clock import Clock
from bot.errors import InDoubt, Moved, Outdated, Refused, TryLater, Unreachable
from bot.outbox.doubts import MOST_COPIES, begin_again
from bot.outbox.easel import Easel, nobody_makes
from bot.outbox.handout import BEAT, Handout
from bot.outbox.marks import Outcome
from bot.outbox.outcomes import Outcomes
from bot.outbox.pace import FREE, LIMITS, Pace
from bot.outbox.parcels import Parcel
from bot.outbox.states import COLLECTED, MOST_CRASHES, State
from bot.outbox.studio import Make, Unwanted
from bot.speech import Chat
from bot.speech.instants import plain
from bot.store import Store

T = TypeVar("T")

log = structlog.get_logger()

MOST_IN_FLIGHT = 256
"""Of one platform: another one that is slow or limited takes nobody's place."""
CLAIM, MOST_CLAIMED, AHEAD = 10, 20, 0.1
"""Rows claimed at once, within these bounds what leaves in so many seconds: few, so that an answer overtakes nudges.
While people wait for the database it is the fewest."""
FASTEST, UNPACED = 1_000, 128
"""Messages a second that any platform takes; where more may leave there is no pace, and so many are claimed at once."""
MOST_FILES = 1
"""Files that are collected and sent at once. No other is claimed meanwhile: its chat stays open for answers, and the
files of one wish follow each other."""
IDLE = 5.0
"""Seconds after which an idle pump looks again by itself, should a wake-up have been lost."""
SHORTEST = 0.05
"""Seconds between two looks for a row whose time has come, but which is not to be had."""
DRAIN = 10.0
"""Seconds that a stop waits for what is on its way."""
LONGEST_BACKOFF = 60


class Pump:
    """Sends the outbox's rows through the chats. `tally` counts what became of them since the start."""

    def __init__(
        self,
        store: Store,
        chats: Mapping[str, Chat],
        handout: Handout,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        draw: Make = nobody_makes,
        paces: Mapping[str, Pace] | None = None,
        collect: Make = nobody_makes,
    ) -> None:
        """`draw` makes pictures, `collect` files. `paces` None: this process alone speaks to the platforms."""
        self._store = store
        self._chats = chats
        self._handout = handout
        self._clock = clock
        self._sleep = sleep
        self.paces = dict(paces or {name: Pace(LIMITS.get(name, FREE), clock.monotonic, sleep) for name in chats})
        self.tally: Counter[str] = Counter()
        self._easel = Easel(draw, collect, clock, self.tally)
        self._woken = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._pacing: set[asyncio.Task[None]] = set()
        """Those of `_sending` that only wait, for what is made or for their pace: a stop need not wait for them."""
        self._claiming = asyncio.Lock()
        self._in_flight: Counter[str] = Counter()
        self._files = 0
        """How many of these are collected here."""
        self._outcomes = Outcomes(self._mark, sleep, self._under_way)
        self._stopping = asyncio.Event()

    def wake(self) -> None:
        """Look at the shelf now."""
        self._woken.set()

    async def run(self) -> None:
        """Send until `stop`. A database that is away is waited for."""
        pause = 0.5
        beating = asyncio.create_task(self._beat())
        try:
            while not self._stopping.is_set():
                self._woken.clear()
                try:
                    claimed = await self._claim_all()
                    pause = 0.5
                    if not claimed:
                        await self._wait()
                except TryLater as trouble:
                    log.warning("outbox_waits", problem=str(trouble))
                    await self._sleep(pause)
                    pause = min(pause * 2, 5.0)
        finally:
            await self._cancel({beating})

    async def _beat(self) -> None:
        """Say every few seconds that the sender of what is on its way is alive."""
        while True:
            await asyncio.sleep(BEAT)
            with suppress(TryLater):  # whoever cannot say it here, cannot hear of it elsewhere
                if mine := frozenset(self._outcomes.held):
                    await self._store.run(lambda tx, mine=mine: self._handout.keep(tx, mine))  # type: ignore[misc]

    async def stop(self) -> None:
        """Stop claiming, and wait at most 10 seconds for what is on its way. What had not begun goes back."""
        self._stopping.set()
        self.wake()
        try:
            async with asyncio.timeout(DRAIN):
                async with self._claiming:  # a claim that was under way is over by now
                    pass
                await self._cancel(self._pacing)
                while self._sending:
                    await asyncio.wait(self._sending)
                await self._outcomes.write()
                await asyncio.gather(*[pace.told() for pace in self.paces.values()])
        except TimeoutError:
            await self._cancel(self._sending)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._outcomes.write(), 1)
        await self._outcomes.give_up()
        if self._outcomes:
            log.warning("outcomes_lost", rows=len(self._outcomes))

    async def _cancel(self, tasks: set[asyncio.Task[None]]) -> None:
        chosen = list(tasks)
        for task in chosen:
            task.cancel()
        await asyncio.gather(*chosen, return_exceptions=True)

    async def settle(self) -> None:
        """Send all that may leave now and return when it is marked: for tests and the demo's fast-forward."""
        claimed = 1
        while claimed or self._woken.is_set():  # a claim may say that it has not come to the end
            self._woken.clear()
            claimed = await self._claim_all()
            while self._sending:
                await asyncio.wait(self._sending)

    async def recover(self) -> None:
        """Take back what a dead sender held."""
        mine = frozenset(self._outcomes.held)
        found = await self._store.run(lambda tx: self._handout.recover(tx, mine))
        if found:
            log.info("outbox_recovered", rows=found)

    async def _wait(self) -> None:
        """Wait until there may be something to claim: a row's time, a wake-up, or room."""
        closed = [pace.closed() for pace in self.paces.values()]
        wait = min([IDLE, *filter(None, closed)])
        if not all(closed):  # else nothing is claimed, whatever comes
            coming = await self._store.read(lambda tx: self._handout.next_in(tx, self.paces))
            wait = min(wait, IDLE if coming is None else max(coming, SHORTEST))
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):  # a task less than with `wait_for`
                await self._woken.wait()

    async def _claim_all(self) -> int:
        claimed = 0
        for name, pace in self.paces.items():
            most = min(self._at_once(pace.per_second), MOST_IN_FLIGHT - self._in_flight[name])
            # What is claimed now would only queue behind what was; unclaimed, an answer can still overtake it.
            if most <= 0 or pace.closed():
                continue
            claimed += await self._claim(name, most)
        return claimed

    def _at_once(self, per_second: float) -> int:
        """Return how many rows to claim for a platform that takes so many messages a second."""
        if self._store.crowded:
            return CLAIM
        return UNPACED if per_second > FASTEST else min(max(CLAIM, int(per_second * AHEAD)), MOST_CLAIMED)

    async def _claim(self, platform: str, most: int) -> int:
        async with self._claiming:
            if self._stopping.is_set():
                return 0
            heavy, files, mine = self._easel.room, MOST_FILES - self._files, frozenset(self._outcomes.held)
            parcels = await self._store.run(
                lambda tx: self._handout.claim(tx, platform, most, heavy=heavy, files=files, mine=mine)
            )
            if self._stopping.is_set():  # a stop came meanwhile, and nothing of this has begun
                self._outcomes.add(Outcome(parcel.id, State.WAITING) for parcel in parcels)
                return 0
            self._begin(parcels)
        await asyncio.sleep(0)  # they stand in line from here on, and the next claim sees how many
        return len(parcels)

    def _begin(self, parcels: list[Parcel]) -> None:
        parcels.sort(key=lambda parcel: parcel.address_id)  # stable: the order within an address stays
        self._in_flight.update(parcel.address.platform for parcel in parcels)
        self._files += _collected(parcels)
        self._outcomes.take(parcel.id for parcel in parcels)
        for _, group in groupby(parcels, key=lambda parcel: parcel.address_id):
            rows = list(group)
            task = asyncio.create_task(self._deliver(rows, self.paces[rows[0].address.platform]))
            self._sending.add(task)
            task.add_done_callback(self._delivered)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self.wake()
        if not task.cancelled() and task.exception():
            log.error("outbox_broke", problem=type(task.exception()).__name__)

    async def _deliver(self, parcels: list[Parcel], pace: Pace) -> None:
        """Send the rows of one address in order; when one has to wait, those behind it wait too."""
        rest = list(parcels)
        after = 0
        try:
            while rest:
                ready = await self._prepared(rest[0], pace)
                if ready is None:
                    self._outcomes.add([self._count(Outcome(rest.pop(0).id, State.DROPPED))])
                    continue
                if isinstance(ready, int):
                    after = ready
                    break
                if closed := await self._permit(rest[0], pace):
                    after = int(closed) + 1
                    break
                if ready.doubts and not await self._begin_again(ready):
                    break
                rest.pop(0)
                outcome = await self._send(ready, pace)
                self._outcomes.add([outcome])
                if outcome.state == State.WAITING:
                    after = outcome.after
                    break
        finally:
            # Also when a stop cuts this short: only the row that was being sent then is in doubt.
            self._outcomes.add(Outcome(parcel.id, State.WAITING, after=after) for parcel in rest)
            self._in_flight[parcels[0].address.platform] -= len(parcels)
            self._files -= _collected(parcels)
        await self._outcomes.write()

    def _under_way(self) -> int:
        """Return how many messages are on their way to a platform now."""
        return self._in_flight.total() - len(self._pacing)

    async def _prepared(self, parcel: Parcel, pace: Pace) -> Parcel | int | None:
        """Return the parcel with its picture or file, or in how many seconds to come back; None: it is not to leave."""
        late = self._clock.now() > parcel.deadline
        if not parcel.outgoing.to_be_made or late:
            return parcel
        if paused := pace.paused(parcel.address_id):
            return int(paused) + 1
        try:
            return await self._only_waiting(self._easel.made(parcel))
        except TryLater as trouble:
            return self._backoff(parcel, trouble.after)
        except Unwanted:
            return None

    async def _only_waiting(self, wait: Awaitable[T]) -> T:
        task = asyncio.current_task()
        assert task is not None
        self._pacing.add(task)
        try:
            return await wait
        finally:
            self._pacing.discard(task)

    async def _permit(self, parcel: Parcel, pace: Pace) -> float:
        """Return 0 when the parcel may leave now, else in how many seconds to come back."""
        permit = pace.permit(parcel.address, parcel.address_id, parcel.outgoing.op, parcel.priority)
        return await self._only_waiting(permit)

    async def _begin_again(self, parcel: Parcel) -> bool:
        """Write that a row in doubt is being sent once more; False: it is another's by now, or the database is away."""
        with suppress(TryLater):
            return await self._store.run(lambda tx: begin_again(tx, parcel.id))
        return False

    async def _send(self, parcel: Parcel, pace: Pace) -> Outcome:
        if self._clock.now() > parcel.deadline:
            return self._count(Outcome(parcel.id, State.EXPIRED))
        chat, outgoing = self._chats[parcel.address.platform], parcel.outgoing
        if not chat.shows_instants and (text := plain(outgoing.text)) != outgoing.text:
            outgoing = replace(outgoing, text=text)
        try:
            receipt = await chat.send(parcel.address, outgoing, nonce=parcel.id, message=parcel.message)
        except Exception as error:
            return self._count(self._outcome_of(parcel, error, pace))
        closed = (parcel.address_id, parcel.claimed_at) if receipt.closed else None
        return self._count(Outcome(parcel.id, State.SENT, message=receipt.message, unreachable=closed))

    def _outcome_of(self, parcel: Parcel, error: Exception, pace: Pace) -> Outcome:
        problem = _in_a_line(f"{type(error).__name__}: {error}")
        match error:
            case TryLater():
                if error.limited:
                    pace.pause(parcel.address_id, error.after or 1, everywhere=error.everywhere)
                return Outcome(parcel.id, State.WAITING, problem=problem, after=self._backoff(parcel, error.after))
            case InDoubt() if parcel.doubts + 1 >= MOST_COPIES:
                return Outcome(parcel.id, State.UNKNOWN, problem=problem, doubts=1)
            case InDoubt():
                return Outcome(parcel.id, State.WAITING, problem=problem, after=self._backoff(parcel, None), doubts=1)
            case Unreachable():
                closed = (parcel.address_id, parcel.claimed_at)
                return Outcome(parcel.id, State.WAITING, problem=problem, unreachable=closed)
            case Moved():
                after = 0 if parcel.claims == 1 else self._backoff(parcel, None)
                return Outcome(parcel.id, State.WAITING, after=after, moved=(parcel.address, error.chat))
            case Outdated():
                return Outcome(parcel.id, State.SENT)
            case Refused():
                return Outcome(parcel.id, State.DEAD, problem=problem)
        # A fault of ours: its text may hold anything, so only the kind of it is kept.
        log.error("send_crashed", row=parcel.id, problem=type(error).__name__)
        state = State.DEAD if parcel.crashes + 1 >= MOST_CRASHES else State.WAITING
        return Outcome(parcel.id, state, problem=type(error).__name__, after=self._backoff(parcel, None), crashes=1)

    def _backoff(self, parcel: Parcel, named: float | None) -> int:
        """Return the seconds until the next try: what the platform named, else doubling with jitter."""
        if named is not None:
            return int(named) + 1
        doubled: int = min(LONGEST_BACKOFF, 2 ** min(parcel.claims, 10))
        return max(1, int(doubled * self._clock.random().uniform(0.5, 1.0)))

    def _count(self, outcome: Outcome) -> Outcome:
        self.tally["retried" if outcome.state == State.WAITING else outcome.state.value] += 1
        return outcome

    async def _mark(self, outcomes: list[Outcome]) -> None:
        await self._store.run(lambda tx: self._handout.mark(tx, outcomes))


def _collected(parcels: list[Parcel]) -> int:
    return sum(parcel.priority in COLLECTED for parcel in parcels)


def _in_a_line(problem: str) -> str:
    """Return what a platform says of an error as any database takes it, and a log shows it in one line."""
    return "".join(one if one.isprintable() else " " for one in problem[:80])
