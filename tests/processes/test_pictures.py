"""Pictures in the running Pebble: no process before the first one, and kill -9 while one is drawn."""

import time
from pathlib import Path

import pytest

from bot.outbox.shelf import post
from bot.people.queries import meet
from bot.pictures import Link, Number, Ripple
from bot.speech import Address, Button, Outgoing
from bot.store import Tx
from tests.fakes import BotApi
from tests.processes.pebble import Pebble, until

ALT = "One pebble on water."
CANARY = "canary of a sentence"
HEAVY = ("resvg", "uharfbuzz", "emoji.txt.xz")


def picture() -> Outgoing:
    links = (Link(mine=True, sentence=CANARY, after="Ben"),)
    ripple = Ripple("How far it went", (Number("1", "person"),), links, you="you")
    rows = ((Button("Thanks", "1:ok:7:"),),)
    return Outgoing("Your ripple.", rows, picture=ripple.to_dict(), alt=ALT)


def put(tx: Tx, outgoing: Outgoing) -> int:
    return post(tx, meet(tx, Address("telegram", "11"), "en", None).recipient, outgoing)


def workers(pebble: Pebble) -> list[int]:
    """Return the processes that this Pebble has started."""
    assert pebble.process is not None
    threads = Path(f"/proc/{pebble.process.pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def holds(process: int, *names: str) -> list[str]:
    """Return which of these libraries a process has loaded."""
    maps = Path(f"/proc/{process}/maps").read_text()
    return [name for name in names if name in maps]


def gone(process: int) -> bool:
    status = Path(f"/proc/{process}/status")
    return not status.exists() or "\nState:\tZ" in status.read_text()


def test_a_picture_comes_from_a_process_that_was_not_there_before_and_ends_with_the_stop(
    prepared: Pebble, api: BotApi
) -> None:
    ann = api.person(11)
    prepared.start()
    ann.command("start")
    ann.wait_for("Pick one")
    assert workers(prepared) == []
    with prepared.store() as store:
        store.run_now(lambda tx: put(tx, picture()))
    said = ann.wait_for("Your ripple.", 30)
    assert isinstance(said.photo, bytes)
    assert said.photo.startswith(b"\x89PNG")
    assert [button.label for row in said.buttons for button in row] == ["Thanks"]
    drawing = workers(prepared)
    assert prepared.process is not None
    assert holds(prepared.process.pid, *HEAVY) == []
    assert any("resvg" in holds(process, *HEAVY) for process in drawing)
    assert prepared.terminate() == 0
    until(lambda: all(map(gone, drawing)), 10, "the end of what drew")
    assert CANARY not in prepared.output


def test_what_cannot_be_drawn_comes_as_its_text_and_is_counted(prepared: Pebble, api: BotApi) -> None:
    ann = api.person(11)
    ann.user.started = True
    spec = {"kind": "ripple", "title": CANARY}
    with prepared.store() as store:
        store.run_now(lambda tx: put(tx, Outgoing("Your ripple.", picture=spec, alt=ALT)))
    prepared.start()
    said = ann.wait_for("Your ripple.", 30)
    assert said.photo is None
    prepared.at_rest()
    assert prepared.metric("undrawn_total") == 1
    assert "picture_undrawn" in prepared.output
    assert CANARY not in prepared.output


@pytest.mark.parametrize("pause", [0.0, 0.3])
def test_a_kill_while_a_picture_is_drawn_lets_it_be_drawn_and_sent_after_the_restart(
    prepared: Pebble, api: BotApi, pause: float
) -> None:
    ann = api.person(11)
    ann.user.started = True
    with prepared.store() as store:
        store.run_now(lambda tx: put(tx, picture()))
    prepared.start()
    until(lambda: workers(prepared), 10, "the start of what draws")
    drawing = workers(prepared)
    time.sleep(pause)
    prepared.kill()
    on_its_way = len(ann.inbox)
    until(lambda: all(map(gone, drawing)), 10, "the end of what drew")
    prepared.start()
    said = ann.wait_for("Your ripple.", 30)
    prepared.at_rest()
    assert isinstance(said.photo, bytes)
    assert len(ann.inbox) <= 1 + on_its_way <= 2
    assert prepared.metric("outbox_unknown") == 0
    assert CANARY not in prepared.output
