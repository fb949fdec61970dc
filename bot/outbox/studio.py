"""Where pictures are drawn: in one process of its own, so that nothing else waits meanwhile and a crash stays there.

What draws is given by its name ("module:function") and imported there alone: this process holds neither fonts nor
renderer. What it raises stays there too, for it may quote a person.
"""

import asyncio
import importlib
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from concurrent.futures.process import ProcessPoolExecutor

log = structlog.get_logger()

SECONDS = 30.0
"""Time for one picture, from when its turn has come: it takes less than one, and the first some more for the start."""
TRIES = 2
"""A picture that ends its process twice is not drawn: what follows would only end it again."""
REST = 120.0
"""Seconds without a picture after which the process is let go."""

Make = Callable[[Mapping[str, Any]], Awaitable[bytes]]
"""Makes what a row says, outside any transaction of whoever sends it, and returns the bytes."""


class Undrawn(Exception):
    """The picture could not be drawn: it makes no sense, took too long, or ended its process twice."""


class Unwanted(Exception):
    """Nothing is to be sent any more: the row is dropped."""


class Studio:
    """Draws one picture after another. The process is started by the first one, and anew when it has ended."""

    def __init__(self, draw: str, seconds: float = SECONDS, rest: float = REST) -> None:
        """`draw` names a plain function that takes what is to be drawn and returns the bytes."""
        self._draw = draw
        self._seconds = seconds
        self._rest = rest
        self._pool: ProcessPoolExecutor | None = None
        self._turn = asyncio.Lock()
        self._closing: asyncio.TimerHandle | None = None

    async def draw(self, what: Mapping[str, Any]) -> bytes:
        """Return the picture. Raises Undrawn."""
        async with self._turn:
            if self._closing:
                self._closing.cancel()
            try:
                return await self._drawn(what)
            finally:
                self._closing = asyncio.get_running_loop().call_later(self._rest, self._drop)

    async def _drawn(self, what: Mapping[str, Any]) -> bytes:
        for _ in range(TRIES):
            try:
                async with asyncio.timeout(self._seconds):
                    return await asyncio.wrap_future(self._opened().submit(_carry_out, self._draw, what))
            except BrokenExecutor:
                log.warning("studio_ended")
                self._drop()
            except TimeoutError:
                log.warning("studio_too_slow", seconds=self._seconds)
                self._drop()
                raise Undrawn("it took too long") from None
            except asyncio.CancelledError:  # who waits no longer needs the picture, the next one needs the process
                self._drop()
                raise
            except Undrawn:
                raise
            except Exception as error:  # no process is to be had here, or it speaks in riddles
                self._drop()
                raise Undrawn(type(error).__name__) from None
        raise Undrawn("it ended its process")

    def close(self) -> None:
        """End the process. What is being drawn is lost; a later `draw` starts anew."""
        if self._closing:
            self._closing.cancel()
        self._drop()

    def _opened(self) -> "ProcessPoolExecutor":
        if self._pool is None:
            # Here, so that a Pebble that draws nothing does without them.
            import multiprocessing
            from concurrent.futures.process import ProcessPoolExecutor

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


def _carry_out(draw: str, what: Mapping[str, Any]) -> bytes:
    """Draw, in the process that does nothing else."""
    module, _, name = draw.partition(":")
    try:
        return bytes(getattr(importlib.import_module(module), name)(what))
    except Exception as error:
        raise Undrawn(type(error).__name__) from None


def _begin() -> None:
    """Leave Ctrl+C to the process that started this one, and end with it, however it ends.

    A worker waits on a pipe that it holds both ends of, so it would outlive a parent that was killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(0)
