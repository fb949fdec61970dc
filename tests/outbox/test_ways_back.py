"""Answers that leave by the way back of their event: also where the chat itself is closed, and only for a while."""

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import Unreachable
from bot.outbox.bodies import drawings
from bot.outbox.shelf import WAY_BACK, Recipient, Terms, post, put
from bot.people.queries import meet
from bot.speech import Address, Op, Outgoing, Receipt
from bot.store import Store, Tx
from tests.kit.clock import HandClock
from tests.kit.shelf import PostRoom
from tests.kit.talk import MemoryChat


class TwoDoors(MemoryChat):
    """A chat whose own door can be shut, while what has a way back comes in by that."""

    def __init__(self) -> None:
        super().__init__()
        self.shut = False
        self.tried: list[tuple[str, str]] = []

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        self.tried.append((outgoing.text, outgoing.via))
        if self.shut and not outgoing.via:
            raise Unreachable("closed")
        receipt = await super().send(address, outgoing, nonce=nonce, message=message)
        return Receipt(receipt.message, closed=self.shut and outgoing.direct)


@pytest.fixture
def room(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock, TwoDoors())


def by(room: PostRoom, way: str, *, direct: bool = False) -> Recipient:
    """Return Anna as she is answered now."""
    return replace(room.recipient("anna"), via=way, direct=direct)


def say(room: PostRoom, who: Recipient, text: str, **terms: Any) -> None:
    room.store.run_now(lambda tx: put(tx, who, Outgoing(text), Terms(**terms)))


async def test_an_answer_leaves_by_the_way_back_though_nobody_can_be_reached(room: PostRoom) -> None:
    assert isinstance(room.chat, TwoDoors)
    room.chat.shut = True
    room.put("anna", "a nudge")
    await room.pump.settle()
    assert room.paused("anna")
    room.put("anna", "another")
    say(room, by(room, "open"), "an answer")
    await room.pump.settle()
    assert room.said("anna") == ["an answer"]
    assert room.states() == ["waiting", "waiting", "sent"]
    assert [text for text, _ in room.chat.tried] == ["a nudge", "an answer"], "one failed call"


async def test_a_direct_message_that_had_to_take_the_way_back_shows_that_the_chat_is_closed(room: PostRoom) -> None:
    assert isinstance(room.chat, TwoDoors)
    say(room, by(room, "open", direct=True), "hello in private")
    await room.pump.settle()
    assert not room.paused("anna")
    room.chat.shut = True
    say(room, by(room, "open", direct=True), "hello here")
    await room.pump.settle()
    assert room.said("anna") == ["hello in private", "hello here"]
    assert room.paused("anna")


async def test_where_the_way_back_is_closed_too_the_answer_waits_like_everything_else(room: PostRoom) -> None:
    say(room, by(room, "lapsed"), "an answer")
    room.chat.trouble_with = lambda address, outgoing: Unreachable("closed")
    await room.pump.settle()
    assert (room.states(), room.paused("anna")) == (["waiting"], True)
    room.chat.trouble_with = lambda address, outgoing: None
    await room.pass_time(600)
    assert room.said("anna") == [], "nobody has written since"
    room.hear_from("anna")
    await room.pump.settle()
    assert room.said("anna") == ["an answer"]


@pytest.mark.parametrize(("ahead", "way"), [(0, "open"), (WAY_BACK, "open"), (WAY_BACK + 1, "")])
async def test_what_leaves_later_than_the_way_is_open_goes_to_the_chat(room: PostRoom, ahead: int, way: str) -> None:
    assert isinstance(room.chat, TwoDoors)
    say(room, by(room, "open"), "then", not_before=room.clock.now() + ahead)
    await room.pass_time(WAY_BACK + 60, step=60)
    assert room.chat.tried == [("then", way)]


def test_an_edit_takes_the_way_of_its_own_event_not_that_of_the_message(room: PostRoom) -> None:
    first, second = by(room, "first"), by(room, "second")

    def work(tx: Tx) -> list[Outgoing]:
        row = post(tx, first, Outgoing("how was it?", form=None))
        shown = drawings(tx, first.address_id, row, first.seal)[0]
        put(tx, second, replace(shown, chosen="Fine", op=Op.EDIT), Terms(edits=row))
        return drawings(tx, first.address_id, row, first.seal)

    edited, asked = room.store.run_now(work)
    assert (asked.via, edited.via, edited.chosen) == ("first", "second", "Fine")


async def test_what_was_done_aside_does_not_open_a_closed_chat_before_a_day_is_over(room: PostRoom) -> None:
    def meets(tx: Tx) -> int | None:
        return meet(tx, room.address("anna"), "en", None, aside=True).closed_at

    room.chat.trouble_with = lambda address, outgoing: Unreachable("closed")
    room.put("anna", "a nudge")
    await room.pump.settle()
    closed_at = room.clock.now()
    assert room.store.run_now(meets) == closed_at
    assert room.paused("anna")
    room.clock.forward(24 * 3600)
    assert room.store.run_now(meets) == closed_at, "so that it is still told how to open it"
    assert not room.paused("anna")
    assert room.store.run_now(meets) is None
