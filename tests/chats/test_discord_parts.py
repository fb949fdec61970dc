"""How texts, buttons, lists and files look on Discord."""

import time
from collections.abc import AsyncIterator

import pytest

from bot.chats.discord import DiscordChat
from bot.chats.discord_text import clipped, rendered
from bot.speech import Attachment, Button, File, Kind, Op, Outgoing, Rows
from bot.speech.instants import DATE, marked
from tests.chats.discord_door import ANN, ROWS, DiscordDoor, listening
from tests.chats.telegram_door import until
from tests.fakes import DiscordApi, DiscordPerson
from tests.fakes.discord_world import SUPPRESS_EMBEDS

NOON = 1_795_000_000


@pytest.fixture
async def api() -> AsyncIterator[DiscordApi]:
    async with DiscordApi() as api:
        api.person(11, zone="Europe/Berlin")
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
        yield chat


def listed(many: int) -> Rows:
    return tuple((Button(f"Line {number}", f"1:pick:{number}:"),) for number in range(1, many + 1))


@pytest.mark.parametrize(
    "text",
    [
        "# no heading\n> no quote\n- no list\n1. no number\n-# no small print",
        "*stars* _lines_ ~~strike~~ `code` ||spoiler|| **bold** \\ backslash",
        "https://example.org/a_b_c?x=*1* and [x](https://evil.example)",
        "<b>tags</b> <t:1:R> <#5> <:wave:1> </now:1>",
        "{0.__class__} %s =HYPERLINK(1) ' OR 1=1",
    ],
)
async def test_no_text_is_taken_for_markdown(chat: DiscordChat, ann: DiscordPerson, text: str) -> None:
    await chat.send(ANN, Outgoing(text), nonce=1)
    assert ann.newest.text == text


async def test_nobody_is_called_by_a_text(chat: DiscordChat, ann: DiscordPerson) -> None:
    given = ann.send_voice(3)
    file = File("discord", "voice", f"{ann.channel.id}.{given.id}")
    for number, kind in enumerate((None, file)):
        await chat.send(ANN, Outgoing("@everyone @here <@11> <@!11> <@&5>", file=kind), nonce=number)
        assert ann.newest.pings == []
    assert ann.newest.text == "@everyone @here <@11> <@!11> <@&5>"


async def test_a_time_is_shown_by_the_readers_own_clock(chat: DiscordChat, ann: DiscordPerson) -> None:
    await chat.send(ANN, Outgoing(f"Set: *{marked(NOON, '10:13')}*."), nonce=1)
    assert ann.newest.source == rf"Set: \*<t:{NOON}:t>\*."
    assert ann.newest.text.startswith("Set: *")
    assert "10:13" not in ann.newest.source


@pytest.mark.parametrize("many", [1999, 2000])
async def test_a_text_that_fits_is_a_message(chat: DiscordChat, ann: DiscordPerson, many: int) -> None:
    await chat.send(ANN, Outgoing("x" * many), nonce=1)
    assert (len(ann.newest.text), ann.newest.embeds) == (many, [])


@pytest.mark.parametrize("text", ["x" * 2001, "x" * 4096, "*" * 1001])
async def test_a_longer_text_is_a_card(chat: DiscordChat, ann: DiscordPerson, text: str) -> None:
    await chat.send(ANN, Outgoing(text, ROWS), nonce=1)
    assert ann.newest.text == ""
    assert [card.description for card in ann.newest.embeds] == [text]


async def test_a_text_that_is_longer_still_comes_whole_as_a_file(chat: DiscordChat, ann: DiscordPerson) -> None:
    await chat.send(ANN, Outgoing("x" * 4090 + marked(NOON, "10:13") + "😀" * 9), nonce=1)
    (file,) = ann.newest.attachments
    assert (file.filename, file.content.decode()) == ("text.txt", "x" * 4090 + "10:13" + "😀" * 9)
    assert len(ann.newest.source) == 2000


async def test_an_edit_that_outgrows_a_message_is_seen_all_the_same(chat: DiscordChat, ann: DiscordPerson) -> None:
    receipt = await chat.send(ANN, Outgoing("short", ROWS), nonce=1)
    await chat.send(ANN, Outgoing("x" * 1999, chosen="Did it", op=Op.EDIT), nonce=2, message=receipt.message)
    assert ann.newest.words.strip() == "x" * 1999 + "\n\n✓ Did it"
    assert not ann.newest.message.flags & SUPPRESS_EMBEDS, "cards are hidden with the previews of links"
    assert ann.newest.buttons == []


