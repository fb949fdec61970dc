"""A picture is drawn when its row leaves: nobody else waits for it, and what cannot be drawn goes without."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.errors import TryLater
from bot.logs import set_up_logs
from bot.outbox.easel import LARGEST, MOST_IN_LINE
from bot.outbox.handout import handout_for
from bot.outbox.history import conversation
from bot.outbox.marks import forget_old
from bot.outbox.pace import LIMITS
from bot.outbox.pump import Pump
from bot.outbox.studio import Studio, Undrawn
from bot.people.queries import find
from bot.speech import Button, Op, Outgoing
from bot.store import Store, Tx
from bot.store.tables import outbox
from tests.kit.clock import HandClock
from tests.kit.drawing import AT, PNG, sketch
from tests.kit.shelf import HeldChat, PostRoom

ROWS = ((Button("Thanks", "1:ok:7:"),),)
CANARY = "canary-of-a-sentence"


def pictured(number: int = 7, text: str = "How far it went") -> Outgoing:
    return Outgoing(text, ROWS, picture={"number": number, "said": CANARY}, alt="Seven pebbles on water.")


class Held:
    """Draws when a test lets it; `begun` counts, `most` how many were drawn at once."""

    def __init__(self) -> None:
        self.begun = 0
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self, what: Mapping[str, Any]) -> bytes:
        self.begun += 1
        await self.gate.wait()
        if self.error:
            raise self.error
        return await sketch(what)


@asynccontextmanager
async def running(room: PostRoom) -> AsyncIterator[None]:
    """Let the pump run, and stop it quickly."""
    task = asyncio.create_task(room.pump.run())
    yield
    await asyncio.wait_for(room.pump.stop(), 5)
    await task


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - about many things, no event
            await asyncio.sleep(0.005)


@pytest.fixture
def room(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock)


async def test_a_picture_is_drawn_from_the_row_and_never_stored(room: PostRoom) -> None:
    room.put_message("anna", pictured())
    await room.pump.settle()
    (said,) = room.chat.inboxes["anna"]
    assert said.image == await sketch({"number": 7, "said": CANARY})
    assert (said.text, said.labels, room.states()) == ("How far it went", ["Thanks"], ["sent"])
    (row,) = room.rows()
    assert PNG not in bytes(row.body)
    assert CANARY.encode() not in bytes(row.body), "what is drawn is sealed like any text"


async def test_others_do_not_wait_while_one_is_drawn_and_what_is_behind_it_does(store: Store, clock: HandClock) -> None:
    held = Held()
    room = PostRoom(store, clock, draw=held)
    room.put_message("anna", pictured())
    room.put("anna", "and so on")
    for number in range(300):
        room.put(f"p{number}", "x")
    async with running(room):
        await until(lambda: len(room.chat.sent) == 300)
        assert "anna" not in room.chat.inboxes
        held.gate.set()
        await until(lambda: len(room.said("anna")) == 2)
    assert room.said("anna") == ["How far it went", "and so on"]
    assert set(room.states()) == {"sent"}


async def test_many_pictures_leave_room_for_the_rest_and_all_arrive_in_the_end(store: Store, clock: HandClock) -> None:
    held = Held()
    room = PostRoom(store, clock, draw=held)
    for number in range(40):
        room.put_message(f"p{number}", pictured(number))
    room.put("ben", "x")
    async with running(room):
        await until(lambda: room.said("ben"))
        await until(lambda: room.states().count("waiting") == 40 - MOST_IN_LINE)
        assert held.begun == MOST_IN_LINE
        held.gate.set()
    assert 0 < room.states().count("waiting") <= 40 - MOST_IN_LINE
    back = {row.not_before - clock.now() for row in room.rows() if row.state == "waiting"}
    assert max(back) <= 10, "they come back one after the other, and soon"
    assert room.pump.tally["undrawn"] == 0
    room.pump = room.new_pump()
    await room.pass_time(120, step=1)
    assert set(room.states()) == {"sent"}
    assert {len(room.chat.inboxes[f"p{number}"]) for number in range(40)} == {1}
    assert all(room.chat.inboxes[f"p{number}"][0].image for number in range(40))
    assert room.pump.tally["undrawn"] == 0


@pytest.mark.parametrize("problem", [Undrawn("KeyError"), RuntimeError(CANARY)], ids=["undrawn", "broken"])
async def test_what_cannot_be_drawn_goes_without_and_is_counted(
    store: Store, clock: HandClock, problem: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("info", "text")
    held = Held()
    held.error = problem
    held.gate.set()
    room = PostRoom(store, clock, draw=held)
    room.put_message("anna", pictured())
    room.put_message("ben", pictured(text=""))
    await room.pump.settle()
    (said,) = room.chat.inboxes["anna"]
    assert (said.text, said.labels, said.image) == ("How far it went", ["Thanks"], b"")
    assert room.said("ben") == ["Seven pebbles on water."]
    assert (room.states(), room.pump.tally["undrawn"]) == (["sent", "sent"], 2)
    written = "".join(capfd.readouterr())
    assert "picture_undrawn" in written
    assert CANARY not in written


@pytest.mark.parametrize("image", [b"", bytes(LARGEST + 1)], ids=["nothing", "too much"])
async def test_a_picture_that_no_platform_would_take_is_left_out(store: Store, clock: HandClock, image: bytes) -> None:
    async def draw(_what: Mapping[str, Any]) -> bytes:
        return image

    room = PostRoom(store, clock, draw=draw)
    room.put_message("anna", pictured())
    await room.pump.settle()
    assert (room.said("anna"), room.chat.inboxes["anna"][0].image) == (["How far it went"], b"")


async def test_a_real_studio_whose_process_ends_in_the_middle_draws_once_more(
    store: Store, clock: HandClock, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    studio = Studio(f"{AT}:stall")
    room = PostRoom(store, clock, draw=studio.draw)
    picture = {"mark": str(mark)}
    room.put_message("anna", Outgoing("Here", picture=picture, alt="A thing."))
    settling = asyncio.create_task(room.pump.settle())
    try:
        async with asyncio.timeout(60):
            while not (mark.exists() and mark.read_text()):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)
            os.kill(int(mark.read_text()), signal.SIGKILL)
            await settling
    finally:
        studio.close()
    assert room.chat.inboxes["anna"][0].image == b"drawn"
    assert [row.claims for row in room.rows()] == [1]


async def test_a_stop_gives_back_what_is_still_being_drawn_and_leaves_nothing_in_doubt(
    store: Store, clock: HandClock
) -> None:
    held = Held()
    room = PostRoom(store, clock, draw=held)
    room.put_message("anna", pictured())
    async with running(room):
        await until(lambda: held.begun)
    (row,) = room.rows()
    assert (row.state, row.doubts, room.chat.sent) == ("waiting", 0, [])


async def test_a_picture_whose_platform_is_away_is_drawn_again_for_the_next_try(room: PostRoom) -> None:
    away = [TryLater("502")]
    room.chat.trouble_with = lambda address, outgoing: away.pop() if away else None
    room.put_message("anna", pictured())
    await room.pass_time(60, step=5)
    assert [said.image != b"" for said in room.chat.inboxes["anna"]] == [True]


async def test_nothing_is_drawn_for_an_edit_nor_for_what_comes_too_late(store: Store, clock: HandClock) -> None:
    held = Held()
    held.gate.set()
    room = PostRoom(store, clock, draw=held)
    room.put_message("anna", pictured())
    await room.pump.settle()
    row = room.rows()[0].id
    room.put_message("anna", Outgoing.from_dict(pictured(text="Eight").to_dict(), Op.EDIT), edits=row)
    await room.pump.settle()
    assert (held.begun, room.said("anna"), room.chat.inboxes["anna"][0].image != b"") == (1, ["Eight"], True)
    room.put_message("anna", pictured(), deadline=clock.now() + 5)
    clock.forward(10)
    await room.pump.settle()
    assert held.begun == 1


async def test_a_picture_takes_its_permit_when_it_is_drawn(store: Store, clock: HandClock) -> None:
    """Else a second that is over would lend its permits to the next one."""
    room = PostRoom(store, clock)
    sent: list[float] = []

    async def draw(what: Mapping[str, Any]) -> bytes:
        await clock.sleep(0.7)
        return await sketch(what)

    class Telegram(HeldChat):
        name = "telegram"

    chat = Telegram()
    chat.held = False
    room.chat = chat
    pump = Pump(store, {"telegram": chat}, handout_for(store.url), clock, clock.sleep, draw)
    chat.trouble_with = lambda address, outgoing: sent.append(clock.monotonic())
    for number in range(6):
        room.put_message(f"{number}", pictured(number))
        room.put(f"1{number}", "x")
    await pump.settle()
    await room.pass_time(1)
    most = max(sum(begin <= at < begin + 1 for at in sent) for begin in sent)
    assert most <= LIMITS["telegram"].overall.per_second + 1


async def test_history_shows_a_picture_by_its_row_until_the_text_is_forgotten(room: PostRoom) -> None:
    room.put_message("anna", pictured())
    await room.pump.settle()

    def read(tx: Tx) -> list[Any]:
        person = find(tx, room.address("anna"))
        assert person is not None
        return [(line.picture, line.alt) for line in conversation(tx, person.address_id, person.seal)]

    assert room.store.run_now(read) == [({"number": 7, "said": CANARY}, "Seven pebbles on water.")]
    room.clock.forward(8 * 86_400)
    room.store.run_now(forget_old)
    assert room.store.run_now(read) == []
    assert room.store.run_now(lambda tx: tx.connection.scalar(select(outbox.c.body))) is None
