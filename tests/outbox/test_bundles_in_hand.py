"""A bundle in the hands of workers that send half of it, are slow, or die; and one whose job is gone."""

import pytest
from sqlalchemy import text

from bot.outbox.doubts import begin_again
from bot.outbox.job_claim import LOOK, JobClaim
from bot.outbox.job_queue import DEAD_AFTER
from bot.outbox.marks import Outcome
from bot.outbox.states import State
from bot.store import Store
from tests.kit.clock import HandClock
from tests.kit.hands import ON_POSTGRESQL, TEN, all_jobs, bundles, claim, ids, logged, mark, payloads, ring, sent
from tests.kit.shelf import PostRoom

DEAD = DEAD_AFTER.seconds


pytestmark = ON_POSTGRESQL


@pytest.fixture
def room(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock)


def begin(room: PostRoom, row_id: int) -> None:
    """Begin to send a row, as a worker does: what is in doubt is noted before."""
    if {one.id: one.doubts for one in room.rows()}[row_id]:
        assert room.store.run_now(lambda tx: begin_again(tx, row_id))


def test_the_job_stays_for_as_long_as_one_of_its_rows_is_in_hand(room: PostRoom) -> None:
    rows = ring(room, TEN)
    worker = JobClaim()
    assert claim(room, worker) == rows
    mark(room, worker, *sent(*rows[:4]))
    mark(room, worker, Outcome(rows[4], State.DEAD, problem="refused"), *sent(*rows[5:9]))
    assert payloads(room) == [rows]
    mark(room, worker, *sent(rows[9]))
    assert all_jobs(room) == []
    assert logged(room) == ["queued", "picked", "successful"]
    assert room.states() == ["dead" if one == rows[4] else "sent" for one in rows]


def test_of_a_dead_workers_bundle_only_what_it_had_not_marked_is_sent_again(room: PostRoom, clock: HandClock) -> None:
    rows = ring(room, TEN)
    dies, second, third = JobClaim(), JobClaim(), JobClaim()
    claim(room, dies)
    mark(room, dies, *sent(*rows[:6]), Outcome(rows[6], State.WAITING, after=60))
    assert claim(room, second) == []
    clock.forward(DEAD + 1)
    assert claim(room, second) == rows[7:]
    assert [one.doubts for one in room.rows()] == [0] * 7 + [1] * 3
    mark(room, second, *sent(rows[7]))
    begin(room, rows[8])
    clock.forward(DEAD + 1)
    assert claim(room, third) == rows[9:]
    assert room.states() == ["sent"] * 6 + ["waiting"] + ["sent"] + ["unknown", "sending"]
    mark(room, third, *sent(rows[9]))
    assert payloads(room) == [[rows[6]]]
    clock.forward(60)
    assert claim(room, third) == [rows[6]]
    mark(room, third, *sent(rows[6]))
    assert all_jobs(room) == []


def test_signs_of_life_are_for_the_bundle_of_any_row_that_is_being_sent(room: PostRoom, clock: HandClock) -> None:
    rows = ring(room, TEN)
    slow, other = JobClaim(), JobClaim()
    claim(room, slow)
    mark(room, slow, *sent(*rows[:9]))
    for _ in range(3):
        clock.forward(DEAD - 1)
        room.store.run_now(lambda tx: slow.keep(tx, rows[9:]))
    assert claim(room, other) == []
    clock.forward(DEAD + 1)
    assert claim(room, other) == rows[9:]


def test_whoever_was_only_slow_marks_of_its_bundle_what_has_arrived(room: PostRoom, clock: HandClock) -> None:
    rows = ring(room, TEN)
    slow, other = JobClaim(), JobClaim()
    claim(room, slow)
    clock.forward(DEAD + 1)
    assert claim(room, other) == rows
    mark(room, slow, *sent(*rows[:5]), *(Outcome(one, State.WAITING, doubts=1) for one in rows[5:]))
    assert room.states() == ["sent"] * 5 + ["sending"] * 5
    assert None not in bundles(room)
    mark(room, other, *(Outcome(one, State.SENT, message="other") for one in rows))
    assert [one.message for one in room.rows()] == [str(one) for one in rows[:5]] + ["other"] * 5
    assert all_jobs(room) == []


