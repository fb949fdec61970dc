"""What is offered while somebody types behind a command."""

from sqlalchemy import func, select

from bot.store import Tx
from bot.store.tables import persons, seen
from tests.kit.talk import Friend, House


async def test_practices_are_found_by_a_part_of_their_title_those_that_begin_so_first(anna: Friend) -> None:
    found = await anna.asks("now", "breath")
    assert len(found) > 1
    assert all("breath" in label.casefold() for label, _ in found)
    label, value = (await anna.asks("now", "one slow"))[0]
    assert label.endswith("One slow breath")
    await anna.command("now", value)
    assert "slow breath" in anna.newest.text


async def test_nothing_typed_offers_as_much_as_fits_and_nonsense_nothing(anna: Friend) -> None:
    assert len(await anna.asks("now", "")) == 25
    assert await anna.asks("now", "zzzz") == []
    assert await anna.asks("help", "x") == []
    assert await anna.asks("no-such-command", "x") == []


async def test_own_nudges_are_offered_with_the_number_that_opens_them(anna: Friend) -> None:
    await anna.sign_up()
    await anna.add("Three senses", time="8:30")
    offered = await anna.asks("nudges", "")
    assert [number for _, number in offered] == ["1", "2"]
    assert offered[0][0] == "1. One slow breath · on weekdays at 8:30"
    assert await anna.asks("nudges", "three") == [offered[1]]
    before = len(anna.inbox)
    await anna.command("nudges", "2")
    assert len(anna.inbox) == before + 1
    assert "Three senses" in anna.newest.text


async def test_a_place_is_offered_with_its_time_and_taken_as_an_answer(anna: Friend) -> None:
    label, zone = (await anna.asks("zone", "Lisb"))[0]
    assert (label, zone) == ("Lisbon, Portugal · 9:00", "Europe/Lisbon")
    await anna.command("zone", zone)
    assert "It is 9:00 with you now (Europe/Lisbon)" in anna.newest.text


async def test_a_zone_is_found_by_its_own_name(anna: Friend) -> None:
    assert ("Europe/Lisbon · 9:00", "Europe/Lisbon") in await anna.asks("zone", "europe/lis")
    assert [zone for _, zone in await anna.asks("zone", "Lord_Howe")] == ["Australia/Lord_Howe"]


async def test_a_stranger_who_types_leaves_no_trace(house: House) -> None:
    stranger = house.person("stranger", language="de")
    assert (await stranger.asks("now", "atem")) != []
    assert (await stranger.asks("nudges", "")) == []

    def rows(tx: Tx) -> list[int]:
        return [tx.connection.scalar(select(func.count()).select_from(table)) or 0 for table in (persons, seen)]

    assert house.store.run_now(rows) == [0, 0]


async def test_a_command_is_understood_in_the_persons_language_too(house: House) -> None:
    carla = house.person("carla", language="de")
    await carla.command("hilfe")
    assert "findahelpline.com" in carla.newest.text
    other = len(carla.inbox)
    await carla.command("help")
    assert carla.inbox[other].text == carla.inbox[other - 1].text


async def test_a_practice_named_behind_add_is_set_at_once(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("add", "Three senses")
    await anna.tap("Keep both")
    assert "ride along" in anna.newest.text
