"""Units of work: all or nothing, and the outbox is told only of what is committed."""

import asyncio
import gc
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, event, func, insert, select, text, update
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from bot.errors import SealGone
from bot.store import Keyring, Store, Tx
from bot.store.facts import read_number, write_number
from bot.store.tables import addresses, facts, seen
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres


class ChangedMyMind(Exception):
    pass


def embedded(store: Store) -> bool:
    return store.url.get_backend_name() == "sqlite"


async def test_a_unit_of_work_that_fails_leaves_nothing(store: Store) -> None:
    def work(tx: Tx) -> None:
        write_number(tx, "first", 1)
        tx.connection.execute(insert(seen).values(key="k", at=tx.now))
        raise ChangedMyMind

    with pytest.raises(ChangedMyMind):
        await store.run(work)
    assert await store.read(lambda tx: read_number(tx, "first")) == 0
    assert await store.read(lambda tx: tx.connection.scalar(select(func.count()).select_from(seen))) == 0


async def test_a_unit_of_work_that_meets_a_key_which_was_destroyed_beside_it_looks_again(store: Store) -> None:
    key = store.keys.new_person()
    store.keys.destroy([key], 1)
    tries: list[int] = []

    def work(tx: Tx) -> None:
        tries.append(read_number(tx, "n"))
        write_number(tx, "n", 7)
        if len(tries) == 1:  # it finds them no more when it looks again
            tx.keys.seal(key)

    await store.run(work)
    assert tries == [0, 0], "nothing of the first attempt stayed"
    with pytest.raises(SealGone):
        await store.run(lambda tx: tx.keys.seal(key))


async def test_a_result_comes_back_once_it_is_committed(store: Store) -> None:
    def work(tx: Tx) -> int:
        write_number(tx, "n", 41)
        return read_number(tx, "n") + 1

    assert await store.run(work) == 42
    assert await store.read(lambda tx: read_number(tx, "n")) == 41


async def test_what_is_left_for_the_end_is_done_once_with_all_that_was_gathered_and_before_the_commit(
    store: Store,
) -> None:
    def sums(tx: Tx, numbers: list[int]) -> None:
        if sum(numbers) > 9:
            raise ChangedMyMind
        write_number(tx, "n", 10 * read_number(tx, "n") + sum(numbers))

    def work(tx: Tx, more: int) -> None:
        tx.at_the_end(sums, [1, 2])
        tx.at_the_end(sums, [more])

    await store.run(partial(work, more=4))
    assert await store.read(lambda tx: read_number(tx, "n")) == 7
    with pytest.raises(ChangedMyMind):
        await store.run(partial(work, more=40))
    assert await store.read(lambda tx: read_number(tx, "n")) == 7


