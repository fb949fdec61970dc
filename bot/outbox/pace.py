"""How fast a platform may be spoken to, and the pauses that it asks for. Runs on the monotonic clock.

Telegram, Bots FAQ, "My bot is hitting limits": about 30 messages a second overall, one a second in a private chat
(short bursts are let through), 20 a minute in a group. Discord, https://discord.com/developers/docs/topics/rate-limits.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.speech import Address, Op


@dataclass(frozen=True, slots=True)
class Limit:
    """So many messages a second, after a burst of so many."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What one platform allows: overall, in a private chat, in a group."""

    overall: Limit
    private: Limit
    group: Limit


FREE = Limits(Limit(10_000, 1_000), Limit(1_000, 100), Limit(1_000, 100))
"""For the local page, which has no limits of its own."""

LIMITS = {
    # A burst of 1 overall keeps any second at 31 or less. In a private chat a tap may be answered by two messages (a
    # line, the next question), and only lasting speed is punished.
    # In a group 4 at once and 16 a minute make the 20 that any minute may hold.
    "telegram": Limits(Limit(30, 1), Limit(1, 4), Limit(16 / 60, 4)),
    # Discord, "Rate Limits": 50 requests a second overall. What one channel may take is told with each answer and
    # kept by the library; here it is only made sure that one person's messages do not crowd out the others'.
    "discord": Limits(Limit(50, 1), Limit(2, 5), Limit(2, 5)),
    "web": FREE,
}
FORGET_ABOVE = 10_000
"""Chats that are remembered before those at rest are forgotten."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send at `at` (monotonic seconds); without `overall` only this chat's part of it has been taken."""

    at: float
    overall: bool


class Pace:
    """Permits for one platform, by the generic cell rate algorithm: one moment to remember for each limit."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._now = monotonic
        self._overall = 0.0
        self._chats: dict[str, float] = {}
        self._paused: dict[str, float] = {}
        self._all_paused = 0.0
        self.limited = 0
        """How often the platform said that it was too much (429)."""

    def permit(self, address: Address, op: Op = Op.NEW) -> Permit:
        """Take the next permit for this address.

        Where the chat itself has to wait, the overall permit is left for later: used when its own second is long past,
        it would come on top of the permits of that other second.
        """
        wait = self.take_chat(address, op)
        return Permit(self._now() + wait, False) if wait else Permit(self._now() + self.take_overall(), True)

    def take_chat(self, address: Address, op: Op = Op.NEW) -> float:
        """Take this chat's next permit and return how many seconds to wait before asking for an overall one."""
        now = self._now()
        group = address.chat.startswith("-")
        if op is not Op.NEW and not group:
            return 0.0  # what counts in a private chat is new messages
        limit = self._limits.group if group else self._limits.private
        self._chats[address.chat], wait = _reserve(self._chats.get(address.chat, 0.0), limit, now)
        if len(self._chats) > FORGET_ABOVE:
            self._chats = {name: at for name, at in self._chats.items() if at > now}
        return wait

    def take_overall(self) -> float:
        """Take the next permit of the whole platform and return how many seconds to wait before using it."""
        self._overall, wait = _reserve(self._overall, self._limits.overall, self._now())
        return wait

    def paused(self, address: Address) -> float:
        """Return how many seconds this address has to wait because the platform said so."""
        return max(0.0, max(self._all_paused, self._paused.get(address.chat, 0.0)) - self._now())

    def closed(self) -> float:
        """Return for how many seconds no further permit is to be had, by our own pace or because of a pause."""
        overall = self._limits.overall
        used = self._overall - overall.burst / overall.per_second
        return max(0.0, max(self._all_paused, used) - self._now())

    def pause(self, address: Address, seconds: float, *, everywhere: bool) -> None:
        """Send nothing for so many seconds: to this chat, or to anybody."""
        until = self._now() + seconds
        if everywhere:
            self._all_paused = max(self._all_paused, until)
        else:
            self._paused = {name: at for name, at in self._paused.items() if at > self._now()}
            self._paused[address.chat] = until


def _reserve(reserved: float, limit: Limit, now: float) -> tuple[float, float]:
    """Return the time up to which the limit is used after one more, and the seconds to wait for it."""
    gap = 1 / limit.per_second
    reserved = max(reserved, now) + gap
    return reserved, max(0.0, reserved - now - gap * limit.burst)
