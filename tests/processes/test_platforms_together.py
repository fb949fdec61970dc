"""One process on Telegram, on Discord and on the local page."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.store.tables import addresses
from tests.fakes import BotApi, DiscordApi
from tests.processes.conftest import Start
from tests.processes.pebble import Pebble, telegram, until


@pytest.fixture
def discord() -> Iterator[DiscordApi]:
    """A Discord that outlives the process."""
    with DiscordApi() as running:
        yield running


@pytest.fixture
def both(new_pebble: Start, api: BotApi, discord: DiscordApi) -> Pebble:
    """A Pebble with both tokens, and with the page."""
    settings = {"DISCORD_TOKEN": discord.token, "DISCORD_API": f"{discord.url}/api/v10", "WEB_CHAT": "true"}
    return new_pebble(**telegram(api), **settings)


def test_one_process_serves_telegram_discord_and_the_page(both: Pebble, api: BotApi, discord: DiscordApi) -> None:
    both.start()
    until(lambda: discord.commands, 20, "the menu on Discord")
    ann, bea = api.person(21), discord.person(31)
    ann.command("start")
    bea.slash("start")
    ann.wait_for("Pick one")
    bea.wait_for("Pick one")
    status, page = both.get("/")
    assert (status, "Pebble" in page) == (200, True)
    assert both.terminate() == 0
    with both.store() as store:
        rows = store.run_now(lambda tx: list(tx.connection.execute(select(addresses.c.platform, addresses.c.chat))))
    assert sorted(tuple(row) for row in rows) == [("discord", "31"), ("telegram", "21")]


def test_each_platform_has_its_link(both: Pebble, api: BotApi) -> None:
    told = both.run("invite")
    assert told.returncode == 0, told.stderr
    on_telegram, on_discord = told.stdout.splitlines()
    assert on_telegram.startswith("Telegram: https://t.me/")
    assert on_discord.startswith("Discord: https://discord.com/oauth2/authorize?client_id=")
    assert "permissions=0" in on_discord


def test_without_a_token_there_is_nowhere_to_invite_to(new_pebble: Start) -> None:
    told = new_pebble().run("invite")
    assert (told.returncode, told.stdout.startswith("No token is set")) == (1, True)
