"""Inline mode: buttons that share, and answerInlineQuery ("Inline mode").

The words are those of tdlib/telegram-bot-api `Client.cpp` and tdlib/td `InlineQueriesManager.cpp`; constants in capital
letters are errors of the server behind them, as the documentation of messages.setInlineBotResults lists them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .bot_api_params import Params
from .bot_api_refusals import NOT_UTF8, bad
from .bot_api_units import is_utf8, utf16_units

_MOST = 50  # results, "answerInlineQuery"
_LONGEST_ID = 64  # bytes, "InlineQueryResultArticle"; and of next_offset and start_parameter, "answerInlineQuery"
_LONGEST_TEXT = 4096  # UTF-16 units, "InputTextMessageContent"
_LONGEST_QUERY = 256  # characters, "InlineQuery"
_START = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_SWITCHES = ("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat")
_CHATS = ("allow_user_chats", "allow_bot_chats", "allow_group_chats", "allow_channel_chats")
_KINDS = {"text": str, "query": str} | dict.fromkeys(_CHATS, bool)


@dataclass(frozen=True)
class InlineAnswer:
    """What somebody sees who asked: results of the kind "article" as they were given, and the button above them."""

    results: list[dict[str, Any]] = field(default_factory=list)
    button: dict[str, Any] | None = None
    cache_time: int = 300
    is_personal: bool = False


def check_sharing(rows: list[list[dict[str, Any]]], *, inline: bool) -> None:
    """Refuses buttons that open the sheet where the bot has no inline mode, and what is wrong with them.

    The server's error was not found in the documentation; BUTTON_TYPE_INVALID is what bots report.
    """
    for button in (button for row in rows for button in row):
        switches = [name for name in _SWITCHES if name in button]
        if not switches:
            continue
        if not inline:
            raise bad("BUTTON_TYPE_INVALID")
        if len(switches) > 1 or button.get("url") or button.get("callback_data"):
            raise bad("can't parse inline keyboard button: exactly one of the optional fields must be used")
        _check_query(button[switches[0]], chosen=switches[0].endswith("chosen_chat"))


def _check_query(given: Any, *, chosen: bool) -> None:
    wanted = given if chosen else {"query": given, "allow_user_chats": True}
    if not isinstance(wanted, dict):
        raise bad("can't parse inline keyboard button: SwitchInlineQueryChosenChat must be an Object")
    for name, value in wanted.items():
        if name in _KINDS and not isinstance(value, _KINDS[name]):
            raise bad(f'can\'t parse inline keyboard button: Field "{name}" has a wrong type')
    if not any(wanted.get(name) for name in _CHATS):
        raise bad("can't parse inline keyboard button: At least one chat type must be allowed")
    if len(wanted.get("query", "")) > _LONGEST_QUERY:
        raise bad("BUTTON_DATA_INVALID")


def read_answer(params: Params) -> InlineAnswer:
    """The answer that a call gives. Raises a 400 in Telegram's words."""
    given = params.json("results", "can't parse JSON encoded inline query results")
    if given is not None and not isinstance(given, list):
        raise bad("expected an Array of inline query results")
    results = given or []
    if len(results) > _MOST:
        raise bad("too many inline query results specified")
    for result in results:
        _check_result(result)
    if len({result["id"] for result in results}) < len(results):
        raise bad("RESULT_ID_DUPLICATE")
    if len(params.text("next_offset").encode()) > _LONGEST_ID:
        raise bad("NEXT_OFFSET_INVALID")
    return InlineAnswer(results, _read_button(params), params.integer("cache_time", 300, 0), params.flag("is_personal"))


def _check_result(result: Any) -> None:
    prefix = "can't parse InlineQueryResult: "
    if not isinstance(result, dict):
        raise bad(prefix + "Inline query result must be an object")
    for name in ("type", "id", "title", "description"):
        value = result.get(name, "")
        if not isinstance(value, str):
            raise bad(prefix + f'Field "{name}" must be of type String')
        if not is_utf8(value):
            raise bad(NOT_UTF8)
    if result.get("type") != "article":
        raise bad(prefix + "invalid inline query result type specified")  # others are not known here
    if not result.get("id"):
        raise bad("RESULT_ID_EMPTY")
    if len(result["id"].encode()) > _LONGEST_ID:
        raise bad("RESULT_ID_INVALID")
    if not result.get("title"):
        raise bad("ARTICLE_TITLE_EMPTY")
    _check_content(result.get("input_message_content"), prefix)


def _check_content(content: Any, prefix: str) -> None:
    text = content.get("message_text") if isinstance(content, dict) else None
    if not isinstance(text, str):
        raise bad(prefix + "Message content is not specified")
    if not is_utf8(text):
        raise bad(NOT_UTF8)
    if not text.strip():
        raise bad("message text is empty")
    if utf16_units(text) > _LONGEST_TEXT:
        raise bad("MESSAGE_TOO_LONG")


def _read_button(params: Params) -> dict[str, Any] | None:
    button = params.json("button", "can't parse inline query results button JSON object")
    if button is None:
        return None
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"]:
        raise bad("can't parse inline query results button: Can't find field \"text\"")
    start = button.get("start_parameter")
    if not isinstance(start, str) or not start:
        raise bad("can't use empty start_parameter")
    if len(start) > _LONGEST_ID:
        raise bad("too long start_parameter specified")
    if not _START.fullmatch(start):
        raise bad("unallowed characters in start_parameter are used")
    return button
