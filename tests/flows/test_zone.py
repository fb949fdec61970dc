"""Where somebody is: by city, by a shared place, by the clock."""

import pytest

from bot.speech import Kind
from tests.flows.looking import nudges_of
from tests.kit.talk import Friend, House

HOUR = 3600
DAY = 24 * HOUR


async def test_a_city_moves_the_nudges_and_what_has_rung_today_does_not_ring_again(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.pass_time(DAY - 5_400)  # Thursday 8:30 in Berlin: it rings
    rang = sum(said.nudge for said in anna.inbox)
    await anna.command("zone")
    await anna.tap("No")
    await anna.send("New York")
    await anna.tap("New York City")
    assert "New_York" in anna.newest.text
    assert [nudge.zone for nudge in nudges_of(anna)] == ["America/New_York"]
    await house.pass_time(10 * HOUR)  # past Thursday 8:30 in New York
    assert sum(said.nudge for said in anna.inbox) == rang
    await house.pass_time(DAY)
    assert sum(said.nudge for said in anna.inbox) == rang + 1


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Tokyo", "Asia/Tokyo"),
        ("münchen", "Europe/Berlin"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Australia/Lord_Howe", "Australia/Lord_Howe"),
        ("pacific/apia", "Pacific/Apia"),
        ("EST5EDT", "EST5EDT"),
    ],
)
async def test_a_place_can_be_written(anna: Friend, written: str, zone: str) -> None:
    await anna.sign_up()
    await anna.command("zone")
    await anna.send(written)
    if "Right?" in anna.newest.text:
        await anna.tap("Yes")
    elif "Which of these" in anna.newest.text:
        await anna.tap(anna.newest.labels[0])
    assert nudges_of(anna)[0].zone == zone


@pytest.mark.parametrize("written", ["GMT+25", "../../etc/passwd", "IST", "Nowhereville", "x" * 3000])
async def test_what_is_no_place_is_asked_again_and_changes_nothing(anna: Friend, written: str) -> None:
    await anna.sign_up()
    await anna.command("zone")
    await anna.send(written)
    assert anna.newest.text.startswith("I don’t know that place yet.")
    assert nudges_of(anna)[0].zone == "Europe/Berlin"


async def test_a_shared_place_finds_the_zone_and_the_key_goes_away(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("zone")
    await anna.tap("No")
    await anna.tap("Share my location")
    assert "never the place" in anna.newest.text
    await anna.send("35.68,139.69", Kind.LOCATION)
    assert nudges_of(anna)[0].zone == "Asia/Tokyo"


async def test_a_name_that_several_places_have_is_asked_about(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("zone")
    await anna.send("Portland")
    labels = anna.newest.labels
    assert len(labels) > 1
    await anna.tap(labels[0])
    assert nudges_of(anna)[0].zone == "America/Los_Angeles"


async def test_a_place_that_nobody_asked_for_gets_a_kind_line(anna: Friend) -> None:
    await anna.sign_up()
    await anna.send("35.68,139.69", Kind.LOCATION)
    assert anna.newest.text == "Thank you. /zone is where I can use that."


@pytest.mark.parametrize("said", ["UTC+9", "gmt +9", "UTC+09:00", "it's 6pm here", "here it is 18:00", "Es ist 18 Uhr"])
async def test_what_the_clock_shows_can_be_said_in_a_sentence_or_as_an_offset(anna: Friend, said: str) -> None:
    await anna.command("zone")
    await anna.send(said)
    assert anna.newest.text == "Which of these shares your time, summer and winter?"
    assert "Tokyo" in anna.newest.labels
    await anna.tap("Tokyo")
    assert anna.newest.text.startswith("It is 18:00 with you now (Asia/Tokyo).")


async def test_an_offset_that_one_zone_alone_keeps_is_that_zone(anna: Friend) -> None:
    await anna.command("zone")
    await anna.tap("No")
    await anna.send("GMT−3:30")
    assert anna.newest.text.startswith("It is 5:30 with you now (America/St_Johns).")


@pytest.mark.parametrize("said", ["GMT+25", "weekdays 8:30 am", "between 5pm and 6pm"])
async def test_what_no_clock_shows_is_asked_again(anna: Friend, said: str) -> None:
    await anna.command("zone")
    await anna.tap("No")
    await anna.send(said)
    assert anna.newest.text.startswith("I don’t know that place yet.")


@pytest.mark.parametrize("place", ["Tokyo", "New York"])
async def test_in_twenty_minutes_is_in_twenty_minutes_wherever_the_person_goes(
    anna: Friend, house: House, place: str
) -> None:
    await sets_once(anna, "in 20 minutes")
    await moves_to(anna, place)
    await house.pass_time(19 * 60)
    assert not any(said.nudge for said in anna.inbox)
    await house.pass_time(2 * 60)
    assert sum(said.nudge for said in anna.inbox) == 1
    await house.pass_time(2 * DAY)
    assert sum(said.nudge for said in anna.inbox) == 1


async def test_a_single_time_by_the_clock_follows_the_clock_if_it_is_still_to_come(anna: Friend, house: House) -> None:
    await sets_once(anna, "tomorrow at 9:15")
    await moves_to(anna, "Tokyo")
    await anna.command("nudges")
    assert "Next: Thu 9:15." in anna.newest.text


async def test_a_single_time_that_would_be_over_keeps_its_moment(anna: Friend, house: House) -> None:
    await sets_once(anna, "today at 17:00")
    await moves_to(anna, "Tokyo")  # 18:00 there
    await anna.command("nudges")
    assert "Next: Thu 01:00." in anna.newest.text
    await house.pass_time(7 * HOUR + 60)
    assert sum(said.nudge for said in anna.inbox) == 1


async def sets_once(friend: Friend, said: str) -> None:
    await friend.sign_up()
    await friend.command("nudges")
    await friend.tap("Change time")
    await friend.send(said)


async def moves_to(friend: Friend, place: str) -> None:
    await friend.command("zone")
    await friend.send(place)
    if "Yes" in friend.newest.labels:
        await friend.tap("Yes")
    elif "Which of these" in friend.newest.text:
        await friend.tap(friend.newest.labels[0])
