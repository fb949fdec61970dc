"""What is kept and shown again: under stress, in one list to let go of, for the mirror, and somebody to call."""

import pytest

from bot.flows import shelves
from bot.flows.book import BOOK, MENU
from bot.flows.visit import Visit
from bot.nudges import kept, moments
from bot.speech import File, Payload
from tests.flows.looking import (
    DAY,
    HOUR,
    begin,
    besides,
    look,
    moments_of,
    parsed,
    payload,
    person_of,
    position_of,
    reopened,
)
from tests.kit.talk import Friend, House

OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
NOTHING = "Nothing is kept here yet. One small calming thing is a good beginning, when you like."
NONE_KEPT = "Nothing is kept at the moment. What you keep stays here until you let it go."
INTRO = "Here is what you kept for a moment like this. No hurry."
WHOM = (
    "Who is good to call when a day is hard? One line, like “Mia, 0170 1234567”. It stays between you and me, "
    "and I show it in /help and on hard days."
)
STONE = File("memory", "photo", "stone-1")


@pytest.fixture
def anna(house: House) -> Friend:
    return besides(house, "carry-item", keeps="item", title="A calming thing").person("anna")


async def met(friend: Friend) -> Friend:
    await friend.command("help")
    return friend


def put(friend: Friend, shelf: str, text: str, file: File | None = None) -> None:
    """Keep something, today."""
    friend.house.store.run_now(lambda tx: kept.keep(tx, person_of(tx, friend), shelf, text, file))


def on(friend: Friend, shelf: str) -> list[str]:
    return friend.house.store.run_now(lambda tx: [one.text for one in kept.on_shelf(tx, person_of(tx, friend), shelf)])


def answer(friend: Friend, words: str | None, file: File | None = None) -> bool:
    """Answer the newest moment and keep the answer; return whether there was anything to keep."""
    row = moments_of(friend)[-1].id

    def work(visit: Visit) -> bool:
        moment = moments.find(visit.tx, row, visit.person)
        assert moment is not None
        moments.answer(visit.tx, moment, "words", visit.person, words, file)
        return shelves.keep_answer(visit, moment, words, file)

    return look(friend, work)


# An answer that is kept


@pytest.mark.parametrize("shelf", ["item", "proof", "safe", "mirror"])
async def test_an_answer_is_kept_on_the_shelf_that_its_practice_names(house: House, shelf: str) -> None:
    anna = besides(house, "keeper", keeps=shelf).person("anna")
    await begin(anna, "keeper")
    assert answer(anna, "A stone", STONE) is True
    (thing,) = house.store.run_now(lambda tx: kept.on_shelf(tx, person_of(tx, anna), shelf))
    assert (thing.text, thing.file, thing.moment_id) == ("A stone", STONE, moments_of(anna)[0].id)


async def test_a_bare_tap_and_a_practice_that_keeps_nothing_are_not_kept(anna: Friend) -> None:
    async def kept_of(practice: str, words: str | None) -> bool:
        await begin(anna, practice)
        return answer(anna, words)

    assert await kept_of("carry-item", None) is False
    assert await kept_of("carry-item", "") is False
    assert await kept_of("evening-joy", "The first frost") is False
    assert await kept_of("carry-item", "A stone") is True
    assert await kept_of("carry-item", "A shell") is True
    assert on(anna, "item") == ["A shell"]  # there is one calming thing, the newest


# Under stress


async def test_where_nothing_is_kept_a_small_thing_can_be_chosen_at_once(anna: Friend) -> None:
    await anna.command("comfort")
    assert (anna.newest.text, anna.newest.labels) == (NOTHING, ["Choose a small thing"])
    assert parsed(anna.newest, "Choose") == Payload("now", 0, "carry-item")
    await anna.tap("Choose a small thing")
    assert moments_of(anna)[0].practice == "carry-item"


async def test_what_is_kept_is_shown_with_its_day(anna: Friend, house: House) -> None:
    await met(anna)
    put(anna, "item", "A smooth stone", STONE)
    put(anna, "proof", "The lake at six")
    put(anna, "safe", "Grandma’s kitchen")
    house.clock.forward(DAY)
    put(anna, "proof", "The bench in the park")
    for n in range(3):
        put(anna, "safe", f"A safe one {n}")
    await anna.command("comfort")
    intro, item, proof, safe = anna.inbox[-4:]
    assert (intro.text, item.file) == (INTRO, STONE)
    assert item.text == "🪨 Your calming thing · Wed 18 Nov\n\nA smooth stone"
    assert proof.text == "🕊 Proof of calm · Thu 19 Nov\n\nThe bench in the park"
    days = "\n\n".join(f"Thu 19 Nov: A safe one {n}" for n in (2, 1, 0))
    assert safe.text == f"🏡 Safe moments\n\n{days}"


async def test_a_safe_moment_with_a_photo_is_shown_with_it(anna: Friend) -> None:
    await met(anna)
    put(anna, "safe", "The garden", STONE)
    await anna.command("comfort")
    assert [said.text for said in anna.inbox[-2:]] == [INTRO, "🏡 Safe moments · Wed 18 Nov\n\n🖼 The garden"]
    assert anna.newest.file == STONE


async def test_what_was_answered_to_a_keeping_practice_is_there_under_stress(anna: Friend) -> None:
    await begin(anna, "carry-item")

    answer(anna, "A smooth stone")
    await anna.command("comfort")
    assert anna.newest.text == "🪨 Your calming thing · Wed 18 Nov\n\nA smooth stone"
    await anna.command("moments")
    for label in ("1", "Delete", "Delete"):
        await anna.tap(label)
    await anna.command("comfort")
    assert anna.newest.text == NOTHING


# All that is kept


