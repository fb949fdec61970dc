"""Nudges that share a job on PostgreSQL: each of them still waits, fails, goes and is taken over for itself."""

import asyncio

import pytest
from sqlalchemy import select, text, update

from bot.errors import Moved, TryLater, Unreachable
from bot.outbox.bundles import LARGEST
from bot.outbox.job_claim import JobClaim
from bot.outbox.job_queue import DEAD_AFTER
from bot.outbox.marks import expire
from bot.outbox.shelf import Terms, put_all, row, withdraw
from bot.outbox.states import Priority
from bot.privacy.erase import erase
from bot.privacy.parts import PARTS
from bot.speech import Op, Outgoing
from bot.store import Store, Tx
from bot.store.tables import addresses, outbox
from tests.kit.clock import HandClock
from tests.kit.hands import GRACE, ON_POSTGRESQL, TEN, all_jobs, bundles, claim, ids, logged, mark, payloads, ring, sent
from tests.kit.shelf import HeldChat, PostRoom

DEAD = DEAD_AFTER.seconds


pytestmark = ON_POSTGRESQL


@pytest.fixture
def room(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock)


def test_nudges_that_may_leave_at_once_share_jobs_and_nothing_else_does(room: PostRoom) -> None:
    rows = ring(room, [f"p{number}" for number in range(2 * LARGEST + 5)])
    assert payloads(room) == [rows[:10], rows[10:20], rows[20:]]
    assert {job.entrypoint for job in all_jobs(room)} == {"nudge:memory"}
    assert len({one.bundle for one in room.rows()}) == 3
    assert not {one.bundle for one in room.rows()} & set(rows), "no row has the number of a bundle"
    now, anna = room.clock.now(), room.recipient("anna")
    picture = Outgoing("", picture={"kind": "x"}, alt="a picture")
    nudge = Terms(priority=Priority.NUDGE, deadline=now + GRACE)
    apart = [
        (Outgoing("alone"), nudge._replace(deadline=now + 60)),
        (Outgoing("later"), nudge._replace(not_before=now + 60)),
        (Outgoing("later too"), nudge._replace(not_before=now + 60)),
        (picture, nudge),
        (picture, nudge),
        (Outgoing("thanks"), Terms(priority=Priority.THANKS)),
        (Outgoing("thanks too"), Terms(priority=Priority.THANKS)),
        (Outgoing("answer"), Terms()),
        (Outgoing("answer too"), Terms()),
    ]
    room.store.run_now(lambda tx: put_all(tx, [row(tx, anna, said, terms) for said, terms in apart]))
    assert bundles(room)[25:] == [None] * len(apart)
    kinds = ["nudge"] * 3 + ["draw"] * 2 + ["send"] * 4
    assert [job.entrypoint for job in all_jobs(room)[3:]] == [f"{kind}:memory" for kind in kinds]
    assert payloads(room)[3:] == [[one] for one in ids(room)[25:]]


def test_what_is_absorbed_stands_in_no_bundle(room: PostRoom) -> None:
    anna = room.recipient("anna")
    terms = Terms(priority=Priority.NUDGE, deadline=room.clock.now() + GRACE)
    keys = ("a", "b", "b", "c")

    def put(tx: Tx) -> int:
        return put_all(tx, [row(tx, anna, Outgoing("x"), terms._replace(key=key)) for key in keys])

    assert room.store.run_now(put) == 3
    assert room.store.run_now(put) == 0
    assert payloads(room) == [ids(room)]


def test_platforms_have_bundles_of_their_own(room: PostRoom) -> None:
    for name in TEN:
        room.recipient(name)
    others = addresses.c.chat.in_(TEN[::2])
    room.store.run_now(lambda tx: tx.connection.execute(update(addresses).where(others).values(platform="discord")))
    rows = ring(room, TEN)
    assert {job.entrypoint: list(map(int, job.payload.split(b","))) for job in all_jobs(room)} == {
        "nudge:discord": rows[::2],
        "nudge:memory": rows[1::2],
    }
    assert claim(room, JobClaim(), platform="discord") == rows[::2]
    assert claim(room, JobClaim()) == rows[1::2]


