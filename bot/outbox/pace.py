"""How fast a platform may be spoken to, and the pauses that it asks for. Runs on the monotonic clock.

Telegram, Bots FAQ, "My bot is hitting limits": about 30 messages a second overall, one a second in a private chat
(short bursts are let through), 20 a minute in a group. Discord, https://discord.com/developers/docs/topics/rate-limits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from typing import Protocol, TypeGuard

import structlog

from bot.errors import TryLater
from bot.outbox.cells import ANSWERS_AHEAD, NUDGES_AHEAD, Answer, Ask, Cell, Later, Limit, Slot, grant, held
from bot.outbox.cells import pause as paused_cell
from bot.outbox.states import Priority
from bot.speech import Address, Op

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one platform allows: overall, in a private chat, in a group."""

    overall: Limit
    private: Limit
    group: Limit


FREE = Limits(Limit(10_000, 1_000), Limit(1_000, 100), Limit(1_000, 100))
"""For the local page, which has no limits of its own."""

FREE_OF_CHARGE = 30
"""Messages a second that any bot may send on Telegram (Bot API, "Paid Broadcasts")."""
LIMITS = {
    # A burst of 1 overall keeps any second at 31 or less. In a private chat a tap may be answered by two messages (a
    # line, the next question), and only lasting speed is punished.
    # In a group 4 at once and 16 a minute make the 20 that any minute may hold.
    "telegram": Limits(Limit(FREE_OF_CHARGE, 1), Limit(1, 4), Limit(16 / 60, 4)),
    # Discord, "Rate Limits": 50 requests a second overall. What one channel may take is told with each answer and
    # kept by the library; here it is only made sure that one person's messages do not crowd out the others'.
    "discord": Limits(Limit(50, 1), Limit(2, 5), Limit(2, 5)),
    "web": FREE,
}

FORGET_ABOVE = 10_000
"""Chats that are remembered before those at rest are forgotten."""
AWAY = 1.0
"""Seconds for which nothing is sent when the place that all processes share is out of reach."""
LONGEST_GRACE = 1.0
"""Seconds by which a slot may be used late by a machine that has missed others."""
MOST_NUDGES_AHEAD = 25
"""Nudges of a process whose slots may lie ahead of an answer's: at a thousand a second that is a fortieth of one."""
ALONE_AHEAD, MOST_ALONE_AHEAD = 0.005, 2
"""The same for a process that is alone, and asks nobody: so many seconds, or two nudges where that is more. It wakes as
late as that without missing a slot."""
PREFETCH = 0.02
"""Seconds' worth of messages that may wait for their slots before no more are claimed."""


def limits_of(platforms: Iterable[str], telegram_per_second: int) -> dict[str, Limits]:
    """Return the limits of these platforms, with what the host says of Telegram."""
    telegram = replace(LIMITS["telegram"], overall=Limit(telegram_per_second, 1))
    known = {**LIMITS, "telegram": telegram}
    return {name: known.get(name, FREE) for name in platforms}


class Ledger(Protocol):
    """Where it is kept how far a platform's pace is used up: in this process, or where all of them look."""

    async def ask(self, ask: Ask) -> Answer:
        """Return the next slot, or when to ask again; on this process's monotonic clock. Raises TryLater."""

    async def pause(self, address_id: int | None, seconds: float) -> None:
        """Give no slot for so many seconds: to this address, or (None) to anybody. Raises TryLater."""