def test_a_bundle_that_comes_back_to_its_own_worker_stays_where_it_is(room: PostRoom, clock: HandClock) -> None:
    rows = ring(room, TEN)
    worker = JobClaim()
    claim(room, worker)
    mark(room, worker, *sent(*rows[:5]))
    clock.forward(DEAD + 1)  # no sign of life was to be had from the database
    assert claim(room, worker, mine=rows[5:]) == []
    assert payloads(room) == [rows]
    assert [one.doubts for one in room.rows()] == [0] * 10
    mark(room, worker, *sent(*rows[5:]))
    assert all_jobs(room) == []


def test_what_has_left_a_bundle_is_not_taken_over_with_it(room: PostRoom, clock: HandClock) -> None:
    rows = ring(room, TEN)
    dies, holds, third = JobClaim(), JobClaim(), JobClaim()
    claim(room, dies)
    mark(room, dies, Outcome(rows[3], State.WAITING))
    assert claim(room, holds) == [rows[3]]
    for _ in range(2):
        clock.forward(DEAD - 5)
        room.store.run_now(lambda tx: holds.keep(tx, [rows[3]]))
    assert claim(room, third) == [one for one in rows if one != rows[3]]
    assert room.rows()[3].doubts == 0
    mark(room, third, *sent(*rows))
    assert room.states()[3] == "sent", "it says that it has arrived"
    assert payloads(room) == [[rows[3]]]
    mark(room, holds, *sent(rows[3]))
    assert all_jobs(room) == []


async def test_a_bundle_without_its_job_falls_apart_into_rows_with_jobs_of_their_own(
    room: PostRoom, clock: HandClock
) -> None:
    rows = ring(room, TEN)
    room.put("anna", "x")
    room.store.run_now(lambda tx: tx.connection.execute(text("DELETE FROM pgqueuer")))
    await room.pump.recover()
    assert payloads(room) == [[one] for one in ids(room)]
    assert bundles(room) == [None] * 11
    clock.forward(LOOK)
    await room.pump.recover()
    await room.pump.settle()
    assert (set(room.states()), all_jobs(room)) == ({"sent"}, [])
    assert [len(room.said(name)) for name in TEN] == [1] * 10
    assert rows == ids(room)[:10]


async def test_a_bundle_whose_job_is_there_is_not_missing_one(room: PostRoom, clock: HandClock) -> None:
    rows = ring(room, TEN)
    await room.pump.recover()
    worker = JobClaim()
    claim(room, worker)
    mark(room, worker, *sent(*rows[:5]))
    clock.forward(LOOK)
    await room.pump.recover()
    assert payloads(room) == [rows]


def test_a_second_job_that_a_release_before_has_put_for_a_row_is_in_vain(room: PostRoom) -> None:
    rows = ring(room, TEN)
    one_more = text(
        "INSERT INTO pgqueuer (priority, execute_after, status, entrypoint, dedupe_key, payload)"
        " VALUES (1, to_timestamp(0), 'queued', 'send:memory', :key, convert_to(:key, 'UTF8'))"
    )
    room.store.run_now(lambda tx: tx.connection.execute(one_more, {"key": str(rows[3])}))
    worker = JobClaim()
    assert claim(room, worker) == rows
    mark(room, worker, *sent(*rows))
    assert all_jobs(room) == []


async def test_many_deaths_lose_nothing_of_bundles_and_nothing_comes_three_times(
    room: PostRoom, clock: HandClock
) -> None:
    names = [f"p{number}" for number in range(60)]
    rows = ring(room, names, deadline=clock.now() + 86_400)
    copies = dict.fromkeys(rows, 0)
    for death in range(8):
        worker = JobClaim()
        held = claim(room, worker, 15)
        back = held[5:7]
        for one in set(held) - set(back):
            begin(room, one)
            copies[one] += 1
        mark(room, worker, *sent(*held[: death % 5]), *(Outcome(one, State.WAITING) for one in back))
        clock.forward(DEAD + 1)
    worker = JobClaim()
    while held := claim(room, worker):
        for one in held:
            begin(room, one)
            copies[one] += 1
        mark(room, worker, *sent(*held))
    assert all_jobs(room) == []
    states = dict(zip(rows, room.states(), strict=True))
    assert set(states.values()) == {"sent", "unknown"}
    assert set(copies.values()) == {1, 2}
    assert {copies[one] for one, state in states.items() if state == "unknown"} == {2}
