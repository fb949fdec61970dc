"""What the stand-in for Discord refuses, with Discord's codes, and what can be made to go wrong."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from tests.fakes import Broken, Cut, Delay, DiscordApi, DiscordPerson, DiscordRefused, DiscordTooMany
from tests.fakes.conftest import Client, Rest


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def button(name: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Yes", "custom_id": name} | more


def select(*options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": list(options)} | more


ONE = {"label": "One", "value": "1"}

BODIES = [
    ({"content": "x" * 2001}, "content", "Must be 2000 or fewer in length."),
    ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description", "Must be 4096 or fewer in length."),
    ({"embeds": [{"description": "x" * 4000}] * 2}, "embeds", "Embed size exceeds maximum size of 6000"),
    ({"content": "x", "nonce": "n" * 26}, "nonce", "Must be 25 or fewer in length."),
    ({"content": "x", "flags": 64}, "flags", "Only the flags"),
    ({"content": "x", "message_reference": {"message_id": "5"}}, "message_reference", "Unknown message"),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["11"]}},
        "allowed_mentions",
        "mutually exclusive",
    ),
    ({"components": [row(button(str(at))) for at in range(6)]}, "components", "Must be between 0 and 5 in length."),
    ({"components": [row()]}, "components.0.components", "Must be between 1 and 5 in length."),
    ({"components": [row(*[button(str(at)) for at in range(6)])]}, "components.0.components", "between 1 and 5"),
    ({"components": [row(button(), select(ONE))]}, "components.0", "maximum width"),
    ({"components": [row(button(label="x" * 81))]}, "components.0.components.0.label", "Must be 80 or fewer"),
    ({"components": [row(button(label=""))]}, "components.0.components.0.label", "required"),
    ({"components": [row(button("x" * 101))]}, "components.0.components.0.custom_id", "between 1 and 100"),
    ({"components": [row(button(), button())]}, "components.0.components.1.custom_id", "cannot be duplicated"),
    ({"components": [row(button(emoji={"name": "ok"}))]}, "components.0.components.0.emoji.name", "Invalid emoji"),
    ({"components": [row(select())]}, "components.0.components.0.options", "Must be between 1 and 25 in length."),
    (
        {"components": [row(select({"label": "x" * 101, "value": "1"}))]},
        "components.0.components.0.options.0.label",
        "Must be between 1 and 100 in length.",
    ),
    ({"components": [row(select(ONE, ONE))]}, "components.0.components.0.options.1.value", "already used"),
    ({"components": [row(select(ONE, placeholder="x" * 151))]}, "components.0.components.0.placeholder", "150"),
]


@pytest.fixture
def ann(dapi: DiscordApi) -> DiscordPerson:
    person = dapi.person(11)
    person.write("hello")
    return person


@pytest.mark.parametrize(("body", "path", "message"), BODIES)
async def test_a_body_that_does_not_fit_is_named_to_the_field(
    ann: DiscordPerson, rest: Rest, body: dict[str, Any], path: str, message: str
) -> None:
    status, answer = await rest("POST", f"/channels/{ann.channel.id}/messages", body)
    assert (status, answer["code"], answer["message"]) == (400, 50035, "Invalid Form Body")
    node = answer["errors"]
    for part in path.split("."):
        node = node[part]
    assert message in node["_errors"][0]["message"]
    assert ann.inbox == []


async def test_what_just_fits_is_taken(ann: DiscordPerson, rest: Rest) -> None:
    rows = [row(*[button(f"{line}{at}", label="x" * 80) for at in range(5)]) for line in range(4)]
    options = [{"label": "x" * 100, "value": f"{at:0100}"} for at in range(25)]
    body: dict[str, Any] = {"content": "x" * 2000, "embeds": [{"description": "x" * 4000}, {"description": "x" * 2000}]}
    body |= {"components": [*rows, row(select(*options))], "nonce": "n" * 25, "flags": 4096 | 4}
    status, answer = await rest("POST", f"/channels/{ann.channel.id}/messages", body)
    assert (status, answer["flags"], answer["components"][4]["components"][0]["id"]) == (200, 4100, 26)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/channels/{channel}/messages", {"content": " \n "}, 400, 50006),
        ("POST", "/channels/{channel}/messages", {"content": "x", "flags": 8192}, 400, 50159),
        ("POST", "/channels/{channel}/messages", {"flags": 8192}, 400, 50160),
        ("POST", "/channels/404/messages", {"content": "x"}, 404, 10003),
        ("GET", "/channels/404", None, 404, 10003),
        ("GET", "/channels/{channel}/messages/404", None, 404, 10008),
        ("PATCH", "/channels/{channel}/messages/404", {"content": "x"}, 404, 10008),
        ("PATCH", "/channels/{channel}/messages/{theirs}", {"content": "x"}, 403, 50005),
        ("DELETE", "/channels/{channel}/messages/{theirs}", None, 403, 50003),
        ("GET", "/channels/{channel}/messages?limit=101", None, 400, 50035),
        ("POST", "/users/@me/channels", {"recipient_id": "404"}, 400, 50033),
        ("GET", "/users/404", None, 404, 10013),
        ("POST", "/interactions/1/none/callback", {"type": 4}, 404, 10062),
        ("POST", "/webhooks/1/none", {"content": "x"}, 404, 10015),
        ("PUT", "/applications/1/commands", [], 403, 20012),
        ("GET", "/nowhere", None, 404, 0),
        ("PUT", "/users/@me", {}, 405, 0),
    ],
)
async def test_what_is_not_there_or_not_allowed_is_refused(
    ann: DiscordPerson, rest: Rest, method: str, path: str, body: Any, status: int, code: int
) -> None:
    path = path.format(channel=ann.channel.id, theirs=ann.messages[0].id)
    answered, answer = await rest(method, path, body)
    assert (answered, answer["code"]) == (status, code)


async def test_only_text_that_is_text_is_read(ann: DiscordPerson, rest: Rest) -> None:
    path = f"/channels/{ann.channel.id}/messages"
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b'{"content": "\\ud800"}'):
        status, answer = await rest("POST", path, data=body, headers=headers)
        assert (status, answer["code"]) == (400, 50109)


async def test_a_reply_to_a_message_that_is_gone_may_be_let_through(ann: DiscordPerson, rest: Rest) -> None:
    reference = {"message_id": "5", "fail_if_not_exists": False}
    status, answer = await rest(
        "POST", f"/channels/{ann.channel.id}/messages", {"content": "x", "message_reference": reference}
    )
    assert (status, answer["type"]) == (200, 0)


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"name": "Now"}, "0.name", "invalid"),
        ({"name": "x" * 33}, "0.name", "32"),
        ({"description": ""}, "0.description", "between 1 and 100"),
        ({"name_localizations": {"xx": "now"}}, "0.name_localizations", "not supported"),
        ({"name_localizations": {"de": "Jetzt"}}, "0.name_localizations.de", "invalid"),
        ({"contexts": [3]}, "0.contexts", "must be one of"),
        ({"integration_types": []}, "0.integration_types", "must be one of"),
        ({"options": [{"type": 3, "name": "a", "description": "a"}] * 26}, "0.options", "25"),
        (
            {
                "options": [
                    {"type": 3, "name": "a", "description": "a"},
                    {"type": 3, "name": "b", "description": "b", "required": True},
                ]
            },
            "0.options.1",
            "before",
        ),
    ],
)
async def test_a_command_that_does_not_fit_is_refused(
    dapi: DiscordApi, rest: Rest, change: dict[str, Any], path: str, message: str
) -> None:
    body = [{"name": "now", "description": "Now"} | change]
    status, answer = await rest("PUT", f"/applications/{dapi.world.bot.id}/commands", body)
    assert (status, answer["code"]) == (400, 50035)
    node = answer["errors"]
    for part in path.split("."):
        node = node[part]
    assert message in node["_errors"][0]["message"]


async def test_commands_of_every_language_are_kept_with_their_ids(dapi: DiscordApi, rest: Rest) -> None:
    path = f"/applications/{dapi.world.bot.id}/commands"
    body = [{"name": "now", "description": "Now", "name_localizations": {"hi": "अभी", "de": "jetzt"}}]
    (first,) = (await rest("PUT", path, body))[1]
    (second,) = (await rest("PUT", path, body))[1]
    assert (first["id"], second["name_localizations"]) == (second["id"], {"hi": "अभी", "de": "jetzt"})
    assert (await rest("PUT", path, [{"name": f"c{at}", "description": "x"} for at in range(101)]))[1]["code"] == 30032


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"title": "x" * 46}, "title"),
        ({"components": []}, "components"),
        ({"components": [{"type": 18, "label": "x" * 46, "component": {}}]}, "components.0.label"),
        ({"components": [row(button())]}, "components.0.components.0.type"),
    ],
)
async def test_a_form_that_does_not_fit_is_refused_and_may_be_sent_again(
    dapi: DiscordApi, ann: DiscordPerson, rest: Rest, change: dict[str, Any], path: str
) -> None:
    await rest("POST", f"/channels/{ann.channel.id}/messages", {"components": [row(button())]})
    asked = ann.click("Yes")
    box = {"type": 4, "custom_id": "w", "style": 1, "label": "Words"}
    modal = {"title": "T", "custom_id": "m", "components": [row(box)]}
    callback = f"/interactions/{asked.id}/{asked.token}/callback"
    status, answer = await rest("POST", callback, {"type": 9, "data": modal | change})
    node = answer["errors"]
    for part in path.split("."):
        node = node[part]
    assert (status, bool(node["_errors"])) == (400, True)
    assert await rest("POST", callback, {"type": 9, "data": modal}) == (204, None)
    ann.submit("tea")


async def test_a_token_in_the_path_needs_no_other_and_every_other_call_does(dapi: DiscordApi) -> None:
    async with aiohttp.ClientSession(f"{dapi.url}/api/v10/", headers={"Authorization": "Bot wrong"}) as session:
        answers = [await session.get("users/@me"), await session.post("webhooks/1/none", json={"content": "hi"})]
        assert [answer.status for answer in answers] == [401, 404]
        assert [(await answer.json())["code"] for answer in answers] == [0, 10015]


async def test_each_fault_is_met_once(dapi: DiscordApi, ann: DiscordPerson, rest: Rest) -> None:
    path, hi = f"/channels/{ann.channel.id}/messages", {"content": "hi"}
    dapi.fail("POST", "/channels/*/messages", how=DiscordRefused(400, 200000, "Blocked by a rule"))
    assert await rest("POST", path, hi) == (400, {"message": "Blocked by a rule", "code": 200000})
    dapi.fail("POST", "/channels/*/messages", how=Cut())
    with pytest.raises(aiohttp.ClientError):
        await rest("POST", path, hi)
    assert ann.inbox == []
    dapi.fail("POST", "/channels/*/messages", how=Cut(after=True))
    with pytest.raises(aiohttp.ClientError):
        await rest("POST", path, hi)
    assert len(ann.inbox) == 1
    dapi.fail("*", "/channels/*/messages", how=Broken(502))
    with pytest.raises(aiohttp.ContentTypeError, match="502"):
        await rest("GET", path)
    dapi.fail("GET", "/channels/*/messages", how=Delay(0.1))
    began = time.monotonic()
    assert (await rest("GET", path))[0] == 200
    assert time.monotonic() - began >= 0.1
    assert [call.outcome.split()[0] for call in dapi.calls] == ["400", "cut", "cut", "502", "ok"]


async def test_discord_py_keeps_to_a_pause(dapi: DiscordApi, client: Client) -> None:
    ann = dapi.person(11)
    ann.write("hello")
    channel = (await client.heard()).channel
    dapi.fail("POST", "/channels/*/messages", how=DiscordTooMany(0.2))
    await channel.send("hi")
    assert (dapi.calls_inside_pause, len(dapi.calls_of("POST", "/channels/*/messages"))) == (0, 2)


async def test_a_call_inside_a_pause_is_counted(dapi: DiscordApi, ann: DiscordPerson, rest: Rest) -> None:
    dapi.fail("POST", "/channels/*/messages", how=DiscordTooMany(30, everywhere=True))
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {dapi.token}"}) as session:
        path = f"{dapi.url}/api/v10/channels/{ann.channel.id}/messages"
        async with session.post(path, json={"content": "hi"}) as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "30")
            assert response.headers["X-RateLimit-Global"] == "true"
            assert await response.json() == {
                "message": "You are being rate limited.",
                "retry_after": 30,
                "global": True,
            }
    await asyncio.sleep(0.06)
    assert (await rest("GET", "/users/@me"))[0] == 429
    assert (await rest("POST", "/webhooks/1/none", {"content": "x"}))[0] == 404
    assert dapi.calls_inside_pause == 1


async def test_a_gateway_connection_has_to_behave(dapi: DiscordApi) -> None:
    async with aiohttp.ClientSession() as session:
        for frame, code in [("{", 4002), ('{"op": 99}', 4001), ('{"op": 3, "d": {}}', 4003), (wrong(), 4004)]:
            async with session.ws_connect(dapi.gateway_url) as socket:
                assert (await socket.receive_json())["op"] == 10
                await socket.send_json({"op": 1, "d": None})
                assert (await socket.receive_json())["op"] == 11
                await socket.send_str(frame)
                await socket.receive()
                assert socket.close_code == code


def wrong() -> str:
    return '{"op": 2, "d": {"token": "wrong", "intents": 4096, "properties": {}}}'
