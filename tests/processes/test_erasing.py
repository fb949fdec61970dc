"""kill -9 at every step of erasing somebody and of changing the host's keys: nobody is half gone, no key is lost."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import Misconfigured
from bot.settings import read_settings
from bot.speech import Address, Incoming, Kind
from bot.store import Keyring, Store
from bot.store.tables import persons
from bot.upkeep import copy_keys, rotate_keys
from tests.fakes import BotApi, Hang
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.forks import ROOT, fork
from tests.kit.talk import House
from tests.privacy.copies import keys_left, readable
from tests.privacy.test_delete import LAST, counts
from tests.privacy.test_export import lived
from tests.privacy.test_old_copies import CANARY, OTHER, file_of, saved
from tests.processes.conftest import Start
from tests.processes.dying import ERASING, FORGETTING, ROTATING
from tests.processes.pebble import Pebble, sendings, tap, telegram, until

PEOPLE = 1200
"""More than two batches of keys."""


def die_at(folder: Path, *arguments: str) -> None:
    """Let a process do it and die at that step."""
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    out, err = folder / "died.out", folder / "died.err"
    dies = fork("tests.processes.dying", arguments, folder, environment, out, err)
    try:
        died = dies.wait(60)
    finally:
        dies.kill()
    assert died == -signal.SIGKILL, f"it lived on:\n{out.read_text()}{err.read_text()}"


@pytest.mark.parametrize("step", ERASING)
async def test_a_kill_at_every_step_of_erasing_leaves_nobody_half_gone(
    step: str, template_file: Path, tmp_path: Path
) -> None:
    database, paper = tmp_path / "pebble.db", tmp_path / "paper"
    shutil.copy(template_file, database)
    paper.touch()
    house = House(Store(f"sqlite:///{database}", HandClock(), Keyring([KEY])), HandClock())
    anna, ben = house.person("anna"), house.person("ben")
    await lived(anna, CANARY)
    await lived(ben, OTHER)
    await anna.command("delete")
    await anna.tap("Delete everything")
    sure = anna.newest
    copies = saved(house, tmp_path / "old")
    house.store.close()
    die_at(tmp_path, "erase", step, KEY, str(database), sure.rows[0][0].payload, sure.id, str(paper))

    # The platform delivers again what nobody acknowledged; then the life of every start.
    again = House(Store(f"sqlite:///{database}", HandClock(), Keyring([KEY])), HandClock())
    await again.rota.begin_anew()
    await again.pump.recover()
    tapped = Incoming(
        "memory:last-tap", Address("memory", "anna"), Kind.TAP, sure.rows[0][0].payload, message=sure.id, language="en"
    )
    await again.door.receive(tapped)
    await again.pump.settle()
    await again.rota.clear_away()
    await again.rota.clear_away()
    said = paper.read_text("utf-8").splitlines() + again.person("anna").said
    assert 1 <= said.count(LAST) <= 2
    assert again.store.run_now(lambda tx: len(tx.connection.scalars(select(persons.c.id)).all())) == 1
    assert counts(again.store)["addresses"] == 1
    assert "erasures" not in counts(again.store)
    assert database.with_name("pebble.db-wal").stat().st_size == 0
    left = keys_left([KEY], file_of(again).with_name("person.keys"))
    read = readable([*copies, database], left)
    assert CANARY.encode() not in read
    assert OTHER.encode() in read
    again.store.close()


def test_a_kill_while_the_last_line_is_on_its_way_and_it_still_comes(pebble: Pebble, api: BotApi) -> None:
    ann = api.person(11)
    pebble.start()
    ann.command("helper")
    ann.wait_for("Who is good to call")
    ann.send(CANARY)
    ann.wait_for("/help")
    ann.command("export")
    ann.command("delete")
    tap(ann, "Delete everything")
    ann.wait_for("One more tap")
    pebble.at_rest()
    api.fail("sendMessage", how=Hang(after=False), chat_id=11)
    before = len(api.calls_of("sendMessage"))
    tap(ann, "Yes, delete it all")
    sendings(api, before + 1)
    pebble.restart()
    ann.wait_for("Done. Everything I kept of you")
    with pebble.store() as store:
        until(lambda: not counts(store), 20, "clearing away")
    assert [line for line in ann.said if line == LAST] == [LAST]
    assert CANARY not in pebble.output, "no word of theirs reached a log"


# The host's keys


@pytest.fixture
def peopled(tmp_path: Path, template_file: Path) -> Iterator[tuple[Path, dict[bytes, bytes]]]:
    """A folder with many people's keys, each with something sealed with it."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(template_file, data / "pebble.db")
    (data / "secret.keys").write_text(f"{KEY}\n")
    store = Store(f"sqlite:///{data / 'pebble.db'}", HandClock(), Keyring([KEY]))
    names = store.keys.adopt([store.keys.host.new_person() for _ in range(PEOPLE)])
    yield tmp_path, {name: store.keys.seal(name).close("still mine") for name in names}
    store.close()


def all_open(folder: Path, sealed: dict[bytes, bytes]) -> bool:
    """Return whether the host's keys in the file open what each of the persons has."""
    keyring = Keyring(host_keys(folder))
    with closing(sqlite3.connect(folder / "data" / "person.keys")) as place:
        kept = dict(place.execute("SELECT id, sealed_key FROM person_keys").fetchall())
    return all(keyring.seal(kept[name]).open(text) == "still mine" for name, text in sealed.items())


