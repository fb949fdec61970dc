"""Copies that were saved before an erasure cannot be read with all keys that are left after it (FAULTS.md, part 3)."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.outbox.history import conversation
from bot.settings import read_settings
from bot.store import Keyring, Store, Tx
from bot.store.facts import COPY, write_number
from bot.store.person_keys import SCHEMA
from bot.store.tables import metadata, persons
from bot.upkeep import back_up
from tests.flows.looking import nudges_of, person_of, reopened
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres
from tests.kit.talk import Friend, House
from tests.kit.thanks import code_of, invite, pass_on, say, thank, write
from tests.privacy.copies import keys_left, opened, readable
from tests.privacy.test_delete import asks_and_taps, counts, swept
from tests.privacy.test_export import lived

CANARY = "canary of anna 7fb1"
OTHER = "sparrow of ben 3c9d"


def file_of(house: House) -> Path:
    assert house.store.url.database
    return Path(house.store.url.database)


def keys_of(house: House) -> list[bytes]:
    return keys_left([KEY], file_of(house).with_name("person.keys"))


def saved(house: House, folder: Path) -> list[Path]:
    """Save the file with its log as they are, and a backup; return both databases."""
    folder.mkdir()
    database = file_of(house)
    for path in database.parent.glob(f"{database.name}*"):
        shutil.copy(path, folder / path.name)
    assert (folder / f"{database.name}-wal").stat().st_size, "the log is saved while something stands in it"
    copy = folder / "backup.db"
    back_up(read_settings(database=f"sqlite:///{database}"), copy, lambda line: None)
    return [folder / database.name, copy]


async def two(house: House) -> tuple[Friend, Friend]:
    anna, ben = house.person("anna"), house.person("ben")
    await lived(anna, CANARY)
    await lived(ben, OTHER)
    return anna, ben


async def test_old_copies_can_be_read_before_and_not_after(house: House, tmp_path: Path) -> None:
    anna, ben = await two(house)
    copies = saved(house, tmp_path / "old")
    before = readable(copies, keys_of(house))
    assert CANARY.encode() in before, "else this test would show nothing"
    assert OTHER.encode() in before
    await asks_and_taps(anna)
    await swept(house)
    after = readable(copies, keys_of(house))
    assert CANARY.encode() not in after
    assert OTHER.encode() in after, "what is somebody else’s can still be read"
    assert CANARY.encode() not in readable([file_of(house)], keys_of(house))
    await ben.command("moments")
    assert OTHER in ben.newest.text


async def test_after_a_rotation_too_and_old_backups_of_the_others_stay_good(house: House, tmp_path: Path) -> None:
    anna, _ = await two(house)
    copies = saved(house, tmp_path / "old")
    await asks_and_taps(anna)
    newer = Keyring.new_host_key()
    house.store.keys.host._take([newer, KEY])
    while house.store.keys.reseal():
        pass
    left = keys_left([newer], file_of(house).with_name("person.keys"))
    after = readable(copies, left)
    assert CANARY.encode() not in after
    assert OTHER.encode() in after


async def test_nothing_of_them_stands_in_the_new_file_nor_in_its_log(house: House) -> None:
    anna, _ = await two(house)
    names = [b"anna", *(cell for cell in house.store.run_now(_sealed))]
    await asks_and_taps(anna)
    await swept(house)
    database = file_of(house)
    assert database.with_name(f"{database.name}-wal").stat().st_size == 0
    raw = database.read_bytes() + database.with_name("person.keys").read_bytes()
    assert [name for name in names if name in raw] == []
    assert not database.with_name("person.keys-journal").exists()


def _sealed(tx: Tx) -> list[bytes]:
    first = tx.connection.scalar(select(persons.c.id).order_by(persons.c.id))
    rows = tx.connection.execute(text("SELECT sealed_words FROM moments WHERE person_id = :id"), {"id": first})
    return [bytes(row[0])[:80] for row in rows if row[0]]


async def test_a_reader_in_the_way_only_delays_the_emptying_of_the_log(house: House) -> None:
    anna, _ = await two(house)
    database = file_of(house)
    log = database.with_name(f"{database.name}-wal")
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM moments").fetchall()
        await asks_and_taps(anna)
        await swept(house)
        assert log.stat().st_size > 0
        reader.execute("COMMIT")
    await house.rota.clear_away()
    assert log.stat().st_size == 0


async def test_who_was_erased_stays_so_when_an_old_copy_is_put_back(house: House, tmp_path: Path) -> None:
    anna, _ = await two(house)
    copies = saved(house, tmp_path / "old")
    await asks_and_taps(anna)
    await swept(house)
    house.store.close()
    database = file_of(house)
    for path in database.parent.glob(f"{database.name}-*"):
        path.unlink()
    shutil.copy(copies[1], database)
    again = reopened(house)
    await again.rota.begin_anew()
    await again.rota.clear_away()
    assert len(again.store.run_now(lambda tx: tx.connection.scalars(select(persons.c.id)).all())) == 1
    assert len(nudges_of(again.person("ben"))) == 1
    before = len(anna.inbox)
    await again.person("anna").command("start")
    assert anna.said[before].startswith("Hi, I’m Pebble.")
    again.store.close()


async def test_an_export_of_somebody_else_holds_nothing_of_them(house: House) -> None:
    anna, ben = await two(house)
    await asks_and_taps(anna)
    await ben.command("export")
    files = [said.attachment.text for said in ben.inbox if said.attachment]
    assert len(files) == 2
    assert all(CANARY not in file and "anna" not in file for file in files)


SENTENCE = "I like the canary that you keep"
NAME = "Kanarina"
OWN = "A sparrow of mine for you"


async def written_to_each_other(house: House) -> tuple[Friend, Friend]:
    """Let Anna's sentence and name reach Bea in every way in which she is told of them."""
    anna, bea = house.person("anna"), house.person("bea")
    await anna.command("thanks")
    await write(anna, "Bea", SENTENCE, signed=NAME)
    await anna.tap("Send")
    await bea.command("accept", code_of(anna))
    await bea.tap("Accept")
    await pass_on(bea, house.person("carl"), OWN)
    for label in ("❤️", "…", "Mute"):
        await bea.tap(label)
    await bea.command("people")
    for label in ("2", "Hear again", "Back"):
        await bea.tap(label)
    await thank(bea, NAME, OWN)
    await anna.tap("❤️")  # a word comes back to Bea
    await bea.command("ripple")
    await bea.command("export")
    dora = house.person("dora")  # does not get to know her, but was told her name
    await dora.command("accept", await invite(anna, "Dora", "I like how you knock."))
    await dora.tap("No, thank you")
    await dora.command("export")
    house.clock.forward(86_400)
    await bea.command("thanks")
    await say(bea, NAME)  # in the middle of a flow
    return anna, bea


