"""One small driver for each chat, all with the same methods: what a person sees and does there."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from bot.chats.telegram import TelegramChat
from bot.chats.web import WebChat
from bot.clock import SystemClock
from bot.errors import TryLater
from bot.outbox.history import Line
from bot.speech import Address, Chat, File, Incoming, Kind
from bot.web.server import Server, address_of, listen
from bot.web.site import build_site
from tests.chats.discord_drivers import discord_in_simcord, discord_over_http
from tests.chats.seen import Door, Seen
from tests.chats.telegram_door import QUICK
from tests.fakes import BotApi
from tests.kit.drawing import PNG
from tests.kit.talk import MemoryChat

PICTURE = PNG + b"seven pebbles"


class Driver(Protocol):
    """`knows_gone`: the platform can tell that a message to change is gone. `shows_files`: files can be given there.

    `language` is the one that the platform hints at, `most` how many characters a person can write at once.
    """

    address: Address
    knows_gone: bool
    shows_files: bool
    language: str
    most: int

    @property
    def chat(self) -> Chat:
        """The chat itself, as the pump and the composition root know it."""

    async def view(self, message: str) -> Seen | None:
        """Return what the person sees of a message now, None when it is gone."""

    async def write(self, text: str) -> None:
        """Write something; a slash begins a command. Returns before it is handled."""

    async def tap(self, message: str, payload: str) -> None:
        """Tap a button. Returns before it is handled."""

    async def introduce(self) -> None:
        """Do something that tells the person's language, where written words do not."""

    async def repeat(self) -> None:
        """Let the platform deliver the last event once more."""

    def toasts(self) -> list[str]:
        """Return what was shown beside tapped buttons."""

    def give(self, kind: str) -> File:
        """Return a voice note or photo that the platform has from the person, who may send it for that."""


class Memory:
    """The chat of the walks. It hears nothing by itself, so the driver hands events over as a platform would."""

    knows_gone = True
    shows_files = True
    language = "de"
    most = 4096

    async def introduce(self) -> None:
        """Words tell it."""

    def __init__(self, door: Door) -> None:
        self.chat: MemoryChat = MemoryChat()
        self.address = Address("memory", "anna")
        self._door = door
        self._shown: list[str] = []
        self._turn = asyncio.Lock()
        self._last: Incoming | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._number = 0

    async def view(self, message: str) -> Seen | None:
        for said in self.chat.inboxes.get("anna", []):
            if said.id == message:
                buttons = [(b.label, b.payload or b.url) for row in said.rows for b in row]
                return Seen(said.text, buttons, said.chosen, said.file.id if said.file else "", said.image)
        return None

    async def write(self, text: str) -> None:
        name, _, rest = text[1:].partition(" ")
        if text.startswith("/"):
            self._hand(Kind.COMMAND, name.lower(), rest=rest)
        else:
            self._hand(Kind.TEXT, text)

    async def tap(self, message: str, payload: str) -> None:
        self._hand(Kind.TAP, payload, message=message)

    async def repeat(self) -> None:
        assert self._last is not None
        self._begin(self._last)

    def toasts(self) -> list[str]:
        return self._shown

    def give(self, kind: str) -> File:
        return File("memory", kind, f"{kind}-file")

    def _hand(self, kind: Kind, text: str, **more: Any) -> None:
        self._number += 1
        self._last = Incoming(f"memory:{self._number}", self.address, kind, text, language="de", **more)
        self._begin(self._last)

    def _begin(self, incoming: Incoming) -> None:
        task = asyncio.create_task(self._deliver(incoming))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, incoming: Incoming) -> None:
        async with self._turn:
            while True:
                with contextlib.suppress(TryLater):
                    shown = await self._door.receive(incoming)
                    self._shown += [shown.toast] if shown.toast else []
                    return


@dataclass
class Told(Seen):
    """A line as a page is told of it: of a picture the words."""

    alt: str = ""


