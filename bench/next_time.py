"""How long the next time of a rule takes, beside what people would use instead. Prints a JSON line for each figure.

    python bench/next_time.py [--persons 20000]

The goal is for a weekday rule when many persons of one zone are walked, as the sweep does: 6 µs a call at the median.
The others answer the same question, the next weekday at a certain minute in Europe/Berlin, each asked in its own way;
they come with requirements-dev.txt, and their answers are checked to be the same. Figures are medians of single calls,
less the price of looking at the clock.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

sys.path.insert(0, str(Path(__file__).parents[1]))

from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from dateutil.rrule import DAILY, FR, MO, TH, TU, WE, rrule

from bot.schedules.rules import (
    EVERY_DAY,
    WEEKDAYS,
    Draw,
    EveryDays,
    EveryWeeks,
    MonthDay,
    MonthWeekday,
    Rule,
    Steps,
    Times,
    Weekly,
)
from bot.schedules.times import next_after

BERLIN = "Europe/Berlin"
START = int(datetime(2026, 11, 18, tzinfo=UTC).timestamp())
GOAL = 6.0
"""Microseconds."""

OTHERS = 1000
"""Calls to each of the others: they are slow, and the median settles soon."""

Call = Callable[[], object]


def median(calls: list[Call]) -> float:
    """Return the median time of these calls in microseconds, without the clock's own."""
    clock = time.perf_counter_ns
    empty = statistics.median(-(clock() - clock()) for _ in range(10_000))
    took = []
    for call in calls:
        begin = clock()
        call()
        took.append(clock() - begin)
    return (statistics.median(took) - empty) / 1000


def asked(persons: int, chance: random.Random, zone: str = BERLIN) -> list[Call]:
    """Return the question for each person: an own time on weekdays, after some moment of one day."""
    return [ask(weekdays_at(chance.randrange(1440)), moment(chance), zone) for _ in range(persons)]


def ask(rule: Rule, after: int, zone: str = BERLIN) -> Call:
    return lambda: next_after(rule, zone, after)


def weekdays_at(minute: int) -> Rule:
    return Rule(Weekly(WEEKDAYS), Times((minute,)))


def moment(chance: random.Random) -> int:
    return START + chance.randrange(86400)


def kinds(chance: random.Random) -> Iterator[tuple[str, Rule]]:
    day = date(2026, 11, 18)
    noon = Times((720,))
    yield "every 3 days", Rule(EveryDays(3, day), noon)
    yield "every 2 weeks", Rule(EveryWeeks(2, WEEKDAYS, day), noon)
    yield "last day of the month", Rule(MonthDay(-1), noon)
    yield "first Monday of the month", Rule(MonthWeekday(1, 0), noon)
    yield "every 15 minutes", Rule(Weekly(EVERY_DAY), Steps(15, 0, 1439))
    yield "three by chance a day", Rule(Weekly(EVERY_DAY), Draw(540, 1020, 3, 60, chance.randrange(10**6)))


def cron_trigger(minute: int, after: int) -> Callable[[], datetime | None]:
    trigger = CronTrigger(day_of_week="mon-fri", hour=minute // 60, minute=minute % 60, timezone=BERLIN)
    now = datetime.fromtimestamp(after, ZoneInfo(BERLIN))
    return lambda: trigger.get_next_fire_time(None, now)


def dateutil_rule(minute: int, after: int) -> Callable[[], datetime | None]:
    tz = ZoneInfo(BERLIN)
    begin = datetime(2026, 11, 16, minute // 60, minute % 60, tzinfo=tz)
    rule = rrule(DAILY, begin, byweekday=(MO, TU, WE, TH, FR))
    now = datetime.fromtimestamp(after, tz)
    return lambda: rule.after(now)


def cron_line(minute: int, after: int) -> Callable[[], datetime | None]:
    line = f"{minute % 60} {minute // 60} * * 1-5"
    now = datetime.fromtimestamp(after, ZoneInfo(BERLIN))
    return lambda: croniter(line, now).get_next(datetime)


def show(name: str, value: float, goal: float | None = None) -> bool:
    """Print a figure; one without a goal is there to compare with, and always fine."""
    ok = goal is None or value <= goal
    print(
        json.dumps({"name": name, "value": round(value, 2), "unit": "µs", "goal": goal, "ok": ok}, ensure_ascii=False)
    )
    return ok


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=20_000)
    persons = parser.parse_args().persons
    chance = random.Random(7)

    show("next_after, weekdays, the very first call", median(asked(1, chance, "Europe/Paris")))
    calls = asked(persons, chance)
    median(calls)
    ok = show("next_after, weekdays, one zone, many persons", median(calls), GOAL)
    zones = sorted(available_timezones())
    spread = [call for zone in zones for call in asked(max(1, persons // len(zones)), chance, zone)]
    median(spread)
    chance.shuffle(spread)
    show("next_after, weekdays, every zone, many persons", median(spread))
    for name, rule in kinds(chance):
        calls = [ask(rule, moment(chance)) for _ in range(OTHERS)]
        show(f"next_after, {name}", median(calls))
    for name, make in (
        ("APScheduler CronTrigger", cron_trigger),
        ("dateutil.rrule", dateutil_rule),
        ("croniter", cron_line),
    ):
        questions = [(chance.randrange(1440), moment(chance)) for _ in range(OTHERS)]
        show(f"{name}, weekdays", median([make(*question) for question in questions]))
        for minute, after in questions[:100]:
            coming = next_after(weekdays_at(minute), BERLIN, after)
            answer = make(minute, after)()
            assert coming, (name, minute, after)
            assert answer, (name, minute, after)
            assert answer.timestamp() == coming.at, (name, minute, after)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
