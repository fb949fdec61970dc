"""How far thanks travelled, and what nobody gets to see of it."""

import json
import re
from typing import Any

import pytest

from bot.flows.my_data import PARTS
from bot.gratitude.ripple import Counts, Node, Words, counts_of, nodes_of, words_of
from bot.pictures import MOST
from bot.pictures.kinds import svg_of
from bot.privacy.erase import erase
from tests.flows.looking import person_of
from tests.kit.drawing import PNG
from tests.kit.talk import Friend, House
from tests.kit.thanks import all_links, code_of, invite, meet, pass_on, thank

DAY = 86_400
NAMES = ("anna", "bea", "carl", "dora", "emil", "fay", "gus")
SENTENCES = tuple(f"Sentence of {name}." for name in NAMES[:-1])


@pytest.fixture
async def chain(house: House) -> list[Friend]:
    """Seven people, each of whom passes something on after the one before."""
    people = [house.person(name) for name in NAMES]
    await meet(people[0], people[1], SENTENCES[0])
    for sender, receiver, sentence in zip(people[1:], people[2:], SENTENCES[1:], strict=False):
        await house.pass_time(DAY)
        await pass_on(sender, receiver, sentence)
    return people


def counts(friend: Friend) -> Counts:
    return friend.house.store.run_now(lambda tx: counts_of(tx, person_of(tx, friend)))


def nodes(friend: Friend) -> list[Node]:
    return friend.house.store.run_now(lambda tx: nodes_of(tx, person_of(tx, friend), MOST))


def words(friend: Friend) -> list[Words | None]:
    """Return what stands on each of the nodes that a person sees."""
    ids = [node.link_id for node in nodes(friend)]
    found = friend.house.store.run_now(lambda tx: words_of(tx, person_of(tx, friend), ids))
    return [found.get(link_id) for link_id in ids]


async def test_nothing_has_travelled_before_the_first_yes(anna: Friend) -> None:
    await invite(anna, "Bea")
    await anna.command("ripple")
    assert anna.newest.text == "Nothing has travelled yet. One sentence of thanks is a beginning."


async def test_a_chain_of_seven_is_told_in_numbers_and_ones_own_words(chain: list[Friend]) -> None:
    anna = chain[0]
    await anna.command("ripple")
    assert anna.newest.text == (
        "🪨 Your thanks reached 6 people in 6 sentences over 6 days. The farthest went 6 steps on.\n\n"
        "Wed 18 Nov → Bea: “Sentence of anna.” · passed on 5 times"
    )


async def test_the_one_at_the_end_has_sent_nothing_on(chain: list[Friend]) -> None:
    await chain[-1].command("ripple")
    assert chain[-1].newest.text.startswith("Nothing has travelled yet.")


async def test_one_in_the_middle_counts_what_came_after_them(chain: list[Friend]) -> None:
    await chain[3].command("ripple")
    assert chain[3].newest.text.startswith("🪨 Your thanks reached 3 people in 3 sentences over 3 days.")


async def test_everybody_sees_the_sentences_and_names_of_neighbours_only(chain: list[Friend]) -> None:
    for place, friend in enumerate(chain):
        await friend.command("ripple")
        # What they were sent and wrote themselves, and nothing else, in whatever was ever said to them.
        everything = "\n".join(friend.said)
        own = {SENTENCES[n] for n in (place - 1, place) if 0 <= n < len(SENTENCES)}
        assert {one for one in SENTENCES if one in everything} == own, friend.name
        near = {NAMES[n].title() for n in (place - 1, place + 1) if 0 <= n < len(NAMES)}
        far = {name.title() for name in NAMES} - near - {friend.name.title()}
        assert not any(name in everything for name in far), friend.name


def drawn(friend: Friend) -> dict[str, Any]:
    """Return what was to be drawn with the newest message."""
    spec: dict[str, Any] = json.loads(friend.newest.image.removeprefix(PNG))
    return spec