class Web:
    """The local page: a browser that listens, speaks, and tries again after a 503, as the page's script does."""

    knows_gone = False  # the page takes a change of a line that it does not show, and shows nothing
    shows_files = False  # a page takes words only
    language = "de"
    most = 4096

    async def introduce(self) -> None:
        """Words tell it."""

    def __init__(self, url: str, session: aiohttp.ClientSession, chat: WebChat) -> None:
        self.chat = chat
        self.address = Address("web", "anna")
        self.ready = asyncio.Event()
        self._url = url
        self._session = session
        self._lines: dict[str, Told] = {}
        self._shown: list[str] = []
        self._last: tuple[str, dict[str, Any]] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Keep the view up to date with the stream, until it ends."""
        async with self._session.get(f"{self._url}/chat/events?me=anna") as stream:
            kind = ""
            async for raw in stream.content:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    self._take(kind, json.loads(value))

    def _take(self, kind: str, said: dict[str, Any]) -> None:
        if kind == "hello":
            self.ready.set()
        elif kind == "delete":
            self._lines.pop(said["id"], None)
        elif kind == "line" or (kind == "edit" and said["id"] in self._lines):
            earlier = self._lines.get(said["id"])
            text = said["text"] or (earlier.text if earlier else "")
            buttons = [(b["label"], b["payload"] or b["url"]) for row in said["rows"] for b in row]
            picture = said.get("picture") or (earlier.alt if earlier else "")
            self._lines[said["id"]] = Told(text, buttons, said["chosen"], alt=picture)

    async def view(self, message: str) -> Seen | None:
        await asyncio.sleep(0.02)
        line = self._lines.get(f"o{message}")
        if line is None:
            return None
        async with self._session.get(f"{self._url}/chat/picture/{message}?me=anna") as answer:
            assert (answer.status == 200) == bool(line.alt), "a picture comes with its words"
            picture = await answer.read() if line.alt else b""
        return Seen(line.text, line.buttons, line.chosen, picture=picture)

    async def history(self, _address: Address) -> list[Line]:
        """Return what the outbox would know of the lines that are shown."""
        return [
            Line(name, False, line.text, 0, picture={"alt": line.alt} if line.alt else None, alt=line.alt)
            for name, line in self._lines.items()
        ]

    async def write(self, text: str) -> None:
        self._post("/chat/say", {"text": text})

    async def tap(self, message: str, payload: str) -> None:
        self._post("/chat/tap", {"message": f"o{message}", "payload": payload})

    async def repeat(self) -> None:
        assert self._last is not None
        self._begin(*self._last)

    def toasts(self) -> list[str]:
        return self._shown

    def give(self, kind: str) -> File:
        return File("web", kind, f"{kind}-file")

    def _post(self, path: str, body: dict[str, Any]) -> None:
        self._last = (path, body | {"me": "anna", "key": uuid.uuid4().hex, "language": "de"})
        self._begin(*self._last)

    def _begin(self, path: str, body: dict[str, Any]) -> None:
        task = asyncio.create_task(self._insist(path, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _insist(self, path: str, body: dict[str, Any]) -> None:
        with contextlib.suppress(aiohttp.ClientError):
            for _ in range(20):
                async with self._session.post(self._url + path, json=body) as answer:
                    if answer.status != 503:
                        toast = (await answer.json()).get("toast")
                        self._shown += [toast] if toast else []
                        return
                await asyncio.sleep(0.02)


class Telegram:
    """Telegram over HTTP, as the fake Bot API shows it."""

    knows_gone = True
    shows_files = True
    language = "de"
    most = 4096

    async def introduce(self) -> None:
        """Words tell it."""

    def __init__(self, api: BotApi, chat: TelegramChat) -> None:
        self.chat = chat
        self.api = api
        self.person = api.person(11, language="de")
        self.person.user.started = True
        self.address = Address("telegram", "11")

    async def view(self, message: str) -> Seen | None:
        for said in self.person.inbox:
            if str(said.message_id) == message and not said.deleted:
                text, _, chosen = said.text.partition("\n\n✓ ")
                keys = said.markup.raw.get("inline_keyboard", [])
                buttons = [(key["text"], key.get("callback_data") or key["url"]) for row in keys for key in row]
                if isinstance(said.photo, bytes):
                    return Seen(text, buttons, chosen, picture=said.photo)
                return Seen(text, buttons, chosen, str(said.photo or said.sound or ""))
        return None

    async def write(self, text: str) -> None:
        self.person.send(text)

    async def tap(self, message: str, payload: str) -> None:
        said = next(said for said in self.person.inbox if str(said.message_id) == message)
        self.person.tap(payload, said)

    async def repeat(self) -> None:
        self.api.repeat_last()

    def toasts(self) -> list[str]:
        return [toast.text for toast in self.person.toasts if toast.text]

    def give(self, kind: str) -> File:
        if kind == "photo":
            self.person.send_photo()
        else:
            self.person.send_voice(42)
        return File("telegram", kind, f"{kind}-file")


@contextlib.asynccontextmanager
async def memory(door: Door) -> AsyncIterator[Driver]:
    yield Memory(door)


@contextlib.asynccontextmanager
async def web(door: Door) -> AsyncIterator[Driver]:
    drivers: list[Web] = []

    async def history(address: Address) -> list[Line]:
        return await drivers[0].history(address) if drivers else []

    async def draw(_what: Mapping[str, Any]) -> bytes:
        return PICTURE

    chat = WebChat(history=history, demo=True, clock=SystemClock(), draw=draw)
    listener = listen("127.0.0.1", 0, 1)
    server = Server(build_site(chat_routes=chat.routes(), extra_routes=[], demo=True))
    serving = asyncio.create_task(server.serve([listener]))
    await chat.start()
    await chat.hear(door.receive)
    async with aiohttp.ClientSession() as session:
        driver = Web(address_of(listener), session, chat)
        drivers.append(driver)
        listening = asyncio.create_task(driver.listen())
        await asyncio.wait_for(driver.ready.wait(), 5)
        yield driver
        await chat.stop()
        await listening
    server.should_exit = True
    await serving


@contextlib.asynccontextmanager
async def telegram(door: Door) -> AsyncIterator[Driver]:
    async with BotApi(conflict_pause=0.2) as api:

        async def on_skip(_key: str, _problem: str) -> None:
            raise AssertionError("nothing here is unreadable")

        chat = TelegramChat(token=api.token, api=api.url, on_skip=on_skip, clock=SystemClock(), timing=QUICK)
        await chat.start()
        await chat.hear(door.receive)
        yield Telegram(api, chat)
        await chat.stop()


CHATS: dict[str, Callable[[Door], contextlib.AbstractAsyncContextManager[Driver]]] = {
    "memory": memory,
    "web": web,
    "telegram": telegram,
    "discord": discord_over_http,
    "simcord": discord_in_simcord,
}
