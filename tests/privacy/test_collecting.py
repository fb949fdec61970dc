"""Files of /export are collected when they leave: what becomes of them between the wish and the chat."""

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import exports as making
from bot.errors import Refused, TryLater
from bot.exports import Exports
from bot.flows import collecting, my_data
from bot.outbox.bodies import opened
from bot.outbox.handout import handout_for
from bot.outbox.history import conversation
from bot.outbox.job_queue import DEAD_AFTER
from bot.outbox.shelf import put
from bot.outbox.studio import Unwanted
from bot.people.queries import still_here
from bot.privacy.erase import erase
from bot.privacy.export import collect, share_of, shares_of
from bot.speech import Attachment, Kind, Outgoing
from bot.store import Store, Tx
from bot.store.tables import addresses, appearances, moments, outbox
from tests.flows.looking import person_of
from tests.kit.clock import HandClock
from tests.kit.files import table, unpacked
from tests.kit.talk import Friend, House, Said
from tests.kit.thanks import meet
from tests.outbox.test_pictures import until
from tests.privacy.test_delete import LAST, asks_and_taps, counts, swept

CANARY = "I like the canary 41d7 that you “keep”."
SORRY = "I could not put this file together just now. /export tries once more."
NAMES = ["pebble.json", "pebble-tables.zip"]
SMALL = 9_000
"""Bytes of one file."""


@pytest.fixture
def house(store: Store, clock: HandClock) -> House:
    """On both databases."""
    return House(store, clock)


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


async def asks(friend: Friend) -> None:
    """Ask for the files and let nothing leave."""
    await friend.house.door.receive(friend.event(Kind.COMMAND, "export"))


def files(friend: Friend) -> list[Attachment]:
    """Return the files that have come, the first one first."""
    return [said.attachment for said in friend.inbox if said.attachment]


def rows_of(friend: Friend) -> list[tuple[Any, Outgoing]]:
    """Return the rows for somebody, with what stands in each that is not forgotten."""

    def read(tx: Tx) -> list[tuple[Any, Outgoing]]:
        person = person_of(tx, friend)
        found = tx.connection.execute(
            select(outbox).where(outbox.c.address_id == person.address_id).order_by(outbox.c.id)
        )
        return [(row, opened(row.body, row.sealed, row.op, person.seal)) for row in found if row.body is not None]

    return friend.house.store.run_now(read)


def unsent(friend: Friend) -> list[tuple[Any, Outgoing]]:
    return [(row, said) for row, said in rows_of(friend) if row.state in ("waiting", "sending")]


async def restart(house: House) -> None:
    """Start a new process; on PostgreSQL the dead one has to be silent for some time first."""
    house.exports = Exports(house.store, house.catalogue, house.exports._largest)
    house.pump = house.new_pump()
    if house.store.url.get_backend_name() != "sqlite":
        house.clock.forward(DEAD_AFTER.seconds + 1)
    await house.pump.recover()


def claim_and_die(house: House, most: int = 10) -> list[int]:
    """Claim rows as a process that is killed before it marks any of them; return their numbers."""
    handout = handout_for(house.store.url)
    parcels = house.store.run_now(lambda tx: handout.claim(tx, "memory", most, heavy=8, files=8, mine=()))
    return [parcel.id for parcel in parcels]


