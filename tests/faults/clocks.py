"""Time itself: clocks that jump, hours that are left out or come twice, people who travel, machines that sleep."""

import asyncio
import random
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.nudges.queries import change_zone
from bot.schedules.rules import EVERY_DAY, Rule, Times, Weekly
from bot.schedules.times import next_times
from bot.store import Tx
from bot.store.tables import moments
from tests.faults.ground import Ground
from tests.faults.row import Measure, Row, counted
from tests.kit.bell import DAY, HOUR, Tower
from tests.kit.clock import HandClock
from tests.kit.talk import House
from tests.schedules.rule_strategies import END, START, ZONES
from tests.schedules.test_zones_all import kinds

MINUTE = 60
LATEST = 30
"""Seconds."""


def wall_clock(ground: Ground, people: int) -> Row:
    """The wall clock jumps by an hour and by a day, there and back, and each day goes on to its end."""

    async def drill() -> Row:
        tower, chance = _tower(ground), random.Random(29)
        times = [f"{11 + number % 11}:{5 * chance.randrange(12):02}" for number in range(people)]
        for number, time in enumerate(times):
            tower.nudge(f"p{number}", time)
        latest, unseen = 0, []
        for jump in (HOUR, -HOUR, DAY, -DAY):
            await _live(tower, 15 * MINUTE)
            left = tower.house.clock.now()
            tower.house.clock.jump(jump)
            await _live(tower, 10 * MINUTE)
            tower.house.clock.jump(-jump)
            if jump > 0:  # these minutes were never shown: what was due in them rang for the time that was
                unseen.append((left, tower.house.clock.now()))
            await tower.house.rota.tick()  # what was missed meanwhile comes now; from here on all is on time
            latest = max(latest, await _live(tower, DAY, step=5 * MINUTE))
        slots = _slots(tower)
        # Of the days that were lived to their end: the real ones. What rang on a day jumped to counts as theirs, too.
        days = {(datetime(2026, 11, 18).date() + timedelta(days=n)).isoformat() for n in range(5)}
        rung = Counter(slots)
        wanted = [(n, f"{day}T{_clock(time)}") for n, time in enumerate(times, 1) for day in sorted(days)[:4]]
        copies = [rung[slot] for slot in wanted if not _was_within(slot[1], tower.zone, unseen)]
        doubled = sum(times > 1 for times in rung.values())
        return counted(copies, measures=(Measure("late_s", latest, LATEST), Measure("slots_twice", doubled, 0)))

    return asyncio.run(drill())


def _was_within(slot: str, zone: str, spans: list[tuple[int, int]]) -> bool:
    at = datetime.fromisoformat(slot).replace(tzinfo=ZoneInfo(zone)).timestamp()
    return any(first < at <= last for first, last in spans)


def _clock(time: str) -> str:
    hours, minutes = time.split(":")
    return f"{int(hours):02}:{minutes}"


async def _live(tower: Tower, seconds: int, step: int = MINUTE) -> int:
    """Let time pass in steps; return by how many seconds the latest was late."""
    latest = 0
    for _ in range(seconds // step):
        tower.house.clock.forward(step)
        await tower.house.rota.tick()
        latest = max(latest, tower.house.rota.lag)
    return latest


def _slots(tower: Tower) -> list[tuple[int, str]]:
    def work(tx: Tx) -> list[tuple[int, str]]:
        return [(row.nudge_id, row.slot) for row in tx.connection.execute(select(moments.c.nudge_id, moments.c.slot))]

    return tower.house.store.run_now(work)


def leaps(_ground: Ground, minutes: tuple[int, ...], years: int, *, alike_once: bool) -> Row:
    """Every zone of the tz database, every date of up to ten years: a daily time rings exactly once on each.

    `alike_once`: of zones whose clocks do the same in all these years only one is tried.
    """
    tried = [zones[0] for zones in kinds().values()] if alike_once else ZONES
    end = START.replace(year=START.year + years)
    assert end <= END
    dates = [(START + timedelta(days=n)).isoformat() for n in range((end - START).days)]
    since = int(datetime(START.year, START.month, START.day).timestamp()) - 2 * DAY
    copies: Counter[int] = Counter()
    for minute in minutes:
        rule = Rule(Weekly(EVERY_DAY), Times((minute,)), first=START, last=end - timedelta(days=1))
        for zone in tried:
            rung = Counter(one.slot[:10] for one in next_times(rule, zone, since, len(dates) + 1))
            copies.update(rung[day] for day in dates)
    return counted(copies.elements())


def travel(ground: Ground, people: int) -> Row:
    """People change their zone in the middle of a day, twice a day: no date rings twice."""

    async def drill() -> Row:
        tower, chance = _tower(ground), random.Random(31)
        made = {f"p{number}": tower.nudge(f"p{number}", f"{chance.randrange(8, 20)}:15") for number in range(people)}
        for _ in range(6):
            await _hours(tower, 12)
            for name in made:
                zone = chance.choice(ZONES)
                tower.house.store.run_now(lambda tx, n=name, z=zone: change_zone(tx, tower.person(tx, n), z))  # type: ignore[misc]
        await _hours(tower, 36)
        dates = Counter((nudge, slot[:10]) for nudge, slot in _slots(tower))
        return counted(dates.values(), measures=(Measure("never_rung", len(made) - len({n for n, _ in dates}), 0),))

    return asyncio.run(drill())


async def _hours(tower: Tower, hours: int) -> None:
    for _ in range(4 * hours):
        tower.house.clock.forward(15 * MINUTE)
        await tower.house.rota.tick()


def asleep(ground: Ground, people: int) -> Row:
    """The machine sleeps from ten to four; everybody has up to six nudges in that time: one message catches up."""

    async def drill() -> Row:
        tower, chance = _tower(ground), random.Random(37)
        names = [f"p{number}" for number in range(people)]
        for name in names:
            for time in chance.sample(range(11, 16), chance.randrange(1, 6)):
                tower.nudge(name, f"{time}:{chance.randrange(60):02}", practice="three-senses")
            tower.nudge(name, "15:45")  # within everybody's grace: somebody who was forgotten would be seen
        tower.house.clock.jump(6 * HOUR + 5 * MINUTE)  # asleep, the monotonic clock stands still as well
        await tower.tick()
        return counted(len(tower.rung([name])) for name in names)

    return asyncio.run(drill())


def _tower(ground: Ground) -> Tower:
    clock = HandClock()
    return Tower(House(ground.store(ground.fresh(), clock), clock))
