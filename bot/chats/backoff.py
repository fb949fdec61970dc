"""Pauses between two tries, for every chat alike."""

from bot.clock import Clock


class Backoff:
    """Pauses that double up to a limit, each shortened by chance so that many do not come back at once."""

    def __init__(self, bounds: tuple[float, float], clock: Clock) -> None:
        self._first, self._longest = bounds
        self._clock = clock
        self._next = self._first

    def reset(self) -> None:
        """Begin with the first pause again."""
        self._next = self._first

    def pause(self) -> float:
        """Return the next pause in seconds."""
        pause, self._next = self._next, min(self._next * 2, self._longest)
        return pause * self._clock.random().uniform(0.5, 1.0)
