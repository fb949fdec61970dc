"""The local chat page as a chat: browsers listen to server-sent events and speak in small POSTs.

The conversation itself is read back from the outbox and the remembered words, so a page that comes back
after a restart gets all of it again. What is pushed here only makes it quick.
"""

import asyncio
import hashlib
import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.chats.web_files import Files, History
from bot.chats.web_lines import arriving, changed, told
from bot.chats.web_streams import PING, Listeners, written
from bot.chats.web_trouble import (
    EMPTY,
    LATER,
    STRANGER,
    TOO_LONG,
    UNNAMED,
    UNREADABLE,
    Unreadable,
    kind_line,
)
from bot.clock import Clock
from bot.errors import PebbleError, TryLater
from bot.outbox.easel import nobody_makes
from bot.outbox.studio import Make
from bot.speech import Address, Incoming, Kind, Op, Outgoing, Receipt, Receive, Shown, WayIn

COOKIE = "pebble_person"
YEAR = 365 * 24 * 3600
BODY = 64 * 1024
"""Bytes of one POST."""
TEXT = 4096
"""UTF-16 units of one message, as on Telegram (Bot API, sendMessage)."""
STREAMS = 512
"""Browsers that listen at the same time."""

_NAME = re.compile(r"[a-z0-9-]{1,24}", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_MESSAGE = re.compile(r"o?([0-9]{1,18})", re.ASCII)


class WebChat:
    """The chat page's side of the port.

    `history` returns a conversation, oldest line first; `draw` draws the pictures in it, `collect` makes its files.
    In a demo a name in the request tells people apart; elsewhere a secret cookie does, and the address is made from its
    hash.
    """

    name = "web"
    shows_instants = False

    def __init__(
        self,
        *,
        history: History,
        demo: bool,
        clock: Clock,
        ping: float = PING,
        draw: Make = nobody_makes,
        collect: Make = nobody_makes,
    ) -> None:
        self._history = history
        self._files = Files(self.who, history, draw, collect)
        self._demo = demo
        self.address = ""
        """Where people reach the page, `https://pebble.example`; empty while nobody has said."""
        self._clock = clock
        self._listeners = Listeners(self._clock, ping)
        self._receive: Receive | None = None
        self._handling: set[asyncio.Task[Shown]] = set()
        # Events of one person are handled in order, those of different people side by side.
        self._turns: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()

    async def start(self) -> None:
        """See the port: it can push as soon as somebody listens."""

    async def hear(self, receive: Receive) -> None:
        self._receive = receive

    async def rest(self) -> None:
        self._receive = None
        if self._handling:
            await asyncio.wait(self._handling)

    async def stop(self) -> None:
        self._receive = None
        self._listeners.close()
        await self.rest()

    def way_in(self, token: str) -> WayIn | None:
        return WayIn(f"{self.address}/?invite={token}") if self.address else None

    def trouble(self) -> str | None:
        return None

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        """Push to the browsers that listen now; the others read it from the history. Never fails."""
        if outgoing.op is Op.NEW:
            self._listeners.push(address, "line", arriving(nonce, outgoing, self._clock.now()))
            return Receipt(str(nonce))
        said = changed(outgoing) if outgoing.op is Op.EDIT else {}
        self._listeners.push(address, outgoing.op, {"id": f"o{message}"} | said)
        return Receipt(message or "")

    def routes(self) -> list[Route]:
        """Return the routes that the page talks to."""
        return [
            Route("/chat/events", self._events, methods=["GET"]),
            *self._files.routes(),
            Route("/chat/hello", self._post(self._hello), methods=["POST"]),
            Route("/chat/say", self._post(self._say), methods=["POST"]),
            Route("/chat/tap", self._post(self._tap), methods=["POST"]),
        ]

    def who(self, request: Request, body: Mapping[str, Any] | None = None) -> Address | None:
        """Return who is asking, or None for nobody.

        A cookie says it, or in a demo `me`: in the body of a POST when there is one, else in the query.
        """
        if not self._demo:
            secret = request.cookies.get(COOKIE, "")
            return _address(secret) if _SECRET.fullmatch(secret) else None
        named = request.query_params.getlist("me") if body is None else [body.get("me", "me")]
        match named or ["me"]:
            case [str(me)] if _NAME.fullmatch(me):
                return Address("web", me)
        return None

    # Listening

    async def _events(self, request: Request) -> Response:
        address, secret = self.who(request), ""
        if address is None and not self._demo:
            secret = secrets.token_urlsafe(24)
            address = _address(secret)
        if address is None:
            return kind_line(request, UNNAMED, 400)
        if self._receive is None or self._listeners.count() >= STREAMS:
            return kind_line(request, LATER, 503)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        response = StreamingResponse(self._listen(address), headers=headers, media_type="text/event-stream")
        if secret:
            response.set_cookie(
                COOKIE, secret, YEAR, httponly=True, samesite="strict", secure=request.url.scheme == "https"
            )
        return response

    async def _listen(self, address: Address) -> AsyncIterator[str]:
        with self._listeners.joined(address) as stream:
            # Listens first, reads then: what is pushed in between waits, and a page knows lines by their ids.
            try:
                lines = [told(line) for line in await self._history(address)]
            except TryLater:
                return
            snapshot = {"lines": lines, "clock": self._clock.now(), "demo": self._demo}
            yield "retry: 1000\n" + written("hello", snapshot)
            for event in self._listeners.fresh(address):
                yield event
            async for event in stream.events():
                yield event

    # Speaking

    def _post(
        self, handle: Callable[[Address, dict[str, Any]], Awaitable[dict[str, Any]]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                body = await _read(request)
                address = self.who(request, body)
                if address is None:
                    raise Unreadable(UNNAMED if self._demo else STRANGER)
                return JSONResponse(await handle(address, body))
            except Unreadable as why:
                return kind_line(request, str(why), 400)
            except TryLater:
                return kind_line(request, LATER, 503)

        return endpoint

    async def _hello(self, address: Address, body: dict[str, Any]) -> dict[str, Any]:
        token = _field(body, "invite", 64)
        if token:
            said = _incoming(address, body, Kind.COMMAND, "accept", token)
            return {"toast": (await self._hand_over(said)).toast}
        said = _incoming(address, body, Kind.COMMAND, "start")
        if await self._history(address) or self._listeners.fresh(address):
            return {"toast": ""}
        return {"toast": (await self._hand_over(said)).toast}

    async def _say(self, address: Address, body: dict[str, Any]) -> dict[str, Any]:
        text = _field(body, "text", BODY)
        if not text.strip():
            raise Unreadable(EMPTY)
        if len(text.encode("utf-16-le")) > 2 * TEXT:
            raise Unreadable(TOO_LONG)
        kind, said, rest = Kind.TEXT, text, ""
        if text.startswith("/"):
            kind = Kind.COMMAND
            name, rest = [*text[1:].split(None, 1), "", ""][:2]
            said = name.lower()
        incoming = _incoming(address, body, kind, said, rest, keep_words=True)
        shown = await self._hand_over(incoming)
        line = await self._remembered(address, text)
        if line is not None:
            self._listeners.push(address, "line", line | {"key": body["key"]})
        return {"toast": shown.toast, "line": line}

    async def _tap(self, address: Address, body: dict[str, Any]) -> dict[str, Any]:
        message = _MESSAGE.fullmatch(_field(body, "message", 32))
        payload = _field(body, "payload", 64)
        if message is None or not payload:
            raise Unreadable(UNREADABLE)
        incoming = _incoming(address, body, Kind.TAP, payload, message=message[1])
        return {"toast": (await self._hand_over(incoming)).toast}

    async def _hand_over(self, incoming: Incoming) -> Shown:
        """Return after the commit; what has begun is finished even when the browser is gone."""
        turn = self._turns.setdefault(incoming.address, asyncio.Lock())
        async with turn:
            if self._receive is None:
                raise TryLater("the chat is not listening")
            task = asyncio.ensure_future(self._receive(incoming))
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)
            return await asyncio.shield(task)

    async def _remembered(self, address: Address, text: str) -> dict[str, Any] | None:
        """Return the person's own line as the history has it, with the id by which pages will know it."""
        with suppress(PebbleError):
            for line in reversed(await self._history(address)):
                if line.mine and line.text.split() == text.split():
                    return told(line)
        return None


def _address(secret: str) -> Address:
    return Address("web", hashlib.sha256(secret.encode()).hexdigest()[:32])


async def _read(request: Request) -> dict[str, Any]:
    # JSON only: a foreign page could send a form without asking, but not this type.
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise Unreadable(UNREADABLE)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            raise Unreadable(TOO_LONG)
    try:
        content = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Unreadable(UNREADABLE) from None
    if not isinstance(content, dict):
        raise Unreadable(UNREADABLE)
    return content


def _field(body: Mapping[str, Any], name: str, longest: int) -> str:
    """Return a text of the body, at most `longest` bytes; a missing one is empty."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise Unreadable(UNREADABLE)
    try:
        size = len(value.encode())
    except UnicodeEncodeError:  # half of a surrogate pair
        raise Unreadable(UNREADABLE) from None
    if size > longest:
        raise Unreadable(TOO_LONG)
    return value


def _incoming(
    address: Address,
    body: Mapping[str, Any],
    kind: Kind,
    text: str,
    rest: str = "",
    *,
    message: str | None = None,
    keep_words: bool = False,
) -> Incoming:
    key = _field(body, "key", 64)
    if not _KEY.fullmatch(key):
        raise Unreadable(UNREADABLE)
    once = hashlib.sha256(f"{address}\n{key}".encode()).hexdigest()
    return Incoming(
        f"web:{once}",
        address,
        kind,
        text,
        rest,
        message,
        _field(body, "language", 16) or None,
        _field(body, "zone", 64) or None,
        keep_words=keep_words,
    )
