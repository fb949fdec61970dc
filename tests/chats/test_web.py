import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from starlette.requests import Request

from bot.chats.web import COOKIE, WebChat
from bot.chats.web_streams import BACKLOG, Stream
from bot.clock import SystemClock
from bot.speech import Address, Button, Incoming, Kind, Op, Outgoing, Shown
from tests.web.small_talk import WELCOME, SmallTalk, row, served

ANNA = Address("web", "anna")
KEY = "0123456789abcdef"


class Page:
    """What a page does, without a browser: listens to events and posts JSON."""

    def __init__(self, session: aiohttp.ClientSession, url: str, me: str = "anna") -> None:
        self.session = session
        self.url = url
        self.me = me

    async def post(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        return await self.post_raw(path, json.dumps({"me": self.me, "key": KEY} | body))

    async def post_raw(
        self, path: str, body: str | bytes, content_type: str = "application/json"
    ) -> tuple[int, dict[str, Any]]:
        headers = {"content-type": content_type}
        async with self.session.post(f"{self.url}/chat/{path}", data=body, headers=headers) as response:
            return response.status, await response.json()

    async def events(self) -> AsyncIterator[tuple[str, Any]]:
        async with self.session.get(f"{self.url}/chat/events?me={self.me}") as response:
            assert response.status == 200
            assert response.content_type == "text/event-stream"
            kind = ""
            async for line in response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    yield kind, json.loads(value)


@pytest.fixture
async def talk() -> SmallTalk:
    return SmallTalk()


@pytest.fixture
async def page(talk: SmallTalk) -> AsyncIterator[Page]:
    # Its cookie jar takes cookies of bare addresses, as browsers do.
    jar = aiohttp.CookieJar(unsafe=True)
    async with served(talk) as url, aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Page(session, url)


async def test_a_page_hears_what_was_said_before_and_then_what_is_said_now(talk: SmallTalk, page: Page) -> None:
    await talk.say(ANNA, "Good morning.")
    heard = page.events()

    kind, hello = await anext(heard)
    assert (kind, [line["text"] for line in hello["lines"]]) == ("hello", ["Good morning."])
    assert hello["demo"] is True
    await anext(heard)  # what was pushed a moment ago comes once more; the page knows it by its id

    await talk.say(ANNA, "Now?\nYes.", (row("Did it"),))
    kind, line = await anext(heard)
    assert kind == "line"
    assert line["id"] == "o2"
    assert line["text"] == "Now?\nYes."
    assert line["rows"] == [[{"label": "Did it", "payload": "1:pick:7:1", "url": ""}]]

    chosen = Outgoing(chosen="Did it", op=Op.EDIT)
    receipt = await talk.chat.send(ANNA, chosen, nonce=3, message="2")
    assert receipt.message == "2"
    assert await anext(heard) == (
        "edit",
        {"id": "o2", "text": "", "rows": [], "chosen": "Did it", "nudge": False},
    )

    await talk.chat.send(ANNA, Outgoing(op=Op.DELETE), nonce=4, message="2")
    assert await anext(heard) == ("delete", {"id": "o2"})


async def test_a_nudge_is_told_apart_from_other_lines(talk: SmallTalk, page: Page) -> None:
    heard = page.events()
    await anext(heard)
    await talk.say(ANNA, "Your small moment.", nudge=True)
    kind, line = await anext(heard)
    assert (kind, line["id"], line["nudge"]) == ("line", "o1", True)


async def test_what_one_person_hears_no_other_hears(talk: SmallTalk, page: Page) -> None:
    ben = Page(page.session, page.url, "ben").events()
    await anext(ben)
    await talk.say(ANNA, "For Anna.")
    await talk.say(Address("web", "ben"), "For Ben.")
    assert (await anext(ben))[1]["text"] == "For Ben."


async def test_words_are_handed_over_with_their_hints_and_come_back_as_the_persons_own_line(
    talk: SmallTalk, page: Page
) -> None:
    status, answer = await page.post("say", text=" <b>every</b> day ", language="de-DE", zone="Europe/Berlin")
    assert status == 200
    assert answer["line"]["mine"] is True
    (heard,) = talk.heard
    assert heard.address == ANNA
    assert heard.kind is Kind.TEXT
    assert heard.text == " <b>every</b> day "
    assert (heard.language, heard.zone, heard.keep_words) == ("de-DE", "Europe/Berlin", True)
    assert heard.key.startswith("web:")
    assert len(heard.key) <= 80


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("/pause", "pause", ""),
        ("/start  abc d", "start", "abc d"),
        ("/", "", ""),
        ("/pause\n3 days", "pause", "3 days"),
    ],
)
async def test_words_after_a_slash_are_a_command(talk: SmallTalk, page: Page, text: str, name: str, rest: str) -> None:
    assert (await page.post("say", text=text))[0] == 200
    assert (talk.heard[0].kind, talk.heard[0].text, talk.heard[0].rest) == (Kind.COMMAND, name, rest)


