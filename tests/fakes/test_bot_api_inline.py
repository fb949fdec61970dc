"""Inline mode of the stand-in: what it hands out, what it refuses and in which words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.fakes import BotApi

Ask = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]
LATE = "query is too old and response timeout expired or query ID is invalid"


def article(**parts: Any) -> dict[str, Any]:
    return {"type": "article", "id": "1", "title": "T", "input_message_content": {"message_text": "x"}} | parts


def sharing(**parts: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Share"} | parts]]}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"results": "x"}, "can't parse JSON encoded inline query results"),
    ({"results": {}}, "expected an Array of inline query results"),
    ({"results": [article(id=str(n)) for n in range(51)]}, "too many inline query results specified"),
    ({"results": [7]}, "can't parse InlineQueryResult: Inline query result must be an object"),
    ({"results": [article(id=7)]}, 'can\'t parse InlineQueryResult: Field "id" must be of type String'),
    ({"results": [article(type="x")]}, "can't parse InlineQueryResult: invalid inline query result type specified"),
    ({"results": [article(id="")]}, "RESULT_ID_EMPTY"),
    ({"results": [article(id="ä" * 33)]}, "RESULT_ID_INVALID"),
    ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
    ({"results": [article(title="")]}, "ARTICLE_TITLE_EMPTY"),
    ({"results": [article(title="a\ud800")]}, "strings must be encoded in UTF-8"),
    (
        {"results": [article(input_message_content=None)]},
        "can't parse InlineQueryResult: Message content is not specified",
    ),
    ({"results": [article(input_message_content={"message_text": " "})]}, "message text is empty"),
    ({"results": [article(input_message_content={"message_text": "x" * 4097})]}, "MESSAGE_TOO_LONG"),
    ({"results": [], "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
    ({"results": [], "button": {"text": "Open"}}, "can't use empty start_parameter"),
    ({"results": [], "button": {"text": "Open", "start_parameter": "x" * 65}}, "too long start_parameter specified"),
    (
        {"results": [], "button": {"text": "Open", "start_parameter": "a b"}},
        "unallowed characters in start_parameter are used",
    ),
    (
        {"results": [], "button": {"start_parameter": "a"}},
        "can't parse inline query results button: Can't find field \"text\"",
    ),
]


@pytest.fixture(autouse=True)
def inline(api: BotApi) -> None:
    api.world.inline = True
    api.person(11).command("start")


@pytest.mark.parametrize(("params", "words"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
async def test_a_wrong_answer_is_refused(api: BotApi, ask: Ask, params: dict[str, Any], words: str) -> None:
    query = api.person(11).ask_inline("x")
    status, answer = await ask("answerInlineQuery", inline_query_id=query, **params)
    assert (status, answer["description"]) == (400, f"Bad Request: {words}")
    status, _ = await ask("answerInlineQuery", inline_query_id=query, results=[article()])
    assert status == 200, "it can still be answered"


async def test_a_query_is_answered_once_in_time_and_only_with_inline_mode(api: BotApi, ask: Ask) -> None:
    query, late = api.person(11).ask_inline("x"), api.person(11).ask_inline("x", too_late=True)
    assert (await ask("answerInlineQuery", inline_query_id=query, results=[article()]))[0] == 200
    for number in (query, late, "404", ""):
        status, answer = await ask("answerInlineQuery", inline_query_id=number, results=[])
        assert (status, answer["description"]) == (400, f"Bad Request: {LATE}")
    third = api.person(11).ask_inline("x")
    api.world.inline = False
    status, answer = await ask("answerInlineQuery", inline_query_id=third, results=[])
    assert (status, answer["description"]) == (400, "Bad Request: USER_BOT_INVALID")


async def test_what_is_asked_comes_as_an_update_of_its_kind(api: BotApi, ask: Ask) -> None:
    query = api.person(11).ask_inline("thanks 7")
    _, answer = await ask("getUpdates", allowed_updates=["inline_query"])
    update = answer["result"][-1]["inline_query"]
    assert (update["id"], update["from"]["id"], update["query"]) == (query, 11, "thanks 7")
    assert (await ask("getMe"))[1]["result"]["supports_inline_queries"] is True


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"switch_inline_query": 7}, 'can\'t parse inline keyboard button: Field "query" has a wrong type'),
        (
            {"switch_inline_query_chosen_chat": "x"},
            "can't parse inline keyboard button: SwitchInlineQueryChosenChat must be an Object",
        ),
        (
            {"switch_inline_query_chosen_chat": {"query": "x"}},
            "can't parse inline keyboard button: At least one chat type must be allowed",
        ),
        ({"switch_inline_query": "x" * 257}, "BUTTON_DATA_INVALID"),
        (
            {"switch_inline_query": "x", "url": "https://example.org"},
            "can't parse inline keyboard button: exactly one of the optional fields must be used",
        ),
    ],
    ids=range(5),
)
async def test_a_wrong_button_that_shares_is_refused(ask: Ask, button: dict[str, Any], words: str) -> None:
    status, answer = await ask("sendMessage", chat_id=11, text="a", reply_markup=sharing(**button))
    assert (status, answer["description"]) == (400, f"Bad Request: {words}")


async def test_a_button_that_shares_needs_inline_mode(api: BotApi, ask: Ask) -> None:
    markup = sharing(switch_inline_query_chosen_chat={"query": "thanks 7", "allow_user_chats": True})
    assert (await ask("sendMessage", chat_id=11, text="a", reply_markup=markup))[0] == 200
    query = api.person(11).open_sheet("Share")
    assert api.world.updates.last_body["inline_query"]["query"] == "thanks 7"
    assert query == api.world.updates.last_body["inline_query"]["id"]
    api.world.inline = False
    status, answer = await ask("sendMessage", chat_id=11, text="b", reply_markup=markup)
    assert (status, answer["description"]) == (400, "Bad Request: BUTTON_TYPE_INVALID")
    with pytest.raises(AssertionError, match="inline mode is off"):
        api.person(11).ask_inline("x")
