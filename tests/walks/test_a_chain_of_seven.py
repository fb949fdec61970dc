"""A chain of seven people over the chat page, Telegram and Discord, in one Pebble, looked at from every seat."""

import json
import re
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import select

from bot.pictures.kinds import svg_of
from bot.store import Store
from bot.store.tables import links
from tests.kit.drawing import PNG
from tests.kit.files import ZIP, unzipped
from tests.kit.seats import Seat, Town, town
from tests.kit.talk import House

SENTENCES = tuple(
    f"I like how patient you are, {word}." for word in ("first", "second", "third", "fourth", "fifth", "last")
)
NOT_A_NAME = re.compile("the.?account.?s.own.name", re.IGNORECASE)
"""What an account is called on its platform is nobody's business: people sign as they wish."""


@pytest.fixture
async def seated(house: House) -> AsyncIterator[tuple[Town, Sequence[Seat]]]:
    async with town(house.store) as built:
        yield built


async def play(seats: Sequence[Seat]) -> None:
    """Let a sentence go from each to the next, who passes it on."""
    await seats[0].say("/thanks")
    for sender, receiver, sentence in zip(seats, seats[1:], SENTENCES, strict=False):
        for words in (receiver.name, sentence, sender.name):
            await sender.say(words)
        await sender.tap("Send")
        await receiver.open(next(said for said in reversed(sender.said()) if "/accept" in said))
        assert f"{sender.name} has a sentence of thanks for you." in receiver.said()[-1]
        await receiver.tap("Accept")
        if receiver is not seats[-1]:
            await receiver.tap("Pass it on")


async def test_a_chain_of_seven_is_one_tree_and_shows_everybody_their_own_part_only(
    seated: tuple[Town, Sequence[Seat]],
) -> None:
    built, seats = seated
    await play(seats)
    _is_one_tree(built.store)
    for place, seat in enumerate(seats):
        for command in ("/ripple", "/people", "/export"):
            await seat.say(command)
        _sees_only_neighbours(seats, place, "\n".join(seat.said()))
        # What came along, as the platform got it: two files of the export, and what was to be drawn.
        assert len(seat.files()) >= (2 if seat is seats[-1] else 3), seat.name
        _sees_only_neighbours(seats, place, "\n".join(_read(file) for file in seat.files()), whole=False)
        _draws_only_ones_own(built, seats, place)
    for place, seat in enumerate(seats[:-1]):
        people = len(seats) - 1 - place
        told = "1 person in 1 sentence" if people == 1 else f"{people} people in {people} sentences"
        assert any(said.startswith(f"🪨 Your thanks reached {told}") for said in seat.said()), seat.name
    assert any(said.startswith("Nothing has travelled yet.") for said in seats[-1].said())


def _is_one_tree(store: Store) -> None:
    rows = store.run_now(lambda tx: tx.connection.execute(select(links).order_by(links.c.id)).all())
    assert [row.depth for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.parent_id for row in rows] == [None, *(row.id for row in rows[:-1])]
    assert len({row.chain_id for row in rows}) == 1
    assert [row.sender_id for row in rows[1:]] == [row.receiver_id for row in rows[:-1]]


def _sees_only_neighbours(seats: Sequence[Seat], place: int, everything: str, *, whole: bool = True) -> None:
    """Only the sentences that they sent and got, only the names of those before and behind them."""
    seat = seats[place]
    own = {SENTENCES[n] for n in (place - 1, place) if 0 <= n < len(SENTENCES)}
    found = {one for one in SENTENCES if one in everything}
    assert (found == own) if whole else (found <= own), seat.name
    far = [other for n, other in enumerate(seats) if abs(n - place) > 1]
    assert [other.name for other in far if re.search(rf"\b{other.name}\b", everything, re.IGNORECASE)] == [], seat.name
    assert not NOT_A_NAME.search(everything)


def _read(file: bytes) -> str:
    if file.startswith(ZIP):
        return "\n".join(unzipped(file).values())
    return file.removeprefix(PNG).decode()


def _draws_only_ones_own(built: Town, seats: Sequence[Seat], place: int) -> None:
    """The ripple is drawn for all but the last, who has sent nothing; neither what is stored nor the SVG says more."""
    drawn = [line.picture for line in built.lines(seats[place].address) if line.picture]
    if place == len(seats) - 1:
        assert drawn == []
        return
    (spec,) = drawn
    _sees_only_neighbours(seats, place, json.dumps(spec, ensure_ascii=False))
    own = {str(n) for n in range(1 if place == 0 else 2)}
    assert set(spec["mine"]) == own, "a pebble of somebody else's has words"
    assert len(spec["parents"]) == len(SENTENCES) - max(0, place - 1)
    assert spec["parents"][0] is None
    assert spec["parents"][1:] == list(range(len(spec["parents"]) - 1))
    assert [number for number, _ in spec["numbers"]] == [str(len(SENTENCES) - place)] * 2 + ["1", "1"]
    shown = " ".join(re.findall(r'aria-label="([^"]*)"', svg_of(spec)))
    _sees_only_neighbours(seats, place, shown, whole=False)


async def test_two_chats_of_different_platforms_become_one(seated: tuple[Town, Sequence[Seat]]) -> None:
    _, seats = seated
    anna, telegram, discord = seats[:3]
    for other, place in ((telegram, "Telegram"), (discord, "Discord")):
        await anna.say("/link")
        code = anna.said()[-1].split("/link ")[1].split("\n")[0]
        await other.say(f"/link {code}")
        assert any("Join this chat with the other one (Chat page)" in said for said in other.said())
        await other.tap("Join")
        assert anna.said()[-1] == f"This chat and another one ({place}) are one now. Not you? /unlink parts them."
