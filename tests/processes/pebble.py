"""The real process, started, killed and read as a host does it: a folder and an environment of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.store import Keyring, Store
from tests.fakes import BotApi, Message, Person
from tests.fakes.bot_api_talk import Talk
from tests.kit.databases import KEY
from tests.kit.forks import ROOT, Begin, Running, execute

LONGEST_START = 20.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], seconds: float = 5, what: object = "it") -> float:
    """Look again and again until the condition holds; return how many seconds it took."""
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        assert waited < seconds, f"{what() if callable(what) else what} did not happen within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


class Pebble:
    """One Pebble. `settings` are those of the environment, without their prefix."""

    begin: Begin = staticmethod(execute)
    """How a process begins: as a host starts it, or, with `fork`, where all imports are done."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.port = free_port()
        self.settings: dict[str, str] = {"WEB_PORT": str(self.port)}
        self.settings |= {name: str(value) for name, value in settings.items()}
        self.process: Running | None = None

    # Life and death

    def spawn(self, *arguments: str) -> "Pebble":
        """Start `pebble <arguments>` and return at once."""
        assert self.process is None or self.process.poll() is not None, "it runs already"
        out, err = self._output("out"), self._output("err")
        self.process = self.begin("bot", arguments, self.folder, self._environment(), out, err)
        return self

    def start(self, command: str = "run") -> float:
        """Start and wait until it is ready; return how many seconds that took."""
        began = time.monotonic()
        self.spawn(command)
        until(self._is_ready, LONGEST_START, lambda: f"readiness ({self.readiness()})\n{self.output}")
        return time.monotonic() - began

    def live(self, command: str = "run") -> "Pebble":
        """Start and wait only until it answers, ready or not."""
        self.spawn(command)
        until(lambda: self._alive() and self.get("/health/live")[0] == 200, LONGEST_START, lambda: self.output)
        return self

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def terminate(self, seconds: float = 15) -> int:
        """Ask it to stop and return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def restart(self) -> float:
        """Kill it, start it again and wait until it is ready; return how many seconds the start took."""
        self.kill()
        return self.start()

    def run(self, *arguments: str, seconds: float = 20) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, beside a process that may be running."""
        with tempfile.TemporaryDirectory() as place:
            out, err = Path(place, "out"), Path(place, "err")
            process = self.begin("bot", arguments, self.folder, self._environment(), out, err)
            try:
                code = process.wait(seconds)
            finally:
                process.kill()
            return subprocess.CompletedProcess(["pebble", *arguments], code, out.read_text(), err.read_text())

    def end(self) -> None:
        """Leave nothing running."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    # What can be seen from outside

    @property
    def output(self) -> str:
        """All that it has written so far, over all starts."""
        return self.printed + self.logged

    @property
    def printed(self) -> str:
        """Its standard output."""
        return self._output("out").read_text(encoding="utf-8", errors="replace")

    @property
    def logged(self) -> str:
        """Its standard error."""
        return self._output("err").read_text(encoding="utf-8", errors="replace")

    def get(self, path: str, port: int | None = None) -> tuple[int, str]:
        """Return status and body of a page; status 0 when nobody answers."""
        url = f"http://127.0.0.1:{port or self.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def readiness(self) -> dict[str, str]:
        """Return what each check says, nothing when nobody answers."""
        status, body = self.get("/health/ready")
        checks: dict[str, str] = json.loads(body)["checks"] if status in (200, 503) else {}
        return checks

    def metric(self, name: str) -> float:
        """Return one number of /metrics, without the prefix."""
        _, body = self.get("/metrics")
        found = re.search(rf"^pebble_{name} ([0-9.e+-]+)$", body, re.MULTILINE)
        assert found, f"no {name} in:\n{body}"
        return float(found[1])

    def at_rest(self, seconds: float = 10) -> None:
        """Wait until all that may leave has left and is marked."""

        def resting() -> bool:
            # Both from one answer: between two of them a waiting row may begin to be sent.
            _, body = self.get("/metrics")
            return all(f"pebble_outbox_{state} 0.0\n" in body for state in ("waiting", "sending"))

        until(resting, seconds, "rest")

    @property
    def data(self) -> Path:
        """Where the embedded database and the key file lie."""
        return self.folder / "data"

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the database beside the process, or while it is dead."""
        file = self.data / "secret.keys"
        keys = [self.settings["SECRET_KEYS"]] if "SECRET_KEYS" in self.settings else file.read_text().split()
        url = self.settings.get("DATABASE", f"sqlite:///{self.data / 'pebble.db'}")
        opened = Store(url, SystemClock(), Keyring(keys))
        try:
            yield opened
        finally:
            opened.close()

    def _is_ready(self) -> bool:
        return self._alive() and self.get("/health/ready")[0] == 200

    def _alive(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"it ended with {self.process.poll()}:\n{self.output}"
        return True

    def _output(self, name: str) -> Path:
        return self.folder / f"std{name}.txt"

    def _environment(self) -> dict[str, str]:
        own = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        return own | {f"PEBBLE_{name}": value for name, value in self.settings.items()}


def sendings(api: BotApi, number: int, seconds: float = 10) -> None:
    """Wait until so many messages have reached the Bot API, whether it has answered or not."""
    until(lambda: len(api.calls_of("sendMessage")) >= number, seconds, f"sending {number} messages")


def telegram(api: BotApi, **more: object) -> dict[str, Any]:
    """Return the settings of a Pebble that talks to the fake Bot API."""
    return {"TELEGRAM_TOKEN": api.token, "TELEGRAM_API": api.url} | more


def with_keys(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with the key under which the kit's databases are made."""
    return settings | {"SECRET_KEYS": KEY}


def button(talk: Talk, label: str) -> tuple[Message, str]:
    """Return the newest standing message with a button that reads like this, and the button's whole label."""
    for message in reversed(talk.inbox):
        for each in (each for row in message.buttons for each in row):
            if label in each.label and not message.deleted:
                return message, each.label
    raise AssertionError(f"no button {label!r}\n{talk.picture()}")


def wait_for_button(talk: Talk, label: str, seconds: float = 5) -> None:
    """Wait until there is a button that reads like this."""
    talk.wait_for(lambda message: any(label in each.label for row in message.buttons for each in row), seconds)


def tap(person: Person, label: str, seconds: float = 5) -> Message:
    """Tap the newest button that reads like this, as soon as there is one; return the message that it is under."""
    wait_for_button(person, label, seconds)
    message, whole = button(person, label)
    person.tap(whole, message)
    return message


SIGN_UP = ("One slow breath", "Coffee", "8:30", "Yes")
"""The four taps from hello to "Set"."""
