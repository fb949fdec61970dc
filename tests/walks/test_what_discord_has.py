"""What Discord has of its own and Telegram has not, or has otherwise: over the strict fake."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.chats import discord_intake
from bot.speech import Address, Outgoing
from bot.store import Keyring, Store
from tests.chats.telegram_door import until
from tests.fakes import DiscordApi, DiscordTooMany
from tests.kit.bell import DAY
from tests.kit.databases import KEY
from tests.kit.discord import DiscordHouse, RealInstants, discord_house


@pytest.fixture
def api() -> Iterator[DiscordApi]:
    """Discord, with nobody there yet."""
    with DiscordApi() as api:
        yield api


@pytest.fixture
async def house(template_file: Path, tmp_path: Path, api: DiscordApi) -> AsyncIterator[DiscordHouse]:
    """Pebble on Discord, which knows the commands by now."""
    path = tmp_path / "pebble.db"
    shutil.copy(template_file, path)
    store = Store(f"sqlite:///{path}", RealInstants(api.world.now), Keyring([KEY]))
    async with discord_house(store, api) as house:
        await house.menu()
        yield house
    store.close()


async def test_commands_have_names_and_lines_in_german_too(house: DiscordHouse, api: DiscordApi) -> None:
    commands = {command["name"]: command for command in api.commands}
    assert {"start", "now", "nudges", "plan", "add", "moments", "zone", "pause", "resume", "help"} <= set(commands)
    now = commands["now"]
    assert now["name_localizations"]["de"] == "jetzt"
    assert now["description_localizations"]["de"]
    assert now["options"][0]["name_localizations"]["de"]


async def test_commands_come_to_servers_and_to_people_and_work_everywhere(house: DiscordHouse, api: DiscordApi) -> None:
    for command in api.commands:
        assert sorted(command["integration_types"]) == [0, 1], "to a server, and to oneself"
        assert sorted(command["contexts"]) == [0, 1, 2], "in a server, with Pebble, and with others"


async def test_a_command_in_a_chat_with_others_is_answered_for_one_pair_of_eyes(
    house: DiscordHouse, api: DiscordApi
) -> None:
    bea = api.person(12, installed=True)
    bea.slash("help", context=2)
    await house.says("I nudge you at the times you chose.", bea)
    assert all(said.ephemeral for said in bea.seen)


async def test_a_voice_note_is_an_answer_and_is_shown_again_by_a_reply_to_it(house: DiscordHouse) -> None:
    house.ann.slash("now", {"practice": "Evening joy"})
    await house.says("✨")
    count = len(house.ann.inbox)
    note = house.ann.send_voice(42)
    await until(lambda: len(house.ann.inbox) > count)
    assert await shown_again(house) == note.id


async def test_a_photo_is_an_answer_and_is_shown_again_by_a_reply_to_it(house: DiscordHouse) -> None:
    house.ann.slash("now", {"practice": "Evening joy"})
    await house.says("✨")
    count = len(house.ann.inbox)
    photo = house.ann.send_photo("the sea")
    await until(lambda: len(house.ann.inbox) > count)
    assert await shown_again(house) == photo.id


async def test_a_note_that_a_slash_command_brings_back_is_replied_to_as_well(house: DiscordHouse) -> None:
    house.ann.slash("now", {"practice": "Evening joy"})
    await house.says("✨")
    count = len(house.ann.inbox)
    note = house.ann.send_voice(42)
    await until(lambda: len(house.ann.inbox) > count)
    house.ann.slash("jar")
    await until(lambda: house.ann.newest.reply_to == note.id)
    await until(lambda: not house.ann.thinking)
    house.ann.slash("jar", guild=1)
    await house.says(f"https://discord.com/channels/@me/{house.ann.channel.id}/{note.id}")


async def shown_again(house: DiscordHouse) -> int | None:
    """Open the newest entry of what was kept, and return which message it replies to."""
    house.ann.slash("moments")
    await until(lambda: "1" in [label for row in house.ann.newest.buttons for label, _ in row])
    house.ann.click("1", house.ann.newest)
    await until(lambda: house.ann.newest.reply_to)
    return house.ann.newest.reply_to


async def test_the_calendar_comes_as_a_file(house: DiscordHouse) -> None:
    await house.sign_up()
    house.ann.slash("calendar")
    await until(lambda: house.ann.newest.attachments)
    (file,) = house.ann.newest.attachments
    assert file.filename.endswith(".ics")
    assert b"BEGIN:VCALENDAR" in file.content


async def test_a_nudge_makes_no_sound_and_an_answer_does(house: DiscordHouse) -> None:
    await house.sign_up()
    await house.pass_to(house.clock.now() + DAY)
    nudge = await house.says("After your coffee")
    assert nudge.silent
    house.ann.click("Calmer", nudge)
    answer = await house.says("now?", after=nudge)
    assert not answer.silent


async def test_a_message_that_is_sent_once_more_within_minutes_stands_there_once(
    house: DiscordHouse, api: DiscordApi
) -> None:
    house.ann.write("hello")
    await until(lambda: house.ann.inbox)
    first = await house.chat.send(Address("discord", "11"), Outgoing("Only once."), nonce=4711)
    again = await house.chat.send(Address("discord", "11"), Outgoing("Only once."), nonce=4711)
    assert first == again
    assert [said.text for said in house.ann.inbox].count("Only once.") == 1


async def test_a_pause_that_discord_asks_for_is_kept_and_nothing_is_lost(house: DiscordHouse, api: DiscordApi) -> None:
    house.ann.write("hello")
    await until(lambda: house.ann.inbox)
    api.fail("POST", "/channels/*/messages", how=DiscordTooMany(0.2))
    house.ann.write("/help")
    await house.says("I nudge you at the times you chose.")
    assert api.calls_inside_pause == 0


async def test_a_commit_that_takes_long_is_deferred_first_and_answered_after_all(
    house: DiscordHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord_intake, "PATIENCE", 0.05)
    free = threading.Event()
    holding = asyncio.create_task(house.store.run(lambda tx: free.wait(5)))
    house.ann.slash("help")
    await until(lambda: house.ann.thinking)
    free.set()
    await holding
    await house.says("I nudge you at the times you chose.")
    assert (house.ann.thinking, house.ann.failed) == ([], [])
