"""What a row needs before it is sent: its picture or its file is made, outside any transaction, or it goes without."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from bot.clock import Clock
from bot.errors import TryLater
from bot.outbox.parcels import Parcel
from bot.outbox.studio import Make, Undrawn, Unwanted
from bot.speech import Outgoing
from bot.speech.instants import plain

log = structlog.get_logger()

MOST_IN_LINE = 8
"""Pictures that are made at once: an answer's waits for no more than these, and the others have room."""
PATIENCE = 60.0
"""Seconds for waiting and drawing together."""
LONGEST = 900.0
"""Seconds for one file, behind those that the page gets: of 100,000 moments all of them take 60 to 100."""
APART = 0.2
"""Seconds for one picture, by which those that find the line full come back one after the other."""
LARGEST = 8 * 1024 * 1024
"""Bytes: Telegram and Discord take pictures of up to 10 MB."""


async def nobody_makes(_what: Mapping[str, Any]) -> bytes:
    """Make nothing: where there is no studio, texts go alone."""
    raise Undrawn("nobody makes it here")


class Easel:
    """Gets pictures drawn and files collected. `tally` counts those that could not be."""

    def __init__(self, draw: Make, collect: Make, clock: Clock, tally: Counter[str]) -> None:
        self._draw = draw
        self._collect = collect
        self._clock = clock
        self._tally = tally
        self._pictures = 0
        self._free_at = 0.0

    @property
    def room(self) -> int:
        """How many more pictures may stand in line."""
        return MOST_IN_LINE - self._pictures

    async def made(self, parcel: Parcel) -> Parcel | int:
        """Return the parcel with what it needs, or with its text alone; or in how many seconds to come back.

        Raises TryLater where that is up to the sender, and Unwanted where nothing is left to be sent.
        """
        drawn = parcel.outgoing.picture is not None
        if drawn and self.room <= 0:
            now = self._clock.monotonic()
            self._free_at = max(now, self._free_at) + APART
            return 1 + int(self._free_at - now)
        self._pictures += drawn
        try:
            async with asyncio.timeout(PATIENCE if drawn else LONGEST):
                make = self._with_picture if drawn else self._with_file
                return replace(parcel, outgoing=await make(parcel.id, parcel.outgoing))
        except TimeoutError:
            return 1
        finally:
            self._pictures -= drawn

    async def _with_picture(self, row: int, outgoing: Outgoing) -> Outgoing:
        assert outgoing.picture is not None
        alt = plain(outgoing.alt)
        try:
            image = await self._draw(outgoing.picture)
            if not 0 < len(image) <= LARGEST:
                raise Undrawn("its size")
        except Exception as why:
            self._tally["undrawn"] += 1
            log.warning("picture_undrawn", row=row, problem=_kind(why))
            return replace(outgoing, text=outgoing.text or alt, picture=None, alt="")
        return replace(outgoing, image=image, alt=alt)

    async def _with_file(self, row: int, outgoing: Outgoing) -> Outgoing:
        """Return the message with its file. Its maker is told for which row: it notes there whose words stand in it."""
        file = outgoing.attachment
        assert file is not None
        assert file.what is not None
        try:
            made = file.holding(await self._collect({**file.what, "row": row}))
        except (TryLater, Unwanted):
            raise
        except Exception as why:
            self._tally["uncollected"] += 1
            log.warning("file_uncollected", row=row, problem=_kind(why))
            return replace(outgoing, text=outgoing.alt or outgoing.text, attachment=None, alt="")
        return replace(outgoing, attachment=made, alt="")


def _kind(why: Exception) -> str:
    """Return what is written down of a fault: its text may hold anything, so of most only the kind."""
    return str(why) if isinstance(why, Undrawn) else type(why).__name__
