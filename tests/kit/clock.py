"""A clock that stands still until a test moves it."""

import random
from datetime import datetime

START = datetime.fromisoformat("2026-11-18T09:00:00+00:00")
"""A Wednesday; 10:00 in Berlin."""


class HandClock:
    """Moves only by hand. Wall clock and monotonic time can be moved apart, as a machine's can."""

    stands_still = True
    """Whether a database has to be told the time by it."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start.timestamp()
        self._monotonic = 1000.0
        self._random = random.Random(7)

    def now(self) -> int:
        return int(self._now)

    def real(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def random(self) -> random.Random:
        return self._random

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds
        self._monotonic += seconds

    def forward_to(self, at: int) -> None:
        """Let time pass until `at` (UTC seconds)."""
        self.forward(max(0.0, at - self._now))

    def jump(self, seconds: float) -> None:
        """Set the wall clock, as an administrator or NTP does; no time passes."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """Let time pass instead of waiting."""
        self.forward(seconds)
