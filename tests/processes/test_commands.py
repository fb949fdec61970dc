"""pebble check, migrate, backup, catalogue, demo and --version, as a host types them."""

import json
import sqlite3
import stat
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bot import __version__
from tests.fakes import BotApi
from tests.kit.databases import KEY, Postgres
from tests.kit.forks import ROOT, execute
from tests.processes.conftest import Start
from tests.processes.pebble import Pebble, free_port, telegram, until
from tests.processes.schedule import nudge_due


@pytest.mark.parametrize("module", ["bot.moving", "bot.status", "bot.upkeep"])
def test_what_a_command_needs_can_be_imported_before_anything_else(module: str, tmp_path: Path) -> None:
    out, err = tmp_path / "out", tmp_path / "err"
    assert execute(module, [], tmp_path, {"PYTHONPATH": str(ROOT)}, out, err).wait(30) == 0, err.read_text()


def test_a_copy_made_while_pebble_runs_opens_and_holds_everything(pebble: Pebble, api: BotApi) -> None:
    pebble.start()
    with pebble.store() as store:
        store.run_now(partial(nudge_due, chat=11, at=int(time.time()) + 3600))
    done = pebble.run("backup", "copy.db")
    assert done.returncode == 0, done.stderr
    assert "copy.db" in done.stdout
    copy = pebble.folder / "copy.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM nudges").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM due").fetchone() == (1,)
    size = copy.stat().st_size
    again = pebble.run("backup", "copy.db")
    assert again.returncode != 0
    assert "exists already" in again.stderr
    assert len(again.stderr.splitlines()) == 1
    assert copy.stat().st_size == size
    assert stat.S_IMODE((pebble.data / "secret.keys").stat().st_mode) == 0o600
    assert pebble.run("check").returncode == 0


def test_a_backup_of_postgresql_points_to_its_own_tool(new_pebble: Start) -> None:
    done = new_pebble(DATABASE="postgresql://pebble@127.0.0.1:1/pebble").run("backup", "copy.db")
    assert done.returncode == 78
    assert "pg_dump" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_status_tells_of_a_running_pebble_in_words_and_as_data(pebble: Pebble, api: BotApi) -> None:
    assert pebble.run("migrate").returncode == 0
    with pebble.store() as store:
        store.run_now(partial(nudge_due, chat=11, at=int(time.time()) + 1800))
    pebble.start()
    words = pebble.run("status")
    assert words.returncode == 0, words.stderr
    assert "due:      1 in the next hour" in words.stdout
    data = json.loads(pebble.run("status", "--json").stdout)
    assert (data["trouble"], data["people"], data["peak"]["due"]) == (None, 1, {"telegram": 1})
    assert pebble.metric("outbox_lag_seconds") == pebble.metric("drain_seconds") == 0


def test_check_says_of_each_part_whether_it_is_fine(pebble: Pebble, new_pebble: Start, api: BotApi) -> None:
    migrated = pebble.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    assert "The database is at " in migrated.stdout
    well = pebble.run("check")
    assert well.returncode == 0, well.stdout + well.stderr
    assert [line.split(":")[0] for line in well.stdout.splitlines()] == [
        "ok    settings",
        "ok    database",
        "ok    telegram",
        "ok    discord",
        "ok    clock",
        "ok    catalogue",
        "ok    tz data",
        "ok    pictures",
    ]
    assert "@pebble_test_bot; inline mode is off: send /setinline to @BotFather" in well.stdout
    api.world.inline = True
    assert "@pebble_test_bot, inline mode is on" in pebble.run("check").stdout
    pebble.settings["TELEGRAM_TOKEN"] = "999:someone-elses"
    ill = pebble.run("check")
    assert ill.returncode == 1
    assert "FAIL  telegram: " in ill.stdout
    assert "PEBBLE_TELEGRAM_TOKEN" in ill.stdout
    assert "Traceback" not in ill.stderr


def test_check_on_postgresql_compares_the_clocks(new_pebble: Start, postgres_server: Postgres) -> None:
    done = new_pebble(DATABASE=postgres_server.database(), SECRET_KEYS=KEY).run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "apart from the database server's" in done.stdout


def test_a_database_that_does_not_answer_fails_the_check_and_not_the_program(new_pebble: Start) -> None:
    done = new_pebble(DATABASE=f"postgresql://pebble@127.0.0.1:{free_port()}/pebble", SECRET_KEYS=KEY).run("check")
    assert done.returncode == 1, done.stderr
    assert "FAIL  database: " in done.stdout
    assert "ok    tz data: " in done.stdout


