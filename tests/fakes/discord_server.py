"""The HTTP side: a thread with an event loop of its own, on loopback, that answers `/api/v10` and `/gateway`.

A thread of its own serves both kinds of test: one whose bot runs in the test's event loop, and one that is
synchronous and talks to a subprocess which it kills.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import threading
import time
from typing import Any

from aiohttp import BodyPartReader, web

from .bot_api_faults import Broken, Cut, Delay, Hang
from .discord_drafts import Upload
from .discord_errors import Refusal, refused
from .discord_faults import DiscordCall, DiscordFault, DiscordRefused, DiscordTooMany, Faults
from .discord_gateway import Gateway
from .discord_interactions import Ask
from .discord_routes import find_route
from .discord_world import World
from .serving import serve

_BASE = "/api/v10"
_PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body></html>"


class Server:
    """One application's Discord. `start` and `stop` are for the test's thread, everything else runs on the loop."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.gateway = Gateway(world)
        self.faults = Faults()
        self.calls: list[DiscordCall] = []
        self.errors: list[BaseException] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="discord-api", daemon=True)

    def start(self, port: int = 0) -> None:
        """Listens before it returns. Raises OSError when the port is taken."""
        self._port = port
        self._thread.start()
        self._ready.wait()
        if self.errors:
            raise self.errors[0]

    def stop(self) -> None:
        """Closes every connection and ends the thread; may be called twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def _run(self) -> None:
        serve(self._loop, self._serve(), self._ready, self.errors)

    async def _serve(self) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/attachments/{channel}/{id}/{name}", self._attachment)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        sockets = site._server.sockets if isinstance(site._server, asyncio.Server) else ()
        port = next((socket.getsockname()[1] for socket in sockets), self._port)
        self.world.url = f"http://127.0.0.1:{port}"
        self._ready.set()
        await self._stopping.wait()
        self.gateway.close()
        await runner.cleanup()

    async def _attachment(self, request: web.Request) -> web.Response:
        """A file of the CDN; its link ends with the time in `ex`, Unix seconds in hexadecimal."""
        expires = int(request.query.get("ex", "0"), 16)
        with self.world.changed:
            every = [each for message in self.world.messages.values() for each in message.attachments]
        for attachment in every:
            if str(attachment.id) == request.match_info["id"] and self.world.now() < expires:
                return web.Response(body=attachment.content, content_type=attachment.content_type)
        return web.Response(status=404, text="This content is no longer available.")

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path
        call = DiscordCall(time.monotonic(), request.method, path.removeprefix(_BASE))
        with self.world.changed:
            self.calls.append(call)
        try:
            answer = await self._answer(request, call, path)
        except Refusal as refusal:
            call.outcome = str(refusal)
            return _json(refusal.status, refusal.body)
        except _Answered as answered:
            return answered.response
        except Exception as error:
            call.outcome = f"500 {error!r}"
            self.errors.append(error)
            raise
        call.outcome = "ok"
        return web.Response(status=204) if answer is None else _json(200, answer)

    async def _answer(self, request: web.Request, call: DiscordCall, path: str) -> Any:
        if not path.startswith(_BASE):
            raise Refusal(404, 0, "404: Not Found")
        route, parts = find_route(call.method, call.path)
        if not call.has_token and request.headers.get("Authorization") != f"Bot {self.world.token}":
            raise refused(0)
        ask = Ask(self.world, parts, dict(request.query))
        ask.body, ask.files = await _read_body(request)
        call.body = ask.body
        with self.world.changed:
            pause = self.faults.pause_left(call)
            fault = pause or self.faults.take(call)
            if isinstance(fault, DiscordTooMany) and not pause:
                self.faults.pause(fault, call)
        await self._before(request, call, fault)
        with self.world.changed:
            answer = route(ask)
            answer = json.loads(json.dumps(answer))
        await self._after(request, call, fault)
        return answer

    async def _before(self, request: web.Request, call: DiscordCall, fault: DiscordFault | None) -> None:
        match fault:
            case DiscordTooMany():
                call.outcome = "429"
                raise _Answered(_too_many(fault))
            case DiscordRefused():
                raise Refusal(fault.status, fault.code, fault.message)
            case Broken():
                call.outcome = str(fault.status)
                raise _Answered(
                    web.Response(status=fault.status, text=_PAGE.format(fault.status), content_type="text/html")
                )
            case Cut(after=False):
                self._cut(request, call)
            case Hang(after=False):
                await self._hang(request, call)
            case Delay(after=False):
                await asyncio.sleep(fault.seconds)

    async def _after(self, request: web.Request, call: DiscordCall, fault: DiscordFault | None) -> None:
        match fault:
            case Cut():
                self._cut(request, call)
            case Hang():
                await self._hang(request, call)
            case Delay(after=True):
                await asyncio.sleep(fault.seconds)

    def _cut(self, request: web.Request, call: DiscordCall) -> None:
        call.outcome = "cut"
        if request.transport:
            request.transport.abort()
        raise asyncio.CancelledError

    async def _hang(self, request: web.Request, call: DiscordCall) -> None:
        call.outcome = "hang"
        await self._stopping.wait()
        self._cut(request, call)


class _Answered(Exception):
    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    """discord.py reads JSON only where the type is exactly this; `Via` tells Discord's 429 from Cloudflare's."""
    whole = {"Content-Type": "application/json", "Via": "1.1 google"} | (headers or {})
    return web.Response(status=status, body=json.dumps(body).encode(), headers=whole)


def _too_many(fault: DiscordTooMany) -> web.Response:
    headers = {
        "Retry-After": str(math.ceil(fault.seconds)),
        "X-RateLimit-Scope": "global" if fault.everywhere else "user",
    }
    if fault.everywhere:
        headers["X-RateLimit-Global"] = "true"
    body = {"message": "You are being rate limited.", "retry_after": fault.seconds, "global": fault.everywhere}
    return _json(429, body, headers)


async def _read_body(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    """The JSON, alone or as `payload_json` beside `files[n]`."""
    text, files = "", {}
    if request.content_type.startswith("multipart/"):
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise refused(50109)
            if part.name == "payload_json":
                text = await part.text()
            elif match := re.fullmatch(r"files\[(\d+)]", part.name or ""):
                kind = part.headers.get("Content-Type", "application/octet-stream")
                files[int(match[1])] = Upload(part.filename or "file", bytes(await part.read()), kind)
    elif request.can_read_body:
        if request.content_type != "application/json":
            raise refused(50109)
        text = await request.text()
    if not text:
        return None, files
    try:
        body = json.loads(text)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except ValueError:
        raise refused(50109) from None
    return body, files
