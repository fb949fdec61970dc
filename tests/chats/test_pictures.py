"""Pictures where chats differ: what Telegram refuses, what Discord describes, who may look at one on the page."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.chats.telegram import TelegramChat
from bot.chats.telegram_files import clipped
from bot.chats.web_files import KEPT
from bot.errors import InDoubt, TryLater
from bot.outbox.studio import Undrawn
from bot.speech import Address, Attachment, Button, File, Op, Outgoing
from bot.speech.outgoing import CAPTION, units
from tests.chats.discord_drivers import discord_over_http
from tests.chats.seen import Door as AnyDoor
from tests.chats.telegram_door import Door, telegram
from tests.fakes import BotApi, Cut
from tests.kit.drawing import PNG
from tests.web.small_talk import SmallTalk, row, served

ALT = "Seven pebbles on water; yours is the third."
SPEC = {"kind": "ripple", "theme": "light", "number": 7}
PICTURED = Outgoing("How far it went", (row("Thanks"),), picture=SPEC, alt=ALT)
DRAWN = replace(PICTURED, image=PNG + b"...")
HOME = Address("telegram", "11")
ANNA = Address("web", "anna")


# What the outbox keeps


def test_a_stored_picture_reads_back_the_same_and_without_its_bytes() -> None:
    stored = json.loads(json.dumps(DRAWN.to_dict()))
    assert Outgoing.from_dict(stored) == PICTURED
    assert "image" not in stored
    assert "..." not in repr(DRAWN)


@pytest.mark.parametrize(
    "wrong",
    [
        {"alt": ""},
        {"alt": "x" * 1025},
        {"text": "🌱" * 513},
        {"attachment": Attachment("a.ics", "text/calendar", "x")},
        {"file": File("telegram", "photo", "x")},
    ],
)
def test_a_picture_has_words_of_the_right_length_and_stands_alone(wrong: dict) -> None:
    with pytest.raises(ValueError, match="picture"):
        replace(PICTURED, **wrong)
    replace(PICTURED, text="🌱" * 512, alt="x" * 1024)


# Telegram


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        api.person(11).command("start")
        yield api


@pytest.fixture
async def chat(api: BotApi) -> AsyncIterator[TelegramChat]:
    chat = telegram(api.url, api.token, Door())
    yield chat
    await chat.stop()


async def test_telegram_gets_the_picture_with_its_caption_in_one_call(api: BotApi, chat: TelegramChat) -> None:
    await chat.send(HOME, replace(DRAWN, silent=True), nonce=1)
    (call,) = api.calls_of("sendPhoto", "sendMessage")
    assert call.params["caption"] == DRAWN.text
    assert call.params["disable_notification"] == "true"
    assert json.loads(call.params["reply_markup"])["inline_keyboard"][0][0]["text"] == "Thanks"
    assert api.person(11).newest.photo == DRAWN.image


@pytest.mark.parametrize("image", [b"no picture", PNG + bytes(10 * 1024 * 1024)], ids=["no picture", "too large"])
async def test_where_telegram_makes_nothing_of_a_picture_the_text_comes_alone(
    api: BotApi, chat: TelegramChat, image: bytes
) -> None:
    receipt = await chat.send(HOME, replace(DRAWN, image=image), nonce=1)
    newest = api.person(11).newest
    assert (newest.text, newest.photo, len(newest.buttons)) == (DRAWN.text, None, 1)
    await chat.send(HOME, replace(PICTURED, chosen="Thanks", rows=(), op=Op.EDIT), nonce=2, message=receipt.message)
    assert api.person(11).newest.text == f"{DRAWN.text}\n\n✓ Thanks"
    await chat.send(HOME, replace(DRAWN, image=image, text="", rows=()), nonce=3)
    assert api.person(11).newest.text == ALT


async def test_a_caption_that_a_choice_makes_too_long_is_shortened_before_the_choice(
    api: BotApi, chat: TelegramChat
) -> None:
    long = replace(DRAWN, text="🌱" * 512)
    receipt = await chat.send(HOME, long, nonce=1)
    await chat.send(HOME, replace(long, chosen="Thanks", rows=(), op=Op.EDIT), nonce=2, message=receipt.message)
    text = api.person(11).newest.text
    assert text.endswith("🌱…\n\n✓ Thanks")
    assert units(text) <= CAPTION


@pytest.mark.parametrize("text", ["x" * 1025, "🌱" * 600, "x" * 2000 + "\n\n✓ yes", "x\n\n✓ " + "y" * 2000])
def test_what_is_shortened_fits_and_halves_no_character(text: str) -> None:
    assert units(clipped(text)) <= CAPTION + 2000 * text.startswith("x\n")
    clipped(text).encode()


async def test_a_cut_while_a_picture_is_sent_is_in_doubt(api: BotApi, chat: TelegramChat) -> None:
    api.fail("sendPhoto", how=Cut(after=True))
    with pytest.raises(InDoubt):
        await chat.send(HOME, DRAWN, nonce=1)


# Discord


async def test_discord_gets_the_picture_as_a_file_that_is_described() -> None:
    async with discord_over_http(AnyDoor()) as driver:
        await driver.chat.send(driver.address, DRAWN, nonce=1)
        (file,) = driver.person.inbox[-1].attachments
        assert (file.filename, file.content, file.description) == ("picture.png", DRAWN.image, ALT)


# The page


class Studio:
    """Draws what it is told to and counts."""

    def __init__(self) -> None:
        self.drawn: list[dict[str, Any]] = []
        self.undrawable = False

    async def draw(self, what: Mapping[str, Any]) -> bytes:
        if self.undrawable:
            raise Undrawn("ValueError")
        self.drawn.append(dict(what))
        return PNG + json.dumps(dict(what)).encode()


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
async def talk(studio: Studio) -> SmallTalk:
    return SmallTalk(draw=studio.draw)


@pytest.fixture
async def page(talk: SmallTalk) -> AsyncIterator[aiohttp.ClientSession]:
    async with served(talk) as url, aiohttp.ClientSession(url) as session:
        yield session


async def say(talk: SmallTalk, spec: dict | None = None) -> int:
    return await talk.say(ANNA, PICTURED.text, PICTURED.rows, picture=SPEC if spec is None else spec, alt=ALT)


async def test_a_picture_on_the_page_is_drawn_when_it_is_looked_at_and_kept_a_while(
    talk: SmallTalk, studio: Studio, page: aiohttp.ClientSession
) -> None:
    number = await say(talk)
    for _ in range(3):
        async with page.get(f"/chat/picture/{number}?me=anna") as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert await answer.read() == PNG + json.dumps(SPEC).encode()
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert studio.drawn == [SPEC]
    for _ in range(KEPT):
        await page.get(f"/chat/picture/{await say(talk)}?me=anna")
    await page.get(f"/chat/picture/{number}?me=anna")
    assert len(studio.drawn) == KEPT + 2


async def test_a_picture_is_light_or_dark_as_the_page_asks_where_it_knows_the_two(
    talk: SmallTalk, studio: Studio, page: aiohttp.ClientSession
) -> None:
    both, one = await say(talk), await say(talk, {"kind": "plain"})
    for theme in ("dark", "light", "dark", "pink", ""):
        await page.get(f"/chat/picture/{both}?me=anna&theme={theme}")
    await page.get(f"/chat/picture/{one}?me=anna&theme=dark")
    assert studio.drawn == [SPEC | {"theme": "dark"}, SPEC, {"kind": "plain"}]


async def test_a_picture_is_shown_to_its_owner_alone(
    talk: SmallTalk, studio: Studio, page: aiohttp.ClientSession
) -> None:
    number = await say(talk)
    plain = await talk.say(ANNA, "no picture")
    wrong = (f"{number}?me=ben", number, f"{number}?me=../anna", f"{number}?me=anna&me=ben", f"{plain}?me=anna",
             "999?me=anna", f"{'9' * 40}?me=anna", "x?me=anna", f"-{number}?me=anna")  # fmt: skip
    for path in wrong:
        async with page.get(f"/chat/picture/{path}") as answer:
            assert answer.status == 404, path
    assert studio.drawn == []


async def test_what_is_forgotten_or_cannot_be_drawn_is_not_there(
    talk: SmallTalk, studio: Studio, page: aiohttp.ClientSession
) -> None:
    number = await say(talk)
    await page.get(f"/chat/picture/{number}?me=anna")
    talk.lines[ANNA].clear()
    async with page.get(f"/chat/picture/{number}?me=anna") as answer:
        assert (answer.status, await answer.json()) == (404, {"line": "That picture is no longer here."})
    studio.undrawable = True
    async with page.get(f"/chat/picture/{await say(talk)}?me=anna") as answer:
        assert answer.status == 404


async def test_while_the_database_is_away_a_picture_can_be_asked_for_again(
    talk: SmallTalk, page: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await say(talk)

    async def away(_address: Address) -> list:
        raise TryLater("the database is away")

    monkeypatch.setattr(talk.chat._files, "_history", away)
    async with page.get(f"/chat/picture/{number}?me=anna") as answer:
        assert answer.status == 503


async def test_a_page_hears_of_a_picture_by_its_words_alone(talk: SmallTalk, page: aiohttp.ClientSession) -> None:
    await say(talk, SPEC | {"said": "a sentence"})
    await talk.say(ANNA, "plain", ((Button("Yes", "1:yes:0:"),),))
    async with page.get("/chat/events?me=anna") as answer:
        async for raw in answer.content:
            if raw.startswith(b"data: "):
                lines = json.loads(raw.removeprefix(b"data: "))["lines"]
                break
    assert [line["picture"] for line in lines] == [ALT, ""]
    assert "a sentence" not in json.dumps(lines)
