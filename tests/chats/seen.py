"""What stands at both ends of a chat in its tests: a door that notes what it hears, a message as a person sees it."""

import asyncio
from dataclasses import dataclass, field

from bot.errors import TryLater
from bot.speech import Incoming, Shown


class Door:
    """`heard` is what was committed, `offered` every call; `refuse` so many are not taken; `gate` holds each one up."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.offered: list[Incoming] = []
        self.refuse = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.toast = ""

    async def receive(self, incoming: Incoming) -> Shown:
        self.offered.append(incoming)
        await self.gate.wait()
        if self.refuse:
            self.refuse -= 1
            raise TryLater("the database is away")
        self.heard.append(incoming)
        return Shown(self.toast)


@dataclass
class Seen:
    """A message as the person sees it: its buttons as (label, payload or address), the file above it, the picture."""

    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)
    chosen: str = ""
    file: str = ""
    picture: bytes = field(default=b"", repr=False)
