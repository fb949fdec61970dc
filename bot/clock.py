"""The only source of "now" and of randomness.

Three kinds of time are kept apart: `now` is wall-clock UTC that people's schedules follow (a demo may move it),
`real` is wall-clock UTC that nobody moves (how long a way back is open), `monotonic` never jumps (pace, watchdogs).
"""

import random
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the edges ask for the time; everything further in is handed the answer."""

    def now(self) -> int:
        """Return whole seconds since 1970 UTC, as people's schedules see it."""

    def real(self) -> float:
        """Return seconds since 1970 UTC that no demo moves."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""

    def random(self) -> random.Random:
        """Return the source of chance."""


class SystemClock:
    """The machine's clock."""

    def __init__(self) -> None:
        self._random = random.Random()

    def now(self) -> int:
        return int(time.time())

    def real(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def random(self) -> random.Random:
        return self._random


class DemoClock(SystemClock):
    """The machine's clock plus an offset in seconds, which the demo stores and moves forward."""

    def __init__(self, offset: int = 0) -> None:
        super().__init__()
        self.offset = offset

    def now(self) -> int:
        return super().now() + self.offset

    def forward_to(self, at: int) -> None:
        """Move so that `now` is at least `at` (UTC seconds); never backward."""
        self.offset += max(0, at - self.now())


def utc(at: int) -> datetime:
    """Return the aware UTC datetime of `at`, in seconds since 1970."""
    return datetime.fromtimestamp(at, UTC)
