"""Makes the files of /export when their rows leave: read beside the writer, off the event loop, one person at a time.

All of it happens in this process, for the key of whoever asked opens their words here and goes to no other: what draws
pictures runs a renderer over people's words, and is the last place for a key. So reading and packing are threads that
take small steps and let others have their turn between them.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.catalogue import Catalogue
from bot.errors import SealGone, TryLater
from bot.flows.collecting import PIECES, Collected, Verdict, collect_for, note, part
from bot.outbox.studio import Undrawn, Unwanted
from bot.privacy.export import share_of, shares_of
from bot.privacy.tables import LARGEST, Piece, Share
from bot.store import Store

AT_HAND = 60.0
"""Seconds from its last use for which what was collected stays at hand: the files of one wish are made of one look."""
STEP, REST, LONG_REST = 0.001, 0.001, 0.003
"""Seconds of work after which others have their turn, and for how long at least: for longer while people wait."""


@dataclass(slots=True)
class _Look:
    """What was collected for the files of one wish, and the files that were made of it so far."""

    of: str
    collected: Collected
    shares: dict[str, list[Share]] = field(default_factory=dict)


class Exports:
    """Makes files: `make` is the port of the pump, `make_anew` that of the page."""

    def __init__(self, store: Store, catalogue: Catalogue, largest: int = LARGEST) -> None:
        """`largest` is the size of one file, in bytes."""
        self._store = store
        self._catalogue = catalogue
        self._largest = largest
        self._turn = asyncio.Lock()
        self._look: _Look | None = None
        self._dropping: asyncio.TimerHandle | None = None

    async def make(self, what: Mapping[str, Any]) -> bytes:
        """Return the file that a row wants, after a commit that notes whose words stand in it.

        What was collected for another file of the same wish is used again, while it is at hand.

        Raises TryLater where somebody of those has left meanwhile or the database is away, and Unwanted where nothing
        is to be sent: who asked has left, or several rows have taken the place of one whose file would be too large.
        Raises Undrawn for every other trouble, of which it says only the kind.
        """
        async with self._turn:
            try:
                return await self._made(int(what["row"]), what)
            finally:
                self._let_go_later()

    async def make_anew(self, what: Mapping[str, Any]) -> bytes:
        """Return the file as `make` does, of what is kept now, and keep nothing of it at hand."""
        async with self._turn:
            self._let_go()
            try:
                return await self._made(int(what["row"]), what)
            finally:
                self._let_go()

    async def _made(self, row: int, what: Mapping[str, Any]) -> bytes:
        try:
            return await self._noted(row, what)
        except (TryLater, Unwanted):
            raise
        except Exception as error:
            raise Undrawn(type(error).__name__) from None

    async def _noted(self, row: int, what: Mapping[str, Any]) -> bytes:
        look = await self._looked(row, what["of"])
        form, pieces = what["export"], tuple(tuple(piece) for piece in what.get(PIECES, ()))
        if not pieces and await self._is_parted(look, row, form):
            raise Unwanted("several rows have taken its place")
        content = await self._content_of(look, form, pieces)
        verdict = await self._store.run(lambda tx: note(tx, row, look.collected))
        if verdict in (Verdict.OUTRUN, Verdict.GONE):
            self._let_go()
        if verdict is Verdict.OUTRUN:
            raise TryLater("somebody has left since it was collected")
        if verdict is not Verdict.READY:
            raise Unwanted("nothing is to stand there any more, or something else")
        return content

    async def _looked(self, row: int, of: str) -> _Look:
        if self._look is None or self._look.of != of:
            self._let_go()
            with _breath(self._store) as breathe:
                try:
                    collected = await self._store.read(lambda tx: collect_for(tx, row, of, self._catalogue, breathe))
                except SealGone:
                    raise TryLater("somebody is leaving") from None
            if collected is None:
                raise Unwanted("it is not to stand there any more")
            self._look = _Look(of, collected)
        self._hold()
        return self._look

    async def _is_parted(self, look: _Look, row: int, form: str) -> bool:
        """Return whether several rows take the place of one, now: all of it would be too large for a chat."""
        if form not in look.shares:
            with _breath(self._store) as breathe:
                found = look.collected.found
                look.shares[form] = await asyncio.to_thread(shares_of, found, form, self._largest, breathe)
        shares = look.shares[form]
        return len(shares) > 1 and await self._store.run(lambda tx: part(tx, row, shares))

    async def _content_of(self, look: _Look, form: str, pieces: tuple[Piece, ...]) -> bytes:
        for share in look.shares.get(form, ()):
            if share.pieces == pieces:
                return share.content
        with _breath(self._store) as breathe:
            return await asyncio.to_thread(share_of, look.collected.found, form, pieces, breathe)

    def _let_go(self) -> None:
        self._look = None
        self._hold()

    def _let_go_later(self) -> None:
        self._hold()
        if self._look:
            self._dropping = asyncio.get_running_loop().call_later(AT_HAND, self._let_go)

    def _hold(self) -> None:
        if self._dropping:
            self._dropping.cancel()


@contextmanager
def _breath(store: Store) -> Iterator[Callable[[], None]]:
    """Yield what a thread calls between small steps: others have their turn there, and it ends when nobody waits."""
    over, since = False, store.clock.monotonic()

    def breathe() -> None:
        nonlocal since
        if over:
            raise TryLater("nobody waits for it any more")
        if store.clock.monotonic() - since > STEP:
            time.sleep(LONG_REST if store.crowded else REST)
            since = store.clock.monotonic()

    try:
        yield breathe
    finally:
        over = True