class Held:
    """Holds up the thread that has just read everything; what it read is kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate, self.reads, self._has_read = threading.Event(), 0, threading.Event()

        def slowly(*args: Any) -> Any:
            found = collect(*args)
            self.reads += 1
            self._has_read.set()
            assert self.gate.wait(20), "nobody let it go"
            return found

        monkeypatch.setattr(collecting, "collect", slowly)

    async def read(self) -> None:
        await asyncio.to_thread(self._has_read.wait, 10)


@asynccontextmanager
async def leaving(house: House, held: Held) -> AsyncIterator[None]:
    """Let what waits begin to leave; what is inside happens between reading and packing, then all of it leaves."""
    settling = asyncio.create_task(house.pump.settle())
    await held.read()
    try:
        yield
    finally:
        held.gate.set()
    await asyncio.wait_for(settling, 20)


async def test_the_row_says_what_to_collect_and_holds_nothing_of_it(anna: Friend, bea: Friend) -> None:
    await meet(anna, bea, CANARY)
    await bea.begin("Evening joy")
    await bea.send("a walk in the rain")
    await asks(bea)
    found = unsent(bea)
    assert [(row.heavy, row.sealed) for row, _ in found] == [(True, True)] * 2
    assert [said.attachment.name for _, said in found if said.attachment] == NAMES
    for _, said in found:
        assert said.attachment is not None
        assert said.attachment.what is not None
        assert set(said.attachment.what) == {"export", "of"}
        assert len(json.dumps(said.to_dict())) < 500
    await bea.house.pump.settle()
    assert "canary" in files(bea)[0].text
    assert all(row.state == "sent" and len(row.body) < 2_000 for row, said in rows_of(bea) if said.attachment)


async def test_what_is_in_it_is_what_was_there_when_it_was_collected(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await asks(anna)
    await house.door.receive(anna.event(Kind.COMMAND, "own"))
    house.clock.forward(90)
    await house.pump.settle()
    data = json.loads(files(anna)[0].text)
    assert data["made_at"] == "2026-11-18T10:01:30+01:00"
    assert data["position"]["flow"] == "own", "it was begun behind the wish"
    assert [file.name for file in files(anna)] == NAMES


async def test_both_files_of_one_wish_are_made_of_one_look(
    anna: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    held.gate.set()
    await anna.sign_up()
    await anna.command("export")
    assert held.reads == 1
    whole, zipped = files(anna)
    (about,) = table(unpacked(zipped)["about.csv"])
    assert json.loads(whole.text)["made_at"] == about["made_at"]
    await anna.command("export")
    assert held.reads == 2, "another wish looks anew"


async def test_others_write_while_one_is_collected(
    anna: Friend, bea: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    await anna.sign_up()
    await asks(anna)
    async with leaving(house, held):
        await asyncio.wait_for(house.door.receive(bea.event(Kind.COMMAND, "start")), 5)
        assert files(anna) == []
    assert [file.name for file in files(anna)] == NAMES
    assert bea.said, "and what was said to her has left"


async def test_a_kill_between_the_wish_and_collecting_loses_nothing(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await asks(anna)
    assert len(claim_and_die(house)) == 2
    await restart(house)
    await house.pump.settle()
    assert [file.name for file in files(anna)] == NAMES
    assert not unsent(anna)


async def test_a_kill_between_noting_and_sending_leaves_nothing_that_could_not_be_taken_back(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea, CANARY)
    await asks(bea)
    row = claim_and_die(house)[0]
    (said,) = [said for found, said in unsent(bea) if found.id == row]
    assert said.attachment is not None
    assert b"canary" in await house.exports.make({**(said.attachment.what or {}), "row": row})
    noted = select(appearances.c.link_id).where(appearances.c.outbox_id == row)
    assert house.store.run_now(lambda tx: tx.connection.scalars(noted).all())
    # It may have been sent by now: whoever leaves has a deletion sent behind it.
    house.chat.inboxes["bea"].append(Said(str(row), said.text, (), attachment=Attachment("a", "b", CANARY)))
    await asks_and_taps(anna)
    assert [found.op for found, _ in rows_of(bea) if found.edits == row] == ["delete"]
    await restart(house)
    await house.pass_time(60)
    assert not any("canary" in file.text for file in files(bea)[1:])
    assert unsent(bea) == []


async def test_a_file_that_was_noted_and_put_back_is_collected_anew_without_those_who_left(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea, CANARY)
    await asks(bea)
    house.chat.trouble_with = lambda address, outgoing: TryLater("503") if outgoing.attachment else None
    await house.pump.settle()
    assert house.store.run_now(lambda tx: tx.connection.scalars(select(appearances.c.outbox_id)).all())
    await asks_and_taps(anna)
    assert not house.store.run_now(lambda tx: tx.connection.scalars(select(appearances.c.outbox_id)).all())
    house.chat.trouble_with = lambda address, outgoing: None
    await house.pass_time(120)
    assert [file.name for file in files(bea)] == NAMES
    assert not any("canary" in text for file in files(bea) for text in unpacked(file).values())


async def test_two_who_export_at_once_are_collected_once_each(
    anna: Friend, bea: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    held.gate.set()
    small_files(house)
    for friend in (anna, bea):
        await lives_long(friend)
        await asks(friend)
    await house.pump.settle()
    assert held.reads == 2
    assert [file.name for file in files(anna)] == [file.name for file in files(bea)]
    assert len(files(anna)) > 4


async def test_who_waits_for_other_peoples_files_is_answered_meanwhile(
    anna: Friend, bea: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    for friend in (anna, bea):
        await friend.sign_up()
    await asks(anna)
    async with leaving(house, held):
        await asks(bea)
        before = len(bea.inbox)
        await house.door.receive(bea.event(Kind.COMMAND, "help"))
        meanwhile = asyncio.create_task(house.pump.settle())
        async with asyncio.timeout(10):
            await until(lambda: len(bea.inbox) > before)
        assert files(anna) == files(bea) == []
        assert [(row.state, row.claims) for row, said in unsent(bea) if said.attachment] == [("waiting", 0)] * 2
    await asyncio.wait_for(meanwhile, 20)
    assert [file.name for file in files(bea)] == NAMES


async def test_who_leaves_before_it_is_collected_gets_one_last_line_and_no_file(anna: Friend, house: House) -> None:
    before = counts(house.store)
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Delete everything")
    await asks(anna)
    await anna.tap("Yes, delete it all")
    assert files(anna) == []
    assert anna.newest.text == LAST
    await swept(house)
    assert counts(house.store) == before


async def test_who_leaves_while_it_is_collected_gets_no_file_either(
    anna: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts(house.store)
    held = Held(monkeypatch)
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Delete everything")
    await asks(anna)
    sure = next(button.payload for row in anna.newest.rows for button in row if button.label == "Yes, delete it all")
    async with leaving(house, held):
        await house.door.receive(anna.event(Kind.TAP, sure, message=anna.newest.id))
    await house.pump.settle()
    assert files(anna) == []
    assert anna.newest.text == LAST
    assert house.exports._look is None, "and nothing of theirs is kept at hand"
    await swept(house)
    assert counts(house.store) == before


async def test_who_is_erased_while_a_large_file_is_parted_leaves_nothing_behind_that_stops_others(
    anna: Friend, bea: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_files(house)
    await bea.sign_up()
    await lives_long(anna)
    await asks(anna)
    inside, go, real = threading.Event(), threading.Event(), collecting._put_behind

    def slowly(*args: Any) -> bool:
        inside.set()
        assert go.wait(20), "nobody let it go"
        return real(*args)

    monkeypatch.setattr(collecting, "_put_behind", slowly)
    settling = asyncio.create_task(house.pump.settle())
    await asyncio.to_thread(inside.wait, 10)
    # As every event does, it begins with the lock on whose it is.
    erasing = asyncio.create_task(house.store.run(lambda tx: erase(tx, person_of(tx, anna).id, my_data.PARTS)))
    await asyncio.wait([erasing], timeout=0.5)
    go.set()
    await asyncio.wait_for(asyncio.gather(settling, erasing), 20)
    assert not [row.id for row in house.store.run_now(_unsent_without_a_person)]
    await bea.command("help")
    assert bea.said[-1] != bea.said[0]


def _unsent_without_a_person(tx: Tx) -> list[Any]:
    nobody = outbox.c.address_id.in_(select(addresses.c.id).where(addresses.c.person_id.is_(None)))
    alive = outbox.c.state.in_(("waiting", "sending"))
    return list(tx.connection.execute(select(outbox.c.id).where(nobody, alive, outbox.c.sealed)))


async def test_words_of_who_leaves_while_it_is_collected_are_not_sent(
    anna: Friend, bea: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await meet(anna, bea, CANARY)
    held = Held(monkeypatch)
    await asks(bea)
    await anna.house.door.receive(anna.event(Kind.COMMAND, "delete"))
    async with leaving(house, held):
        await _erased(anna)
    await house.pass_time(120)
    assert [file.name for file in files(bea)] == NAMES
    assert held.reads > 1, "it was collected anew"
    assert not any("canary" in text for file in files(bea) for text in unpacked(file).values())


async def _erased(friend: Friend) -> None:
    """Erase somebody while nothing can leave."""
    person = friend.house.store.run_now(lambda tx: person_of(tx, friend))
    await friend.house.store.run(lambda tx: erase(tx, person.id, my_data.PARTS))


async def test_where_others_write_too_who_is_leaving_is_waited_for(anna: Friend, house: House) -> None:
    await anna.sign_up()
    person = house.store.run_now(lambda tx: person_of(tx, anna))
    began, go = threading.Event(), threading.Event()

    def leaves(tx: Tx) -> None:
        person_of(tx, anna)  # as every event begins
        began.set()
        assert go.wait(20)
        erase(tx, person.id, my_data.PARTS)

    leaving_now = asyncio.create_task(house.store.run(leaves))
    await asyncio.to_thread(began.wait, 10)
    looking = asyncio.create_task(house.store.run(lambda tx: still_here(tx, [person.seal.name])))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(looking), 0.2)
    go.set()
    await leaving_now
    assert await looking is False


async def test_a_sentence_that_comes_while_it_is_collected_is_taken_back_with_its_own_message(
    anna: Friend, bea: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    await asks(bea)
    async with leaving(house, held):
        pass
    await meet(anna, bea, CANARY)
    before = [file.name for file in files(bea)]
    await asks_and_taps(anna)
    await house.pump.settle()
    assert [file.name for file in files(bea)] == before == NAMES, "what holds nothing of hers stays"


async def test_what_cannot_be_collected_says_so_kindly_and_is_counted(
    anna: Friend, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any) -> Any:
        raise RuntimeError(CANARY)

    await anna.sign_up()
    with monkeypatch.context() as patched:
        patched.setattr(collecting, "collect", broken)
        await anna.command("export")
    assert anna.said[-2:] == [SORRY, SORRY]
    assert files(anna) == []
    assert house.pump.tally["uncollected"] == 2
    assert "canary" not in caplog.text
    await anna.command("export")
    assert [file.name for file in files(anna)] == NAMES


@pytest.mark.parametrize("verb", ["read", "run"])
async def test_a_database_that_is_away_is_waited_for(
    anna: Friend, house: House, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    async def away(_work: Callable[[Tx], Any]) -> Any:
        raise TryLater("the database is away", everywhere=True)

    class Away:
        clock = house.clock

        def __getattr__(self, name: str) -> Any:
            return away if name == verb else getattr(house.store, name)

    await anna.sign_up()
    monkeypatch.setattr(house.exports, "_store", Away())
    await anna.command("export")
    assert files(anna) == []
    assert [row.state for row, _ in unsent(anna)] == ["waiting", "waiting"]
    monkeypatch.setattr(house.exports, "_store", house.store)
    await house.pass_time(120)
    assert [file.name for file in files(anna)] == NAMES
    assert SORRY not in anna.said


async def test_what_the_platform_cannot_take_now_is_collected_for_the_next_try(anna: Friend, house: House) -> None:
    away: list[Exception] = [TryLater("502"), TryLater("502")]
    await anna.sign_up()
    house.chat.trouble_with = lambda address, outgoing: away.pop() if away else None
    await anna.command("export")
    assert files(anna) == []
    await house.pass_time(120)
    assert [file.name for file in files(anna)] == NAMES


async def test_what_the_platform_refuses_is_dead_and_holds_up_nothing(anna: Friend, house: House) -> None:
    await anna.sign_up()
    refused = [Refused("too large")]
    house.chat.trouble_with = lambda address, outgoing: refused.pop() if refused and outgoing.attachment else None
    await anna.command("export")
    assert [file.name for file in files(anna)] == NAMES[1:]


async def test_a_stop_ends_the_thread_and_leaves_nothing_in_doubt(
    anna: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    await anna.sign_up()
    await asks(anna)
    running = asyncio.create_task(house.pump.run())
    await held.read()
    await asyncio.wait_for(house.pump.stop(), 5)
    held.gate.set()
    await running
    assert [(row.state, row.doubts) for row, _ in unsent(anna)] == [("waiting", 0)] * 2
    await restart(house)
    await house.pump.settle()
    assert [file.name for file in files(anna)] == NAMES


async def test_who_waits_no_longer_ends_the_reading_at_the_next_row(anna: Friend, house: House) -> None:
    with making._breath(house.store) as breathe:
        breathe()
    with pytest.raises(TryLater):
        breathe()


async def test_for_a_lot_of_moments_a_line_says_at_once_that_files_come(
    anna: Friend, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "That is a lot of moments. I gather them now; your files follow by themselves."
    monkeypatch.setattr(my_data, "MANY", 2)
    for number in range(3):
        await anna.begin("Evening joy")
        await anna.send(f"joy {number}")
        before = len(anna.said)
        await anna.command("export")
        assert (line in anna.said[before:]) == (number == 2)
    assert anna.said[-3] == line


# More than one file


async def lives_long(friend: Friend, most: int = 12) -> None:
    for number in range(most):
        await friend.begin("Evening joy")
        await friend.send(f"joy number {number} " + "🌱" * 300)


def small_files(house: House) -> House:
    house.exports = Exports(house.store, house.catalogue, SMALL)
    house.pump = house.new_pump()
    return house


def words_in(found: list[Attachment]) -> tuple[list[str], list[str]]:
    """Return the words of all moments as the JSON files have them, and as the tables have them."""
    told = [file.text for file in found if file.name.endswith(".json")]
    sheets = {name: text for file in found if file.name.endswith(".zip") for name, text in unpacked(file).items()}
    tables = [row for name, text in sheets.items() if name.startswith("moments") for row in table(text)]
    return (
        [row["words"] for text in told for row in json.loads(text).get("moments", ())],
        [row["words"] for row in tables],
    )


async def test_what_is_too_large_comes_as_some_files_in_their_order(anna: Friend, house: House) -> None:
    small_files(house)
    await lives_long(anna)
    await anna.command("export")
    found = files(anna)
    jsons, zips = ([file for file in found if file.name.endswith(end)] for end in (".json", ".zip"))
    assert found == jsons + zips
    assert [file.name for file in jsons] == [f"pebble-{number}.json" for number in range(1, len(jsons) + 1)]
    assert [file.name for file in zips] == [f"pebble-tables-{number}.zip" for number in range(1, len(zips) + 1)]
    assert min(len(jsons), len(zips)) > 2
    assert all(len(file.content) <= SMALL for file in (*jsons[1:], *zips))
    told, tables = words_in(found)
    assert told == tables
    assert [words.split()[2] for words in told] == [str(number) for number in range(12)]
    assert not unsent(anna)
    assert anna.said[-len(found) :].count("The same as tables, for any spreadsheet.") == len(zips)


async def test_files_that_are_made_by_another_process_go_on_where_the_others_ended(anna: Friend, house: House) -> None:
    small_files(house)
    await lives_long(anna)
    await asks(anna)
    stop = [3]

    def dies(_address: Any, outgoing: Outgoing) -> Exception | None:
        if outgoing.attachment:
            stop[0] -= 1
        return TryLater("the process is about to die") if stop[0] <= 0 else None

    house.chat.trouble_with = dies
    await house.pump.settle()
    assert [file.name for file in files(anna)] == ["pebble-1.json", "pebble-2.json"]
    house.chat.trouble_with = lambda address, outgoing: None
    await restart(house)
    # Meanwhile life goes on, and would cut the files elsewhere.
    await house.door.receive(anna.event(Kind.COMMAND, "now", rest="Evening joy"))
    await house.pass_time(120)
    told, tables = words_in(files(anna))
    for found in (told, tables):
        assert [words.split()[2] for words in found if words] == [str(number) for number in range(12)]


async def test_files_of_several_looks_miss_no_message_though_those_before_have_left_meanwhile(
    anna: Friend, house: House
) -> None:
    small_files(house)
    await lives_long(anna)
    await asks(anna)
    await house.door.receive(anna.event(Kind.COMMAND, "help"))
    tries = itertools.count()

    def fails_once(_address: Any, outgoing: Outgoing) -> Exception | None:
        return TryLater("503") if outgoing.attachment and next(tries) == 2 else None

    house.chat.trouble_with = fails_once
    await house.pump.settle()
    await restart(house)  # with nothing at hand
    await house.pass_time(300)
    found = files(anna)
    first = json.loads(next(file for file in found if file.name == "pebble-1.json").text)
    sheets = {name: text for file in found if file.name.endswith(".zip") for name, text in unpacked(file).items()}
    rows = [row for name, text in sheets.items() if name.startswith("messages") for row in table(text)]
    (counted,) = [row["rows"] for row in table(sheets["contents.csv"]) if row["table"] == "messages"]
    assert len(rows) == len(first["messages"]) == int(counted)
    assert [row["body.text"] for row in rows] == [message["body"]["text"] for message in first["messages"]]


async def test_who_dies_behind_the_parting_cuts_nothing_anew(anna: Friend, house: House) -> None:
    small_files(house)
    await lives_long(anna)
    await asks(anna)
    row = claim_and_die(house)[0]
    (what,) = [said.attachment.what for found, said in unsent(anna) if found.id == row and said.attachment]
    with pytest.raises(Unwanted):
        await house.exports.make({**(what or {}), "row": row})
    parts = [said.attachment.name for found, said in unsent(anna) if found.id > row + 1 and said.attachment]
    await anna.house.door.receive(anna.event(Kind.COMMAND, "now", rest="Evening joy"))
    await restart(house)
    house.exports._largest = SMALL // 2
    await house.pass_time(120)
    jsons = [file.name for file in files(anna) if file.name.endswith(".json")]
    assert jsons == parts == [f"pebble-{number}.json" for number in range(1, len(jsons) + 1)]
    told, _ = words_in(files(anna))
    assert [words.split()[2] for words in told if words] == [str(number) for number in range(12)]


async def test_the_other_file_gives_way_also_to_parts_that_are_on_their_way(anna: Friend, house: House) -> None:
    small_files(house)
    await lives_long(anna)
    await asks(anna)
    first, second = claim_and_die(house)
    wanted = {row.id: {**said.attachment.what, "row": row.id} for row, said in unsent(anna) if said.attachment}  # type: ignore[dict-item]
    with pytest.raises(Unwanted):
        await house.exports.make(wanted[first])
    parts = update(outbox).where(outbox.c.id > second).values(state="sending")
    assert house.store.run_now(lambda tx: tx.connection.execute(parts).rowcount) > 1
    house.exports = Exports(house.store, house.catalogue)
    with pytest.raises(Unwanted):
        await house.exports.make(wanted[second])
    (behind,) = [row for row, _ in unsent(anna) if row.state == "waiting"]
    assert behind.key == f"instead:{second}:0"


async def test_every_file_of_several_is_taken_back_with_whose_words_are_told(
    anna: Friend, bea: Friend, house: House
) -> None:
    small_files(house)
    await meet(anna, bea, CANARY)
    await lives_long(bea)
    await bea.command("export")
    assert len(files(bea)) > 4
    await asks_and_taps(anna)
    await house.pump.settle()
    assert files(bea) == []


def test_a_share_that_is_made_anew_is_the_same_and_all_of_it_fits_in_one(anna: Friend, house: House) -> None:
    rows = [{"slot": "2026-11-18T10:00", "words": f"joy {number} " + "x" * 900} for number in range(30)]
    found = {"made_at": "2026-11-18T10:00:00+01:00", "moments": rows, "person": {"language": "en"}, "none": []}
    for form in ("json", "tables"):
        shares = shares_of(found, form, SMALL)
        assert len(shares) > 2
        assert [share_of(found, form, share.pieces) for share in shares] == [share.content for share in shares]
        assert share_of(found, form, ()) == shares_of(found, form)[0].content


def test_json_is_written_row_by_row_as_it_would_be_in_one_piece() -> None:
    found = {
        "made_at": "2026-11-18T10:00:00+01:00",
        "moments": [
            {"id": 1, "words": "a\nb “c” \u2028", "file": ["x", None, 3]},
            {"letter": {"name": "", "in": [{}]}},
        ],
        "none": [],
        "position": None,
        "person": {"language": "en", "list": [1, {"two": []}]},
    }
    (share,) = shares_of(found, "json")
    assert share.content.decode() == json.dumps(found, ensure_ascii=False, indent=2) + "\n"


# The page, and the release before


async def test_the_page_gets_a_file_anew_and_nothing_once_it_is_taken_back(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea, CANARY)
    await bea.command("export")

    def lines(tx: Tx) -> list[tuple[int, Mapping[str, Any]]]:
        person = person_of(tx, bea)
        found = conversation(tx, person.address_id, person.seal)
        return [(int(one.id[1:]), one.attachment.what or {}) for one in found if one.attachment]

    (whole, what), (zipped, of_tables) = house.store.run_now(lines)
    assert b"canary" in await house.exports.make_anew({**what, "row": whole})
    assert b"PK" in await house.exports.make_anew({**of_tables, "row": zipped})
    await asks_and_taps(anna)
    assert house.store.run_now(lines) == []
    with pytest.raises(Unwanted):
        await house.exports.make_anew({**what, "row": whole})


async def test_the_page_gets_what_is_kept_now_however_lately_the_chat_got_its_file(anna: Friend, house: House) -> None:
    await anna.begin("Evening joy")
    await anna.send("a walk in the rain")
    await anna.command("export")
    row, what = next((row.id, said.attachment.what or {}) for row, said in rows_of(anna) if said.attachment)
    assert "a walk in the rain" in files(anna)[0].text
    await house.store.run(lambda tx: tx.connection.execute(update(moments).values(sealed_words=None)))
    (moment,) = json.loads(await house.exports.make_anew({**what, "row": row}))["moments"]
    assert moment["words"] is None
    assert house.exports._look is None


async def test_what_is_at_hand_stays_for_as_long_as_files_are_made_of_it(
    anna: Friend, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    held.gate.set()
    monkeypatch.setattr(making, "AT_HAND", 0.6)
    small_files(house)
    await lives_long(anna)
    send = house.chat.send

    async def slowly(*args: Any, **more: Any) -> Any:
        await asyncio.sleep(0.15)
        return await send(*args, **more)

    monkeypatch.setattr(house.chat, "send", slowly)
    await anna.command("export")
    assert len(files(anna)) > 4
    assert held.reads == 1
    async with asyncio.timeout(10):
        await until(lambda: house.exports._look is None)


async def test_on_the_page_a_file_that_has_grown_stays_one(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.command("export")
    await lives_long(anna)
    found = [(row.id, said.attachment.what or {}) for row, said in rows_of(anna) if said.attachment]
    small_files(house)
    whole, zipped = [await house.exports.make_anew({**what, "row": row}) for row, what in found]
    told = [row["words"] for row in json.loads(whole)["moments"]]
    assert len(told) == 12
    sheet = unpacked(Attachment("pebble-tables.zip", "application/zip", "", packed=True).holding(zipped))
    assert [row["words"] for row in table(sheet["moments.csv"])] == told
    assert not unsent(anna)


async def test_a_file_that_lies_ready_in_its_row_is_still_sent(anna: Friend, house: House) -> None:
    await anna.sign_up()
    ready = Outgoing("Everything I keep of you, for you alone.", attachment=Attachment("pebble.json", "text/x", "{}"))
    await house.store.run(lambda tx: put(tx, person_of(tx, anna).recipient, ready))
    assert [row.heavy for row, _ in unsent(anna)] == [False]
    await house.pump.settle()
    assert files(anna) == [ready.attachment]
