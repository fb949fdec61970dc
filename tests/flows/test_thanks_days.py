"""On which day a sentence counts, and on which it comes."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.gratitude.pass_on import next_due, sweep
from bot.schedules.zones import local
from bot.store import Store, Tx
from bot.store.tables import links, persons
from tests.flows.looking import person_of
from tests.kit.clock import HandClock
from tests.kit.talk import Friend, House
from tests.kit.thanks import all_links, invite, letters, meet, thank

HOUR, DAY = 3600, 86_400
BERLIN = "Europe/Berlin"
ENOUGH = "Five sentences have left today. Tomorrow has room for more."
ON_ITS_WAY = "On its way. Bea gets it when their day has room for it."


@pytest.fixture
def house(store: Store, clock: HandClock) -> House:
    """On both databases."""
    return House(store, clock)


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


async def accept(friend: Friend, code: str) -> None:
    await friend.command("accept", code)
    await friend.tap("Accept")


async def move(friend: Friend, zone: str) -> None:
    """Say where one is now."""
    await friend.command("zone")
    await friend.send(zone)


def brought_on(house: House, zone: str = BERLIN) -> list[date]:
    """Return on which date of that zone each link was brought."""
    return [local(zone, link.brought_at).date() for link in all_links(house) if link.brought_at is not None]


# On which it comes


async def test_ten_invitations_of_one_person_come_on_ten_days_and_none_is_lost(
    anna: Friend, bea: Friend, house: House
) -> None:
    codes = [await invite(anna, "Bea", f"Number {number}.") for number in range(5)]
    await house.pass_time(DAY)
    codes += [await invite(anna, "Bea", f"Number {number}.") for number in range(5, 10)]
    said = []
    for code in codes:
        await accept(bea, code)
        said.append(bea.newest.text)
    assert said[1] == "One from Anna is here for today. This one comes on Fri 20 Nov."
    assert said[9] == "One from Anna is here for today. This one comes on Sat 28 Nov."
    await house.pass_time(10 * DAY)
    assert letters(bea) == [f"Number {number}." for number in range(10)]
    assert brought_on(house) == [date(2026, 11, 19) + timedelta(days=number) for number in range(10)]


async def test_the_day_is_told_in_the_persons_language(anna: Friend, house: House) -> None:
    bea = house.person("bea", language="de")
    first, second = await invite(anna, "Bea", "One."), await invite(anna, "B.", "Two.")
    for code in (first, second):
        await bea.command("accept", code)
        await bea.tap("Annehmen")
    assert "Do, 19. November" in bea.newest.text


async def test_what_waits_for_its_day_comes_in_the_morning_of_the_one_who_gets_it(anna: Friend, house: House) -> None:
    bea = house.person("bea", zone="America/New_York")
    first, second = await invite(anna, "Bea", "One."), await invite(anna, "B.", "Two.")
    await accept(bea, first)
    await accept(bea, second)
    assert bea.newest.text.endswith("This one comes on Thu 19 Nov.")
    await house.pass_time(26 * HOUR)  # Thursday noon in Berlin, in New York six in the morning
    assert letters(bea) == ["One."]
    await house.pass_time(2 * HOUR)
    assert letters(bea) == ["One.", "Two."]


async def test_one_that_came_in_the_morning_is_the_one_of_that_day(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, "One.")
    await house.pass_time(DAY + 13 * HOUR)  # 23:00
    await thank(anna, "Bea", "Good night.")
    await house.pass_time(12 * HOUR)
    assert letters(bea) == ["One.", "Good night."]
    await thank(anna, "Bea", "The next day.")
    assert anna.newest.text == ON_ITS_WAY
    await house.pass_time(HOUR)
    assert letters(bea) == ["One.", "Good night."]
    await house.pass_time(DAY)
    assert letters(bea) == ["One.", "Good night.", "The next day."]


@pytest.mark.parametrize("away", ["pause", "mute"])
async def test_what_has_waited_comes_one_a_day_and_all_of_it(
    anna: Friend, bea: Friend, house: House, away: str
) -> None:
    await meet(anna, bea, "0.")
    await house.pass_time(HOUR)
    if away == "pause":
        await bea.command("pause")
    else:
        await bea.tap("…")
        await bea.tap("Mute")
    for number in range(1, 7):
        await house.pass_time(DAY)
        await thank(anna, "Bea", f"{number}.")
    assert letters(bea) == ["0."]
    if away == "pause":
        await bea.command("resume")
    else:
        await bea.command("people")
        await bea.tap("1")
        await bea.tap("Hear again")
    assert letters(bea) == ["0.", "1."]
    await house.pass_time(8 * DAY)
    assert letters(bea) == [f"{number}." for number in range(7)]
    assert max(Counter(brought_on(house)).values()) == 1


async def test_what_nobody_lets_in_lapses_after_seven_days(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, "One.")
    await house.pass_time(DAY)
    await bea.command("pause")
    await thank(anna, "Bea", "Two.")
    await house.pass_time(7 * DAY + 1)
    await bea.command("resume")
    await house.pass_time(2 * DAY)
    assert letters(bea) == ["One."]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # the other one has a single writer
async def test_who_is_in_the_middle_of_something_is_left_for_the_next_look(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea, "One.")
    await house.pass_time(DAY + 13 * HOUR)
    await thank(anna, "Bea", "Two.")
    house.clock.forward(9 * HOUR)

    def beside_an_event(tx: Tx) -> int:
        person_of(tx, bea)  # locks her, as the door does
        return house.store.run_now(sweep)

    assert house.store.run_now(beside_an_event) == 0
    assert house.store.run_now(sweep) == 1


# For which it counts


async def test_an_invitation_counts_for_the_day_on_which_it_was_sent(anna: Friend, bea: Friend, house: House) -> None:
    codes = [await invite(anna, "Bea", f"Number {number}.") for number in range(5)]
    await house.pass_time(DAY)
    for code in codes:
        await accept(bea, code)
    assert {link.day for link in all_links(house)} == {"2026-11-18"}
    for number in range(5):
        await invite(anna, f"Friend {number}")
    await anna.command("thanks")
    assert anna.newest.text == ENOUGH
    await house.pass_time(DAY)
    await anna.command("thanks")
    assert anna.newest.text != ENOUGH


async def test_no_zone_makes_room_for_more_and_none_takes_the_next_day_away(anna: Friend, house: House) -> None:
    await move(anna, BERLIN)
    for number in range(5):
        await invite(anna, f"Friend {number}")
    await house.pass_time(2 * HOUR)  # noon; in Kiritimati the next day has begun
    for zone in ("Pacific/Kiritimati", "Pacific/Honolulu", BERLIN, "Pacific/Kiritimati"):
        await move(anna, zone)
        await anna.command("thanks")
        assert anna.newest.text == ENOUGH, zone
    await house.pass_time(12 * HOUR)  # midnight in Berlin
    await anna.command("thanks")
    assert anna.newest.text != ENOUGH


async def test_no_zone_lets_a_second_one_reach_the_same_receiver(anna: Friend, bea: Friend, house: House) -> None:
    await move(anna, BERLIN)
    await meet(anna, bea)
    await house.pass_time(2 * HOUR)
    await move(anna, "Pacific/Kiritimati")
    await anna.command("thanks")
    await anna.tap("Bea")
    assert anna.newest.text == "Bea has a sentence of yours from today. Tomorrow is a good day, too."


# One that cannot be brought


def break_letter(tx: Tx, friend: Friend) -> int:
    """Break what is sealed for somebody and waits; return the link."""
    theirs = (links.c.receiver_id == person_of(tx, friend).id, links.c.brought_at.is_(None))
    number = tx.connection.execute(select(links.c.id).where(*theirs)).scalar_one()
    tx.connection.execute(update(links).where(links.c.id == number).values(sealed_by_receiver=b"broken"))
    return int(number)


def lose_key(tx: Tx, friend: Friend) -> int:
    """Destroy somebody's key, as erasing does in the moment before their rows go; return the link."""
    number = break_letter(tx, friend)
    key = tx.connection.scalar(select(persons.c.key_id).where(persons.c.id == person_of(tx, friend).id))
    tx.keys.destroy([bytes(key or b"")], tx.now)
    return number


@pytest.mark.parametrize("spoil", [break_letter, lose_key])
async def test_one_that_cannot_be_opened_holds_up_nobody(
    anna: Friend, bea: Friend, house: House, spoil: Callable[[Tx, Friend], int]
) -> None:
    carl = house.person("carl")
    for friend in (bea, carl):
        await meet(anna, friend, "One.")
    await house.pass_time(DAY + 13 * HOUR)  # 23:00
    for name in ("Bea", "Carl"):
        await thank(anna, name, f"Canary for {name}.")
    number = house.store.run_now(lambda tx: spoil(tx, bea))
    with capture_logs() as logs:
        await house.pass_time(9 * HOUR)
    assert letters(carl) == ["One.", "Canary for Carl."]
    put_off = next(line for line in logs if line["event"] == "thanks_put_off")
    assert (put_off["link"], put_off["log_level"]) == (number, "warning")
    assert "Canary" not in str(logs)
    due = house.store.run_now(next_due)
    assert due is not None
    assert due >= house.clock.now() + 60
    house.clock.forward(8 * DAY)
    await house.pass_time(60)
    assert house.store.run_now(next_due) is None, "over like any other"
