"""What a host does from the command line, without a process."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.settings import WrongSetting, read_settings
from bot.upkeep import back_up, mark_restored, run_checks


def test_a_backup_of_a_file_with_an_odd_name_holds_its_rows(template_file: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a#b 100 %.db"
    shutil.copy(template_file, odd)
    with closing(sqlite3.connect(odd)) as database, database:
        database.execute("INSERT INTO facts (name, value) VALUES ('kept', '1')")
    copy = tmp_path / "copy.db"
    back_up(read_settings(database=f"sqlite:///{odd}"), copy, print)
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT value FROM facts WHERE name = 'kept'").fetchall() == [("1",)]
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_backup_never_writes_over_a_file(template_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("precious")
    with pytest.raises(Misconfigured, match="exists already"):
        back_up(read_settings(database=f"sqlite:///{template_file}"), copy, print)
    assert copy.read_text() == "precious"


def test_a_check_of_a_database_that_takes_no_writes_fails(template_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "pebble.db"
    shutil.copy(template_file, path)
    said: list[str] = []
    assert run_checks(read_settings(database=f"sqlite:///file:{path}?mode=ro&uri=true"), said.append) == 1
    assert any(line.startswith("FAIL  database") for line in said)


@pytest.mark.parametrize("address", ["ftp://host", "http://", "https://", "http:// x", "http://["])
@pytest.mark.parametrize("name", ["telegram_api", "webhook_url"])
def test_an_address_without_a_server_is_refused_by_name(name: str, address: str) -> None:
    with pytest.raises(WrongSetting, match=f"PEBBLE_{name.upper()}: "):
        read_settings(**{name: address})


def test_a_database_that_was_put_back_can_be_stamped_by_hand(template_file: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(template_file, tmp_path / "pebble.db"))
    mark_restored(read_settings(database=f"sqlite:///{path}"), print)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT value FROM facts WHERE name = 'copy'").fetchone() == ("1",)
