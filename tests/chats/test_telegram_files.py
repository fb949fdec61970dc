"""Voice notes and photos on Telegram: kept by their id there, shown again by it, never fetched."""

from collections.abc import AsyncIterator

import pytest

from bot.chats.telegram import TelegramChat
from bot.errors import InDoubt, Refused
from bot.outbox.handout import handout_for
from bot.outbox.pump import Pump
from bot.speech import Address, File, Incoming, Kind, Op, Outgoing, Receipt, Shown
from tests.chats.telegram_door import Door, listening, telegram, until
from tests.fakes import BotApi, Cut
from tests.kit.talk import House
from tests.web.small_talk import row

HOME = Address("telegram", "11")
NOTE = File("telegram", "voice", "voice-file", 42)
MUSIC = File("telegram", "voice", "audio-file", 42)
PHOTO = File("telegram", "photo", "photo-file")
GONE = File("telegram", "photo", "of-another-bot")
TWO_HOURS, OVER_20_MB = 7200, 21 * 1024 * 1024


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def chat(api: BotApi) -> AsyncIterator[TelegramChat]:
    """A chat with somebody who has sent one file of each kind."""
    ann = api.person(11)
    ann.send_voice(42)
    ann.send_audio(42)
    ann.send_photo("the sea")
    chat = telegram(api.url, api.token, Door())
    yield chat
    await chat.stop()


async def say(chat: TelegramChat, outgoing: Outgoing, message: str | None = None) -> Receipt:
    return await chat.send(HOME, outgoing, nonce=1, message=message)


async def heard(api: BotApi, count: int) -> list[Incoming]:
    door = Door()
    async with listening(api, door):
        await until(lambda: len(door.heard) == count)
    assert door.skipped == []
    return door.heard


async def test_a_photo_is_known_by_its_largest_size_with_its_caption(api: BotApi) -> None:
    api.person(11).send_photo("the sea")
    (photo,) = await heard(api, 1)
    assert (photo.kind, photo.text, photo.file) == (Kind.PHOTO, "the sea", PHOTO)


async def test_a_note_is_kept_however_long_or_large_because_only_its_id_and_length_are(api: BotApi) -> None:
    ann = api.person(11)
    ann.send_voice(TWO_HOURS)
    ann.send_voice(60, size=OVER_20_MB)
    ann.send_photo(size=OVER_20_MB)
    ann.send_audio(600)
    files = [incoming.file for incoming in await heard(api, 4)]
    long = File("telegram", "voice", "voice-file", TWO_HOURS)
    assert files == [
        long,
        File("telegram", "voice", "voice-file", 60),
        PHOTO,
        File("telegram", "voice", "audio-file", 600),
    ]
    assert api.calls_of("getFile") == []


async def test_a_sticker_and_a_file_are_something_that_cannot_be_read(api: BotApi) -> None:
    ann = api.person(11)
    ann.send_sticker()
    ann.send_document(OVER_20_MB)
    assert [(incoming.kind, incoming.file) for incoming in await heard(api, 2)] == [(Kind.OTHER, None)] * 2


async def test_a_malformed_file_is_recorded_and_holds_up_nobody(api: BotApi) -> None:
    door, ann = Door(), api.person(11)
    async with listening(api, door):
        message = ann.send("first").json() | {"voice": {"file_id": ["x"], "duration": 7}}
        message.pop("text")
        api.push({"message": message})
        ann.send("behind it")
        await until(lambda: "behind it" in door.texts)
    assert [problem for _, problem in door.skipped] == ["file_id is no id"]