async def test_the_picture_has_words_on_ones_own_links_only_in_what_is_stored_and_in_the_svg(
    chain: list[Friend],
) -> None:
    for place, friend in enumerate(chain[:-1]):
        await friend.command("ripple")
        spec = drawn(friend)
        svg = " ".join(re.findall(r'aria-label="([^"]*)"', svg_of(spec)))
        for shown in (json.dumps(spec), svg):
            sentences = {SENTENCES[n] for n in (place - 1, place) if n >= 0}
            assert {one for one in SENTENCES if one in shown} == sentences, friend.name
            near = {NAMES[n].title() for n in (place - 1, place + 1) if 0 <= n < len(NAMES)}
            words = shown
            for sentence in sentences:
                words = words.replace(sentence, "")
            assert {name for name in NAMES if re.search(rf"\b{name}\b", words, re.I)} == {n.lower() for n in near}


async def test_the_picture_counts_with_the_right_words(chain: list[Friend]) -> None:
    await chain[0].command("ripple")
    assert drawn(chain[0])["numbers"] == [["6", "links deep"], ["6", "people"], ["1", "language"], ["6", "days"]]
    await chain[5].command("ripple")
    assert drawn(chain[5])["numbers"] == [["1", "link deep"], ["1", "person"], ["1", "language"], ["1", "day"]]
    assert drawn(chain[5])["theme"] == "light"


async def test_in_german_the_picture_is_german(house: House) -> None:
    anna, bea = house.person("anna", language="de"), house.person("bea")
    await anna.command("danke")
    for words in ("Bea", "Du hörst so gut zu.", "Änne"):
        await anna.send(words)
    await anna.tap("Senden")
    await bea.command("accept", code_of(anna))
    await bea.tap("Accept")
    await anna.command("welle")
    spec = drawn(anna)
    assert [label for _, label in spec["numbers"]] == ["Glied weit", "Mensch", "Sprachen", "Tag"]
    assert (spec["you"], spec["language"], spec["mine"]) == ("du", "de", {"0": ["Du hörst so gut zu.", "", "Bea"]})


async def test_there_is_no_picture_before_anything_has_travelled(anna: Friend) -> None:
    await invite(anna, "Bea")
    await anna.command("ripple")
    assert anna.newest.image == b""


async def test_thanks_between_ones_own_chats_have_reached_nobody_and_no_zero_is_told(house: House) -> None:
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await anna.command("link")
    await bea.command("link", anna.newest.text.split("/link ")[1].split("\n")[0])
    await bea.tap("Join")
    await anna.command("ripple")
    assert anna.newest.text == "Nothing has travelled yet. One sentence of thanks is a beginning."
    assert anna.newest.image == b""


async def test_many_long_sentences_leave_room_for_the_picture(house: House) -> None:
    anna = house.person("anna")
    for name in ("bea", "carl", "dora", "emil", "fay", "gus", "hal", "ida"):
        await meet(anna, house.person(name * 8), f"{name} " + "and so on " * 30)
        await house.pass_time(DAY)
    await anna.command("ripple")
    assert anna.newest.image
    assert len(anna.newest.text) <= 950
    assert anna.newest.text.count("→") > 3


async def test_the_tree_is_plain_data_with_parents_before_children(chain: list[Friend]) -> None:
    found = nodes(chain[2])
    assert [node.parent for node in found] == [None, 0, 1, 2, 3]
    assert [node.mine for node in found] == [True, True, False, False, False]
    got, sent, *others = words(chain[2])
    assert got is not None
    assert sent is not None
    assert (got.got, got.sentence, got.other) == (True, "Sentence of bea.", "Bea")
    assert (sent.got, sent.sentence, sent.other) == (False, "Sentence of carl.", "Dora")
    assert others == [None, None, None]


