"""Stands before every page: who may ask, what a browser may do with the answer, errors that tell nothing."""

import traceback
from collections.abc import Collection
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.texts import N_
from bot.web.wording import kind_line

log = structlog.get_logger()

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names under which a machine knows itself."""

ELSEWHERE = N_("This page answers only to the machine that it runs on.")
FOREIGN = N_("This came from another site, so I left it alone.")
BROKEN = N_("Something went wrong on my side. Nothing of it was kept; please try once more.")

_HEADERS = {
    # "default-src 'self'" also forbids inline scripts and styles; forms and frames do not fall back to it.
    "content-security-policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """ASGI middleware around everything.

    `hosts` are the names in the Host header that are answered, with any port; none at all answers every name.
    A named Host keeps a foreign site from reaching this machine by a name of its own that points here.
    With hosts given, a writing request must also come from a page of the same origin.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(host.strip("[]").lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_guarded)
            return
        try:
            await self._app(scope, receive, send_guarded)
        except ClientDisconnect:
            return
        except Exception as error:
            # Neither the message nor the address: either may hold a person's words or name.
            log.error("web_request_failed", error=type(error).__name__, where=_where(error))
            if not started:
                await kind_line(Headers(scope=scope), BROKEN, 500)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts and _hostname(host) not in self._hosts:
            return kind_line(headers, ELSEWHERE, 400)
        if scope["method"] in _READING:
            return None
        origin = headers.get("origin")
        foreign = headers.get("sec-fetch-site") in {"cross-site", "same-site"}
        if origin is not None:
            foreign = foreign or origin.lower() not in {f"http://{host}".lower(), f"https://{host}".lower()}
        return kind_line(headers, FOREIGN, 403) if foreign else None


def _hostname(host: str) -> str:
    """Return the name without its port: `[::1]:8000` is `::1`; what is no host is empty."""
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "") if parts.netloc == host and "@" not in host else ""
    except ValueError:
        return ""


def _where(error: BaseException) -> str:
    """Return the innermost places of the traceback, without what was said there."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