async def test_a_photo_and_a_note_come_again_with_text_and_buttons(api: BotApi, chat: TelegramChat) -> None:
    await say(chat, Outgoing("Wed 4 Nov", (row("Smile"),), file=PHOTO, silent=True))
    assert (api.person(11).newest.photo, api.person(11).newest.text) == ("photo-file", "Wed 4 Nov")
    params = api.calls_of("sendPhoto")[0].params
    assert (params["photo"], params["caption"], params["disable_notification"]) == ("photo-file", "Wed 4 Nov", "true")
    receipt = await say(chat, Outgoing("🎤 0:42", (row("Smile"),), file=NOTE))
    assert api.person(11).newest.sound == "voice-file"
    await say(chat, Outgoing("🎤 0:42", chosen="Smile", file=NOTE, op=Op.EDIT), receipt.message)
    assert (api.person(11).newest.text, api.person(11).newest.buttons) == ("🎤 0:42\n\n✓ Smile", [])


async def test_a_file_may_come_without_a_word(api: BotApi, chat: TelegramChat) -> None:
    await say(chat, Outgoing("", file=NOTE))
    assert (api.person(11).newest.sound, api.person(11).newest.text) == ("voice-file", "")


async def test_music_that_was_given_as_a_note_comes_again_as_music(api: BotApi, chat: TelegramChat) -> None:
    await say(chat, Outgoing("🎤 0:42", file=MUSIC))
    assert api.person(11).newest.sound == "audio-file"
    assert [call.method for call in api.calls_of("sendVoice", "sendAudio")] == ["sendVoice", "sendAudio"]


async def test_where_telegram_has_the_file_no_more_the_text_comes_alone(api: BotApi, chat: TelegramChat) -> None:
    receipt = await say(chat, Outgoing("🖼 the sea", (row("Smile"),), file=GONE))
    newest = api.person(11).newest
    assert (newest.text, newest.photo, len(newest.buttons)) == ("🖼 the sea", None, 1)
    await say(chat, Outgoing("🖼 the sea", chosen="Smile", file=GONE, op=Op.EDIT), receipt.message)
    assert api.person(11).newest.text == "🖼 the sea\n\n✓ Smile"
    with pytest.raises(Refused):
        await say(chat, Outgoing("", file=GONE))


@pytest.mark.parametrize("file", [NOTE, PHOTO])
async def test_a_text_that_is_too_long_under_a_file_is_refused(chat: TelegramChat, file: File) -> None:
    await say(chat, Outgoing("🌱" * 512, file=file))
    with pytest.raises(Refused):
        await say(chat, Outgoing("🌱" * 512 + "x", file=file))


async def test_a_cut_while_a_file_is_shown_is_in_doubt(api: BotApi, chat: TelegramChat) -> None:
    api.fail("sendVoice", how=Cut(after=True))
    with pytest.raises(InDoubt):
        await say(chat, Outgoing("🎤 0:42", file=NOTE))


async def test_a_photo_given_as_an_answer_is_read_again_and_deleted(api: BotApi, house: House) -> None:
    chat = telegram(api.url, api.token, Door())
    pump = Pump(house.store, {"telegram": chat}, handout_for(house.store.url), house.clock, house.clock.sleep)

    async def receive(incoming: Incoming) -> Shown:
        shown = await house.door.receive(incoming)
        await pump.settle()
        return shown

    ann = api.person(11)
    ann.send("hi")
    await chat.start()
    await chat.hear(receive)
    await ann.wait_for_async("I only know small things")
    await receive(Incoming("a-tap", HOME, Kind.TAP, "1:now:0:evening-joy"))
    ann.send_photo("The sea")
    await ann.wait_for_async(lambda message: message.text in house.catalogue["evening-joy"].did)
    ann.command("moments")
    await ann.wait_for_async("🖼 The sea")
    ann.tap("1")
    shown = await ann.wait_for_async(lambda message: message.photo == "photo-file")
    assert shown.text.endswith("· 🖼\n\nThe sea")
    ann.tap("Hide", shown)
    await api.wait_for_async(lambda: ann.find_button("Show", shown))
    ann.tap("Delete", shown)
    await ann.wait_for_async("Delete it for good?")
    ann.tap("Delete", shown)
    await ann.wait_for_async("It’s gone for good.", after=shown)
    assert shown.deleted
    assert [toast.text for toast in ann.toasts if toast.text] == ["It stays here, and out of the jar."]
    await chat.stop()
