"""A practice of one's own: written, seen, kept, given a time, changed, removed and brought back."""

import pytest

from bot.nudges import own, queries
from bot.nudges.own import Own
from bot.nudges.queries import Wish
from bot.schedules.rules import EVERY_DAY, Rule, Times, Weekly
from bot.store import Store, Tx
from tests.flows.exchanges import LEFT, ODD, OLD, lives, say, stored
from tests.flows.looking import DAY, make_known, moments_of, nudges_of, payload, person_of, position_of
from tests.kit.clock import HandClock
from tests.kit.talk import Friend, House

LOOKS = "Window minute\n\n🌱 Look out of the window.\n\n[ Warm ] [ Same ] [ Did it ] [ In 15 min ] [ Not today ]"
SAVED = "Saved. It is among your practices now. When shall it come to you?"
FULL_SHELF = "Twenty of your own is a full shelf. Removing one makes room for another."
FULL = "Twenty tiny moments is a full day already. /nudges lets one of them go."
GONE = "That practice is no longer here. /now has others."
NEVER = Rule(Weekly(EVERY_DAY), Times((480,)))


def mine(friend: Friend) -> list[Own]:
    def read(tx: Tx) -> list[Own]:
        practices = own.of_person(tx, person_of(tx, friend))
        return [Own(p.title, p.prompts[0], tuple(r.label for r in p.replies)) for p in practices]

    return friend.house.store.run_now(read)


async def shelve(friend: Friend, count: int) -> None:
    """Let somebody have written so many."""
    await friend.command("help")

    def work(tx: Tx) -> None:
        for n in range(1, count + 1):
            own.create(tx, person_of(tx, friend), Own(f"Number {n}", f"Do {n}.", ()))

    await friend.house.store.run(work)


async def write(friend: Friend, *steps: str) -> None:
    await friend.command("own")
    await say(friend, "Window minute", "Look out of the window.", "Warm, Same", *steps)


async def test_a_practice_is_seen_before_it_is_kept(anna: Friend) -> None:
    await write(anna)
    assert anna.said[-2:] == [LOOKS, "That is how it will look."]
    assert anna.newest.labels == ["Save", "Discard", "Change"]
    assert mine(anna) == []
    await say(anna, "Save")
    assert (anna.newest.text, anna.newest.labels) == (SAVED, ["Set a time", "Try it now"])
    assert mine(anna) == [Own("Window minute", "Look out of the window.", ("Warm", "Same"))]
    assert position_of(anna) is None


async def test_it_can_be_tried_at_once(anna: Friend) -> None:
    await write(anna, "Save", "Try it now")
    assert anna.newest.text == "🌱 Look out of the window."
    assert anna.newest.labels == ["Warm", "Same", "Did it", "In 15 min", "Not today"]
    await anna.tap("Warm")
    assert anna.newest.text == "A moment of your own. Good."
    (moment,) = moments_of(anna)
    assert (moment.practice[:4], moment.answer) == ("own-", "own-a")


async def test_it_comes_at_a_time_of_its_own(anna: Friend, house: House) -> None:
    await write(anna, "Save", "Set a time")
    assert anna.newest.text.startswith("What do you already do every day")
    await say(anna, "the kettle", "8:30", "Yes", "Later")
    (nudge,) = nudges_of(anna)
    assert nudge.practice.startswith("own-")
    await house.pass_time(DAY)
    assert anna.newest.text == "The kettle:\n🌱 Look out of the window."


async def test_there_is_no_room_for_a_time_beside_twenty_others(anna: Friend) -> None:
    await write(anna, "Save")

    def fill(tx: Tx) -> None:
        for _ in range(queries.MOST):
            queries.create(tx, person_of(tx, anna), Wish("one-breath", NEVER, "Europe/Berlin", 60))

    await anna.house.store.run(fill)
    await say(anna, "Set a time")
    assert (anna.newest.text, position_of(anna)) == (FULL, None)


async def test_discarding_keeps_nothing(anna: Friend) -> None:
    await write(anna, "Discard")
    assert anna.newest.text == "Let go. /own begins another one whenever you like."
    assert mine(anna) == []


@pytest.mark.parametrize(
    ("said", "replies"),
    [
        ("None", ()),
        ("none", ()),
        ("Warm", ("Warm",)),
        (" Warm ,, same, WARM ", ("WARM", "same")),
        ("温かい、同じ", ("温かい", "同じ")),
        ("A; B\nC", ("A", "B", "C")),
        ("A, \u200b, B", ("A", "B")),
        ("{x}, %s", ("{x}", "%s")),
    ],
)
async def test_replies_are_told_apart_by_commas(anna: Friend, said: str, replies: tuple[str, ...]) -> None:
    await anna.command("own")
    await say(anna, "T", "P", said, "Save")
    assert mine(anna) == [Own("T", "P", replies)]


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (",,", "One, two or three replies with a comma between them, like “Warm, Same as before”."),
        ("a,b,c,d", "Three replies at most, please, so that they stand side by side."),
        ("x" * 25, "Up to 24 characters for each reply, so that it fits on a button."),
        ("x" * 4000, "Up to 24 characters for each reply, so that it fits on a button."),
    ],
)
async def test_replies_that_do_not_fit_are_asked_for_again(anna: Friend, said: str, line: str) -> None:
    await anna.command("own")
    await say(anna, "T", "P", said)
    assert anna.newest.text == line
    await say(anna, "fine", "Save")
    assert len(mine(anna)) == 1


