"""What waits for somebody is looked at anew when their day changes."""

import pytest

from tests.kit.talk import Friend, House
from tests.kit.thanks import letters, meet, thank

HOUR, DAY = 3600, 86_400


@pytest.fixture
async def waits(anna: Friend, house: House) -> Friend:
    """Somebody who sleeps while a sentence waits for them: it is 23:00 with both."""
    bea = house.person("bea")
    await meet(anna, bea, "One.")
    await house.pass_time(DAY + 13 * HOUR)
    await thank(anna, "Bea", "Two.")
    assert letters(bea) == ["One."]
    return bea


async def test_with_other_quiet_hours_it_comes_at_once(waits: Friend) -> None:
    await waits.command("quiet")
    await waits.send("2:00-6:00")
    assert letters(waits) == ["One.", "Two."]


async def test_with_a_later_night_it_comes_at_once(waits: Friend) -> None:
    await waits.command("day")
    await waits.send("night 23:30")
    assert letters(waits) == ["One.", "Two."]


async def test_where_it_is_day_it_comes_at_once(waits: Friend) -> None:
    await waits.command("zone")
    await waits.send("America/New_York")
    assert letters(waits) == ["One.", "Two."]


async def test_with_an_earlier_morning_it_comes_earlier(waits: Friend, house: House) -> None:
    await waits.command("day")
    await waits.send("morning 6:00")
    await house.pass_time(7 * HOUR - 60)
    assert letters(waits) == ["One."]
    await house.pass_time(60)
    assert letters(waits) == ["One.", "Two."]


async def test_with_quiet_hours_until_noon_it_comes_then(waits: Friend, house: House) -> None:
    await waits.command("quiet")
    await waits.send("22:00-12:00")
    await house.pass_time(12 * HOUR)
    assert letters(waits) == ["One."]
    await house.pass_time(HOUR)
    assert letters(waits) == ["One.", "Two."]


async def test_at_an_end_that_a_pause_gets_later_it_comes(waits: Friend, house: House) -> None:
    await waits.command("pause")
    await house.pass_time(12 * HOUR)
    await waits.command("pause", "2 hours")
    await house.pass_time(2 * HOUR - 60)
    assert letters(waits) == ["One."]
    await house.pass_time(60)
    assert letters(waits) == ["One.", "Two."]
