"""Saying when, in a conversation: what was said is set and shown, or asked again and nothing changes."""

import pytest

from tests.kit.talk import Friend, House


async def asked_when(anna: Friend) -> None:
    await anna.command("start")
    for label in ("One slow breath", "Coffee"):
        await anna.tap(label)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("9:15", "Set: Thu 9:15, Fri 9:15, Mon 9:15."),
        ("mon wed 7pm", "Set: Wed 19:00, Mon 19:00, Wed 19:00."),
        ("every 3 days at noon", "Set: Wed 12:00, Sat 12:00, Tue 12:00."),
        ("tomorrow at 7pm", "Set: Thu 19:00."),
    ],
)
async def test_what_is_typed_is_set_and_shown(anna: Friend, words: str, shown: str) -> None:
    await asked_when(anna)
    await anna.send(words)
    await anna.tap("Yes")
    assert anna.newest.text.startswith(shown)


@pytest.mark.parametrize("words", ["25:00", "every 5 minutes", "31 Feb at 8:00", "weekdays 8:30 blorp"])
async def test_what_cannot_be_read_is_asked_again(anna: Friend, words: str) -> None:
    await asked_when(anna)
    await anna.send(words)
    assert anna.newest.text.startswith("I can’t read a time in that yet.")
    await anna.send("8:30")
    await anna.tap("Yes")
    assert anna.newest.text.startswith("Set: Thu 8:30")


async def test_a_time_that_is_over_where_the_person_really_is_is_asked_again(house: House) -> None:
    bea = house.person("bea", zone="America/New_York")  # 4:00 there, 18:00 in Tokyo
    await asked_when(bea)
    await bea.send("today at 10:00")
    await bea.tap("No")
    await bea.send("18:00")
    await bea.tap("Tokyo")
    assert bea.said[-2] == "That time is over. Say a day too, like “weekdays 8:30”."
    await bea.send("tomorrow at 10:00")
    assert bea.newest.text.startswith("Set: Thu 10:00.")


async def test_another_time_alone_keeps_the_days(anna: Friend) -> None:
    await asked_when(anna)
    await anna.send("mon wed 7pm")
    for label in ("Yes", "Later"):
        await anna.tap(label)
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("20:15")
    told = "Set: Wed 20:15, Mon 20:15, Wed 20:15.\nThat is: every Monday and Wednesday at 20:15."
    assert anna.newest.text == told


async def test_a_bare_hour_is_the_half_of_the_day_that_the_nudge_is_in(anna: Friend) -> None:
    await asked_when(anna)
    await anna.send("weekdays 7pm")
    for label in ("Yes", "Later"):
        await anna.tap(label)
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("8")
    assert anna.newest.text.startswith("Set: Wed 20:00, Thu 20:00")
