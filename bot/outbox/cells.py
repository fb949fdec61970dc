"""The arithmetic of pace: the generic cell rate algorithm, one moment to remember for each limit. Pure.

All moments are seconds of one clock: a process's own, or the database's where several processes share a pace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

GRACE = 0.03
"""Seconds by which a slot may be used late. One that is later than that is given up, or it would come on top of the
slots of that other second."""
NUDGES_AHEAD = 0.25
"""Seconds that a nudge's slot may lie ahead where processes share a pace: few, so that an answer, in whichever process,
is soon behind them."""
ANSWERS_AHEAD = 2.0
_MOST_AHEAD = 5.0
"""Further ahead than this nothing is ever booked: the clock was set back meanwhile."""
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Limit:
    """So many messages a second, after a burst of so many."""

    per_second: float
    burst: int

    @property
    def gap(self) -> float:
        """Return the seconds between two slots: used up to `GRACE` late, any second holds the limit and one at most."""
        return max(1 / self.per_second, (1 + GRACE) / (self.per_second + 1))


@dataclass(frozen=True, slots=True)
class Cell:
    """How far one limit is used up, and the last pause that the platform has named (a 429): since when, until when."""

    used_until: float = 0.0
    limited_at: float = 0.0
    limited_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One message wants to leave. `limit` is that of its chat, None where this message does not count there.

    `ahead` is how many seconds its slot may lie ahead, `grace` by how many it may be used late; more than `GRACE` costs
    the pace as much as it is more.
    """

    address_id: int
    limit: Limit | None = None
    ahead: float = ANSWERS_AHEAD
    grace: float = GRACE


@dataclass(frozen=True, slots=True)
class Slot:
    """Leave to begin sending between these two moments."""

    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Later:
    """No slot yet: ask again in so many seconds. `paused`: the platform said so. `chat`: it is this chat's own wait."""

    seconds: float
    paused: bool = False
    chat: bool = False


Answer = Slot | Later


@dataclass(frozen=True, slots=True)
class Granted:
    """The answers in the order of the asks, and the cells as they are now; of chats only those that have changed."""

    answers: list[Answer]
    overall: Cell
    chats: dict[int, Cell]


def paused(cell: Cell, now: float) -> float:
    """Return for how many seconds the platform still wants nothing. A clock that was set back ends the pause."""
    return max(0.0, cell.limited_until - now) if cell.limited_at <= now else 0.0


def pause(cell: Cell, now: float, seconds: float) -> Cell:
    """Return the cell paused for so many seconds; a longer pause is not ended by a shorter one."""
    return replace(cell, limited_at=now, limited_until=now + max(seconds, paused(cell, now)))


def wait(cell: Cell, limit: Limit, now: float) -> float:
    """Return in how many seconds one more may leave by this limit, pauses aside."""
    seconds = _used(cell, limit, now) + limit.gap - now - limit.gap * limit.burst
    return seconds if seconds > _NEAR else 0.0


def book(cell: Cell, limit: Limit, now: float, late: float = 0.0) -> Cell:
    """Return the cell after one more that leaves now, or up to `late` seconds later than its grace allows."""
    # Made as it stands, as twice for each message: `replace` takes five times as long.
    return Cell(max(_used(cell, limit, now), now) + limit.gap + late, cell.limited_at, cell.limited_until)


def grant(overall: Cell, limit: Limit, chats: Mapping[int, Cell], asks: Sequence[Ask], now: float) -> Granted:
    """Answer the asks, those whose slots may lie furthest ahead first: answers to people before nudges."""
    answers: dict[int, Answer] = {}
    changed: dict[int, Cell] = {}
    refused = 0
    for n in sorted(range(len(asks)), key=lambda n: -asks[n].ahead):
        ask = asks[n]
        chat = changed.get(ask.address_id) or chats.get(ask.address_id) or Cell()
        if kept := held(overall, chat, ask, now):
            answers[n] = kept
            continue
        seconds = wait(overall, limit, now)
        if seconds > ask.ahead:
            # Each of those that have to wait comes back when its own turn may have come, and no sooner than a clock can
            # tell: what is left of a subtraction may be less than its smallest step, and would be asked for ever.
            answers[n] = Later(max(seconds - ask.ahead, _NEAR) + refused * limit.gap)
            refused += 1
            continue
        at = now + seconds
        overall = book(overall, limit, now, ask.grace - GRACE)
        answers[n] = Slot(at, at + ask.grace)
        if ask.limit:
            changed[ask.address_id] = book(chat, ask.limit, at)
    return Granted([answers[n] for n in range(len(asks))], overall, changed)


def held(overall: Cell, chat: Cell, ask: Ask, now: float) -> Later | None:
    """Return what keeps this message back whatever the pace: a pause, or its chat's own limit."""
    if seconds := paused(overall, now):
        return Later(seconds, paused=True)
    if seconds := paused(chat, now):
        return Later(seconds, paused=True, chat=True)
    seconds = wait(chat, ask.limit, now) if ask.limit else 0.0
    return Later(seconds, chat=True) if seconds else None


def _used(cell: Cell, limit: Limit, now: float) -> float:
    return 0.0 if cell.used_until > now + _MOST_AHEAD + limit.gap * limit.burst else cell.used_until
