"""A whole Pebble on Discord as simcord simulates it: every part real, in one world with one clock that tests move."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import simcord
from simcord.actors import MemberActor

from bot.app import slash_menu
from bot.chats.discord import DiscordChat
from bot.door import Door
from bot.exports import Exports
from bot.outbox.handout import handout_for
from bot.outbox.marks import expire
from bot.outbox.pump import Pump
from bot.people.queries import cursors
from bot.rota import Rota
from bot.speech import WayIn
from bot.store import Keyring, Store
from tests.fakes.discord_markdown import Reader, render
from tests.kit.clock import START, HandClock
from tests.kit.databases import KEY
from tests.kit.talk import CATALOGUE

BUTTON, LIST = 2, 3
"""Types of components (Component reference)."""


class WorldClock(HandClock):
    """The world's own time: Pebble, Discord and what is due there never differ."""

    def __init__(self) -> None:
        super().__init__()
        self.env: simcord.Env | None = None

    def join(self, env: simcord.Env) -> None:
        """Begin the world where every test of conversations begins."""
        env.backend.advance_clock((START - env.now()).total_seconds())
        self.env = env

    def now(self) -> int:
        return int(self.real())

    def real(self) -> float:
        return self.env.now().timestamp() if self.env else START.timestamp()

    def monotonic(self) -> float:
        return self.real()

    def forward(self, seconds: float) -> None:
        """Let time pass while nobody does anything, such as between two messages of the pump."""
        assert self.env
        self.env.backend.advance_clock(seconds)


@dataclass(frozen=True, slots=True)
class Line:
    """A message as a person sees it. `parts` are what can be tapped: labels with (type, custom id or address, chosen
    value)."""

    id: int
    text: str
    source: str
    mine: bool
    ephemeral: bool
    parts: tuple[tuple[str, tuple[int, str, str]], ...]
    message: Any = field(repr=False, compare=False)

    @property
    def labels(self) -> list[str]:
        """What can be tapped under it, in lists too."""
        return [label for label, _ in self.parts]

    @property
    def lists(self) -> int:
        """How many lists stand under it."""
        return len({custom_id for _, (sort, custom_id, _) in self.parts if sort == LIST})


@dataclass
class Place:
    """A chat as one person sees it: with Pebble alone (`DM`), or a channel of a server, where `actor` is a member.

    Every verb returns once Pebble has answered. `shown` is what the last of them led to.
    """

    house: "SimcordHouse"
    actor: Any
    channel: Any
    shown: Any = None

    @property
    def lines(self) -> list[Line]:
        """Everything that stands there for this person."""
        return [_line(message) for message in self.channel.history(viewer=self.actor)]

    @property
    def said(self) -> list[Line]:
        """What Pebble said there."""
        return [line for line in self.lines if line.mine]

    def seen_by(self, other: "Place") -> list[Line]:
        """Return what somebody else sees here, once they have joined the server."""
        member = self.channel.guild.add_member(other.actor)
        return [_line(message) for message in self.channel.history(viewer=member)]

    @property
    def newest(self) -> Line:
        """What Pebble said last."""
        return self.said[-1]

    @property
    def toast(self) -> str:
        """The line that only the person saw beside what they tapped; empty when there was none."""
        response = self.shown.response
        return response.content if response and response.ephemeral else ""

    async def slash(self, name: str, **options: str) -> None:
        """Choose a command from the menu."""
        verb = self.actor.slash
        await self._do(partial(verb, self.channel) if self._is_member else verb, name, **options)

    async def type(self, name: str, option: str, typed: str) -> list[tuple[str, str]]:
        """Type into a command's option and return what is offered: labels, each with what it stands for."""
        where = (self.channel,) if self._is_member else ()
        offered = await self.actor.autocomplete(*where, name, option, typed)
        return [(choice["name"], choice["value"]) for choice in offered]

    async def tap(self, label: str, line: Line | None = None) -> None:
        """Tap the newest button, or choose the newest line of a list, that reads like this."""
        for candidate in [line] if line else reversed(self.said):
            for written, (sort, custom_id, value) in candidate.parts:
                if label in written:
                    if sort == LIST:
                        await self._do(self.actor.select, candidate.message, [value], custom_id=custom_id)
                    else:
                        await self._do(self.actor.click, candidate.message, custom_id=custom_id)
                    return
        raise AssertionError(f"nothing to tap that reads {label!r} in:\n{self.picture()}")

    async def write(self, text: str) -> None:
        """Write something, which only works in private."""
        await self.actor.send_dm(text)
        await self.house.settle()

    async def fill(self, *given: str | list[str]) -> None:
        """Fill in the form that is open, field by field, and send it off."""
        values = {f"field:{number}": value for number, value in enumerate(given)}
        await self._do(self.actor.submit_modal, self.shown, values)

    @property
    def form(self) -> tuple[str, list[str]]:
        """The title and the labels of the form that is open."""
        modal = self.shown.modal
        assert modal, f"no form is open in:\n{self.picture()}"
        return modal["title"], [part["label"] for part in modal["components"]]

    @property
    def _is_member(self) -> bool:
        return isinstance(self.actor, MemberActor)

    async def _do(self, verb: Any, *given: Any, **named: Any) -> None:
        self.shown = await verb(*given, **named)
        assert self.shown.acknowledged, f"{given} was not acknowledged in time"
        await self.house.settle()

    def picture(self) -> str:
        """Return the conversation as a reader of a failed test wants to see it."""
        return "\n".join(f"{line.id}: {line.text!r} {line.labels}" for line in self.lines)


