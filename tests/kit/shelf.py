"""A post room: people to write to, a shelf, a pump and a chat whose sends a test can hold up."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bot.outbox.easel import nobody_makes
from bot.outbox.handout import handout_for
from bot.outbox.pump import Pump
from bot.outbox.shelf import Recipient, Terms, put
from bot.outbox.studio import Make
from bot.people.queries import meet
from bot.speech import Address, Outgoing, Receipt
from bot.store import Store, Tx
from bot.store.tables import addresses, outbox
from tests.kit.clock import HandClock
from tests.kit.drawing import sketch
from tests.kit.shared_now import follow
from tests.kit.talk import MemoryChat


class HeldChat(MemoryChat):
    """A chat whose sends begin, are told to the test, and end when the test lets them."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.held = True
        self._gates: dict[str, asyncio.Event] = {}

    def let(self, chat: str) -> None:
        """Let what is being sent to this chat arrive."""
        self._gates.setdefault(chat, asyncio.Event()).set()

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        self.begun.put_nowait((address.chat, outgoing.text))
        if self.held:
            gate = self._gates.setdefault(address.chat, asyncio.Event())
            await gate.wait()
            gate.clear()
        return await super().send(address, outgoing, nonce=nonce, message=message)


@dataclass
class PostRoom:
    """The outbox without the rest of the house."""

    store: Store
    clock: HandClock
    chat: MemoryChat = field(default_factory=MemoryChat)
    sleep: Callable[[float], Awaitable[None]] | None = None
    draw: Make = sketch
    collect: Make = nobody_makes

    def __post_init__(self) -> None:
        follow(self.store)
        self._known: dict[str, Recipient] = {}
        self.pump = self.new_pump()

    def new_pump(self) -> Pump:
        """Return the pump of a process that has just started."""
        chats, handout = {self.chat.name: self.chat}, handout_for(self.store.url)
        sleep = self.sleep or self.clock.sleep
        return Pump(self.store, chats, handout, self.clock, sleep, self.draw, collect=self.collect)

    def address(self, name: str) -> Address:
        """Return where somebody is reached."""
        return Address(self.chat.name, name)

    def hear_from(self, name: str) -> Recipient:
        """Let somebody write: they become known, and their address wakes up."""

        def work(tx: Tx) -> Recipient:
            return meet(tx, self.address(name), "en", None).recipient

        self._known[name] = self.store.run_now(work)
        return self._known[name]

    def recipient(self, name: str) -> Recipient:
        """Return where to write to somebody, who is met first if need be."""
        return self._known.get(name) or self.hear_from(name)

    def put(self, name: str, text: str, **terms: Any) -> bool:
        """Put a text on the shelf."""
        return self.put_message(name, Outgoing(text), **terms)

    def put_message(self, name: str, outgoing: Outgoing, **terms: Any) -> bool:
        """Put a message on the shelf."""
        recipient = self.recipient(name)
        return self.store.run_now(lambda tx: put(tx, recipient, outgoing, Terms(**terms)))

    def rows(self) -> list[Any]:
        """Return the outbox's rows in the order in which they were put."""
        return self.store.run_now(lambda tx: list(tx.connection.execute(select(outbox).order_by(outbox.c.id))))

    def states(self) -> list[str]:
        """Return the rows' states in the order in which they were put."""
        return [row.state for row in self.rows()]

    def said(self, name: str) -> list[str]:
        """Return the texts that somebody has got, oldest first."""
        return [said.text for said in self.chat.inboxes.get(name, [])]

    def paused(self, name: str) -> bool:
        """Return whether nobody can be reached at this address."""
        recipient = self.recipient(name)
        wanted = select(addresses.c.paused_at).where(addresses.c.id == recipient.address_id)
        return self.store.run_now(lambda tx: tx.connection.scalar(wanted)) is not None

    async def pass_time(self, seconds: int, step: int = 30) -> None:
        """Let time pass in steps, sending what may leave at each."""
        for _ in range(0, seconds, step):
            self.clock.forward(step)
            await self.pump.settle()
