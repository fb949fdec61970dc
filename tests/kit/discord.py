"""A whole Pebble on Discord, as the strict fake shows it: every part real but the clock and the platform."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.app import slash_menu
from bot.chats.discord import DiscordChat
from bot.door import Door
from bot.exports import Exports
from bot.outbox.handout import handout_for
from bot.outbox.pump import Pump
from bot.people.queries import cursors
from bot.rota import Rota
from bot.store import Store
from tests.chats.telegram_door import until
from tests.fakes import DiscordApi, DiscordPerson, Seen
from tests.kit.clock import HandClock
from tests.kit.talk import CATALOGUE


class RealInstants(HandClock):
    """A clock that a test moves, but for what is between Pebble and Discord: interactions grow old in real time."""

    def __init__(self, ahead: Callable[[], float]) -> None:
        super().__init__()
        self._ahead = ahead

    def real(self) -> float:
        return self._ahead()

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class DiscordHouse:
    """Pebble while it runs. `ann` is somebody whose Discord speaks English, in Berlin."""

    store: Store
    clock: HandClock
    api: DiscordApi
    chat: DiscordChat
    pump: Pump
    rota: Rota
    skipped: list[tuple[str, str]]

    @property
    def ann(self) -> DiscordPerson:
        return self.api.person(11, zone="Europe/Berlin")

    async def says(self, wanted: str, person: DiscordPerson | None = None, after: Seen | None = None) -> Seen:
        """Wait for a message that stands there and has this text."""
        return await (person or self.ann).wait_for_async(wanted, after=after)

    async def menu(self) -> None:
        """Wait until Discord knows the commands."""
        await until(lambda: self.api.commands)

    async def form(self) -> None:
        """Wait until a form is open."""
        await until(lambda: self.ann.modal)

    async def sign_up(self, person: DiscordPerson | None = None) -> None:
        """Set a nudge at 8:30 on weekdays."""
        who = person or self.ann
        await self.menu()
        who.slash("start")
        for question, answer in (
            ("Pick one", "One slow breath"),
            ("ride along", "☕ Coffee"),
            ("About what time", "8:30"),
            ("where you are", "Yes"),
            ("Set:", "Later"),
        ):
            asked = await self.says(question, who)
            who.click(answer, asked)
        await self.says("I’ll be there", who)

    async def pass_to(self, at: int) -> None:
        """Let time pass until `at` (UTC seconds), with what is due then."""
        self.clock.forward_to(at)
        await self.rota.tick()
        self.pump.wake()


@asynccontextmanager
async def discord_house(store: Store, api: DiscordApi, **chosen: Any) -> AsyncIterator[DiscordHouse]:
    """Start Pebble against the fake, and stop it in the order in which the app does."""
    clock = store.clock
    assert isinstance(clock, HandClock)
    skipped: list[tuple[str, str]] = []
    door = Door(store, CATALOGUE, lambda token: {"discord": way} if (way := chat.way_in(token)) else {})

    async def on_skip(key: str, problem: str) -> None:
        skipped.append((key, problem))
        await door.skip(key, problem)

    async def unread() -> list[str]:
        return await store.read(lambda tx: cursors(tx, "discord", 0))

    given: dict[str, Any] = {"token": api.token, "api": f"{api.url}/api/v10", "menu": slash_menu(), "clock": clock}
    chat = DiscordChat(on_skip=on_skip, unread=unread, **(given | chosen))
    collect = Exports(store, CATALOGUE).make
    pump = Pump(store, {chat.name: chat}, handout_for(store.url), clock, collect=collect)
    store.wake = pump.wake
    rota = Rota(store, CATALOGUE, clock)
    await rota.begin_anew()
    await pump.recover()
    pumping = asyncio.create_task(pump.run())
    with api.for_discord_py():
        await chat.start()
        await chat.hear(door.receive)
        try:
            await until(lambda: chat.trouble() is None)
            yield DiscordHouse(store, clock, api, chat, pump, rota, skipped)
        finally:
            await chat.stop()
            await pump.stop()
            await pumping
