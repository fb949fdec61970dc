"""A whole Pebble in memory to converse with: send, tap, let time pass, read what was said."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.catalogue import Catalogue, load_catalogue
from bot.door import Door
from bot.errors import Outdated
from bot.exports import Exports
from bot.outbox.handout import handout_for
from bot.outbox.marks import expire
from bot.outbox.pump import Pump
from bot.rota import Rota
from bot.speech import (
    Address,
    Attachment,
    Button,
    File,
    Form,
    Incoming,
    Kind,
    Op,
    Outgoing,
    Receipt,
    Receive,
    Rows,
    Shown,
    WayIn,
)
from bot.store import Store
from tests.kit.clock import HandClock
from tests.kit.drawing import sketch
from tests.kit.shared_now import follow

CATALOGUE: Catalogue = load_catalogue()
KEPT_LINE = "What you tell me is kept sealed; whoever runs this bot could read it: /privacy"
"""What stands before the first answer to somebody new."""


@dataclass
class Said:
    """A message as a person sees it."""

    id: str
    text: str
    rows: Rows
    chosen: str = ""
    nudge: bool = False
    attachment: Attachment | None = None
    file: File | None = None
    image: bytes = b""
    silent: bool = False
    form: Button | None = None
    """What opens a form, on chats that have some."""

    @property
    def labels(self) -> list[str]:
        """What can be tapped under it."""
        return [button.label for row in self.rows for button in row]


class MemoryChat:
    """A chat without a platform. `trouble_with` lets a test answer as a platform in trouble would."""

    name = "memory"
    shows_instants = False

    def __init__(self) -> None:
        self.inboxes: dict[str, list[Said]] = {}
        self.sent: list[tuple[str, int]] = []
        self.location_keys: dict[str, str] = {}
        """The label of the key that shares a location, for each chat that shows one."""
        self.trouble_with: Callable[[Address, Outgoing], Exception | None] = lambda address, outgoing: None

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        error = self.trouble_with(address, outgoing)
        if error is not None:
            raise error
        inbox = self.inboxes.setdefault(address.chat, [])
        self.sent.append((address.chat, nonce))
        if outgoing.op is Op.NEW:
            assert outgoing.text or outgoing.image, "a message needs a text"
            file = outgoing.file if outgoing.file and outgoing.file.platform == self.name else None
            said = Said(
                str(nonce),
                outgoing.text,
                outgoing.rows,
                outgoing.chosen,
                outgoing.nudge,
                outgoing.attachment,
                file,
                outgoing.image,
                outgoing.silent,
                outgoing.form,
            )
            inbox.append(said)
            if outgoing.asks_location:
                self.location_keys[address.chat] = outgoing.asks_location
            elif outgoing.settles_location:
                self.location_keys.pop(address.chat, None)
            return Receipt(str(nonce))
        standing = next((said for said in inbox if said.id == message), None)
        if standing is None:
            raise Outdated("no such message")
        if outgoing.op is Op.DELETE:
            inbox.remove(standing)
        else:
            standing.text = outgoing.text or standing.text
            standing.rows, standing.chosen, standing.form = outgoing.rows, outgoing.chosen, outgoing.form
        return Receipt(standing.id)

    async def start(self) -> None:
        """Nothing to start."""

    async def hear(self, receive: Receive) -> None:
        """Nothing to hear: tests call the door."""

    async def rest(self) -> None:
        """Nothing to rest from."""

    async def stop(self) -> None:
        """Nothing to stop."""

    def way_in(self, token: str) -> WayIn:
        return WayIn(f"https://pebble.test/?invite={token}")

    def trouble(self) -> str | None:
        return None


@dataclass
class House:
    """Pebble without its process: every part real but the clock and the platform."""

    store: Store
    clock: HandClock
    chat: MemoryChat = field(default_factory=MemoryChat)
    catalogue: Catalogue = field(default_factory=lambda: CATALOGUE)

    def __post_init__(self) -> None:
        follow(self.store)
        self.door = Door(self.store, self.catalogue, lambda token: {self.chat.name: self.chat.way_in(token)})
        self.exports = Exports(self.store, self.catalogue)
        self.pump = self.new_pump()
        self.rota = Rota(self.store, self.catalogue, self.clock)
        self._events = itertools.count(1)

    def new_pump(self) -> Pump:
        """Return the pump of a process that has just started."""
        chats, handout = {self.chat.name: self.chat}, handout_for(self.store.url)
        return Pump(self.store, chats, handout, self.clock, self.clock.sleep, sketch, collect=self.exports.make)

    def person(self, name: str = "anna", *, language: str = "en", zone: str | None = "Europe/Berlin") -> "Friend":
        """Return somebody to converse as."""
        return Friend(self, name, language, zone)

    async def receive(self, incoming: Incoming) -> Shown:
        """Hand one event to the door, bring what it sent to others, as a tick does, and let all of it leave."""
        shown = await self.door.receive(incoming)
        await self.rota.bring_thanks()
        await self.pump.settle()
        return shown

    def next_key(self) -> str:
        """Return a key that no event had before."""
        return f"memory:{next(self._events)}"

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, with everything happening at its minute."""
        target = self.clock.now() + int(seconds)
        while True:
            coming = await self.rota.next_event()
            step = min(target, max(coming or target, self.clock.now()))
            self.clock.forward_to(step)
            await self.rota.tick()
            await self.pump.settle()
            await self.store.run(expire)
            if self.clock.now() >= target:
                return


