"""What the tests of the guided exchanges have in common: voice notes, odd texts, a death at every step."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import delete, select

from bot.catalogue import Catalogue, Practice
from bot.flows import leads
from bot.flows.book import BOOK
from bot.flows.visit import Visit
from bot.nudges import moments as rooms
from bot.speech import File, Kind, Shown
from bot.store import Tx
from bot.store.tables import kept, moments, outbox, own_practices, positions
from bot.texts import Voice
from tests.flows.looking import person_of, reopened
from tests.kit.talk import Friend, House

OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
EMPTY = "That arrived empty. Say it again in a few words?"
TOO_LONG = "That is more than I can keep in one piece. Would you send me its heart, in up to 4,000 characters?"
LEFT = "We leave it there. What is set stays set."
NOTHING = "There is nothing to leave right now."
PRESS = "Press and hold the text above to copy it. It is yours to send, whenever it feels right."

ODD = (("\u200b\u200d", EMPTY), ("\0", EMPTY), ("x" * 4001, TOO_LONG))
"""Texts that no question takes as its answer, and what is said to each."""


async def speak(friend: Friend, seconds: int | None, kind: str = "voice", caption: str = "") -> Shown:
    """Send a voice note of that length, or a photo."""
    event = friend.event(Kind.VOICE if kind == "voice" else Kind.PHOTO, caption)
    return await friend.house.receive(replace(event, file=File("memory", kind, "note-1", seconds)))


@contextmanager
def lives(house: House) -> Iterator["Lives"]:
    """A house whose process dies between any two things that are said to it."""
    living = Lives(house)
    yield living
    for later in living.later:
        later.store.close()


class Lives:
    def __init__(self, house: House) -> None:
        self.house = house
        self.later: list[House] = []

    async def go(self, friend: Friend, *steps: str) -> Friend:
        """Tap what is a button of the newest messages, write what is none; the process dies before each."""
        for step in steps:
            self.later.append(reopened(self.later[-1] if self.later else self.house))
            friend = self.later[-1].person(friend.name, zone=friend.zone)
            await say(friend, step)
        return friend


async def say(friend: Friend, *steps: str) -> None:
    """Tap what is a button of the newest message, write what is none."""
    for step in steps:
        if step in friend.newest.labels:
            await friend.tap(step)
        else:
            await friend.send(step)


def asking_for_voice(house: House, practice: str) -> House:
    """Return the house with a practice that is answered with a voice note."""
    known = house.catalogue
    changed = (
        Practice.model_construct(**{**dict(p), "answer": "voice", "feelings": "none"}) if p.key == practice else p
        for p in known
    )
    return House(house.store, house.clock, house.chat, Catalogue(changed, known.themes, known.cues.values()))


def forget_moments(house: House) -> None:
    """Delete all moments, as people may."""
    house.store.run_now(lambda tx: tx.connection.execute(delete(moments)))


async def lead(friend: Friend, then: str, *, answered: str | None = None) -> int:
    """Let a moment of one slow breath lead to an exchange, as its own tap does; return the moment's id."""
    event = friend.event(Kind.TEXT, "")

    def work(tx: Tx) -> int:
        person = person_of(tx, friend)
        moment = rooms.begin(tx, person, rooms.Wanted("one-breath", "none", 0), person.here)
        if answered:
            rooms.answer(tx, moment, answered, person)
            found = rooms.find(tx, moment.id, person)
            assert found is not None
            moment = found
        visit = Visit(tx, person, Voice.of("en"), friend.house.catalogue, event, BOOK)
        leads.LEADS[then](visit, moment)
        return moment.id

    moment_id = await friend.house.store.run(work)
    await friend.house.pump.settle()
    return moment_id


def file_of(friend: Friend, moment_id: int) -> list[object] | None:
    """Return the file that is kept with a moment."""

    def read(tx: Tx) -> list[object] | None:
        sealed = tx.connection.scalar(select(moments.c.sealed_file).where(moments.c.id == moment_id))
        return person_of(tx, friend).seal.open_json(bytes(sealed)) if sealed else None

    return friend.house.store.run_now(read)


def stored(house: House) -> bytes:
    """Return all that is stored where words of people go, as somebody with the file but no key sees it."""

    def read(tx: Tx) -> bytes:
        columns = (
            positions.c.sealed_data,
            kept.c.sealed_body,
            own_practices.c.sealed_body,
            outbox.c.body,
            moments.c.sealed_words,
        )
        return b"|".join(bytes(v) for column in columns for v in tx.connection.scalars(select(column)) if v)

    return house.store.run_now(read)
