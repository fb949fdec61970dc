"""Every step of every flow survives what Pebble meets as it runs: a kill -9, an upgrade, a command, two at once."""

import asyncio
import copy
import itertools
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.event import listen

from bot.flows.book import BOOK
from bot.flows.engine import Position, Step
from bot.speech import Incoming, Kind, read_payload
from bot.store import Keyring, Store
from bot.store.tables import positions, seen
from tests.flows.looking import position_of, reopened
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres
from tests.kit.talk import Friend, House
from tests.walks.conversations import WALKS, Action, Place, Transcript, Voice, event, transcript

OUTDATED = "I’ve changed since we began that, so let’s leave it there. Everything you set is safe. /nudges shows it."
LEFT = "We leave it there. What is set stays set."
ALIKE = "own"
"""A flow that says the same to everybody: its words hang on no number of a row."""

every_flow = pytest.mark.parametrize("flow", BOOK.flows)


class Street:
    """Houses: new ones, and a twin of one as it stands. All are torn down at the end."""

    def __init__(self, folder: Path, template: Path) -> None:
        self._folder, self._template = folder, template
        self._numbers = itertools.count(1)
        self._stores: list[Store] = []
        self._twin: Store | None = None

    def new(self) -> House:
        """Return a house in which nobody was yet."""
        path, clock = self._path(), HandClock()
        shutil.copy(self._template, path)
        return House(self._keep(Store(f"sqlite:///{path}", clock, Keyring([KEY]))), clock)

    def twin(self, friend: Friend) -> Friend:
        """Return the same person in a copy of the house, until the next twin: what happens there happens only there."""
        house, clock = friend.house, copy.deepcopy(friend.house.clock)
        if self._twin is None:
            self._twin = self._keep(Store(f"sqlite:///{self._path()}", clock, house.store.keys))
        self._twin.clock = clock
        with closing(_raw(house.store)) as source, closing(_raw(self._twin)) as target:
            source.backup(target)
        again = House(self._twin, clock, copy.deepcopy(house.chat), house.catalogue)
        again._events = itertools.count(1_000_000)
        return again.person(friend.name)

    def kill(self, friend: Friend) -> Friend:
        """Return the same person after the process died: only the database is left."""
        again = reopened(friend.house)
        self._keep(again.store)
        return again.person(friend.name)

    def close(self) -> None:
        """Let all processes end that did not die."""
        for store in self._stores:
            store.close()

    def _path(self) -> Path:
        return self._folder / f"house-{next(self._numbers)}.db"

    def _keep(self, store: Store) -> Store:
        # Processes die here, machines do not: nothing has to reach the disk.
        listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        self._stores.append(store)
        return store


def _raw(store: Store) -> sqlite3.Connection:
    assert store.url.database
    connection = sqlite3.connect(store.url.database)
    connection.execute("PRAGMA synchronous=OFF")
    return connection


@pytest.fixture
def street(tmp_path: Path, template_file: Path) -> Iterator[Street]:
    """A street of houses."""
    built = Street(tmp_path, template_file)
    yield built
    built.close()


async def walk(friend: Friend, flow: str) -> AsyncIterator[tuple[Position, Action | None]]:
    """Go the walk of a flow, and yield each position that is reached in it, with what comes next."""
    actions = WALKS[flow]
    for action, coming in itertools.zip_longest(actions, actions[1:]):
        await friend.house.receive(event(friend, action))
        position = position_of(friend)
        if position is not None and position.flow == flow:
            yield position, coming


@every_flow
async def test_the_walk_of_a_flow_comes_by_every_one_of_its_steps(street: Street, flow: str) -> None:
    anna = street.new().person("anna")
    steps = {position.step async for position, _ in walk(anna, flow)}
    assert steps == {step.name for step in BOOK.flows[flow].steps}
    ended = position_of(anna)
    assert ended is None or (ended.flow, flow) == ("sign-up", "own"), "the walk goes on after its last line"


async def test_there_is_a_walk_for_every_flow() -> None:
    assert WALKS.keys() == BOOK.flows.keys()


# Killed


async def gone(street: Street, flow: str, dies: Callable[[Street, Friend, Action], Awaitable[Friend]]) -> Transcript:
    friend = street.new().person("anna")
    for action in WALKS[flow]:
        friend = await dies(street, friend, action)
    return transcript(friend)


async def _lives(_street: Street, friend: Friend, action: Action) -> Friend:
    await friend.house.receive(event(friend, action))
    return friend


async def _dies_between(street: Street, friend: Friend, action: Action) -> Friend:
    """The process dies when it has taken something in, before any answer left; the platform delivers it again."""
    said = event(friend, action)
    await friend.house.door.receive(said)
    later = street.kill(friend)
    await later.house.receive(said)
    return later


@every_flow
async def test_a_kill_at_every_step_changes_nothing_of_what_is_said(street: Street, flow: str) -> None:
    lived = await gone(street, flow, _lives)
    assert await gone(street, flow, _dies_between) == lived


# Upgraded


def _answers(friend: Friend, position: Position, step: Step) -> Iterator[Incoming]:
    """Yield each kind of answer that the step may get."""
    yield friend.event(Kind.TEXT, "something of my own")
    tapped = _open_button(friend, position)
    if tapped:
        yield friend.event(Kind.TAP, tapped[0], message=tapped[1])
    if step.takes_files:
        yield event(friend, Voice(20))
    if step.takes_location:
        yield event(friend, Place(52.52, 13.4))


