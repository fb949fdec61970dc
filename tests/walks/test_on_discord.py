"""Whole journeys on Discord: over the gateway and REST of the strict fake."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Keyring, Store
from tests.fakes import DiscordApi
from tests.kit.databases import KEY
from tests.kit.discord import RealInstants, discord_house


@pytest.fixture
def api() -> Iterator[DiscordApi]:
    """Discord, with nobody there yet."""
    with DiscordApi() as api:
        yield api


@pytest.fixture
def store(template_file: Path, tmp_path: Path, api: DiscordApi) -> Iterator[Store]:
    """A database that outlives the Pebbles of a test."""
    path = tmp_path / "pebble.db"
    shutil.copy(template_file, path)
    opened = Store(f"sqlite:///{path}", RealInstants(api.world.now), Keyring([KEY]))
    yield opened
    opened.close()


async def test_the_first_two_minutes_need_four_taps(store: Store, api: DiscordApi) -> None:
    async with discord_house(store, api) as house:
        await house.sign_up()
        assert house.ann.failed == []
        assert house.skipped == []
        assert [said.text.partition("\n")[0] for said in house.ann.inbox][2:] == [
            "About what time (weekdays)? Or type it: “weekdays 8:30”.",
            "Is it 9:00 where you are?",
            # As a clock in Berlin shows it, for the zone was guessed and she said yes to it.
            "Set: 19 November 2026 09:30, 20 November 2026 09:30, 23 November 2026 09:30.",
            "Good. I’ll be there at the time you chose. 🌱",
        ]


async def test_in_a_server_one_line_leads_to_the_private_chat(store: Store, api: DiscordApi) -> None:
    async with discord_house(store, api) as house:
        await house.menu()
        house.ann.slash("start", guild=1)
        await house.says("Shall we go on in private?")
        assert [said.ephemeral for said in house.ann.seen] == [True]
        house.ann.click("In private")
        asked = await house.says("Pick one")
        assert not asked.ephemeral
        house.ann.click("One slow breath")
        assert not (await house.says("ride along")).ephemeral


async def test_where_private_messages_are_closed_sign_up_goes_on_where_only_its_person_sees_it(
    store: Store, api: DiscordApi
) -> None:
    async with discord_house(store, api) as house:
        await house.menu()
        house.ann.close_dms()
        house.ann.slash("start", guild=1)
        await house.says("Shall we go on in private?")
        house.ann.click("In private")
        await house.says("Pick one")
        house.ann.click("One slow breath")
        await house.says("ride along")
        await house.says("wait until that is open")
        house.ann.click("☕ Coffee")
        house.ann.click("✍️ Write it", await house.says("About what time"))
        await house.form()
        house.ann.submit({"field:0": ["on weekdays"], "field:1": "9:15"})
        await house.says("where you are")
        house.ann.click("Yes")
        done = await house.says("on weekdays at 9:15")
        assert all(said.ephemeral for said in house.ann.seen)
        assert "Set: 18 November 2026 10:15" in done.text
        assert len(api.calls_of("POST", "/channels/*/messages")) == 1, "a closed chat is tried once"