async def test_a_bundle_leaves_and_leaves_no_job_behind(room: PostRoom) -> None:
    ring(room, TEN)
    await room.pump.settle()
    assert [room.said(name) for name in TEN] == [["nudge"]] * 10
    assert (set(room.states()), all_jobs(room)) == ({"sent"}, [])
    assert logged(room) == ["queued", "picked", "successful"]


def test_answers_and_what_is_too_late_sooner_are_taken_first_and_about_as_many_as_were_asked_for(
    room: PostRoom,
) -> None:
    late = ring(room, [f"l{number}" for number in range(30)], deadline=room.clock.now() + 3 * GRACE)
    soon = ring(room, [f"s{number}" for number in range(4)])
    room.put("t", "alone", priority=Priority.NUDGE, deadline=room.clock.now() + 2 * GRACE)
    room.put("a", "answer")
    room.put("b", "thanks", priority=Priority.THANKS)
    alone, answer, thanks = ids(room)[34:]
    worker = JobClaim()
    assert claim(room, worker, 2) == [answer, thanks]
    assert claim(room, worker, 5) == [*soon, alone]
    assert claim(room, worker, 12) == late[:20]
    assert claim(room, worker, 1) == late[20:]
    assert claim(room, worker) == []


def test_many_nudges_with_jobs_of_their_own_are_claimed_together(room: PostRoom) -> None:
    for name in TEN:
        room.put(name, "x", priority=Priority.NUDGE)
    assert claim(room, JobClaim(), 8) == ids(room)[:8]


def test_what_another_worker_leaves_of_a_claim_goes_back_when_it_is_too_much(room: PostRoom) -> None:
    for name in TEN:
        room.put(name, "x", priority=Priority.NUDGE, deadline=room.clock.now() + 60)
    rows = ring(room, [f"q{number}" for number in range(40)])
    one = JobClaim()
    with room.store.engine.begin() as other:  # it takes what comes next, between the look and the claim
        other.execute(text("SELECT FROM pgqueuer WHERE payload NOT LIKE '%,%' FOR UPDATE"))
        assert claim(room, one) == rows[:10]
    assert len(claim(room, JobClaim())) == 10
    assert sorted(claim(room, one, 30)) == rows[10:]


async def test_one_whose_address_is_busy_leaves_its_bundle_and_comes_behind(store: Store, clock: HandClock) -> None:
    room = PostRoom(store, clock, HeldChat())
    chat = room.chat
    assert isinstance(chat, HeldChat)
    room.put("p3", "an answer")
    settling = asyncio.create_task(room.pump.settle())
    assert await asyncio.wait_for(chat.begun.get(), 5) == ("p3", "an answer")
    rows = ring(room, TEN)
    worker = JobClaim()
    assert claim(room, worker) == [one for one in rows if one != rows[3]]
    busy = room.rows()[4]
    assert (busy.state, busy.bundle) == ("waiting", None)
    assert payloads(room)[1:] == [rows, [rows[3]]]
    mark(room, worker, *sent(*(one for one in rows if one != rows[3])))
    assert payloads(room)[1:] == [[rows[3]]]
    chat.held = False
    chat.let("p3")
    await asyncio.wait_for(settling, 5)
    await room.pump.settle()
    assert room.said("p3") == ["an answer", "nudge"]
    assert all_jobs(room) == []


async def test_a_long_queue_of_one_address_does_not_hold_back_a_bundle(store: Store, clock: HandClock) -> None:
    room = PostRoom(store, clock, HeldChat())
    chat = room.chat
    assert isinstance(chat, HeldChat)
    room.put("p3", "an answer")
    settling = asyncio.create_task(room.pump.settle())
    await asyncio.wait_for(chat.begun.get(), 5)
    for number in range(3):
        room.put("p3", f"further answer {number}")
    rows = ring(room, TEN)
    assert claim(room, JobClaim(), 1) == [one for one in rows if one != rows[3]]
    chat.held = False
    chat.let("p3")
    await asyncio.wait_for(settling, 5)
    await room.pass_time(5, step=1)
    assert room.said("p3") == ["an answer", *(f"further answer {number}" for number in range(3)), "nudge"]


