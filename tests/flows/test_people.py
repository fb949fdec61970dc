"""/people: everybody whom one knows can be reached, page by page, also who is muted or blocked."""

import pytest

from bot.store import Store
from tests.flows.looking import payload
from tests.kit.clock import HandClock
from tests.kit.statements import statements
from tests.kit.talk import Friend, House
from tests.kit.thanks import acquaint, meet, say

OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
ASKED = "Your people. Tap a number for one of them."


@pytest.fixture
async def anna(store: Store, clock: HandClock) -> Friend:
    """Somebody who has been here, on both databases."""
    friend = House(store, clock).person("anna")
    await friend.command("people")
    return friend


def listed(friend: Friend) -> list[str]:
    """Return the names on the page, with what is said of each."""
    asked, *lines = friend.newest.text.splitlines()
    assert asked == ASKED
    return [line.split(". ", 1)[1] for line in lines]


def named(*numbers: int) -> list[str]:
    return [f"Friend {number}" for number in numbers]


async def test_who_knows_nobody_is_shown_the_way_to_somebody(anna: Friend) -> None:
    assert (anna.newest.text, anna.newest.labels) == ("Nobody is here yet. /thanks is the way to somebody.", [])


async def test_a_few_stand_on_one_page_without_turning(anna: Friend) -> None:
    acquaint(anna, 3)
    await anna.command("people")
    assert listed(anna) == named(3, 2, 1)
    assert anna.newest.labels == ["1", "2", "3"]


async def test_many_are_turned_page_by_page_to_the_last_and_back(anna: Friend) -> None:
    acquaint(anna, 32)
    await anna.command("people")
    assert listed(anna) == named(*range(32, 22, -1))
    assert [len(row) for row in anna.newest.rows] == [5, 5, 1]
    seen = listed(anna)
    for labels in (["Back", "Next page"], ["Back", "Next page"], ["Back"]):
        await anna.tap("Next page")
        assert anna.newest.labels[-len(labels) :] == labels
        seen += listed(anna)
    assert seen == named(*range(32, 0, -1))
    await anna.tap("Back")
    assert listed(anna) == named(*range(12, 2, -1))
    assert len(anna.inbox) == 3  # the line on what is kept, and one message that is drawn anew


async def test_who_is_muted_comes_after_the_others_and_who_is_blocked_last(anna: Friend) -> None:
    acquaint(anna, 12)
    for choice, name in (("Block", "Friend 12"), ("Mute", "Friend 11")):
        await anna.command("people")
        await anna.tap(str(listed(anna).index(name) + 1))
        await anna.tap(choice)
    await anna.command("people")
    assert listed(anna) == named(*range(10, 0, -1))
    await anna.tap("Next page")
    assert listed(anna) == ["Friend 11 · muted", "Friend 12 · blocked"]
    await say(anna, "2", "Let in again")
    assert anna.newest.text == "Friend 12"
    await anna.command("people")
    assert listed(anna)[0] == "Friend 12"


async def test_back_leads_to_the_page_on_which_somebody_was_tapped(anna: Friend) -> None:
    acquaint(anna, 32)
    await anna.command("people")
    await say(anna, "Next page", "Next page", "3")
    assert anna.newest.text == "Friend 10"
    await say(anna, "Mute", "Hear again", "Back")
    assert listed(anna) == named(*range(12, 2, -1))


async def test_of_more_than_two_hundred_the_last_can_be_opened_and_thanked(anna: Friend) -> None:
    rows = acquaint(anna, 205)
    await anna.tap_payload(f"1:folk:{rows[0]}:card.20", None)
    assert (anna.newest.text, anna.newest.labels) == ("Friend 1", ["Thank", "Mute", "Block", "Back"])
    await anna.tap("Thank")
    assert anna.newest.text.startswith("One sentence for Friend 1:")


async def test_one_person_is_found_by_a_single_row(anna: Friend) -> None:
    rows = acquaint(anna, 20)
    with statements(anna.house.store) as said:
        await anna.tap_payload(f"1:folk:{rows[0]}:card.1", None)
    assert len([one for one in said if "FROM acquaintances" in one and "acquaintances.id =" in one]) == 2
    assert not [one for one in said if "LIMIT" in one and "FROM acquaintances" in one]


