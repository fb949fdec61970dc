"""Units of work that are committed together: what one of them raises or erases is its own, and the others' stands."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from bot.errors import SealGone, TryLater
from bot.flows.my_data import PARTS
from bot.outbox.shelf import put
from bot.people.queries import Person, find, meet, set_name
from bot.privacy.erase import erase
from bot.speech import Address, Outgoing
from bot.store import Store, Tx
from bot.store.engine import CROWDED
from bot.store.facts import read_number, write_number
from bot.store.tables import erasures, outbox, persons, seen
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.talk import House
from tests.privacy.copies import keys_left, readable

CANARY = "canary-93b1"
ANNA, BEA = Address("memory", "anna"), Address("memory", "bea")
Work = Callable[[Tx], Any]


@pytest.fixture
def store(house: House) -> Store:
    """On SQLite, where there are groups; Anna and Bea are known, and Anna signs with a canary."""

    def known(tx: Tx) -> None:
        anna = meet(tx, ANNA, "en", None)
        set_name(tx, anna, CANARY)
        put(tx, anna.recipient, Outgoing(f"{CANARY}, good morning."))
        meet(tx, BEA, "en", None)

    house.store.run_now(known)
    return house.store


async def together(store: Store, *works: Work) -> list[Any]:
    """Run units of work in one group, in this order; return what each was told."""
    begun, go_on = threading.Event(), threading.Event()
    first_runs: dict[int, Connection] = {}

    def hold(tx: Tx) -> None:
        first_runs.setdefault(0, tx.connection)
        begun.set()
        assert go_on.wait(5)

    def watched(number: int, work: Work) -> Work:
        def run(tx: Tx) -> Any:
            first_runs.setdefault(number, tx.connection)
            return work(tx)

        return run

    holding = asyncio.create_task(store.run(hold))
    await asyncio.to_thread(begun.wait, 5)
    tasks = [asyncio.create_task(store.run(watched(number, work))) for number, work in enumerate(works, 1)]
    await asyncio.sleep(0)
    go_on.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    await holding
    assert all(first is first_runs[0] for first in first_runs.values()), "it was no group"
    return told


def noting(order: list[str], name: str) -> Work:
    """Return work that notes when it was done."""

    def work(tx: Tx) -> int:
        order.append(name)
        write_number(tx, name, len(order))
        return len(order)

    return work


def raising(error: Exception) -> Work:
    """Return work that has written something when it fails."""

    def work(tx: Tx) -> None:
        write_number(tx, "torn", 1)
        raise error

    return work


def erasing(address: Address) -> Work:
    def work(tx: Tx) -> bytes:
        person = find(tx, address)
        assert person is not None
        erase(tx, person.id, PARTS)
        return person.seal.name

    return work


def numbers(store: Store, *names: str) -> list[int]:
    return store.run_now(lambda tx: [read_number(tx, name) for name in names])


async def test_each_is_told_what_it_raised_and_the_others_stand_in_their_order(store: Store) -> None:
    order: list[str] = []
    told = await together(
        store,
        noting(order, "first"),
        raising(TryLater("the disk is full")),
        noting(order, "second"),
        raising(SealGone("erased")),
        noting(order, "third"),
    )
    assert [type(one) for one in told] == [int, TryLater, int, SealGone, int]
    assert order == ["first", "second", "third"]
    assert numbers(store, "first", "second", "third", "torn") == [1, 2, 3, 0]


async def test_who_meets_a_key_that_has_just_gone_looks_again_and_nobody_else_does(store: Store) -> None:
    order: list[str] = []
    looks: list[int] = []

    def meets(tx: Tx) -> str:
        looks.append(read_number(tx, "torn"))
        write_number(tx, "torn", 7)
        if len(looks) == 1:
            raise SealGone("destroyed beside it")
        return "gone"

    told = await together(store, noting(order, "before"), meets, noting(order, "after"))
    assert told == [1, "gone", 2]
    assert looks == [0, 0], "nothing of the first look stayed"
    assert order == ["before", "after"], "each of the others was done once"


async def test_who_is_erased_in_a_group_is_gone_for_all_behind_them(store: Store, tmp_path: Path) -> None:
    def names(tx: Tx) -> str | None:
        person = find(tx, ANNA)
        return person.name if person else None

    def says(tx: Tx) -> bool:
        """Say something on to Bea with Anna's words in it, where Anna is still there."""
        anna, bea = find(tx, ANNA), find(tx, BEA)
        assert bea is not None
        if anna is not None:
            put(tx, bea.recipient, Outgoing(f"{CANARY} says hello.", owners=frozenset({anna.seal.name})))
        return anna is not None

    told = await together(store, names, says, erasing(ANNA), names, says, lambda tx: write_number(tx, "last", 1))
    key = told[2]
    assert [told[0], told[1], told[3], told[4]] == [CANARY, True, None, False]
    assert numbers(store, "last") == [1]
    with pytest.raises(SealGone):
        store.keys.seal(key)
    assert store.run_now(lambda tx: tx.connection.execute(select(erasures)).all()) == []
    assert CANARY.encode() not in all_that_is_left(tmp_path)
    assert store.run_now(lambda tx: find(tx, BEA)) is not None


