"""The jar: how many moments are kept, and an old one that comes back for a smile."""

import pytest

from bot.flows import jar
from bot.flows.visit import Visit
from bot.nudges import journal
from bot.speech import File
from tests.flows.looking import DAY, begin, look, moments_of, payload, person_of
from tests.kit.talk import CATALOGUE, Friend, House

JOY = f"{CATALOGUE['evening-joy'].icon} {CATALOGUE['evening-joy'].title}"
EMPTY = "Your jar is still empty, and has all the time in the world. What you write finds its way here."
RESTS = "It rests just now. /moments shows everything."


async def write(friend: Friend, words: str) -> None:
    await begin(friend, "evening-joy")
    await friend.send(words)


async def feel(friend: Friend, face: int) -> None:
    """Say how it is, with the five faces."""
    await begin(friend, "how-am-i")
    await friend.tap_payload(f"1:face:{moments_of(friend)[-1].id}:{face}", None)


def shown(friend: Friend) -> str:
    """Return the words that came back."""
    return friend.newest.text.rpartition("\n\n")[2]


async def test_an_empty_jar_has_one_warm_line(anna: Friend) -> None:
    await anna.command("jar")
    assert (anna.newest.text, anna.newest.labels) == (EMPTY, ["A moment now"])


async def test_the_jar_tells_how_many_it_holds_and_gives_an_old_one_back(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    house.clock.forward(DAY)
    await anna.command("jar")
    assert anna.newest.text == f"Your jar holds 1 moment.\n\n{JOY} · Wed 18 Nov\n\nThe first frost"
    assert anna.newest.labels == ["Smile", "Hide", "Another"]
    await write(anna, "Rain")
    await anna.command("jar")
    assert anna.newest.text == f"Your jar holds 2 moments.\n\n{JOY} · Wed 18 Nov\n\nThe first frost"


async def test_another_goes_through_all_of_them_before_one_comes_again(anna: Friend, house: House) -> None:
    for n in range(6):
        await write(anna, f"joy {n}")
    house.clock.forward(DAY)
    await anna.command("jar")
    seen = [shown(anna)]
    for _ in range(6):
        await anna.tap("Another")
        seen.append(shown(anna))
    assert sorted(seen[:6]) == [f"joy {n}" for n in range(6)]
    assert seen[6] == seen[0]
    await anna.command("jar")
    assert shown(anna) == seen[0]


async def test_the_order_is_another_one_on_another_day_and_for_another_person(anna: Friend, house: House) -> None:
    async def order(friend: Friend) -> list[str]:
        await friend.command("jar")
        seen = [shown(friend)]
        for _ in range(7):
            await friend.tap("Another")
            seen.append(shown(friend))
        return seen

    ben = house.person("ben")
    for n in range(8):
        await write(anna, f"joy {n}")
        await write(ben, f"joy {n}")
    house.clock.forward(DAY)
    orders = [await order(anna), await order(ben)]
    house.clock.forward(DAY)
    orders.append(await order(anna))
    assert len({tuple(one) for one in orders}) == 3
    assert len({frozenset(one) for one in orders}) == 1


async def test_those_of_today_stay_away_while_there_are_older_ones(anna: Friend, house: House) -> None:
    await write(anna, "Today’s")
    await anna.command("jar")
    assert shown(anna) == "Today’s"
    house.clock.forward(DAY)
    await write(anna, "Tomorrow’s")
    for _ in range(3):
        await anna.command("jar")
        await anna.tap("Another")
        assert shown(anna) == "Today’s"


async def test_a_smile_puts_it_back(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    await anna.command("jar")
    said = anna.newest
    smile = payload(said, "Smile")
    await anna.tap("Smile")
    assert (said.chosen, said.labels) == ("Smile", [])
    assert anna.newest.text == "Good that you kept it. It goes back into the jar."
    again = await anna.tap_payload(smile, said.id)
    assert again.toast == "That button has done its part. /now begins a new moment, /nudges shows what is set."
    assert anna.newest.text == "Good that you kept it. It goes back into the jar."


async def test_a_hidden_one_stays_away(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    await write(anna, "Rain")
    house.clock.forward(DAY)
    await anna.command("jar")
    hidden = shown(anna)
    await anna.tap("Hide")
    assert anna.newest.text == "It stays out of the jar from now on. /moments can bring it back."
    await anna.command("jar")
    assert anna.newest.text.startswith("Your jar holds 1 moment.")
    assert shown(anna) != hidden
    await anna.tap("Another")
    assert shown(anna) != hidden
    await anna.tap("Hide")
    await anna.command("jar")
    assert anna.newest.text == EMPTY
    await anna.command("moments")
    assert anna.newest.text.count("· hidden") == 2


@pytest.mark.parametrize("face", [1, 2])
async def test_moments_of_a_hard_day_stay_away(anna: Friend, house: House, face: int) -> None:
    await write(anna, "Before the low face")
    await feel(anna, face)
    await anna.command("cancel")
    house.clock.forward(DAY)
    await anna.command("jar")
    assert anna.newest.text == f"Your jar holds 1 moment. {RESTS}"
    await write(anna, "A better day")
    await feel(anna, 3)
    await anna.command("cancel")
    house.clock.forward(DAY)
    for _ in range(2):
        await anna.command("jar")
        assert shown(anna) == "A better day"


async def test_the_low_face_of_somebody_else_makes_nobody_elses_day_hard(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    await feel(house.person("ben"), 1)
    house.clock.forward(DAY)
    await anna.command("jar")
    assert shown(anna) == "The first frost"


async def test_a_photo_comes_back_with_its_words(anna: Friend, house: House) -> None:
    await begin(anna, "evening-joy")
    await anna.send_file("photo", "photo-1", caption="The sea")
    house.clock.forward(DAY)
    await anna.command("jar")
    assert (anna.newest.file, shown(anna)) == (File("memory", "photo", "photo-1"), "The sea")


async def test_a_deleted_one_is_in_the_jar_no_more_and_its_button_is_old(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    await anna.command("jar")
    await anna.command("moments")
    for label in ("1", "Delete", "Delete"):
        await anna.tap(label)
    shown_toast = await anna.tap("Smile")
    assert shown_toast.toast.startswith("That button has done its part.")
    await anna.command("jar")
    assert anna.newest.text == EMPTY


async def test_nobody_hides_what_somebody_else_wrote(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    ben = house.person("ben")
    await ben.command("jar")
    toast = (await ben.tap_payload(f"1:jar:{moments_of(anna)[0].id}:hide", None)).toast
    assert toast.startswith("That button has done its part.")
    assert house.store.run_now(lambda tx: journal.in_jar(tx, person_of(tx, anna))) == 1


async def test_now_and_then_one_comes_by_itself_from_earlier_days_only(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    count = len(anna.inbox)
    assert look(anna, jar.show_old_one) is False
    house.clock.forward(DAY)
    await write(anna, "Rain")
    assert len(anna.inbox) == count + 3  # the prompt, its warm line, and what came out of the jar
    assert anna.newest.text == f"One from your jar:\n{JOY} · Wed 18 Nov\n\nThe first frost"
    assert anna.newest.labels == ["Smile", "Hide"]


async def test_an_old_one_is_found_for_every_turn_and_always_the_same(anna: Friend, house: House) -> None:
    await anna.command("jar")
    assert look(anna, lambda visit: jar.old_one(visit, 0)) is None
    for n in range(3):
        await write(anna, f"joy {n}")
    house.clock.forward(DAY)

    def words(visit: Visit) -> list[str]:
        found = [jar.old_one(visit, turn) for turn in (0, 1, 2, 3, 9_999_999)]
        return [one[0].words for one in found if one]

    first = look(anna, words)
    assert len(set(first[:3])) == 3
    assert (first[3], first) == (first[0], look(anna, words))
