"""What Discord gets to see of a message, and what its answers mean to the outbox."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from aiohttp import web

from bot.chats.discord import DiscordChat
from bot.chats.discord_errors import TOKEN_REFUSED
from bot.errors import InDoubt, Outdated, PebbleError, Refused, TryLater, Unreachable
from bot.speech import Address, Op, Outgoing
from tests.chats.discord_door import ANN, CANARY, ROWS, DiscordDoor, hurry, listening
from tests.chats.discord_drivers import discord_chat
from tests.chats.telegram_door import answering, until
from tests.fakes import Broken, Cut, DiscordApi, DiscordPerson, DiscordRefused, DiscordTooMany

SEND = ("POST", "/channels/*/messages")
EDIT = ("PATCH", "/channels/*/messages/*")


@pytest.fixture
async def api() -> AsyncIterator[DiscordApi]:
    async with DiscordApi() as api:
        api.person(11, zone="Europe/Berlin")
        yield api
        assert api.errors == []


@pytest.fixture
def ann(api: DiscordApi) -> DiscordPerson:
    return api.person(11)


@pytest.fixture
async def chat(api: DiscordApi) -> AsyncIterator[DiscordChat]:
    async with listening(api, DiscordDoor()) as chat:
        yield chat


async def fails(chat: DiscordChat, outgoing: Outgoing, address: Address = ANN, **more: Any) -> PebbleError:
    with pytest.raises(PebbleError) as caught:
        await chat.send(address, outgoing, **{"nonce": 1, **more})
    assert len(str(caught.value)) <= 80
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


async def test_a_message_carries_its_row_as_nonce_and_a_repeat_is_dropped(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson
) -> None:
    first = await chat.send(ANN, Outgoing("One slow breath", ROWS), nonce=4711)
    again = await chat.send(ANN, Outgoing("One slow breath", ROWS), nonce=4711)
    assert again == first
    assert [said.text for said in ann.inbox] == ["One slow breath"]
    body = api.calls_of(*SEND)[0].body
    assert (body["nonce"], body["enforce_nonce"]) == ("4711", True)
    assert [label for row in ann.newest.buttons for label, _ in row] == ["Did it", "Later", "No"]
    api.move_clock(600)
    await chat.send(ANN, Outgoing("One slow breath"), nonce=4711)
    assert len(ann.inbox) == 2, "Discord remembers a nonce for some minutes"


@pytest.mark.parametrize("after", [False, True])
async def test_a_cut_is_in_doubt_and_the_repeat_makes_it_one_message(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, after: bool
) -> None:
    api.fail(*SEND, how=Cut(after=after))
    assert isinstance(await fails(chat, Outgoing(CANARY), nonce=7), InDoubt)
    await chat.send(ANN, Outgoing(CANARY), nonce=7)
    assert [said.text for said in ann.inbox] == [CANARY]


async def test_silent_and_with_a_sound(chat: DiscordChat, ann: DiscordPerson) -> None:
    await chat.send(ANN, Outgoing("psst", silent=True), nonce=1)
    await chat.send(ANN, Outgoing("hello"), nonce=2)
    assert [said.silent for said in ann.inbox] == [True, False]


@pytest.mark.parametrize("door", ["closed", "no common server", "unknown"])
async def test_who_lets_nobody_in_is_unreachable(api: DiscordApi, chat: DiscordChat, door: str) -> None:
    ann = api.person(11)
    if door == "closed":
        ann.close_dms()
    elif door == "no common server":
        ann.leave_server()
    where = Address("discord", "404") if door == "unknown" else ANN
    assert isinstance(await fails(chat, Outgoing("x"), where), Unreachable)


@pytest.mark.parametrize("chat_id", ["-20", "@everyone", "", "11.5"])
async def test_an_address_that_is_no_number_is_refused_without_a_call(
    api: DiscordApi, chat: DiscordChat, chat_id: str
) -> None:
    assert isinstance(await fails(chat, Outgoing("x"), Address("discord", chat_id)), Refused)
    assert api.calls_of("POST", "/users/@me/channels") == []


async def test_a_429_of_one_chat_is_waited_for_and_others_go_on(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson
) -> None:
    ben = api.person(12, name="Ben")
    for number, address in enumerate((ANN, Address("discord", "12"))):
        await chat.send(address, Outgoing("hello"), nonce=number)
    api.fail(*SEND, how=DiscordTooMany(0.6))
    limited = asyncio.create_task(chat.send(ANN, Outgoing("later"), nonce=5))
    await api.wait_for_async(lambda: api.calls_of(*SEND)[-1].outcome == "429")
    await chat.send(Address("discord", "12"), Outgoing("meanwhile"), nonce=6)
    assert ben.newest.text == "meanwhile"
    assert len(ann.inbox) == 1
    await limited
    assert ann.newest.text == "later"
    assert api.calls_inside_pause == 0


async def test_a_429_of_everything_holds_everybody_back(api: DiscordApi, chat: DiscordChat, ann: DiscordPerson) -> None:
    ben = Address("discord", str(api.person(12, name="Ben").id))
    await chat.send(ben, Outgoing("hello"), nonce=1)
    api.fail(*SEND, how=DiscordTooMany(0.6, everywhere=True))
    first = asyncio.create_task(chat.send(ANN, Outgoing("one"), nonce=2))
    await api.wait_for_async(lambda: api.calls_of(*SEND)[-1].outcome == "429")
    with pytest.raises(TryLater) as held:
        await chat.send(ben, Outgoing("two"), nonce=3)
    assert (held.value.limited, held.value.everywhere) == (True, True)
    assert held.value.after is not None
    assert 0 < held.value.after <= 1
    await first
    assert ann.newest.text == "one"
    assert api.calls_inside_pause == 0


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_long_429_is_given_back_with_the_pause_that_it_names(
    api: DiscordApi, chat: DiscordChat, everywhere: bool
) -> None:
    api.fail(*SEND, how=DiscordTooMany(3600, everywhere=everywhere))
    error = await fails(chat, Outgoing("x"))
    assert isinstance(error, TryLater)
    assert (error.after, error.limited, error.everywhere) == (3600, True, everywhere)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_an_answered_5xx_is_tried_later(
    api: DiscordApi, chat: DiscordChat, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    hurry(monkeypatch)
    api.fail(*SEND, times=5, how=Broken(status))
    error = await fails(chat, Outgoing(CANARY))
    assert isinstance(error, TryLater)
    assert (error.limited, error.everywhere) == (False, True)


async def test_a_refused_connection_is_tried_later(api: DiscordApi, chat: DiscordChat) -> None:
    await chat.send(ANN, Outgoing("x"), nonce=1)
    await asyncio.to_thread(api.stop)
    await until(lambda: chat.trouble() == "the line to Discord is down")
    error = await fails(chat, Outgoing("x"))
    assert isinstance(error, TryLater)
    assert error.everywhere


async def test_what_waits_before_the_login_and_after_the_end_is_tried_later(api: DiscordApi) -> None:
    with api.for_discord_py():
        early = discord_chat(token=api.token, api=f"{api.url}/api/v10")
        assert isinstance(await fails(early, Outgoing("x")), TryLater)
    async with listening(api, DiscordDoor()) as chat:
        pass
    assert isinstance(await fails(chat, Outgoing("x")), TryLater)


async def test_a_wrong_token_names_the_setting_until_it_is_taken(api: DiscordApi, chat: DiscordChat) -> None:
    api.fail(*SEND, how=DiscordRefused(401, 0, "401: Unauthorized"))
    error = await fails(chat, Outgoing("x"))
    assert isinstance(error, TryLater)
    assert error.everywhere
    assert chat.trouble() == TOKEN_REFUSED
    assert "PEBBLE_DISCORD_TOKEN" in TOKEN_REFUSED
    await chat.send(ANN, Outgoing("x"), nonce=2)
    assert chat.trouble() is None


async def test_a_token_that_is_reset_closes_the_line_for_good_and_nothing_is_lost(
    api: DiscordApi, chat: DiscordChat
) -> None:
    api.close(4004)
    await until(lambda: chat.trouble() == TOKEN_REFUSED)
    assert isinstance(await fails(chat, Outgoing("x")), TryLater)


async def test_what_discord_never_takes_is_refused(api: DiscordApi, chat: DiscordChat) -> None:
    api.fail(*SEND, how=DiscordRefused(400, 50035, f"Invalid Form Body {CANARY}"))
    assert isinstance(await fails(chat, Outgoing(CANARY)), Refused)
    assert isinstance(await fails(chat, Outgoing("")), Refused)


async def test_a_chat_that_is_gone_is_looked_up_again(api: DiscordApi, chat: DiscordChat, ann: DiscordPerson) -> None:
    await chat.send(ANN, Outgoing("one"), nonce=1)
    del api.world.channels[ann.channel.id]
    assert isinstance(await fails(chat, Outgoing("two")), TryLater)
    await chat.send(ANN, Outgoing("two"), nonce=2)
    assert ann.newest.text == "two"


async def test_opening_chats_too_fast_waits_a_minute(api: DiscordApi, chat: DiscordChat) -> None:
    api.person(12)
    api.world.dm_openings = 0
    error = await fails(chat, Outgoing("x"), Address("discord", "12"))
    assert isinstance(error, TryLater)
    assert (error.after, error.limited, error.everywhere) == (60, True, False)


@pytest.mark.parametrize("message", [None, "99", "a forged id", "1.2"])
@pytest.mark.parametrize("outgoing", [Outgoing("x", op=Op.EDIT), Outgoing(op=Op.EDIT), Outgoing(op=Op.DELETE)], ids=str)
async def test_changing_what_is_not_there_is_outdated(
    chat: DiscordChat, outgoing: Outgoing, message: str | None
) -> None:
    assert isinstance(await fails(chat, outgoing, message=message), Outdated)


async def test_changing_a_deleted_message_or_somebody_elses_is_outdated(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson
) -> None:
    receipt = await chat.send(ANN, Outgoing("x", ROWS), nonce=1)
    theirs = ann.write("mine")
    ann.newest.message.deleted = True
    for message in (receipt.message, f"{ann.channel.id}.{theirs.id}"):
        assert isinstance(await fails(chat, Outgoing("y", op=Op.EDIT), message=message), Outdated)
    assert [call.outcome[:9] for call in api.calls_of(*EDIT)] == ["404 10008", "403 50005"]


@pytest.mark.parametrize(
    ("kind", "body"), [("text/html", "<html>"), ("application/json", "[{"), ("application/json", "[]")]
)
async def test_an_answer_that_cannot_be_read_is_in_doubt(
    chat: DiscordChat, monkeypatch: pytest.MonkeyPatch, kind: str, body: str
) -> None:
    await chat.send(ANN, Outgoing("hi"), nonce=1)
    async with answering(lambda _: web.Response(text=body + CANARY, content_type=kind)) as url:
        monkeypatch.setattr(discord.http.Route, "BASE", url)
        assert isinstance(await fails(chat, Outgoing("x")), InDoubt)


async def test_a_stop_does_not_cut_messages_under_way(api: DiscordApi) -> None:
    async with listening(api, DiscordDoor()) as chat:
        await chat.send(ANN, Outgoing("first"), nonce=100)
        sending = [asyncio.create_task(chat.send(ANN, Outgoing(f"{n}"), nonce=n)) for n in range(20)]
        await asyncio.sleep(0)
    receipts = await asyncio.gather(*sending)
    assert len({receipt.message for receipt in receipts}) == 20


@pytest.mark.parametrize("status", [403, 404])
async def test_a_no_that_is_not_discords_own_word_poisons_nothing(
    api: DiscordApi, chat: DiscordChat, status: int
) -> None:
    await chat.send(ANN, Outgoing("x"), nonce=1)
    api.fail(*SEND, how=DiscordRefused(status, 0, "a gateway's page"))
    error = await fails(chat, Outgoing(CANARY), nonce=2)
    assert isinstance(error, TryLater)
    assert error.everywhere