def _open_button(friend: Friend, position: Position) -> tuple[str, str] | None:
    """Return a button of the question that is open, and its message."""
    for said in reversed(friend.inbox):
        for button in (button for row in said.rows for button in row):
            payload = read_payload(button.payload)
            if payload and payload.verb == "flow" and payload.row == position.id:
                return button.payload, said.id
    return None


def upgrade(friend: Friend, position: Position) -> None:
    """Store the position as another version of Pebble would have."""
    changed = update(positions).where(positions.c.id == position.id).values(version=position.version + 1)
    friend.house.store.run_now(lambda tx: tx.connection.execute(changed))


@every_flow
async def test_an_upgrade_at_every_step_ends_with_one_kind_line(street: Street, flow: str) -> None:
    anna, met = street.new().person("anna"), set[str]()
    async for position, _ in walk(anna, flow):
        if position.step in met:
            continue
        met.add(position.step)
        for answer in _answers(anna, position, BOOK.flows[flow].step(position.step)):
            bea = street.twin(anna)
            upgrade(bea, position)
            before = len(bea.inbox)
            await bea.house.receive(answer)
            at = f"{position.step}, {answer.kind}\n{bea.picture()}"
            assert bea.said[before:] == [OUTDATED], at
            assert position_of(bea) is None, at
            assert _open_button(bea, position) is None, at
            assert bea.location_key == "", at
            await bea.house.receive(replace(answer, key="memory:again"))
            assert bea.said[before:].count(OUTDATED) == 1, at


# A command in mid-flow


@every_flow
async def test_a_command_in_mid_flow_asks_nothing_twice_and_cancel_leaves_it(street: Street, flow: str) -> None:
    anna, met = street.new().person("anna"), set[str]()
    async for position, coming in walk(anna, flow):
        if position.step in met or coming is None:
            continue
        met.add(position.step)
        asked, answer = transcript(anna), event(anna, coming)
        bea = street.twin(anna)
        await bea.house.receive(answer)
        went_on = (_place(bea), bea.said[len(asked) :])
        bea = street.twin(anna)
        await bea.command("help")
        assert position_of(bea) == position
        assert transcript(bea)[:-1] == asked
        assert bea.newest.text not in anna.said
        # The question can still be answered, by its buttons too.
        await bea.house.receive(answer)
        assert (_place(bea), bea.said[len(asked) + 1 :]) == went_on
        bea = street.twin(anna)
        await bea.command("cancel")
        assert (bea.newest.text, position_of(bea), bea.location_key) == (LEFT, None, ""), position.step


def _place(friend: Friend) -> tuple[str, str] | None:
    position = position_of(friend)
    return (position.flow, position.step) if position else None


# Two at once


def pairs(friend: Friend, coming: Action | None) -> Iterator[tuple[Incoming, Incoming]]:
    """Yield what may arrive in the same instant: an answer and a line, the answer twice; at the end two lines."""
    line = friend.event(Kind.TEXT, "a first line")
    answer = friend.event(Kind.TEXT, "a second line") if coming is None else event(friend, coming)
    yield answer, line
    if coming is not None:
        yield answer, replace(answer, key=friend.house.next_key())


async def in_turn(friend: Friend, *said: Incoming) -> None:
    for one in said:
        await friend.house.receive(one)


async def at_once(friend: Friend, *said: Incoming) -> None:
    await asyncio.gather(*(friend.house.receive(one) for one in said))


def taken(friend: Friend, *said: Incoming) -> bool:
    """Return whether all of it was taken in."""
    keys = friend.house.store.run_now(lambda tx: set(tx.connection.scalars(select(seen.c.key))))
    return keys >= {one.key for one in said}


@every_flow
async def test_two_at_once_are_handled_in_order_at_every_step(street: Street, flow: str) -> None:
    anna, met = street.new().person("anna"), set[str]()
    async for position, coming in walk(anna, flow):
        if position.step in met:
            continue
        met.add(position.step)
        for said in pairs(anna, coming):
            slowly = street.twin(anna)
            await in_turn(slowly, *said)
            in_order = (transcript(slowly), _place(slowly))
            quickly = street.twin(anna)
            await at_once(quickly, *said)
            assert (transcript(quickly), _place(quickly)) == in_order, f"{position.step}\n{quickly.picture()}"
            assert taken(quickly, *said), position.step


async def test_where_many_write_two_at_once_are_handled_in_some_order(postgres_server: Postgres) -> None:
    clock = HandClock()
    store = Store(postgres_server.database(), clock, Keyring([KEY]))
    house, actions = House(store, clock), WALKS[ALIKE]
    try:
        for step in range(1, len(actions)):
            people = [house.person(f"{name}-{step}") for name in ("one", "two", "three")]
            said = []
            for friend in people:
                for action in actions[:step]:
                    await house.receive(event(friend, action))
                said.append((event(friend, actions[step]), friend.event(Kind.TEXT, "a first line")))
            one, two, three = people
            await in_turn(one, *said[0])
            await in_turn(two, *reversed(said[1]))
            await at_once(three, *said[2])
            orders = [(transcript(friend), _place(friend)) for friend in (one, two)]
            assert (transcript(three), _place(three)) in orders, f"{actions[step]}\n{three.picture()}"
            assert taken(three, *said[2])
    finally:
        store.close()
