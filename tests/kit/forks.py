"""Processes that begin where all imports are done: forked from one that has made them once for a test run.

A start spends most of its time on imports, the same each time, and the tests start Pebble hundreds of times. What is
forked runs the same code with a folder, an environment and files for its output of its own; `execute` starts a new
interpreter instead, as a host does.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = (
    "bot.app",
    "bot.chats.telegram",
    "bot.chats.discord",
    "bot.upkeep",
    "bot.status",
    "bot.moving",
)
"""What is imported once. Without what draws: a process is to be seen loading that, or leaving it alone."""


class Running(Protocol):
    """A process that was started, with what is used here of `subprocess.Popen`."""

    @property
    def pid(self) -> int:
        """Its number."""

    def poll(self) -> int | None:
        """Return its exit code, minus the signal that ended it, or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, `timeout` seconds at most, and return its exit code. Raises subprocess.TimeoutExpired."""

    def send_signal(self, number: int) -> None:
        """Send a signal."""

    def kill(self) -> None:
        """End it as a power cut would."""


class Begin(Protocol):
    """A way to start `python -m module arguments`, in a folder; what it writes is added to two files."""

    def __call__(
        self, module: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path
    ) -> Running:
        """Start it and return at once."""


def execute(
    module: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path
) -> Running:
    """Start it as a new interpreter, as a host does."""
    with out.open("ab") as output, err.open("ab") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )


def fork(
    module: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path
) -> Running:
    """Start the same as `execute`, without the imports."""
    for file in (out, err):
        file.touch()
    process = _server().Process(target=_begin, args=(module, arguments, folder, dict(environment), out, err))
    process.start()
    forked = _Forked(process)
    _begun.add(forked)
    return forked


class _Forked:
    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        assert process.pid is not None
        self.pid = process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it may just be ending
            if self.poll() is None:
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


_begun: WeakSet[_Forked] = WeakSet()


@atexit.register
def _leave_nothing_running() -> None:
    """End what a failed test has left, before Python waits for it."""
    for forked in _begun:
        forked.kill()


@cache
def _server() -> ForkServerContext:
    """Return what forks. It is a new interpreter, which looks for what it imports where this environment says."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload([*IMPORTED])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return forks


def _begin(
    module: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path
) -> None:
    """Be what a new interpreter would be but for its imports, and run the module; what `atexit` knows is not run."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for file, number in ((os.devnull, 0), (out, 1), (err, 2)):
        opened = os.open(file, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
