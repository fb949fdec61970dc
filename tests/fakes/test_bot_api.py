"""The stand-in for the Bot API: spoken to over HTTP, by aiohttp and by python-telegram-bot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import telegram
from aiohttp import web
from telegram.error import BadRequest, ChatMigrated, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.error import Forbidden as PtbForbidden

from tests.fakes import TOKEN, BotApi, Broken, Hang, TooMany

Ask = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]
KEYS = {"inline_keyboard": [[{"text": "Yes", "callback_data": "1:yes:7"}, {"text": "No", "callback_data": "n"}]]}


async def test_a_bot_and_a_person_converse_through_python_telegram_bot(api: BotApi, bot: telegram.Bot) -> None:
    ann = api.person(11, language="de")
    ann.command("start", "code")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message is not None
    assert (update.message.text, update.message.chat.id) == ("/start code", 11)
    assert update.effective_user is not None
    assert update.effective_user.language_code == "de"
    sent = await bot.send_message(11, "Pick one", reply_markup=telegram.InlineKeyboardMarkup.de_json(KEYS, bot))
    assert ann.newest.buttons == [[("Yes", "1:yes:7"), ("No", "n")]]
    ann.tap("Yes")
    (tapped,) = await bot.get_updates(offset=update.update_id + 1, timeout=5)
    assert tapped.callback_query is not None
    assert tapped.callback_query.data == "1:yes:7"
    await tapped.callback_query.answer("Kept")
    await bot.edit_message_text("You chose Yes", chat_id=11, message_id=sent.message_id)
    assert [toast.text for toast in ann.toasts] == ["Kept"]
    assert ann.said == ["You chose Yes"]
    assert ann.newest.history[0][0] == "Pick one"
    with pytest.raises(AssertionError, match="no button 'Yes' to tap"):
        ann.tap("Yes")


async def test_a_picture_uploaded_by_python_telegram_bot_arrives(api: BotApi, bot: telegram.Bot) -> None:
    ann = api.person(11)
    ann.send("hi")
    picture = b"\x89PNG\r\n\x1a\n" + bytes(40)
    sent = await bot.send_photo(11, picture, caption="<b>Week</b>", parse_mode="HTML")
    assert sent.caption == "Week"
    assert ann.newest.photo == picture
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(11, b"no picture")
    with pytest.raises(BadRequest, match="is too big for a photo; the maximum size is 10485760 bytes"):
        await bot.send_photo(11, picture + bytes(10 * 1024 * 1024))


async def test_python_telegram_bot_understands_every_kind_of_no(api: BotApi, bot: telegram.Bot) -> None:
    ann, family = api.person(11), api.group(-500)
    ann.send("hi")
    family.add_bot(ann)
    with pytest.raises(PtbForbidden, match="can't initiate conversation"):
        await bot.send_message(api.person(12).id, "hi")
    api.fail("sendMessage", how=TooMany(2))
    with pytest.raises(RetryAfter):
        await bot.send_message(11, "hi")
    new_id = family.migrate()
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-500, "hi")
    assert moved.value.new_chat_id == new_id
    api.fail("getMe", how=Broken(502))
    with pytest.raises(NetworkError):
        await bot.get_me()
    api.fail("getMe", how=Hang())
    with pytest.raises(TimedOut):
        await bot.get_me(read_timeout=0.2)
    with pytest.raises(InvalidToken):
        await (wrong := telegram.Bot("1:wrong", base_url=api.base_url)).initialize()
    await wrong.shutdown()


async def test_updates_come_again_until_an_offset_confirms_them(api: BotApi, ask: Ask) -> None:
    ann = api.person(1)
    for text in ("one", "two", "three"):
        ann.send(text)
    first = (await ask("getUpdates"))[1]["result"]
    again = (await ask("getUpdates", limit=2))[1]["result"]
    assert again == first[:2]
    rest = (await ask("getUpdates", offset=first[1]["update_id"]))[1]["result"]
    assert [update["message"]["text"] for update in rest] == ["two", "three"]
    assert (await ask("getUpdates", offset=-1))[1]["result"] == first[2:]
    assert (await ask("getUpdates", offset=first[2]["update_id"] + 1))[1]["result"] == []
    assert api.pending == []


async def test_a_repeated_and_a_malformed_update_are_delivered(api: BotApi, ask: Ask) -> None:
    api.person(1).send("one")
    (first,) = (await ask("getUpdates"))[1]["result"]
    offset = first["update_id"] + 1
    await ask("getUpdates", offset=offset)
    api.repeat_last()
    api.push([])
    api.push({"channel_post": {"message_id": 5}})
    found = (await ask("getUpdates", offset=offset))[1]["result"]
    assert found[:2] == [first, []]
    assert found[2] == {"update_id": offset, "channel_post": {"message_id": 5}}
    assert (await ask("getUpdates", offset=offset + 1))[1]["result"] == []


async def test_kinds_left_out_of_allowed_updates_do_not_come(api: BotApi, ask: Ask) -> None:
    await ask("getUpdates", allowed_updates=["message"])
    ann = api.person(1)
    ann.send("a")
    ann.block()
    assert ["message" in update for update in (await ask("getUpdates"))[1]["result"]] == [True]


async def test_a_second_reader_ends_the_first_with_a_conflict(api: BotApi, ask: Ask) -> None:
    first = asyncio.ensure_future(ask("getUpdates", timeout=20))
    await asyncio.sleep(0.1)
    second = asyncio.ensure_future(ask("getUpdates", timeout=20))
    status, body = await first
    assert status == 409
    assert body["description"].startswith("Conflict: terminated by other getUpdates request; make sure")
    began = time.monotonic()
    api.person(1).send("hi")
    assert len((await second)[1]["result"]) == 1
    assert time.monotonic() - began < 1


async def test_an_answer_to_an_old_tap_comes_too_late(api: BotApi, ask: Ask) -> None:
    ann = api.person(1)
    ann.send("hi")
    await ask("sendMessage", chat_id=1, text="a", reply_markup=KEYS)
    fresh, old = ann.tap("Yes"), ann.tap("No", too_late=True)
    assert (await ask("answerCallbackQuery", callback_query_id=fresh, text="ok"))[0] == 200
    assert (await ask("answerCallbackQuery", callback_query_id=old))[0] == 400
    ben = api.person(2)
    ben.tap("9:steal:1", message=ann.newest, forge=True)
    last = (await ask("getUpdates"))[1]["result"][-1]["callback_query"]
    assert (last["from"]["id"], last["message"]["chat"]["id"], last["data"]) == (2, 1, "9:steal:1")


async def test_a_webhook_gets_updates_in_order_with_its_secret_until_it_takes_them() -> None:
    seen: list[tuple[str, str | None]] = []

    async def hook(request: web.Request) -> web.Response:
        body = await request.json()
        seen.append((body["message"]["text"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=500 if len(seen) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with BotApi(local=True) as api, telegram.Bot(TOKEN, base_url=api.base_url) as bot:
        reading = asyncio.ensure_future(bot.get_updates(timeout=20, read_timeout=5))
        await asyncio.sleep(0.2)
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s-3_x")
        with pytest.raises(telegram.error.Conflict, match="terminated by setWebhook request"):
            await reading
        with pytest.raises(telegram.error.Conflict, match="while webhook is active"):
            await bot.get_updates()
        for text in ("one", "two"):
            api.person(1).send(text)
        await api.wait_for_async(lambda: len(api.deliveries) == 3)
        assert seen == [("one", "s-3_x"), ("one", "s-3_x"), ("two", "s-3_x")]
        assert [delivery.status for delivery in api.deliveries] == [500, 200, 200]
        assert (await bot.get_webhook_info()).last_error_message is not None
        await bot.delete_webhook()
        assert await bot.get_updates() == ()
    await runner.cleanup()


async def test_form_address_and_json_parameters_are_read_alike(api: BotApi) -> None:
    api.person(1).send("hi")
    address = f"{api.base_url}{TOKEN}/sendMessage"
    async with aiohttp.ClientSession() as session:
        for options in (
            {"params": {"chat_id": "1", "text": "a"}},
            {"data": {"chat_id": "1", "text": "a"}},
            {"json": {"chat_id": 1, "text": "a"}},
            {"params": {"chat_id": "1"}, "json": {"chat_id": 2, "text": "a"}},
        ):
            async with session.post(address, **options) as response:
                assert response.status == 200
        header = {"Content-Type": "application/x-www-form-urlencoded"}
        async with session.post(address, data=b"chat_id=1&text=%ff", headers=header) as response:
            assert (await response.json())["description"] == "Bad Request: strings must be encoded in UTF-8"
        deep = b'{"chat_id": 1, "text": "a", "reply_markup": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
        header = {"Content-Type": "application/json"}
        async with session.post(address, data=deep, headers=header) as response:
            assert response.status == 400
        async with session.get(f"{api.url}/{TOKEN}/getMe") as response:
            assert response.status == 404
        async with session.get(f"{api.base_url}{TOKEN[:-1]}x/getMe") as response:
            assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert api.person(1).said == ["a"] * 4


def test_a_synchronous_test_waits_and_fails_with_a_picture() -> None:
    with BotApi() as api:
        ann = api.person(1)
        ann.send("hello")
        with pytest.raises(AssertionError, match=r"'Set' did not come within 0.1 s[\s\S]*Ann: hello"):
            ann.wait_for("Set", 0.1)


async def test_a_persons_other_messages_look_like_telegrams(api: BotApi, bot: telegram.Bot) -> None:
    ann, family = api.person(1), api.group(-7)
    ann.send_voice(7200)
    ann.send_photo("look")
    ann.send_sticker()
    ann.send_location(52.5, 13.4)
    ann.edit("changed", ann.send("typo"))
    family.add_bot(ann)
    family.say(ann, "/start@pebble_test_bot")
    family.say_anonymously("hm")
    family.migrate()
    ann.block()
    updates = await bot.get_updates()
    messages = [update.message for update in updates if update.message]
    assert messages[0].voice is not None
    assert messages[0].voice.duration == 7200
    assert messages[1].caption == "look"
    assert messages[1].photo
    assert messages[2].sticker is not None
    assert messages[3].location is not None
    assert messages[-1].migrate_from_chat_id == -7
    assert messages[-3].sender_chat is not None
    assert [update.edited_message.text for update in updates if update.edited_message] == ["changed"]
    assert updates[-1].my_chat_member is not None
    assert updates[-1].my_chat_member.new_chat_member.status == "kicked"
