"""The menu of slash commands as Discord gets it, what comes of a command, and what is offered while one is typed."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import slash_menu
from bot.door import Door
from bot.errors import TryLater
from bot.flows.book import BOOK, MENU
from bot.speech import Incoming, Kind, Shown
from bot.store import Keyring, Store
from bot.texts import Voice
from tests.chats.discord_door import DiscordDoor, listening
from tests.chats.telegram_door import until
from tests.fakes import Broken, DiscordApi, DiscordPerson, DiscordRefused
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.talk import CATALOGUE

PUT = ("PUT", "/applications/*/commands")
OPTIONS = {name: option for name in MENU if (option := BOOK.commands[name].option)}
SUGGESTING = [(name, option.name) for name, option in OPTIONS.items() if option.suggest]


@pytest.fixture
async def api() -> AsyncIterator[DiscordApi]:
    async with DiscordApi() as api:
        api.person(11)
        yield api
        assert api.errors == []


@pytest.fixture
def ann(api: DiscordApi) -> DiscordPerson:
    return api.person(11)


@pytest.fixture
def store(template_file: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "pebble.db"
    shutil.copy(template_file, path)
    opened = Store(f"sqlite:///{path}", HandClock(), Keyring([KEY]))
    yield opened
    opened.close()


class WholeDoor(DiscordDoor):
    """What is typed is completed by the real door; all else is only noted."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.real = Door(store, CATALOGUE)

    async def receive(self, incoming: Incoming) -> Shown:
        if incoming.kind is Kind.ASKS:
            return await self.real.receive(incoming)
        return await super().receive(incoming)


async def test_every_command_of_the_menu_is_told_in_both_languages(api: DiscordApi) -> None:
    async with listening(api, DiscordDoor(), menu=slash_menu()):
        await api.wait_for_async(lambda: api.commands)
    body = {command["name"]: command for command in api.calls_of(*PUT)[0].body}
    assert list(body) == list(MENU)
    german = Voice.of("de")
    for name, told in body.items():
        command = BOOK.commands[name]
        assert told["description"] == command.description
        word = german.say(command.word).removeprefix("/")
        assert told.get("name_localizations", {}).get("de", name) == word
        assert told["description_localizations"]["de"] == german.say(command.description)[:100]
        assert set(told.get("name_localizations") or {}) <= {"de"}
        assert set(told["description_localizations"]) == {"de"}
        assert (told["contexts"], told["integration_types"]) == ([0, 1, 2], [0, 1])
        assert bool(told["options"]) == (name in OPTIONS)
    assert any(told["name_localizations"] for told in body.values())


async def test_an_option_has_a_german_name_and_is_never_required(api: DiscordApi) -> None:
    async with listening(api, DiscordDoor(), menu=slash_menu()):
        await api.wait_for_async(lambda: api.commands)
    options = {each["name"]: each["options"] for each in api.commands if each["options"]}
    assert set(options) == set(OPTIONS)
    (city,) = options["zone"]
    assert (city["name"], city["type"], city["required"], city["autocomplete"]) == ("city", 3, False, True)
    assert city["name_localizations"] == {"de": "ort"}
    assert city["description_localizations"]["de"]