async def test_a_tree_branches(house: House) -> None:
    anna, bea, carl, dora = (house.person(name) for name in NAMES[:4])
    await meet(anna, bea)
    for other in (carl, dora):
        letter = next(said for said in bea.inbox if said.text.startswith("💛 From Anna"))
        await bea.tap_payload(letter.rows[2][0].payload, letter.id)
        code = await invite(bea, other.name.title(), f"To {other.name}.", begun=True)
        await other.command("accept", code)
        await other.tap("Accept")
    found = counts(anna)
    assert [node.parent for node in nodes(anna)] == [None, 0, 0]
    assert (found.people, found.sentences, found.depth) == (3, 3, 2)


async def test_somebody_reached_twice_counts_once(house: House) -> None:
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Another one.")
    found = counts(anna)
    assert (found.people, found.sentences, found.days) == (1, 2, 2)


async def test_languages_are_named(house: House) -> None:
    anna, bea = house.person("anna"), house.person("bea", language="de")
    code = await invite(anna, "Bea")
    await bea.command("accept", code)
    await bea.tap("Annehmen")
    await anna.command("ripple")
    assert "In German and English." in anna.newest.text
    assert bea.said[1].startswith("💛 Von Anna:")


async def test_what_was_withheld_is_nothing_in_its_receivers_ripple(house: House) -> None:
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await bea.tap("…")
    await bea.tap("Block")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Not for you to see.")
    # For its sender it looks like any other.
    assert (counts(anna).people, counts(anna).sentences) == (1, 2)
    withheld = all_links(house)[-1].id
    assert withheld in [node.link_id for node in nodes(anna)]
    assert withheld not in [node.link_id for node in nodes(bea)]
    assert house.store.run_now(lambda tx: words_of(tx, person_of(tx, bea), [withheld])) == {}


async def test_an_erased_person_leaves_a_nameless_pebble(chain: list[Friend]) -> None:
    house = chain[0].house
    before = counts(chain[0]), nodes(chain[0])
    carl = house.store.run_now(lambda tx: person_of(tx, chain[2]).id)
    house.store.run_now(lambda tx: erase(tx, carl, PARTS))
    assert (counts(chain[0]), nodes(chain[0])) == before
    # Bea keeps the copy of what she has sent, to nobody who has a name; what Carl has sent is gone with him.
    _, sent, *_ = words(chain[1])
    got, *_ = words(chain[3])
    assert sent is not None
    assert got is not None
    assert (sent.got, sent.sentence, sent.other) == (False, "Sentence of bea.", None)
    assert (got.got, got.sentence, got.other) == (True, "", None)


async def test_a_sentence_to_who_has_left_stays_in_the_list(chain: list[Friend]) -> None:
    house, bea = chain[0].house, chain[1]
    house.store.run_now(lambda tx: erase(tx, person_of(tx, chain[2]).id, PARTS))
    await bea.command("ripple")
    last = bea.newest.text.splitlines()[-1]
    assert last == "Thu 19 Nov → somebody who has left Pebble: “Sentence of bea.” · passed on 4 times"
    assert drawn(bea)["mine"]["1"] == ["Sentence of bea.", "", ""]


async def test_of_many_own_sentences_only_those_with_a_card_are_in_what_is_stored(house: House) -> None:
    anna = house.person("anna")
    for name in NAMES[1:6]:
        await meet(anna, house.person(name), f"To {name}.")
    await anna.command("ripple")
    said = {place: words for place, (words, *_) in drawn(anna)["mine"].items()}
    assert said == {"0": "To bea.", "1": "To carl.", "2": "To dora.", "3": "", "4": ""}


async def test_once_a_month_one_line_tells_how_far_it_went(house: House) -> None:
    anna, bea, carl = (house.person(name) for name in NAMES[:3])
    await anna.sign_up()
    await meet(anna, bea)
    await pass_on(bea, carl, "To Carl.")
    told = "🪨 Your thanks reached 2 people in 2 sentences over 1 day. The farthest went 2 steps on."
    for _ in range(12):
        await house.pass_time(DAY)
        await anna.begin("One slow breath")
        await anna.tap("Calmer")
        await anna.tap("🙂")
    assert anna.said.count(told) == 1
