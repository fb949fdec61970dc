"""The webhook's rules, over HTTP against the app itself."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from bot.chats.telegram import TelegramChat
from bot.clock import SystemClock
from bot.errors import TryLater
from bot.speech import Incoming, Shown
from bot.web.webhook import LONGEST, SECRET_HEADER, webhook_route
from tests.fakes import BotApi

SECRET = "a-secret_of-the-webhook"
PATH = "/telegram"
JSON = {"Content-Type": "application/json", SECRET_HEADER: SECRET}
UPDATE = {"update_id": 7, "message": {"text": "hello"}}


class Chat:
    """Takes updates as the Telegram adapter does."""

    def __init__(self) -> None:
        self.accepted: list[object] = []
        self.away = False

    async def accept(self, update: object) -> None:
        if self.away:
            raise TryLater("the database is away")
        self.accepted.append(update)


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
async def http(chat: Chat) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[webhook_route(PATH, SECRET, chat.accept)])
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="https://pebble.example") as http:
        yield http


async def test_an_update_with_the_secret_is_accepted(http: httpx.AsyncClient, chat: Chat) -> None:
    answer = await http.post(PATH, json=UPDATE, headers=JSON)
    assert (answer.status_code, answer.content) == (200, b"")
    assert chat.accepted == [UPDATE]


async def test_a_replay_is_answered_like_the_first(http: httpx.AsyncClient, chat: Chat) -> None:
    codes = [(await http.post(PATH, json=UPDATE, headers=JSON)).status_code for _ in range(2)]
    assert codes == [200, 200]
    assert chat.accepted == [UPDATE, UPDATE]


async def test_what_could_not_be_stored_is_to_be_sent_again(http: httpx.AsyncClient, chat: Chat) -> None:
    chat.away = True
    answer = await http.post(PATH, json=UPDATE, headers=JSON)
    assert (answer.status_code, answer.content) == (503, b"")
    chat.away = False
    assert (await http.post(PATH, json=UPDATE, headers=JSON)).status_code == 200
    assert chat.accepted == [UPDATE]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "sécret", "\xff" * 24])
async def test_without_the_secret_nothing_is_read(http: httpx.AsyncClient, chat: Chat, secret: str | None) -> None:
    headers: list[tuple[bytes, bytes]] = [(b"Content-Type", b"application/json")]
    if secret is not None:
        headers.append((SECRET_HEADER.encode(), secret.encode("latin-1")))
    answer = await http.post(PATH, content=b"{}", headers=headers)
    assert (answer.status_code, answer.content) == (403, b"")
    assert chat.accepted == []


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
async def test_only_json_is_taken(http: httpx.AsyncClient, chat: Chat, kind: str) -> None:
    answer = await http.post(PATH, content=b"{}", headers=JSON | {"Content-Type": kind})
    assert (answer.status_code, answer.content) == (415, b"")
    assert chat.accepted == []


async def test_json_may_name_its_charset(http: httpx.AsyncClient, chat: Chat) -> None:
    headers = JSON | {"Content-Type": "Application/JSON; charset=utf-8"}
    assert (await http.post(PATH, content=b"{}", headers=headers)).status_code == 200


async def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(http: httpx.AsyncClient, chat: Chat) -> None:
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(160):
            read += 1
            yield b"[" * 65_536

    answer = await http.post(PATH, content=b" " * 10 * LONGEST, headers=JSON)
    assert (answer.status_code, answer.content) == (413, b"")
    assert (await http.post(PATH, content=chunks(), headers=JSON)).status_code == 413
    assert read == LONGEST // 65_536 + 1
    assert chat.accepted == []


async def test_a_body_of_one_megabyte_is_read(http: httpx.AsyncClient, chat: Chat) -> None:
    body = json.dumps({"update_id": 7, "pad": ""}).encode()
    body = body[:-2] + b"x" * (LONGEST - len(body)) + body[-2:]
    assert (await http.post(PATH, content=body, headers=JSON)).status_code == 200
    assert len(chat.accepted) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe\xfd", b'{"update_id": 7, "message": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"],
    ids=["empty", "broken off", "no UTF-8", "nested 10,000 deep"],
)
async def test_a_body_that_is_no_json_is_recorded_and_never_comes_again(
    http: httpx.AsyncClient, chat: Chat, body: bytes
) -> None:
    assert (await http.post(PATH, content=body, headers=JSON)).status_code == 200
    assert chat.accepted == [body]


@pytest.mark.parametrize("body", [b"[]", b"null", b"9223372036854775808", b'{"update_id": 9223372036854775808}'])
async def test_odd_json_is_the_chats_to_judge(http: httpx.AsyncClient, chat: Chat, body: bytes) -> None:
    assert (await http.post(PATH, content=body, headers=JSON)).status_code == 200
    assert chat.accepted == [json.loads(body)]


async def test_only_post_is_answered(http: httpx.AsyncClient) -> None:
    assert (await http.get(PATH, headers=JSON)).status_code == 405
    assert (await http.put(PATH, json=UPDATE, headers=JSON)).status_code == 405


def test_there_is_no_webhook_without_a_secret(chat: Chat) -> None:
    with pytest.raises(ValueError, match="secret"):
        webhook_route(PATH, "", chat.accept)


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


async def test_telegram_delivers_again_until_the_commit() -> None:
    heard: list[str] = []
    away = [True, True]

    async def receive(incoming: Incoming) -> Shown:
        if away:
            away.pop()
            raise TryLater("the database is away")
        heard.append(incoming.text)
        return Shown()

    async def on_skip(key: str, problem: str) -> None:
        heard.append(f"skipped {problem}")

    async with BotApi(local=True) as api:
        routes = [webhook_route(PATH, SECRET, lambda update: telegram.accept(update))]
        async with served(Starlette(routes=routes)) as url:
            telegram = TelegramChat(
                token=api.token,
                api=api.url,
                clock=SystemClock(),
                on_skip=on_skip,
                mode="webhook",
                webhook_url=url + PATH,
                webhook_secret=SECRET,
            )
            await telegram.start()
            await telegram.hear(receive)
            api.person(11).send("first")
            api.push([])
            api.person(11).send("second")
            await api.wait_for_async(lambda: not api.pending)
            assert telegram.trouble() is None
            await telegram.stop()
        assert [delivery.status for delivery in api.deliveries] == [503, 503, 200, 200, 200]
    assert heard == ["first", "skipped not a JSON object", "second"]
