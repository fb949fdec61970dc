"""A process that is killed with -9 at a step of what it does: `python -m tests.processes.dying WHAT STEP …`."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.settings import read_settings
from bot.speech import Address, Incoming, Kind, Outgoing, Receipt
from bot.store import Keyring, PersonKeys, Store
from bot.store.sealed import Keyring as HostKeys
from bot.upkeep import rotate_keys
from tests.kit.clock import HandClock
from tests.kit.talk import House, MemoryChat

ERASING = (
    "before the commit",
    "after the commit",
    "after the key",
    "before the log",
    "after the log",
    "before the line",
    "after the line",
    "before clearing away",
    "after clearing away",
)
ROTATING = ("new key half written", "after the new key", "in the first batch", "after a batch", "before the end")
FORGETTING = ("forgetting half written", "after forgetting")


def die(*_: Any, **__: Any) -> Any:
    """End as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(work: Callable[..., Any], times: int = 1) -> Callable[..., Any]:
    """Return the work with death behind its last time."""
    left = [times]

    def done(*arguments: Any, **named: Any) -> Any:
        result = work(*arguments, **named)
        left[0] -= 1
        return result if left[0] else die()

    return done


class PaperChat(MemoryChat):
    """Writes down what it has said: its memory dies with it."""

    def __init__(self, paper: Path, step: str) -> None:
        super().__init__()
        self._paper, self._step = paper, step

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        if outgoing.text and self._step == "before the line":
            die()
        with self._paper.open("a", encoding="utf-8") as paper:
            paper.write(outgoing.text + "\n" if outgoing.text else "")
        if outgoing.text and self._step == "after the line":
            die()
        return Receipt(str(nonce))


def erase(step: str, key: str, database: str, payload: str, message: str, paper: str) -> None:
    """Take in the last tap of /delete, send what there is to send, and clear away."""
    store = Store(f"sqlite:///{database}", HandClock(), Keyring([key]))
    house = House(store, HandClock(), PaperChat(Path(paper), step))
    match step:
        case "before the commit":
            event.listen(store.engine, "commit", die)
        case "after the commit":
            store._finish_quietly = die  # type: ignore[method-assign]
        case "after the key":
            PersonKeys.destroy = dying_after(PersonKeys.destroy)  # type: ignore[method-assign]
        case "before the log":
            store._empty_log = die  # type: ignore[method-assign]
        case "after the log":
            store._empty_log = dying_after(store._empty_log)  # type: ignore[method-assign]
    tap = Incoming("memory:last-tap", Address("memory", "anna"), Kind.TAP, payload, message=message, language="en")

    async def live() -> None:
        await house.door.receive(tap)
        await house.pump.settle()
        if step == "before clearing away":
            event.listen(store.engine, "commit", die)
        if step == "after clearing away":
            store._finish_quietly = die  # type: ignore[method-assign]
        await house.rota.clear_away()

    asyncio.run(live())


def rotate(step: str, folder: str, forget: str) -> None:
    """Rotate the host's keys, or forget the old ones, in a folder where Pebble has its database."""
    os.chdir(folder)
    replace = Path.replace
    match step:
        case "new key half written" | "forgetting half written":
            Path.replace = die  # type: ignore[method-assign]
        case "after the new key" | "after forgetting":
            Path.replace = dying_after(replace)  # type: ignore[method-assign]
        case "in the first batch":
            HostKeys.resealed = dying_after(HostKeys.resealed, 40)  # type: ignore[method-assign]
        case "after a batch":
            PersonKeys.reseal = dying_after(PersonKeys.reseal)  # type: ignore[method-assign]
        case "before the end":
            PersonKeys.reseal = dying_after(PersonKeys.reseal, 3)  # type: ignore[method-assign]
    rotate_keys(read_settings(), print, forget_old=forget == "forget")


if __name__ == "__main__":
    what: dict[str, Callable[..., None]] = {"erase": erase, "rotate": rotate}
    what[sys.argv[1]](*sys.argv[2:])
