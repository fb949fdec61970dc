"""A chain of seven people over memory, Telegram (the fake Bot API) and the chat page, from invitation to ripple."""

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Protocol

import aiohttp
import pytest
from sqlalchemy import select

from bot.chats.telegram import TelegramChat
from bot.chats.web import WebChat
from bot.clock import SystemClock
from bot.door import Door
from bot.outbox.handout import LocalClaim
from bot.outbox.history import Line, conversation
from bot.outbox.pump import Pump
from bot.people.queries import find
from bot.speech import Address, Chat
from bot.store import Store, Tx
from bot.store.tables import links
from bot.web.server import Server, address_of, listen
from bot.web.site import build_site
from tests.chats.telegram_door import QUICK, until
from tests.fakes import BotApi
from tests.kit.talk import House
from tests.kit.thanks import TOKEN

SENTENCES = tuple(f"You are patient, number {number}." for number in range(1, 7))


class Seat(Protocol):
    """Somebody at one of the chats: opens an invitation as a link does there, writes, taps, reads."""

    name: str

    async def open(self, token: str) -> None: ...

    async def say(self, text: str) -> None: ...

    async def tap(self, label: str) -> None: ...

    def said(self) -> list[str]: ...


class InMemory:
    def __init__(self, house: House, name: str) -> None:
        self.name = name
        self._friend = house.person(name)

    async def open(self, token: str) -> None:
        await self._friend.command("accept", token)

    async def say(self, text: str) -> None:
        command, _, rest = text[1:].partition(" ")
        if text.startswith("/"):
            await self._friend.command(command, rest)
        else:
            await self._friend.send(text)

    async def tap(self, label: str) -> None:
        await self._friend.tap(label)

    def said(self) -> list[str]:
        return self._friend.said


class OnTelegram:
    def __init__(self, api: BotApi, number: int, name: str) -> None:
        self.name = name
        self._person = api.person(number, first_name="The account's own name")

    async def open(self, token: str) -> None:
        await self._answered(lambda: self._person.command("start", token))

    async def say(self, text: str) -> None:
        await self._answered(lambda: self._person.send(text))

    async def tap(self, label: str) -> None:
        for said in reversed(self._person.inbox):
            for button in itertools.chain(*said.buttons):
                if label in button.label:
                    await self._answered(partial(self._person.tap, button.data, said))
                    return
        raise AssertionError(f"no button {label!r}")

    async def _answered(self, act: Callable[[], object]) -> None:
        before = self._state()
        act()
        await until(lambda: self._state() != before)
        await asyncio.sleep(0.1)

    def _state(self) -> list[tuple[str, int]]:
        return [(said.text, len(said.buttons)) for said in self._person.inbox]

    def said(self) -> list[str]:
        return [said.text for said in self._person.inbox]


class OnThePage:
    def __init__(
        self, url: str, session: aiohttp.ClientSession, history: Callable[[str], list[Line]], name: str
    ) -> None:
        self.name = name
        self._url, self._session, self._history = url, session, history
        self._keys = itertools.count(1)

    async def open(self, token: str) -> None:
        await self._post("/chat/hello", invite=token)

    async def say(self, text: str) -> None:
        await self._post("/chat/say", text=text)

    async def tap(self, label: str) -> None:
        for line in reversed(self._history(self.name)):
            for button in itertools.chain(*line.rows):
                if label in button.label:
                    await self._post("/chat/tap", message=line.id, payload=button.payload)
                    return
        raise AssertionError(f"no button {label!r}")

    async def _post(self, path: str, **body: str) -> None:
        body |= {"me": self.name, "key": f"key-{self.name}-{next(self._keys):08d}", "language": "en"}
        async with self._session.post(self._url + path, json=body) as answer:
            assert answer.status == 200, await answer.text()

    def said(self) -> list[str]:
        return [line.text for line in self._history(self.name) if not line.mine]


