"""What people do in Telegram reaches the door once and in order; Telegram forgets it after the commit."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.clock import SystemClock
from bot.errors import TryLater
from bot.speech import Address, Button, Incoming, Kind, Outgoing, Rows
from tests.chats.telegram_door import QUICK, SECRET, Door, answering, listening, telegram, until
from tests.fakes import BotApi, Broken, Cut, Hang, Refused

WEBHOOK = {"mode": "webhook", "webhook_url": "https://pebble.example/telegram", "webhook_secret": SECRET}


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(conflict_pause=0.2) as api:
        yield api


@pytest.fixture
def door() -> Door:
    return Door()


async def test_what_people_do_is_heard(api: BotApi, door: Door) -> None:
    ann = api.person(11, language="de")
    async with listening(api, door) as chat:
        ann.command("start", "code")
        await until(lambda: door.heard)
        await chat.send(door.heard[0].address, Outgoing("hi"), nonce=1)
        ann.send("my words")
        ann.send_photo()
        ann.block()
        await until(lambda: len(door.heard) == 4)
        assert chat.trouble() is None
        assert chat.last_poll_at is not None
    heard = [(incoming.kind, incoming.text, incoming.language) for incoming in door.heard]
    assert heard == [
        (Kind.COMMAND, "start", "de"),
        (Kind.TEXT, "my words", "de"),
        (Kind.PHOTO, "", "de"),
        (Kind.LEFT, "", "de"),
    ]
    assert door.heard[0].rest == "code"
    assert {incoming.address for incoming in door.heard} == {Address("telegram", "11")}


async def test_an_update_is_confirmed_only_after_its_commit(api: BotApi, door: Door) -> None:
    may_commit = asyncio.Event()

    async def wait(incoming: Incoming) -> None:
        await may_commit.wait()

    door.before = wait
    async with listening(api, door):
        api.person(11).send("hello")
        await asyncio.sleep(0.1)
        polls = api.calls_of("getUpdates")
        assert len(api.pending) == 1
        assert all("offset" not in poll.params for poll in polls)
        may_commit.set()
        await until(lambda: not api.pending)
    assert door.texts == ["hello"]


async def test_what_could_not_be_stored_comes_again_to_the_next_process(api: BotApi, door: Door) -> None:
    async def fail(incoming: Incoming) -> None:
        if incoming.text == "second":
            raise TryLater("the database is away")

    door.before = fail
    for text in ("first", "second", "third"):
        api.person(11).send(text)
    async with listening(api, door):
        await until(lambda: door.texts == ["first"])
        await asyncio.sleep(0.1)
    assert len(api.pending) == 3
    door.before = None
    async with listening(api, door):
        await until(lambda: not api.pending)
    assert door.texts == ["first", "second", "third"]
    assert door.skipped == []


async def test_one_person_is_heard_in_order_while_others_go_on(api: BotApi, door: Door) -> None:
    slow = asyncio.Event()
    failures = iter([True, True])

    async def hold(incoming: Incoming) -> None:
        if incoming.address.chat == "11" and incoming.text == "0":
            await slow.wait()
            if next(failures, False):
                raise TryLater("busy")

    door.before = hold
    for number in range(5):
        for person in (11, 12):
            api.person(person).send(str(number))
    async with listening(api, door):
        await until(lambda: len(door.heard) == 5)
        assert {incoming.address.chat for incoming in door.heard} == {"12"}
        slow.set()
        await until(lambda: len(door.heard) == 10)
    for chat in ("11", "12"):
        own = [incoming.text for incoming in door.heard if incoming.address.chat == chat]
        assert own == ["0", "1", "2", "3", "4"]


async def test_malformed_updates_are_recorded_and_those_behind_are_heard(api: BotApi, door: Door) -> None:
    ann = api.person(11)
    ann.send("before")
    bad: list[Any] = [
        [],
        "text",
        None,
        {"message": []},
        {"update_id": 2**63, "message": {}},
        {"message": {"chat": 5}},
    ]
    for update in bad:
        api.push(update)
    ann.send("behind")
    began = time.monotonic()
    async with listening(api, door):
        await until(lambda: door.texts == ["before", "behind"], seconds=1)
        assert time.monotonic() - began < 1
        ann.send("later")
        await until(lambda: "later" in door.texts, seconds=1)
        await asyncio.sleep(0.2)
        polls = len(api.calls_of("getUpdates"))
    assert len(door.skipped) == len(bad)
    assert len({key for key, _ in door.skipped}) == len(bad)
    assert polls < 30


async def test_an_update_nested_too_deeply_does_not_spoil_its_batch(door: Door) -> None:
    deep = '{"update_id": 2, "message": ' + "[" * 10_000 + "]" * 10_000 + "}"
    good = [json.dumps(_text(number, f"number {number}")) for number in (1, 3)]
    offsets = []

    def answer(method: str) -> web.Response:
        if method != "getUpdates":
            return web.json_response({"ok": True, "result": True})
        offsets.append(method)
        batch = [good[0], deep, good[1]] if len(offsets) == 1 else []
        return web.Response(text='{"ok": true, "result": [' + ",".join(batch) + "]}")

    async with answering(answer) as url:
        chat = telegram(url, "1:token", door)
        await chat.start()
        await chat.hear(door.receive)
        await until(lambda: len(door.heard) == 2)
        await chat.stop()
    assert [key for key, _ in door.skipped] == ["telegram:update:2"]


async def test_an_error_of_the_door_skips_one_update_and_no_word_of_it_is_logged(
    api: BotApi, door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    async def stumble(incoming: Incoming) -> None:
        if incoming.text == "canary":
            raise KeyError(incoming.text)

    door.before = stumble
    api.person(11).send("canary")
    api.person(11).send("behind")
    async with listening(api, door):
        await until(lambda: door.texts == ["behind"])
    assert door.skipped == [("telegram:update:700000001", "not handled: KeyError")]
    written = "".join(capsys.readouterr())
    assert "telegram_update_skipped" in written
    assert "canary" not in written
    assert api.token not in written


async def test_a_skip_that_cannot_be_stored_is_tried_again_and_one_that_breaks_blocks_nobody(
    api: BotApi, door: Door
) -> None:
    failures = iter([TryLater("away"), KeyError("broken")])

    async def fail(key: str) -> None:
        if error := next(failures, None):
            raise error

    door.before_skip = fail
    first = api.push({"message": []})
    api.push({"message": 5})
    api.person(11).send("behind")
    async with listening(api, door):
        await until(lambda: not api.pending)
    assert [key for key, _ in door.skipped] == [f"telegram:update:{first}"]
    assert door.texts == ["behind"]


async def test_a_repeated_update_has_the_same_key(api: BotApi, door: Door) -> None:
    async with listening(api, door):
        api.person(11).send("once")
        await until(lambda: door.heard)
        api.repeat_last()
        api.person(11).send("end")
        await until(lambda: door.texts[-1] == "end")
    assert door.texts == ["once", "end"]


async def test_a_tap_is_acknowledged_after_the_commit(api: BotApi, door: Door) -> None:
    ann = api.person(11)
    ann.command("start")
    door.toast = "Noted. " + "x" * 300
    async with listening(api, door) as chat:
        await until(lambda: door.heard)
        await chat.send(Address("telegram", "11"), Outgoing("Breathe", _one_button()), nonce=1)
        committing = asyncio.Event()

        async def wait(incoming: Incoming) -> None:
            await committing.wait()

        door.before = wait
        ann.tap("Did it")
        await asyncio.sleep(0.1)
        assert api.calls_of("answerCallbackQuery") == []
        committing.set()
        await api.wait_for_async(lambda: ann.toasts)
    assert ann.toasts[0].text == door.toast[:200]
    assert (door.heard[-1].kind, door.heard[-1].text) == (Kind.TAP, "1:did:9:")
    assert door.heard[-1].message == str(ann.newest.message_id)


async def test_acknowledging_that_fails_or_hangs_holds_nobody_up(api: BotApi, door: Door) -> None:
    ann = api.person(11)
    ann.command("start")
    async with listening(api, door) as chat:
        await until(lambda: door.heard)
        await chat.send(Address("telegram", "11"), Outgoing("Breathe", _one_button()), nonce=1)
        api.fail("answerCallbackQuery", how=Broken(500))
        api.fail("answerCallbackQuery", how=Cut())
        ann.tap("Did it")
        ann.tap("Did it")
        ann.tap("Did it", too_late=True)
        await api.wait_for_async(lambda: len(api.calls_of("answerCallbackQuery")) == 3)
        api.fail("answerCallbackQuery", how=Hang())
        ann.tap("Did it")
        ann.send("next")
        await until(lambda: door.texts[-1] == "next", seconds=1)
        await until(lambda: not api.pending, seconds=1)


async def test_groups_reach_the_door_only_when_they_mean_pebble(api: BotApi, door: Door) -> None:
    ann, family = api.person(11), api.group(-20)
    family.add_bot(by=ann)
    family.say(ann, "dinner?")
    family.say_anonymously("/start")
    async with listening(api, door):
        await until(lambda: not api.pending)
        await api.wait_for_async(lambda: api.calls_of("getMe"))
        family.say(ann, "/start@other_bot")
        family.say(ann, "/start@pebble_test_bot")
        new = family.migrate()
        await until(lambda: not api.pending)
    heard = [(incoming.kind, incoming.text, incoming.private) for incoming in door.heard]
    assert heard == [
        (Kind.OTHER, "", False),
        (Kind.COMMAND, "start", False),
        (Kind.MOVED, str(new), False),
    ]


async def test_a_second_poller_is_named_and_sending_goes_on(api: BotApi, door: Door) -> None:
    ann = api.person(11)
    ann.command("start")
    other = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    async with listening(api, door) as chat:
        await until(lambda: chat.trouble() is None)
        api.fail("getUpdates", times=3, how=Refused(other, status=409))
        ann.send("wake the poll")
        await until(lambda: chat.trouble() == "another program is polling with this token", seconds=4)
        await chat.send(Address("telegram", "11"), Outgoing("still here"), nonce=1)
        await until(lambda: chat.trouble() is None)
        ann.send("back")
        await until(lambda: door.texts[-1] == "back")


async def test_polling_survives_whatever_the_network_does(api: BotApi, door: Door) -> None:
    for how in (Broken(502), Cut(), Cut(after=True), Broken(500), Refused("Bad Request: strange")):
        api.fail("getUpdates", how=how)
    api.fail("deleteWebhook", how=Broken(504))
    api.person(11).send("patience")
    async with listening(api, door) as chat:
        assert chat.trouble() == "Telegram has not answered yet"
        await until(lambda: door.heard)
        assert chat.trouble() is None
    assert door.texts == ["patience"]


@pytest.mark.parametrize("body", ["", "<html>", '{"ok": true}', '{"ok": true, "result": 5}', "[" * 10_000])
async def test_an_answer_that_makes_no_sense_is_asked_for_again(door: Door, body: str) -> None:
    polls = []

    def answer(method: str) -> web.Response:
        if method != "getUpdates":
            return web.json_response({"ok": True, "result": True})
        polls.append(method)
        return web.Response(text=body)

    async with answering(answer) as url:
        chat = telegram(url, "1:token", door)
        await chat.start()
        await chat.hear(door.receive)
        await until(lambda: len(polls) >= 3)
        assert chat.trouble() is not None
        await chat.stop()


async def test_telegram_may_be_out_of_reach_at_the_start(api: BotApi, door: Door) -> None:
    await asyncio.to_thread(api.stop)
    chat = telegram(api.url, api.token, door)
    await chat.start()
    await chat.hear(door.receive)
    assert chat.trouble() is not None
    began = time.monotonic()
    await chat.stop()
    assert time.monotonic() - began < 1


async def test_a_wrong_token_is_told_and_no_crash(api: BotApi, door: Door) -> None:
    chat = telegram(api.url, "110201543:another", door)
    await chat.start()
    await chat.hear(door.receive)
    await until(lambda: "PEBBLE_TELEGRAM_TOKEN" in str(chat.trouble()))
    await chat.stop()


async def test_a_poll_that_was_not_answered_for_long_is_told(api: BotApi, door: Door) -> None:
    class Later(SystemClock):
        ahead = 0.0

        def monotonic(self) -> float:
            return super().monotonic() + self.ahead

    clock = Later()
    api.fail("getUpdates", times=1, how=Cut())
    async with listening(api, door, clock=clock) as chat:
        await until(lambda: chat.trouble() is None)
        clock.ahead = 89.0
        assert chat.trouble() is None
        clock.ahead = 100.0
        assert "the last answered poll was" in str(chat.trouble())


async def test_a_stop_ends_the_long_poll_and_finishes_what_came(api: BotApi, door: Door) -> None:
    began = asyncio.Event()

    async def slow(incoming: Incoming) -> None:
        began.set()
        await asyncio.sleep(0.2)

    door.before = slow
    api.person(11).send("hello")
    chat = telegram(api.url, api.token, door)
    await chat.start()
    await chat.hear(door.receive)
    await began.wait()
    await chat.stop()
    assert door.texts == ["hello"]
    await asyncio.sleep(0)
    asleep = telegram(api.url, api.token, Door())
    await asleep.start()
    await asleep.hear(door.receive)
    await until(lambda: asleep.trouble() is None)
    at = time.monotonic()
    await asleep.stop()
    assert time.monotonic() - at < 0.5


async def test_a_webhook_left_over_is_taken_down_and_only_known_kinds_are_asked_for(api: BotApi, door: Door) -> None:
    async with listening(api, door, **WEBHOOK):
        await api.wait_for_async(lambda: any(call.ok for call in api.calls_of("setWebhook")))
    api.person(11).send("kept")
    async with listening(api, door):
        await until(lambda: door.texts == ["kept"])
    wanted = ["message", "callback_query", "my_chat_member", "inline_query"]
    assert json.loads(api.calls_of("getUpdates")[0].params["allowed_updates"]) == wanted
    set_webhook = api.calls_of("setWebhook")[0].params
    assert json.loads(set_webhook["allowed_updates"]) == wanted
    assert (set_webhook["url"], set_webhook["secret_token"]) == (WEBHOOK["webhook_url"], SECRET)
    assert "drop_pending_updates" not in set_webhook


async def test_the_menu_is_set_in_every_language_as_often_as_it_takes(api: BotApi, door: Door) -> None:
    menus = [("", [("help", "What this is")]), ("xyz", [("help", "?")]), ("de", [("help", "Was das ist")])]
    api.fail("setMyCommands", how=Broken(500))
    api.fail("getMe", how=Cut())
    async with listening(api, door, commands=lambda: menus):
        await api.wait_for_async(lambda: len(api.world.commands) == 2)
    said = {language: menu[0]["description"] for (_, language), menu in api.world.commands.items()}
    assert said == {"": "What this is", "de": "Was das ist"}


async def test_a_webhook_that_telegram_refuses_is_told(api: BotApi, door: Door) -> None:
    async with listening(api, door, **(WEBHOOK | {"webhook_url": "http://pebble.example"})) as chat:
        await until(lambda: "PEBBLE_WEBHOOK_URL" in str(chat.trouble()))


async def test_a_webhook_that_could_not_be_set_is_set_later(api: BotApi, door: Door) -> None:
    api.fail("setWebhook", how=Broken(502))
    slow = type(QUICK)(network=(0.2, 0.2))
    async with listening(api, door, timing=slow, **WEBHOOK) as chat:
        await until(lambda: chat.trouble() is not None)
        await until(lambda: chat.trouble() is None)


async def test_accept_keeps_the_order_of_a_person_and_passes_try_later_on(api: BotApi, door: Door) -> None:
    first = asyncio.Event()

    async def hold(incoming: Incoming) -> None:
        if incoming.text == "0":
            await first.wait()
        if incoming.text == "busy":
            raise TryLater("busy")

    door.before = hold
    chat = telegram(api.url, api.token, door, **WEBHOOK)
    with pytest.raises(TryLater):
        await chat.accept(_text(1, "too early"))
    await chat.start()
    await chat.hear(door.receive)
    waiting = [asyncio.create_task(chat.accept(_text(n, str(n)))) for n in range(3)]
    await chat.accept(_text(9, "another", chat=12))
    assert door.texts == ["another"]
    first.set()
    await asyncio.gather(*waiting)
    with pytest.raises(TryLater):
        await chat.accept(_text(10, "busy"))
    await chat.accept(b"no JSON")
    await chat.stop()
    assert door.texts == ["another", "0", "1", "2"]
    assert len(door.skipped) == 1


async def test_the_token_stays_out_of_everything_written(
    api: BotApi, door: Door, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    api.fail("getUpdates", times=3, how=Cut())
    api.fail(times=2, how=Broken(502))
    async with listening(api, door):
        await api.wait_for_async(lambda: len(api.calls_of("getUpdates")) > 4 or api.pending == [])
        await asyncio.sleep(0.1)
    assert api.token not in "".join(capsys.readouterr()) + caplog.text


def _text(number: int, text: str, chat: int = 11) -> dict[str, Any]:
    sender = {"id": chat, "is_bot": False, "first_name": "Ann"}
    where = {"id": chat, "type": "private"}
    return {"update_id": number, "message": {"message_id": 1, "chat": where, "from": sender, "text": text}}


def _one_button() -> Rows:
    return ((Button("Did it", "1:did:9:"),),)
