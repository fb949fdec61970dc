"""A long way is divided into one repeatable piece, and only the piece is ever asked for."""

from datetime import date

from bot.nudges import queries
from bot.nudges.queries import Wish
from bot.schedules.rules import OnDate, Rule, Times
from tests.flows.looking import HOUR, person_of
from tests.kit.talk import Friend, House


async def test_a_long_way_is_asked_for_in_pieces(anna: Friend, house: House) -> None:
    await anna.begin("A piece of the long way")
    await anna.tap("Name my way")
    assert anna.newest.text.startswith("Where does the long way lead?")
    await anna.send("the allotment")
    await anna.send("ten minutes of weeding")
    assert anna.newest.text == "Kept. I only ever ask for one piece: ten minutes of weeding."
    rule = Rule(OnDate(date(2026, 11, 18)), Times((660,)))
    await house.store.run(
        lambda tx: queries.create(tx, person_of(tx, anna), Wish("long-goal-piece", rule, "Europe/Berlin", 3 * HOUR))
    )
    await house.pass_time(HOUR)
    assert anna.newest.nudge
    assert anna.newest.text.endswith("\n\n“ten minutes of weeding”")
    await anna.tap("Piece done")
    await anna.command("goal")
    assert anna.newest.text == "the allotment\nOne piece: ten minutes of weeding"
    await anna.tap("A piece now")
    assert anna.newest.text.endswith("\n\n“ten minutes of weeding”")


async def test_a_way_that_is_too_long_to_say_is_asked_for_in_fewer_words(anna: Friend) -> None:
    await anna.command("goal")
    await anna.send("x" * 121)
    assert anna.newest.text == "A few words are enough, up to 120 characters."
    await anna.send("my thesis")
    await anna.send("one paragraph")
    await anna.command("goal")
    await anna.tap("Another way")
    assert anna.newest.text.startswith("Where does the long way lead?")
