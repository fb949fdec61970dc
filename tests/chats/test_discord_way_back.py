"""Interactions are acknowledged in time and answered by their own way; nobody is left with a Pebble that thinks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chats.discord import DiscordChat
from bot.errors import InDoubt, Outdated, TryLater, Unreachable
from bot.speech import Field, Form, Incoming, Kind, Op, Outgoing, Shown
from tests.chats.discord_door import ANN, ROWS, DiscordDoor, listening
from tests.chats.discord_drivers import discord_chat
from tests.chats.telegram_door import until
from tests.fakes import Broken, DiscordApi, DiscordPerson
from tests.fakes.discord_interactions import DEFER, DEFER_UPDATE, MODAL, REPLY

CALLBACK = ("POST", "/interactions/*/*/callback")


@pytest.fixture
async def api() -> AsyncIterator[DiscordApi]:
    async with DiscordApi() as api:
        api.person(11)
        yield api
        assert api.errors == []


@pytest.fixture
def ann(api: DiscordApi) -> DiscordPerson:
    return api.person(11)


@pytest.fixture
def door() -> DiscordDoor:
    return DiscordDoor()


@pytest.fixture
async def chat(api: DiscordApi, door: DiscordDoor) -> AsyncIterator[DiscordChat]:
    async with listening(api, door) as chat:
        await until(lambda: api.commands)
        yield chat


class Gate:
    """Holds up the door until it is opened; `failures` so many times the database is away then."""

    def __init__(self, door: DiscordDoor, failures: int = 0) -> None:
        self.open = asyncio.Event()
        self.failures = failures
        self.via = ""
        door.before = self.wait

    async def wait(self, incoming: Incoming) -> None:
        self.via = incoming.via
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            raise TryLater("the database is away")


async def test_a_fast_commit_is_acknowledged_once(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
    tapped = ann.click("Did it")
    await api.wait_for_async(lambda: tapped.answer)
    assert tapped.answer == DEFER_UPDATE
    assert len(api.calls_of(*CALLBACK)) == 1
    assert ann.ephemeral == []


async def test_an_acknowledgement_comes_after_the_commit(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    gate = Gate(door)
    await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
    door.shown = Shown("Noted.")
    tapped = ann.click("Did it")
    await until(lambda: door.offered)
    assert tapped.answer is None
    gate.open.set()
    assert (await ann.wait_for_async("Noted.")).ephemeral
    assert tapped.answer == REPLY


@pytest.mark.parametrize("failures", [0, 2])
async def test_a_slow_door_is_deferred_first_and_its_word_follows(
    api: DiscordApi,
    chat: DiscordChat,
    ann: DiscordPerson,
    door: DiscordDoor,
    monkeypatch: pytest.MonkeyPatch,
    failures: int,
) -> None:
    monkeypatch.setattr("bot.chats.discord_intake.PATIENCE", 0.05)
    gate = Gate(door, failures)
    await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
    door.shown = Shown("Noted.")
    tapped = ann.click("Did it")
    await api.wait_for_async(lambda: tapped.answer)
    assert tapped.answer == DEFER_UPDATE
    assert ann.ephemeral == []
    gate.open.set()
    assert (await ann.wait_for_async("Noted.")).ephemeral
    assert ann.failed == []


async def test_who_waits_for_more_than_two_seconds_is_told_within_three(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    gate = Gate(door)
    used = ann.slash("now")
    await api.wait_for_async(lambda: used.answer)
    assert used.answer == DEFER
    assert api.world.now() - used.at < api.world.answer_within
    gate.open.set()
    await api.wait_for_async(lambda: not ann.thinking)


async def test_a_form_opens_with_its_fields_and_comes_back_as_words(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    fields = (Field("On which days? " * 9, choices=("every day", "weekdays")), Field("When?", hint="8:30", long=True))
    door.shown = Shown(form=Form("About what time (weekdays)? Or type it: “weekdays 8:30”", fields, "1:write:3:when"))
    await chat.send(ANN, Outgoing("About what time?", ROWS), nonce=1)
    tapped = ann.click("Did it")
    await until(lambda: ann.modal)
    assert tapped.answer == MODAL
    assert ann.modal
    assert ann.modal.custom_id == "1:write:3:when"
    door.shown = Shown()
    sent = ann.submit({"field:0": ["weekdays"], "field:1": " 9:15\nsharp "})
    await api.wait_for_async(lambda: sent.answer)
    heard = door.heard[-1]
    assert (heard.kind, heard.text, heard.answers) == (Kind.TEXT, "weekdays  9:15\nsharp ", "1:write:3:when")
    assert ann.failed == []


async def test_answers_to_a_command_in_a_server_are_seen_by_its_person_alone(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    door.shown = Shown(replies=True)
    ann.slash("now", guild=1)
    await until(lambda: door.heard)
    assert door.heard[0].aside
    way = door.heard[0].via
    receipt = await chat.send(ANN, Outgoing("Here", ROWS, via=way), nonce=1)
    await chat.send(ANN, Outgoing("And more", via=way), nonce=2)
    assert [(said.text, said.ephemeral) for said in ann.seen] == [("Here", True), ("And more", True)]
    assert ann.thinking == []
    assert api.person(12, name="Ben").seen == []
    # What only they see is changed by the way of the tap.
    ann.click("Did it")
    await until(lambda: len(door.heard) == 2)
    assert door.heard[1].message == receipt.message
    edit = Outgoing("Here", chosen="Did it", op=Op.EDIT, via=door.heard[1].via)
    await chat.send(ANN, edit, nonce=3, message=receipt.message)
    assert ann.seen[0].text == "Here\n\n✓ Did it"
    await chat.send(ANN, replace(edit, text="", op=Op.DELETE), nonce=4, message=receipt.message)
    assert ann.seen[0].deleted
    assert ann.inbox == []


async def test_a_command_in_private_is_answered_where_it_stands(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    door.shown = Shown(replies=True)
    ann.slash("now")
    await until(lambda: door.heard)
    await chat.send(ANN, Outgoing("Here", via=door.heard[0].via), nonce=1)
    assert [(said.text, said.ephemeral) for said in ann.inbox] == [("Here", False)]
    assert ann.thinking == []


async def test_in_a_talk_of_others_only_the_person_sees_the_answer(
    api: DiscordApi, chat: DiscordChat, door: DiscordDoor
) -> None:
    cem = api.person(13, name="Cem", installed=True)
    cem.slash("now", context=2)
    await until(lambda: door.heard)
    assert door.heard[0].aside
    await chat.send(door.heard[0].address, Outgoing("Here", via=door.heard[0].via), nonce=1)
    assert [said.ephemeral for said in cem.seen] == [True]


@pytest.mark.parametrize("over", ["late", "expired"])
async def test_a_way_back_that_is_over_leads_to_the_private_chat(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor, over: str
) -> None:
    ann.slash("now", guild=1)
    await until(lambda: door.heard)
    await api.wait_for_async(lambda: not ann.thinking)
    way = door.heard[0].via
    if over == "expired":
        api.expire_tokens()
    else:
        api.move_clock(16 * 60)
    await chat.send(ANN, Outgoing("Here", via=way), nonce=1)
    assert [said.text for said in ann.inbox] == ["Here"]
    ann.close_dms()
    with pytest.raises(Unreachable):
        await chat.send(ANN, Outgoing("Here", via=way, direct=True), nonce=2)


async def test_what_only_a_lapsed_way_could_change_is_outdated(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    ann.slash("now", guild=1)
    await until(lambda: door.heard)
    way = door.heard[0].via
    receipt = await chat.send(ANN, Outgoing("Here", ROWS, via=way), nonce=1)
    api.expire_tokens()
    with pytest.raises(Outdated):
        await chat.send(ANN, Outgoing("There", via=way, op=Op.EDIT), nonce=2, message=receipt.message)
    assert chat.trouble() is None


async def test_a_direct_message_takes_the_way_back_only_where_the_chat_is_closed(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    ann.slash("now", guild=1)
    await until(lambda: door.heard)
    direct = Outgoing("Here", via=door.heard[0].via, direct=True)
    assert not (await chat.send(ANN, direct, nonce=1)).closed
    assert [said.text for said in ann.inbox] == ["Here"]
    ann.close_dms()
    assert (await chat.send(ANN, direct, nonce=2)).closed
    assert [said.text for said in ann.ephemeral] == ["Here"]


@pytest.mark.parametrize("shown", [Shown(), Shown("Noted."), Shown("Noted.", replies=True)])
@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("guild", [None, 1])
async def test_a_command_never_stays_thinking(
    api: DiscordApi,
    chat: DiscordChat,
    ann: DiscordPerson,
    door: DiscordDoor,
    monkeypatch: pytest.MonkeyPatch,
    shown: Shown,
    slow: bool,
    guild: int | None,
) -> None:
    gate = Gate(door)
    door.shown = shown
    if slow:
        monkeypatch.setattr("bot.chats.discord_intake.PATIENCE", 0.0)
    else:
        gate.open.set()
    used = ann.slash("now", guild=guild)
    await until(lambda: door.offered)
    ann.repeat_last()
    gate.open.set()
    await api.wait_for_async(lambda: used.answer)
    if shown.replies:
        await chat.send(ANN, Outgoing("Here", via=door.heard[0].via), nonce=1)
    await api.wait_for_async(lambda: not ann.thinking)
    await until(lambda: len(door.offered) == 2)
    await api.wait_for_async(lambda: len([said for said in ann.seen if not said.deleted]) >= bool(shown.toast))
    assert ann.failed == []


@pytest.mark.parametrize("stumbles", [True, False])
async def test_a_promised_answer_that_never_leaves_is_taken_back(
    api: DiscordApi,
    chat: DiscordChat,
    ann: DiscordPerson,
    door: DiscordDoor,
    monkeypatch: pytest.MonkeyPatch,
    stumbles: bool,
) -> None:
    monkeypatch.setattr("bot.chats.discord_intake.THINKING", 0.05)

    async def stumble(_incoming: Incoming) -> None:
        raise KeyError("words")

    door.before = stumble if stumbles else None
    door.shown = Shown(replies=True)
    used = ann.slash("now", guild=1)
    await api.wait_for_async(lambda: used.answer)
    await api.wait_for_async(lambda: not ann.thinking)


async def test_an_answer_without_a_nonce_is_tried_once_and_is_in_doubt(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    door.shown = Shown(replies=True)
    await until(lambda: api.commands)
    ann.slash("now", guild=1)
    await until(lambda: door.heard)
    api.fail("POST", "/webhooks/*/*", times=5, how=Broken(502))
    with pytest.raises(InDoubt):
        await chat.send(ANN, Outgoing("here", via=door.heard[0].via), nonce=1)
    assert len(api.calls_of("POST", "/webhooks/*/*")) == 1


async def test_another_process_that_sends_waits_until_the_one_that_hears_has_acknowledged(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    gate = Gate(door)
    door.shown = Shown(replies=True)
    ann.slash("now", guild=1)
    await until(lambda: door.offered)
    other = discord_chat(token=api.token, api=f"{api.url}/api/v10", on_skip=door.on_skip)
    await other.start()
    await until(lambda: other.client.application_id is not None and other.trouble() is None)
    sending = asyncio.create_task(other.send(ANN, Outgoing("Here", via=gate.via), nonce=1))
    await asyncio.sleep(0.1)
    gate.open.set()
    await asyncio.wait_for(sending, 5)
    assert [(said.text, said.ephemeral) for said in ann.seen] == [("Here", True)]
    assert ann.inbox == []
    await other.stop()


async def test_what_comes_without_its_place_is_answered_for_one_pair_of_eyes(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor
) -> None:
    await until(lambda: api.commands)
    asked = ann.slash("now")
    await until(lambda: door.heard)
    assert not door.heard[0].aside
    event = {name: value for name, value in asked.event.items() if name not in ("context", "guild_id")}
    api.push("INTERACTION_CREATE", event | {"id": str(int(event["id"]) + 1)})
    await until(lambda: len(door.heard) == 2)
    assert door.heard[1].aside


async def test_a_form_that_can_no_longer_open_says_so(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chats.discord_intake.PATIENCE", 0.05)
    gate = Gate(door, 0)
    await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
    door.shown = Shown("Tap it once more?", Form("Breathe", (Field("How?"),), "1:tell:9:"))
    tapped = ann.click("Did it")
    await api.wait_for_async(lambda: tapped.answer)
    gate.open.set()
    assert (await ann.wait_for_async("Tap it once more?")).ephemeral
    assert ann.modal is None
