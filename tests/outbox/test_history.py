"""What is kept of a conversation, for how long, and how it looks on the disk."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.outbox.bodies import find_message, read_body
from bot.outbox.history import LONGEST, Line, conversation
from bot.outbox.marks import BODY_DAYS, ROW_DAYS, forget_old
from bot.outbox.shelf import put
from bot.people.queries import find, meet_group, remember_words
from bot.speech import Address, Button, Op, Outgoing
from bot.store import Store, Tx
from tests.kit.clock import HandClock
from tests.kit.shelf import PostRoom

DAY = 86_400
CANARY = "the-first-frost-on-the-window"


@pytest.fixture
def room(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock)


def write(room: PostRoom, name: str, words: str) -> None:
    """Let somebody write words that are kept."""

    def work(tx: Tx) -> None:
        person = find(tx, room.address(name))
        assert person is not None
        remember_words(tx, person, words)

    room.recipient(name)
    room.store.run_now(work)


def lines(room: PostRoom, name: str = "anna") -> list[Line]:
    recipient = room.recipient(name)
    assert recipient.seal is not None
    seal = recipient.seal
    return room.store.run_now(lambda tx: conversation(tx, recipient.address_id, seal))


def told(room: PostRoom, name: str = "anna") -> list[str]:
    return [f"{'me' if line.mine else 'pebble'}: {line.text}" for line in lines(room, name)]


async def test_both_sides_stand_in_the_order_in_which_they_spoke(room: PostRoom) -> None:
    write(room, "anna", "/start")
    room.put("anna", "Hi")
    room.put("anna", "Pick one")
    await room.pump.settle()
    write(room, "anna", "the breath")
    write(room, "anna", "please")
    room.put("anna", "Gladly")
    await room.pump.settle()
    room.clock.forward(60)
    write(room, "anna", "thanks")
    wanted = ["me: /start", "pebble: Hi", "pebble: Pick one", "me: the breath", "me: please", "pebble: Gladly"]
    assert told(room) == [*wanted, "me: thanks"]
    assert [line.order for line in lines(room)] == list(range(7))
    assert len({line.id for line in lines(room)}) == 7


async def test_nobody_reads_somebody_elses_conversation(room: PostRoom) -> None:
    for name in ("anna", "ben"):
        write(room, name, f"I am {name}")
        room.put(name, f"Hi {name}")
    await room.pump.settle()
    assert told(room, "ben") == ["me: I am ben", "pebble: Hi ben"]


async def test_edits_are_applied_and_deleted_messages_left_out(room: PostRoom) -> None:
    rows = ((Button("Yes", "1:yes:1:"), Button("No", "1:no:1:")),)
    room.put_message("anna", Outgoing("Shall we?", rows, nudge=True))
    room.put("anna", "3 … 2 … 1")
    room.put("anna", "Forget this")
    await room.pump.settle()
    asked, counted, gone = (row.id for row in room.rows())
    room.put_message("anna", Outgoing(chosen="Yes", op=Op.EDIT), edits=asked)
    room.put_message("anna", Outgoing("Now", op=Op.EDIT), edits=counted)
    room.put_message("anna", Outgoing(op=Op.DELETE), edits=gone)
    await room.pump.settle()
    first, second = lines(room)
    assert (first.text, first.rows, first.chosen, first.nudge) == ("Shall we?", (), "Yes", True)
    assert second.text == "Now"


async def test_what_has_not_arrived_is_not_shown(room: PostRoom) -> None:
    room.put("anna", "later", not_before=room.clock.now() + 60)
    room.put("anna", "now")
    await room.pump.settle()
    assert told(room) == ["pebble: now"]


async def test_a_long_conversation_is_read_back_from_its_end(room: PostRoom) -> None:
    for n in range(LONGEST + 10):
        write(room, "anna", str(n))
    found = lines(room)
    assert len(found) == LONGEST
    assert found[-1].text == str(LONGEST + 9)


async def test_texts_are_forgotten_after_seven_days_and_rows_after_thirty(room: PostRoom) -> None:
    room.put("anna", CANARY)
    await room.pump.settle()
    sent = room.rows()[0]
    anna = room.recipient("anna")

    def body(tx: Tx) -> Outgoing | None:
        return read_body(tx, sent.id, anna.seal)

    room.clock.forward(BODY_DAYS * DAY)
    room.put("anna", "waiting for better days", not_before=room.clock.now() + 60 * DAY)
    room.store.run_now(forget_old)
    assert room.store.run_now(body) == Outgoing(CANARY)
    room.clock.forward(1)
    room.store.run_now(forget_old)
    assert room.store.run_now(body) is None
    assert told(room) == []
    assert room.store.run_now(lambda tx: find_message(tx, anna.address_id, sent.message)) == sent.id
    room.clock.forward((ROW_DAYS - BODY_DAYS) * DAY)
    room.store.run_now(forget_old)
    waiting = room.rows()
    assert [row.state for row in waiting] == ["waiting"]
    assert waiting[0].body is not None


async def test_a_message_is_found_by_the_platforms_id_only_at_its_own_address(room: PostRoom) -> None:
    room.put("anna", "hello")
    await room.pump.settle()
    sent = room.rows()[0]
    anna, ben = room.recipient("anna").address_id, room.recipient("ben").address_id
    assert room.store.run_now(lambda tx: find_message(tx, anna, sent.message)) == sent.id
    assert room.store.run_now(lambda tx: find_message(tx, ben, sent.message)) is None
    assert room.store.run_now(lambda tx: find_message(tx, anna, "4711")) is None


async def test_no_word_of_a_person_stands_open_in_the_database(room: PostRoom) -> None:
    room.put("anna", f"You wrote: {CANARY}")
    write(room, "anna", CANARY)
    await room.pump.settle()
    room.put_message("anna", Outgoing(f"Again: {CANARY}", op=Op.EDIT), edits=room.rows()[0].id)
    await room.pump.settle()
    assert told(room) == [f"pebble: Again: {CANARY}", f"me: {CANARY}"]
    assert CANARY.encode() not in everything(room)
    assert b"memory" in everything(room), "the search would find what is there"


async def test_a_group_line_needs_no_key(room: PostRoom) -> None:
    where = room.store.run_now(lambda tx: meet_group(tx, Address("memory", "-5")))
    room.store.run_now(lambda tx: put(tx, where, Outgoing("Hello, all.")))
    await room.pump.settle()
    assert room.said("-5") == ["Hello, all."]
    assert not room.rows()[0].sealed


def everything(room: PostRoom) -> bytes:
    """Return all that the database keeps: the files' raw bytes, or every row of a server as text."""
    if room.store.url.get_backend_name() == "sqlite":
        folder = Path(str(room.store.url.database)).parent
        return b"".join(path.read_bytes() for path in folder.glob("pebble.db*"))

    def dump(tx: Tx) -> bytes:
        tables = ("persons", "addresses", "outbox", "words", "moments", "nudges", "positions", "facts")
        tx.connection.execute(text("SET LOCAL bytea_output = 'escape'"))
        rows = [tx.connection.execute(text(f"SELECT t::text FROM {table} t")).scalars().all() for table in tables]
        return "\n".join(line for table in rows for line in table).encode()

    return room.store.run_now(dump)
