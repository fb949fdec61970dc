"""One Pebble on the chat page, Telegram and Discord at once, and people who sit at one of them."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
from sqlalchemy import func, select

from bot.app import slash_menu
from bot.chats.discord import DiscordChat
from bot.chats.telegram import TelegramChat
from bot.chats.web import WebChat
from bot.clock import SystemClock
from bot.door import Door
from bot.exports import Exports
from bot.outbox.handout import handout_for
from bot.outbox.history import Line, conversation
from bot.outbox.pace import FREE, Pace
from bot.outbox.pump import Pump
from bot.outbox.states import State
from bot.outbox.studio import Make
from bot.people.queries import find
from bot.speech import Address, Chat, WayIn
from bot.store import Store, Tx
from bot.store.tables import outbox
from bot.web.server import Server, address_of, listen
from bot.web.site import build_site
from tests.chats.telegram_door import QUICK, until
from tests.fakes import BotApi, DiscordApi, Message
from tests.kit.discord import RealInstants
from tests.kit.drawing import sketch
from tests.kit.talk import CATALOGUE
from tests.kit.thanks import CODE, TOKEN

ALIVE = (State.WAITING, State.SENDING)


class Seat(Protocol):
    """Somebody at one of the chats. Every verb returns once all answers have left."""

    name: str
    address: Address

    async def open(self, invitation: str) -> None:
        """Open an invitation in the way that its message names for this chat."""

    async def say(self, text: str) -> None:
        """Write something; a slash begins a command."""

    async def tap(self, label: str) -> None:
        """Tap the newest button that reads like this."""

    def said(self) -> list[str]:
        """Return the texts that stand there."""

    def files(self) -> list[bytes]:
        """Return the pictures and files that came."""


@dataclass
class Town:
    """The Pebble behind all seats."""

    store: Store
    chats: dict[str, Chat] = field(default_factory=dict)

    def ways(self, token: str) -> Mapping[str, WayIn]:
        """Return where somebody new gets in, as the app does."""
        return {name: way for name, chat in self.chats.items() if (way := chat.way_in(token))}

    async def settled(self, act: Callable[[], Any], state: Callable[[], object]) -> None:
        """Do something, and wait until it has been noticed and every answer has left."""
        before = state()
        act()
        await until(lambda: state() != before)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until nothing is on its way."""
        await until(lambda: self.store.run_now(self._alive) == 0)
        await asyncio.sleep(0.05)

    def _alive(self, tx: Tx) -> int:
        wanted = select(func.count()).where(outbox.c.state.in_(ALIVE), outbox.c.not_before <= tx.now)
        return int(tx.connection.scalar(wanted) or 0)

    def lines(self, address: Address) -> list[Line]:
        """Return everything that was said to somebody, with what came along, as the outbox has it."""

        def read(tx: Tx) -> list[Line]:
            person = find(tx, address)
            return conversation(tx, person.address_id, person.seal) if person else []

        return self.store.run_now(read)


class OnTelegram:
    """Somebody on Telegram, over the strict fake of its Bot API."""

    def __init__(self, town: Town, api: BotApi, number: int, name: str) -> None:
        self.name, self.address, self._town = name, Address("telegram", str(number)), town
        self._person = api.person(number, first_name="The account's own name")

    async def open(self, invitation: str) -> None:
        assert f"https://t.me/pebble_test_bot?start={_token(invitation)}" in invitation
        await self._do(lambda: self._person.command("start", _token(invitation)))

    async def say(self, text: str) -> None:
        await self._do(lambda: self._person.send(text))

    async def tap(self, label: str) -> None:
        for said in reversed(self._person.inbox):
            for button in itertools.chain(*said.buttons):
                if label in button.label:
                    await self._do(lambda: self._person.tap(button.data, said))  # noqa: B023 - it is done at once
                    return
        raise AssertionError(f"no button {label!r}")

    async def _do(self, act: Callable[[], object]) -> None:
        await self._town.settled(act, lambda: [(said.text, len(said.buttons)) for said in self._person.inbox])

    def said(self) -> list[str]:
        return [said.text for said in self._person.inbox]

    def inbox(self) -> list[Message]:
        """Return the messages as Telegram has them."""
        return self._person.inbox

    def files(self) -> list[bytes]:
        inbox = self._person.inbox
        pictures = [said.photo for said in inbox if isinstance(said.photo, bytes)]
        return pictures + [said.document.content for said in inbox if said.document]


class OnDiscord:
    """Somebody on Discord, over the strict fake of its gateway and REST."""

    def __init__(self, town: Town, api: DiscordApi, number: int, name: str) -> None:
        self.name, self.address, self._town = name, Address("discord", str(number)), town
        self._person = api.person(number, zone="Europe/Berlin", name="the_accounts_own_name")

    async def open(self, invitation: str) -> None:
        assert "Discord: https://discord.com/oauth2/authorize?client_id=" in invitation
        found = CODE.search(invitation)
        assert found is not None
        await self._do(lambda: self._person.slash("accept", {"code": found[1]}))

    async def say(self, text: str) -> None:
        command, _, rest = text[1:].partition(" ")
        if not text.startswith("/"):
            await self._do(lambda: self._person.write(text))
        elif rest:
            await self._do(lambda: self._person.slash(command, {"code": rest}))
        else:
            await self._do(lambda: self._person.slash(command))

    async def tap(self, label: str) -> None:
        for said in reversed(self._person.seen):
            for found, name in itertools.chain(*said.buttons):
                if label in found and not said.deleted:
                    await self._do(lambda: self._person.click(name, said))  # noqa: B023 - it is done at once
                    return
        raise AssertionError(f"no button {label!r}")

    async def _do(self, act: Callable[[], object]) -> None:
        await self._town.settled(act, lambda: [(said.words, said.buttons, said.deleted) for said in self._person.seen])

    def said(self) -> list[str]:
        return [said.words.strip() for said in self._person.seen if not said.deleted]

    def files(self) -> list[bytes]:
        return [each.content for said in self._person.seen for each in said.attachments]


