"""A database in trouble: never "saved" when it is not, and well again by itself."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from bot.errors import TryLater
from bot.store import Keyring, Store, Tx
from bot.store.facts import read_number, write_number
from bot.store.tables import facts, words
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres, packaged_binaries, postgres
from tests.kit.shelf import PostRoom
from tests.kit.talk import House


@pytest.fixture
def file(template_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template_file, tmp_path / "pebble.db"))


def opened(file: Path, query: str = "") -> Store:
    return Store(f"sqlite:///{file}{query}", HandClock(), Keyring([KEY]))


async def refused(store: Store) -> TryLater:
    """Try to write; return the trouble, and see that nothing was stored."""
    with pytest.raises(TryLater) as caught:
        await store.run(lambda tx: write_number(tx, "saved", 1))
    assert "\n" not in str(caught.value)
    return caught.value


async def test_a_file_that_cannot_be_written_to_takes_nothing(file: Path) -> None:
    store = Store(f"sqlite:///file:{file}?mode=ro&uri=true", HandClock(), Keyring([KEY]))
    await refused(store)
    assert await store.read(lambda tx: read_number(tx, "saved")) == 0
    store.close()


@pytest.fixture
def small_disk(file: Path) -> Iterator[Store]:
    store = opened(file)

    def limit(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 3}")

    event.listen(store.engine, "connect", limit)
    yield store
    store.close()


async def test_a_full_disk_takes_all_of_a_unit_of_work_or_nothing(small_disk: Store) -> None:
    room = PostRoom(small_disk, HandClock())
    here = room.recipient("anna")
    saved = 0

    def work(tx: Tx) -> None:
        write_number(tx, "saved", saved + 1)
        text = b"x" * 3000
        tx.connection.execute(
            insert(words).values(address_id=here.address_id, sealed_text=text, at=tx.now, after_outbox_id=0)
        )

    full = False
    while not full and saved < 50:
        try:
            await small_disk.run(work)
            saved += 1
        except TryLater:
            full = True
    assert full
    stored = await small_disk.read(lambda tx: len(tx.connection.execute(select(words.c.id)).all()))
    assert stored == saved == await small_disk.read(lambda tx: read_number(tx, "saved"))


def damage(file: Path) -> None:
    """Write over everything but the first page."""
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "pebble.db"
    path.write_bytes(b"Dear diary, " * 1000)
    return path


async def test_a_damaged_file_takes_nothing(file: Path) -> None:
    damage(file)
    store = opened(file)
    await refused(store)
    with pytest.raises(TryLater):
        await store.read(lambda tx: read_number(tx, "saved"))
    store.close()


async def test_a_file_that_is_no_database_takes_nothing(diary: Path) -> None:
    store = opened(diary)
    await refused(store)
    store.close()


async def test_a_folder_that_went_away_takes_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path / "gone" / "pebble.db")
    await refused(store)
    store.close()


@pytest.fixture(scope="module")
def own_server() -> Iterator[Postgres]:
    """A server that a test may stop. It comes from the wheel, as on a machine without PostgreSQL."""
    with postgres(packaged_binaries()) as server:
        yield server


@pytest.fixture
def far(own_server: Postgres, clock: HandClock) -> Iterator[Store]:
    store = Store(own_server.database(), clock, Keyring([KEY]))
    yield store
    store.close()


async def test_the_postgresql_of_the_wheel_carries_a_whole_walk(far: Store, clock: HandClock) -> None:
    house = House(far, clock)
    anna = house.person("anna")
    await anna.sign_up()
    await house.pass_time(86_400)
    assert anna.newest.nudge
    await anna.tap("Calmer")
    assert anna.newest.labels == ["😣", "🙁", "😐", "🙂", "😄", "↩ Change"]


async def test_a_database_server_that_is_away_is_waited_for(far: Store, own_server: Postgres) -> None:
    await far.run(lambda tx: write_number(tx, "before", 1))
    await far.read(lambda tx: read_number(tx, "before"))
    own_server.stop()
    try:
        for _ in range(2):
            await refused(far)
            with pytest.raises(TryLater):
                await far.read(lambda tx: read_number(tx, "before"))
            with pytest.raises(TryLater):
                await far.ask(select(facts.c.name), {})
    finally:
        own_server.start()
    began = time.monotonic()
    await far.run(lambda tx: write_number(tx, "after", 2))
    assert time.monotonic() - began < 10
    stored = await far.read(lambda tx: [read_number(tx, name) for name in ("before", "saved", "after")])
    assert stored == [1, 0, 2]


async def test_a_unit_of_work_that_is_cut_in_the_middle_is_not_saved(far: Store, own_server: Postgres) -> None:
    def work(tx: Tx) -> None:
        write_number(tx, "half", 1)
        own_server.stop()
        write_number(tx, "other half", 1)

    try:
        with pytest.raises(TryLater):
            await far.run(work)
    finally:
        own_server.start()
    assert await far.run(lambda tx: read_number(tx, "half")) == 0


async def test_a_read_that_is_cut_in_the_middle_says_so_and_the_next_one_works(
    far: Store, own_server: Postgres
) -> None:
    await far.run(lambda tx: write_number(tx, "n", 1))

    def work(tx: Tx) -> int:
        read_number(tx, "n")
        own_server.stop()
        return read_number(tx, "n")

    try:
        with pytest.raises(TryLater):
            await far.read(work)
    finally:
        own_server.start()
    assert await far.read(lambda tx: read_number(tx, "n")) == 1


async def test_what_was_sent_while_the_database_went_away_is_marked_once_it_is_back(
    far: Store, own_server: Postgres, clock: HandClock
) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock.forward(seconds)
        if len(pauses) == 3:
            own_server.start()

    room = PostRoom(far, clock, sleep=sleep)
    for text in ("one", "two"):
        room.put("anna", text)

    def cut(_address: object, outgoing: Any) -> None:
        if outgoing.text == "two":
            own_server.stop()

    room.chat.trouble_with = cut
    await room.pump.settle()
    assert len(pauses) >= 3
    assert room.states() == ["sent", "sent"]
    await room.pump.recover()
    await room.pump.settle()
    assert room.said("anna") == ["one", "two"]
