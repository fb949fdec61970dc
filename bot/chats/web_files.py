"""Files and pictures of the local page: each has an address of its own, and only its owner gets anything there."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.chats.web_trouble import LATER, NO_FILE, NO_PICTURE, kind_line
from bot.errors import TryLater
from bot.outbox.history import Line
from bot.outbox.studio import Make, Undrawn, Unwanted
from bot.speech import Address, Attachment

History = Callable[[Address], Awaitable[list[Line]]]

KEPT = 12
"""Pictures, of some hundred kB each, that need not be drawn again when a page is looked at again."""


class Files:
    """Hands out what comes with the messages of whoever asks. `who` tells who that is."""

    def __init__(self, who: Callable[[Request], Address | None], history: History, draw: Make, collect: Make) -> None:
        self._who = who
        self._history = history
        self._draw = draw
        self._collect = collect
        self._collecting: set[Address | None] = set()
        """For whom a file is being made."""
        self._drawn: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        # One at a time, so that a page full of pictures does not hold up those that are to be sent.
        self._turn = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/chat/file/{row:int}", self._file, methods=["GET"]),
            Route("/chat/picture/{row:int}", self._picture, methods=["GET"]),
        ]

    async def _file(self, request: Request) -> Response:
        """Hand out a file; one that is made when it leaves is made anew, of what is kept now."""
        try:
            line = await self._line(request)
            if line and line.attachment:
                return download(await self._whole(line.attachment, request))
        except (TryLater, Undrawn):
            return kind_line(request, LATER, 503)
        except Unwanted:
            pass
        return kind_line(request, NO_FILE, 404)

    async def _whole(self, file: Attachment, request: Request) -> Attachment:
        """Return a file with all that is in it. For each address one is made at a time: it stands in line with others.

        Raises TryLater, Undrawn and Unwanted.
        """
        address = self._who(request)
        if file.what is None:
            return file
        if address in self._collecting:
            raise TryLater("another one is being made for them")
        self._collecting.add(address)
        try:
            return file.holding(await self._collect({**file.what, "row": request.path_params["row"]}))
        finally:
            self._collecting.discard(address)

    async def _picture(self, request: Request) -> Response:
        """Draw what a message shows, light or dark as the page asks; 404 also once its text is forgotten."""
        try:
            line = await self._line(request)
            if line and line.picture is not None:
                return shown(await self._png(line, request.query_params.get("theme", "")))
        except TryLater:
            return kind_line(request, LATER, 503)
        except Undrawn:
            pass
        return kind_line(request, NO_PICTURE, 404)

    async def _line(self, request: Request) -> Line | None:
        address, wanted = self._who(request), f"o{request.path_params['row']}"
        lines = await self._history(address) if address else []
        return next((line for line in lines if line.id == wanted), None)

    async def _png(self, line: Line, theme: str) -> bytes:
        assert line.picture is not None
        what = dict(line.picture)
        if "theme" in what and theme in ("light", "dark"):
            what["theme"] = theme
        key = (line.id, str(what.get("theme", "")))
        async with self._turn:
            if key not in self._drawn:
                self._drawn[key] = await self._draw(what)
            self._drawn.move_to_end(key)
            while len(self._drawn) > KEPT:
                self._drawn.popitem(last=False)
            return self._drawn[key]


def shown(png: bytes) -> Response:
    """Return a picture to be looked at; like the words beside it, no cache keeps it."""
    return Response(png, headers={"cache-control": "no-store"}, media_type="image/png")


def download(file: Attachment) -> Response:
    """Return a file to be saved, never shown: whatever is in it, it does not run as part of the page."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return Response(file.content, headers=headers, media_type=file.mime)