async def test_one_that_nobody_is_there_for_leaves_its_bundle_and_waits_for_them(room: PostRoom) -> None:
    rows = ring(room, TEN)
    room.chat.trouble_with = lambda address, outgoing: Unreachable("blocked") if address.chat == "p3" else None
    await room.pump.settle()
    assert room.states() == ["waiting" if one == rows[3] else "sent" for one in rows]
    assert payloads(room) == [[rows[3]]]
    more = ring(room, TEN, "second nudge")
    room.chat.trouble_with = lambda address, outgoing: None
    await room.pump.settle()
    assert payloads(room) == [[rows[3]], [more[3]]]
    assert bundles(room)[10 + 3] is None
    seen = len(logged(room))
    await room.pass_time(GRACE // 2, step=60)
    assert len(logged(room)) <= seen + 2, "nobody looks at them again and again"
    room.hear_from("p3")
    await room.pump.settle()
    assert room.said("p3") == ["nudge", "second nudge"]
    assert all_jobs(room) == []


async def test_one_that_is_to_be_tried_again_leaves_its_bundle_until_then(room: PostRoom) -> None:
    rows = ring(room, TEN)
    room.chat.trouble_with = lambda address, outgoing: TryLater("later", 50) if address.chat == "p3" else None
    await room.pump.settle()
    room.chat.trouble_with = lambda address, outgoing: None
    assert payloads(room) == [[rows[3]]]
    waits = room.store.run_now(lambda tx: JobClaim().next_in(tx, ["memory"]))
    assert waits is not None
    assert 50 < waits <= 51
    await room.pass_time(50, step=10)
    assert room.said("p3") == []
    await room.pass_time(1, step=1)
    assert room.said("p3") == ["nudge"]
    assert [len(room.said(name)) for name in TEN] == [1] * 10
    assert all_jobs(room) == []


async def test_one_that_turns_out_to_be_early_leaves_its_bundle(room: PostRoom) -> None:
    rows = ring(room, TEN)
    later = room.clock.now() + 600
    changed = update(outbox).where(outbox.c.id == rows[3]).values(not_before=later)
    room.store.run_now(lambda tx: tx.connection.execute(changed))
    await room.pump.settle()
    assert (room.said("p3"), room.said("p4"), payloads(room)) == ([], ["nudge"], [[rows[3]]])
    await room.pass_time(600)
    assert room.said("p3") == ["nudge"]


async def test_withdrawn_late_moved_and_erased_ones_do_not_keep_the_others(room: PostRoom) -> None:
    """Each of them is gone from its bundle in its own way."""
    rows = ring(room, TEN, moment_id=7)

    def change(tx: Tx) -> None:
        for number, values in {
            1: {"moment_id": 8},
            2: {"deadline": tx.now - 1},
            3: {"deadline": tx.now - 1},
        }.items():
            tx.connection.execute(update(outbox).where(outbox.c.id == rows[number]).values(**values))
        assert withdraw(tx, moment_ids=[8]) == 1
        person_id = tx.connection.scalar(select(addresses.c.person_id).where(addresses.c.chat == "p4"))
        assert person_id is not None
        erase(tx, person_id, PARTS)
        tx.connection.execute(update(addresses).where(addresses.c.chat == "p5").values(platform="discord"))

    room.store.run_now(change)
    await room.pump.settle()
    assert room.said("p0") == room.said("p9") == ["nudge"]
    assert [room.said(name) for name in TEN[1:6]] == [[]] * 5
    assert rows[4] not in ids(room)
    assert room.store.run_now(expire) == 2
    (moved, *late) = sorted(all_jobs(room), key=lambda job: job.entrypoint)
    assert [job.entrypoint for job in (moved, *late)] == ["nudge:discord", "nudge:memory", "nudge:memory"]
    assert claim(room, JobClaim(), platform="discord") == [rows[5]]
    await room.pass_time(90)
    assert [job.entrypoint for job in all_jobs(room)] == ["nudge:discord"]


def test_a_bundle_of_which_nothing_is_left_goes_in_vain(room: PostRoom) -> None:
    ring(room, TEN, moment_id=7)
    room.store.run_now(lambda tx: withdraw(tx, moment_ids=[7]))
    assert claim(room, JobClaim()) == []
    assert all_jobs(room) == []
    assert logged(room) == ["queued", "picked", "canceled"]


def test_what_cannot_be_read_is_dead_and_the_rest_of_the_bundle_leaves(room: PostRoom) -> None:
    rows = ring(room, TEN)
    spoiled = update(outbox).where(outbox.c.id == rows[3]).values(body=b"{", sealed=False)
    room.store.run_now(lambda tx: tx.connection.execute(spoiled))
    worker = JobClaim()
    others = [one for one in rows if one != rows[3]]
    assert claim(room, worker) == others
    assert room.states()[3] == "dead"
    mark(room, worker, *sent(*others))
    assert all_jobs(room) == []
    ring(room, TEN)
    room.store.run_now(lambda tx: tx.connection.execute(update(outbox).values(body=b"{", sealed=False)))
    assert claim(room, worker) == []
    assert all_jobs(room) == []


async def test_two_nudges_of_one_person_leave_their_bundle_together_and_keep_their_order(room: PostRoom) -> None:
    first, second = ring(room, ["anna", "anna"])
    failures = [TryLater("later", 50)]
    room.chat.trouble_with = lambda address, outgoing: failures.pop() if failures else None
    await room.pump.settle()
    assert (room.chat.sent, payloads(room)) == ([], [[first], [second]])
    await room.pass_time(60, step=10)
    assert [nonce for _, nonce in room.chat.sent] == [first, second]
    assert all_jobs(room) == []


async def test_a_chat_that_has_moved_is_told_by_one_and_the_others_of_the_bundle_do_not_wait(room: PostRoom) -> None:
    ring(room, TEN)
    room.chat.trouble_with = lambda address, outgoing: Moved("new") if address.chat == "p3" else None
    await room.pump.settle()
    assert (room.said("p3"), room.said("new"), all_jobs(room)) == ([], ["nudge"], [])
    assert set(room.states()) == {"sent"}


def test_who_edits_a_nudge_waits_until_it_has_left_its_bundle_for_the_chat(room: PostRoom) -> None:
    rows = ring(room, TEN)
    room.put_message("p3", Outgoing(chosen="Yes", op=Op.EDIT), edits=rows[3])
    worker = JobClaim()
    assert claim(room, worker) == rows
    mark(room, worker, *sent(*rows))
    assert claim(room, worker) == ids(room)[10:]


async def test_of_two_nudges_the_tighter_one_leaves_first_however_many_people_have_two(room: PostRoom) -> None:
    people = [room.recipient(f"p{number}") for number in range(450)]
    now = room.clock.now()
    evening, doorway = (Terms(priority=Priority.NUDGE, deadline=now + seconds) for seconds in (3 * 3600, 1800))

    def both(tx: Tx) -> None:
        for terms in (evening, doorway):
            put_all(tx, [row(tx, one, Outgoing(str(terms.deadline)), terms) for one in people])

    room.store.run_now(both)
    worker = JobClaim()
    first = claim(room, worker)
    assert first == ids(room)[450:460]
    mark(room, worker, *sent(*first))
    await room.pump.settle()
    assert set(room.states()) == {"sent"}


def test_whoever_holds_a_row_of_a_bundle_keeps_no_answer_waiting(room: PostRoom) -> None:
    ring(room, TEN)
    room.put("anna", "answer")
    with room.store.engine.begin() as elsewhere:
        elsewhere.execute(update(outbox).where(outbox.c.id == ids(room)[3]).values(claims=1))
        with room.store.engine.begin() as here:
            here.execute(text("SET LOCAL lock_timeout = '2s'"))
            tx = Tx(here, room.clock.now(), room.store.keys)
            taken = JobClaim().claim(tx, "memory", 10, heavy=8, files=1, mine=())
        assert [parcel.outgoing.text for parcel in taken] == ["answer"]
    room.clock.forward(1)
    assert len(claim(room, JobClaim())) == 10
    assert len(set(bundles(room)[:10])) == 1, "nobody had to leave"
