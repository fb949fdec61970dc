"""What the stand-in refuses, in which words, and what just passes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.fakes import BotApi

Ask = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]
KEYS = {"inline_keyboard": [[{"text": "Yes", "callback_data": "1:yes:7"}, {"text": "No", "callback_data": "n"}]]}


LONG = "x" * 4097
REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {"text": ""}, 400, "Bad Request: message text is empty"),
    ("sendMessage", {"text": " \u200b\n"}, 400, "Bad Request: text must be non-empty"),
    ("sendDocument", {"caption": "a"}, 400, "Bad Request: there is no document in the request"),
    (
        "sendMessage",
        {"text": "a", "reply_markup": {"keyboard": [[{"text": "Here", "request_location": "yes"}]]}},
        400,
        'Bad Request: can\'t parse keyboard button: Field "request_location" must be of type Boolean',
    ),
    ("sendMessage", {"text": LONG}, 400, "Bad Request: message is too long"),
    ("sendMessage", {"text": "😀" * 2049}, 400, "Bad Request: message is too long"),
    ("sendMessage", {"text": "a\ud800b"}, 400, "Bad Request: strings must be encoded in UTF-8"),
    ("sendMessage", {"text": "a", "chat_id": ""}, 400, "Bad Request: chat_id is empty"),
    ("sendMessage", {"text": "a", "chat_id": 404}, 400, "Bad Request: chat not found"),
    ("sendMessage", {"text": "a", "chat_id": "@name"}, 400, "Bad Request: chat not found"),
    ("sendMessage", {"text": "a", "chat_id": 2}, 403, "Forbidden: bot was blocked by the user"),
    ("sendMessage", {"text": "a", "chat_id": 3}, 403, "Forbidden: user is deactivated"),
    ("sendMessage", {"text": "a", "chat_id": -9}, 403, "Forbidden: bot is not a member of the group chat"),
    (
        "sendMessage",
        {"text": "a", "chat_id": 4},
        403,
        "Forbidden: bot can't initiate conversation with a user",
    ),
    ("sendMessage", {"text": "a", "parse_mode": "BB"}, 400, "Bad Request: unsupported parse_mode"),
    (
        "sendMessage",
        {"text": "é<b>x", "parse_mode": "HTML"},
        400,
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    (
        "sendMessage",
        {"text": "é<x>y", "parse_mode": "HTML"},
        400,
        'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 2',
    ),
    (
        "sendMessage",
        {"text": "<b>x</i>", "parse_mode": "html"},
        400,
        'Bad Request: can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
    ),
    (
        "sendMessage",
        {"text": "a *b", "parse_mode": "MarkdownV2"},
        400,
        "Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 2",
    ),
    (
        "sendMessage",
        {"text": "a.b", "parse_mode": "MarkdownV2"},
        400,
        "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    ),
    (
        "sendMessage",
        {"text": "a _b", "parse_mode": "Markdown"},
        400,
        "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 2",
    ),
    (
        "sendMessage",
        {"text": "ab", "entities": [{"type": "bold", "offset": 1, "length": 5}]},
        400,
        "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 6",
    ),
    ("editMessageText", {"text": "a", "message_id": 999}, 400, "Bad Request: message to edit not found"),
    ("editMessageText", {"text": "a", "message_id": 1}, 400, "Bad Request: message can't be edited"),
    (
        "sendPhoto",
        {"photo": "of-another-bot"},
        400,
        "Bad Request: wrong remote file identifier specified: Wrong string length",
    ),
    ("sendVoice", {}, 400, "Bad Request: there is no voice in the request"),
    ("deleteMessage", {"message_id": 999}, 400, "Bad Request: message to delete not found"),
    ("sendChatAction", {"action": "dancing"}, 400, "Bad Request: wrong parameter action in request"),
    (
        "answerCallbackQuery",
        {"callback_query_id": "77"},
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    (
        "setMyCommands",
        {"commands": [{"command": "Aa", "description": "b"}]},
        400,
        "Bad Request: BOT_COMMAND_INVALID",
    ),
    (
        "setMyCommands",
        {"commands": [{"command": "a", "description": "b" * 257}]},
        400,
        "Bad Request: command description length must not exceed 256",
    ),
    (
        "setWebhook",
        {"url": "http://127.0.0.1/hook"},
        400,
        "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
    ),
    ("setWebhook", {"url": "https:// /"}, 400, "Bad Request: invalid webhook URL specified"),
    (
        "setWebhook",
        {"url": "https://example.org/", "secret_token": "a b"},
        400,
        "Bad Request: secret token contains unallowed characters",
    ),
    (
        "setWebhook",
        {"url": "https://example.org/", "secret_token": "a" * 257},
        400,
        "Bad Request: secret token is too long",
    ),
    ("noSuchMethod", {}, 404, "Not Found: method not found"),
]


@pytest.mark.parametrize(("method", "params", "status", "words"), REFUSED)
async def test_what_telegram_refuses_is_refused_in_its_words(
    api: BotApi, ask: Ask, method: str, params: dict[str, Any], status: int, words: str
) -> None:
    for number in (1, 2, 3):
        api.person(number).send("hi")
    api.person(2).block()
    api.person(3).delete_account()
    api.person(4)
    api.group(-9)
    answer = await ask(method, **({"chat_id": 1} | params))
    assert answer == (status, {"ok": False, "error_code": status, "description": words})
    assert api.person(1).inbox == []


BUTTON = {"text": "a", "callback_data": "b"}
KEYBOARDS: list[tuple[Any, str]] = [
    ([[{"text": "a", "callback_data": "é" * 33}]], "BUTTON_DATA_INVALID"),
    ([[{"text": "", "callback_data": "b"}]], "inline keyboard button text must be non-empty"),
    ([[{"callback_data": "b"}]], "can't parse inline keyboard button: Can't find field \"text\""),
    (
        [[{"text": "a"}]],
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    ([[BUTTON] * 9], "reply markup is too long"),
    ([[BUTTON]] * 101, "reply markup is too long"),
    ([BUTTON], 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'),
]


@pytest.mark.parametrize(("rows", "words"), KEYBOARDS)
async def test_a_keyboard_that_cannot_be_shown_is_refused(api: BotApi, ask: Ask, rows: Any, words: str) -> None:
    api.person(1).send("hi")
    status, body = await ask("sendMessage", chat_id=1, text="a", reply_markup={"inline_keyboard": rows})
    assert (status, body["description"]) == (400, f"Bad Request: {words}")


async def test_texts_up_to_the_limits_pass_and_markup_is_counted_after_parsing(api: BotApi, ask: Ask) -> None:
    api.person(1).send("hi")
    full = {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 64}] * 8] * 10}
    for text, mode in (
        ("😀" * 2048, ""),
        ("<b>" + "x" * 4096 + "</b>", "HTML"),
        (r"_i_ *b* \. `c`", "MarkdownV2"),
    ):
        status, _ = await ask("sendMessage", chat_id=1, text=text, parse_mode=mode, reply_markup=full)
        assert status == 200
    assert api.person(1).newest.text == "i b . c"
    status, body = await ask(
        "sendMessage",
        chat_id=1,
        text='😀 <b>é&amp;<i>x</i></b> <a href="https://a.b/">l</a>',
        parse_mode="HTML",
    )
    assert body["result"]["text"] == "😀 é&x l"
    kinds = [(entity["type"], entity["offset"], entity["length"]) for entity in body["result"]["entities"]]
    assert kinds == [("bold", 3, 3), ("italic", 5, 1), ("text_link", 7, 1)]


async def test_the_same_words_again_are_no_edit_and_a_deleted_message_is_gone(api: BotApi, ask: Ask) -> None:
    ann = api.person(1)
    ann.send("hi")
    _, sent = await ask("sendMessage", chat_id=1, text="a", reply_markup=KEYS)
    number = sent["result"]["message_id"]
    status, body = await ask("editMessageText", chat_id=1, message_id=number, text="a", reply_markup=KEYS)
    assert status == 400
    assert body["description"].startswith("Bad Request: message is not modified: specified new message content")
    assert (await ask("editMessageReplyMarkup", chat_id=1, message_id=number))[0] == 200
    assert ann.newest.buttons == []
    assert (await ask("deleteMessage", chat_id=1, message_id=number))[0] == 200
    assert ann.inbox[0].deleted
    status, body = await ask("deleteMessage", chat_id=1, message_id=number)
    assert body["description"] == "Bad Request: message to delete not found"