async def test_the_menu_is_told_as_often_as_it_takes_but_not_when_it_is_wrong(
    api: DiscordApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chats.discord_line.NETWORK", (0.01, 0.01))
    api.fail(*PUT, how=Broken(503))
    async with listening(api, DiscordDoor()):
        await api.wait_for_async(lambda: api.commands)
    api.fail(*PUT, times=9, how=DiscordRefused(400, 50035, "Invalid Form Body"))
    async with listening(api, DiscordDoor()) as chat:
        await api.wait_for_async(lambda: len(api.calls_of(*PUT)) == 3)
        assert chat.trouble() is None
    assert len(api.calls_of(*PUT)) == 3


@pytest.mark.parametrize(
    ("name", "options", "rest"), [("now", {}, ""), ("zone", {"city": "São Paulo"}, "São Paulo"), ("zone", {}, "")]
)
async def test_a_command_comes_by_its_english_name_with_what_was_given(
    api: DiscordApi, name: str, options: dict[str, Any], rest: str
) -> None:
    door, ann = DiscordDoor(), api.person(14, locale="de")
    async with listening(api, door, menu=slash_menu()):
        await api.wait_for_async(lambda: api.commands)
        used = ann.slash(name, options)
        await api.wait_for_async(lambda: used.answer)
    heard = door.heard[0]
    assert (heard.kind, heard.text, heard.rest, heard.language) == (Kind.COMMAND, name, rest, "de")
    assert (heard.aside, heard.via.partition(".")[0]) == (False, "0")
    assert heard.cursor


@pytest.mark.parametrize("change", [{"name": "meditate"}, {"options": [{"name": "old", "type": 3, "value": "tea"}]}])
async def test_a_command_of_an_older_menu_reaches_the_door(
    api: DiscordApi, ann: DiscordPerson, change: dict[str, Any]
) -> None:
    door = DiscordDoor()
    async with listening(api, door, menu=slash_menu()):
        await api.wait_for_async(lambda: api.commands)
        event = ann.slash("now").event
        await until(lambda: door.heard)
        api.push("INTERACTION_CREATE", event | {"id": "5", "data": event["data"] | change})
        await until(lambda: len(door.heard) == 2)
    assert door.heard[1].text == change.get("name", "now")
    assert door.heard[1].kind is Kind.COMMAND


@pytest.mark.parametrize(
    ("command", "option", "typed", "wanted"),
    [
        ("add", "practice", "breath", "One slow breath"),
        ("now", "practice", "BREATH", "One slow breath"),
        ("zone", "city", "Berl", "Europe/Berlin"),
        ("zone", "city", "são pau", "America/Sao_Paulo"),
    ],
)
async def test_a_stranger_is_offered_what_could_be_meant(
    api: DiscordApi, ann: DiscordPerson, store: Store, command: str, option: str, typed: str, wanted: str
) -> None:
    async with listening(api, WholeDoor(store), menu=slash_menu()):
        await api.wait_for_async(lambda: api.commands)
        ann.slash(command, {option: typed}, focused=option)
        await api.wait_for_async(lambda: ann.choices)
    assert wanted in [value for _, value in ann.choices]


@pytest.mark.parametrize(("command", "option"), SUGGESTING)
@pytest.mark.parametrize("typed", ["", "s", "x" * 90, "‮\ud7ff{0}"])
async def test_never_more_is_offered_than_discord_takes(
    api: DiscordApi, ann: DiscordPerson, store: Store, command: str, option: str, typed: str
) -> None:
    async with listening(api, WholeDoor(store), menu=slash_menu()):
        await api.wait_for_async(lambda: api.commands)
        asked = ann.slash(command, {option: typed}, focused=option)
        await api.wait_for_async(lambda: asked.choices is not None or asked.answer is not None)
    assert len(ann.choices) <= 25
    assert all(len(label) <= 100 and len(str(value)) <= 100 for label, value in ann.choices)


async def test_long_choices_are_cut_and_a_database_that_is_away_offers_none(
    api: DiscordApi, ann: DiscordPerson
) -> None:
    door = DiscordDoor()
    door.shown = Shown(choices=(("x" * 200, "y" * 200),))
    async with listening(api, door, menu=slash_menu()):
        await api.wait_for_async(lambda: api.commands)
        ann.slash("zone", {"city": "x"}, focused="city")
        await api.wait_for_async(lambda: ann.choices)
        assert [(len(label), len(value)) for label, value in ann.choices] == [(100, 100)]

        async def away(_incoming: Incoming) -> None:
            raise TryLater("away")

        door.before = away
        asked = ann.slash("zone", {"city": "xy"}, focused="city")
        await api.wait_for_async(lambda: asked.choices == [])
        door.before = None
        ann.write("not held up")
        await until(lambda: door.texts[-1] == "not held up")
