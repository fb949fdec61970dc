"""A wrong or missing setting: exit code 78 and one line that names it."""

from pathlib import Path

import pytest

from bot.__main__ import EX_CONFIG, EX_UNAVAILABLE
from bot.people.queries import meet
from bot.speech import Address
from bot.store import Keyring
from tests.fakes import BotApi
from tests.processes.conftest import Start
from tests.processes.pebble import Pebble, free_port

GOOD = {"TELEGRAM_TOKEN": "123456:ABC-DEF", "TELEGRAM_API": "http://127.0.0.1:9"}
WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no token": ({"TELEGRAM_TOKEN": ""}, "PEBBLE_TELEGRAM_TOKEN"),
    "a token that is none": ({"TELEGRAM_TOKEN": "hello"}, "PEBBLE_TELEGRAM_TOKEN"),
    "a database that is no address": ({"DATABASE": "pebble.db"}, "PEBBLE_DATABASE"),
    "a database nobody knows": ({"DATABASE": "mysql://localhost/pebble"}, "PEBBLE_DATABASE"),
    "a database in memory": ({"DATABASE": "sqlite://"}, "PEBBLE_DATABASE"),
    "a database where nobody may write": ({"DATABASE": "sqlite:////proc/pebble/pebble.db"}, "PEBBLE_DATABASE"),
    "a webhook without an address": ({"TELEGRAM_MODE": "webhook", "WEBHOOK_SECRET": "s"}, "PEBBLE_WEBHOOK_URL"),
    "a webhook without a secret": (
        {"TELEGRAM_MODE": "webhook", "WEBHOOK_URL": "https://pebble.example"},
        "PEBBLE_WEBHOOK_SECRET",
    ),
    "a mode nobody knows": ({"TELEGRAM_MODE": "pigeon"}, "PEBBLE_TELEGRAM_MODE"),
    "a port that is a word": ({"WEB_PORT": "http"}, "PEBBLE_WEB_PORT"),
    "a port too high": ({"WEB_PORT": "65536"}, "PEBBLE_WEB_PORT"),
    "a host that is none": ({"WEB_HOST": "no such host"}, "PEBBLE_WEB_HOST"),
    "a log level nobody knows": ({"LOG_LEVEL": "loud"}, "PEBBLE_LOG_LEVEL"),
    "a secret file that is not there": (
        {"TELEGRAM_TOKEN": "", "TELEGRAM_TOKEN_FILE": "/no"},
        "PEBBLE_TELEGRAM_TOKEN_FILE",
    ),
    "secret keys that are none": ({"SECRET_KEYS": "abc"}, "PEBBLE_SECRET_KEYS"),
}


@pytest.mark.parametrize(("wrong", "named"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_is_named_in_one_line(new_pebble: Start, wrong: dict[str, str], named: str) -> None:
    _fails_in_one_line(new_pebble(**GOOD | wrong), named)


def test_a_busy_port_is_named_in_one_line(new_pebble: Start, api: BotApi) -> None:
    _fails_in_one_line(new_pebble(**GOOD | {"WEB_PORT": api.url.rpartition(":")[2]}), "PEBBLE_WEB_PORT")


def test_keys_that_do_not_open_the_database_are_named_before_anybody_is_heard(prepared: Pebble, api: BotApi) -> None:
    with prepared.store() as store:
        store.run_now(lambda tx: meet(tx, Address("telegram", "11"), "en", None))
    prepared.settings["SECRET_KEYS"] = Keyring.new_host_key()
    api.person(11).command("start")
    _fails_in_one_line(prepared, "PEBBLE_SECRET_KEYS")
    assert len(api.pending) == 1


def test_a_postgresql_that_is_not_there_is_named_in_one_line(new_pebble: Start) -> None:
    address = f"postgresql://pebble@127.0.0.1:{free_port()}/pebble"
    _fails_in_one_line(new_pebble(**GOOD, DATABASE=address), "PEBBLE_DATABASE", EX_UNAVAILABLE)


def test_a_folder_in_the_place_of_the_database_is_named_in_one_line(new_pebble: Start, tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    pebble = new_pebble(**GOOD, DATABASE=f"sqlite:///{tmp_path}/folder.db")
    _fails_in_one_line(pebble, "PEBBLE_DATABASE", EX_UNAVAILABLE)


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(new_pebble: Start) -> None:
    pebble = new_pebble(**GOOD)
    pebble.data.mkdir()
    (pebble.data / "pebble.db").write_bytes(b"Dear diary, " * 1000)
    _fails_in_one_line(pebble, "PEBBLE_DATABASE", EX_UNAVAILABLE)
    assert (pebble.data / "pebble.db").read_bytes() == b"Dear diary, " * 1000


def _fails_in_one_line(pebble: Pebble, named: str, code: int = EX_CONFIG) -> None:
    done = pebble.run("run")
    assert done.returncode == code, done.stderr
    # A first start may also have logged that it made the key file.
    said = [line for line in done.stderr.splitlines() if "secret_key_made" not in line]
    assert len(said) == 1, done.stderr
    assert said[0].startswith(f"pebble: {named}: "), done.stderr
    assert done.stdout == ""
