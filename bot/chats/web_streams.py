"""Browsers that listen right now, and what was pushed to them a moment ago."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot.clock import Clock
from bot.speech import Address

BACKLOG = 256
"""Events that wait for one browser before it is let go; it reconnects and gets the whole conversation."""
PING = 15.0
"""Seconds of silence after which a comment keeps proxies from closing the stream."""
FRESH = 5.0
"""Seconds within which what was pushed may not yet be marked as sent, and so be missing from the history."""


def written(kind: str, content: Mapping[str, Any]) -> str:
    """Return one event as the standard writes it (WHATWG HTML, server-sent events)."""
    return f"event: {kind}\ndata: {json.dumps(content)}\n\n"


class Stream:
    """One listening browser, with a bounded backlog."""

    def __init__(self, ping: float) -> None:
        self._ping = ping
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue(BACKLOG)
        self._closed = False

    def push(self, event: str) -> None:
        """Queue one event; a browser that has stopped reading is let go instead."""
        if self._closed:
            return
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """End the stream now; what still waits is dropped, for the next snapshot holds it."""
        self._closed = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def events(self) -> AsyncIterator[str]:
        """Yield events as they come, and a comment whenever it has been quiet for a while."""
        while not self._closed:
            try:
                async with asyncio.timeout(self._ping):
                    event = await self._waiting.get()
            except TimeoutError:
                event = ": ping\n\n"
            if event is not None:
                yield event


class Listeners:
    """Every listening browser by the address that it listens for."""

    def __init__(self, clock: Clock, ping: float) -> None:
        self._clock = clock
        self._ping = ping
        self._streams: dict[Address, set[Stream]] = {}
        self._recent: dict[Address, deque[tuple[float, str]]] = {}

    @contextmanager
    def joined(self, address: Address) -> Iterator[Stream]:
        """Count one more browser while it listens."""
        stream = Stream(self._ping)
        self._streams.setdefault(address, set()).add(stream)
        try:
            yield stream
        finally:
            self._streams[address].discard(stream)
            if not self._streams[address]:
                del self._streams[address]

    def count(self, address: Address | None = None) -> int:
        """Return how many browsers listen, for one address or altogether."""
        if address is not None:
            return len(self._streams.get(address, ()))
        return sum(map(len, self._streams.values()))

    def push(self, address: Address, kind: str, content: Mapping[str, Any]) -> None:
        """Tell all browsers of this address; keep it a moment for one that is just reading the history."""
        event = written(kind, content)
        self._forget()
        self._recent.setdefault(address, deque(maxlen=BACKLOG)).append((self._clock.monotonic(), event))
        for stream in self._streams.get(address, ()):
            stream.push(event)

    def fresh(self, address: Address) -> list[str]:
        """Return what was pushed a moment ago."""
        self._forget()
        return [event for _, event in self._recent.get(address, ())]

    def close(self) -> None:
        """End all streams now."""
        for streams in self._streams.values():
            for stream in streams:
                stream.close()

    def _forget(self) -> None:
        oldest = self._clock.monotonic() - FRESH
        for address, events in list(self._recent.items()):
            while events and events[0][0] < oldest:
                events.popleft()
            if not events:
                del self._recent[address]
