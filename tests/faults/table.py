"""The fault table: each row's drill, in its short form for every test run and in the full form of `make faults`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.faults import clocks, kills, machine, platforms
from tests.faults.row import Row

BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Drill:
    """One fault: what tries it, in which sizes, and on which databases."""

    fault: str
    try_it: Callable[..., Row]
    short: Mapping[str, Any]
    full: Mapping[str, Any]
    databases: tuple[str, ...] = BOTH
    short_on: tuple[str, ...] = BOTH
    """Of these, where the short form is tried."""


SQLITE = ("sqlite",)
SHOWN_ELSEWHERE = SQLITE
"""In the short form: on PostgreSQL tests/outbox/test_retries.py, tests/nudges/test_sweep.py and
tests/processes/test_handing_over.py try the same."""
HEARD_TOO_LATE = SQLITE
"""In the short form: on a busy build server two processes hear of each other too late."""

DRILLS = (
    Drill(
        "kill -9 in mid-batch",
        kills.in_mid_batch,
        {"nudges": 60, "kills": 1},
        {"nudges": 10_000, "kills": 50},
        short_on=SHOWN_ELSEWHERE,
    ),
    Drill("kill -9 among answers", kills.among_answers, {"updates": 40, "kills": 1}, {"updates": 2000, "kills": 20}),
    Drill("SIGTERM", kills.sigterm, {"nudges": 12, "stops": 1}, {"nudges": 600, "stops": 10}),
    Drill("two copies", kills.two_copies, {"kills": 1}, {"kills": 10}),
    Drill(
        "30 minutes of 502 and refusal",
        platforms.outage,
        {"messages": 30},
        {"messages": 1000},
        short_on=SHOWN_ELSEWHERE,
    ),
    Drill("cut after sending", platforms.cut, {"messages": 60}, {"messages": 2000}),
    Drill("429", platforms.limited, {"messages": 20}, {"messages": 2000}, short_on=HEARD_TOO_LATE),
    Drill("403", platforms.blocked, {"people": 10, "days": 2}, {"people": 300, "days": 7}),
    Drill("poison", platforms.poison, {"messages": 30}, {"messages": 1000}),
    Drill("group to supergroup", platforms.supergroup, {"groups": 3}, {"groups": 100}),
    Drill("409 conflict", platforms.conflict, {"messages": 10}, {"messages": 500}, SQLITE),
    Drill("malformed update", platforms.malformed, {"updates": 30}, {"updates": 2000}),
    Drill(
        "database restart",
        machine.server_restarts,
        {"updates": 20, "restarts": 1},
        {"updates": 500, "restarts": 10},
        ("postgresql",),
    ),
    Drill("full, protected or damaged disk", machine.broken_disk, {"events": 20}, {"events": 200}, SQLITE),
    Drill("copy put back", machine.put_back, {"nudges": 20}, {"nudges": 1000}),
    Drill("wall clock jumps", clocks.wall_clock, {"people": 10}, {"people": 200}, short_on=SHOWN_ELSEWHERE),
    Drill(
        "DST gap and fold",
        clocks.leaps,
        {"minutes": (150,), "years": 2, "alike_once": True},
        {"minutes": (0, 30, 150, 1410), "years": 10, "alike_once": False},
        SQLITE,
    ),
    Drill("zone changed", clocks.travel, {"people": 10}, {"people": 300}, short_on=SHOWN_ELSEWHERE),
    Drill("asleep for six hours", clocks.asleep, {"people": 20}, {"people": 1000}),
)