async def test_a_tap_names_the_message_by_the_id_that_send_gave(talk: SmallTalk, page: Page) -> None:
    number = await talk.say(ANNA, "Pick one.", (row("This", "That"),))
    status, answer = await page.post("tap", payload="1:pick:7:2", message=f"o{number}")
    assert (status, answer) == (200, {"toast": "Noted."})
    assert (talk.heard[0].kind, talk.heard[0].text, talk.heard[0].message) == (Kind.TAP, "1:pick:7:2", "1")
    assert talk.lines[ANNA][0].chosen == "That"


async def test_a_post_that_comes_twice_has_one_key_and_two_people_never_share_one(talk: SmallTalk, page: Page) -> None:
    assert await page.post("say", text="once") == await page.post("say", text="once")
    assert len(talk.heard) == 1
    await Page(page.session, page.url, "ben").post("say", text="once")
    assert len(talk.heard) == 2


async def test_a_newcomer_is_greeted_once_and_leaves_no_words_behind(talk: SmallTalk, page: Page) -> None:
    assert (await page.post("hello"))[0] == 200
    assert (await page.post("hello", key="another-tab-key"))[0] == 200
    assert [(said.kind, said.text, said.keep_words) for said in talk.heard] == [(Kind.COMMAND, "start", False)]
    assert [line.text for line in talk.lines[ANNA]] == [WELCOME]


async def test_words_that_could_not_be_kept_are_asked_for_again(talk: SmallTalk, page: Page) -> None:
    talk.closed = True
    status, answer = await page.post("say", text="a joy")
    assert (status, set(answer)) == (503, {"line"})
    talk.closed = False
    assert (await page.post("say", text="a joy"))[0] == 200
    assert [said.text for said in talk.heard] == ["a joy"]


DEEP = "[" * 10_000 + "]" * 10_000


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "9223372036854775808",
        "{",
        "\xff",
        DEEP,
        '{"a":' + DEEP + "}",
        '{"me":"anna","key":"0123456789abcdef","text":' + "9" * 5000 + "}",
        json.dumps({"me": "anna", "key": KEY}),
        json.dumps({"me": "anna", "text": "hi"}),
        json.dumps({"me": "anna", "key": 2**63, "text": "hi"}),
        json.dumps({"me": "anna", "key": "short", "text": "hi"}),
        json.dumps({"me": "anna", "key": KEY, "text": ""}),
        json.dumps({"me": "anna", "key": KEY, "text": " \n"}),
        json.dumps({"me": "anna", "key": KEY, "text": 2**63}),
        json.dumps({"me": "anna", "key": KEY, "text": ["hi"]}),
        json.dumps({"me": "anna", "key": KEY, "text": "x" * 4097}),
        json.dumps({"me": "anna", "key": KEY, "text": "🪨" * 2049}),
        json.dumps({"me": "anna", "key": KEY, "text": "a\0b"}),
        json.dumps({"me": "anna", "key": KEY, "text": "half \ud83e"}),
        json.dumps({"me": "anna", "key": KEY, "text": "hi", "zone": "Z" * 65}),
        json.dumps({"me": "anna", "key": KEY, "text": "hi", "zone": 7}),
        json.dumps({"me": "anna", "key": KEY, "text": "hi", "language": "l" * 17}),
        json.dumps({"me": "Anna", "key": KEY, "text": "hi"}),
        json.dumps({"me": "a" * 25, "key": KEY, "text": "hi"}),
        json.dumps({"me": "../x", "key": KEY, "text": "hi"}),
        json.dumps({"me": 7, "key": KEY, "text": "hi"}),
        json.dumps({"me": None, "key": KEY, "text": "hi"}),
        json.dumps({"me": "anna", "key": KEY, "text": "hi", "more": "x" * 65_536}),
    ],
    ids=range(30),
)
async def test_what_no_page_would_send_gets_one_kind_line_and_leaves_nothing(
    talk: SmallTalk, page: Page, body: str
) -> None:
    status, answer = await page.post_raw("say", body.encode("latin-1") if body == "\xff" else body)
    assert status == 400
    assert list(answer) == ["line"]
    assert talk.heard == []


@pytest.mark.parametrize(
    "body",
    [
        {"payload": "1:pick:7:1"},
        {"message": "o1"},
        {"payload": "x" * 65, "message": "o1"},
        {"payload": 2**63, "message": "o1"},
        {"payload": "1:pick:7:1", "message": 1},
        {"payload": "1:pick:7:1", "message": str(2**63)},
        {"payload": "1:pick:7:1", "message": "w1"},
        {"payload": "1:pick:7:1", "message": "-1"},
    ],
    ids=range(8),
)
async def test_a_tap_that_no_page_would_send_gets_one_kind_line(
    talk: SmallTalk, page: Page, body: dict[str, Any]
) -> None:
    status, answer = await page.post("tap", **body)
    assert (status, list(answer)) == (400, ["line"])
    assert talk.heard == []


