"""Sharing through Telegram's inline mode: which button is shown, what is offered, and what happens when it is off."""

import json
from collections.abc import AsyncIterator

import pytest

from bot.chats.telegram import TelegramChat
from bot.errors import Refused, TryLater
from bot.speech import Address, Button, Incoming, Kind, Op, Outgoing, Shared
from tests.chats.telegram_door import Door, listening, telegram, until
from tests.fakes import BotApi
from tests.fakes import Refused as Says

ANN = Address("telegram", "11")
ROWS = ((Button("Share", url="https://t.me/share/url?url=x", share="thanks 7"), Button("Code", "1:code:7:")),)
OFFER = Shared("Your invitation for Bea", "Tap, and it goes into this chat.", "It waits here: https://t.me/x")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(inline=True) as api:
        api.person(11, language="de").command("start")
        yield api


@pytest.fixture
async def chat(api: BotApi) -> AsyncIterator[TelegramChat]:
    chat = telegram(api.url, api.token, Door())
    await chat.check()
    yield chat
    await chat.stop()


def shown(api: BotApi) -> dict[str, object]:
    """Return the first button of the newest message."""
    button: dict[str, object] = api.person(11).newest.markup.raw["inline_keyboard"][0][0]
    return button


async def test_with_inline_mode_the_button_opens_the_sheet_for_one_person(api: BotApi, chat: TelegramChat) -> None:
    await chat.send(ANN, Outgoing("Hand it on", ROWS), nonce=1)
    assert shown(api) == {
        "text": "Share",
        "switch_inline_query_chosen_chat": {"query": "thanks 7", "allow_user_chats": True},
    }


async def test_without_inline_mode_the_button_opens_its_address(api: BotApi, chat: TelegramChat) -> None:
    api.world.inline = False
    await chat.check()
    await chat.send(ANN, Outgoing("Hand it on", ROWS), nonce=1)
    assert shown(api) == {"text": "Share", "url": "https://t.me/share/url?url=x"}


async def test_inline_mode_that_was_switched_off_meanwhile_costs_no_message(api: BotApi, chat: TelegramChat) -> None:
    receipt = await chat.send(ANN, Outgoing("Hand it on", ROWS), nonce=1)
    api.world.inline = False
    await chat.send(ANN, Outgoing("And again", ROWS), nonce=2)
    assert shown(api) == {"text": "Share", "url": "https://t.me/share/url?url=x"}
    assert len(api.person(11).inbox) == 2
    await chat.send(ANN, Outgoing("Changed", ROWS, op=Op.EDIT), nonce=3, message=receipt.message)
    assert len(api.calls_of("editMessageText")) == 1, "from now on it is known"


async def test_a_button_that_is_refused_for_another_reason_is_not_sent_twice(api: BotApi, chat: TelegramChat) -> None:
    api.fail("sendMessage", how=Says("Bad Request: BUTTON_DATA_INVALID"))
    with pytest.raises(Refused):
        await chat.send(ANN, Outgoing("Hand it on", ROWS), nonce=1)
    assert len(api.calls_of("sendMessage")) == 1


async def test_what_is_typed_behind_the_bots_name_is_answered_with_one_thing_to_pass_on(api: BotApi) -> None:
    door = Door()
    door.shared = OFFER
    async with listening(api, door):
        await until(lambda: door.heard)
        query = api.person(11).ask_inline("thanks 7")
        await api.wait_for_async(lambda: api.world.inline_answers)
    asked = door.heard[-1]
    assert (asked.address, asked.kind, asked.text, asked.language) == (ANN, Kind.SHARES, "thanks 7", "de")
    answer = api.person(11).offered(query)
    (result,) = answer.results
    assert (result["title"], result["description"]) == (OFFER.title, OFFER.line)
    content = result["input_message_content"]
    assert (content["message_text"], content["link_preview_options"]) == (OFFER.text, {"is_disabled": True})
    assert "parse_mode" not in content
    assert (answer.cache_time, answer.is_personal, answer.button) == (0, True, None)


async def test_where_there_is_nothing_to_pass_on_one_button_leads_to_pebble(api: BotApi) -> None:
    door = Door()
    door.toast = "Open Pebble"
    async with listening(api, door):
        query = api.person(11).ask_inline("")
        await api.wait_for_async(lambda: api.world.inline_answers)
    answer = api.person(11).offered(query)
    assert (answer.results, answer.button) == ([], {"text": "Open Pebble", "start_parameter": "hello"})
    assert (answer.cache_time, answer.is_personal) == (0, True)


async def test_while_nothing_can_be_read_it_is_answered_with_nothing_and_holds_nobody_up(api: BotApi) -> None:
    door = Door()

    async def away(incoming: Incoming) -> None:
        if incoming.kind is Kind.SHARES:
            raise TryLater("the database is away")

    door.before = away
    async with listening(api, door):
        query = api.person(11).ask_inline("thanks 7")
        api.person(11).send("behind it")
        await until(lambda: "behind it" in door.texts)
        await api.wait_for_async(lambda: api.world.inline_answers)
    assert api.person(11).offered(query).results == []
    assert door.skipped == []


async def test_an_answer_that_comes_too_late_is_let_go(api: BotApi) -> None:
    door = Door()
    async with listening(api, door):
        api.person(11).ask_inline("thanks 7", too_late=True)
        await api.wait_for_async(lambda: any(call.ended_at for call in api.calls_of("answerInlineQuery")))
        api.person(11).send("behind it")
        await until(lambda: "behind it" in door.texts)
    (call,) = api.calls_of("answerInlineQuery")
    assert "query is too old" in call.outcome


@pytest.mark.parametrize(
    "query",
    [
        [],
        {"id": "1"},
        {"id": "1", "from": {"id": "11"}, "query": "x"},
        {"id": "1", "from": {"id": 11}, "query": 7},
        {"id": 1, "from": {"id": 11}, "query": "odd", "offset": []},
    ],
)
async def test_an_odd_query_is_skipped_and_those_behind_it_are_heard(api: BotApi, query: object) -> None:
    door = Door()
    async with listening(api, door):
        api.push({"inline_query": query})
        api.person(11).send("behind it")
        await until(lambda: "behind it" in door.texts)
    assert [json.loads(call.params["results"]) for call in api.calls_of("answerInlineQuery")] == []


async def test_another_bot_gets_no_answer(api: BotApi) -> None:
    door = Door()
    async with listening(api, door):
        sender = {"id": 12, "is_bot": True, "first_name": "Other"}
        api.push({"inline_query": {"id": "1", "from": sender, "query": "x", "offset": ""}})
        api.person(11).send("behind it")
        await until(lambda: "behind it" in door.texts)
    assert [incoming.kind for incoming in door.heard if incoming.address.chat == "12"] == []
