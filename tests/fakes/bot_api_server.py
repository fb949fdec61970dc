"""The HTTP side: a thread with an event loop of its own, on loopback, that answers `/bot<token>/<method>`.

A thread of its own serves both kinds of test: one whose bot runs in the test's event loop, and one that is
synchronous and talks to a subprocess which it kills.
"""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from typing import Any

from aiohttp import web

from .bot_api_faults import (
    Broken,
    Call,
    Cut,
    Delay,
    Fault,
    Faults,
    Forbidden,
    Hang,
    Pace,
    Refused,
    TooMany,
)
from .bot_api_methods import METHODS, SENDING, chat_id_of
from .bot_api_params import Params, read_params
from .bot_api_polling import Polling
from .bot_api_refusals import Refusal, too_many
from .bot_api_webhook import Webhook
from .bot_api_world import World
from .serving import serve

_PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body></html>"
_REASONS = {500: "Internal Server Error", 502: "502 Bad Gateway", 504: "504 Gateway Time-out"}


class Server:
    """One bot's Bot API. `start` and `stop` are for the test's thread, everything else runs on the loop."""

    def __init__(self, world: World, token: str, *, local: bool, conflict_pause: float, tries: int) -> None:
        self.world = world
        self.token = token
        self.calls: list[Call] = []
        self.faults = Faults()
        self.pace: Pace | None = None
        self.port = 0
        self.errors: list[BaseException] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="bot-api", daemon=True)
        self.polling = Polling(world, conflict_pause)
        self.webhook = Webhook(world, self.polling, local, tries, pause=0.1)

    def start(self, port: int = 0) -> None:
        """Listens before it returns. Raises OSError when the port is taken."""
        self.port = port
        self._thread.start()
        self._ready.wait()
        if self.errors:
            raise self.errors[0]
        self.world.on_update = self.wake

    def stop(self) -> None:
        """Closes every connection and ends the thread; may be called twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def wake(self) -> None:
        """Called from any thread: there is an update to hand out."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.polling.wake)
            self._loop.call_soon_threadsafe(self.webhook.wake)

    def _run(self) -> None:
        serve(self._loop, self._serve(), self._ready, self.errors)

    async def _serve(self) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        sockets = site._server.sockets if isinstance(site._server, asyncio.Server) else ()
        self.port = next((socket.getsockname()[1] for socket in sockets), self.port)
        self._ready.set()
        await self._stopping.wait()
        await self.webhook.close()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = Call(time.monotonic(), "", {}, None)
        try:
            method = self._route(request.rel_url.raw_path, call)
            params = await read_params(request)
            call.params, call.chat_id = params.values, chat_id_of(params)
            return await self._answer(request, call, method or params.text("method"), params)
        except Refusal as refusal:
            return self._refused(call, refusal)

    def _route(self, path: str, call: Call) -> str:
        """The method of `/bot<token>/<method>` (HttpConnection::handle, ClientManager::send)."""
        token, slash, method = path.removeprefix("/bot").partition("/")
        call.method = method
        with self.world.changed:
            self.calls.append(call)
            self.world.changed.notify_all()
        if not path.startswith("/bot") or not slash:
            raise Refusal(404, "Not Found")
        bot_id, colon, _ = token.replace("%3A", ":").partition(":")
        if not colon or not bot_id.isdigit() or bot_id.startswith("0") or len(token) > 80:
            raise Refusal(401, "Unauthorized: invalid token specified")
        if token.replace("%3A", ":") != self.token:
            raise Refusal(401, "Unauthorized")
        return method

    async def _answer(self, request: web.Request, call: Call, method: str, params: Params) -> web.StreamResponse:
        call.method = method
        name = method.lower()
        with self.world.changed:
            left = self.faults.pause_left(call)
            fault = None if left is not None else self._fault(call, name)
        if left is not None:
            raise too_many(left)
        if fault:
            await self._before(request, call, fault)
        result, description = await self._carry_out(name, params)
        if fault:
            await self._after(request, call, fault)
        self._end(call, "ok")
        more = {"description": description} if description else {}
        return web.json_response({"ok": True, "result": result} | more)

    def _fault(self, call: Call, name: str) -> Fault | None:
        fault = self.faults.take(call)
        if fault is None and self.pace and name in SENDING and call.chat_id is not None:
            fault = self.pace.take(call.chat_id)
        return fault

    async def _before(self, request: web.Request, call: Call, fault: Fault) -> None:
        match fault:
            case TooMany():
                with self.world.changed:
                    self.faults.pause(fault, call)
                raise too_many(fault.retry_after)
            case Forbidden():
                raise Refusal(403, fault.description)
            case Refused():
                raise Refusal(fault.status, fault.description)
            case Broken():
                raise Refusal(fault.status, _REASONS.get(fault.status, "Internal Server Error"))
            case Cut(after=False):
                self._cut(request, call, "cut before")
            case Hang(after=False):
                await self._hang(request, call, "hang before")
            case Delay(after=False):
                await asyncio.sleep(fault.seconds)

    async def _after(self, request: web.Request, call: Call, fault: Fault) -> None:
        match fault:
            case Cut():
                self._cut(request, call, "cut after")
            case Hang():
                await self._hang(request, call, "hang after")
            case Delay(after=True):
                await asyncio.sleep(fault.seconds)

    def _cut(self, request: web.Request, call: Call, outcome: str) -> None:
        self._end(call, outcome)
        if request.transport:
            request.transport.abort()
        raise asyncio.CancelledError

    async def _hang(self, request: web.Request, call: Call, outcome: str) -> None:
        self._end(call, outcome)
        await self._stopping.wait()
        self._cut(request, call, outcome)

    async def _carry_out(self, name: str, params: Params) -> tuple[Any, str]:
        if name == "getupdates":
            return await self.polling.get_updates(params), ""
        if name == "setwebhook":
            return await self.webhook.set_webhook(params)
        if name == "deletewebhook":
            return await self.webhook.delete_webhook(params)
        if name == "getwebhookinfo":
            return self.webhook.info(), ""
        if name not in METHODS:
            raise Refusal(404, "Not Found: method not found")
        with self.world.changed:
            result = METHODS[name](self.world, params)
            self.world.changed.notify_all()
        return result, ""

    def _refused(self, call: Call, refusal: Refusal) -> web.Response:
        self._end(call, str(refusal))
        if refusal.status in {502, 504}:
            page = _PAGE.format(_REASONS[refusal.status])
            return web.Response(status=refusal.status, text=page, content_type="text/html")
        retry_after = refusal.parameters.get("retry_after")
        headers = {"Retry-After": str(math.ceil(retry_after))} if retry_after else None
        body = json.dumps(refusal.body())
        return web.Response(status=refusal.status, text=body, content_type="application/json", headers=headers)

    def _end(self, call: Call, outcome: str) -> None:
        with self.world.changed:
            call.outcome, call.ended_at = outcome, time.monotonic()
            self.world.changed.notify_all()
