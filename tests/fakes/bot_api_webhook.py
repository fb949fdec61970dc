"""Webhooks: setWebhook, deleteWebhook, getWebhookInfo, and the deliveries themselves.

Sources: "setWebhook", "getWebhookInfo"; Client::do_set_webhook and WebhookActor.cpp of
tdlib/telegram-bot-api. Unlike Telegram this server delivers one update after the other (there each chat has
its own queue), waits the same short time before each new try, and gives an update up after `tries`.
It delivers to loopback only: updates for any other host stay pending.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from .bot_api_params import Params
from .bot_api_polling import Polling
from .bot_api_refusals import SET_WEBHOOK_CAME, bad
from .bot_api_updates import Waiting
from .bot_api_world import World

_PORTS = {443, 80, 88, 8443}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SECRET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


@dataclass(frozen=True)
class Delivery:
    """One POST to the webhook. `status` is None when there was no answer; `at` in monotonic seconds."""

    at: float
    update_id: int | None
    status: int | None
    body: str


class Webhook:
    """Runs on the server's loop."""

    def __init__(self, world: World, polling: Polling, local: bool, tries: int, pause: float) -> None:
        self.world = world
        self.polling = polling
        self.local = local
        self.tries = tries
        self.pause = pause
        self.deliveries: list[Delivery] = []
        self._settings = Params()
        self._error: tuple[int, str] | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where updates go; empty when they are to be fetched."""
        return self.polling.webhook_url

    def wake(self) -> None:
        """There is a new update."""
        self._news.set()

    async def set_webhook(self, params: Params) -> tuple[bool, str]:
        """(True, Telegram's description). An empty `url` deletes it."""
        url = params.text("url")
        if not url:
            return await self.delete_webhook(params)
        self._check(url, params.text("secret_token"))
        self._drop_pending(params)
        kinds = params.json("allowed_updates", "can't parse allowed_updates JSON object")
        with self.world.changed:
            self.world.updates.choose(kinds)
        if url == self.url and params.text("secret_token") == self._settings.text("secret_token"):
            return True, "Webhook is already set"
        await self.close()
        self.polling.webhook_url = url
        self.polling.abort(SET_WEBHOOK_CAME)
        self._settings, self._error = params, None
        if urlsplit(url).hostname in _LOOPBACK:
            self._task = asyncio.create_task(self._deliver(url, params.text("secret_token")))
        return True, "Webhook was set"

    async def delete_webhook(self, params: Params) -> tuple[bool, str]:
        """(True, Telegram's description); pending updates stay unless `drop_pending_updates`."""
        was = self.url
        self.polling.webhook_url = ""
        await self.close()
        self._drop_pending(params)
        return True, "Webhook was deleted" if was else "Webhook is already deleted"

    def info(self) -> dict[str, Any]:
        """The "WebhookInfo" object."""
        with self.world.changed:
            body: dict[str, Any] = {
                "url": self.url,
                "has_custom_certificate": False,
                "pending_update_count": len(self.world.updates.waiting),
            }
            if self.world.updates.allowed:
                body["allowed_updates"] = sorted(self.world.updates.allowed)
        if self.url:
            body["max_connections"] = self._settings.integer("max_connections", 40, 1, 100)
        if self._error and self.url:
            body["last_error_date"], body["last_error_message"] = self._error
        return body

    async def close(self) -> None:
        """Stops delivering."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _check(self, url: str, secret: str) -> None:
        try:
            parts = urlsplit(url if "://" in url else f"https://{url}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        if not host or parts.scheme not in {"http", "https"} or any(c.isspace() for c in url):
            raise bad("invalid webhook URL specified")
        if len(secret.encode("utf-8", "replace")) > 256:
            raise bad("secret token is too long")
        if not _SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        if self.local:
            return
        if parts.scheme == "http":
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if (port or 443) not in _PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")

    def _drop_pending(self, params: Params) -> None:
        if params.flag("drop_pending_updates"):
            with self.world.changed:
                self.world.updates.waiting.clear()

    async def _deliver(self, url: str, secret: str) -> None:
        headers = {"Content-Type": "application/json", "User-Agent": "TelegramBot"}
        if secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        async with aiohttp.ClientSession(headers=headers) as session:
            while True:
                with self.world.changed:
                    first = next(iter(self.world.updates.waiting), None)
                if first is None:
                    self._news.clear()
                    await self._news.wait()
                    continue
                await self._try(session, url, first)

    async def _try(self, session: aiohttp.ClientSession, url: str, waiting: Waiting) -> None:
        for attempt in range(self.tries):
            if attempt:
                await asyncio.sleep(self.pause)
            delivery = await self._post(session, url, waiting)
            taken = delivery.status is not None and 200 <= delivery.status <= 299
            with self.world.changed:
                if taken or attempt == self.tries - 1:
                    self.world.updates.forget(waiting)
                self.deliveries.append(delivery)
                self.world.changed.notify_all()
            if taken:
                return

    async def _post(self, session: aiohttp.ClientSession, url: str, waiting: Waiting) -> Delivery:
        status, answer = None, ""
        try:
            timeout = aiohttp.ClientTimeout(total=10)
            data = json.dumps(waiting.body).encode()
            async with session.post(url, data=data, timeout=timeout, allow_redirects=False) as response:
                status, answer = response.status, await response.text(errors="replace")
                words = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            words = "Connection refused" if isinstance(error, OSError) else "Webhook connection closed"
        if status is None or not 200 <= status <= 299:
            self._error = (int(time.time()), words)
        return Delivery(time.monotonic(), waiting.id, status, answer)
