import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message

from bot.web.site import build_site
from tests.web.small_talk import SmallTalk, served

CANARY = "a-canary-sings"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with served(SmallTalk()) as address:
        yield address


async def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, Any, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, headers=named, json={} if method == "POST" else None) as response,
    ):
        return response.status, response.headers, await response.text()


@pytest.mark.parametrize("path", ["/", "/static/chat.js", "/nowhere", "/chat/events?me=NO", "/drawer?me=anna"])
async def test_every_answer_carries_the_headers_that_fence_it_in(url: str, path: str) -> None:
    _, headers, _ = await ask(url + path)
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


async def test_the_page_and_its_parts_come_from_here_alone(url: str) -> None:
    status, headers, html = await ask(url + "/")
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert 'data-demo="yes"' in html
    assert "<script>" not in html
    assert "style=" not in html
    for name in ("chat.css", "chat.js", "courier.js", "drawer.js", "lines.js", "texts.js", "favicon.svg"):
        status, headers, part = await ask(f"{url}/static/{name}")
        assert status == 200
        assert headers["cache-control"] == "no-cache"
        assert "http" not in part.replace("http://www.w3.org/2000/svg", "")


async def test_the_page_speaks_the_browsers_language(url: str) -> None:
    for asked, language, send in (
        ("de-DE,de;q=0.9,en;q=0.8", "de", ">Senden<"),
        ("en-GB", "en", ">Send<"),
        ("", "en", ">Send<"),
        ("xx", "en", ">Send<"),
    ):
        _, headers, html = await ask(url + "/", Accept_Language=asked)
        assert f'<html lang="{language}" data-demo="yes">' in html
        assert send in html
        assert "[[" not in html
        assert headers["content-language"] == language
        assert (headers["vary"], headers["cache-control"]) == ("Accept-Language", "no-cache")
        data = html.partition('<script id="texts" type="application/json">')[2].partition("</script>")[0]
        assert json.loads(data)["waiting"] == ("wartet" if language == "de" else "waiting")


@pytest.mark.parametrize(
    ("path", "method", "headers", "line"),
    [
        ("/nowhere", "GET", {}, "Hier ist nichts."),
        ("/static/chat.html", "GET", {}, "Hier ist nichts."),
        ("/chat/say", "GET", {}, "Das kam nicht so bei mir an, dass ich es lesen kann."),
        ("/", "GET", {"Host": "evil.example"}, "Diese Seite antwortet nur dem Rechner, auf dem sie läuft."),
        ("/chat/say", "POST", {"Origin": "null"}, "Das kam von einer anderen Seite, darum habe ich es liegen lassen."),
        ("/chat/say", "POST", {}, "Da steht noch nichts drin."),
        ("/chat/events?me=NO", "GET", {}, "Ein Name besteht hier aus Kleinbuchstaben, Ziffern und Strichen"),
        ("/chat/file/7", "GET", {}, "Diese Datei ist nicht mehr da."),
    ],
)
async def test_what_went_wrong_is_told_in_the_browsers_language(
    url: str, path: str, method: str, headers: dict[str, str], line: str
) -> None:
    status, _, body = await ask(url + path, method, Accept_Language="de", **headers)
    assert status >= 400
    assert json.loads(body)["line"].startswith(line)
    assert json.loads((await ask(url + path, method, **headers))[2])["line"] not in body


async def test_the_page_does_not_call_itself_a_playground_where_it_is_none() -> None:
    async with served(SmallTalk(demo=False)) as url:
        assert 'data-demo="no"' in (await ask(url + "/"))[2]


@pytest.mark.parametrize("path", ["/static/../site.py", "/static/%2e%2e/site.py", "/static/..%2fsite.py"])
async def test_nothing_beside_the_page_is_served(url: str, path: str) -> None:
    assert (await ask(url + path))[0] == 404


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:8000", "[::1]"])
async def test_the_demo_answers_to_the_names_of_this_machine(url: str, host: str) -> None:
    assert (await ask(url, Host=host))[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "evil.example:8000", "[::1", " "]
)
async def test_the_demo_does_not_answer_to_a_foreign_name(url: str, host: str) -> None:
    assert (await ask(url, Host=host))[0] == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Origin": "http://localhost:8000", "Sec_Fetch_Site": "same-origin"}, 400),
        ({}, 400),
    ],
)
async def test_only_a_page_of_this_very_site_may_write(url: str, headers: dict[str, str], status: int) -> None:
    # An empty body is answered with 400 once it is let in.
    assert (await ask(url + "/chat/say", "POST", Host="localhost:8000", **headers))[0] == status


async def test_outside_the_demo_a_request_across_sites_is_still_left_alone() -> None:
    async with served(SmallTalk(demo=False)) as url:
        assert (await ask(url + "/", Host="pebble.example"))[0] == 200
        assert (await ask(url + "/chat/say", "POST", Sec_Fetch_Site="cross-site"))[0] == 403


async def test_without_a_chat_there_is_no_page() -> None:
    async def live(request: Request) -> Response:
        return JSONResponse({})

    site = build_site(chat_routes=[], extra_routes=[Route("/health/live", live)], demo=False)
    assert await answer(site, "/health/live") == (200, b"{}")
    assert (await answer(site, "/"))[0] == 404
    assert (await answer(site, "/static/chat.js"))[0] == 404


async def test_a_failure_is_told_in_the_browsers_language() -> None:
    async def fail(request: Request) -> Response:
        raise ValueError(CANARY)

    async with served(SmallTalk(), extra=[Route("/fail", fail)]) as url:
        status, _, body = await ask(url + "/fail", Accept_Language="de-CH")
    assert (status, json.loads(body)["line"][:32]) == (500, "Bei mir ist etwas schiefgegangen")


async def test_a_failure_tells_neither_the_browser_nor_the_log_what_was_said() -> None:
    async def fail(request: Request) -> Response:
        raise ValueError(CANARY)

    site = build_site(chat_routes=[], extra_routes=[Route("/fail", fail)], demo=False)
    with structlog.testing.capture_logs() as logged:
        status, body = await answer(site, "/fail", query=f"me={CANARY}")
    assert status == 500
    assert b"line" in body
    assert [entry["error"] for entry in logged] == ["ValueError"]
    assert CANARY not in f"{logged}{body!r}"


async def answer(site: Any, path: str, query: str = "") -> tuple[int, bytes]:
    """Ask the application itself, without a server."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"pebble.example")],
    }
    await site(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)
