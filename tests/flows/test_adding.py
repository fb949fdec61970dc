"""One habit first: choosing by theme, and asking before there is a second one."""

import pytest

from bot.nudges.own import Own, create
from tests.flows.larger import larger
from tests.flows.looking import DAY, nudges_of, payload, person_of, position_of, reopened
from tests.kit.talk import Friend, House

OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
ASKED = "You have 🌬️ One slow breath. One is plenty to begin with. Swap it, or keep both?"


@pytest.fixture
def full(house: House) -> House:
    return House(house.store, house.clock, house.chat, larger())


@pytest.fixture
def bea(full: House) -> Friend:
    return full.person("bea")


async def test_somebody_new_is_offered_three_and_something_else(bea: Friend) -> None:
    await bea.command("start")
    assert bea.newest.labels == ["One slow breath", "Three senses", "A gratitude sentence", "Something else"]
    await bea.tap("Something else")
    assert bea.inbox[0].text.startswith("Hi, I’m Pebble.")  # what it is stays to be read
    assert bea.newest.text == "Which tiny moment shall it be?"
    assert bea.newest.labels == [*(f"Theme {n}" for n in range(6)), "Back"]
    await bea.tap("Theme 5")
    await bea.tap("Next page")
    assert bea.newest.labels[-1] == "Back"
    chosen = bea.newest.labels[0]
    assert len(bea.inbox) == 2
    for label in (chosen, "Coffee", "8:30", "Yes", "Later"):
        await bea.tap(label)
    assert bea.inbox[1].chosen == chosen
    assert [nudge.practice for nudge in nudges_of(bea)] == [larger().themes[5].practices[7]]


async def test_back_leads_from_page_to_page_to_the_first_offers(bea: Friend) -> None:
    await bea.command("start")
    for label in ("Something else", "Theme 1", "Next page", "Back", "Back", "Back"):
        await bea.tap(label)
    assert bea.newest.text == "Pick one to begin:"
    for label in ("Three senses", "Coffee", "8:30", "Yes", "Later"):
        await bea.tap(label)
    assert [nudge.practice for nudge in nudges_of(bea)] == ["three-senses"]


async def test_a_title_that_is_typed_counts_as_tapped(bea: Friend) -> None:
    await bea.command("start")
    for words in ("something else", "theme 0", "One slow breath 10 s"):
        await bea.send(words)
    assert bea.newest.text.startswith("What do you already do every day")
    assert all(said.labels == [] for said in bea.inbox[:-1])


async def test_every_step_of_choosing_survives_a_power_cut(bea: Friend, full: House) -> None:
    friend = bea
    await friend.command("start")
    for label in ("Something else", "Theme 0", "Next page", "Back", "Doorway pause", "Coffee", "8:30", "Yes", "Later"):
        friend = reopened(friend.house).person("bea")
        await friend.tap(label)
    assert [nudge.practice for nudge in nudges_of(friend)] == ["doorway-pause"]


@pytest.mark.parametrize("command", ["add", "second"])
async def test_one_is_plenty_to_begin_with(bea: Friend, command: str) -> None:
    await bea.sign_up()
    await bea.command(command)
    assert (bea.newest.text, bea.newest.labels) == (ASKED, ["Swap", "Keep both"])
    await bea.tap("Keep both")
    for label in ("Theme 0", "Three senses", "Lunch", "12:30", "Later"):
        await bea.tap(label)
    assert [nudge.practice for nudge in nudges_of(bea)] == ["one-breath", "three-senses"]
    await bea.command(command)
    assert bea.newest.text == "Which tiny moment shall it be?"
    assert "Back" not in bea.newest.labels


async def test_a_swap_keeps_the_times(bea: Friend) -> None:
    await bea.sign_up()
    rule = nudges_of(bea)[0].rule
    await bea.command("add")
    await bea.tap("Swap")
    assert bea.newest.text == "Which one shall it be instead?"
    for label in ("Theme 0", "Back", "Theme 0", "Doorway pause"):
        await bea.tap(label)
    assert bea.newest.text == "Done. It keeps its times."
    assert [(nudge.practice, nudge.rule) for nudge in nudges_of(bea)] == [("doorway-pause", rule)]


async def test_the_question_is_answered_once(bea: Friend) -> None:
    await bea.sign_up()
    await bea.command("add")
    asked = bea.newest
    swap = payload(asked, "Swap")
    await bea.tap("Keep both")
    assert (await bea.tap_payload(swap, asked.id)).toast == OLD


async def test_one_whose_last_time_has_been_is_not_in_the_way(bea: Friend, full: House) -> None:
    await bea.sign_up()
    await bea.command("nudges")
    await bea.tap("Change time")
    await bea.send("in 20 minutes")
    await full.pass_time(DAY)
    await bea.command("add")
    assert bea.newest.text == "Which tiny moment shall it be?"


async def test_nobody_with_nothing_set_is_asked_what_to_keep(bea: Friend) -> None:
    await bea.command("add")
    assert bea.newest.text == "Which tiny moment shall it be?"


async def test_a_practice_of_ones_own_can_be_set_too(bea: Friend, full: House) -> None:
    await bea.sign_up()
    key = full.store.run_now(lambda tx: create(tx, person_of(tx, bea), Own("Feed the birds", "A handful for them.")))
    await bea.add("Feed the birds")
    assert [nudge.practice for nudge in nudges_of(bea)] == ["one-breath", key]


async def test_cancel_leaves_choosing_with_nothing_changed(bea: Friend) -> None:
    await bea.sign_up()
    await bea.command("add")
    for label in ("Swap", "Theme 2"):
        await bea.tap(label)
    await bea.command("cancel")
    assert position_of(bea) is None
    assert [nudge.practice for nudge in nudges_of(bea)] == ["one-breath"]
    assert (await bea.tap("Back")).toast == OLD


async def test_when_all_ask_twice_one_more_does_too(bea: Friend) -> None:
    await bea.sign_up()
    await bea.add("Three senses")
    assert [nudge.follow_up for nudge in nudges_of(bea)] == [False, False]
    await bea.command("settings")
    await bea.tap("Ask twice")
    await bea.add("Doorway pause")
    assert [nudge.follow_up for nudge in nudges_of(bea)] == [True, True, True]
