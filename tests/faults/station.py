"""The outbox, the real Telegram adapter and a Bot API, on a clock that a drill moves: half an hour takes seconds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import select

from bot.chats.telegram import TelegramChat
from bot.outbox.handout import handout_for
from bot.outbox.marks import expire
from bot.outbox.pump import Pump
from bot.outbox.shelf import Recipient, Terms, put_all, row
from bot.outbox.states import Priority
from bot.people.queries import meet, meet_group
from bot.speech import Address, Chat, Outgoing
from bot.store import Store, Tx
from bot.store.tables import outbox
from tests.fakes import BotApi, Person
from tests.faults.row import Measure, Row, counted
from tests.kit.clock import HandClock
from tests.kit.shared_now import follow

PLATFORM = "telegram"


async def _skip(_key: str, _problem: str) -> None:
    raise AssertionError("nothing is heard here")


@dataclass
class Station:
    """Sends to a Bot API what lies in a database."""

    store: Store
    api: BotApi
    clock: HandClock
    _known: dict[int, Recipient] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._chats: dict[str, Chat] = {PLATFORM: self.line(self.api.url)}
        follow(self.store)
        self.pump = Pump(self.store, self._chats, handout_for(self.store.url), self.clock, self.clock.sleep)
        self.store.wake = self.pump.wake  # as bot/app.py connects them

    def line(self, url: str, kind: type[TelegramChat] = TelegramChat) -> TelegramChat:
        """Return an adapter for the Bot API at this address."""
        return kind(token=self.api.token, api=url, on_skip=_skip, clock=self.clock)

    def speak_through(self, chat: Chat) -> None:
        """Send through this adapter from now on."""
        self._chats[PLATFORM] = chat

    def put(self, people: list[Person], text: str = "nudge", minutes: int = 60) -> None:
        """Put one message for each of them, which may leave for so many minutes."""

        def work(tx: Tx) -> None:
            for person in people:
                if person.id not in self._known:  # whoever is met again has written, which opens a closed address
                    self._known[person.id] = meet(tx, self._address(person.id), "en", None).recipient
            self._put(tx, [self._known[person.id] for person in people], text, minutes)

        self.store.run_now(work)

    def put_in_group(self, chat: int, number: int) -> None:
        """Put so many messages for a group."""

        def work(tx: Tx) -> None:
            self._put(tx, [meet_group(tx, self._address(chat))] * number, "round", 60)

        self.store.run_now(work)

    def _put(self, tx: Tx, recipients: list[Recipient], text: str, minutes: int) -> None:
        terms = Terms(priority=Priority.NUDGE, deadline=self.clock.now() + minutes * 60)
        put_all(tx, [row(tx, to, Outgoing(f"{text} {next(self._numbers)}"), terms) for to in recipients])

    def _address(self, chat: int) -> Address:
        return Address(PLATFORM, str(chat))

    async def pass_time(self, minutes: float, step: int = 60) -> None:
        """Let time pass in steps of so many seconds, sending what may leave at each."""
        for _ in range(0, int(minutes * 60), step):
            self.clock.forward(step)
            await self.pump.settle()
        await self.store.run(expire)

    def states(self) -> list[str]:
        """Return the rows' states, in the order in which they were put."""
        wanted = select(outbox.c.state).order_by(outbox.c.id)
        return self.store.run_now(lambda tx: list(tx.connection.scalars(wanted)))

    def row(self, people: list[Person], *measures: Measure, may_lose: int = 0, may_double: int = 0) -> Row:
        """Return what became of one message for each of these people."""
        return counted(
            (len(person.said) for person in people),
            unknown=self.states().count("unknown"),
            may_lose=may_lose,
            may_double=may_double,
            measures=measures,
        )