async def test_forged_and_old_buttons_do_nothing(anna: Friend) -> None:
    rows = acquaint(anna, 2)
    await anna.command("people")
    bea = anna.house.person("bea")
    await bea.command("people")
    assert (await bea.tap_payload(f"1:folk:{rows[0]}:block.0", None)).toast == OLD
    for choice in ("card", "card.", "card.x", "nonsense.0", "block.-1"):
        assert (await anna.tap_payload(f"1:folk:{rows[0]}:{choice}", anna.newest.id)).toast == OLD
    assert listed(anna) == named(2, 1)
    for forged in (f"1:people:{'9' * 18}:", f"1:folk:{rows[0]}:card.{'9' * 30}"):
        await anna.tap_payload(forged, None)
    assert anna.newest.text == "Friend 1"
    await anna.tap("Back")
    assert listed(anna) == named(2, 1)


# To whom thanks go


async def test_thanks_offer_everybody_page_by_page(anna: Friend) -> None:
    acquaint(anna, 30)
    await anna.command("thanks")
    assert anna.newest.labels == [*named(*range(30, 18, -1)), "Next page", "Somebody new", "My people"]
    await anna.tap("Next page")
    assert anna.newest.labels == [*named(*range(18, 6, -1)), "Back", "Next page", "Somebody new", "My people"]
    await anna.tap("Next page")
    assert anna.newest.labels == [*named(*range(6, 0, -1)), "Back", "Somebody new", "My people"]
    await anna.tap("Back")
    await anna.tap("Friend 7")
    assert anna.newest.text.startswith("One sentence for Friend 7:")


async def test_a_name_of_another_page_may_be_written(anna: Friend) -> None:
    acquaint(anna, 30)
    await anna.command("thanks")
    await anna.send("friend 2")
    assert anna.newest.text.startswith("One sentence for Friend 2:")


async def test_a_page_that_was_turned_twice_at_once_is_turned_once(anna: Friend) -> None:
    acquaint(anna, 40)
    await anna.command("thanks")
    onward, message = payload(anna.newest, "Next page"), anna.newest.id
    await anna.tap_payload(onward, message)
    assert (await anna.tap_payload(onward, message)).toast == OLD
    assert anna.newest.labels[0] == "Friend 28"


async def test_who_is_blocked_or_lets_nobody_in_is_not_offered(anna: Friend) -> None:
    rows = acquaint(anna, 3)
    await anna.tap_payload(f"1:folk:{rows[1]}:block.0", None)
    await anna.command("thanks")
    assert anna.newest.labels == [*named(3, 1), "Somebody new", "My people"]


@pytest.mark.parametrize("begins", ["thanks", "pass it on"])
async def test_thanks_ask_the_database_as_often_for_sixty_people_as_for_five(anna: Friend, begins: str) -> None:
    counts = []
    for number in (5, 60):
        friend, giver = anna.house.person(f"fay-{number}"), anna.house.person(f"giver-{number}")
        await meet(giver, friend)
        acquaint(friend, number)
        letter = next(said for said in friend.inbox if said.text.startswith("💛"))
        with statements(anna.house.store) as said:
            if begins == "thanks":
                await friend.command("thanks")
            else:
                await friend.tap_payload(payload(letter, "Pass it on"), letter.id)
        assert "Next page" in friend.newest.labels or number == 5
        counts.append(len(said))
    assert counts[0] == counts[1] < 50


async def test_each_is_offered_with_why_nothing_can_go_to_them_now(anna: Friend) -> None:
    await meet(anna, anna.house.person("bea"))
    acquaint(anna, 1)
    await anna.command("thanks")
    await anna.tap("Bea")
    assert anna.newest.text == "Bea has a sentence of yours from today. Tomorrow is a good day, too."
    await anna.tap("Friend 1")
    assert anna.newest.text.startswith("One sentence for Friend 1:")