async def test_what_somebody_else_was_brought_goes_from_old_copies_too(house: House, tmp_path: Path) -> None:
    anna, bea = await written_to_each_other(house)
    told = "\n".join(bea.said)
    assert all(
        words in told
        for words in (f"{NAME} has a sentence", SENTENCE, f"what {NAME} sends", f"From {NAME}, for", f"→ {NAME}")
    ), "she is told in all these ways"
    copies = saved(house, tmp_path / "old")
    before = readable(copies, keys_of(house))
    for words in (SENTENCE, NAME, OWN):
        assert words.encode() in before, "else this test would show nothing"
    await asks_and_taps(anna)
    await swept(house)
    after = readable(copies, keys_of(house))
    assert SENTENCE.encode() not in after
    assert NAME.encode() not in after
    assert OWN.encode() in after, "what Bea wrote stays hers"
    new = readable([file_of(house)], keys_of(house))
    assert SENTENCE.encode() not in new
    assert NAME.encode() not in new


async def test_who_is_left_goes_on_as_if_nothing_was(house: House) -> None:
    await house.person("bea").command("help")
    anna, bea = await written_to_each_other(house)
    await asks_and_taps(anna)
    await swept(house)
    read = house.store.run_now(lambda tx: conversation(tx, person_of(tx, bea).address_id, person_of(tx, bea).seal))
    lines = [line.text for line in read]
    assert "…" in lines, "what was told of her cannot be read back"
    assert not any(NAME in line or SENTENCE in line for line in lines)
    assert lines[1].startswith("I nudge you"), "everything else can"
    await bea.send(OWN)
    assert bea.newest.text == "This is how … will see it."
    await bea.tap("Send")
    assert bea.newest.text == "… can’t be reached through me any more. I keep your sentence with your moments."
    for command in ("people", "ripple", "thanks", "export", "moments"):
        await bea.command(command)
        assert NAME not in bea.newest.text
    files = "".join(said.attachment.text for said in bea.inbox[-9:] if said.attachment)
    assert OWN in files
    assert NAME not in files
    assert SENTENCE not in files


@pytest.fixture
def large(postgres_server: Postgres) -> Iterator[House]:
    clock = HandClock()
    store = Store(postgres_server.database(), clock, Keyring([KEY]))
    yield House(store, clock)
    store.close()


def dump(house: House) -> bytes:
    """Return what `pg_dump --exclude-schema=pebble_keys` would hold of people: all rows of all tables."""

    def work(tx: Tx) -> bytes:
        rows = [row for table in metadata.sorted_tables for row in tx.connection.execute(select(table))]
        return b"\n".join(
            bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for row in rows for cell in row
        )

    return house.store.run_now(work)


def keys_in(house: House) -> list[bytes]:
    rows = house.store.run_now(
        lambda tx: tx.connection.execute(text(f"SELECT sealed_key FROM {SCHEMA}.person_keys")).all()
    )
    sealed = b"\n".join(bytes(row[0]) for row in rows if row[0])
    return [KEY.encode(), *opened(sealed, [KEY.encode()])]


async def test_a_dump_without_the_keys_cannot_be_read_either(large: House) -> None:
    anna, _ = await two(large)
    old = dump(large)
    assert CANARY.encode() in b"\n".join(opened(old, keys_in(large)))
    await asks_and_taps(anna)
    await swept(large)
    after = b"\n".join(opened(old, keys_in(large)))
    assert CANARY.encode() not in after
    assert OTHER.encode() in after
    assert CANARY.encode() not in dump(large)


async def test_in_a_dump_what_was_brought_to_others_cannot_be_read_either(large: House) -> None:
    anna, _ = await written_to_each_other(large)
    old = dump(large)
    before = b"\n".join(opened(old, keys_in(large)))
    assert SENTENCE.encode() in before
    assert NAME.encode() in before
    await asks_and_taps(anna)
    await swept(large)
    after = b"\n".join(opened(old, keys_in(large)))
    assert SENTENCE.encode() not in after
    assert NAME.encode() not in after
    assert OWN.encode() in after


async def test_who_was_erased_and_put_back_goes_before_a_restored_copy_begins_anew(house: House) -> None:
    anna, _ = await two(house)
    house.store.run_now(lambda tx: write_number(tx, COPY, 1))
    house.store.keys.destroy([house.store.run_now(lambda tx: tx.connection.scalar(select(persons.c.key_id)) or b"")], 1)
    await house.rota.begin_anew()
    await house.pump.settle()
    await swept(house)
    assert counts(house.store)["persons"] == 1
    assert anna.said