async def test_nothing_kept_is_one_line(anna: Friend) -> None:
    await anna.command("kept")
    assert (anna.newest.text, anna.newest.labels) == (NONE_KEPT, [])


async def test_everything_kept_is_listed_and_let_go_one_by_one(anna: Friend) -> None:
    await met(anna)
    put(anna, "safe", "Grandma’s kitchen")
    put(anna, "item", "A smooth stone", STONE)
    put(anna, "helper", "Mia, 0170 1234567")
    await anna.command("kept")
    said = anna.newest
    assert said.text == (
        "What you keep, newest first.\n\n🪨 Your calming thing\n1. Wed 18 Nov: 🖼 A smooth stone\n\n"
        "🏡 Safe moments\n2. Wed 18 Nov: Grandma’s kitchen\n\n"
        "📞 Somebody to call\n3. Wed 18 Nov: Mia, 0170 1234567"
    )
    assert said.labels == ["Let go: 1", "Let go: 2", "Let go: 3"]
    third = payload(said, "Let go: 3")
    assert (await anna.tap("Let go: 1")).toast == "Let go. Thank you for having kept it."
    assert anna.newest is said
    assert said.labels == ["Let go: 1", "Let go: 2"]
    assert (on(anna, "item"), on(anna, "safe")) == ([], ["Grandma’s kitchen"])
    await anna.tap_payload(third, said.id)
    assert (await anna.tap_payload(third, said.id)).toast == OLD
    await anna.tap("Let go: 1")
    assert (said.text, said.labels) == (NONE_KEPT, [])


async def test_letting_one_go_makes_room_for_the_next(anna: Friend) -> None:
    await met(anna)
    for n in range(6):
        put(anna, "safe", f"A safe one {n}")
    await anna.command("kept")
    assert "A safe one 1" not in anna.newest.text
    await anna.tap("Let go: 1")
    assert "A safe one 5" not in anna.newest.text
    assert "4. Wed 18 Nov: A safe one 1" in anna.newest.text


async def test_nobody_lets_go_of_what_somebody_else_keeps(anna: Friend) -> None:
    await met(anna)
    put(anna, "safe", "Grandma’s kitchen")
    await anna.command("kept")
    row = parsed(anna.newest, "Let go: 1").row
    ben = await met(anna.house.person("ben"))
    await ben.command("kept")
    assert ben.newest.text == NONE_KEPT
    assert (await ben.tap_payload(f"1:let-go:{row}:", None)).toast == OLD
    assert on(anna, "safe") == ["Grandma’s kitchen"]


# Somebody to call


async def test_somebody_to_call_is_kept_in_one_line(anna: Friend) -> None:
    await anna.command("helper")
    assert (anna.newest.text, anna.newest.labels) == (WHOM, ["Not now"])
    await anna.send("Mia,\n 0170 1234567")
    assert anna.newest.text == "Kept. It is there in /help whenever you want it."
    assert look(anna, shelves.helper_line) == "Mia, 0170 1234567"
    await anna.command("helper")
    assert anna.newest.text == (
        "Kept for hard days:\nMia, 0170 1234567\n\nWrite another line in its place, or leave it so."
    )
    assert anna.newest.labels == ["Keep it", "Let go"]
    await anna.send("Tom, 0171")
    assert on(anna, "helper") == ["Tom, 0171"]
    await anna.command("helper")
    await anna.tap("Let go")
    assert anna.newest.text == "Let go. Thank you for having kept it."
    assert (on(anna, "helper"), position_of(anna)) == ([], None)
    assert look(anna, shelves.helper_line) is None


async def test_the_helper_can_be_left_as_it_is_and_survives_a_restart(anna: Friend, house: House) -> None:
    await anna.command("helper")
    stale = anna.newest
    later = payload(stale, "Not now")
    anna.house = reopened(anna.house)
    await anna.send("x" * 201)
    assert anna.newest.text == "One short line is enough, up to 200 characters. How would it go?"
    await anna.send("Mia")
    assert on(anna, "helper") == ["Mia"]
    assert (await anna.tap_payload(later, stale.id)).toast == OLD
    await anna.command("helper")
    await anna.tap("Keep it")
    assert anna.newest.text == "It stays as it was."
    await anna.command("helper")
    await anna.command("cancel")
    assert on(anna, "helper") == ["Mia"]
    anna.house.store.close()


async def test_words_an_hour_later_name_nobody(anna: Friend, house: House) -> None:
    await anna.command("helper")
    house.clock.forward(HOUR + 1)
    await anna.send("what is the weather like?")
    assert on(anna, "helper") == []


# Words for the mirror


async def test_the_mirror_gets_ones_own_words(anna: Friend) -> None:
    await met(anna)
    assert look(anna, shelves.mirror_line) is None
    look(anna, shelves.begin_change_words)
    await anna.house.pump.settle()
    assert anna.newest.text == (
        "Which words would do you good in the mirror? Your own, like “I am learning, and that is enough.”"
    )
    await anna.send("I am here, and that is {enough}.")
    assert anna.newest.text == "Kept. Next time the mirror has your own words."
    assert look(anna, shelves.mirror_line) == "I am here, and that is {enough}."
    look(anna, shelves.begin_change_words)
    await anna.house.pump.settle()
    assert anna.newest.text == (
        "Now it says:\n“I am here, and that is {enough}.”\n\nWrite what it shall say instead, in your own words."
    )
    await anna.tap("Keep it")
    assert on(anna, "mirror") == ["I am here, and that is {enough}."]


async def test_the_hidden_commands_stand_in_no_menu() -> None:
    assert {"comfort", "kept", "helper"} <= BOOK.commands.keys()
    assert not {"comfort", "kept", "helper"} & set(MENU)
    assert {"moments", "jar"} <= set(MENU)