class Pace:
    """Lets the messages of one platform leave, one after another. `limited` counts how often it said too much (429)."""

    def __init__(
        self,
        limits: Limits,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ledger: Ledger | None = None,
    ) -> None:
        """`ledger` None: this process alone speaks to the platform."""
        self.limits = limits
        self.limited = 0
        self._now = monotonic
        self._sleep = sleep
        self._ledger = ledger or LocalLedger(limits.overall, monotonic, sleep)
        gap = limits.overall.gap
        shared, alone = min(NUDGES_AHEAD, MOST_NUDGES_AHEAD * gap), max(ALONE_AHEAD, MOST_ALONE_AHEAD * gap)
        self._nudges_ahead = shared if ledger else alone
        self._waiting = 0
        self._paused: dict[int, float] = {}
        self._all_paused = 0.0
        self._telling: set[asyncio.Task[None]] = set()

    @property
    def per_second(self) -> float:
        """Return how many messages leave in a second at most."""
        return 1 / self.limits.overall.gap

    async def permit(self, to: Address, address_id: int, op: Op = Op.NEW, priority: Priority = Priority.REPLY) -> float:
        """Return 0 as soon as this message may be sent, else for how many seconds nothing may be sent there."""
        ahead = self._nudges_ahead if priority == Priority.NUDGE else ANSWERS_AHEAD
        ask = Ask(address_id, self._limit(to, op), ahead)
        while not (seconds := self.paused(address_id)):
            later = await self._stand_in_line(ask)
            if later is None:
                if not self.paused(address_id):
                    return 0.0
            elif later.paused:
                self.note_pause(address_id if later.chat else None, later.seconds)
            else:
                await self._sleep(later.seconds)
        return seconds

    async def _stand_in_line(self, ask: Ask) -> Later | None:
        """Return None when the message's slot is now, else why it leaves the line: a pause, or its chat's own limit."""
        self._waiting += 1
        missed = 0
        try:
            while True:
                answer = await self._answer(ask)
                if isinstance(answer, Slot):
                    await self._until(answer.begin)
                    if self._now() <= answer.end:
                        return None
                    missed += 1
                    if missed > 1:  # a machine that is always too late gets there too, only slower
                        ask = replace(ask, grace=min(2 * ask.grace, LONGEST_GRACE))
                elif answer.paused or answer.chat:
                    return answer
                else:
                    await self._sleep(answer.seconds)
        finally:
            self._waiting -= 1

    def paused(self, address_id: int) -> float:
        """Return how many seconds this address has to wait because the platform said so."""
        return max(0.0, max(self._all_paused, self._paused.get(address_id, 0.0)) - self._now())

    def closed(self) -> float:
        """Return for how many seconds no further message need be claimed: a pause, or enough are waiting already."""
        overall = self.limits.overall
        spare = self._waiting - max(1, int(overall.per_second * PREFETCH))
        return max(0.0, self._all_paused - self._now(), (spare + 1) * overall.gap)

    def pause(self, address_id: int, seconds: float, *, everywhere: bool) -> None:
        """Send nothing for so many seconds: to this address, or to anybody. Other processes are told at once."""
        self.limited += 1
        self.note_pause(None if everywhere else address_id, seconds)
        task = asyncio.create_task(self._tell(None if everywhere else address_id, seconds))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def note_pause(self, address_id: int | None, seconds: float) -> None:
        """Know of a pause; a longer one is not ended by a shorter one."""
        until = self._now() + seconds
        if address_id is None:
            self._all_paused = max(self._all_paused, until)
        else:
            self._paused = {known: at for known, at in self._paused.items() if at > self._now()}
            self._paused[address_id] = max(until, self._paused.get(address_id, 0.0))

    async def told(self) -> None:
        """Wait until other processes know of every pause."""
        await asyncio.gather(*self._telling)

    async def _tell(self, address_id: int | None, seconds: float) -> None:
        try:
            await self._ledger.pause(address_id, seconds)
        except TryLater as trouble:  # while the database is away, nobody gets a slot anyway
            log.warning("pause_not_told", problem=str(trouble))

    def _limit(self, to: Address, op: Op) -> Limit | None:
        if to.chat.startswith("-"):
            return self.limits.group
        # What counts in a private chat is new messages.
        return self.limits.private if op is Op.NEW else None

    async def _answer(self, ask: Ask) -> Answer:
        try:
            return await self._ledger.ask(ask)
        except TryLater:
            return Later(AWAY, paused=True)

    async def _until(self, at: float) -> None:
        seconds = at - self._now()
        if seconds > 0:
            await self._sleep(seconds)


class LocalLedger:
    """A ledger in this process's memory. Whoever has to wait stands in one line, answers to people before nudges."""

    def __init__(
        self,
        limit: Limit,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limit = limit
        self._now = monotonic
        self._sleep = sleep
        self._overall = Cell()
        self._chats: dict[int, Cell] = {}
        self._line: list[tuple[float, int, Ask, asyncio.Future[Answer]]] = []
        self._numbers = count()
        self._serving: asyncio.Task[None] | None = None

    async def ask(self, ask: Ask) -> Answer:
        overtakes = not self._line or self._line[0][0] > -ask.ahead
        answer = self._grant(ask) if overtakes else self._held(ask)
        if answer is not None and not _for_the_pace(answer):
            return answer
        turn: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        heappush(self._line, (-ask.ahead, next(self._numbers), ask, turn))
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await turn

    async def _serve(self) -> None:
        """Answer whoever heads the line, as soon as there is something to say."""
        while self._line:
            _, _, ask, turn = self._line[0]
            if not turn.done():  # else it was cancelled
                answer = self._grant(ask)
                if _for_the_pace(answer):
                    await self._sleep(answer.seconds)
                    continue  # somebody else may head the line by now
                turn.set_result(answer)
            heappop(self._line)

    def _held(self, ask: Ask) -> Later | None:
        return held(self._overall, self._chats.get(ask.address_id, Cell()), ask, self._now())

    def _grant(self, ask: Ask) -> Answer:
        now = self._now()
        granted = grant(self._overall, self._limit, self._chats, [ask], now)
        self._overall = granted.overall
        self._chats.update(granted.chats)
        if len(self._chats) > FORGET_ABOVE:
            self._chats = {key: cell for key, cell in self._chats.items() if not _rests(cell, now)}
        return granted.answers[0]

    async def pause(self, address_id: int | None, seconds: float) -> None:
        now = self._now()
        if address_id is None:
            self._overall = paused_cell(self._overall, now, seconds)
        else:
            self._chats[address_id] = paused_cell(self._chats.get(address_id, Cell()), now, seconds)


def _for_the_pace(answer: Answer) -> TypeGuard[Later]:
    return isinstance(answer, Later) and not (answer.paused or answer.chat)


def _rests(cell: Cell, now: float) -> bool:
    return max(cell.used_until, cell.limited_until) <= now