def test_the_demo_needs_nothing_and_says_which_port_it_took(new_pebble: Start, api: BotApi) -> None:
    busy = api.url.rpartition(":")[2]
    demo = new_pebble(WEB_PORT=busy).spawn("demo")
    until(lambda: "Pebble is here: " in demo.printed, 15, lambda: demo.output)
    address = demo.printed.split("Pebble is here: ")[1].split()[0]
    assert f"Port {busy} is busy" in demo.printed
    assert int(address.rpartition(":")[2]) > int(busy)
    port = int(address.rpartition(":")[2])
    assert demo.get("/", port)[0] == 200
    assert demo.get("/health/ready", port)[0] == 200
    assert (demo.data / "demo.db").exists()
    assert demo.terminate() == 0


PACK = """
theme = "{theme}"
title = "Water"
sources = {{ house = "Of our own" }}

[[practice]]
key = "cold-water"
icon = "💧"
title = "Cold water"
why = "Cool water on the wrists is something to feel."
source = "house"
times = ["7:00", "12:15", "18:00"]
seconds = 20
feelings = "none"
late = "ritual"
answer = "{answer}"
prompts = ["One.", "Two.", "Three.", "Four.", "Five.", "Six.", "Seven.", "Eight."]
did = ["Cool.", "Fresh.", "Good."]
smaller = "Only the fingertips."
hard_day = true
"""


def with_pack(new_pebble: Start, name: str, theme: str, answer: str = "tap") -> Pebble:
    pebble = new_pebble(name)
    folder = pebble.folder / "packs"
    folder.mkdir()
    (folder / "water.toml").write_text(PACK.format(theme=theme, answer=answer), "utf-8")
    pebble.settings["CATALOGUE_FOLDER"] = "packs"
    return pebble


def test_the_catalogue_is_listed_by_theme(new_pebble: Start) -> None:
    pebble = new_pebble()
    done = pebble.run("catalogue")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "A calmer minute (calm)" in lines
    told = next(line.split() for line in lines if line.startswith("  one-breath "))
    assert {"10", "s", "daily", "8:30,", "hard", "day"} <= set(told)
    assert lines[-1].endswith("all packs are fine.")
    assert json.loads(pebble.run("catalogue", "--json").stdout)["themes"][0]["practices"][0]["seconds"] > 0
    assert pebble.run("catalogue", "--markdown").stdout.startswith("# Practices\n")
    assert pebble.run("catalogue", "--markdown", "--json").returncode == 2


def test_a_hosts_folder_adds_to_a_theme_or_begins_one(new_pebble: Start) -> None:
    for theme, title in (("calm", "A calmer minute"), ("water", "Water")):
        listed = json.loads(with_pack(new_pebble, theme, theme).run("catalogue", "--json").stdout)
        found = next(each for each in listed["themes"] if each["key"] == theme)
        assert found["title"] == title
        assert found["practices"][-1]["key"] == "cold-water"
        assert found["practices"][-1]["source"] == "Of our own"


def test_a_wrong_pack_is_named_in_one_line_and_nothing_starts(new_pebble: Start) -> None:
    pebble = with_pack(new_pebble, ".", "water", answer="dance")
    for command in ("catalogue", "demo"):
        done = pebble.run(command)
        assert (done.returncode, done.stdout) == (78, "")
        assert done.stderr.startswith("pebble: catalogue: packs/water.toml: practice cold-water answer: ")
        assert len(done.stderr.splitlines()) == 1
    checked = pebble.run("check")
    assert checked.returncode == 1
    assert "FAIL  catalogue: catalogue: packs/water.toml: practice cold-water answer: " in checked.stdout


def test_a_folder_that_is_not_there_is_named_by_its_setting(new_pebble: Start) -> None:
    done = new_pebble(CATALOGUE_FOLDER="gone").run("catalogue")
    assert done.returncode == 78
    assert done.stderr == "pebble: PEBBLE_CATALOGUE_FOLDER: there is no such folder\n"


def test_the_version_is_told(new_pebble: Start) -> None:
    done = new_pebble().run("--version")
    assert (done.returncode, done.stdout) == (0, f"pebble {__version__}\n")


def test_the_settings_of_a_bot_do_not_disturb_the_demo(new_pebble: Start, api: BotApi) -> None:
    demo = new_pebble(**telegram(api) | {"DATABASE": "postgresql://nobody@127.0.0.1:1/none"})
    demo.start("demo")
    assert api.calls == []
    assert "telegram" not in demo.readiness()
