"""/calendar: the file that a person gets, read by another library."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from bot.nudges import queries
from bot.nudges.queries import Wish
from bot.people.queries import pause, set_zone
from bot.schedules.rules import EVERY_DAY, Draw, MonthWeekday, OnDate, Rule, Times, Weekly
from tests.flows.looking import HOUR, nudges_of, person_of, without
from tests.kit.talk import Friend, House

BERLIN = "Europe/Berlin"
EVERY = Weekly(EVERY_DAY)
CAPTION = "Your nudges for your calendar. When you change them here, ask for the file again."
NOTHING_SET = "Nothing is set yet. Shall we choose one tiny moment?"
NOTHING_COMES = "Nothing is to come right now. /nudges shows what is set."


async def known(friend: Friend) -> None:
    """Let somebody be met whose zone is confirmed."""
    await friend.command("help")
    await friend.house.store.run(lambda tx: set_zone(tx, person_of(tx, friend).id, BERLIN))


async def sets(friend: Friend, wish: Wish) -> None:
    await friend.house.store.run(lambda tx: queries.create(tx, person_of(tx, friend), wish))


async def asks(friend: Friend) -> str:
    """Ask for the file and return what is said."""
    await friend.command("calendar")
    return friend.newest.text


def events(friend: Friend) -> list[Any]:
    """Return the events of the newest file as icalendar reads them."""
    file = friend.newest.attachment
    assert file is not None
    assert (file.name, file.mime) == ("nudges.ics", "text/calendar")
    calendar = Calendar.from_ical(file.text)
    assert not calendar.errors
    found = list(calendar.walk("VEVENT"))
    assert not any(event.errors for event in found)
    return found


def breath(rule: Rule, zone: str = BERLIN, cue: str | None = None, cue_words: str | None = None) -> Wish:
    return Wish("one-breath", rule, zone, 1800, cue, cue_words)


async def test_who_has_set_nothing_is_offered_to_choose(anna: Friend) -> None:
    await known(anna)
    assert await asks(anna) == NOTHING_SET
    assert anna.newest.attachment is None
    await anna.tap("Choose one")
    assert len(anna.newest.labels) >= 3


async def test_the_file_holds_each_nudge_with_its_zone_its_rule_and_its_cue(anna: Friend) -> None:
    await known(anna)
    await sets(anna, breath(Rule(Weekly(frozenset((0, 2))), Times((510,))), cue="coffee"))
    await sets(anna, Wish("evening-joy", Rule(MonthWeekday(-1, 4), Times((1260,))), "America/New_York", 1800))
    assert await asks(anna) == CAPTION
    weekly, monthly = events(anna)
    assert (weekly["SUMMARY"], weekly["DESCRIPTION"]) == ("🌬️ One slow breath", "after your coffee")
    assert weekly["RRULE"] == {"FREQ": ["WEEKLY"], "BYDAY": ["MO", "WE"]}
    # It is Wednesday, 10:00: the first that is still to come is Monday's.
    assert weekly["DTSTART"].dt == datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo(BERLIN))
    assert monthly["SUMMARY"] == "✨ Evening joy"
    assert monthly["RRULE"] == {"FREQ": ["MONTHLY"], "BYDAY": ["-1FR"]}
    assert monthly["DTSTART"].dt == datetime(2026, 11, 27, 21, tzinfo=ZoneInfo("America/New_York"))
    assert "Friday" in monthly["DESCRIPTION"]


async def test_a_cue_in_the_persons_own_words_stands_there_as_it_was_typed(anna: Friend) -> None:
    await known(anna)
    await sets(anna, breath(Rule(EVERY, Times((510,))), cue_words="tea, then; \\ the cat\nRRULE:FREQ=SECONDLY 🐈"))
    await asks(anna)
    (event,) = events(anna)
    assert event["DESCRIPTION"] == "tea, then; \\ the cat\nRRULE:FREQ=SECONDLY 🐈"
    assert event["RRULE"] == {"FREQ": ["WEEKLY"], "BYDAY": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]}


async def test_what_is_left_to_chance_is_its_window_and_tells_no_minute(anna: Friend) -> None:
    await known(anna)
    await sets(anna, breath(Rule(EVERY, Draw(840, 1020, seed=4))))
    await asks(anna)
    (event,) = events(anna)
    assert event["DTSTART"].dt.time() == datetime(2026, 11, 18, 14).time()
    assert event["DURATION"].dt == timedelta(hours=3)
    assert event["SUMMARY"] == "🌬️ One slow breath (14:00–17:00)"


async def test_the_same_nudge_is_the_same_event_in_a_later_file(anna: Friend) -> None:
    await known(anna)
    await sets(anna, breath(Rule(EVERY, Times((510, 720)))))
    await asks(anna)
    before = [event["UID"] for event in events(anna)]
    anna.house.clock.forward(30 * HOUR)
    await asks(anna)
    assert [event["UID"] for event in events(anna)] == before
    assert len(set(before)) == 2


async def test_what_rests_is_left_out_and_so_is_what_has_ended(anna: Friend, house: House) -> None:
    await known(anna)
    await sets(anna, breath(Rule(EVERY, Times((510,)))))
    await sets(anna, breath(Rule(OnDate(date(2026, 11, 18)), Times((630,)))))
    await sets(anna, Wish("evening-joy", Rule(EVERY, Times((1260,))), BERLIN, 1800))
    daily = nudges_of(anna)[0]
    await house.store.run(lambda tx: queries.pause_nudge(tx, daily))
    house.clock.forward(HOUR)
    assert await asks(anna) == CAPTION
    assert [event["SUMMARY"] for event in events(anna)] == ["✨ Evening joy"]
    assert await asks(without(house, "evening-joy").person("anna")) == NOTHING_COMES
    assert anna.newest.attachment is None


async def test_while_all_is_paused_no_empty_file_is_sent(anna: Friend, house: House) -> None:
    await known(anna)
    await sets(anna, breath(Rule(EVERY, Times((510,)))))
    await house.store.run(lambda tx: pause(tx, person_of(tx, anna).id))
    assert await asks(anna) == "Paused; /resume brings it back."
    assert anna.newest.attachment is None


async def test_the_words_of_the_rule_are_in_the_persons_language(house: House) -> None:
    ina = house.person("ina", language="de")
    await known(ina)
    await sets(ina, breath(Rule(EVERY, Times((510,)))))
    await asks(ina)
    (event,) = events(ina)
    assert "8:30" in event["DESCRIPTION"]