class OnThePage:
    """Somebody at the chat page, over HTTP."""

    def __init__(self, town: Town, session: aiohttp.ClientSession, url: str, name: str) -> None:
        self.name, self.address, self._town = name, Address("web", name), town
        self._session, self._url = session, url
        self._keys = itertools.count(1)
        self._files: dict[str, bytes] = {}

    async def open(self, invitation: str) -> None:
        assert f"{self._url}/?invite={_token(invitation)}" in invitation
        await self._post("/chat/hello", invite=_token(invitation))

    async def say(self, text: str) -> None:
        await self._post("/chat/say", text=text)

    async def tap(self, label: str) -> None:
        for line in reversed(self._town.lines(self.address)):
            for button in itertools.chain(*line.rows):
                if label in button.label:
                    await self._post("/chat/tap", message=line.id, payload=button.payload)
                    return
        raise AssertionError(f"no button {label!r}")

    async def _post(self, path: str, **body: str) -> None:
        body |= {"me": self.name, "key": f"key-{self.name}-{next(self._keys):08d}", "language": "en"}
        async with self._session.post(self._url + path, json=body) as answer:
            assert answer.status == 200, await answer.text()
        await self._town.quiet()
        for line in self._town.lines(self.address):
            kind = "picture" if line.picture else "file" if line.attachment else ""
            if kind and line.id not in self._files:
                async with self._session.get(f"{self._url}/chat/{kind}/{line.id[1:]}?me={self.name}") as answer:
                    assert answer.status == 200
                    self._files[line.id] = await answer.read()

    def said(self) -> list[str]:
        return [line.text for line in self._town.lines(self.address) if not line.mine]

    def files(self) -> list[bytes]:
        return list(self._files.values())


def _token(invitation: str) -> str:
    found = TOKEN.search(invitation)
    assert found is not None
    return found[1]


@contextlib.asynccontextmanager
async def town(store: Store) -> AsyncIterator[tuple[Town, Sequence[Seat]]]:
    """Start one Pebble on all three, and seat seven people: three at the page, two on Telegram, two on Discord."""
    built = Town(store)
    async with contextlib.AsyncExitStack() as stack:
        telegram_api = await stack.enter_async_context(BotApi(conflict_pause=0.2))
        discord_api = await stack.enter_async_context(DiscordApi())
        stack.enter_context(discord_api.for_discord_py())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        door = Door(store, CATALOGUE, built.ways)
        exports = Exports(store, CATALOGUE)
        page = await stack.enter_async_context(_served(built, exports.make_anew))
        built.chats |= {"web": page, "telegram": _telegram(telegram_api), "discord": _discord(discord_api)}
        pump = Pump(store, built.chats, handout_for(store.url), store.clock, draw=sketch, collect=exports.make)
        # The clock stands still, so nothing may have to wait for a permit; the fakes do not ask for that.
        pump.paces = {name: Pace(FREE, store.clock.monotonic) for name in built.chats}
        store.wake = pump.wake
        pumping = asyncio.create_task(pump.run())
        for chat in built.chats.values():
            await chat.start()
            await chat.hear(door.receive)
        await until(lambda: len(built.ways("token")) == 3 and discord_api.commands)
        yield (
            built,
            (
                OnThePage(built, session, page.address, "anna"),
                OnTelegram(built, telegram_api, 11, "Bea"),
                OnDiscord(built, discord_api, 21, "Carl"),
                OnThePage(built, session, page.address, "dora"),
                OnDiscord(built, discord_api, 22, "Emil"),
                OnTelegram(built, telegram_api, 12, "Fay"),
                OnThePage(built, session, page.address, "gus"),
            ),
        )
        for chat in built.chats.values():
            await chat.stop()
        await pump.stop()
        await pumping


@contextlib.asynccontextmanager
async def _served(built: Town, collect: Make) -> AsyncIterator[WebChat]:
    async def history(address: Address) -> list[Line]:
        return built.lines(address)

    page = WebChat(history=history, demo=True, clock=SystemClock(), draw=sketch, collect=collect)
    listener = listen("127.0.0.1", 0, 1)
    page.address = address_of(listener)
    server = Server(build_site(chat_routes=page.routes(), extra_routes=[], demo=True))
    serving = asyncio.create_task(server.serve([listener]))
    yield page
    server.should_exit = True
    await serving


async def _nothing_is_unreadable(_key: str, problem: str) -> None:
    raise AssertionError(problem)


def _telegram(api: BotApi) -> TelegramChat:
    on_skip = _nothing_is_unreadable
    return TelegramChat(token=api.token, api=api.url, on_skip=on_skip, clock=SystemClock(), timing=QUICK)


def _discord(api: DiscordApi) -> DiscordChat:
    async def unread() -> list[str]:
        return []

    return DiscordChat(
        token=api.token,
        api=f"{api.url}/api/v10",
        on_skip=_nothing_is_unreadable,
        clock=RealInstants(api.world.now),
        unread=unread,
        menu=slash_menu(),
    )
