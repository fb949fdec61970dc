"""Everybody reads once what is kept, before anything of theirs is stored, whichever way they came."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select

from bot.speech import Kind
from bot.store import Tx
from bot.store.tables import links, moments, nudges, persons, positions, told, words
from tests.flows.looking import person_of
from tests.kit.talk import KEPT_LINE as LINE
from tests.kit.talk import Friend, House
from tests.kit.thanks import code_of, invite, say, token_of

Way = Callable[[Friend], Awaitable[object]]


@pytest.fixture
async def bea(house: House) -> Friend:
    """Somebody new, for whom an invitation waits."""
    await invite(house.person("anna"), "Bea")
    return house.person("bea")


def invitation(friend: Friend, read: Callable[[Friend], str]) -> str:
    return read(friend.house.person("anna"))


WAYS: dict[str, Way] = {
    "/accept": lambda bea: bea.command("accept"),
    "an invitation that is over": lambda bea: bea.command("accept", "AAAA-BBBB-CCCC"),
    "/add with a practice": lambda bea: bea.command("add", "Three senses"),
    "words": lambda bea: bea.send("hello there"),
    "a voice note": lambda bea: bea.send_file(seconds=5),
    "a place": lambda bea: bea.share_location(52.5, 13.4),
    "a sticker": lambda bea: bea.send("", Kind.OTHER),
    "/now with a practice": lambda bea: bea.command("now", "Evening joy"),
    "/zone with a city": lambda bea: bea.command("zone", "Berlin"),
    "/zone with a zone": lambda bea: bea.command("zone", "Africa/Nairobi"),
    "/quiet with hours": lambda bea: bea.command("quiet", "22:00-7:00"),
} | {
    f"/{name}": (lambda bea, name=name: bea.command(name))
    for name in (
        "thanks",
        "link",
        "own",
        "now",
        "zone",
        "goal",
        "ack",
        "repair",
        "helper",
        "people",
        "delete",
        "pause",
        "add",
    )
}


@pytest.mark.parametrize("way", WAYS)
async def test_the_line_comes_first_and_once(bea: Friend, way: str) -> None:
    await WAYS[way](bea)
    assert bea.said[0] == LINE
    assert len(bea.said) > 1, "and then the answer"
    await bea.command("help")
    await bea.command("thanks")
    assert bea.said.count(LINE) == 1


@pytest.mark.parametrize(("word", "read"), [("start", token_of), ("accept", code_of)], ids=["its link", "its code"])
async def test_an_invitation_says_who_it_is_from_before_all_and_the_line_below(
    bea: Friend, word: str, read: Callable[[Friend], str]
) -> None:
    await bea.command(word, invitation(bea, read))
    (said,) = bea.said
    assert said.startswith("Anna has a sentence of thanks for you.")
    assert said.endswith(LINE)
    await bea.tap("Accept")
    assert sum(LINE in said for said in bea.said) == 1


@pytest.mark.parametrize(
    "taps",
    [("…",), ("…", "Back"), ("…", "Mute"), ("…", "Block"), ("…", "Report"), ("…", "Report", "Report")],
    ids=" ".join,
)
async def test_on_an_invitation_the_line_stays_whatever_is_tapped_below(bea: Friend, taps: tuple[str, ...]) -> None:
    await bea.command("accept", invitation(bea, code_of))
    for label in taps:
        await bea.tap(label)
    assert LINE in bea.newest.text.split("\n\n")
    await bea.command("thanks")
    assert sum(LINE in said for said in bea.said) == 1


async def test_who_has_read_it_elsewhere_does_not_read_it_below_an_invitation(bea: Friend) -> None:
    await bea.command("help")
    await bea.command("accept", invitation(bea, code_of))
    await bea.tap("…")
    assert LINE not in bea.newest.text


async def test_the_introduction_says_it_itself(bea: Friend) -> None:
    await bea.command("start")
    assert len(bea.said) == 1
    assert LINE in bea.said[0].splitlines()
    await bea.command("thanks")
    assert sum(LINE in said for said in bea.said) == 1


async def test_who_reads_all_of_it_does_not_read_the_line(bea: Friend) -> None:
    await bea.command("privacy")
    assert bea.newest.text.startswith("What I keep: ")
    await bea.command("thanks")
    assert LINE not in bea.said


async def test_nothing_of_theirs_is_there_when_they_read_it(bea: Friend, house: House) -> None:
    before = house.store.run_now(_rows)
    await bea.command("thanks")
    assert bea.said[0] == LINE
    asked = house.store.run_now(_rows)
    assert [now - then for now, then in zip(asked, before, strict=True)] == [0, 0, 0, 0], "but a question"
    await say(bea, "Dora", "I like how you wait.", "Bea")
    await bea.tap("Send")
    assert bea.said.count(LINE) == 1


def _rows(tx: Tx) -> list[int]:
    names = select(func.count()).where(persons.c.sealed_name.is_not(None))
    return [tx.connection.scalar(names) or 0] + [
        tx.connection.scalar(select(func.count()).select_from(table)) or 0 for table in (moments, nudges, links)
    ]


async def test_first_words_on_a_page_are_stored_once_the_line_was_said(anna: Friend, house: House) -> None:
    for said in ("hello there", "and good morning"):
        await house.receive(replace(anna.event(Kind.TEXT, said), keep_words=True))

    def kept(tx: Tx) -> list[str]:
        person = person_of(tx, anna)
        return [person.seal.open(bytes(text)) for text in tx.connection.scalars(select(words.c.sealed_text))]

    assert house.store.run_now(kept) == ["and good morning"]


async def test_it_is_in_the_language_of_who_reads_it(house: House) -> None:
    bea = house.person("bea", language="de")
    await bea.command("danke")
    assert bea.said[0] == "Was du mir sagst, bleibt versiegelt; wer diesen Bot betreibt, könnte es lesen: /privacy"


async def test_who_has_signed_up_never_reads_it_again_be_it_long_ago(anna: Friend, house: House) -> None:
    await anna.sign_up()
    house.store.run_now(lambda tx: tx.connection.execute(delete(told)))  # as before it was remembered
    for command in ("thanks", "now", "link", "privacy", "help"):
        await anna.command(command)
    assert LINE not in anna.said


async def test_where_others_are_it_comes_with_the_question_and_not_with_the_offer_of_privacy(anna: Friend) -> None:
    event = replace(anna.event(Kind.COMMAND, "start"), aside=True, via="way-back")
    await anna.house.receive(event)
    assert [LINE in said for said in anna.said] == [False]
    await anna.tap("Stay here")
    assert [LINE in said for said in anna.said] == [False, True]


async def test_somebody_who_begins_anew_reads_it_anew(anna: Friend, house: House) -> None:
    phone = house.person("phone")
    await anna.sign_up()
    await anna.command("link")
    await phone.command("link", anna.newest.text.split("/link ")[1].split("\n")[0])
    assert phone.said.count(LINE) == 1
    await phone.tap("Join")
    await phone.command("thanks")
    assert phone.said.count(LINE) == 1, "they are one who knows it"
    await phone.command("unlink")
    await phone.tap("Here")
    await phone.command("thanks")
    assert phone.said.count(LINE) == 2
    await phone.command("delete")
    await phone.tap("Delete everything")
    await phone.tap("Yes, delete it all")
    await phone.command("thanks")
    assert phone.said.count(LINE) == 3


async def test_a_tap_that_does_nothing_says_nothing(bea: Friend, house: House) -> None:
    await bea.tap_payload("1:flow:9:to.new", None)
    await bea.tap_payload("forged", None)
    assert bea.said == []
    assert house.store.run_now(lambda tx: tx.connection.scalar(select(func.count()).select_from(positions))) == 0
