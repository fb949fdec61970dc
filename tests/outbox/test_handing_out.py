"""The shelf and who takes what from it: once, in order, urgent things first; by either handout, on its database."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from bot.errors import TryLater
from bot.outbox.handout import handout_for
from bot.outbox.marks import Outcome, counts, expire
from bot.outbox.pace import Pace, limits_of
from bot.outbox.parcels import Parcel
from bot.outbox.shelf import Terms, next_at, put_all, row, withdraw
from bot.outbox.states import DAY, Priority, State
from bot.speech import Attachment, Op, Outgoing
from bot.status import MOST_PAID
from bot.store import Keyring, Store, Tx
from bot.store.tables import outbox
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres
from tests.kit.shelf import HeldChat, PostRoom


@pytest.fixture
def room(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock)


@pytest.fixture
def held(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock, HeldChat())


def claim(room: PostRoom, most: int = 10) -> list[Parcel]:
    handout = handout_for(room.store.url)
    return room.store.run_now(lambda tx: handout.claim(tx, room.chat.name, most, heavy=8, files=8, mine=()))


def claimed_texts(room: PostRoom, most: int = 10) -> list[str]:
    return [parcel.outgoing.text for parcel in claim(room, most)]


async def test_a_second_put_under_the_same_key_does_nothing(room: PostRoom) -> None:
    assert room.put("anna", "once", key="nudge:1:2026-11-18T08:30:0")
    assert not room.put("anna", "twice", key="nudge:1:2026-11-18T08:30:0")
    assert room.put("anna", "another", key="nudge:2:2026-11-18T08:30:0")
    await room.pump.settle()
    assert room.said("anna") == ["once", "another"]
    assert not room.put("anna", "long after", key="nudge:1:2026-11-18T08:30:0")


def test_many_rows_in_one_statement_tell_how_many_were_new(room: PostRoom) -> None:
    anna = room.recipient("anna")

    def work(tx: Tx) -> int:
        return put_all(tx, [row(tx, anna, Outgoing("x"), Terms(key=key)) for key in ("a", "b", "b", "c")])

    assert room.store.run_now(work) == 3
    assert room.store.run_now(work) == 0
    assert room.store.run_now(lambda tx: put_all(tx, [])) == 0


def test_answers_leave_first_then_what_was_due_first_then_what_was_put_first(room: PostRoom) -> None:
    room.clock.forward(1000)
    now = room.clock.now()
    room.put("a", "nudge, put first", priority=Priority.NUDGE, not_before=now - 10, deadline=now + 1790)
    room.put("b", "nudge, due first", priority=Priority.NUDGE, not_before=now - 20, deadline=now + 1780)
    room.put("c", "answer", not_before=now)
    room.put("d", "second answer", not_before=now)
    room.put("e", "older answer", not_before=now - 5)
    assert claimed_texts(room) == ["older answer", "answer", "second answer", "nudge, due first", "nudge, put first"]


def test_of_nudges_those_that_are_too_late_the_soonest_leave_first_and_answers_stay_in_their_order(
    room: PostRoom,
) -> None:
    room.clock.forward(1000)
    now = room.clock.now()
    for name, text, grace in (("a", "evening ritual", 10_800), ("b", "doorway", 1800), ("c", "breath", 900)):
        room.put(name, text, priority=Priority.NUDGE, not_before=now - 100, deadline=now + grace)
    room.put("d", "held back", priority=Priority.NUDGE, not_before=now + 10, deadline=now + 120)
    room.put("e", "answer", not_before=now - 5)
    room.put("f", "hasty answer", not_before=now, deadline=now + 30)
    room.put("g", "thanks", priority=Priority.THANKS, deadline=now + 7 * DAY)
    assert claimed_texts(room, 4) == ["answer", "hasty answer", "thanks", "breath"]
    assert claimed_texts(room) == ["doorway", "evening ritual"]
    room.clock.forward(10)
    assert claimed_texts(room) == ["held back"]


def test_each_claim_and_each_look_at_a_peak_finds_its_rows_by_an_index(room: PostRoom) -> None:
    if room.store.url.get_backend_name() != "sqlite":
        return  # PostgreSQL chooses by what it has counted, and not in so small a table
    statements: list[tuple[str, Any]] = []

    def look(tx: Tx) -> list[str]:
        def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
            statements.append((statement, values))

        event.listen(tx.connection, "before_cursor_execute", note)
        handout_for(room.store.url).claim(tx, "memory", 10, heavy=8, files=8, mine=())
        expire(tx)
        counts(tx)
        next_at(tx)
        event.remove(tx.connection, "before_cursor_execute", note)
        plans = []
        for statement, values in statements:
            plans += [row[3] for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        return plans

    plans = room.store.run_now(look)
    assert [plan for plan in plans if plan.startswith("SCAN") and "outbox" in plan and "INDEX" not in plan] == []
    assert [plan for plan in plans if "ORDER BY" in plan] == []
    assert any("ix_outbox_urgent (priority=? AND deadline>?" in plan for plan in plans)
    assert any("ix_outbox_urgent (priority=? AND deadline<?" in plan for plan in plans)
    assert any("ix_outbox_troubled" in plan for plan in plans)


def test_no_more_is_claimed_than_was_asked_for(room: PostRoom) -> None:
    for name in "abcde":
        room.put(name, name)
    assert [claimed_texts(room, 2) for _ in range(4)] == [["a", "b"], ["c", "d"], ["e"], []]


def test_nothing_leaves_before_its_time(room: PostRoom) -> None:
    at = room.clock.now() + 900
    room.put("anna", "later", not_before=at)
    assert room.store.run_now(next_at) == at
    room.clock.forward(899)
    assert claim(room) == []
    room.clock.forward(1)
    assert room.store.run_now(next_at) is None
    assert claimed_texts(room) == ["later"]


async def test_nothing_leaves_after_its_deadline_and_what_expired_is_counted(room: PostRoom) -> None:
    deadline = room.clock.now() + 60
    room.put("anna", "just in time", deadline=deadline)
    room.clock.forward(60)
    assert room.store.run_now(expire) == 0
    await room.pump.settle()
    room.put("anna", "too late", deadline=deadline)
    room.clock.forward(1)
    await room.pump.settle()
    assert room.said("anna") == ["just in time"]
    assert room.store.run_now(expire) == 1
    assert room.store.run_now(counts) == {"waiting": 0, "sending": 0, "unknown": 0, "expired": 1, "dead": 0}


async def test_an_answer_is_worth_sending_for_a_day(room: PostRoom) -> None:
    room.put("anna", "hello")
    assert room.rows()[0].deadline == room.clock.now() + DAY


async def test_a_message_of_another_platform_is_left_to_its_own_pump(room: PostRoom) -> None:
    room.put("anna", "hello")
    handout = handout_for(room.store.url)
    assert room.store.run_now(lambda tx: handout.claim(tx, "telegram", 10, heavy=8, files=8, mine=())) == []


async def test_what_was_withdrawn_does_not_leave(room: PostRoom) -> None:
    room.put("anna", "prompt", moment_id=7)
    room.put("anna", "other", moment_id=8)
    assert room.store.run_now(lambda tx: withdraw(tx, moment_ids=[7])) == 1
    await room.pump.settle()
    assert room.said("anna") == ["other"]
    assert room.states() == ["dropped", "sent"]
    assert room.store.run_now(lambda tx: withdraw(tx, moment_ids=[8])) == 0


async def begun(room: PostRoom) -> tuple[str, str]:
    assert isinstance(room.chat, HeldChat)
    return await asyncio.wait_for(room.chat.begun.get(), 5)


async def test_rows_of_one_address_leave_one_by_one_and_different_ones_side_by_side(held: PostRoom) -> None:
    chat = held.chat
    assert isinstance(chat, HeldChat)
    for text in ("1", "2", "3"):
        held.put("anna", text)
        held.put("ben", text)
    settling = asyncio.create_task(held.pump.settle())
    assert {await begun(held), await begun(held)} == {("anna", "1"), ("ben", "1")}
    chat.let("ben")
    assert await begun(held) == ("ben", "2")
    chat.let("ben")
    assert await begun(held) == ("ben", "3")
    assert chat.begun.empty(), "Anna's second waits for her first"
    for text in ("2", "3"):
        chat.let("anna")
        assert await begun(held) == ("anna", text)
    chat.let("anna")
    chat.let("ben")
    await asyncio.wait_for(settling, 5)
    assert held.said("anna") == held.said("ben") == ["1", "2", "3"]


async def test_an_address_that_is_being_sent_to_is_not_claimed_again(held: PostRoom) -> None:
    chat = held.chat
    assert isinstance(chat, HeldChat)
    held.put("anna", "first")
    settling = asyncio.create_task(held.pump.settle())
    await begun(held)
    held.put("anna", "second")
    held.put("ben", "meanwhile")
    assert claimed_texts(held) == ["meanwhile"]
    chat.held = False
    chat.let("anna")
    await asyncio.wait_for(settling, 5)
    await held.pump.settle()
    assert held.said("anna") == ["first", "second"]


async def test_a_running_pump_sends_what_is_put_while_it_sleeps(store: Store, clock: HandClock) -> None:
    room = PostRoom(store, clock, HeldChat(), sleep=asyncio.sleep)
    assert isinstance(room.chat, HeldChat)
    room.chat.held = False
    anna = room.recipient("anna")
    store.wake = room.pump.wake
    running = asyncio.create_task(room.pump.run())
    for text in ("one", "two"):
        await store.run(lambda tx, text=text: put_all(tx, [row(tx, anna, Outgoing(text))]))  # type: ignore[misc]
        assert await begun(room) == ("anna", text)
    await room.pump.stop()
    await asyncio.wait_for(running, 5)
    assert room.states() == ["sent", "sent"]


async def test_an_answer_does_not_queue_behind_a_thousand_nudges(held: PostRoom) -> None:
    chat = held.chat
    assert isinstance(chat, HeldChat)
    chat.held = False
    fastest = limits_of(["telegram"], MOST_PAID)["telegram"]
    held.pump.paces[chat.name] = Pace(fastest, held.clock.monotonic, held.clock.sleep)
    recipients = [held.recipient(f"n{n}") for n in range(300)]
    held.recipient("anna")

    def nudges(tx: Tx) -> None:
        put_all(tx, [row(tx, who, Outgoing("nudge"), Terms(priority=Priority.NUDGE)) for who in recipients])

    held.store.run_now(nudges)
    settling = asyncio.create_task(held.pump.settle())
    for _ in range(5):
        await begun(held)
    await held.store.run(lambda tx: put_all(tx, [row(tx, held.recipient("anna"), Outgoing("answer"))]))
    overtook = len(chat.sent)
    await asyncio.wait_for(settling, 60)
    order = [name for name, _ in chat.sent]
    assert order.index("anna") <= overtook + 40
    assert len(order) == 301


async def test_edits_and_deletions_name_the_message_that_the_row_became(room: PostRoom) -> None:
    room.put("anna", "question")
    room.put("anna", "to be gone")
    await room.pump.settle()
    question, gone = (r.id for r in room.rows())
    room.put_message("anna", Outgoing(chosen="Yes", op=Op.EDIT), edits=question)
    room.put_message("anna", Outgoing("better words", op=Op.EDIT), edits=question)
    room.put_message("anna", Outgoing(op=Op.DELETE), edits=gone)
    await room.pump.settle()
    assert [(said.text, said.chosen) for said in room.chat.inboxes["anna"]] == [("better words", "")]
    assert room.states() == ["sent"] * 5


async def test_an_edit_of_what_is_gone_is_nothing_to_worry_about(room: PostRoom) -> None:
    room.put_message("anna", Outgoing(chosen="Yes", op=Op.EDIT), edits=4711)
    room.put("anna", "next")
    await room.pump.settle()
    assert room.states() == ["sent", "sent"]
    assert room.said("anna") == ["next"]


async def test_what_is_put_later_does_not_overtake_what_waits_for_its_retry(room: PostRoom) -> None:
    room.put("anna", "question")
    room.chat.trouble_with = lambda address, outgoing: TryLater("out of reach")
    await room.pump.settle()
    question = room.rows()[0].id
    room.put_message("anna", Outgoing(chosen="Yes", op=Op.EDIT), edits=question)
    room.put("anna", "answer")
    room.put("ben", "not concerned")
    room.chat.trouble_with = lambda address, outgoing: None
    await room.pump.settle()
    assert room.said("ben") == ["not concerned"]
    await room.pass_time(120)
    assert [(said.text, said.chosen) for said in room.chat.inboxes["anna"]] == [("question", "Yes"), ("answer", "")]


async def test_an_answer_does_not_wait_for_the_retry_of_a_nudge(room: PostRoom) -> None:
    room.put("anna", "nudge", priority=Priority.NUDGE)
    room.chat.trouble_with = lambda address, outgoing: TryLater("out of reach", 50)
    await room.pump.settle()
    room.chat.trouble_with = lambda address, outgoing: None
    room.put("anna", "answer")
    await room.pump.settle()
    assert room.said("anna") == ["answer"]


@pytest.fixture
def two_processes(postgres_server: Postgres, clock: HandClock) -> Iterator[tuple[PostRoom, PostRoom]]:
    url = postgres_server.database()
    stores = [Store(url, clock, Keyring([KEY])) for _ in range(2)]
    rooms = PostRoom(stores[0], clock), PostRoom(stores[1], clock)
    yield rooms
    for store in stores:
        store.close()


def test_two_processes_never_send_to_one_address_at_once(two_processes: tuple[PostRoom, PostRoom]) -> None:
    one, other = two_processes
    for text in ("1", "2", "3"):
        one.put("anna", text)
    one.put("ben", "side by side")
    with one.store.engine.connect() as first, ThreadPoolExecutor(1) as beside:
        tx = Tx(first, one.clock.now(), one.store.keys)
        mine = handout_for(one.store.url).claim(tx, "memory", 1, heavy=8, files=8, mine=())
        theirs = beside.submit(claim, other)  # it waits for whoever has Anna's address in hand
        first.commit()
        texts = [parcel.outgoing.text for parcel in theirs.result(10)]
    assert [parcel.outgoing.text for parcel in mine] == ["1"]
    assert texts == ["side by side"]


def filed(text: str = "Here") -> Outgoing:
    """Return a message whose file is made when it leaves."""
    file = Attachment("all.json", "application/json", "", what={"export": "json"})
    return Outgoing(text, attachment=file, alt="Not just now.")


def test_what_is_yet_to_be_made_is_heavy_a_picture_and_a_file_alike(room: PostRoom) -> None:
    ready = Attachment("ready.json", "application/json", "{}")
    pictured = Outgoing("Look", picture={"number": 7}, alt="Seven pebbles.")
    for name, said in (("a", filed()), ("b", pictured), ("c", Outgoing("x", attachment=ready)), ("d", Outgoing("x"))):
        room.put_message(name, said)
    assert [row.heavy for row in room.rows()] == [True, True, False, False]
    assert sorted(claimed_texts(room)) == ["Here", "Look", "x", "x"]


def test_who_has_no_room_leaves_files_to_others_and_takes_texts(two_processes: tuple[PostRoom, PostRoom]) -> None:
    one, other = two_processes
    one.put_message("anna", filed())
    one.put("anna", "behind it")
    one.put("ben", "light")
    full = handout_for(one.store.url)
    taken = one.store.run_now(lambda tx: full.claim(tx, "memory", 10, heavy=0, files=0, mine=()))
    assert [parcel.outgoing.text for parcel in taken] == ["behind it", "light"], "answers do not stand behind files"
    assert claimed_texts(other) == [], "their chat is being sent to"
    one.store.run_now(lambda tx: full.mark(tx, [Outcome(parcel.id, State.SENT, message="7") for parcel in taken]))
    assert claimed_texts(other) == ["Here"]
    assert claimed_texts(one) == []


def test_of_files_one_is_claimed_at_a_time_and_those_of_the_same_chat_follow_each_other(room: PostRoom) -> None:
    handout = handout_for(room.store.url)

    def claimed(files: int) -> list[str]:
        found = room.store.run_now(lambda tx: handout.claim(tx, "memory", 10, heavy=8, files=files, mine=()))
        sent = [Outcome(parcel.id, State.SENT, message=str(parcel.id)) for parcel in found]
        room.store.run_now(lambda tx: handout.mark(tx, sent))
        return [parcel.outgoing.text for parcel in found]

    for name, text in (("anna", "1"), ("anna", "2"), ("ben", "3")):
        room.put_message(name, filed(text))
    room.put("anna", "an answer")
    room.put_message("anna", filed("part of 1"), priority=Priority.PART)
    assert claimed(files=0) == ["an answer"]
    assert [claimed(files=1) for _ in range(5)] == [["part of 1"], ["1"], ["2"], ["3"], []]


async def test_of_two_processes_one_makes_each_file(
    two_processes: tuple[PostRoom, PostRoom],
) -> None:
    made: list[int] = []

    async def collect(what: Mapping[str, Any]) -> bytes:
        made.append(what["row"])
        await asyncio.sleep(0.02)
        return b'{"row": %d}' % what["row"]

    for room in two_processes:
        room.collect = collect
        room.pump = room.new_pump()
    one, other = two_processes
    for number in range(12):
        one.put_message(f"p{number}", filed())
    for _ in range(20):  # some find the line full, and come back
        await asyncio.gather(one.pump.settle(), other.pump.settle())
        one.clock.forward(1)
    assert set(one.states()) == {"sent"}
    assert sorted(made) == [row.id for row in one.rows()]
    said = [said for room in two_processes for inbox in room.chat.inboxes.values() for said in inbox]
    assert sorted(one.attachment.text for one in said if one.attachment) == sorted(f'{{"row": {row}}}' for row in made)


@pytest.mark.parametrize("priority", [Priority.REPLY, Priority.NUDGE])
async def test_two_processes_send_each_row_once(two_processes: tuple[PostRoom, PostRoom], priority: Priority) -> None:
    one, other = two_processes
    recipients = [one.recipient(f"p{n}") for n in range(60)]

    def fill(tx: Tx) -> None:
        terms = Terms(priority=priority)
        put_all(tx, [row(tx, who, Outgoing(str(n)), terms) for n in range(3) for who in recipients])

    one.store.run_now(fill)
    for _ in range(5):
        await asyncio.gather(one.pump.settle(), other.pump.settle())
    nonces = [nonce for room in two_processes for _, nonce in room.chat.sent]
    assert len(nonces) == len(set(nonces)) == 180
    assert set(one.states()) == {"sent"}


def test_a_row_that_this_version_cannot_read_is_dead_and_delays_nobody(room: PostRoom) -> None:
    def spoil(tx: Tx, outbox_id: int, **values: Any) -> None:
        tx.connection.execute(update(outbox).where(outbox.c.id == outbox_id).values(**values))

    for n in range(5):
        room.put(f"p{n}", str(n))
    ids = [r.id for r in room.rows()]
    foreign = room.store.keys.seal(room.store.keys.new_person()).close('{"text": "another key"}')
    room.store.run_now(lambda tx: spoil(tx, ids[0], body=foreign))
    room.store.run_now(lambda tx: spoil(tx, ids[1], body=b"{", sealed=False))
    room.store.run_now(lambda tx: spoil(tx, ids[2], op="picture"))
    room.store.run_now(lambda tx: spoil(tx, ids[3], body=b"{}", sealed=False))
    assert claimed_texts(room) == ["4"]
    assert room.states() == ["dead", "dead", "dead", "dead", "sending"]


def test_one_process_alone_loads_nothing_that_only_several_need(tmp_path: Path) -> None:
    look = "import sys; from bot.app import App; from bot.settings import read_settings; App(read_settings());"
    look += "print([name for name in ('pgqueuer', 'typer', 'uvloop', 'psycopg') if name in sys.modules])"
    own = {"PEBBLE_DATABASE": f"sqlite:///{tmp_path / 'pebble.db'}", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=tmp_path, env=own, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
