"""getUpdates as a long poll: one reader at a time (Client::do_get_updates, abort_long_poll)."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from .bot_api_params import Params
from .bot_api_refusals import OTHER_GET_UPDATES, WEBHOOK_ACTIVE, conflict
from .bot_api_world import World

_LONGEST = 50  # seconds; a greater timeout is cut, LONG_POLL_MAX_TIMEOUT


class Polling:
    """Runs on the server's loop. `conflict_pause` seconds keep two readers from chasing each other: the first
    loser hears at once, further ones within the pause only after it (Client::fail_query_conflict)."""

    def __init__(self, world: World, conflict_pause: float) -> None:
        self.world = world
        self.conflict_pause = conflict_pause
        self.webhook_url = ""
        self._waiting: asyncio.Future[str | None] | None = None
        self._offset = 0
        self._quiet_until = 0.0

    async def get_updates(self, params: Params) -> Any:
        """The updates, after at most `timeout` seconds. Raises a 409 when somebody else takes over."""
        if self.webhook_url:
            raise conflict(WEBHOOK_ACTIVE)
        offset = params.integer("offset")
        limit = params.integer("limit", 100, 1, 100)
        timeout = params.integer("timeout", 0, 0, _LONGEST)
        found = self._take(offset, limit, params)
        if found or not timeout:
            return found
        self.abort(OTHER_GET_UPDATES)
        mine: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiting, self._offset = mine, offset
        self.wake()  # an update may have come between the look and the wait
        await asyncio.wait([mine], timeout=timeout)
        if self._waiting is mine:
            self._waiting = None
        if mine.done() and (lost := mine.result()):
            await self._hold_back()
            raise conflict(lost)
        return self._take(offset, limit, Params())

    def _take(self, offset: int, limit: int, params: Params) -> list[Any]:
        with self.world.changed:
            self.world.updates.choose(params.json("allowed_updates", "can't parse allowed_updates JSON object"))
            return self.world.updates.take(offset, limit)

    async def _hold_back(self) -> None:
        now = time.monotonic()
        if now < self._quiet_until:
            await asyncio.sleep(self.conflict_pause)
        else:
            self._quiet_until = now + self.conflict_pause

    def abort(self, why: str) -> None:
        """Ends the running long poll with a 409."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(why)
        self._waiting = None

    def wake(self) -> None:
        """Lets the running long poll look again."""
        with self.world.changed:
            ready = self.world.updates.pending_for(self._offset)
        if ready and self._waiting and not self._waiting.done():
            self._waiting.set_result(None)
