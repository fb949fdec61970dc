"""The jobs behind rows on PostgreSQL: there together or not at all, and nobody looks at them in vain."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, select, text, update

from bot.errors import TryLater, Unreachable
from bot.outbox.handout import JOBS, on_new_jobs
from bot.outbox.job_claim import JobClaim
from bot.outbox.job_numbers import numbers
from bot.outbox.job_queue import DEAD_AFTER, SETTINGS
from bot.outbox.marks import Outcome
from bot.outbox.shelf import Terms, post, put, put_all, row, withdraw
from bot.outbox.states import Priority, State
from bot.speech import Op, Outgoing
from bot.store import Keyring, Store, Tx
from bot.store.notices import Notices
from bot.store.tables import addresses, outbox
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres
from tests.kit.hands import all_jobs, claim, ids, logged, mark
from tests.kit.shelf import HeldChat, PostRoom
from tests.kit.statements import statements

DEAD = DEAD_AFTER.seconds


@pytest.fixture
def store(postgres_server: Postgres, clock: HandClock) -> Iterator[Store]:
    opened = Store(postgres_server.database(), clock, Keyring([KEY]))
    yield opened
    opened.close()


@pytest.fixture
def room(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock)


async def test_a_row_and_its_job_are_there_together_or_not_at_all(room: PostRoom) -> None:
    anna = room.recipient("anna")

    def fails(tx: Tx) -> None:
        put(tx, anna, Outgoing("never said"))
        raise LookupError

    with pytest.raises(LookupError):
        room.store.run_now(fails)
    assert (room.rows(), all_jobs(room)) == ([], [])
    room.put("anna", "hello")
    (job,) = all_jobs(room)
    assert (job.status, job.entrypoint, int(job.payload)) == ("queued", "send:memory", ids(room)[0])
    await room.pump.settle()
    assert all_jobs(room) == []
    assert logged(room) == ["queued", "picked", "successful"]


def test_what_a_unit_of_work_says_has_its_jobs_by_one_statement_in_the_order_in_which_it_was_said(
    room: PostRoom,
) -> None:
    anna = room.recipient("anna")

    def says(tx: Tx) -> None:
        put(tx, anna, Outgoing("one"))
        shown = post(tx, anna, Outgoing("two"))
        put(tx, anna, Outgoing("two, changed", op=Op.EDIT), Terms(edits=shown))

    with statements(room.store) as said:
        room.store.run_now(says)
    assert len([one for one in said if SETTINGS.queue_table in one]) == 1
    assert [int(job.payload) for job in all_jobs(room)] == ids(room)


def test_what_a_savepoint_takes_back_has_no_job(room: PostRoom) -> None:
    anna = room.recipient("anna")

    def says(tx: Tx) -> None:
        savepoint = tx.connection.begin_nested()
        put(tx, anna, Outgoing("taken back"))
        savepoint.rollback()
        put(tx, anna, Outgoing("said"))

    room.store.run_now(says)
    assert [int(job.payload) for job in all_jobs(room)] == ids(room)
    assert len(ids(room)) == 1


def test_many_rows_at_once_have_a_job_each_and_what_is_absorbed_has_none(room: PostRoom) -> None:
    anna = room.recipient("anna")
    rows = ("a", "b", "b", "c")
    room.store.run_now(lambda tx: put_all(tx, [row(tx, anna, Outgoing("x"), Terms(key=key)) for key in rows]))
    assert [int(job.payload) for job in all_jobs(room)] == ids(room)
    assert len(all_jobs(room)) == 3


async def test_rows_without_a_job_get_one(room: PostRoom) -> None:
    for name in ("anna", "ben"):
        room.put(name, "from a database that was moved here")
    room.store.run_now(lambda tx: tx.connection.execute(text("DELETE FROM pgqueuer")))
    await room.pump.settle()
    assert room.states() == ["waiting", "waiting"]
    await room.pump.recover()
    assert len(all_jobs(room)) == 2
    await room.pump.settle()
    assert room.states() == ["sent", "sent"]


async def test_the_job_of_what_was_withdrawn_goes_when_its_turn_comes(room: PostRoom) -> None:
    room.put("anna", "prompt", moment_id=7)
    room.store.run_now(lambda tx: withdraw(tx, moment_ids=[7]))
    await room.pump.settle()
    assert (room.states(), all_jobs(room)) == (["dropped"], [])
    assert logged(room) == ["queued", "picked", "canceled"]


async def test_what_waits_for_somebody_to_come_back_is_looked_at_once(room: PostRoom, clock: HandClock) -> None:
    for text_ in ("one", "two", "three"):
        room.put("anna", text_)
    room.chat.trouble_with = lambda address, outgoing: Unreachable("blocked")
    await room.pump.settle()
    room.chat.trouble_with = lambda address, outgoing: None
    seen = len(logged(room))
    for _ in range(20):
        clock.forward(60)
        await room.pump.settle()
    assert len(logged(room)) <= seen + 6, "taken and put back at most once each"
    assert room.said("anna") == []
    room.hear_from("anna")
    await room.pump.settle()
    assert room.said("anna") == ["one", "two", "three"]


async def test_a_long_queue_of_one_address_keeps_nobody_waiting(store: Store, clock: HandClock) -> None:
    room = PostRoom(store, clock, HeldChat())
    chat = room.chat
    assert isinstance(chat, HeldChat)
    anna = room.recipient("anna")
    many = [str(n) for n in range(400)]
    store.run_now(lambda tx: put_all(tx, [row(tx, anna, Outgoing(one)) for one in many]))
    settling = asyncio.create_task(room.pump.settle())
    assert await asyncio.wait_for(chat.begun.get(), 5) == ("anna", "0")
    seen = len(logged(room))
    room.put("ben", "nudge", priority=Priority.NUDGE)
    (parcel,) = claim(room, JobClaim())
    assert parcel == ids(room)[-1]
    assert len(logged(room)) < seen + 30, "the queue is stepped over, not taken row by row"
    chat.held = False
    chat.let("anna")
    await asyncio.wait_for(settling, 60)
    await room.pass_time(5, step=1)  # the pace of a chat holds it up now and then
    assert room.said("anna") == many


def test_a_message_that_moves_to_another_platform_is_handed_out_there(room: PostRoom) -> None:
    room.put("anna", "thanks")
    room.store.run_now(lambda tx: tx.connection.execute(update(addresses).values(platform="discord")))
    assert claim(room, JobClaim()) == []
    assert claim(room, JobClaim(), platform="discord") == ids(room)


async def test_what_a_release_before_is_sending_is_left_to_it(room: PostRoom, clock: HandClock) -> None:
    room.put("anna", "x")
    values = {"state": State.SENDING, "claims": 1, "leased_until_real": int(clock.real()) + 60}
    room.store.run_now(lambda tx: tx.connection.execute(update(outbox).values(**values)))
    room.put("anna", "y")
    worker = JobClaim()
    assert claim(room, worker) == []
    clock.forward(62)
    assert claim(room, worker) == ids(room)
    assert [one.doubts for one in room.rows()] == [1, 0]


def test_a_worker_that_was_given_up_marks_only_what_has_arrived(room: PostRoom, clock: HandClock) -> None:
    for name in ("anna", "ben"):
        room.put(name, "x")
    slow, other = JobClaim(), JobClaim()
    first, second = claim(room, slow)
    clock.forward(DEAD + 1)
    assert claim(room, other) == [first, second]
    mark(room, slow, Outcome(first, State.WAITING, doubts=1), Outcome(second, State.SENT, message="9"))
    assert room.states() == ["sending", "sent"]
    mark(room, other, Outcome(first, State.SENT, message="8"), Outcome(second, State.SENT, message="10"))
    assert room.states() == ["sent", "sent"]
    assert [one.message for one in room.rows()] == ["8", "9"]
    assert all_jobs(room) == []


def test_pictures_are_shared_out_and_texts_pass_them(room: PostRoom) -> None:
    picture = Outgoing("", picture={"kind": "x"}, alt="a picture")
    for name in ("a", "b", "c"):
        room.put_message(name, picture, priority=Priority.NUDGE)
    room.put("d", "text", priority=Priority.NUDGE)
    first, second, third, words = ids(room)
    assert claim(room, JobClaim(), heavy=2) == [first, second, words]
    assert claim(room, JobClaim(), heavy=0) == []
    assert claim(room, JobClaim(), heavy=2) == [third]


def test_what_stands_behind_a_picture_in_one_chat_waits_for_it(room: PostRoom, clock: HandClock) -> None:
    room.put_message("anna", Outgoing("", picture={"kind": "x"}, alt="a picture"))
    room.put("anna", "and a word about it")
    picture, word = ids(room)
    worker = JobClaim()
    assert claim(room, worker, heavy=0) == []
    clock.forward(1)
    assert claim(room, worker, heavy=1) == [picture, word]


async def test_a_retry_comes_back_at_its_time_and_the_pump_knows_when(room: PostRoom, clock: HandClock) -> None:
    room.put("anna", "x")
    room.chat.trouble_with = lambda address, outgoing: TryLater("later", 50)
    await room.pump.settle()
    worker = JobClaim()
    waits = room.store.run_now(lambda tx: worker.next_in(tx, ["memory"]))
    assert waits is not None
    assert 50 < waits <= 51
    clock.forward(50)
    assert claim(room, worker) == []
    clock.forward(1)
    assert claim(room, worker) == ids(room)
    assert room.store.run_now(lambda tx: worker.next_in(tx, ["memory"])) is None


async def test_pgqueuer_keeps_its_statistics_and_forgets_what_is_old(room: PostRoom) -> None:
    room.put("anna", "x")
    await room.pump.settle()
    await room.pump.recover()
    wanted = text("SELECT status::text, count FROM pgqueuer_statistics")
    found = room.store.run_now(lambda tx: [tuple(one) for one in tx.connection.execute(wanted)])
    assert sorted(found) == [("picked", 1), ("queued", 1), ("successful", 1)]
    assert logged(room) == ["queued", "picked", "successful"]
    for table in ("pgqueuer_log", "pgqueuer_statistics"):
        old = text(f"UPDATE {table} SET created = created - interval '40 days'")
        room.store.run_now(lambda tx, old=old: tx.connection.execute(old))  # type: ignore[misc]
    await room.pump.recover()
    assert logged(room) == []
    assert room.store.run_now(lambda tx: list(tx.connection.execute(wanted))) == []


def test_who_holds_how_much_is_told_in_numbers(room: PostRoom) -> None:
    for name in ("anna", "ben", "carl"):
        room.put(name, "x")
    one, other = JobClaim(), JobClaim()
    claim(room, one, 1)
    claim(room, other)
    first = ids(room)[0]
    mark(room, one, Outcome(first, State.DEAD, problem="refused"))
    room.store.run_now(lambda tx: one.recover(tx, ()))
    assert room.store.run_now(numbers) == {
        "job_workers": 1,
        "jobs_held": 2,
        "jobs_successful": 0,
        "jobs_exception": 1,
    }


async def test_a_job_that_another_process_puts_wakes_this_one(room: PostRoom) -> None:
    notices, woken = Notices(room.store.url), asyncio.Event()
    notices.listen(JOBS, on_new_jobs(woken.set))
    notices.start()
    await asyncio.wait_for(notices.listening.wait(), 10)
    anna = room.recipient("anna")
    assert not woken.is_set()
    await room.store.run(lambda tx: put(tx, anna, Outgoing("x")))
    await asyncio.wait_for(woken.wait(), 10)
    woken.clear()
    await room.pump.settle()
    assert not woken.is_set()
    await notices.stop()


def test_a_row_that_cannot_be_read_leaves_no_job_behind(room: PostRoom) -> None:
    room.put("anna", "x")
    room.store.run_now(lambda tx: tx.connection.execute(update(outbox).values(body=b"{", sealed=False)))
    assert claim(room, JobClaim()) == []
    assert (room.states(), all_jobs(room)) == (["dead"], [])


def test_a_row_in_somebodys_hand_is_passed_over_and_looked_at_soon(room: PostRoom, clock: HandClock) -> None:
    room.put("anna", "x")
    room.put("ben", "y")
    anna, ben = ids(room)
    with room.store.engine.begin() as other:
        other.execute(select(outbox.c.id).where(outbox.c.id == anna).with_for_update())
        assert claim(room, JobClaim()) == [ben]
    clock.forward(1)
    assert claim(room, JobClaim()) == [anna]


def test_names_of_the_tables_do_not_hang_on_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHANNEL", "PGQUEUER_CHANNEL", "PGQUEUER_PREFIX", "PGQUEUER_QUEUE_TABLE", "PGQUEUER_SCHEMA"):
        monkeypatch.setenv(name, "other")
    assert type(SETTINGS)(durability=SETTINGS.durability) == SETTINGS
    assert (SETTINGS.channel, SETTINGS.queue_table) == (JOBS, "pgqueuer")


def test_what_waits_before_a_row_is_found_by_its_address_also_where_nothing_was_counted_yet(room: PostRoom) -> None:
    people = [room.recipient(f"p{number}") for number in range(300)]
    nudge = Terms(priority=Priority.NUDGE)
    room.store.run_now(lambda tx: put_all(tx, [row(tx, who, Outgoing("x"), nudge) for who in 10 * people]))
    looks: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if " AS sooner" in statement:
            looks.append((statement, values))

    def plan(tx: Tx) -> str:
        event.listen(tx.connection, "before_cursor_execute", note)
        JobClaim().claim(tx, "memory", 40, heavy=8, files=8, mine=())
        event.remove(tx.connection, "before_cursor_execute", note)
        ((statement, values),) = looks
        return "\n".join(tx.connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())

    found = room.store.run_now(plan)
    assert found.count("Index Scan using ix_outbox_address_waiting") == 2
    assert "ix_outbox_urgent" not in found
    assert "ix_outbox_waiting" not in found
