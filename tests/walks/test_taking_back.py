"""Somebody goes after months: what they wrote is taken back on each platform, as far as that one lets a bot."""

from collections.abc import AsyncIterator, Sequence

import pytest

from bot.chats.telegram_files import blank_picture
from bot.rota import Rota
from tests.kit.clock import HandClock
from tests.kit.seats import OnTelegram, Seat, Town, town
from tests.kit.talk import CATALOGUE, House

DAY = 86_400
SENTENCE = "I like the canary that you keep"


@pytest.fixture
async def seated(house: House) -> AsyncIterator[tuple[Town, Sequence[Seat]]]:
    async with town(house.store) as built:
        yield built


async def write_to(sender: Seat, receiver: Seat, sentence: str) -> None:
    """Send a sentence to somebody new, who accepts."""
    await sender.say("/thanks")
    for words in (receiver.name, sentence):
        await sender.say(words)
    if "Which name" in sender.said()[-1]:
        await sender.say(sender.name)
    await sender.tap("Send")
    await receiver.open(next(said for said in reversed(sender.said()) if "/accept" in said))
    await receiver.tap("Accept")


async def test_after_months_a_sentence_is_deleted_or_emptied_wherever_it_was_brought(
    seated: tuple[Town, Sequence[Seat]], clock: HandClock
) -> None:
    built, (anna, bea, carl, *_) = seated
    assert isinstance(bea, OnTelegram)
    await write_to(carl, anna, "A first one.")  # so that Anna knows somebody, too
    await write_to(anna, bea, SENTENCE)
    await bea.tap("Pass it on")
    for words in ("Carl", "Of my own.", "Bea"):
        await bea.say(words)
    await bea.tap("Send")
    await carl.open(next(said for said in reversed(bea.said()) if "/accept" in said))
    await carl.tap("Accept")
    await bea.say("/ripple")
    clock.forward(DAY)
    await anna.say("/thanks")
    for words in ("Carl", SENTENCE):
        await anna.say(words)
    await anna.tap("Send")
    await Rota(built.store, CATALOGUE, clock).bring_thanks()
    await built.quiet()
    (letter,) = [said for said in bea.inbox() if SENTENCE in said.text]
    (picture,) = [said for said in bea.inbox() if said.photo is not None]
    assert SENTENCE in str(picture.photo)
    assert any(SENTENCE in said for said in carl.said())

    clock.forward(60 * DAY)
    for said in bea.inbox():
        said.date -= 60 * DAY
    await Rota(built.store, CATALOGUE, clock).forget()
    await anna.say("/delete")
    await anna.tap("Delete everything")
    await anna.tap("Yes, delete it all")
    await built.quiet()
    assert (letter.text, letter.buttons) == ("…", [])
    assert (picture.text, picture.photo) == ("…", blank_picture())
    assert not any(SENTENCE in said for said in carl.said())
