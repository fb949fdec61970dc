"""Turns among processes: one at a time, the next at once, and known to be lost."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.store.turn import ByLock, OnlyOne, turn_for
from tests.kit.databases import Postgres


@pytest.fixture
def database(postgres_server: Postgres) -> str:
    return postgres_server.database()


@pytest.fixture
async def turns(database: str) -> AsyncIterator[list[ByLock]]:
    """Three who want the same, each as a process of its own would."""
    made = [ByLock(make_url(database).set(drivername="postgresql+psycopg"), "telegram:1") for _ in range(3)]
    yield made
    for turn in made:
        await turn.give_back()


async def cut_off(database: str) -> None:
    """End the session that holds the turn."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
        )


async def test_one_has_the_turn_and_the_next_has_it_within_a_second_of_its_end(turns: list[ByLock]) -> None:
    first, second, third = turns
    await first.wait()
    waiting = [asyncio.create_task(turn.wait()) for turn in (second, third)]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in waiting)
    began = time.monotonic()
    await first.give_back()
    done, left = await asyncio.wait(waiting, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    assert time.monotonic() - began < 1
    assert len(done) == len(left) == 1
    for task in left:  # whoever gives up while it waits stands in nobody's way
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await (second if waiting[0] in done else third).give_back()
    await asyncio.wait_for(first.wait(), 1)


async def test_another_name_is_another_turn(turns: list[ByLock], database: str) -> None:
    await turns[0].wait()
    other = turn_for(make_url(database).set(drivername="postgresql+psycopg"), "discord:1")
    await asyncio.wait_for(other.wait(), 5)
    await other.give_back()


async def test_a_turn_that_is_lost_is_known_to_be_and_is_the_next_ones(turns: list[ByLock], database: str) -> None:
    first, second, _ = turns
    await first.wait()
    waiting = asyncio.create_task(second.wait())
    await asyncio.sleep(0.2)
    losing = asyncio.create_task(first.lost())
    await asyncio.sleep(0.1)
    assert not losing.done()
    began = time.monotonic()
    await cut_off(database)
    await asyncio.wait_for(losing, 5)
    assert time.monotonic() - began < 2
    await asyncio.wait_for(waiting, 5)
    await first.give_back()
    again = asyncio.create_task(first.wait())
    await asyncio.sleep(0.2)
    assert not again.done()
    await second.give_back()
    await asyncio.wait_for(again, 5)


async def test_on_an_embedded_database_it_is_always_ones_turn() -> None:
    turn = turn_for(make_url("sqlite:///pebble.db"), "telegram:1")
    assert isinstance(turn, OnlyOne)
    await turn.wait()
    losing = asyncio.create_task(turn.lost())
    await asyncio.sleep(0)
    assert not losing.done()
    losing.cancel()
    await turn.give_back()
