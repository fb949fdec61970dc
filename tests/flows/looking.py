"""What a test looks up in the database when a conversation cannot show it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from bot.catalogue import Catalogue
from bot.flows.book import BOOK
from bot.flows.engine import Position
from bot.flows.positions import load
from bot.flows.visit import Visit
from bot.nudges.queries import Nudge, of_person
from bot.outbox.states import State
from bot.people.queries import Person, find, meet
from bot.speech import Address, Kind, Payload, read_payload
from bot.store import Store, Tx
from bot.store.tables import moments, outbox
from bot.texts import Voice
from tests.kit.talk import Friend, House, Said

Found = TypeVar("Found")

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Kept:
    """A moment as it is stored, its words opened."""

    id: int
    practice: str
    slot: str
    attempt: int
    answer: str | None
    before: int | None
    after: int | None
    words: str | None


def person_of(tx: Tx, friend: Friend) -> Person:
    person = find(tx, Address("memory", friend.name))
    assert person is not None, "nobody of that name was met"
    return person


def opened(person: Person, sealed: bytes | None) -> str | None:
    return person.seal.open(bytes(sealed)) if sealed else None


def moments_of(friend: Friend) -> list[Kept]:
    def read(tx: Tx) -> list[Kept]:
        person = person_of(tx, friend)
        names = ("id", "practice", "slot", "attempt", "answer", "before", "after", "sealed_words")
        rows = tx.connection.execute(
            select(*(moments.c[name] for name in names)).where(moments.c.person_id == person.id).order_by(moments.c.id)
        )
        return [
            Kept(r.id, r.practice, r.slot, r.attempt, r.answer, r.before, r.after, opened(person, r.sealed_words))
            for r in rows
        ]

    return friend.house.store.run_now(read)


def nudges_of(friend: Friend) -> list[Nudge]:
    def read(tx: Tx) -> list[Nudge]:
        person = person_of(tx, friend)
        return of_person(tx, person.id, person.seal)

    return friend.house.store.run_now(read)


def zone_of(friend: Friend) -> str | None:
    return friend.house.store.run_now(lambda tx: person_of(tx, friend).zone)


def position_of(friend: Friend) -> Position | None:
    return friend.house.store.run_now(lambda tx: load(tx, person_of(tx, friend)))


def waiting(house: House) -> int:
    """Return how many messages are on the shelf and have not left."""
    return house.store.run_now(
        lambda tx: len(tx.connection.execute(select(outbox.c.id).where(outbox.c.state == State.WAITING)).all())
    )


def payload(said: Said, label: str) -> str:
    """Return what the button with that label carries."""
    return next(b.payload for row in said.rows for b in row if label in b.label)


def parsed(said: Said, label: str) -> Payload:
    found = read_payload(payload(said, label))
    assert found is not None
    return found


def without(house: House, practice: str) -> House:
    """Return the same house after its host took a practice out of the catalogue."""
    known = house.catalogue
    fewer = Catalogue(
        (p for p in known if p.key != practice),
        known.themes,
        known.cues.values(),
        (offer for offer in known.first if offer.practice != practice),
    )
    later = House(house.store, house.clock, house.chat, fewer)
    later._events = house._events
    return later


def besides(house: House, key: str, **changes: Any) -> House:
    """Return the same house after its host added a practice, which is like Evening joy but for these changes."""
    added = house.catalogue["evening-joy"].model_copy(update={"key": key, **changes})
    later = House(house.store, house.clock, house.chat, house.catalogue.plus([added]))
    later._events = house._events
    return later


def make_known(friend: Friend) -> None:
    """Let somebody be known who has said nothing yet: a tap of nobody does nothing."""
    friend.house.store.run_now(lambda tx: meet(tx, Address("memory", friend.name), friend.language, friend.zone))


async def begin(friend: Friend, practice: str) -> None:
    """Begin a moment at once, by the practice's key."""
    make_known(friend)
    await friend.tap_payload(str(Payload("now", 0, practice)), None)


def look(friend: Friend, work: Callable[[Visit], Found]) -> Found:
    """Do something as the answer to an event of the person would."""

    def inside(tx: Tx) -> Found:
        person, house = person_of(tx, friend), friend.house
        return work(Visit(tx, person, Voice.of("en"), house.catalogue, friend.event(Kind.TEXT), BOOK))

    return friend.house.store.run_now(inside)


def reopened(house: House) -> House:
    """Return the same Pebble after its process died: a new store over the same file, the same chat before it."""
    url = house.store.url
    store = Store(url.render_as_string(hide_password=False), house.clock, house.store.keys)
    again = House(store, house.clock, house.chat, house.catalogue)
    again._events = itertools.count(int(house.next_key().partition(":")[2]) + 1)
    return again


async def say_in_time(friend: Friend, text: str) -> None:
    """Write something a second later, as people do: nobody answers in the very second of the question."""
    friend.house.clock.forward(1)
    await friend.send(text, Kind.TEXT)