@pytest.mark.parametrize(("many", "lists"), [(26, [25, 1]), (60, [25, 25, 10]), (125, [25] * 5)])
async def test_many_lines_are_lists_and_a_chosen_line_is_a_tap(
    api: DiscordApi, chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor, many: int, lists: list[int]
) -> None:
    await chat.send(ANN, Outgoing("Which one?", listed(many)), nonce=1)
    assert [len(select.options) for select in ann.newest.selects] == lists
    assert ann.newest.selects[0].placeholder == "Line 1 … Line 25"
    ann.choose(f"Line {many}")
    await until(lambda: door.heard)
    assert (door.heard[0].kind, door.heard[0].text) == (Kind.TAP, f"1:pick:{many}:")
    await api.wait_for_async(lambda: ann.failed == [] and api.calls_of("POST", "/interactions/*/*/callback"))


@pytest.mark.parametrize(("many", "lists"), [(4, []), (60, [25, 25, 10]), (100, [25] * 4)])
async def test_a_form_stands_below_buttons_and_lists(
    chat: DiscordChat, ann: DiscordPerson, door: DiscordDoor, many: int, lists: list[int]
) -> None:
    form = Button("✍️ Write it", "1:write:3:pick")
    await chat.send(ANN, Outgoing("Which one?", listed(many), form=form), nonce=1)
    assert [len(select.options) for select in ann.newest.selects] == lists
    assert ann.newest.buttons[-1] == [("✍️ Write it", "1:write:3:pick")]
    ann.click("✍️ Write it")
    await until(lambda: door.heard)
    assert door.heard[0].text == "1:write:3:pick"


async def test_labels_are_cut_where_discord_would_refuse_them(chat: DiscordChat, ann: DiscordPerson) -> None:
    rows = ((Button("x" * 200, "1:did:9:"), Button("", "1:no:9:")),)
    await chat.send(ANN, Outgoing("?", rows), nonce=1)
    assert [label for label, _ in ann.newest.buttons[0]] == ["x" * 79 + "…", "…"]
    long = tuple((Button("y" * 200, f"1:pick:{number}:"),) for number in range(30))
    await chat.send(ANN, Outgoing("?", long), nonce=2)
    assert {len(label) for label, _ in ann.newest.selects[0].options} == {100}


async def test_a_file_comes_under_its_name(chat: DiscordChat, ann: DiscordPerson) -> None:
    file = Attachment("nudges.ics", "text/calendar", "BEGIN:VCALENDAR\r\n\ud800")
    await chat.send(ANN, Outgoing("Your nudges", attachment=file), nonce=1)
    (sent,) = ann.newest.attachments
    assert (ann.newest.text, sent.filename, sent.content) == ("Your nudges", "nudges.ics", b"BEGIN:VCALENDAR\r\n?")


@pytest.mark.parametrize(("kind", "mark"), [("voice", "🎙"), ("photo", "🖼")])
async def test_what_a_person_gave_is_shown_again_as_a_reply_and_its_text_alone_when_it_is_gone(
    chat: DiscordChat, ann: DiscordPerson, kind: str, mark: str
) -> None:
    given = ann.send_voice(3) if kind == "voice" else ann.send_photo("the sea")
    file = File("discord", kind, f"{ann.channel.id}.{given.id}")
    await chat.send(ANN, Outgoing("Wed 4 Nov", file=file), nonce=1)
    assert (ann.newest.text, ann.newest.reply_to) == ("Wed 4 Nov", given.id)
    given.message.deleted = True
    await chat.send(ANN, Outgoing("", file=file), nonce=2)
    assert (ann.newest.text, ann.newest.reply_to) == (mark, None)
    elsewhere = File("discord", kind, f"5.{given.id}")
    await chat.send(ANN, Outgoing("Thu 5 Nov", file=elsewhere), nonce=3)
    assert (ann.newest.text, ann.newest.reply_to) == ("Thu 5 Nov", None)


def test_a_link_stays_whole_without_a_preview_and_text_is_clipped_to_its_limit() -> None:
    assert rendered("see https://example.org/a_b. *now*") == r"see <https://example.org/a_b>. \*now\*"
    assert clipped("12345", 5) == "12345"
    assert clipped("123456", 5) == "1234…"


def test_a_long_column_of_line_breaks_is_rendered_at_once() -> None:
    began = time.perf_counter()
    assert rendered("a" + "\n" * 4000 + "- b").endswith("\\- b")
    assert time.perf_counter() - began < 0.1


def test_an_instant_with_a_day_brings_its_date_along() -> None:
    said = f"Next: {marked(1_795_000_000, 'Thu 8:30', DATE)}, now {marked(1_795_000_000, '8:30')}"
    assert rendered(said) == "Next: <t:1795000000:f>, now <t:1795000000:t>"
