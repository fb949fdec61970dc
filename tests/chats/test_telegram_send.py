"""What Telegram gets to see of a message, and what its answers mean to the outbox."""

import asyncio
import json
import socket
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.chats.telegram import TelegramChat
from bot.chats.telegram_files import blank_picture
from bot.errors import InDoubt, Misconfigured, Moved, Outdated, PebbleError, Refused, TryLater, Unreachable
from bot.speech import Address, Attachment, Button, Op, Outgoing, WayIn
from tests.chats.telegram_door import Door, answering, listening, telegram
from tests.fakes import BotApi, Broken, Cut, Forbidden, Hang, TooMany
from tests.fakes import Refused as Says
from tests.kit.drawing import PNG

CANARY = "my-own-words"
ROWS = ((Button("Did it", "1:did:9:"), Button("Later", "1:later:9:")), (Button("No", "1:no:9:"),))


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        api.person(11).command("start")
        yield api


@pytest.fixture
async def chat(api: BotApi) -> AsyncIterator[TelegramChat]:
    chat = telegram(api.url, api.token, Door())
    yield chat
    await chat.stop()


def to(chat_id: object) -> Address:
    return Address("telegram", str(chat_id))


async def fails(chat: TelegramChat, outgoing: Outgoing, **more: Any) -> PebbleError:
    where = to(more.pop("chat_id", 11))
    with pytest.raises(PebbleError) as caught:
        await chat.send(where, outgoing, nonce=1, **more)
    assert len(str(caught.value)) <= 80
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


async def test_only_a_bot_that_pays_for_a_faster_pace_says_so_and_with_every_new_message(api: BotApi) -> None:
    for paid, said in ((False, [None] * 4), (True, ["true", "true", "true", None])):
        chat = telegram(api.url, api.token, Door(), paid=paid)
        sent = await chat.send(to(11), Outgoing("a breath"), nonce=1)
        await chat.send(to(11), Outgoing("a calendar", attachment=Attachment("n.ics", "text/calendar", "X")), nonce=2)
        await chat.send(to(11), Outgoing("drawn", picture={}, alt="a pebble", image=PNG), nonce=3)
        await chat.send(to(11), Outgoing("two breaths", op=Op.EDIT), nonce=4, message=sent.message)
        calls = api.calls_of("sendMessage", "sendDocument", "sendPhoto", "editMessageText")[-4:]
        assert [call.params.get("allow_paid_broadcast") for call in calls] == said
        await chat.stop()


async def test_a_message_arrives_as_plain_text_with_its_buttons(api: BotApi, chat: TelegramChat) -> None:
    text = "One <b>slow</b> breath: https://example.org *now*"
    receipt = await chat.send(to(11), Outgoing(text, ROWS, silent=True), nonce=1)
    message = api.person(11).newest
    assert (message.text, receipt.message) == (text, str(message.message_id))
    assert message.buttons == [[("Did it", "1:did:9:"), ("Later", "1:later:9:")], [("No", "1:no:9:")]]
    params = api.calls_of("sendMessage")[0].params
    assert "parse_mode" not in params
    assert json.loads(params["link_preview_options"]) == {"is_disabled": True}
    assert params["disable_notification"] == "true"


async def test_a_message_makes_a_sound_unless_it_is_to_be_silent(api: BotApi, chat: TelegramChat) -> None:
    await chat.send(to(11), Outgoing("hi"), nonce=1)
    assert "disable_notification" not in api.calls_of("sendMessage")[0].params


async def test_an_edit_shows_the_choice_where_the_buttons_were(api: BotApi, chat: TelegramChat) -> None:
    receipt = await chat.send(to(11), Outgoing("Breathe", ROWS), nonce=1)
    edit = Outgoing("Breathe", chosen="Did it", op=Op.EDIT)
    assert await chat.send(to(11), edit, nonce=2, message=receipt.message) == receipt
    message = api.person(11).newest
    assert (message.text, message.buttons) == ("Breathe\n\n✓ Did it", [])


async def test_an_edit_without_text_only_takes_the_buttons(api: BotApi, chat: TelegramChat) -> None:
    receipt = await chat.send(to(11), Outgoing("Breathe", ROWS), nonce=1)
    await chat.send(to(11), Outgoing(op=Op.EDIT), nonce=2, message=receipt.message)
    message = api.person(11).newest
    assert (message.text, message.buttons) == ("Breathe", [])


async def test_a_deleted_message_is_gone(api: BotApi, chat: TelegramChat) -> None:
    receipt = await chat.send(to(11), Outgoing("oops"), nonce=1)
    await chat.send(to(11), Outgoing(op=Op.DELETE), nonce=2, message=receipt.message)
    assert api.person(11).inbox[0].deleted