async def test_titles_and_prompts_have_their_lengths(anna: Friend) -> None:
    await anna.command("own")
    await anna.send("x" * 25)
    assert anna.newest.text.startswith("Up to 24 characters")
    await anna.send("x" * 4000)
    assert anna.newest.text == "A sentence or two is plenty here. What is the heart of it?"
    await say(anna, "x" * 24)
    await anna.send("y" * 201)
    assert anna.newest.text.startswith("Up to 200 characters")
    await say(anna, "one  line\n\ntwo " + "y" * 180, "None", "Save")
    assert mine(anna) == [Own("x" * 24, "one line\n\ntwo " + "y" * 180, ())]


@pytest.mark.parametrize(("text", "line"), ODD)
async def test_odd_texts_are_asked_again(anna: Friend, text: str, line: str) -> None:
    await anna.command("own")
    for good in ("T", "P"):
        await anna.send(text)
        assert anna.newest.text == line
        await anna.send(good)
    await anna.send(text)
    assert anna.newest.text == line


@pytest.mark.parametrize(
    ("part", "said", "changed"),
    [
        ("Title", "Sky", Own("Sky", "Look out of the window.", ("Warm", "Same"))),
        ("Prompt", "Look up.", Own("Window minute", "Look up.", ("Warm", "Same"))),
        ("Replies", "None", Own("Window minute", "Look out of the window.", ())),
    ],
)
@pytest.mark.parametrize("kept", [False, True])
async def test_each_part_can_be_changed(anna: Friend, part: str, said: str, changed: Own, kept: bool) -> None:
    await write(anna)
    if kept:
        await say(anna, "Save")
        await anna.command("own")
        await anna.tap("Change")
    else:
        await say(anna, "Change")
    await say(anna, part, said, "Save")
    assert mine(anna) == [changed]
    assert anna.newest.text == ("Saved. It keeps its times." if kept else SAVED)


async def test_a_change_may_be_let_go(anna: Friend) -> None:
    await write(anna, "Save")
    await anna.command("own")
    await anna.tap("Change")
    await say(anna, "Title", "Sky", "Discard")
    assert anna.newest.text == "It stays as it was."
    assert mine(anna)[0].title == "Window minute"


async def test_own_shows_what_is_there(anna: Friend) -> None:
    await write(anna, "Save")
    await anna.command("own")
    card, last = anna.inbox[-2:]
    assert (card.text, card.labels) == (LOOKS, ["Set a time", "Try it now", "Change", "Remove"])
    assert (last.text, last.labels) == ("These are yours.", ["Write another"])
    await say(anna, "Write another")
    assert anna.newest.text.startswith("What shall it be called?")


async def test_many_share_one_message(anna: Friend) -> None:
    await shelve(anna, 6)
    count = len(anna.inbox)
    await anna.command("own")
    assert len(anna.inbox) == count + 1
    assert anna.newest.text.startswith("1. Number 1\n2. Number 2\n")
    assert anna.newest.labels == ["1", "2", "3", "4", "5", "6", "Write another"]
    await say(anna, "6")
    assert anna.newest.text.startswith("Number 6\n\n🌱 Do 6.")


async def test_twenty_are_a_full_shelf(anna: Friend, house: House) -> None:
    await shelve(anna, 19)
    await anna.command("own")
    list_ = anna.newest
    await write_last(anna)
    await anna.command("own")
    assert anna.newest.text.endswith(FULL_SHELF)
    assert "Write another" not in anna.newest.labels
    await anna.tap_payload(payload(list_, "Write another"), list_.id)
    assert (anna.newest.text, len(mine(anna))) == (FULL_SHELF, 20)


async def write_last(friend: Friend) -> None:
    def work(tx: Tx) -> None:
        own.create(tx, person_of(tx, friend), Own("Last", "Last.", ()))

    await friend.house.store.run(work)


async def test_one_that_was_written_meanwhile_finds_the_shelf_full(anna: Friend) -> None:
    await shelve(anna, 19)
    await anna.command("own")
    await say(anna, "Write another", "T", "P", "None")
    await write_last(anna)
    await say(anna, "Save")
    assert (anna.newest.text, len(mine(anna))) == (FULL_SHELF, 20)


