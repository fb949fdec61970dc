"""A very small Pebble in memory, for tests of the page and its chat: it hears, remembers and answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.chats.web import WebChat
from bot.clock import SystemClock
from bot.errors import TryLater
from bot.outbox.easel import nobody_makes
from bot.outbox.history import Line
from bot.outbox.studio import Make
from bot.speech import Address, Attachment, Button, Incoming, Kind, Op, Outgoing, Rows, Shown
from bot.web.server import Server, address_of, listen
from bot.web.site import build_site

NOON = 1_795_262_400
"""A Saturday at noon, UTC."""
FACES = "😣🙁😐🙂😄"
WELCOME = "Hi, I’m Pebble. One tiny moment, when you choose. No streaks.\nPick one to begin:"


def row(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(label, f"1:pick:7:{number}") for number, label in enumerate(labels, 1))


@dataclass
class SmallTalk:
    """The door and the outbox in one: every line is kept, then sent through the chat as the pump would."""

    chat: WebChat = field(init=False)
    demo: bool = True
    draw: Make = nobody_makes
    collect: Make = nobody_makes
    heard: list[Incoming] = field(default_factory=list)
    lines: dict[Address, list[Line]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    closed: bool = False
    number: int = 0
    forwarded: int = 0

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Be a new process: a new chat over what was kept."""
        self.chat = WebChat(
            clock=SystemClock(), history=self.history, demo=self.demo, draw=self.draw, collect=self.collect
        )

    async def history(self, address: Address) -> list[Line]:
        return list(self.lines.get(address, ()))

    async def hear(self, incoming: Incoming) -> Shown:
        if self.closed:
            raise TryLater("the database is away")
        if incoming.key in self.keys:
            return Shown()
        self.keys.add(incoming.key)
        self.heard.append(incoming)
        match incoming.kind:
            case Kind.TAP:
                return await self._tapped(incoming)
            case Kind.COMMAND if incoming.text == "start":
                await self.say(incoming.address, WELCOME, (row("One slow breath 🌬️", "Three senses"),))
            case _:
                typed = incoming.text if incoming.kind is Kind.TEXT else f"/{incoming.text}"
                self._keep(incoming.address, Line(id=f"w{len(self.keys)}", mine=True, text=typed, at=NOON))
                await self.say(incoming.address, f"I heard “{typed}”.")
        return Shown()

    async def say(
        self,
        address: Address,
        text: str,
        rows: Rows = (),
        *,
        nudge: bool = False,
        attachment: Attachment | None = None,
        picture: Mapping[str, Any] | None = None,
        alt: str = "",
    ) -> int:
        self.number += 1
        shown: dict[str, Any] = {"nudge": nudge, "attachment": attachment, "picture": picture, "alt": alt}
        self._keep(address, Line(f"o{self.number}", False, text, NOON, rows, **shown))
        await self.chat.send(address, Outgoing(text, rows, **shown), nonce=self.number)
        return self.number

    async def edit(self, address: Address, number: int, outgoing: Outgoing) -> None:
        self.number += 1
        lines = self.lines[address]
        for place, line in enumerate(lines):
            if line.id == f"o{number}":
                text = outgoing.text or line.text
                lines[place] = replace(line, text=text, rows=outgoing.rows, chosen=outgoing.chosen)
        await self.chat.send(address, outgoing, nonce=self.number, message=str(number))

    def _keep(self, address: Address, line: Line) -> None:
        self.lines.setdefault(address, []).append(line)

    async def _tapped(self, incoming: Incoming) -> Shown:
        for line in self.lines.get(incoming.address, ()):
            for button in (button for buttons in line.rows for button in buttons):
                if line.id == f"o{incoming.message}" and button.payload == incoming.text:
                    chosen = Outgoing(chosen=button.label, op=Op.EDIT)
                    await self.edit(incoming.address, int(incoming.message or 0), chosen)
                    if button.label not in FACES:
                        await self.say(
                            incoming.address, "How are you right now?", (row(*FACES), row("In 15 min", "Not today"))
                        )
                    return Shown("Noted.")
        return Shown("That one has had its moment.")

    async def drawer(self, request: Request) -> Response:
        address = self.chat.who(request)
        said = self.lines.get(address, []) if address else []
        return JSONResponse(
            {
                "clock": f"Sat {21 + self.forwarded} Nov, 17:42",
                "zone": "Europe/Berlin",
                "nudges": [
                    {
                        "title": "🌬️ One slow breath",
                        "words": "After ☕ first coffee, on weekdays at 8:30",
                        "next": ["Mon 23 Nov 8:30", "Tue 24 Nov 8:30", "Wed 25 Nov 8:30"],
                    }
                ],
                "moments": [
                    {
                        "when": "Sat 21 Nov, 17:40",
                        "title": "One slow breath",
                        "answer": "Did it",
                        "before": 2,
                        "after": 4,
                    }
                ],
                "outbox": [{"id": line.id, "what": "reply", "state": "sent", "when": "17:42"} for line in said[-6:]],
                "forward": {"label": "Mon 8:30"} if self.demo else None,
            }
        )

    async def forward(self, request: Request) -> Response:
        address = self.chat.who(request, await request.json())
        assert address is not None
        self.forwarded += 1
        text = "🔔 Your small moment: one slow breath.\nHow are you right now?"
        await self.say(address, text, (row(*FACES),), nudge=True)
        return JSONResponse({"clock": f"Sat {21 + self.forwarded} Nov, 17:42", "label": "Tue 8:30"})


@asynccontextmanager
async def served(talk: SmallTalk, port: int = 0, extra: Sequence[Route] = ()) -> AsyncIterator[str]:
    """Serve the page on loopback as one process would, and stop as one would; yields the address."""
    routes = [
        Route("/drawer", talk.drawer),
        Route("/demo/forward", talk.forward, methods=["POST"]),
        *extra,
    ]
    site = build_site(chat_routes=talk.chat.routes(), extra_routes=routes, demo=talk.demo)
    listener = listen("127.0.0.1", port, 1)
    server = Server(site)
    await talk.chat.start()
    await talk.chat.hear(talk.hear)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    try:
        yield address_of(listener)
    finally:
        await talk.chat.stop()
        server.should_exit = True
        await serving
        listener.close()
