"""Where pictures are drawn: in one process of its own, so that nothing else waits meanwhile and a crash stays there."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any

import structlog

log = structlog.get_logger()

SECONDS = 30.0
"""Time for one picture, from when its turn has come: it takes less than one, and the first some more for the start."""
TRIES = 2
"""A picture that ends its process twice is not drawn: what follows would only end it again."""

Draw = Callable[[Mapping[str, Any]], bytes]


class Undrawn(Exception):
    """The picture could not be drawn: it took too long, or ended its process twice."""


class Studio:
    """Draws one picture after another. The process is started by the first one, and anew when it has ended.

    `draw` is a plain function of a module: the process imports it by its name, and what it raises is raised here.
    """

    def __init__(self, draw: Draw, seconds: float = SECONDS) -> None:
        self._draw = draw
        self._seconds = seconds
        self._pool: ProcessPoolExecutor | None = None
        self._turn = asyncio.Lock()

    async def draw(self, what: Mapping[str, Any]) -> bytes:
        """Return the picture. Raises Undrawn, and what the drawing function raises."""
        async with self._turn:
            for _ in range(TRIES):
                try:
                    async with asyncio.timeout(self._seconds):
                        return await asyncio.wrap_future(self._opened().submit(self._draw, what))
                except BrokenProcessPool:
                    log.warning("studio_ended")
                    self._drop()
                except TimeoutError:
                    log.warning("studio_too_slow", seconds=self._seconds)
                    self._drop()
                    raise Undrawn("it took too long") from None
                except asyncio.CancelledError:  # who waits no longer needs the picture, the next one needs the process
                    self._drop()
                    raise
        raise Undrawn("it ended its process")

    def close(self) -> None:
        """End the process. What is being drawn is lost; a later `draw` starts anew."""
        self._drop()

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Spawned, for a fork would take along threads' locks, sockets and everything in memory.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin)
        return self._pool

    def _drop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        # Until Python 3.14's kill_workers a pool has no public way to end one that does not answer.
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            with suppress(ValueError):  # already closed
                process.kill()


def _begin() -> None:
    """Leave Ctrl+C to the process that started this one, and end with it, however it ends.

    A worker waits on a pipe that it holds both ends of, so it would outlive a parent that was killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(0)
