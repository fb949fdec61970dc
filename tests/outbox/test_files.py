"""A file that is made when its row leaves: told for which row, never stored, and in nobody's way."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.errors import TryLater
from bot.outbox.pump import MOST_FILES
from bot.outbox.studio import Unwanted
from bot.speech import Attachment, Op, Outgoing
from bot.store import Store
from tests.kit.clock import HandClock
from tests.kit.shelf import HeldChat, PostRoom
from tests.outbox.test_pictures import pictured, running, until

SORRY = "Not just now."


def filed(text: str = "All of it", *, packed: bool = False) -> Outgoing:
    return Outgoing(text, attachment=Attachment("all.txt", "text/plain", "", packed, {"of": "1"}), alt=SORRY)


class Maker:
    """Makes files when a test lets it."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.gate = asyncio.Event()
        self.troubles: list[Exception] = []

    async def __call__(self, what: Mapping[str, Any]) -> bytes:
        self.asked.append(what)
        await self.gate.wait()
        if self.troubles:
            raise self.troubles.pop()
        return f"made for {what['row']} ü".encode()


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def room(store: Store, clock: HandClock, maker: Maker) -> PostRoom:
    return PostRoom(store, clock, collect=maker)


@pytest.mark.parametrize("packed", [False, True])
async def test_a_file_is_made_from_the_row_and_never_stored(room: PostRoom, maker: Maker, packed: bool) -> None:
    maker.gate.set()
    room.put_message("anna", filed(packed=packed))
    await room.pump.settle()
    (row,), (said,) = room.rows(), room.chat.inboxes["anna"]
    assert maker.asked == [{"of": "1", "row": row.id}]
    assert said.attachment is not None
    assert (said.text, said.attachment.name, said.attachment.what) == ("All of it", "all.txt", None)
    assert said.attachment.content == f"made for {row.id} ü".encode()
    assert (row.state, b"made" in bytes(row.body), row.heavy) == ("sent", False, True)


async def test_what_is_to_be_made_survives_the_outbox_as_it_was_said() -> None:
    for packed in (False, True):
        assert Outgoing.from_dict(filed(packed=packed).to_dict()) == filed(packed=packed)
    assert Outgoing.from_dict(filed().to_dict(), Op.EDIT).to_be_made is False


async def test_a_few_files_in_line_leave_room_for_pictures_and_texts(room: PostRoom, maker: Maker) -> None:
    for number in range(12):
        room.put_message(f"p{number}", filed())
    room.put_message("ben", pictured())
    room.put("carl", "x")
    async with running(room):
        await until(lambda: room.said("ben") and room.said("carl"))
        assert len(maker.asked) == MOST_FILES
        maker.gate.set()
    room.pump = room.new_pump()
    await room.pass_time(60, step=1)
    assert set(room.states()) == {"sent"}
    assert [len(room.chat.inboxes[f"p{number}"]) for number in range(12)] == [1] * 12
    assert room.pump.tally["uncollected"] == 0


async def test_a_file_that_may_be_made_later_is_waited_for_longer_each_time(room: PostRoom, maker: Maker) -> None:
    maker.gate.set()
    maker.troubles = [TryLater("the database is away")] * 3
    room.put_message("anna", filed())
    await room.pass_time(60, step=1)
    assert [said.attachment is not None for said in room.chat.inboxes["anna"]] == [True]
    assert [row.claims for row in room.rows()] == [4]


async def test_a_row_that_is_not_to_leave_any_more_is_dropped_and_what_is_behind_it_leaves(
    room: PostRoom, maker: Maker
) -> None:
    maker.gate.set()
    maker.troubles = [Unwanted("gone")]
    room.put_message("anna", filed())
    room.put("anna", "and so on")
    await room.pump.settle()
    assert room.said("anna") == ["and so on"]
    assert room.states() == ["dropped", "sent"]
    assert room.pump.tally["dropped"] == 1


async def test_a_file_that_cannot_be_made_is_told_of_kindly(room: PostRoom, maker: Maker) -> None:
    maker.gate.set()
    maker.troubles = [ValueError("what somebody wrote")]
    room.put_message("anna", filed())
    await room.pump.settle()
    (said,) = room.chat.inboxes["anna"]
    assert (said.text, said.attachment) == (SORRY, None)
    assert (room.states(), room.pump.tally["uncollected"]) == (["sent"], 1)


async def test_no_file_is_made_while_the_platform_wants_nothing_or_for_what_comes_too_late(
    store: Store, clock: HandClock, maker: Maker
) -> None:
    chat = HeldChat()
    chat.held = False
    room = PostRoom(store, clock, chat, collect=maker)
    maker.gate.set()
    room.put_message("anna", filed(), deadline=clock.now() + 100)
    room.pump.paces["memory"].pause(room.recipient("anna").address_id, 30, everywhere=False)
    await room.pump.settle()
    assert (maker.asked, room.states()) == ([], ["waiting"])
    clock.forward(200)
    await room.pump.settle()
    assert maker.asked == []
    assert chat.sent == []
