"""A chat is heard while it is this process's turn, and only then."""

import asyncio

from bot.hearing import Hearing
from bot.speech import Incoming, Receive, Shown
from tests.kit.talk import MemoryChat


class Ears(MemoryChat):
    """A chat that refuses to be heard twice at the same time, and takes its time to rest."""

    def __init__(self) -> None:
        super().__init__()
        self.hears = False
        self.finished = asyncio.Event()
        self.finished.set()

    async def hear(self, receive: Receive) -> None:
        assert not self.hears
        self.hears = True

    async def rest(self) -> None:
        await self.finished.wait()
        self.hears = False


class Given:
    """A turn that a test gives and takes."""

    def __init__(self) -> None:
        self.ours, self.taken = asyncio.Event(), asyncio.Event()
        self.given_back = 0

    async def wait(self) -> None:
        await self.ours.wait()

    async def lost(self) -> None:
        await self.taken.wait()
        self.ours.clear()
        self.taken.clear()

    async def give_back(self) -> None:
        self.given_back += 1


async def receive(_incoming: Incoming) -> Shown:
    return Shown()


async def soon() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_chat_is_heard_while_it_is_our_turn_and_again_when_it_comes_back() -> None:
    chat, turn = Ears(), Given()
    hearing = Hearing(chat, turn, receive)
    hearing.start()
    await soon()
    found = [(hearing.waits, chat.hears)]
    for _ in range(2):
        turn.ours.set()
        await soon()
        found.append((hearing.waits, chat.hears))
        turn.taken.set()
        await soon()
        found.append((hearing.waits, chat.hears))
    await hearing.stop()
    assert found == [(True, False), (False, True), (True, False), (False, True), (True, False)]


async def test_the_turn_is_given_back_only_when_what_was_heard_is_finished() -> None:
    chat, turn = Ears(), Given()
    hearing = Hearing(chat, turn, receive)
    hearing.start()
    turn.ours.set()
    await soon()
    chat.finished.clear()
    stopping = asyncio.create_task(hearing.stop())
    await soon()
    assert turn.given_back == 0
    chat.finished.set()
    await stopping
    assert turn.given_back == 1
    assert not chat.hears