def rotated(folder: Path, *, forget_old: bool = False) -> list[str]:
    """Rotate to the end and return what was said."""
    said: list[str] = []
    assert rotate_keys(read_settings(database=f"sqlite:///{folder}/data/pebble.db"), said.append, forget_old=forget_old)
    return said


def host_keys(folder: Path) -> list[str]:
    return (folder / "data" / "secret.keys").read_text().split()


@pytest.mark.parametrize("step", ROTATING + FORGETTING)
def test_a_kill_at_every_step_of_a_rotation_loses_nobodys_key(
    step: str, peopled: tuple[Path, dict[bytes, bytes]]
) -> None:
    folder, sealed = peopled
    if step in FORGETTING:
        rotated(folder)
    die_at(folder, "rotate", step, str(folder), "forget" if step in FORGETTING else "")
    assert all_open(folder, sealed)
    assert (KEY in host_keys(folder)) == (step != "after forgetting")
    rotated(folder)
    assert all_open(folder, sealed)
    # What was begun is finished first; only when there was nothing left to do, one key more was made.
    assert len(host_keys(folder)) == (3 if step in ("before the end", "forgetting half written") else 2)
    rotated(folder, forget_old=True)
    (newest,) = host_keys(folder)
    assert newest != KEY
    assert all_open(folder, sealed)


def test_keys_are_rotated_beside_a_pebble_that_runs(new_pebble: Start, api: BotApi) -> None:
    pebble = new_pebble(**telegram(api))
    ann, bob = api.person(11), api.person(12, first_name="Bob")
    pebble.start()
    old = (pebble.data / "secret.keys").read_text().split()
    ann.command("own")
    ann.wait_for("What shall it be called?")
    assert pebble.run("keys", "rotate").returncode == 0
    new = (pebble.data / "secret.keys").read_text().split()
    assert new[1:] == old
    bob.command("start")
    bob.wait_for("Pick one")
    pebble.at_rest()
    done = pebble.run("keys", "rotate", "--forget-old")
    assert "(0 of them anew)" in done.stdout, "the newcomer’s key was sealed with the new one already"
    assert (pebble.data / "secret.keys").read_text().split() == new[:1]
    pebble.restart()
    ann.send("Window minute")
    ann.wait_for("What shall I say")
    pebble.at_rest()
    for word in (*old, *new):
        assert word not in pebble.output


def test_keys_of_the_environment_cannot_be_changed_so_it_says_what_to_do(
    new_pebble: Start, template_file: Path
) -> None:
    pebble = new_pebble(SECRET_KEYS=KEY)
    pebble.data.mkdir()
    shutil.copy(template_file, pebble.data / "pebble.db")
    with pebble.store() as store:
        (name,) = store.keys.adopt([store.keys.host.new_person()])
        sealed = store.keys.seal(name).close("still mine")
    told = pebble.run("keys", "rotate")
    assert told.returncode == 78
    newer = told.stdout.split("with a comma between: ")[1].split()[0]
    Keyring([newer])
    pebble.settings["SECRET_KEYS"] = f"{newer},{KEY}"
    done = pebble.run("keys", "rotate")
    assert (done.returncode, done.stderr) == (0, "")
    assert "(1 of them anew)" in done.stdout
    assert "can be taken out" in done.stdout
    alone = Store(f"sqlite:///{pebble.data / 'pebble.db'}", HandClock(), Keyring([newer]))
    assert alone.keys.seal(name).open(sealed) == "still mine"
    alone.close()


def test_a_missing_older_key_stops_a_rotation_and_nothing_is_forgotten(
    peopled: tuple[Path, dict[bytes, bytes]],
) -> None:
    folder, sealed = peopled
    (folder / "data" / "secret.keys").write_text(f"{Keyring.new_host_key()}\n")
    for forget_old in (False, True):
        with pytest.raises(Misconfigured, match=r"^PEBBLE_SECRET_KEYS: none of these keys opens"):
            rotated(folder, forget_old=forget_old)
    (folder / "data" / "secret.keys").write_text(f"{host_keys(folder)[0]}\n{KEY}\n")
    assert all_open(folder, sealed)


def test_the_copy_of_the_keys_takes_the_place_of_the_one_before(
    peopled: tuple[Path, dict[bytes, bytes]],
) -> None:
    folder, sealed = peopled
    settings, copy = read_settings(database=f"sqlite:///{folder}/data/pebble.db"), folder / "elsewhere" / "person.keys"
    copy.parent.mkdir()
    for _ in range(2):
        copy_keys(settings, copy, lambda line: None)
    assert copy.stat().st_mode & 0o777 == 0o600
    shutil.copy(copy, folder / "data" / "person.keys")
    assert all_open(folder, sealed)
    assert list(copy.parent.iterdir()) == [copy]
    with pytest.raises(Misconfigured, match="could not be written"):
        copy_keys(settings, folder / "nowhere" / "person.keys", lambda line: None)


def test_pebble_does_not_start_without_the_keys_of_its_people(pebble: Pebble, api: BotApi) -> None:
    ann = api.person(11)
    pebble.start()
    ann.command("start")
    ann.wait_for("Pick one")
    pebble.terminate()
    (pebble.data / "person.keys").rename(pebble.data / "elsewhere")
    done = pebble.run("run")
    assert done.returncode == 78
    assert done.stderr.splitlines()[-1].startswith("pebble: PEBBLE_PERSON_KEYS: ")
    (pebble.data / "elsewhere").replace(pebble.data / "person.keys")
    pebble.start()
