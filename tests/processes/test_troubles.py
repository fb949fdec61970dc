"""What can happen between Pebble, Telegram and the database while both go on living."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.chats.telegram_poll import CONFLICT
from bot.store.tables import addresses
from tests.fakes import BotApi, Refused, TooMany
from tests.processes.conftest import Start
from tests.processes.pebble import Pebble, tap, telegram, until, wait_for_button
from tests.processes.schedule import nudge_due

CANARY = "canary-Zwitscher-4711"


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pebble, BotApi]]:
    """A Pebble that says everything it can say in its logs, and the Bot API that it talks to."""
    with BotApi(conflict_pause=0.2) as api:
        pebble = Pebble(tmp_path_factory.mktemp("living"), **telegram(api, LOG_LEVEL="debug", LOG_FORMAT="json"))
        pebble.start()
        yield pebble, api
        pebble.end()


def test_somebody_who_blocked_pebble_is_left_alone_until_they_write_again(living: tuple[Pebble, BotApi]) -> None:
    pebble, api = living
    ann = api.person(21)
    ann.command("start")
    ann.wait_for("Pick one")
    pebble.at_rest()
    ann.user.blocked = True
    calls = len(api.calls_of("sendMessage"))
    with pebble.store() as store:
        store.run_now(lambda tx: nudge_due(tx, 21, int(time.time())))
    until(lambda: len(api.calls_of("sendMessage")) == calls + 1, 5, "the try")
    until(lambda: pebble.metric("addresses_paused") == 1, 3, "the pause")
    time.sleep(1.2)
    assert len(api.calls_of("sendMessage")) == calls + 1
    ann.user.blocked = False
    ann.command("help")
    ann.wait_for("/cancel")
    assert pebble.metric("addresses_paused") == 0


def test_a_group_gets_one_friendly_line_and_keeps_its_place_when_it_moves(living: tuple[Pebble, BotApi]) -> None:
    pebble, api = living
    ann, group = api.person(22), api.group(-500)
    group.add_bot(ann)
    group.wait_for("private chats")
    group.say(ann, "/start@pebble_test_bot")
    pebble.at_rest()
    assert len(group.said) == 1
    new = group.migrate()
    until(lambda: api.pending == [], 3, "the news")
    with pebble.store() as store:
        known = store.run_now(
            lambda tx: list(tx.connection.scalars(select(addresses.c.chat).where(addresses.c.chat.like("-%"))))
        )
    assert known == [str(new)]
    assert pebble.readiness()["telegram"] == "ok"


def test_a_429_is_waited_out(living: tuple[Pebble, BotApi]) -> None:
    pebble, api = living
    ann = api.person(23)
    api.fail("sendMessage", how=TooMany(1))
    ann.command("help")
    ann.wait_for("/cancel", 8)
    pebble.at_rest()
    assert api.calls_inside_pause == 0
    assert pebble.metric("limited_total") == 1


def test_another_program_on_the_same_token_is_named_while_messages_go_on(living: tuple[Pebble, BotApi]) -> None:
    pebble, api = living
    ann = api.person(24)
    ann.command("start")
    ann.wait_for("Pick one")
    words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    api.fail("getUpdates", how=Refused(words, 409))
    ann.command("nudges")  # ends the long poll; the next one meets the other program
    until(lambda: pebble.readiness().get("telegram") == CONFLICT, 5, pebble.readiness)
    assert pebble.get("/health/ready")[0] == 503
    assert pebble.get("/health/live")[0] == 200
    before = ann.newest
    with pebble.store() as store:
        store.run_now(lambda tx: nudge_due(tx, 24, int(time.time())))
    ann.wait_for(lambda message: "In 15 min" in str(message.buttons), 4, after=before)
    ann.command("help")
    ann.wait_for("/cancel", 10)
    assert pebble.readiness()["telegram"] == "ok"


def test_nothing_written_holds_anybodys_words_or_the_token(living: tuple[Pebble, BotApi]) -> None:
    pebble, api = living
    ann = api.person(25, first_name=f"{CANARY}-name")
    ann.command("start", CANARY)
    tap(ann, "One slow breath")
    ann.wait_for("ride along")
    ann.send(f"feeding the {CANARY}")
    wait_for_button(ann, "8:30")
    ann.send("weekdays 8:30")
    tap(ann, "Yes")
    ann.wait_for("Set: ")
    ann.send(f"{CANARY} and more words that nobody waits for")
    ann.command(CANARY)
    ann.tap(CANARY, forge=True)
    api.push({"message": {"text": CANARY, "from": CANARY}})
    api.push(CANARY)
    api.fail("sendMessage", how=Refused(f"Bad Request: can't parse {CANARY}"))
    ann.send(CANARY)
    until(lambda: api.pending == [], 5, lambda: api.pending)
    pebble.at_rest()
    written = {
        "output": pebble.output.encode(),
        **{path: pebble.get(path)[1].encode() for path in ("/metrics", "/health/ready", "/health/live", "/nowhere")},
        **{file.name: file.read_bytes() for file in pebble.data.iterdir()},
    }
    secret = api.token.partition(":")[2].encode()
    found = [name for name, content in written.items() if CANARY.encode() in content or secret in content]
    assert found == []
    assert any(CANARY in call.params.get("text", "") for call in api.calls) or CANARY in str(ann.messages)
    assert pebble.metric("updates_skipped") >= 2
    assert pebble.logged


def test_a_token_that_telegram_does_not_know_is_named(new_pebble: Start, api: BotApi) -> None:
    pebble = new_pebble(**telegram(api) | {"TELEGRAM_TOKEN": "110201543:not-the-one-that-was-given"}).live()
    until(lambda: "PEBBLE_TELEGRAM_TOKEN" in pebble.readiness().get("telegram", ""), 5, pebble.readiness)
    assert pebble.get("/health/ready")[0] == 503
    assert "not-the-one" not in pebble.output
    assert pebble.terminate() == 0


def test_a_webhook_carries_a_conversation_through_a_kill(new_pebble: Start) -> None:
    with BotApi(local=True, webhook_tries=200) as api:
        pebble = new_pebble(**telegram(api, TELEGRAM_MODE="webhook", WEBHOOK_SECRET="a-secret_1"))
        pebble.settings["WEBHOOK_URL"] = f"http://127.0.0.1:{pebble.port}"
        pebble.start()
        ann = api.person(11)
        ann.command("start")
        tap(ann, "One slow breath")
        ann.wait_for("ride along")
        pebble.at_rest()
        pebble.kill()
        tap(ann, "Coffee")
        pebble.start()
        tap(ann, "8:30")
        tap(ann, "Yes")
        ann.wait_for("Set: ")
        assert api.calls_of("getUpdates") == []
        assert {delivery.status for delivery in api.deliveries} <= {200, 503, None}
        assert pebble.terminate() == 0
