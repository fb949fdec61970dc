"""A rule that ends rings to its end, and then nothing waits for it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from bot.nudges import queries
from bot.nudges.rules import is_done, is_over, moved_to
from bot.people.queries import Person, find
from bot.schedules.rules import EVERY_DAY, OnDate, Rule, Steps, Times, Weekly, from_dict, to_dict
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import due, moments, nudges
from tests.kit.talk import Friend, House

BERLIN = "Europe/Berlin"
DAY = 86_400
TOMORROW_AT_NINE = Rule(OnDate(date(2026, 11, 19)), Times((540,)))


async def nudge(house: House, rule: Rule) -> queries.Nudge:
    """Let anna, who has signed up, have this rule instead of the one that she chose."""

    def work(tx: Tx) -> queries.Nudge:
        person = known(tx)
        (set_already,) = queries.of_person(tx, person.id, person.seal)
        queries.change_rule(tx, set_already, rule, BERLIN)
        return queries.of_person(tx, person.id, person.seal)[0]

    return await house.store.run(work)


def known(tx: Tx) -> Person:
    person = find(tx, Address("memory", "anna"))
    assert person is not None
    return person


async def waiting(house: House, version: int) -> list[int]:
    """Return when the nudge rings next (UTC seconds); rows of older versions are stale and do not count."""
    return await house.store.read(
        lambda tx: list(tx.connection.scalars(select(due.c.at).where(due.c.version == version)))
    )


async def slots(house: House) -> list[str]:
    return await house.store.read(lambda tx: list(tx.connection.scalars(select(moments.c.slot).order_by(moments.c.id))))


async def test_a_single_date_rings_once_and_leaves_nothing_due(anna: Friend, house: House) -> None:
    await anna.sign_up()
    version = (await nudge(house, TOMORROW_AT_NINE)).version
    assert len(await waiting(house, version)) == 1
    await house.pass_time(DAY)
    await anna.command("nudges")
    assert anna.newest.text.endswith("It has come; nothing is left to come.")
    del anna.inbox[-1]
    assert anna.newest.nudge
    assert await waiting(house, version) == []
    count = len(anna.inbox)
    await house.pass_time(3 * DAY)
    assert len(anna.inbox) == count
    assert await slots(house) == ["2026-11-19T09:00"]
    await anna.command("nudges")
    assert anna.newest.text == "Nothing is set yet. Shall we choose one tiny moment?"


async def test_a_rule_with_a_last_date_rings_to_its_end(anna: Friend, house: House) -> None:
    await anna.sign_up()
    rule = Rule(Weekly(EVERY_DAY), Times((540,)), last=date(2026, 11, 21))
    version = (await nudge(house, rule)).version
    await house.pass_time(6 * DAY)
    assert await slots(house) == ["2026-11-19T09:00", "2026-11-20T09:00", "2026-11-21T09:00"]
    assert await waiting(house, version) == []


async def test_a_nudge_whose_date_is_over_can_be_removed_and_brought_back(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await nudge(house, TOMORROW_AT_NINE)
    await house.pass_time(DAY)
    await anna.command("nudges")
    await anna.tap("Remove")
    await anna.tap("Undo")
    await house.pass_time(DAY)
    assert await slots(house) == ["2026-11-19T09:00"]


async def test_steps_ring_at_each_of_them(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await nudge(house, Rule(Weekly(EVERY_DAY), Steps(90, 660, 900)))
    await house.pass_time(6 * 3600)
    assert await slots(house) == ["2026-11-18T11:00", "2026-11-18T12:30", "2026-11-18T14:00"]


@pytest.mark.parametrize("minutes_off", [-30, 30])
async def test_a_row_that_a_newer_tz_database_no_longer_agrees_with_uses_up_no_later_slot(
    anna: Friend, house: House, minutes_off: int
) -> None:
    await anna.sign_up()
    version = (await nudge(house, Rule(Weekly(EVERY_DAY), Times((540,))))).version
    odd = int(datetime(2026, 11, 19, 8, tzinfo=UTC).timestamp()) + minutes_off * 60
    await house.store.run(
        lambda tx: tx.connection.execute(update(due).where(due.c.version == version).values(at=odd)).rowcount
    )
    await house.pass_time(2 * DAY)
    found = await slots(house)
    assert "2026-11-20T09:00" in found
    assert found[0] == ("2026-11-19T09:30" if minutes_off > 0 else "2026-11-19T08:30")


async def add_single_dates(house: House, count: int, day: date) -> None:
    """Give anna more nudges that ring once, at nine."""
    wish = queries.Wish("one-breath", Rule(OnDate(day), Times((540,))), BERLIN, 1800)
    await house.store.run(lambda tx: [queries.create(tx, known(tx), wish) for _ in range(count)])


async def count(house: House) -> int:
    return await house.store.read(lambda tx: queries.count_of(tx, known(tx)))


async def test_what_has_come_takes_no_place_among_the_twenty(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await add_single_dates(house, 19, date(2026, 11, 19))
    await anna.command("add")
    assert anna.newest.text.startswith("Twenty tiny moments")
    await house.pass_time(DAY)
    assert await count(house) == 1
    await anna.command("add")
    assert not anna.newest.text.startswith("Twenty tiny moments")


async def test_what_is_done_is_gone_the_day_after_and_leaves_with_the_next_that_is_set(
    anna: Friend, house: House
) -> None:
    await anna.sign_up()
    await add_single_dates(house, 2, date(2026, 11, 19))
    await house.pass_time(DAY)

    def listed(tx: Tx) -> int:
        person = known(tx)
        return len(queries.of_person(tx, person.id, person.seal))

    def stored(tx: Tx) -> int:
        return len(tx.connection.execute(select(nudges.c.id).where(nudges.c.removed_at.is_(None))).all())

    assert await house.store.read(listed) == 3, "today it is still there to be changed"
    await house.pass_time(DAY)
    assert await house.store.read(listed) == 1
    assert await house.store.read(stored) == 3
    await add_single_dates(house, 1, date(2026, 11, 25))
    assert await house.store.read(stored) == 2


async def test_a_last_moment_that_was_put_off_to_tomorrow_keeps_its_nudge(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await nudge(house, Rule(OnDate(date(2026, 11, 18)), Times((1380,))))
    await house.pass_time(13 * 3600 + 120)
    await anna.tap("In 15 min")
    await anna.tap("Tomorrow")
    await house.pass_time(2 * 3600)
    assert await count(house) == 1
    await anna.command("nudges")
    assert "Next: Thu 23:0" in anna.newest.text


NOON = int(datetime(2026, 11, 18, 11, tzinfo=UTC).timestamp())
"""12:00 in Berlin, 20:00 in Tokyo, 6:00 in New York."""


def once(day: int, *minutes: int, instant: bool = False) -> Rule:
    return Rule(OnDate(date(2026, 11, day)), Times(minutes), instant=instant)


@pytest.mark.parametrize(
    ("rule", "zone", "moved"),
    [
        (once(18, 740, instant=True), "Asia/Tokyo", once(18, 1220)),  # in 20 minutes
        (once(18, 740, instant=True), "America/New_York", once(18, 380)),
        (once(18, 1020), "Asia/Tokyo", once(19, 60)),  # today at 17:00 would be over
        (once(18, 1260), "Asia/Tokyo", once(18, 1260)),  # at 21:00 the clock decides
        (once(19, 540), "Asia/Tokyo", once(19, 540)),
        (once(18, 1020), "America/New_York", once(18, 1020)),
        (once(18, 780, 840), "Asia/Tokyo", once(18, 1260, 1320)),
        (once(18, 600), "America/New_York", once(18, 240)),  # it has been: it does not come again
        (Rule(OnDate(date(2026, 11, 18)), Steps(60, 780, 840)), "Asia/Tokyo", once(18, 1260, 1320)),
        (Rule(Weekly(EVERY_DAY), Times((540,))), "Asia/Tokyo", Rule(Weekly(EVERY_DAY), Times((540,)))),
    ],
)
def test_what_rings_once_is_not_lost_on_the_way_to_another_zone(rule: Rule, zone: str, moved: Rule) -> None:
    found = moved_to(rule, BERLIN, zone, NOON)
    assert found == moved
    assert found.instant == rule.instant


def test_an_instant_stays_one_when_it_is_stored() -> None:
    rule = once(18, 740, instant=True)
    assert from_dict(to_dict(rule)).instant
    assert not from_dict(to_dict(once(18, 740))).instant


@pytest.mark.parametrize(("day", "over", "done"), [(17, True, True), (18, True, False), (19, False, False)])
def test_a_rule_is_over_after_its_last_time_and_done_after_its_last_day(day: int, over: bool, done: bool) -> None:
    for rule in (once(day, 660), Rule(Weekly(EVERY_DAY), Times((660,)), last=date(2026, 11, day))):
        assert (is_over(rule, BERLIN, NOON), is_done(rule, BERLIN, NOON)) == (over, done)
