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