class SimcordHouse:
    """Pebble while it runs; what it knows is in the file, so it can be stopped and started anew in the same world."""

    def __init__(self, url: str) -> None:
        self.clock = WorldClock()
        self.store = Store(url, self.clock, Keyring([KEY]))
        self.skipped: list[tuple[str, str]] = []
        self._build()
        self.env = simcord.Env(self.chat.client)
        self.clock.join(self.env)

    def _build(self) -> None:
        door = self.door = Door(self.store, CATALOGUE, self._ways)

        async def on_skip(key: str, problem: str) -> None:
            self.skipped.append((key, problem))
            await door.skip(key, problem)

        async def unread() -> list[str]:
            return await self.store.read(lambda tx: cursors(tx, "discord", 0))

        self.chat = DiscordChat(token="", on_skip=on_skip, clock=self.clock, unread=unread, menu=slash_menu())
        chats, handout = {self.chat.name: self.chat}, handout_for(self.store.url)
        collect = Exports(self.store, CATALOGUE).make
        self.pump = Pump(self.store, chats, handout, self.clock, self.clock.sleep, collect=collect)
        self.rota = Rota(self.store, CATALOGUE, self.clock)

    def _ways(self, token: str) -> Mapping[str, WayIn]:
        way = self.chat.way_in(token)
        return {"discord": way} if way else {}

    async def start(self) -> None:
        """Start Pebble in a world that begins."""
        await self.chat.start()
        await self.chat.hear(self.door.receive)
        # Without its context manager: that has to be left in the context in which it was entered.
        await self.env.start()
        await self.settle()

    async def stop(self) -> None:
        """Stop hearing people, as the app does first."""
        await self.chat.stop()

    async def start_anew(self) -> None:
        """Start another Pebble, with a client of its own, on the same database in the same world."""
        self._build()
        await self.pump.recover()
        await self.chat.start()
        await self.chat.hear(self.door.receive)
        await self.env.restart_bot(self.chat.client)
        await self.settle()

    async def restart(self) -> None:
        """Stop Pebble and start it anew."""
        await self.stop()
        await self.start_anew()

    async def close(self) -> None:
        """Leave the world. Raises what went wrong in the client without anybody noticing."""
        await self.stop()
        await self.env.shutdown()
        self.store.close()
        self.env.raise_errors()
        assert self.skipped == []

    async def settle(self) -> None:
        """Let the answers leave, and what they lead to."""
        await self.env.settle()
        # The pump is no part of the client, so the world has to be told that its calls are meant for it.
        with self.env.time_context():
            await self.pump.settle()
        await self.env.settle()

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, with everything happening at its second."""
        target = self.clock.now() + int(seconds)
        while True:
            coming = await self.rota.next_event()
            step = min(target, max(coming or target, self.clock.now()))
            await self.env.advance_time(max(0.0, step - self.clock.real()))
            await self.rota.tick()
            await self.settle()
            await self.store.run(expire)
            if self.clock.now() >= target:
                return

    def person(self, name: str = "anna") -> Place:
        """Return the chat with Pebble of somebody new."""
        user = self.env.create_user(name)
        return Place(self, user, user.dm_channel)

    def in_server(self, person: Place) -> Place:
        """Return a channel of a server that the person has joined."""
        guild = self.env.create_guild("Garden")
        member = guild.add_member(person.actor)
        return Place(self, member, guild.create_text_channel("seeds"))


@asynccontextmanager
async def simcord_house(url: str) -> AsyncIterator[SimcordHouse]:
    """Start Pebble, and close it where the test went well; a failed one only lets go of the world."""
    house = SimcordHouse(url)
    await house.start()
    try:
        yield house
    except BaseException:
        await house.chat.stop()
        await house.env.shutdown()
        house.store.close()
        raise
    await house.close()


def _line(message: Any) -> Line:
    source = message.content + "".join(embed.description or "" for embed in message.embeds)
    parts = tuple(part for row in message.components for part in _tappable(row))
    mine = message.author.bot
    return Line(message.id, render(source, READER), source, mine, message.flags.ephemeral, parts, message)


READER = Reader(zone="Europe/Berlin")


def _tappable(row: Any) -> Iterator[tuple[str, tuple[int, str, str]]]:
    for part in row.children:
        if part.type.value == BUTTON:
            yield str(part.label), (BUTTON, part.custom_id or part.url, "")
        elif part.type.value == LIST:
            yield from ((option.label, (LIST, part.custom_id, option.value)) for option in part.options)
