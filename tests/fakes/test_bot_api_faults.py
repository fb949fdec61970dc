"""Faults on the way: pauses, cuts, 5xx, delays, pace, and a bot that is killed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
import telegram
from telegram.error import RetryAfter

from tests.fakes import TOKEN, BotApi, Broken, Cut, Delay, Forbidden, Refused, TooMany

Ask = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


async def test_a_429_asks_for_silence_and_a_call_inside_begins_it_again(api: BotApi, ask: Ask) -> None:
    for number in (1, 2):
        api.person(number).send("hi")
    api.fail("sendMessage", how=TooMany(1), chat_id=1)
    status, body = await ask("sendMessage", chat_id=1, text="a")
    assert (status, body["parameters"]) == (429, {"retry_after": 1})
    assert body["description"] == "Too Many Requests: retry after 1"
    assert (await ask("sendMessage", chat_id=2, text="a"))[0] == 200
    assert api.calls_inside_pause == 0
    await asyncio.sleep(0.6)
    assert (await ask("sendMessage", chat_id=1, text="a"))[0] == 429
    await asyncio.sleep(0.6)
    assert (await ask("sendMessage", chat_id=1, text="a"))[0] == 429
    assert api.calls_inside_pause == 2
    await asyncio.sleep(1.1)
    assert (await ask("sendMessage", chat_id=1, text="a"))[0] == 200


async def test_a_cut_before_leaves_nothing_and_a_cut_after_leaves_the_message(api: BotApi, ask: Ask) -> None:
    ann = api.person(1)
    ann.send("hi")
    for how, said in ((Cut(), []), (Cut(after=True), ["a"])):
        api.fail("sendMessage", how=how)
        with pytest.raises(aiohttp.ClientError):
            await ask("sendMessage", chat_id=1, text="a")
        assert ann.said == said
    assert [call.outcome for call in api.calls_of("sendMessage")] == ["cut before", "cut after"]


async def test_faults_end_after_their_count_and_say_what_was_asked(api: BotApi, ask: Ask) -> None:
    api.person(1).send("hi")
    api.fail("sendMessage", 2, how=Broken(500))
    api.fail("sendMessage", how=Forbidden("Forbidden: bot was kicked from the group chat"))
    api.fail("sendMessage", how=Refused("Bad Request: TOPIC_CLOSED"))
    api.fail("sendMessage", how=Delay(0.3))
    began = time.monotonic()
    answers = [await ask("sendMessage", chat_id=1, text="a") for _ in range(6)]
    assert [status for status, _ in answers] == [500, 500, 403, 400, 200, 200]
    assert answers[3][1]["description"] == "Bad Request: TOPIC_CLOSED"
    assert time.monotonic() - began >= 0.3


async def test_above_telegrams_pace_a_429_comes_when_rates_are_enforced() -> None:
    async with BotApi(enforce_rates=True) as api, telegram.Bot(TOKEN, base_url=api.base_url) as bot:
        api.person(1).send("hi")
        with suppress(RetryAfter):
            for _ in range(20):
                await bot.send_message(1, "hi")
        assert 3 <= len(api.person(1).said) <= 8


READER = """
import json, sys, urllib.request
base, offset = sys.argv[1], 0
def call(method, **params):
    body = json.dumps(params).encode()
    request = urllib.request.Request(base + method, body, {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))["result"]
while True:
    for update in call("getUpdates", offset=offset, timeout=20):
        call("sendMessage", chat_id=update["message"]["chat"]["id"], text=update["message"]["text"].upper())
        if update["message"]["text"] == "wait":
            input()
        offset = update["update_id"] + 1
"""


def test_what_was_said_outlives_a_killed_bot_and_what_was_not_confirmed_comes_again() -> None:
    with BotApi() as api:
        ann = api.person(1)
        command = [sys.executable, "-c", READER, f"{api.base_url}{TOKEN}/"]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as first:
            ann.send("hello")
            ann.wait_for("HELLO", 10)
            ann.send("wait")
            ann.wait_for("WAIT", 10)
            first.kill()
        with subprocess.Popen(command, stdin=subprocess.PIPE) as second:
            api.wait_for(lambda: ann.said == ["HELLO", "WAIT", "WAIT"], 10)
            second.kill()
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as idle:
            api.wait_for(lambda: len(ann.said) == 4, 10)
            idle.kill()


def test_a_reader_killed_in_its_long_poll_takes_nothing_with_it() -> None:
    with BotApi() as api:
        ann = api.person(1)
        command = [sys.executable, "-c", READER, f"{api.base_url}{TOKEN}/"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as first:
            api.wait_for(lambda: len(api.calls_of("getUpdates")) == 1, 10)
            first.kill()
        ann.send("hello")
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as second:
            ann.wait_for("HELLO", 10)
            second.kill()
        assert ann.said == ["HELLO"]