@pytest.mark.parametrize("image", [b"", PNG], ids=["words", "a picture"])
async def test_a_message_too_old_to_be_deleted_is_emptied(api: BotApi, chat: TelegramChat, image: bytes) -> None:
    outgoing = Outgoing("oops", ROWS, picture={} if image else None, alt="oops" if image else "", image=image)
    receipt = await chat.send(to(11), outgoing, nonce=1)
    message = api.person(11).newest
    message.date -= 60 * 86_400
    await chat.send(to(11), Outgoing(op=Op.DELETE), nonce=2, message=receipt.message)
    assert (message.deleted, message.text, message.buttons) == (False, "…", [])
    assert message.photo == (blank_picture() if image else None)
    assert isinstance(await fails(chat, Outgoing(op=Op.DELETE), message=receipt.message), Outdated), "once is enough"


async def test_an_edit_that_changes_nothing_is_outdated(api: BotApi, chat: TelegramChat) -> None:
    receipt = await chat.send(to(11), Outgoing("same"), nonce=1)
    assert isinstance(await fails(chat, Outgoing("same", op=Op.EDIT), message=receipt.message), Outdated)


@pytest.mark.parametrize("message", [None, "99", "a forged id"])
@pytest.mark.parametrize("outgoing", [Outgoing("x", op=Op.EDIT), Outgoing(op=Op.EDIT), Outgoing(op=Op.DELETE)], ids=str)
async def test_changing_what_is_not_there_is_outdated(
    chat: TelegramChat, outgoing: Outgoing, message: str | None
) -> None:
    assert isinstance(await fails(chat, outgoing, message=message), Outdated)


@pytest.mark.parametrize(
    "outgoing",
    [
        Outgoing(""),
        Outgoing(CANARY + "x" * 4096),
        Outgoing("x\ud800" + CANARY),
        Outgoing("x", ((Button("x", "é" * 33),),)),
    ],
    ids=["empty", "too long", "half a character", "66 bytes of payload"],
)
async def test_what_telegram_never_takes_is_refused(chat: TelegramChat, outgoing: Outgoing) -> None:
    assert isinstance(await fails(chat, outgoing), Refused)


async def test_an_address_that_is_no_number_is_refused(chat: TelegramChat) -> None:
    assert isinstance(await fails(chat, Outgoing("x"), chat_id="@everyone"), Refused)


async def test_words_that_telegram_quotes_stay_out_of_the_problem(api: BotApi, chat: TelegramChat) -> None:
    api.fail("sendMessage", how=Says(f'Bad Request: URL \'{CANARY}\' and "{CANARY} "{CANARY}" are wrong'))
    assert isinstance(await fails(chat, Outgoing("x")), Refused)


async def test_whoever_blocked_is_gone_or_never_wrote_is_unreachable(api: BotApi, chat: TelegramChat) -> None:
    api.person(12).command("start")
    api.person(12).block()
    api.person(13).command("start")
    api.person(13).delete_account()
    api.person(14)
    for chat_id in (12, 13, 14, 404):
        assert isinstance(await fails(chat, Outgoing("x"), chat_id=chat_id), Unreachable)


async def test_a_group_that_moved_tells_its_new_address(api: BotApi, chat: TelegramChat) -> None:
    group = api.group(-20)
    group.add_bot(by=api.person(11))
    new = group.migrate()
    error = await fails(chat, Outgoing("x"), chat_id=-20)
    assert isinstance(error, Moved)
    assert error.chat == str(new)


@pytest.mark.parametrize(("chat_id", "everywhere"), [(11, True), (-20, False)])
async def test_a_429_names_its_pause(api: BotApi, chat: TelegramChat, chat_id: int, everywhere: bool) -> None:
    api.group(-20).add_bot(by=api.person(11))
    api.fail("sendMessage", how=TooMany(17))
    error = await fails(chat, Outgoing("x"), chat_id=chat_id)
    assert isinstance(error, TryLater)
    assert (error.after, error.limited, error.everywhere) == (17, True, everywhere)


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_an_answered_5xx_is_tried_later(api: BotApi, chat: TelegramChat, status: int) -> None:
    api.fail("sendMessage", how=Broken(status))
    error = await fails(chat, Outgoing(CANARY))
    assert isinstance(error, TryLater)
    assert (error.limited, error.after, error.everywhere) == (False, None, True)


