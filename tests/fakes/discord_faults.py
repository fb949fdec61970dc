"""What can go wrong on the way to Discord, the pauses that a 429 opens, and what was called.

All times are seconds of `time.monotonic()`.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from .bot_api_faults import Broken, Cut, Delay, Hang

_IN_FLIGHT = 0.05  # seconds after a 429 in which a call may already have been on its way


@dataclass(frozen=True)
class DiscordRefused:
    """Any status, code and message, for answers that no rule here produces."""

    status: int
    code: int
    message: str


@dataclass(frozen=True)
class DiscordTooMany:
    """429: pause the route of the call, or everything, for so many seconds.

    https://discord.com/developers/docs/topics/rate-limits
    """

    seconds: float = 1.0
    everywhere: bool = False


DiscordFault = DiscordRefused | DiscordTooMany | Broken | Cut | Delay | Hang


@dataclass
class DiscordCall:
    """One call that reached the server. `outcome`: "ok", "<status> <code> <words>", "cut", "hang", "open"."""

    at: float
    method: str
    path: str
    body: Any = None
    outcome: str = "open"
    inside_pause: bool = False

    @property
    def route(self) -> str:
        """What a pause is about: the method and the path with its channel, without the message."""
        return f"{self.method} " + re.sub(r"/messages/.*", "/messages/*", self.path)

    @property
    def has_token(self) -> bool:
        """True where the path holds the right to call; the pause of everything leaves these out."""
        return self.path.startswith(("/interactions/", "/webhooks/"))


def path_pattern(path: str) -> re.Pattern[str]:
    """A path in which a `*` stands for one part."""
    return re.compile("[^/]+".join(re.escape(part) for part in path.split("*")))


@dataclass
class _Planned:
    method: str
    path: re.Pattern[str]
    left: float
    how: DiscordFault


@dataclass
class _Pause:
    route: str | None
    begins: float
    ends: float


@dataclass
class Faults:
    """Planned faults in the order they were asked for, and the pauses now running."""

    planned: list[_Planned] = field(default_factory=list)
    pauses: list[_Pause] = field(default_factory=list)

    def plan(self, method: str, path: str, times: float, how: DiscordFault) -> None:
        """For `path` see `path_pattern`; a `method` of `*` is any."""
        self.planned.append(_Planned(method, path_pattern(path), times, how))

    def take(self, call: DiscordCall) -> DiscordFault | None:
        """The fault that this call runs into; each is used up `times` times."""
        for planned in self.planned:
            if planned.method in {"*", call.method} and planned.path.fullmatch(call.path):
                planned.left -= 1
                if planned.left <= 0:
                    self.planned.remove(planned)
                return planned.how
        return None

    def pause(self, fault: DiscordTooMany, call: DiscordCall) -> None:
        """Opens the pause."""
        now = time.monotonic()
        route = None if fault.everywhere else call.route
        self.pauses.append(_Pause(route, now + _IN_FLIGHT, now + fault.seconds))

    def pause_left(self, call: DiscordCall) -> DiscordTooMany | None:
        """What is left of the pause that the call came into."""
        self.pauses = [pause for pause in self.pauses if pause.ends > call.at]
        for pause in self.pauses:
            if pause.route == call.route or (pause.route is None and not call.has_token):
                call.inside_pause = call.at >= pause.begins
                return DiscordTooMany(pause.ends - call.at, pause.route is None)
        return None
