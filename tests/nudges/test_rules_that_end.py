"""A rule that ends rings to its end, and then nothing waits for it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from bot.nudges import queries
from bot.people.queries import Person, find
from bot.schedules.rules import EVERY_DAY, OnDate, Rule, Steps, Times, Weekly
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import due, moments
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
    assert anna.newest.nudge
    assert await waiting(house, version) == []
    count = len(anna.inbox)
    await house.pass_time(3 * DAY)
    assert len(anna.inbox) == count
    assert await slots(house) == ["2026-11-19T09:00"]
    await anna.command("nudges")
    assert "Its last time has been." in anna.newest.text


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
    await house.pass_time(2 * DAY)
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
