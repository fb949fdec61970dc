"""In a place that others share: what is private goes to its person only, by the way back or to their own chat."""

from dataclasses import replace
from typing import Any

import pytest

from bot.speech import Kind, Op, Outgoing
from tests.kit.talk import Friend, House
from tests.kit.thanks import SENTENCE, invite, meet

WAY = "way-back-1"
"""How an event of a server names the way on which only its person sees an answer."""


@pytest.fixture
def sent(house: House) -> list[tuple[str, Outgoing]]:
    """All that leaves, with where to."""
    found: list[tuple[str, Outgoing]] = []

    def note(address: Any, outgoing: Outgoing) -> None:
        found.append((address.chat, outgoing))

    house.chat.trouble_with = note
    return found


async def aside(friend: Friend, command: str, rest: str = "") -> None:
    """Send a command in a server."""
    event = friend.event(Kind.COMMAND, command, rest=rest)
    await friend.house.receive(replace(event, aside=True, via=WAY))


async def test_files_go_to_the_private_chat_and_the_server_gets_one_line(
    anna: Friend, sent: list[tuple[str, Outgoing]]
) -> None:
    await anna.sign_up()
    sent.clear()
    await aside(anna, "export")
    line, *files = [outgoing for _, outgoing in sent]
    assert (line.text, line.via, line.attachment) == ("Your files come in our private chat.", WAY, None)
    assert [file.attachment.name for file in files if file.attachment] == ["pebble.json", "pebble-tables.zip"]
    assert [file.via for file in files] == ["", ""], "no file goes by the way of the server"


async def test_export_first_asks_again_where_it_was_asked(anna: Friend, sent: list[tuple[str, Outgoing]]) -> None:
    await anna.sign_up()
    await aside(anna, "delete")
    payload, message = anna.newest.rows[1][0].payload, anna.newest.id
    sent.clear()
    event = replace(anna.event(Kind.TAP, payload, message=message), aside=True, via=WAY)
    await anna.house.receive(event)
    news = [outgoing for _, outgoing in sent if outgoing.op is Op.NEW]
    assert [bool(outgoing.attachment) for outgoing in news] == [False, True, True, False]
    assert [outgoing.via for outgoing in news] == [WAY, "", "", WAY]


@pytest.mark.parametrize("command", ["link", "thanks", "people", "ripple", "privacy", "moments", "delete"])
async def test_whatever_is_shown_there_only_its_person_sees(
    anna: Friend, house: House, sent: list[tuple[str, Outgoing]], command: str
) -> None:
    bea = house.person("bea")
    await meet(anna, bea)
    sent.clear()
    await aside(anna, command)
    assert sent
    assert {chat for chat, _ in sent} == {"anna"}, "nobody else hears of it"
    assert {outgoing.via for _, outgoing in sent} == {WAY}


async def test_an_invitation_opened_there_shows_nothing_before_a_yes_and_all_of_it_to_one(
    anna: Friend, house: House, sent: list[tuple[str, Outgoing]]
) -> None:
    bea = house.person("bea")
    code = await invite(anna, "Bea")
    sent.clear()
    await aside(bea, "accept", code)
    assert [(chat, shown.via, SENTENCE in shown.text) for chat, shown in sent] == [("bea", WAY, False)]
    sent.clear()
    yes = bea.newest
    await house.receive(replace(bea.event(Kind.TAP, yes.rows[0][0].payload, message=yes.id), aside=True, via=WAY))
    brought = [outgoing for chat, outgoing in sent if SENTENCE in outgoing.text]
    assert [outgoing.via for outgoing in brought] == [WAY]
    assert {chat for chat, _ in sent} == {"bea"}
