"""What every chat does alike: one set of behaviours over all of them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.errors import Outdated
from bot.speech import Button, File, Kind, Op, Outgoing
from tests.chats.drivers import CHATS, PICTURE, Driver
from tests.chats.seen import Door, Seen
from tests.chats.telegram_door import until

ROWS = ((Button("Did it", "1:did:7:"), Button("In 15 min", "1:later:7:")), (Button("🙂", "1:after:7:4"),))
ADDRESS = "https://t.me/share/url?url=x"
FLAT = [(button.label, button.payload) for row in ROWS for button in row]
TEXTS = {
    "plain": "One slow breath.",
    "markup": "<b>bold</b> *stars* _lines_ `code` [x](tg://user?id=1) &amp; </script>",
    "right to left": "שלום, עולם — مرحبا",
    "families": "👨‍👩‍👧‍👦 🏳️‍🌈 ☕️",
    "lines": "one\n\ntwo\n  three",
    "braces": "{0.__class__} %s @everyone",
    "longest": "🌱" * 2048,
}


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture(params=CHATS)
async def driver(request: pytest.FixtureRequest, door: Door) -> AsyncIterator[Driver]:
    async with CHATS[request.param](door) as driver:
        yield driver


async def _send(driver: Driver, outgoing: Outgoing, nonce: int = 1, message: str | None = None) -> str:
    return (await driver.chat.send(driver.address, outgoing, nonce=nonce, message=message)).message


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_a_text_arrives_as_it_was_written(driver: Driver, text: str) -> None:
    message = await _send(driver, Outgoing(text))
    assert await driver.view(message) == Seen(text)


async def test_a_button_arrives_and_its_payload_comes_back_with_its_message(driver: Driver, door: Door) -> None:
    message = await _send(driver, Outgoing("How was it?", ROWS))
    assert await driver.view(message) == Seen("How was it?", FLAT)
    await driver.tap(message, "1:after:7:4")
    await until(lambda: door.heard)
    tapped = door.heard[0]
    assert (tapped.kind, tapped.text, tapped.message) == (Kind.TAP, "1:after:7:4", message)
    assert (tapped.address, tapped.private) == (driver.address, True)


async def test_a_button_may_open_an_address_instead(driver: Driver) -> None:
    share = Button("Share", url=ADDRESS)
    message = await _send(driver, Outgoing("Hand it on.", ((share,), ROWS[1])))
    assert await driver.view(message) == Seen("Hand it on.", [("Share", ADDRESS), *FLAT[2:]])
    await _send(driver, Outgoing("Hand it on.", ((share,),), op=Op.EDIT), 2, message)
    assert await driver.view(message) == Seen("Hand it on.", [("Share", ADDRESS)])


async def test_what_can_be_shared_opens_an_address_where_there_is_no_sheet(driver: Driver) -> None:
    share = Button("Share", url=ADDRESS, share="thanks 7")
    assert Button(*share.to_list()) == share
    message = await _send(driver, Outgoing("Hand it on.", ((share,),)))
    assert await driver.view(message) == Seen("Hand it on.", [("Share", ADDRESS)])


async def test_an_edit_replaces_the_text_takes_the_buttons_and_shows_what_was_chosen(driver: Driver) -> None:
    message = await _send(driver, Outgoing("How was it?", ROWS))
    await _send(driver, Outgoing("It was.", chosen="Did it", op=Op.EDIT), 2, message)
    assert await driver.view(message) == Seen("It was.", [], "Did it")


async def test_an_edit_may_bring_other_buttons(driver: Driver) -> None:
    message = await _send(driver, Outgoing("How was it?", ROWS))
    await _send(driver, Outgoing("And now?", ROWS[1:], op=Op.EDIT), 2, message)
    assert await driver.view(message) == Seen("And now?", FLAT[2:])


async def test_an_edit_without_text_only_takes_the_buttons(driver: Driver) -> None:
    message = await _send(driver, Outgoing("How was it?", ROWS))
    await _send(driver, Outgoing(op=Op.EDIT), 2, message)
    assert await driver.view(message) == Seen("How was it?")


async def test_a_deleted_message_is_gone(driver: Driver) -> None:
    message = await _send(driver, Outgoing("Never mind."))
    await _send(driver, Outgoing(op=Op.DELETE), 2, message)
    assert await driver.view(message) is None


@pytest.mark.parametrize("op", [Op.EDIT, Op.DELETE])
async def test_changing_what_is_gone_is_outdated_where_the_platform_can_tell(driver: Driver, op: Op) -> None:
    message = await _send(driver, Outgoing("Never mind.", ROWS))
    await _send(driver, Outgoing(op=Op.DELETE), 2, message)
    change = Outgoing("again" if op is Op.EDIT else "", op=op)
    if driver.knows_gone:
        with pytest.raises(Outdated):
            await _send(driver, change, 3, message)
    else:
        await _send(driver, change, 3, message)
    assert await driver.view(message) is None


@pytest.mark.parametrize("kind", ["voice", "photo"])
async def test_a_file_is_shown_again_with_its_text_and_stays_through_edits(driver: Driver, kind: str) -> None:
    file = driver.give(kind)
    shown = file.id if driver.shows_files else ""
    message = await _send(driver, Outgoing("Wed 4 Nov", ROWS, file=file))
    assert await driver.view(message) == Seen("Wed 4 Nov", FLAT, file=shown)
    await _send(driver, Outgoing("Wed 4 Nov", ROWS[1:], file=file, op=Op.EDIT), 2, message)
    assert await driver.view(message) == Seen("Wed 4 Nov", FLAT[2:], file=shown)
    await _send(driver, Outgoing("Wed 4 Nov", chosen="🙂", file=file, op=Op.EDIT), 3, message)
    assert await driver.view(message) == Seen("Wed 4 Nov", [], "🙂", shown)


async def test_a_file_of_another_platform_is_left_out_and_its_text_comes_alone(driver: Driver) -> None:
    file = File("elsewhere", "photo", "photo-file")
    message = await _send(driver, Outgoing("🖼 the sea", ROWS, file=file))
    assert await driver.view(message) == Seen("🖼 the sea", FLAT)
    await _send(driver, Outgoing("🖼 the sea", chosen="🙂", file=file, op=Op.EDIT), 2, message)
    assert await driver.view(message) == Seen("🖼 the sea", [], "🙂")


PICTURED = Outgoing("Your thanks went seven far.", ROWS, picture={"links": 7}, alt="Seven pebbles.", image=PICTURE)


async def test_a_picture_arrives_with_its_caption_and_buttons_and_stays_through_edits(driver: Driver) -> None:
    message = await _send(driver, PICTURED)
    assert await driver.view(message) == Seen(PICTURED.text, FLAT, picture=PICTURE)
    edit = Outgoing.from_dict(PICTURED.to_dict(), Op.EDIT)
    await _send(driver, replace(edit, text="Eight by now.", rows=ROWS[1:]), 2, message)
    assert await driver.view(message) == Seen("Eight by now.", FLAT[2:], picture=PICTURE)
    await _send(driver, replace(edit, rows=(), chosen="🙂"), 3, message)
    assert await driver.view(message) == Seen(PICTURED.text, [], "🙂", picture=PICTURE)


async def test_a_text_changed_under_a_picture_by_who_does_not_know_of_it_is_its_caption(driver: Driver) -> None:
    message = await _send(driver, PICTURED)
    await _send(driver, Outgoing("…", op=Op.EDIT), 2, message)
    assert await driver.view(message) == Seen("…", picture=PICTURE)
    await _send(driver, Outgoing(op=Op.DELETE), 3, message)
    assert await driver.view(message) is None


async def test_what_was_to_have_a_picture_and_came_without_is_changed_like_any_text(driver: Driver) -> None:
    message = await _send(driver, Outgoing(PICTURED.text, ROWS))
    assert await driver.view(message) == Seen(PICTURED.text, FLAT)
    edit = replace(Outgoing.from_dict(PICTURED.to_dict(), Op.EDIT), rows=(), chosen="🙂")
    await _send(driver, edit, 2, message)
    assert await driver.view(message) == Seen(PICTURED.text, [], "🙂")


async def test_a_picture_may_come_without_a_word(driver: Driver) -> None:
    message = await _send(driver, replace(PICTURED, text="", rows=()))
    assert await driver.view(message) == Seen("", picture=PICTURE)


async def test_a_command_comes_with_its_name_in_small_letters_and_the_rest(driver: Driver, door: Door) -> None:
    await driver.write("/Now a Minute please")
    await until(lambda: door.heard)
    heard = door.heard[0]
    assert (heard.kind, heard.text, heard.rest) == (Kind.COMMAND, "now", "a Minute please")


WRITTEN = ("markup", "right to left", "families", "lines", "longest")


@pytest.mark.parametrize("text", [TEXTS[name] for name in WRITTEN], ids=WRITTEN)
async def test_words_come_as_they_were_written(driver: Driver, door: Door, text: str) -> None:
    text = text[: driver.most]
    await driver.write(text)
    await until(lambda: door.heard)
    assert (door.heard[0].kind, door.heard[0].text) == (Kind.TEXT, text)


async def test_a_toast_is_shown_to_who_tapped(driver: Driver, door: Door) -> None:
    message = await _send(driver, Outgoing("How was it?", ROWS))
    door.toast = "Already noted, thank you."
    await driver.tap(message, "1:did:7:")
    await until(lambda: door.heard)
    await until(driver.toasts)
    assert driver.toasts() == ["Already noted, thank you."]


async def test_a_repeated_event_keeps_its_key_and_a_new_one_has_its_own(driver: Driver, door: Door) -> None:
    await driver.write("one")
    await until(lambda: len(door.heard) == 1)
    await driver.repeat()
    await until(lambda: len(door.heard) == 2)
    await driver.write("one")
    await until(lambda: len(door.heard) == 3)
    first, again, other = door.heard
    assert first == again
    assert other.key != first.key


async def test_what_the_door_could_not_store_comes_again(driver: Driver, door: Door) -> None:
    door.refuse = 2
    await driver.write("hold on to this")
    await until(lambda: door.heard)
    assert [heard.text for heard in door.heard] == ["hold on to this"]
    assert len(door.offered) == 3
    assert len({offered.key for offered in door.offered}) == 1


async def test_events_of_one_person_come_one_after_the_other_in_their_order(driver: Driver, door: Door) -> None:
    door.gate.clear()
    for text in ("one", "two", "three"):
        await driver.write(text)
        await asyncio.sleep(0.05)
    assert [offered.text for offered in door.offered] == ["one"]
    door.gate.set()
    await until(lambda: len(door.heard) == 3)
    assert [heard.text for heard in door.heard] == ["one", "two", "three"]


async def test_the_persons_language_is_hinted(driver: Driver, door: Door) -> None:
    await driver.introduce()
    await driver.write("Guten Morgen")
    await until(lambda: [heard for heard in door.heard if heard.kind is Kind.TEXT])
    assert door.heard[-1].language == driver.language


async def test_a_chat_that_rests_hears_nobody_and_sends_and_hears_again_what_was_said_meanwhile(
    driver: Driver, door: Door
) -> None:
    if driver.chat.name == "memory":
        await driver.chat.rest()  # hears nobody by itself
        return
    await driver.introduce()
    await driver.chat.rest()
    await driver.chat.rest()
    receipt = await driver.chat.send(driver.address, Outgoing("still here"), nonce=71)
    seen = await driver.view(receipt.message)
    assert seen is not None
    assert seen.text == "still here"
    assert driver.chat.trouble() is None
    await driver.chat.hear(door.receive)
    await until(lambda: driver.chat.trouble() is None, 5)
    await driver.write("again")
    await until(lambda: "again" in [heard.text for heard in door.heard], 5)


async def test_a_stop_finishes_what_has_begun_and_leaves_nothing_running(driver: Driver, door: Door) -> None:
    if driver.chat.name == "memory":
        await driver.chat.stop()  # hears nobody by itself, so it has nothing to finish
        return
    door.gate.clear()
    await driver.write("begun")
    await until(lambda: door.offered)
    stopping = asyncio.create_task(driver.chat.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    door.gate.set()
    await asyncio.wait_for(stopping, 5)
    assert [heard.text for heard in door.heard] == ["begun"]
    await driver.write("too late")
    await asyncio.sleep(0.2)
    assert [offered.text for offered in door.offered] == ["begun"]
    assert [task.get_name() for task in asyncio.all_tasks() if _of_a_chat(task)] == []


async def test_a_healthy_chat_has_no_trouble(driver: Driver) -> None:
    await until(lambda: driver.chat.trouble() is None)


def _of_a_chat(task: asyncio.Task[object]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and "/bot/chats/" in code.co_filename
