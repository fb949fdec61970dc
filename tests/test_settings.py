"""Settings: the environment, secrets also from files, and a line that names what is wrong."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.settings import PREFIX, ROLES, SECRETS, Settings, WrongSetting, read_settings

ROOT = Path(__file__).resolve().parents[1]
CANARY = "canary-7fb1"
GIVEN: dict[str, tuple[str, Any]] = {
    "telegram_token": (f"123456:{CANARY}", f"123456:{CANARY}"),
    "telegram_api": ("http://127.0.0.1:8081/", "http://127.0.0.1:8081"),
    "telegram_mode": ("Webhook", "webhook"),
    "discord_token": (f"MTA0.a-b_c.{CANARY}", f"MTA0.a-b_c.{CANARY}"),
    "discord_api": ("http://127.0.0.1:8082/api/v10/", "http://127.0.0.1:8082/api/v10"),
    "webhook_url": ("https://pebble.example/", "https://pebble.example"),
    "webhook_secret": (CANARY, CANARY),
    "database": (f"postgresql://me:{CANARY}@db/pebble", f"postgresql://me:{CANARY}@db/pebble"),
    "secret_keys": (CANARY, CANARY),
    "person_keys": (f"postgresql://me:{CANARY}@db/keys", f"postgresql://me:{CANARY}@db/keys"),
    "web_host": ("0.0.0.0", "0.0.0.0"),
    "web_port": ("8443", 8443),
    "telegram_per_second": ("250", 250),
    "web_chat": ("true", True),
    "web_url": ("https://chat.pebble.example/", "https://chat.pebble.example"),
    "migrate": ("no", False),
    "catalogue_folder": (str(ROOT), ROOT),
    "log_level": ("DEBUG", "debug"),
    "log_format": ("json", "json"),
}
WRONG = {
    "telegram_token": [CANARY, ":", f"12345:{CANARY} x", f"{CANARY}:abc"],
    "telegram_api": [CANARY, "ftp://x", "api.telegram.org"],
    "telegram_mode": [CANARY],
    "discord_token": [CANARY, "a.b", f"a.b.{CANARY} x", f"a..{CANARY}", f"a.b.c.{CANARY}"],
    "discord_api": [CANARY, "ftp://x", "discord.com"],
    "webhook_url": [CANARY, "pebble.example"],
    "webhook_secret": [f"{CANARY} ", f"{CANARY}ü", "x" * 257],
    "web_port": [CANARY, "-1", "65536", "80.5"],
    "telegram_per_second": [CANARY, "0", "1001", "30.5"],
    "web_chat": [CANARY],
    "web_url": [CANARY, "chat.pebble.example"],
    "migrate": [CANARY],
    "catalogue_folder": [CANARY, __file__],
    "log_level": [CANARY],
    "log_format": ["xml"],
}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own settings out."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def test_this_table_knows_every_setting() -> None:
    assert set(GIVEN) == set(Settings.model_fields)


@pytest.mark.parametrize("name", GIVEN)
def test_each_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    written, meant = GIVEN[name]
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", written)
    assert _plain(getattr(read_settings(), name)) == meant


@pytest.mark.parametrize("name", SECRETS)
def test_each_secret_is_read_from_a_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(GIVEN[name][0] + "\n", encoding="utf-8")
    monkeypatch.setenv(f"{PREFIX}{name.upper()}_FILE", str(file))
    assert _plain(getattr(read_settings(), name)) == GIVEN[name][1]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secrets_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path / "missing", tmp_path, tmp_path / "bytes"):
        monkeypatch.setenv(f"{PREFIX}{name.upper()}_FILE", str(file))
        with pytest.raises(WrongSetting, match=f"^{PREFIX}{name.upper()}_FILE: "):
            read_settings()


def test_a_wrong_value_in_a_file_is_named_without_being_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(CANARY)
    monkeypatch.setenv(f"{PREFIX}TELEGRAM_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(WrongSetting, match=f"^{PREFIX}TELEGRAM_TOKEN: ") as caught:
        read_settings()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_named_in_one_line_that_does_not_repeat_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    with pytest.raises(WrongSetting) as caught:
        read_settings()
    line = str(caught.value)
    assert line.startswith(f"{PREFIX}{name.upper()}: ")
    assert "\n" not in line
    assert CANARY not in line
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("missing", ["webhook_url", "webhook_secret"])
def test_a_webhook_needs_its_address_and_its_secret(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name in {"telegram_token", "telegram_mode", "webhook_url", "webhook_secret"} - {missing}:
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", GIVEN[name][0])
    with pytest.raises(WrongSetting, match=f"^{PREFIX}{missing.upper()}: "):
        read_settings()


def test_an_empty_setting_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN:
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", "")
    assert read_settings() == Settings()


def test_no_secret_shows_when_the_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", GIVEN[name][0])
    settings = read_settings()
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert CANARY not in shown


def test_settings_stay_as_they_are() -> None:
    with pytest.raises(ValueError):
        read_settings().web_port = 1  # type: ignore[misc]


def test_the_example_lists_exactly_the_settings() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(rf"^#?\s?{PREFIX}([A-Z_]+)=", example, re.MULTILINE)
    files = {f"{name.upper()}_FILE" for name in SECRETS}
    assert sorted(set(listed) - files) == sorted(name.upper() for name in Settings.model_fields)


def test_the_readme_has_a_row_for_each_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(rf"^\| `{PREFIX}([A-Z_]+)`( \*)? \|", readme, re.MULTILINE))
    assert sorted(rows) == sorted(name.upper() for name in Settings.model_fields)
    assert {name.lower() for name, star in rows.items() if star} == set(SECRETS)


def test_the_example_with_several_processes_names_settings_that_there_are() -> None:
    example = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    named = set(re.findall(rf"^ +{PREFIX}([A-Z_]+):", example, re.MULTILINE))
    assert named
    assert named <= {name.upper() for name in Settings.model_fields} | {f"{name.upper()}_FILE" for name in SECRETS}
    chosen = re.findall(r"""--only, "?([a-z,]+)""", example)
    assert len(chosen) == 3
    for roles in chosen:
        assert set(roles.split(",")) <= set(ROLES)


def test_the_image_sets_nothing_that_a_host_may_give_as_a_file() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    preset = {name.lower() for name in re.findall(rf"^(?:ENV| ) +{PREFIX}([A-Z_]+)=", image, re.MULTILINE)}
    assert "web_host" in preset
    assert preset <= set(Settings.model_fields)
    assert not preset & set(SECRETS)  # the plain one would count