async def test_an_erasure_that_fails_erases_nobody(store: Store) -> None:
    def erases_and_fails(tx: Tx) -> None:
        erasing(ANNA)(tx)
        raise TryLater("out of reach")

    told = await together(store, erases_and_fails, lambda tx: write_number(tx, "after", 1))
    assert [type(one) for one in told] == [TryLater, type(None)]
    anna = store.run_now(lambda tx: find(tx, ANNA))
    assert anna is not None
    assert anna.name == CANARY
    assert numbers(store, "after") == [1]


async def test_an_erasure_beside_one_whom_the_database_refuses_is_done_all_the_same(
    store: Store, tmp_path: Path
) -> None:
    def refused(tx: Tx) -> None:
        for _ in range(2):
            tx.connection.execute(insert(seen).values(key="k", at=tx.now))

    order: list[str] = []
    told = await together(store, noting(order, "before"), erasing(ANNA), noting(order, "after"), refused)
    assert isinstance(told[3], IntegrityError)
    assert order[-2:] == ["before", "after"]
    assert numbers(store, "before", "after") == [told[0], told[2]]
    with pytest.raises(SealGone):
        store.keys.seal(told[1])
    assert CANARY.encode() not in all_that_is_left(tmp_path)


async def test_two_who_are_erased_at_once_take_nothing_of_a_third(store: Store) -> None:
    carl = Address("memory", "carl")

    def welcomes(tx: Tx) -> Person:
        return meet(tx, carl, "en", None)

    told = await together(store, erasing(ANNA), welcomes, erasing(BEA))
    for gone in (told[0], told[2]):
        with pytest.raises(SealGone):
            store.keys.seal(gone)
    assert store.run_now(lambda tx: list(tx.connection.scalars(select(persons.c.id)))) == [told[1].id]
    assert store.run_now(lambda tx: tx.connection.execute(select(outbox)).all()) == []
    assert store.keys.seal(told[1].seal.name).name == told[1].seal.name


def all_that_is_left(folder: Path) -> bytes:
    """Return what the database, its log and all keys that are left tell somebody who has them."""
    return readable([folder / "pebble.db"], keys_left([KEY], folder / "person.keys"))


async def test_only_who_had_to_wait_makes_the_writer_crowded(house: House, clock: HandClock) -> None:
    store, loop = house.store, asyncio.get_running_loop()
    for _ in range(3):
        await store.run(lambda tx: None)
    found = [store.crowded]
    begun, gate = asyncio.Event(), threading.Event()

    def long_work(_tx: Tx) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert gate.wait(5)

    first = asyncio.create_task(store.run(long_work))
    await begun.wait()
    second = asyncio.create_task(store.run(lambda tx: None))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, second)
    found.append(store.crowded)
    clock.forward(CROWDED)
    assert [*found, store.crowded] == [False, True, False], "one after the other, one behind the other, a second later"
