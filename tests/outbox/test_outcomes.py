"""What became of messages is written in groups, and one that cannot be written takes no other along."""

import asyncio
from collections.abc import Callable

import pytest

from bot.errors import Refused, TryLater
from bot.outbox.marks import Outcome
from bot.outbox.outcomes import Outcomes
from bot.outbox.states import State
from bot.store import Store
from tests.kit.clock import HandClock
from tests.kit.shelf import PostRoom


class Book:
    """Takes groups of outcomes as a database does; `refuses` says which it cannot write."""

    def __init__(self, refuses: Callable[[Outcome], bool] = lambda outcome: False) -> None:
        self.groups: list[list[Outcome]] = []
        self.away = False
        self.commits = asyncio.Semaphore(0)
        self._refuses = refuses
        self.outcomes = Outcomes(self.commit, asyncio.sleep, lambda: 0)

    async def commit(self, group: list[Outcome]) -> None:
        if self.away:
            raise TryLater("away")
        if any(map(self._refuses, group)):
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        await self.commits.acquire()
        self.groups.append(group)

    def written(self) -> list[Outcome]:
        return [outcome for group in self.groups for outcome in group]


async def finish(book: Book, number: int) -> None:
    book.outcomes.take([number])
    book.outcomes.add([Outcome(number, State.SENT)])
    await book.outcomes.write()


async def test_all_who_wait_for_a_commit_go_on_at_once_and_not_one_after_another() -> None:
    book = Book()
    first = asyncio.create_task(finish(book, 0))
    await asyncio.sleep(0)
    rest = [asyncio.create_task(finish(book, number)) for number in range(1, 500)]
    await asyncio.sleep(0)
    book.commits.release()
    await first
    assert not any(one.done() for one in rest)
    book.commits.release()
    for _ in range(5):
        await asyncio.sleep(0)
    assert all(one.done() for one in rest)
    assert [len(group) for group in book.groups] == [1, 499]
    assert book.outcomes.held == set()
    assert len(book.outcomes) == 0


async def test_what_comes_while_a_group_is_written_does_not_keep_those_who_wait_for_it() -> None:
    book = Book()
    first = asyncio.create_task(finish(book, 0))
    await asyncio.sleep(0)
    coming = [asyncio.create_task(finish(book, 1))]
    for number in range(2, 50):
        book.commits.release()
        await asyncio.sleep(0)
        coming.append(asyncio.create_task(finish(book, number)))
        await asyncio.sleep(0)
    assert first.done()
    assert coming[0].done()
    for _ in coming:
        book.commits.release()
    await asyncio.wait_for(asyncio.gather(*coming), 5)
    assert sorted(outcome.id for outcome in book.written()) == list(range(50))


async def test_whoever_is_cancelled_while_waiting_loses_nothing() -> None:
    book = Book()
    waiting = [asyncio.create_task(finish(book, number)) for number in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    book.commits.release()
    book.commits.release()
    await asyncio.wait_for(asyncio.gather(*waiting[1:]), 5)
    assert sorted(outcome.id for outcome in book.written()) == [0, 1, 2]


async def test_who_gives_up_says_how_many_are_lost() -> None:
    book = Book()
    book.away = True
    waiting = asyncio.create_task(finish(book, 7))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await book.outcomes.give_up()
    assert (len(book.outcomes), book.outcomes.held) == (1, {7})


async def test_one_that_cannot_be_written_is_written_without_what_it_tells_and_all_others_as_they_are() -> None:
    book = Book(refuses=lambda outcome: "\ud800" in (outcome.problem or ""))
    group = [
        Outcome(1, State.SENT, message="m1"),
        Outcome(2, State.WAITING, problem="\ud800", after=5, unreachable=(9, 9)),
        Outcome(3, State.SENT, message="m3"),
    ]
    book.outcomes.take(outcome.id for outcome in group)
    book.outcomes.add(group)
    for _ in range(3):
        book.commits.release()
    await asyncio.wait_for(book.outcomes.write(), 5)
    given_up = Outcome(2, State.DEAD, problem="UnicodeEncodeError", after=5)
    assert book.written() == [group[0], given_up, group[2]]
    assert book.outcomes.held == set()


async def test_what_was_written_alone_is_not_written_again_when_the_database_goes_away_behind_it() -> None:
    book = Book(refuses=lambda outcome: outcome.id == 3)
    alone = book.commit

    async def commit(group: list[Outcome]) -> None:
        book.away = [outcome.id for outcome in group] == [2] and not away
        if book.away:
            away.append(True)
        await alone(group)

    away: list[bool] = []
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    book.outcomes = Outcomes(commit, sleep, lambda: 0)
    group = [Outcome(1, State.WAITING, after=5), Outcome(2, State.SENT), Outcome(3, State.SENT)]
    book.outcomes.take(outcome.id for outcome in group)
    book.outcomes.add(group)
    for _ in range(9):
        book.commits.release()
    await asyncio.wait_for(book.outcomes.write(), 5)
    assert slept == [0.2]
    assert [outcome.id for outcome in book.written()].count(1) == 1
    assert [outcome.id for outcome in book.written()].count(2) == 1
    assert (len(book.outcomes), book.outcomes.held) == (0, set())


@pytest.mark.parametrize("words", ["a zero \x00 in it", "half a letter \ud83d", "two\nlines"])
async def test_whatever_a_platform_says_of_an_error_the_row_gets_its_end(
    store: Store, clock: HandClock, words: str
) -> None:
    room = PostRoom(store, clock)
    room.chat.trouble_with = lambda address, _outgoing: Refused(words) if address.chat == "anna" else None
    room.put("anna", "x")
    room.put("ben", "y")
    await room.pump.settle()
    assert room.states() == ["dead", "sent"]
    (problem, _) = (row.problem for row in room.rows())
    assert problem.startswith("Refused: ")
    assert problem.isprintable()