async def test_a_unit_of_work_that_fails_after_its_caller_has_gone_is_no_complaint(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    begun, gone = threading.Event(), threading.Event()

    def work(_tx: Tx) -> None:
        begun.set()
        gone.wait(10)
        raise ChangedMyMind

    caller = asyncio.create_task(store.run(work))
    await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    gone.set()
    await store.run(lambda tx: write_number(tx, "n", 1))
    del caller
    gc.collect()
    await asyncio.sleep(0)
    assert caplog.records == []


async def test_what_only_reads_writes_nothing(store: Store) -> None:
    await store.read(lambda tx: write_number(tx, "n", 1))
    assert await store.read(lambda tx: read_number(tx, "n")) == 0
    await store.run(lambda tx: write_number(tx, "n", 2))
    assert await store.read(lambda tx: read_number(tx, "n")) == 2


async def test_a_single_question_is_answered_by_what_is_committed(store: Store) -> None:
    question = select(func.count(), func.max(seen.c.at)).where(seen.c.at > bindparam("after"))
    assert await store.ask(question, {"after": 0}) == (0, None)
    for at in (3, 5):
        await store.run(partial(noted, at=at))
    assert await store.ask(question, {"after": 0}) == (2, 5)
    assert await store.ask(question, {"after": 3}) == (1, 5)
    await store.run(partial(noted, at=7))  # on a connection that has been asked
    assert await store.ask(question, {"after": 3}) == (2, 7)


def noted(tx: Tx, at: int) -> None:
    tx.connection.execute(insert(seen).values(key=str(at), at=at))


async def test_the_time_is_read_once_for_a_unit_of_work(store: Store, clock: HandClock) -> None:
    def work(tx: Tx) -> tuple[int, int]:
        before = tx.now
        clock.forward(60)
        return before, tx.now

    before, after = await store.run(work)
    assert before == after


async def test_the_outbox_is_woken_after_the_commit_and_not_before(store: Store, clock: HandClock) -> None:
    beside = Store(store.url.render_as_string(hide_password=False), clock, Keyring([KEY]))
    woken = asyncio.Event()
    seen_then: list[int] = []

    def wake() -> None:
        seen_then.append(beside.run_now(lambda tx: read_number(tx, "n")))
        woken.set()

    def work(tx: Tx) -> None:
        write_number(tx, "n", 5)
        tx.wakes = True

    store.wake = wake
    await store.run(work)
    await asyncio.wait_for(woken.wait(), 5)
    beside.close()
    assert seen_then == [5]


async def test_nobody_is_woken_by_what_was_rolled_back_or_put_nothing_out(store: Store) -> None:
    woken: list[bool] = []
    store.wake = lambda: woken.append(True)

    def fails(tx: Tx) -> None:
        tx.wakes = True
        raise ChangedMyMind

    with pytest.raises(ChangedMyMind):
        await store.run(fails)
    await store.run(lambda tx: write_number(tx, "n", 1))
    await store.run(lambda tx: write_number(tx, "n", 2))
    assert woken == []


async def test_a_caller_who_gives_up_does_not_undo_the_wake_up(store: Store) -> None:
    woken = asyncio.Event()
    store.wake = woken.set
    begun, go_on = threading.Event(), threading.Event()

    def work(tx: Tx) -> None:
        begun.set()
        go_on.wait(5)
        write_number(tx, "n", 7)
        tx.wakes = True

    caller = asyncio.create_task(store.run(work))
    await asyncio.to_thread(begun.wait, 5)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await asyncio.wait_for(woken.wait(), 5)
    assert await store.read(lambda tx: read_number(tx, "n")) == 7


async def test_reads_go_on_beside_a_writer(store: Store) -> None:
    await store.run(lambda tx: write_number(tx, "n", 1))
    begun, go_on = threading.Event(), threading.Event()

    def work(tx: Tx) -> None:
        write_number(tx, "n", 2)
        begun.set()
        assert go_on.wait(5)

    writing = asyncio.create_task(store.run(work))
    await asyncio.to_thread(begun.wait, 5)
    try:
        seen_beside = await asyncio.wait_for(store.read(lambda tx: read_number(tx, "n")), 3)
    finally:
        go_on.set()
    await writing
    assert seen_beside == 1
    assert await store.read(lambda tx: read_number(tx, "n")) == 2


async def test_faults_of_the_code_are_not_taken_for_faults_of_the_host(store: Store) -> None:
    def twice(tx: Tx) -> None:
        for _ in range(2):
            tx.connection.execute(insert(seen).values(key="k", at=tx.now))

    def homeless(tx: Tx) -> None:
        tx.connection.execute(insert(addresses).values(person_id=4711, platform="memory", chat="x"))

    for work in (twice, homeless):
        with pytest.raises(IntegrityError):
            await store.run(work)
    await store.run(lambda tx: write_number(tx, "n", 1))


async def test_a_value_that_never_fits_is_not_tried_again_for_ever(postgres_server: Postgres, clock: HandClock) -> None:
    store = Store(postgres_server.database(), clock, Keyring([KEY]))
    with pytest.raises(DataError):
        await store.run(lambda tx: tx.connection.execute(insert(seen).values(key="k" * 81, at=tx.now)))
    with pytest.raises(DataError):
        await store.run(lambda tx: tx.connection.execute(insert(seen).values(key="k\x00", at=tx.now)))
    with pytest.raises(ProgrammingError):
        await store.run(lambda tx: tx.connection.execute(text("SELECT * FROM nowhere")))
    store.close()


async def test_no_text_of_a_person_is_in_the_error_of_a_statement(store: Store) -> None:
    def work(tx: Tx) -> None:
        for _ in range(2):
            tx.connection.execute(insert(seen).values(key="my-own-words", at=tx.now))

    with pytest.raises(IntegrityError) as caught:
        await store.run(work)
    assert "my-own-words" not in str(caught.value).split("DETAIL")[0]


async def test_many_units_of_work_at_once_all_count(store: Store) -> None:
    await store.run(lambda tx: write_number(tx, "n", 0))

    def add_one(tx: Tx) -> None:
        locked = select(facts.c.value).where(facts.c.name == "n")
        value = tx.connection.scalar(locked.with_for_update() if tx.many_writers else locked)
        write_number(tx, "n", int(str(value)) + 1)

    await asyncio.gather(*(store.run(add_one) for _ in range(40)))
    assert await store.read(lambda tx: read_number(tx, "n")) == 40


async def test_the_victim_of_a_deadlock_is_run_again(postgres_server: Postgres, clock: HandClock) -> None:
    store = Store(postgres_server.database(), clock, Keyring([KEY]))
    for name in ("a", "b"):
        await store.run(lambda tx, name=name: write_number(tx, name, 0))  # type: ignore[misc]
    meet = threading.Barrier(2)
    runs: list[str] = []

    def add(tx: Tx, name: str) -> None:
        tx.connection.execute(update(facts).where(facts.c.name == name).values(value=text("(value::int + 1)::text")))

    async def both(first: str, second: str) -> None:
        attempts = 0

        def work(tx: Tx) -> None:
            nonlocal attempts
            attempts += 1
            runs.append(first)
            tx.connection.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
            add(tx, first)
            if attempts == 1:
                meet.wait(5)
            add(tx, second)

        await store.run(work)

    await asyncio.gather(both("a", "b"), both("b", "a"))
    assert len(runs) > 2, "one of them was the victim and ran again, maybe into another one"
    assert await store.read(lambda tx: (read_number(tx, "a"), read_number(tx, "b"))) == (2, 2)
    store.close()


async def test_sqlite_keeps_its_promises_on_every_connection(template_file: object, clock: HandClock) -> None:
    store = Store(f"sqlite:///{template_file}", clock, Keyring([KEY]))
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}

    def pragmas(tx: Tx) -> dict[str, object]:
        return {name: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}

    assert await store.run(pragmas) == wanted
    assert await asyncio.gather(*(store.read(pragmas) for _ in range(3))) == [wanted] * 3
    store.close()