async def test_a_removed_one_takes_its_times_along_and_brings_them_back(anna: Friend, house: House) -> None:
    await write(anna, "Save", "Set a time")
    await say(anna, "the kettle", "8:30", "Yes", "Later")
    await anna.command("own")
    await anna.tap("Remove")
    assert anna.newest.text == "Removed, and its times with it. What you answered stays with you."
    assert (mine(anna), nudges_of(anna)) == ([], [])
    count = len(anna.inbox)
    await house.pass_time(2 * DAY)
    assert len(anna.inbox) == count
    await anna.tap("Undo")
    assert anna.newest.text == "It’s back.\nWindow minute"
    assert (len(mine(anna)), len(nudges_of(anna))) == (1, 1)
    await house.pass_time(3 * DAY)  # over the weekend
    assert anna.newest.nudge


async def test_on_both_databases_one_is_removed_and_brought_back(store: Store, clock: HandClock) -> None:
    anna = House(store, clock).person("anna")
    await write(anna, "Save", "Set a time")
    await say(anna, "the kettle", "8:30", "Yes", "Later")
    await anna.command("own")
    await anna.tap("Remove")
    assert (mine(anna), nudges_of(anna)) == ([], [])
    await anna.tap("Undo")
    assert (len(mine(anna)), len(nudges_of(anna))) == (1, 1)


async def test_undo_waits_for_room_on_a_full_shelf(anna: Friend) -> None:
    await write(anna, "Save")
    await anna.command("own")
    await anna.tap("Remove")
    await shelve(anna, 20)
    undo = next(said for said in anna.inbox if "Undo" in said.labels)
    assert (await anna.tap_payload(payload(undo, "Undo"), undo.id)).toast == FULL_SHELF
    assert undo.labels == ["Undo"]


async def test_buttons_of_a_removed_one_are_old(anna: Friend) -> None:
    await write(anna, "Save")
    await anna.command("own")
    card = anna.inbox[-2]
    old = {label: payload(card, label) for label in card.labels}
    await anna.tap("Remove")
    for label in ("Set a time", "Try it now", "Change", "Remove"):
        assert (await anna.tap_payload(old[label], None)).toast == OLD
    said, undo = anna.newest, payload(anna.newest, "Undo")
    await anna.tap("Undo")
    for message in (said.id, None):  # None: a message that is not known any more
        assert (await anna.tap_payload(undo, message)).toast == OLD


async def test_a_change_to_one_that_was_removed_meanwhile_ends_kindly(anna: Friend) -> None:
    await write(anna, "Save")
    await anna.command("own")
    change, remove = anna.inbox[-2], payload(anna.inbox[-2], "Remove")
    await anna.tap_payload(payload(change, "Change"), None)
    await say(anna, "Title", "Sky")
    await anna.tap_payload(remove, None)
    whole = next(said for said in reversed(anna.inbox) if "Save" in said.labels)
    await anna.tap_payload(payload(whole, "Save"), whole.id)
    assert (anna.newest.text, mine(anna)) == (GONE, [])


async def test_setting_a_time_for_one_that_was_removed_meanwhile_ends_kindly(anna: Friend) -> None:
    await write(anna, "Save")
    await anna.command("own")
    remove = payload(anna.inbox[-2], "Remove")
    await anna.tap("Set a time")
    await say(anna, "the kettle")
    await anna.tap_payload(remove, None)
    await anna.send("8:30")
    await anna.tap("Yes")
    assert (anna.newest.text, nudges_of(anna)) == (GONE, [])


@pytest.mark.parametrize("verb", ["own-card", "own-edit", "own-time", "own-remove", "own-undo"])
async def test_nobody_elses_practice_can_be_touched(anna: Friend, house: House, verb: str) -> None:
    await write(anna, "Save")
    row = house.store.run_now(lambda tx: own.of_person(tx, person_of(tx, anna))[0].key.removeprefix("own-"))
    if verb == "own-undo":
        await anna.command("own")
        await anna.tap("Remove")
    before = mine(anna)
    bea = house.person("bea")
    make_known(bea)
    assert (await bea.tap_payload(f"1:{verb}:{row}:", None)).toast == OLD
    assert (mine(anna), mine(bea)) == (before, [])


async def test_writing_survives_a_death_at_every_step(house: House) -> None:
    with lives(house) as living:
        anna = house.person("anna")
        await anna.command("own")
        steps = ("Sky", "Look up.", "Blue, Grey", "Change", "Title", "Sky minute", "Save", "Set a time", "Bed", "22:00")
        anna = await living.go(anna, *steps, "Yes", "Later")
        assert mine(anna) == [Own("Sky minute", "Look up.", ("Blue", "Grey"))]
        assert len(nudges_of(anna)) == 1


async def test_an_old_button_and_leaving(anna: Friend) -> None:
    await write(anna)
    said, save = anna.newest, payload(anna.newest, "Save")
    await say(anna, "Change")
    assert (await anna.tap_payload(save, said.id)).toast == OLD
    await anna.command("cancel")
    assert (anna.newest.text, position_of(anna), mine(anna)) == (LEFT, None, [])


async def test_what_is_written_is_nobodys_to_read(anna: Friend, house: House) -> None:
    await anna.command("own")
    await say(anna, "secret", "secret", "secret")
    assert b"secret" not in stored(house)
    await say(anna, "Save")
    assert b"secret" not in stored(house)
