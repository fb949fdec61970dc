"""What a picture needs before its row is sent: to be drawn, outside any transaction, or to be left out."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from bot.clock import Clock
from bot.outbox.parcels import Parcel
from bot.outbox.studio import Draw, Undrawn
from bot.speech import Op, Outgoing
from bot.speech.instants import plain

log = structlog.get_logger()

MOST_IN_LINE = 8
"""Pictures that wait to be drawn at once: an answer's waits for no more than these, and rows without one have room."""
PATIENCE = 60.0
"""Seconds for waiting and drawing together."""
APART = 0.2
"""Seconds for one picture, by which those that find the line full come back one after the other."""
LARGEST = 8 * 1024 * 1024
"""Bytes: Telegram and Discord take pictures of up to 10 MB."""


async def nobody_draws(_what: Mapping[str, Any]) -> bytes:
    """Draw nothing: where there is no studio, texts go alone."""
    raise Undrawn("nobody draws here")


def wants_drawing(parcel: Parcel) -> bool:
    """Return whether a picture has to be drawn before the row can be sent: an edit leaves it as it is."""
    return parcel.outgoing.picture is not None and parcel.outgoing.op is Op.NEW


class Easel:
    """Gets pictures drawn. `tally` counts those that could not be."""

    def __init__(self, draw: Draw, clock: Clock, tally: Counter[str]) -> None:
        self._draw = draw
        self._clock = clock
        self._tally = tally
        self._in_line = 0
        self._free_at = 0.0

    @property
    def room(self) -> int:
        """How many more pictures may stand in line."""
        return MOST_IN_LINE - self._in_line

    async def drawn(self, parcel: Parcel) -> Parcel | int:
        """Return the parcel with its picture, or with its text alone; or in how many seconds to come back."""
        if self._in_line >= MOST_IN_LINE:
            now = self._clock.monotonic()
            self._free_at = max(now, self._free_at) + APART
            return 1 + int(self._free_at - now)
        self._in_line += 1
        try:
            async with asyncio.timeout(PATIENCE):
                return replace(parcel, outgoing=await self._with_picture(parcel.id, parcel.outgoing))
        except TimeoutError:
            return 1
        finally:
            self._in_line -= 1

    async def _with_picture(self, row: int, outgoing: Outgoing) -> Outgoing:
        assert outgoing.picture is not None
        alt = plain(outgoing.alt)
        try:
            image = await self._draw(outgoing.picture)
            if not 0 < len(image) <= LARGEST:
                raise Undrawn("its size")
        except Exception as why:
            self._tally["undrawn"] += 1
            # What another fault says may hold anything, so only the kind of it is kept.
            problem = str(why) if isinstance(why, Undrawn) else type(why).__name__
            log.warning("picture_undrawn", row=row, problem=problem)
            return replace(outgoing, text=outgoing.text or alt, picture=None, alt="")
        return replace(outgoing, image=image, alt=alt)