@dataclass
class Friend:
    """A person who converses in private. Every verb returns once Pebble has answered."""

    house: House
    name: str
    language: str
    zone: str | None

    @property
    def inbox(self) -> list[Said]:
        """Everything that Pebble said, as it looks now."""
        return self.house.chat.inboxes.setdefault(self.name, [])

    @property
    def newest(self) -> Said:
        """What Pebble said last."""
        return self.inbox[-1]

    @property
    def said(self) -> list[str]:
        """The texts that Pebble said."""
        return [said.text for said in self.inbox]

    async def send(self, text: str, kind: Kind = Kind.TEXT, *, key: str | None = None) -> Shown:
        """Write something."""
        return await self.house.receive(self.event(kind, text, key=key))

    async def command(self, name: str, rest: str = "") -> Shown:
        """Send a command, without its slash."""
        return await self.house.receive(self.event(Kind.COMMAND, name, rest=rest))

    async def send_file(
        self, kind: str = "voice", file_id: str = "file-1", seconds: int | None = None, caption: str = ""
    ) -> Shown:
        """Send a voice note or a photo, of the platform that this chat is."""
        file = File("memory", kind, file_id, seconds)
        return await self.house.receive(replace(self.event(Kind(kind), caption), file=file))

    @property
    def location_key(self) -> str:
        """The label of the key that shares a location; empty when none is shown."""
        return self.house.chat.location_keys.get(self.name, "")

    async def share_location(self, latitude: float, longitude: float) -> Shown:
        """Share a place, in degrees, with the key or without one."""
        return await self.send(f"{latitude},{longitude}", Kind.LOCATION)

    async def tap(self, label: str) -> Shown:
        """Tap the newest button that reads like this; of several, the one that reads exactly so."""
        for said in reversed(self.inbox):
            found = [button for row in said.rows for button in row if label in button.label]
            if found:
                exact = next((button for button in found if button.label == label), found[0])
                return await self.tap_payload(exact.payload, said.id)
        raise AssertionError(f"no button {label!r} in:\n{self.picture()}")

    async def tap_payload(self, payload: str, message: str | None, *, key: str | None = None) -> Shown:
        """Tap with a payload of the test's own: an old one, or a forged one."""
        return await self.house.receive(self.event(Kind.TAP, payload, message=message, key=key))

    async def open_form(self, said: Said | None = None) -> Shown:
        """Tap what opens a form, under the newest message that has one."""
        found = said or next(one for one in reversed(self.inbox) if one.form)
        assert found.form is not None
        return await self.tap_payload(found.form.payload, found.id)

    async def fill(self, form: Form | None, text: str) -> Shown:
        """Send a form in."""
        assert form is not None, "no form is open"
        return await self.house.receive(replace(self.event(Kind.TEXT, text), answers=form.payload))

    async def asks(self, command: str, typed: str) -> list[tuple[str, str]]:
        """Type behind a command and return what is offered."""
        shown = await self.house.receive(replace(self.event(Kind.ASKS, typed), rest=command))
        return list(shown.choices)

    async def shares(self, name: str) -> Shown:
        """Be about to pass on what has this name, in some other chat, and return what is offered."""
        return await self.house.receive(self.event(Kind.SHARES, name))

    def event(
        self, kind: Kind, text: str = "", *, rest: str = "", message: str | None = None, key: str | None = None
    ) -> Incoming:
        """Return an event of this person, not yet handed over."""
        return Incoming(
            key=key or self.house.next_key(),
            address=Address("memory", self.name),
            kind=kind,
            text=text,
            rest=rest,
            message=message,
            language=self.language,
            zone=self.zone,
        )

    async def sign_up(self, practice: str = "One slow breath", cue: str = "Coffee", time: str = "8:30") -> None:
        """Set a nudge in four taps and leave it at that."""
        await self.command("start")
        for label in (practice, cue, time, "Yes", "Later"):
            await self.tap(label)

    async def begin(self, practice: str) -> None:
        """Begin a moment by its title."""
        await self.command("now", practice)

    async def add(self, practice: str, cue: str = "Coffee", time: str = "8:30") -> None:
        """Set one more nudge and leave it at that; beside a first one, both are kept."""
        await self.command("add")
        if "Keep both" in self.newest.labels:
            await self.tap("Keep both")
        await self.pick(practice)
        for label in (cue, time, "Later"):
            await self.tap(label)

    async def pick(self, practice: str) -> None:
        """Find a practice by its title: in its theme, on its page."""
        known = self.house.catalogue
        key = next((p.key for p in known if p.title == practice), "")
        await self.tap(next((theme.title for theme in known.themes if key in theme.practices), "My own"))
        while not any(practice in label for label in self.newest.labels):
            await self.tap("Next page")
        await self.tap(practice)

    def picture(self) -> str:
        """Return the conversation as a reader of a failed test wants to see it."""
        return "\n".join(f"{said.id}: {said.text!r} {said.labels} ✓{said.chosen}" for said in self.inbox)
