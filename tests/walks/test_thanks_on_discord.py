"""Thanks on Discord: between two people in a server who let nobody write to them, and in private."""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.flows.book import BOOK, MENU
from bot.store import Keyring, Store
from bot.texts import Voice
from tests.chats.telegram_door import until
from tests.fakes import DiscordApi, DiscordPerson
from tests.kit.databases import KEY
from tests.kit.discord import DiscordHouse, RealInstants, discord_house
from tests.kit.thanks import CODE

SENTENCE = "I like how you let me finish what I say."
OF_THANKS = ("thanks", "ripple", "people", "accept", "link", "unlink")
SERVER = 1


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


async def fill(house: DiscordHouse, person: DiscordPerson, asked: str, words: str) -> None:
    """Open the form under a question and send words off with it."""
    person.click("✍️ Write it", await house.says(asked, person))
    await until(lambda: person.modal)
    person.submit(words)


async def test_in_a_server_with_closed_messages_a_sentence_goes_from_one_to_the_other(
    house: DiscordHouse, api: DiscordApi
) -> None:
    ann, bea = house.ann, api.person(12, zone="Europe/Berlin")
    for person in (ann, bea):
        person.close_dms()
    ann.slash("thanks", guild=SERVER)
    await fill(house, ann, "What do you call them?", "Bea")
    await fill(house, ann, "One sentence for Bea", SENTENCE)
    await fill(house, ann, "Which name shall they see?", "Ann")
    ann.click("Send", await house.says("This is how Bea will see it"))
    invitation = await house.says("Your sentence waits for Bea.")
    assert "Discord: https://discord.com/oauth2/authorize?client_id=" in invitation.text
    code = CODE.search(invitation.text)
    assert code is not None
    bea.slash("accept", {"code": code[1]}, guild=SERVER)
    bea.click("Accept", await house.says("Ann has a sentence of thanks for you.", bea))
    letter = await house.says(SENTENCE, bea)
    await house.says("That is all there is to do.", bea)
    bea.click("You made my day", letter)
    await until(lambda: "✓ You made my day" in letter.text)
    bea.click("Pass it on", letter)
    asked = await house.says("Who shall it go on to?", bea)
    bea.click("Somebody new", asked)
    await fill(house, bea, "What do you call them?", "Carl")
    await house.says("One sentence for Carl", bea)
    ann.slash("ripple", guild=SERVER)
    ripple = await house.says("Your thanks reached 1 person")
    assert all(said.ephemeral for person in (ann, bea) for said in person.seen)
    assert ripple.text.count(SENTENCE) == 1
    assert (ann.failed, bea.failed, house.skipped, api.errors) == ([], [], [], [])


async def test_people_and_link_are_answered_in_a_server_too(house: DiscordHouse, api: DiscordApi) -> None:
    bea = api.person(12, zone="Europe/Berlin")
    house.ann.slash("link", guild=SERVER)
    told = await house.says("Two chats with me, one you.")
    code = re.search(r"/link (\S+)", told.text)
    assert code is not None
    bea.slash("link", {"code": code[1]}, guild=SERVER)
    await house.says("Join this chat with the other one (Discord)", bea)
    house.ann.slash("people", guild=SERVER)
    await house.says("Nobody is here yet.")
    house.ann.slash("unlink", guild=SERVER)
    await house.says("This chat stands by itself.")
    assert all(said.ephemeral for said in house.ann.seen)


@pytest.mark.parametrize("name", OF_THANKS)
def test_the_commands_of_thanks_are_in_the_menu_with_words_in_both_languages(name: str) -> None:
    command, german = BOOK.commands[name], Voice.of("de")
    assert name in MENU
    assert command.word == f"/{name}"
    assert german.say(command.word) != command.word
    assert len(command.description) <= 100
    assert len(german.say(command.description)) <= 100
    assert (command.option is not None) == (name in ("accept", "link"))


def test_no_two_commands_have_the_same_word_in_any_language() -> None:
    for language in ("en", "de"):
        words = [Voice.of(language).say(BOOK.commands[name].word) for name in MENU]
        assert all(words)
        assert len(set(words)) == len(words), language
