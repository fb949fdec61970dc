"""What people do in Discord reaches the door once and in order, and one odd event holds nobody up."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import TryLater
from bot.speech import Address, File, Incoming, Kind, Outgoing
from tests.chats.discord_door import ANN, ROWS, DiscordDoor, listening
from tests.chats.telegram_door import until
from tests.fakes import DiscordApi, DiscordPerson
from tests.fakes.discord_world import GUILD_CHANNEL, User


@pytest.fixture
async def api() -> AsyncIterator[DiscordApi]:
    async with DiscordApi() as api:
        yield api
        assert api.errors == []


@pytest.fixture
def ann(api: DiscordApi) -> DiscordPerson:
    return api.person(11, locale="de")


@pytest.fixture
def door() -> DiscordDoor:
    return DiscordDoor()


def push_message(api: DiscordApi, author: User, channel: int, text: str, event: str = "MESSAGE_CREATE") -> None:
    """An event about a message, whoever asked for it."""
    with api.world.changed:
        message = api.world.add(api.world.channels[channel], author, content=text)
        api.push(event, api.world.json(message))


async def test_what_people_write_and_send_is_heard(api: DiscordApi, ann: DiscordPerson, door: DiscordDoor) -> None:
    async with listening(api, door):
        ann.write("my words")
        ann.write("/Now a Minute\nplease")
        ann.write("@everyone hi", reply_to=ann.write("first"))
        voice = ann.send_voice(41.6)
        photo = ann.send_photo("the sea")
        ann.send_sticker()
        await until(lambda: len(door.heard) == 7)
    heard = [(incoming.kind, incoming.text, incoming.rest) for incoming in door.heard]
    assert heard == [
        (Kind.TEXT, "my words", ""),
        (Kind.COMMAND, "now", "a Minute\nplease"),
        (Kind.TEXT, "first", ""),
        (Kind.TEXT, "@everyone hi", ""),
        (Kind.VOICE, "", ""),
        (Kind.PHOTO, "the sea", ""),
        (Kind.OTHER, "", ""),
    ]
    place = ann.channel.id
    assert door.heard[4].file == File("discord", "voice", f"{place}.{voice.id}", 42)
    assert door.heard[5].file == File("discord", "photo", f"{place}.{photo.id}")
    assert {(incoming.address, incoming.aside, incoming.via) for incoming in door.heard} == {(ANN, False, "")}
    assert door.heard[4].cursor == f"{place}.{voice.id}"


async def test_an_audio_file_is_a_voice_note_and_any_other_file_nothing_that_can_be_read(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    async with listening(api, door):
        ann._say(attachments=[ann._file("song.mp3", b"ID3", "audio/mpeg", {})])
        ann._say(attachments=[ann._file("a.pdf", b"%PDF", "application/pdf", {})])
        ann._say(content="look", attachments=[ann._file("a.pdf", b"%PDF", "application/pdf", {})])
        await until(lambda: len(door.heard) == 3)
    assert [(incoming.kind, incoming.text) for incoming in door.heard] == [
        (Kind.VOICE, ""),
        (Kind.OTHER, ""),
        (Kind.TEXT, "look"),
    ]
    assert door.heard[0].file
    assert door.heard[0].file.seconds is None


async def test_bots_servers_edits_and_service_messages_are_not_for_pebble(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    home = ann.channel.id
    async with listening(api, door):
        push_message(api, User(99, "Robot", bot=True), home, "beep")
        push_message(api, api.world.bot, home, "it is I")
        push_message(api, ann.user, GUILD_CHANNEL, "dinner?")
        push_message(api, ann.user, home, "corrected", "MESSAGE_UPDATE")
        with api.world.changed:
            pinned = api.world.add(ann.channel, ann.user, content="", extra={"type": 6})
            api.push("MESSAGE_CREATE", api.world.json(pinned))
        ann.write("end")
        await until(lambda: door.heard)
    assert door.texts == ["end"]
    assert door.skipped == []


async def test_a_tap_names_its_message_and_the_language_stays_known(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    async with listening(api, door) as chat:
        receipt = await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
        ann.click("Did it")
        await until(lambda: door.heard)
        ann.write("danke")
        await until(lambda: len(door.heard) == 2)
    tapped, written = door.heard
    assert (tapped.kind, tapped.text, tapped.message) == (Kind.TAP, "1:did:9:", receipt.message)
    assert (tapped.language, written.language) == ("de", "de")
    assert (tapped.aside, tapped.via) == (False, "")
    assert tapped.cursor.partition(".")[0] == str(ann.channel.id)
    assert ann.failed == []


@pytest.mark.parametrize(
    "payload", ["1:did:99:", "0:old:1:", "9:from:1:tomorrow", "custom", "x" * 100, "list:9", "1:did:9"]
)
async def test_a_button_that_is_forged_old_or_gone_reaches_the_door_and_is_answered(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor, payload: str
) -> None:
    async with listening(api, door) as chat:
        await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
        door.toast = "That button has done its part."
        tapped = ann.click(payload, forge=True)
        await api.wait_for_async(lambda: tapped.answer)
    assert [(incoming.kind, incoming.text) for incoming in door.heard] == [(Kind.TAP, payload)]


async def test_another_persons_tap_comes_under_their_own_name(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    async with listening(api, door) as chat:
        await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
        api.person(12, name="Ben").click("1:did:9:", ann.newest, forge=True)
        await until(lambda: door.heard)
    assert door.heard[0].address == Address("discord", "12")


async def test_one_person_is_heard_in_order_while_others_go_on(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    slow, failures = asyncio.Event(), iter([True, True])

    async def hold(incoming: Incoming) -> None:
        if incoming.address == ANN and incoming.text == "0":
            await slow.wait()
            if next(failures, False):
                raise TryLater("busy")

    door.before = hold
    ben = api.person(12, name="Ben")
    async with listening(api, door):
        for number in range(5):
            ann.write(str(number))
            ben.write(str(number))
        await until(lambda: len(door.heard) == 5)
        assert {incoming.address.chat for incoming in door.heard} == {"12"}
        slow.set()
        await until(lambda: len(door.heard) == 10)
    for person in ("11", "12"):
        own = [incoming.text for incoming in door.heard if incoming.address.chat == person]
        assert own == ["0", "1", "2", "3", "4"]


async def test_taps_commands_and_words_that_come_in_one_burst_keep_their_order(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    async with listening(api, door) as chat:
        await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
        await api.wait_for_async(lambda: api.commands)
        api.gateway.resumable = True
        api.cut()
        ann.write("one")
        ann.click("Did it")
        ann.write("two")
        ann.slash("now")
        ann.click("Later")
        ann.write("three")
        await api.wait_for_async(lambda: api.gateway.resumed)
        await until(lambda: len(door.heard) == 6)
    assert door.texts == ["one", "1:did:9:", "two", "now", "1:later:9:", "three"]


async def test_what_could_not_be_stored_is_offered_again_until_it_is(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    failures = iter([True] * 3)

    async def away(_incoming: Incoming) -> None:
        if next(failures, False):
            raise TryLater("the database is away")

    door.before = away
    async with listening(api, door):
        ann.write("patience")
        ann.write("more")
        await until(lambda: len(door.heard) == 2)
    assert door.texts == ["patience", "more"]
    assert len(door.offered) == 5


async def test_a_stop_finishes_what_is_under_way_and_takes_nothing_new(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    began, going = asyncio.Event(), asyncio.Event()

    async def slow(_incoming: Incoming) -> None:
        began.set()
        await going.wait()

    door.before = slow
    async with listening(api, door) as chat:
        ann.write("hello")
        await began.wait()
        stopping = asyncio.create_task(chat.stop())
        await asyncio.sleep(0)
        ann.write("too late")
        going.set()
        await stopping
    assert door.texts == ["hello"]
    assert len(door.offered) == 1