async def test_a_refused_connection_is_tried_later() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        chat = telegram(f"http://127.0.0.1:{free.getsockname()[1]}", "1:token", Door())
        assert isinstance(await fails(chat, Outgoing("x")), TryLater)


async def test_an_unknown_host_is_tried_later() -> None:
    chat = telegram("http://pebble.invalid", "1:token", Door())
    assert isinstance(await fails(chat, Outgoing("x")), TryLater)


@pytest.mark.parametrize("after", [False, True])
async def test_a_cut_after_sending_is_in_doubt(api: BotApi, chat: TelegramChat, after: bool) -> None:
    api.fail("sendMessage", how=Cut(after=after))
    assert isinstance(await fails(chat, Outgoing(CANARY)), InDoubt)


async def test_silence_after_sending_is_in_doubt(
    api: BotApi, chat: TelegramChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chats.telegram_request.READ", 0.2)
    api.fail("sendMessage", how=Hang(after=True))
    assert isinstance(await fails(chat, Outgoing("x")), InDoubt)


async def test_a_wrong_token_stops_everything_and_says_so(api: BotApi) -> None:
    wrong = "110201543:another-token"
    chat = telegram(api.url, wrong, Door(), mode="webhook")
    error = await fails(chat, Outgoing("x"))
    assert isinstance(error, TryLater)
    assert error.everywhere
    assert "PEBBLE_TELEGRAM_TOKEN" in str(chat.trouble())
    with pytest.raises(Misconfigured, match="PEBBLE_TELEGRAM_TOKEN") as caught:
        await chat.check()
    assert wrong not in "".join(traceback.format_exception(caught.value))


async def test_check_returns_the_name_of_the_bot(chat: TelegramChat) -> None:
    assert await chat.check() == "@pebble_test_bot"


async def test_check_names_the_address_that_does_not_answer(api: BotApi) -> None:
    api.fail("getMe", how=Broken(502))
    with pytest.raises(Misconfigured, match="PEBBLE_TELEGRAM_API"):
        await telegram(api.url, api.token, Door()).check()


async def test_a_stop_does_not_cut_messages_under_way(api: BotApi) -> None:
    door = Door()
    async with listening(api, door) as chat:
        sending = [asyncio.create_task(chat.send(to(11), Outgoing(f"{n}"), nonce=n)) for n in range(50)]
        await asyncio.sleep(0)
    receipts = await asyncio.gather(*sending)
    assert len({receipt.message for receipt in receipts}) == 50
    await chat.send(to(11), Outgoing("a late one"), nonce=51)
    assert api.person(11).said[-1] == "a late one"


@pytest.mark.parametrize("status", [302, 400, 403, 429])
async def test_a_refusal_by_somebody_else_is_not_telegrams(status: int) -> None:
    page = f"<html>the proxy at {CANARY} says no</html>"
    async with answering(lambda method: web.Response(status=status, text=page)) as url:
        assert isinstance(await fails(telegram(url, "1:token", Door()), Outgoing("x")), TryLater)


@pytest.mark.parametrize(
    "body", ["<html>{}", '["{}"]', '{{"{}": 1}}', '{{"ok": true, "result": ["{}"]}}', "[" * 10_000 + "{}"]
)
async def test_an_answer_that_cannot_be_read_is_in_doubt(body: str, caplog: pytest.LogCaptureFixture) -> None:
    async with answering(lambda method: web.Response(text=body.format(CANARY))) as url:
        assert isinstance(await fails(telegram(url, "1:token", Door()), Outgoing("x")), InDoubt)
    assert CANARY not in caplog.text


async def test_forbidden_in_any_words_is_unreachable(api: BotApi, chat: TelegramChat) -> None:
    api.fail("sendMessage", how=Forbidden("Forbidden: words that are new"))
    assert isinstance(await fails(chat, Outgoing("x")), Unreachable)


async def test_a_button_that_opens_an_address_says_which(api: BotApi, chat: TelegramChat) -> None:
    share = "https://t.me/share/url?url=x"
    await chat.send(to(11), Outgoing("Hand it on.", ((Button("Share", url=share), ROWS[0][0]),)), nonce=1)
    markup = json.loads(api.calls_of("sendMessage")[-1].params["reply_markup"])
    assert markup["inline_keyboard"] == [
        [{"text": "Share", "url": share}, {"text": "Did it", "callback_data": "1:did:9:"}]
    ]


async def test_an_invitation_is_a_deep_link_once_the_bots_name_is_known(api: BotApi, chat: TelegramChat) -> None:
    assert chat.way_in("token") is None
    await chat.check()
    assert chat.way_in("token") == WayIn("https://t.me/pebble_test_bot?start=token")