@pytest.fixture
async def seats(house: House) -> AsyncIterator[list[Seat]]:
    """Seven people: three in memory, two on Telegram, two on the page."""
    async with contextlib.AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApi(conflict_pause=0.2))

        async def on_skip(_key: str, problem: str) -> None:
            raise AssertionError(problem)

        telegram = TelegramChat(token=api.token, api=api.url, on_skip=on_skip, clock=SystemClock(), timing=QUICK)

        def history(name: str) -> list[Line]:
            def read(tx: Tx) -> list[Line]:
                person = find(tx, Address("web", name))
                return conversation(tx, person.address_id, person.seal) if person else []

            return house.store.run_now(read)

        async def history_of(address: Address) -> list[Line]:
            return history(address.chat)

        page = WebChat(history=history_of, demo=True, clock=SystemClock())
        chats: dict[str, Chat] = {"memory": house.chat, "telegram": telegram, "web": page}
        _move_in(house, house.store, chats)
        listener = listen("127.0.0.1", 0, 1)
        page.address = address_of(listener)
        server = Server(build_site(chat_routes=page.routes(), extra_routes=[], demo=True))
        serving = asyncio.create_task(server.serve([listener]))
        await telegram.start(house.receive)
        await page.start(house.receive)
        await until(lambda: telegram.way_in("token"))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield [
            InMemory(house, "Anna"),
            OnTelegram(api, 11, "Bea"),
            OnThePage(page.address, session, history, "carl"),
            OnTelegram(api, 12, "Dora"),
            InMemory(house, "Emil"),
            OnThePage(page.address, session, history, "fay"),
            InMemory(house, "Gus"),
        ]
        await telegram.stop()
        await page.stop()
        server.should_exit = True
        await serving


def _move_in(house: House, store: Store, chats: dict[str, Chat]) -> None:
    """Let the house speak on all chats."""

    def ways(token: str) -> dict[str, str]:
        return {name: way for name, chat in chats.items() if (way := chat.way_in(token))}

    house.door = Door(store, house.catalogue, ways)
    house.pump = Pump(store, chats, LocalClaim(True), house.clock, house.clock.sleep)


async def test_a_chain_of_seven_goes_over_all_chats(seats: list[Seat], house: House) -> None:
    await seats[0].say("/thanks")
    for sender, receiver, sentence in zip(seats, seats[1:], SENTENCES, strict=False):
        for words in (receiver.name, sentence, sender.name):
            await sender.say(words)
        await sender.tap("Send")
        invitation = sender.said()[-1]
        assert "https://t.me/pebble_test_bot?start=" in invitation
        assert "http://127.0.0.1:" in invitation
        token = re.search(TOKEN, invitation)
        assert token is not None
        await receiver.open(token[1])
        await receiver.tap("Accept")
        if receiver is not seats[-1]:
            await receiver.tap("Pass it on")
    rows = house.store.run_now(lambda tx: tx.connection.execute(select(links).order_by(links.c.id)).all())
    assert [row.depth for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.parent_id for row in rows] == [None, *(row.id for row in rows[:-1])]
    assert len({row.chain_id for row in rows}) == 1
    for place, seat in enumerate(seats):
        await seat.say("/ripple")
        _sees_only_neighbours(seats, place, seat)
    assert seats[0].said()[-1].startswith("🪨 Your thanks reached 6 people in 6 sentences")


def _sees_only_neighbours(seats: list[Seat], place: int, seat: Seat) -> None:
    everything = "\n".join(seat.said())
    own = {SENTENCES[n] for n in (place - 1, place) if 0 <= n < len(SENTENCES)}
    assert {one for one in SENTENCES if one in everything} == own, seat.name
    near = {seats[n].name for n in (place - 1, place, place + 1) if 0 <= n < len(seats)}
    assert not any(other.name in everything for other in seats if other.name not in near), seat.name
    assert "account's own name" not in everything


async def test_two_chats_of_different_platforms_become_one(seats: list[Seat], house: House) -> None:
    anna, telegram = seats[0], seats[1]
    await anna.say("/link")
    code = anna.said()[-1].split("/link ")[1].split("\n")[0]
    await telegram.say(f"/link {code}")
    assert "Join this chat with the one on memory" in telegram.said()[-1]
    await telegram.tap("Join")
    assert anna.said()[-1] == "This chat and the one on Telegram are one now. Not you? /unlink parts them."
