"""What can go wrong on the way: faults to inject, pauses that a 429 opens, and Telegram's own pace.

All times are seconds of `time.monotonic()`.
"""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field

from .bot_api_refusals import BLOCKED

_IN_FLIGHT = 0.05  # seconds after a 429 in which a call may already have been on its way


@dataclass(frozen=True)
class TooMany:
    """429: pause the chat of the call, or everything, for `retry_after` seconds."""

    retry_after: int = 1
    everywhere: bool = False


@dataclass(frozen=True)
class Forbidden:
    """403 with Telegram's whole description."""

    description: str = BLOCKED


@dataclass(frozen=True)
class Refused:
    """400 (or any other status) with a whole description, for answers that no rule here produces."""

    description: str
    status: int = 400


@dataclass(frozen=True)
class Broken:
    """5xx before anything was done: 502 and 504 as a proxy's HTML page, others as Telegram's JSON."""

    status: int = 500


@dataclass(frozen=True)
class Cut:
    """The connection is closed without an answer, before (nothing done) or after the call was carried out."""

    after: bool = False


@dataclass(frozen=True)
class Delay:
    """The answer comes late by `seconds`; the call is carried out before or after the wait."""

    seconds: float
    after: bool = True


@dataclass(frozen=True)
class Hang:
    """No answer ever; the connection stays open until one side gives up."""

    after: bool = False


Fault = TooMany | Forbidden | Refused | Broken | Cut | Delay | Hang


@dataclass
class Call:
    """One call that reached the server. `outcome`: "ok", "<status> <words>", "cut …", "hang …", "open"."""

    at: float
    method: str
    params: dict[str, str]
    chat_id: int | None
    outcome: str = "open"
    ended_at: float | None = None
    inside_pause: bool = False

    @property
    def ok(self) -> bool:
        """True when the caller was told that it worked."""
        return self.outcome == "ok"


@dataclass
class _Planned:
    method: str | None
    chat_id: int | None
    left: float
    how: Fault


@dataclass
class _Pause:
    chat_id: int | None
    retry_after: int
    begins: float
    ends: float


@dataclass
class Faults:
    """Planned faults in the order they were asked for, and the pauses now running."""

    planned: list[_Planned] = field(default_factory=list)
    pauses: list[_Pause] = field(default_factory=list)

    def plan(self, method: str | None, times: float, how: Fault, chat_id: int | None) -> None:
        """`method` and `chat_id` None mean any; `times` may be `math.inf`."""
        self.planned.append(_Planned(method.lower() if method else None, chat_id, times, how))

    def take(self, call: Call) -> Fault | None:
        """The fault that this call runs into; each is used up `times` times."""
        for planned in self.planned:
            if planned.method not in {None, call.method.lower()} or planned.chat_id not in {
                None,
                call.chat_id,
            }:
                continue
            if planned.method is None and call.method.lower() == "getupdates":
                continue  # "any method" means what is sent; getUpdates has to be named
            planned.left -= 1
            if planned.left <= 0:
                self.planned.remove(planned)
            return planned.how
        return None

    def pause(self, fault: TooMany, call: Call) -> None:
        """Opens the pause; a call with no chat pauses everything, getUpdates only itself."""
        if call.method.lower() == "getupdates":
            return
        now = time.monotonic()
        whose = None if fault.everywhere else call.chat_id
        self.pauses.append(_Pause(whose, fault.retry_after, now + _IN_FLIGHT, now + fault.retry_after))

    def pause_left(self, call: Call) -> int | None:
        """Seconds of a new pause when the call came inside one (which begins again), else None.

        Reading updates is not sending: getUpdates is never paused.
        """
        self.pauses = [pause for pause in self.pauses if pause.ends > call.at]
        if call.method.lower() == "getupdates":
            return None
        for pause in self.pauses:
            if pause.chat_id in {None, call.chat_id}:
                call.inside_pause = call.at >= pause.begins
                pause.ends = call.at + pause.retry_after
                return pause.retry_after
        return None


@dataclass
class Pace:
    """Telegram's limits, when they are enforced: "My bot is hitting limits" of core.telegram.org/bots/faq.

    30 messages a second overall, one a second in a chat (short bursts pass), 20 a minute in a group.
    """

    overall: int = 30
    burst: int = 5
    per_group: int = 20
    _sent: deque[float] = field(default_factory=deque)
    _due: dict[int, float] = field(default_factory=dict)
    _group: dict[int, deque[float]] = field(default_factory=dict)

    def take(self, chat_id: int) -> TooMany | None:
        """A 429 when this message comes too fast; otherwise it is counted."""
        now = time.monotonic()
        _forget(self._sent, now - 1)
        if len(self._sent) >= self.overall:
            return TooMany(1, everywhere=True)
        due = max(self._due.get(chat_id, now), now)
        if due - now > self.burst - 1:
            return TooMany(math.ceil(due - now - (self.burst - 1)))
        if chat_id < 0:
            minute = self._group.setdefault(chat_id, deque())
            _forget(minute, now - 60)
            if len(minute) >= self.per_group:
                return TooMany(math.ceil(minute[0] + 60 - now))
            minute.append(now)
        self._sent.append(now)
        self._due[chat_id] = due + 1
        return None


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
