"""A file that comes with a message, and the key that shares a location: the same on every chat that has them."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

import aiohttp
import pytest
from starlette.requests import Request

from bot.chats.telegram import TelegramChat
from bot.chats.web import COOKIE
from bot.errors import InDoubt, Refused, TryLater
from bot.outbox.history import conversation
from bot.outbox.shelf import put
from bot.outbox.studio import Undrawn, Unwanted
from bot.people.queries import find, meet
from bot.speech import Address, Attachment, Button, Kind, Op, Outgoing, Receipt
from bot.store import Tx
from tests.chats.telegram_door import Door, listening, telegram, until
from tests.fakes import BotApi, Cut
from tests.kit.talk import Friend, House, MemoryChat
from tests.web.small_talk import SmallTalk, row, served

CALENDAR = Attachment(
    "nudges.ics", "text/calendar", "BEGIN:VCALENDAR\r\nSUMMARY:Ein Atemzug – ü 🌬️\r\nEND:VCALENDAR\r\n"
)
CAPTION = "Your nudges, for your calendar."
ROWS = (row("Thanks"),)
ANNA = Address("web", "anna")

File = tuple[str, bytes]


class Platform(Protocol):
    """One chat and the phone of a person in it."""

    async def send(self, outgoing: Outgoing, message: str | None = None) -> Receipt: ...

    async def newest(self) -> tuple[str, list[str], File | None]:
        """Return the newest message as the person has it: text, labels of its buttons, its file."""
        ...


class OnTelegram:
    def __init__(self, api: BotApi, chat: TelegramChat) -> None:
        self.person, self.chat, self.api = api.person(11), chat, api

    async def send(self, outgoing: Outgoing, message: str | None = None) -> Receipt:
        return await self.chat.send(Address("telegram", "11"), outgoing, nonce=1, message=message)

    async def newest(self) -> tuple[str, list[str], File | None]:
        said = self.person.newest
        file = (said.document.name, said.document.content) if said.document else None
        return said.text, [button.label for buttons in said.buttons for button in buttons], file


class OnThePage:
    def __init__(self, session: aiohttp.ClientSession, url: str, talk: SmallTalk) -> None:
        self.session, self.url, self.talk = session, url, talk

    async def send(self, outgoing: Outgoing, message: str | None = None) -> Receipt:
        if outgoing.op is not Op.NEW:
            await self.talk.edit(ANNA, int(message or 0), outgoing)
            return Receipt(message or "")
        number = await self.talk.say(ANNA, outgoing.text, outgoing.rows, attachment=outgoing.attachment)
        return Receipt(str(number))

    async def newest(self) -> tuple[str, list[str], File | None]:
        line = (await snapshot(self.session, self.url, "anna"))[-1]
        labels = [button["label"] for buttons in line["rows"] for button in buttons]
        text = f"{line['text']}\n\n✓ {line['chosen']}" if line["chosen"] else line["text"]
        if not line["attachment"]:
            return text, labels, None
        async with self.session.get(f"{self.url}/chat/file/{line['id'][1:]}?me=anna") as response:
            assert response.status == 200
            return text, labels, (line["attachment"], await response.read())


class InMemory:
    def __init__(self) -> None:
        self.chat, self.nonce = MemoryChat(), 0

    async def send(self, outgoing: Outgoing, message: str | None = None) -> Receipt:
        self.nonce += 1
        return await self.chat.send(Address("memory", "anna"), outgoing, nonce=self.nonce, message=message)

    async def newest(self) -> tuple[str, list[str], File | None]:
        said = self.chat.inboxes["anna"][-1]
        text = f"{said.text}\n\n✓ {said.chosen}" if said.chosen else said.text
        file = said.attachment
        return text, said.labels, (file.name, file.content) if file else None


async def snapshot(session: aiohttp.ClientSession, url: str, me: str) -> list[dict]:
    async with session.get(f"{url}/chat/events?me={me}") as response:
        async for line in response.content:
            if line.startswith(b"data: "):
                return list(json.loads(line.removeprefix(b"data: "))["lines"])
    raise AssertionError("nothing was heard")


def _asking(secret: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}={secret}".encode())]})


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        api.person(11).command("start")
        yield api


@pytest.fixture
async def on_telegram(api: BotApi) -> AsyncIterator[OnTelegram]:
    chat = telegram(api.url, api.token, Door())
    yield OnTelegram(api, chat)
    await chat.stop()


@pytest.fixture
async def on_the_page() -> AsyncIterator[OnThePage]:
    talk = SmallTalk()
    async with served(talk) as url, aiohttp.ClientSession() as session:
        yield OnThePage(session, url, talk)


@pytest.fixture
async def in_memory() -> InMemory:
    return InMemory()


@pytest.fixture(params=["on_telegram", "on_the_page", "in_memory"])
def platform(request: pytest.FixtureRequest) -> Platform:
    found: Platform = request.getfixturevalue(request.param)
    return found


async def test_a_file_of_bytes_arrives_as_it_was(platform: Platform) -> None:
    zipped = Attachment("pebble-tables.zip", "application/zip", b64encode(b"PK\x03\x04\xff\x00").decode(), packed=True)
    stored = Outgoing.from_dict(Outgoing(CAPTION, attachment=zipped).to_dict())
    await platform.send(stored)
    assert await platform.newest() == (CAPTION, [], ("pebble-tables.zip", b"PK\x03\x04\xff\x00"))


async def test_a_file_arrives_whole_under_its_name_with_text_and_buttons(platform: Platform) -> None:
    await platform.send(Outgoing(CAPTION, ROWS, attachment=CALENDAR))
    assert await platform.newest() == (CAPTION, ["Thanks"], ("nudges.ics", CALENDAR.text.encode()))


async def test_a_message_without_a_file_has_none(platform: Platform) -> None:
    await platform.send(Outgoing("Hi", ROWS))
    assert await platform.newest() == ("Hi", ["Thanks"], None)


async def test_a_choice_is_shown_under_a_file_and_the_file_stays(platform: Platform) -> None:
    said = Outgoing(CAPTION, ROWS, attachment=CALENDAR)
    receipt = await platform.send(said)
    await platform.send(replace(said, rows=(), chosen="Thanks", op=Op.EDIT), receipt.message)
    assert await platform.newest() == (f"{CAPTION}\n\n✓ Thanks", [], ("nudges.ics", CALENDAR.text.encode()))


async def test_half_a_character_in_a_file_does_not_stop_it(platform: Platform) -> None:
    await platform.send(Outgoing(CAPTION, attachment=replace(CALENDAR, text="a\ud800b")))
    assert (await platform.newest())[2] == ("nudges.ics", b"a?b")


async def test_a_message_that_asks_for_a_location_is_said_on_every_chat(platform: Platform) -> None:
    await platform.send(Outgoing("Where are you?", asks_location="Share location"))
    assert await platform.newest() == ("Where are you?", [], None)
    await platform.send(Outgoing("Thank you.", settles_location=True))
    assert await platform.newest() == ("Thank you.", [], None)


# What the outbox keeps


@pytest.mark.parametrize(
    "outgoing",
    [
        Outgoing(CAPTION, ROWS, attachment=CALENDAR),
        Outgoing("Where?", asks_location="Teilen 📍"),
        Outgoing("Thanks", settles_location=True, silent=True),
        Outgoing("plain"),
    ],
)
def test_a_stored_message_reads_back_the_same(outgoing: Outgoing) -> None:
    assert Outgoing.from_dict(json.loads(json.dumps(outgoing.to_dict()))) == outgoing


def test_a_message_stored_before_there_were_files_reads_back() -> None:
    assert Outgoing.from_dict({"text": "hi"}) == Outgoing("hi")


@pytest.mark.parametrize("more", [{"asks_location": "Share"}, {"settles_location": True}])
def test_the_location_key_and_buttons_do_not_go_together(more: dict) -> None:
    with pytest.raises(ValueError, match="location"):
        Outgoing("x", ((Button("Yes", "1:yes:0:"),),), **more)


async def test_a_file_waits_in_the_outbox_sealed_and_stands_in_the_history_of_its_owner(house: House) -> None:
    anna, ben = Address("memory", "anna"), Address("memory", "ben")

    def say(tx: Tx) -> None:
        meet(tx, ben, "en", None)
        put(tx, meet(tx, anna, "en", None).recipient, Outgoing(CAPTION, attachment=CALENDAR))

    await house.store.run(say)
    await house.pump.settle()
    assert house.chat.inboxes["anna"][-1].attachment == CALENDAR

    def read(tx: Tx, address: Address) -> list[Attachment | None]:
        person = find(tx, address)
        assert person
        return [line.attachment for line in conversation(tx, person.address_id, person.seal)]

    assert await house.store.run(lambda tx: read(tx, anna)) == [CALENDAR]
    assert await house.store.run(lambda tx: read(tx, ben)) == []


async def test_a_location_in_memory_is_an_event_as_elsewhere(anna: Friend) -> None:
    event = anna.event(Kind.LOCATION, "52.52,13.4")
    assert (event.kind, event.text) == (Kind.LOCATION, "52.52,13.4")
    assert anna.location_key == ""
    await anna.share_location(52.52, 13.4)
    assert anna.inbox, "whoever shares a place that nobody asked for is answered too"


# The page


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(None, 200), (TryLater("away"), 503), (Undrawn("KeyError"), 503), (Unwanted("taken back"), 404)],
    ids=["made", "away", "broken", "gone"],
)
async def test_on_the_page_a_file_is_made_when_it_is_downloaded_and_by_its_owner_alone(
    trouble: Exception | None, status: int
) -> None:
    asked: list[Mapping[str, Any]] = []

    async def collect(what: Mapping[str, Any]) -> bytes:
        asked.append(what)
        if trouble:
            raise trouble
        return "Ein Atemzug – ü 🌬️".encode()

    talk = SmallTalk(collect=collect)
    async with served(talk) as url, aiohttp.ClientSession(url) as session:
        file = Attachment("pebble.json", "application/json", "", what={"export": "json"})
        number = await talk.say(ANNA, CAPTION, attachment=file)
        async with session.get(f"/chat/file/{number}?me=ben") as answer:
            assert answer.status == 404
        assert asked == []
        async with session.get(f"/chat/file/{number}?me=anna") as answer:
            assert answer.status == status
            text = await answer.text()
            assert ("Atemzug" in text) == (trouble is None)
            assert trouble is None or str(trouble) not in text
        assert asked == [{"export": "json", "row": number}]


async def test_the_page_makes_one_file_at_a_time_for_each_address() -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def collect(what: Mapping[str, Any]) -> bytes:
        begun.set()
        await gate.wait()
        return b"made"

    async def status(session: aiohttp.ClientSession, path: str) -> int:
        async with session.get(path) as answer:
            return answer.status

    talk = SmallTalk(collect=collect)
    async with served(talk) as url, aiohttp.ClientSession(url) as session, asyncio.timeout(10):
        file = Attachment("pebble.json", "application/json", "", what={"export": "json"})
        annas = f"/chat/file/{await talk.say(ANNA, CAPTION, attachment=file)}?me=anna"
        bens = f"/chat/file/{await talk.say(Address('web', 'ben'), CAPTION, attachment=file)}?me=ben"
        first = asyncio.create_task(status(session, annas))
        await begun.wait()
        assert await status(session, annas) == 503
        bens_own = asyncio.create_task(status(session, bens))
        gate.set()
        assert [await first, await bens_own] == [200, 200]
        assert await status(session, annas) == 200, "and another one behind it"


# Telegram


async def test_telegram_shows_the_key_takes_the_location_and_takes_the_key_away(api: BotApi) -> None:
    door, person = Door(), api.person(11)
    async with listening(api, door) as chat:
        home = Address("telegram", "11")
        await chat.send(home, Outgoing("Where are you?", asks_location="Share location"), nonce=1)
        assert person.location_key == "Share location"
        keyboard = json.loads(api.calls_of("sendMessage")[-1].params["reply_markup"])
        assert keyboard["keyboard"] == [[{"text": "Share location", "request_location": True}]]
        assert keyboard["resize_keyboard"] is keyboard["one_time_keyboard"] is True
        person.share_location(52.52, 13.405)
        await until(lambda: "52.52,13.405" in door.texts)
        assert door.heard[-1].kind is Kind.LOCATION
        await chat.send(home, Outgoing("Thank you.", settles_location=True), nonce=2)
        assert person.location_key == ""


async def test_telegram_asks_nobody_for_a_location_in_a_group(api: BotApi, on_telegram: OnTelegram) -> None:
    api.group(-20).add_bot(by=api.person(11))
    with pytest.raises(Refused):
        await on_telegram.chat.send(Address("telegram", "-20"), Outgoing("Where?", asks_location="Share"), nonce=1)


@pytest.mark.parametrize(
    "outgoing",
    [
        Outgoing("x" * 1025, attachment=CALENDAR),
        Outgoing("\ud800", attachment=CALENDAR),
        Outgoing(CAPTION, attachment=replace(CALENDAR, text="")),
        Outgoing(CAPTION, attachment=replace(CALENDAR, name="\ud800.ics")),
    ],
    ids=["a long caption", "half a character", "an empty file", "half a character in its name"],
)
async def test_what_telegram_takes_with_no_file_is_refused(on_telegram: OnTelegram, outgoing: Outgoing) -> None:
    with pytest.raises(Refused):
        await on_telegram.send(outgoing)


async def test_a_file_is_silent_when_asked_and_carries_its_type(api: BotApi, on_telegram: OnTelegram) -> None:
    await on_telegram.send(Outgoing(CAPTION, attachment=CALENDAR, silent=True))
    params = api.calls_of("sendDocument")[0].params
    assert params == {"chat_id": "11", "caption": CAPTION, "disable_notification": "true"}


async def test_a_cut_while_a_file_is_sent_is_in_doubt(api: BotApi, on_telegram: OnTelegram) -> None:
    api.fail("sendDocument", how=Cut(after=True))
    with pytest.raises(InDoubt):
        await on_telegram.send(Outgoing(CAPTION, attachment=CALENDAR))


# The page


async def test_a_file_on_the_page_is_saved_and_never_shown(on_the_page: OnThePage) -> None:
    page = Attachment('a b"<ü>\r\n.html', "text/html", "<script>alert(1)</script>")
    number = (await on_the_page.send(Outgoing("x", attachment=page))).message
    async with on_the_page.session.get(f"{on_the_page.url}/chat/file/{number}?me=anna") as response:
        disposition = response.headers["content-disposition"]
        assert disposition == "attachment; filename*=UTF-8''a%20b%22%3C%C3%BC%3E%0D%0A.html"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"


async def test_a_file_is_handed_to_its_owner_alone(on_the_page: OnThePage) -> None:
    number = (await on_the_page.send(Outgoing(CAPTION, attachment=CALENDAR))).message
    plain = (await on_the_page.send(Outgoing("no file"))).message
    wrong = (f"{number}?me=ben", number, f"{number}?me=../anna", f"{number}?me=anna&me=ben", f"{plain}?me=anna",
             "999?me=anna", f"{'9' * 40}?me=anna", "x?me=anna", f"-{number}?me=anna")  # fmt: skip
    for path in wrong:
        async with on_the_page.session.get(f"{on_the_page.url}/chat/file/{path}") as response:
            assert response.status == 404, path
            assert CALENDAR.text not in await response.text()


async def test_outside_a_demo_only_the_owners_cookie_opens_a_file() -> None:
    talk = SmallTalk(demo=False)
    async with served(talk) as url, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as own:
        assert await snapshot(own, url, "anna") == []
        secret = next(iter(own.cookie_jar)).value
        address = talk.chat.who(_asking(secret))
        assert address
        number = await talk.say(address, CAPTION, attachment=CALENDAR)
        async with own.get(f"{url}/chat/file/{number}") as response:
            assert await response.read() == CALENDAR.text.encode()
        async with aiohttp.ClientSession() as stranger, stranger.get(f"{url}/chat/file/{number}") as response:
            assert response.status == 404


async def test_a_page_hears_of_a_file_by_its_name_alone(on_the_page: OnThePage) -> None:
    async with on_the_page.session.get(f"{on_the_page.url}/chat/events?me=anna") as response:
        events = response.content
        while b"event: hello" not in await events.readline():
            pass
        await on_the_page.send(Outgoing(CAPTION, attachment=CALENDAR))
        while b"event: line" not in await events.readline():
            pass
        line = json.loads((await events.readline()).removeprefix(b"data: "))
    assert (line["text"], line["attachment"]) == (CAPTION, "nudges.ics")