async def test_a_committed_row_is_there_for_another_program(store: Store) -> None:
    if not embedded(store):
        beside = Store(store.url.render_as_string(hide_password=False), HandClock(), Keyring([KEY]))
        await store.run(lambda tx: write_number(tx, "n", 3))
        assert beside.run_now(lambda tx: read_number(tx, "n")) == 3
        beside.close()
        return
    await store.run(lambda tx: write_number(tx, "n", 3))
    with closing(sqlite3.connect(str(store.url.database))) as database:
        assert database.execute("SELECT value FROM facts WHERE name = 'n'").fetchone() == ("3",)


async def test_what_has_gathered_is_committed_together(template_file: Path, tmp_path: Path, clock: HandClock) -> None:
    store = Store(f"sqlite:///{shutil.copy(template_file, tmp_path / 'pebble.db')}", clock, Keyring([KEY]))
    commits: list[Any] = []
    event.listen(store.engine, "commit", commits.append)
    await asyncio.gather(*(store.run(lambda tx, n=n: write_number(tx, f"n{n}", n)) for n in range(200)))  # type: ignore[misc]
    assert await store.read(lambda tx: [read_number(tx, f"n{n}") for n in range(200)]) == list(range(200))
    assert len(commits) <= 20
    store.close()


@pytest.mark.parametrize(("waited", "order"), [(0.0, ["a", "b", "patient"]), (1.0, ["patient", "a", "b"])])
async def test_what_is_patient_lets_others_go_first_for_a_while_and_is_committed_alone(
    template_file: Path, tmp_path: Path, clock: HandClock, waited: float, order: list[str]
) -> None:
    store = Store(f"sqlite:///{shutil.copy(template_file, tmp_path / 'pebble.db')}", clock, Keyring([KEY]))
    commits: list[Any] = []
    event.listen(store.engine, "commit", commits.append)
    begun, free, ran = threading.Event(), threading.Event(), []

    def hold(_tx: Tx) -> None:
        begun.set()
        assert free.wait(5)

    def note(name: str) -> Callable[[Tx], None]:
        return lambda tx: ran.append((name, len(commits)))

    first = asyncio.create_task(store.run(hold, patient=True))
    assert await asyncio.to_thread(begun.wait, 5)
    rest = [asyncio.create_task(store.run(note(name), patient=name == "patient")) for name in ("patient", "a", "b")]
    await asyncio.sleep(0)
    clock.forward(waited)
    free.set()
    await asyncio.gather(first, *rest)
    assert [name for name, _ in ran] == order
    alone = dict(ran)
    assert alone["a"] == alone["b"] != alone["patient"]
    assert len(commits) == 3
    store.close()


async def test_in_a_group_each_fails_for_itself(store: Store) -> None:
    def fail_after_writing(tx: Tx) -> None:
        write_number(tx, "torn", 1)
        raise LookupError("no")

    def keep(number: int) -> Callable[[Tx], None]:
        return lambda tx: write_number(tx, f"whole{number}", number)

    work = [keep(1), fail_after_writing, keep(2), fail_after_writing, keep(3)]
    results = await asyncio.gather(*map(store.run, work), return_exceptions=True)
    assert [type(one) for one in results] == [type(None), LookupError, type(None), LookupError, type(None)]
    names = ("torn", "whole1", "whole2", "whole3")
    assert await store.read(lambda tx: [read_number(tx, name) for name in names]) == [0, 1, 2, 3]


async def test_where_the_database_refuses_one_the_others_of_its_group_are_stored(store: Store) -> None:
    refused = text("INSERT INTO facts (name, value) VALUES ('twice', '1')")

    def twice(tx: Tx) -> None:
        tx.connection.execute(refused)

    work: list[Any] = [twice, lambda tx: write_number(tx, "before", 1), twice, lambda tx: write_number(tx, "after", 2)]
    results = await asyncio.gather(*map(store.run, work), return_exceptions=True)
    # With several writers, either of the two may be the second.
    assert sorted(type(one).__name__ for one in results[::2]) == ["IntegrityError", "NoneType"]
    assert results[1::2] == [None, None]
    assert await store.read(lambda tx: (read_number(tx, "before"), read_number(tx, "after"))) == (1, 2)
