"""A bell tower: people with nudges, and everything that rings them, on either database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.nudges.queries import Wish, create, of_person
from bot.nudges.queries import find as find_nudge
from bot.people.queries import Person, meet
from bot.schedules.rules import EVERY_DAY, Rule, Times, Weekly
from bot.schedules.zones import local
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import due, moments
from tests.kit.talk import House

HOUR = 3600
DAY = 24 * HOUR


def minute(clock: str) -> int:
    """Return the minute of the day of "8:30"."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def daily(*times: str) -> Rule:
    """Return the rule of some times every day."""
    return Rule(Weekly(EVERY_DAY), Times(tuple(minute(time) for time in times)))


@dataclass
class Tower:
    """A house whose nudges are set without a conversation."""

    house: House
    zone: str = "Europe/Berlin"

    def person(self, tx: Tx, name: str) -> Person:
        """Return the person of that name."""
        return meet(tx, Address(self.house.chat.name, name), "en", None)

    def nudge(
        self,
        name: str,
        *times: str,
        practice: str = "one-breath",
        grace: int = 3 * HOUR,
        cue: str | None = None,
        zone: str | None = None,
    ) -> int:
        """Set somebody a nudge at these local times of every day and return its id."""

        def work(tx: Tx) -> int:
            wish = Wish(practice, daily(*times), zone or self.zone, grace, cue_words=cue)
            return create(tx, self.person(tx, name), wish)

        return self.house.store.run_now(work)

    def change(self, name: str, nudge_id: int, change: Any, *given: Any) -> None:
        """Change a nudge with one of the verbs of `bot.nudges.queries`."""

        def work(tx: Tx) -> None:
            nudge = find_nudge(tx, nudge_id, self.person(tx, name))
            assert nudge is not None
            change(tx, nudge, *given)

        self.house.store.run_now(work)

    def of(self, name: str) -> list[Any]:
        """Return somebody's nudges."""

        def work(tx: Tx) -> list[Any]:
            person = self.person(tx, name)
            return list(of_person(tx, person.id, person.seal))

        return self.house.store.run_now(work)

    def due(self) -> list[Any]:
        """Return the rows of `due` in their order."""
        return self.house.store.run_now(lambda tx: list(tx.connection.execute(select(due).order_by(due.c.at))))

    def local_due(self) -> list[str]:
        """Return when the rows of `due` are, by the clocks of the tower's zone."""
        return [f"{local(self.zone, row.at):%Y-%m-%d %H:%M}" for row in self.due()]

    def slots(self) -> list[str]:
        """Return the slots of all moments, in the order in which they were made."""
        return self.house.store.run_now(
            lambda tx: list(tx.connection.scalars(select(moments.c.slot).order_by(moments.c.id)))
        )

    async def tick(self) -> None:
        """Let everything happen that is due now."""
        await self.house.rota.tick()
        await self.house.pump.settle()

    async def tick_at(self, at: int) -> None:
        """Set the clock to a UTC second and let everything happen that is due then."""
        self.house.clock.forward_to(at)
        await self.tick()

    def rung(self, names: Sequence[str] | None = None) -> list[str]:
        """Return who has got a nudge, once for each."""
        inboxes = self.house.chat.inboxes
        return [name for name in (names or inboxes) for said in inboxes.get(name, []) if said.nudge]
