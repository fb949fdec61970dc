"""Telegram's webhook: one address that takes updates from whoever knows the secret."""

import hmac
import json
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import TryLater

Accept = Callable[[object], Awaitable[None]]
"""Returns after the commit; raises TryLater when the sender has to repeat the update."""

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LONGEST = 1024 * 1024
"""Bytes of a body; Telegram's updates are a few kB."""


def webhook_route(path: str, secret: str, accept: Accept) -> Route:
    """Return the route for `path`, which must not hold the token. Every answer has an empty body.

    200 after the commit, 503 when nothing was stored (Telegram then sends it again), 403 without the secret,
    413 and 415 for a body that cannot be an update. A body that is no JSON, or is nested too deeply, goes to
    `accept` as bytes to be recorded as skipped, and is answered with 200: whoever sent it knew the secret and
    would send it for ever.
    """
    if not secret:
        raise ValueError("a webhook without a secret is open to everybody")

    async def take(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return Response(status_code=415)
        try:
            body = await _bounded(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        try:
            await accept(_read(body))
        except TryLater:
            return Response(status_code=503)
        return Response(status_code=200)

    return Route(path, take, methods=["POST"])


async def _bounded(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is known to be too long."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > LONGEST:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            return None
    return bytes(body)


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body