async def test_a_form_of_a_foreign_page_is_no_word_of_a_person(talk: SmallTalk, page: Page) -> None:
    body = json.dumps({"me": "anna", "key": KEY, "text": "hi"})
    assert (await page.post_raw("say", body, "text/plain"))[0] == 400
    assert talk.heard == []


@pytest.mark.parametrize("query", ["me=Anna", "me=", "me=a&me=b", "me=" + "a" * 25, "me=%00", "me=..%2Fx"])
async def test_nobody_can_listen_without_a_proper_name(page: Page, query: str) -> None:
    async with page.session.get(f"{page.url}/chat/events?{query}") as response:
        assert response.status == 400
        assert list(await response.json()) == ["line"]


async def test_stopping_ends_all_streams_and_finishes_what_was_begun(talk: SmallTalk) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(incoming: Incoming) -> Shown:
        begun.set()
        await go_on.wait()
        return Shown("kept")

    async with served(talk) as url, aiohttp.ClientSession() as session:
        await talk.chat.start()
        await talk.chat.hear(slow)
        page = Page(session, url)
        heard = page.events()
        await anext(heard)
        saying = asyncio.create_task(page.post("say", text="almost gone"))
        await begun.wait()
        stopping = asyncio.create_task(talk.chat.stop())
        assert [event async for event in heard] == []
        assert not stopping.done()
        go_on.set()
        await stopping
        assert (await saying)[1]["toast"] == "kept"
        assert (await page.post("say", text="too late", key="another-key"))[0] == 503


async def test_a_page_that_comes_back_after_a_restart_gets_the_whole_conversation(talk: SmallTalk) -> None:
    async with aiohttp.ClientSession() as session:
        async with served(talk) as url:
            await Page(session, url).post("say", text="before")
        talk.begin()
        async with served(talk) as url:
            page = Page(session, url)
            heard = page.events()
            _, hello = await anext(heard)
            assert [line["text"] for line in hello["lines"]] == ["before", "I heard “before”."]
            await page.post("say", text="before")
            assert len(talk.heard) == 1


async def test_a_browser_that_stops_reading_is_let_go_and_costs_no_more_memory() -> None:
    stream = Stream(ping=60)
    for number in range(BACKLOG + 2):
        stream.push(str(number))
    assert [event async for event in stream.events()] == []


async def test_a_quiet_stream_is_kept_open_by_a_comment() -> None:
    assert await anext(Stream(ping=0.001).events()) == ": ping\n\n"


async def test_sending_to_nobody_who_listens_still_gives_a_receipt() -> None:
    chat = SmallTalk().chat
    sent = await chat.send(ANNA, Outgoing("Hi", ((Button("Yes", "1:yes:1:"),),)), nonce=17)
    assert sent.message == "17"
    assert chat.trouble() is None


async def test_outside_the_demo_a_secret_cookie_is_the_person_and_the_name_says_nothing() -> None:
    talk = SmallTalk(demo=False)
    async with (
        served(talk) as url,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as mine,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as others,
    ):
        assert (await Page(mine, url).post("say", text="hi"))[0] == 400
        async with mine.get(f"{url}/chat/events?me=anna") as response:
            cookie = response.cookies[COOKIE]
            assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
            assert (cookie["secure"], int(cookie["max-age"])) == ("", 365 * 24 * 3600)
            assert len(cookie.value) == 32
        async with mine.get(f"{url}/chat/events") as response:
            assert COOKIE not in response.cookies

        assert (await Page(mine, url).post("say", text="hi"))[0] == 200
        assert (await Page(mine, url, "Not A Name").post("say", text="hi again", key=KEY[::-1]))[0] == 200
        first, second = talk.heard
        assert first.address == second.address
        assert len(first.address.chat) == 32
        assert cookie.value not in str(first)

        async with others.get(f"{url}/chat/events?me=anna"):
            pass
        await Page(others, url).post("say", text="hi")
        assert talk.heard[2].address != first.address
        assert first.key != talk.heard[2].key


async def test_over_https_the_cookie_is_never_sent_in_the_clear() -> None:
    async def nothing(address: Address) -> list[Any]:
        return []

    async def door(incoming: Incoming) -> Shown:
        return Shown()

    chat = WebChat(clock=SystemClock(), history=nothing, demo=False)
    await chat.start()
    await chat.hear(door)
    (events,) = [route for route in chat.routes() if route.path == "/chat/events"]
    scope = {"type": "http", "scheme": "https", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    response = await events.endpoint(Request(scope | {"server": ("pebble.example", 443)}))
    assert "secure" in response.headers["set-cookie"].lower()
