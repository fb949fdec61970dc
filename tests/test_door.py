"""The only way in: each event once, nothing half done, nobody's words where they do not belong."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection, event, func, select, text

from bot.errors import TryLater
from bot.speech import Address, Incoming, Kind, Shown
from bot.store.tables import metadata, persons, seen
from tests.flows.looking import DAY, HOUR, moments_of, nudges_of
from tests.kit.talk import KEPT_LINE, Friend, House

CANARY = "Kanarienvogel-7391"
GROUP_LINE = "Hello, all. I keep to private chats: write to me there, and we choose one tiny moment for you."


def in_group(house: House, chat: str = "-100", kind: Kind = Kind.TEXT, said: str = "hi") -> Incoming:
    return Incoming(house.next_key(), Address("memory", chat), kind, said, language="en", private=False)


def rows(house: House) -> dict[str, int]:
    """Return how many rows each table has."""
    return house.store.run_now(
        lambda tx: {
            table.name: int(tx.connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in metadata.sorted_tables
        }
    )


async def test_the_same_event_has_its_effects_once_and_its_repeat_shows_nothing(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.pass_time(DAY)
    later = anna.event(Kind.TAP, _payload(anna, "In 15 min"), message=anna.newest.id, key="memory:once")
    assert (await house.receive(later)).toast == "In 15 minutes, then."
    before = rows(house)
    for _ in range(3):
        assert await house.receive(later) == Shown()
    assert rows(house) == before


def _payload(friend: Friend, label: str) -> str:
    return next(b.payload for row in friend.newest.rows for b in row if b.label == label)


@pytest.fixture
def full_disk(house: House) -> Iterator[list[int]]:
    """A list with the most pages that the database may have; empty it to make room again."""
    pages: list[int] = []

    def limit(connection: Connection) -> None:
        most = pages[0] if pages else 1_000_000
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    event.listen(house.store.engine, "begin", limit)
    yield pages
    event.remove(house.store.engine, "begin", limit)


async def test_when_the_disk_is_full_nothing_is_stored_and_the_same_event_works_later(
    anna: Friend, house: House, full_disk: list[int]
) -> None:
    await anna.begin("Evening joy")
    before = rows(house)
    full_disk.append(house.store.run_now(lambda tx: int(tx.connection.scalar(text("PRAGMA page_count")) or 0)))
    joy = anna.event(Kind.TEXT, "frost " * 600, key="memory:joy")
    with pytest.raises(TryLater):
        await house.receive(joy)
    assert rows(house) == before
    assert moments_of(anna)[0].answer is None
    full_disk.clear()
    await house.receive(joy)
    await house.receive(joy)
    assert moments_of(anna)[0].words == ("frost " * 600).strip()
    assert rows(house)["seen"] == before["seen"] + 1


async def test_who_leaves_is_left_in_peace_and_found_again_when_they_come_back(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.receive(anna.event(Kind.LEFT))
    count = len(anna.inbox)
    await house.pass_time(DAY)
    assert len(anna.inbox) == count
    await house.receive(anna.event(Kind.BACK))
    assert len(anna.inbox) == count
    await house.pass_time(DAY)
    assert len(anna.inbox) == count + 1
    assert anna.newest.nudge


async def test_writing_again_is_enough_to_come_back(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.receive(anna.event(Kind.LEFT))
    await anna.command("nudges")
    await house.pass_time(DAY)
    assert anna.newest.nudge


async def test_a_stranger_who_leaves_or_moves_is_no_trouble(house: House) -> None:
    for kind in (Kind.LEFT, Kind.MOVED):
        await house.receive(house.person("nobody").event(kind, "elsewhere"))
    assert rows(house)["persons"] == 0


async def test_a_chat_that_has_moved_is_the_same_person_at_another_address(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.receive(anna.event(Kind.MOVED, "anna-2"))
    moved = house.person("anna-2")
    assert len(nudges_of(moved)) == 1
    await house.pass_time(DAY)
    assert moved.newest.nudge
    assert house.store.run_now(lambda tx: tx.connection.scalar(select(func.count()).select_from(persons))) == 1


async def test_a_group_gets_one_friendly_line_a_day(house: House) -> None:
    group = house.person("-100")
    for kind in (Kind.TEXT, Kind.COMMAND, Kind.TAP, Kind.PHOTO):
        assert await house.receive(in_group(house, kind=kind)) == Shown()
    assert group.said == [GROUP_LINE]
    house.clock.forward(DAY)
    await house.receive(in_group(house))
    assert group.said == [GROUP_LINE] * 2
    assert rows(house)["persons"] == 0


async def test_each_group_gets_its_own_line_and_follows_its_new_id(house: House) -> None:
    await house.receive(in_group(house, "-100"))
    await house.receive(in_group(house, "-200"))
    await house.receive(in_group(house, "-100", Kind.MOVED, "-300"))
    await house.receive(in_group(house, "-300"))
    assert [house.person(chat).said for chat in ("-100", "-200", "-300")] == [[GROUP_LINE], [GROUP_LINE], []]


async def test_an_event_that_could_not_be_read_is_recorded_once_without_its_content(house: House) -> None:
    for _ in range(2):
        await house.door.skip("memory:broken" + "x" * 100, "KeyError " + "y" * 100)
    assert house.store.run_now(house.door.skipped) == 1


async def test_a_language_that_is_no_language_is_answered_in_english(house: House) -> None:
    for n, tag in enumerate(("", "xx-Latn-🌱", "\0", "../../etc", "a" * 5000)):
        friend = house.person(f"friend-{n}", language=tag)
        await friend.command("cancel")
        assert friend.said == [KEPT_LINE, "There is nothing to leave right now."]


async def test_keys_are_forgotten_after_a_week(anna: Friend, house: House) -> None:
    await anna.send("hello", key="memory:old")
    house.clock.forward(6 * DAY)
    await house.rota.forget()
    assert rows(house)["seen"] == 1
    house.clock.forward(DAY + HOUR)
    await house.rota.forget()
    assert house.store.run_now(lambda tx: tx.connection.execute(select(seen)).all()) == []


def saved(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.glob("pebble.db*")]


async def test_nobodys_words_are_in_a_log_or_readable_in_the_file(
    anna: Friend, house: House, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as captured:
        await anna.command("start")
        await anna.tap("A gratitude sentence")
        await anna.send(f"{CANARY} cue")
        await anna.send(f"{CANARY} time")
        await anna.send("10:30")
        await anna.send(f"{CANARY} zone")
        await anna.tap("Yes")
        await anna.command("nudges", f"{CANARY} rest")
        await house.pass_time(HOUR)
        assert anna.newest.text.startswith(f"{CANARY} cue:")
        await anna.tap("In 15 min")
        await house.pass_time(HOUR)
        await anna.send(f"{CANARY} joy")
        await anna.send(f"{CANARY} to nobody")
        await anna.command(CANARY)
        await anna.tap_payload(CANARY, CANARY)
        await anna.begin("Three senses")
        await anna.tap("Step by step")
        await anna.send(f"{CANARY} seen")
        kept = Incoming("memory:kept", Address("memory", "anna"), Kind.TEXT, f"{CANARY} kept", keep_words=True)
        await house.receive(kept)
        await house.door.skip("memory:broken", "KeyError")
    assert [moment.words for moment in moments_of(anna)][:1] == [f"{CANARY} joy"]
    files = saved(tmp_path)
    assert len(files) == 3  # the database, its write-ahead log and the log's index
    assert [CANARY.encode() in content for content in files] == [False] * 3
    assert CANARY not in caplog.text
    assert CANARY not in str(captured)
