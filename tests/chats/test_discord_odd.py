"""One odd event, answer or error holds up nobody else."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.logs import set_up_logs
from bot.speech import Incoming, Outgoing, Shown
from tests.chats.discord_door import ANN, CANARY, ROWS, DiscordDoor, listening
from tests.chats.telegram_door import until
from tests.fakes import Broken, Cut, DiscordApi, DiscordPerson, DiscordRefused
from tests.fakes.discord_interactions import AUTOCOMPLETE

CALLBACK = ("POST", "/interactions/*/*/callback")


@pytest.fixture
async def api() -> AsyncIterator[DiscordApi]:
    async with DiscordApi() as api:
        yield api
        assert api.errors == []


@pytest.fixture
def ann(api: DiscordApi) -> DiscordPerson:
    return api.person(11, locale="de")


@pytest.fixture
def door() -> DiscordDoor:
    return DiscordDoor()


@pytest.mark.parametrize("event", ["MESSAGE_CREATE", "INTERACTION_CREATE"])
async def test_malformed_events_are_recorded_and_those_behind_are_heard(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor, event: str
) -> None:
    bad: list[Any] = [{}, [], "text", None, 5, {"id": "x"}, {"id": "77"}, {"id": "78", "type": 3, "token": []}]
    async with listening(api, door) as chat:
        ann.write("before")
        for body in bad:
            api.push(event, body)
        ann.write("behind")
        began = time.monotonic()
        await until(lambda: door.texts == ["before", "behind"], seconds=1)
        assert time.monotonic() - began < 1
        await until(lambda: len(door.skipped) == len(bad))
        assert chat.trouble() is None
    assert len({key for key, _ in door.skipped}) == len(bad)
    assert (f"discord:{event.lower()}:77", "KeyError") in door.skipped


@pytest.mark.parametrize("spoil", [{"data": {}}, {"data": {"name": 5}}, {"data": None}, {"user": {}}])
@pytest.mark.parametrize("kind", [2, 3, 4, 5])
async def test_malformed_interactions_are_recorded_or_answered(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor, kind: int, spoil: dict[str, Any]
) -> None:
    async with listening(api, door) as chat:
        await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
        with api.world.changed:
            event = ann.click("Did it").event
        await until(lambda: door.heard)
        api.push("INTERACTION_CREATE", event | {"id": "79", "type": kind} | spoil)
        ann.write("behind")
        await until(lambda: door.texts[-1] == "behind", seconds=1)
        await until(lambda: door.skipped or len(door.heard) == 3 or kind == AUTOCOMPLETE)
        assert chat.trouble() is None


async def test_a_frame_that_is_no_event_begins_the_line_anew(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chats.discord_line.NETWORK", (0.01, 0.01))
    async with listening(api, door) as chat:
        chat.client.before_identify_hook = _at_once  # type: ignore[method-assign]
        for frame in ("[]", "no JSON"):
            before = api.gateway.identified
            api._tell(frame)
            await api.wait_for_async(lambda before=before: api.gateway.identified > before)  # type: ignore[misc]
            await until(lambda: chat.trouble() is None)
        ann.write("still here")
        await until(lambda: door.heard)


async def _at_once(shard_id: int | None, *, initial: bool = False) -> None:
    """Identify without the seconds that the library waits."""


async def test_an_error_of_the_door_skips_one_event_and_no_word_of_it_is_logged(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor, capsys: pytest.CaptureFixture[str]
) -> None:
    async def stumble(incoming: Incoming) -> None:
        if CANARY in incoming.text:
            raise KeyError(incoming.text)

    set_up_logs("debug", "text")
    door.before = stumble
    async with listening(api, door):
        odd = ann.write(CANARY)
        ann.write("behind")
        await until(lambda: door.texts == ["behind"])
    assert door.skipped == [(f"discord:message:{odd.id}", "not handled: KeyError")]
    written = "".join(capsys.readouterr())
    assert "discord_event_skipped" in written
    assert CANARY not in written


async def test_a_skip_that_cannot_be_recorded_blocks_nobody(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    async def fail(_key: str) -> None:
        raise KeyError("broken")

    door.before_skip = fail
    async with listening(api, door):
        api.push("MESSAGE_CREATE", {"id": "5"})
        ann.write("behind")
        await until(lambda: door.texts == ["behind"])


@pytest.mark.parametrize(
    "how", [Cut(), Cut(after=True), Broken(400), DiscordRefused(404, 10062, "Unknown interaction")]
)
async def test_acknowledging_that_fails_holds_nobody_up(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor, how: Broken | Cut | DiscordRefused
) -> None:
    async with listening(api, door) as chat:
        await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
        api.fail(*CALLBACK, how=how)
        ann.click("Did it")
        await api.wait_for_async(lambda: api.calls_of(*CALLBACK))
        ann.write("next")
        await until(lambda: door.texts == ["1:did:9:", "next"], seconds=1)


async def test_an_unacknowledged_command_is_answered_in_the_private_chat(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    async with listening(api, door) as chat:
        await api.wait_for_async(lambda: api.commands)
        api.fail(*CALLBACK, how=DiscordRefused(404, 10062, "Unknown interaction"))
        door.shown = Shown(replies=True)
        ann.slash("now", guild=1)
        await until(lambda: door.heard)
        await chat.send(ANN, Outgoing("Here", via=door.heard[0].via), nonce=1)
    assert [said.text for said in ann.inbox] == ["Here"]
