"""`pebble status`: how Pebble is, in plain words, and what could be done about a peak that the pace cannot keep."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy import func, select

from bot.app import open_database
from bot.clock import SystemClock
from bot.errors import TryLater
from bot.outbox.backlog import Backlog, backlogs, longest_drain
from bot.outbox.cells import Limit
from bot.outbox.marks import counts
from bot.outbox.pace import FREE_OF_CHARGE, LIMITS, limits_of
from bot.outbox.states import DAY
from bot.settings import Settings
from bot.store import Tx
from bot.store.migrate import current, newest
from bot.store.tables import addresses, due, nudges, persons

Say = Callable[[str], None]

MOST_PAID = 1000
"""Messages a second with Telegram's Paid Broadcasts (Bot API)."""
STARS = 0.1
"""What each message above the free ones costs (Bot API, "Paid Broadcasts")."""
STANDS_STILL = 60
"""Seconds that a message may wait on a shelf that is nearly empty."""
PASSING = 30 * 60
"""Seconds after which a passing prompt is let go (the delivery contract)."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The minute of the next 24 hours in which most is due: when it begins (UTC seconds), how much by platform."""

    at: int
    due: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Status:
    """What a host wants to know at a glance; times in seconds."""

    trouble: str | None
    people: int = 0
    due_next_hour: int = 0
    peak: Peak | None = None
    shelf: Mapping[str, int] = field(default_factory=dict)
    lag: int = 0
    drain: float = 0.0
    advice: tuple[str, ...] = ()


def show_status(settings: Settings, say: Say, *, as_json: bool = False) -> int:
    """Say how Pebble is, also beside one that runs; return 0 when the database is ready, else 1."""
    store, _ = open_database(settings, SystemClock(), alone=False)
    try:
        found = store.run_now(lambda tx: look(tx, settings.telegram_per_second))
    except TryLater as trouble:
        found = Status(str(trouble))
    finally:
        store.close()
    say(json.dumps(asdict(found), ensure_ascii=False) if as_json else "\n".join(in_words(found)))
    return 0 if found.trouble is None else 1


def look(tx: Tx, telegram_per_second: int) -> Status:
    """Return how things are in this database."""
    revision, wanted = current(tx.connection), newest()
    if revision != wanted:
        return Status(f"the database is at {revision or 'nothing'}, this Pebble needs {wanted}: run pebble migrate")
    limits = limits_of(LIMITS, telegram_per_second)
    speeds = {name: 1 / allowed.overall.gap for name, allowed in limits.items()}
    waiting, peak = backlogs(tx), _peak(tx)
    next_hour = select(func.count()).where(due.c.at.between(tx.now, tx.now + 3600))
    return Status(
        None,
        people=tx.connection.scalar(select(func.count()).select_from(persons)) or 0,
        due_next_hour=tx.connection.scalar(next_hour) or 0,
        peak=peak,
        shelf=counts(tx),
        lag=max((one.oldest for one in waiting.values()), default=0),
        drain=longest_drain(waiting, speeds),
        advice=tuple(advise(peak, waiting, speeds)),
    )


def _peak(tx: Tx) -> Peak | None:
    minute = due.c.at // 60
    busiest = (
        select(minute)
        .where(due.c.at.between(tx.now, tx.now + DAY))
        .group_by(minute)
        .order_by(func.count().desc(), minute)
        .limit(1)
    )
    found = tx.connection.scalar(busiest)
    if found is None:
        return None
    at = int(found) * 60
    by_platform = (
        select(addresses.c.platform, func.count())
        .select_from(due)
        .join(nudges, nudges.c.id == due.c.nudge_id)
        .join(addresses, addresses.c.id == nudges.c.address_id)
        .where(due.c.at.between(at, at + 59), due.c.version == nudges.c.version)
        .group_by(addresses.c.platform)
    )
    return Peak(at, dict(tx.connection.execute(by_platform).all()))


def advise(peak: Peak | None, waiting: Mapping[str, Backlog], speeds: Mapping[str, float]) -> list[str]:
    """Return what a host could do, a sentence each; nothing when all is well. Pure."""
    advice = []
    for name, backlog in waiting.items():
        if name in speeds and backlog.oldest > STANDS_STILL > backlog.drains_in(speeds[name]):
            advice.append(
                f"Messages for {name.title()} wait though there is room for them: does a pebble run there, "
                "and what does its /health/ready say?"
            )
    for name, count in peak.due.items() if peak else ():
        if name in speeds and count / speeds[name] > 60:
            advice += _for_a_peak(name, count, speeds[name])
    return advice


def _for_a_peak(name: str, count: int, speed: float) -> list[str]:
    seconds = count / speed
    lost = " Passing prompts among them are let go after half an hour." if seconds > PASSING else ""
    advice = [
        f"In its busiest minute {count:,} nudges are due on {name.title()}, which takes {speed:.0f} a second: "
        f"the last one leaves {span(seconds)} later.{lost}",
        "Let people choose a stretch of the day rather than a minute, such as “some time in the evening”: "
        "those times spread by themselves.",
    ]
    if name == "telegram" and speed < MOST_PAID / 2:
        paid = 1 / Limit(MOST_PAID, 1).gap
        stars = STARS * count * (1 - FREE_OF_CHARGE / MOST_PAID)
        advice.append(
            f"Paid Broadcasts (PEBBLE_TELEGRAM_PER_SECOND={MOST_PAID}) would take {span(count / paid)} "
            f"and about {stars:,.0f} Telegram Stars for that minute; @BotFather switches them on for large bots."
        )
    advice.append("More processes do not help: the limit is the platform’s.")
    return advice


def in_words(found: Status) -> list[str]:
    """Return the status as lines for human eyes. Pure."""
    if found.trouble:
        return [f"not ready: {found.trouble}"]
    shelf = {state: f"{count:,}" for state, count in found.shelf.items()}
    lines = [
        "ready:    the database answers and is up to date",
        f"people:   {found.people:,}",
        f"due:      {found.due_next_hour:,} in the next hour",
    ]
    if found.peak:
        when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(found.peak.at))
        lines.append(f"busiest:  {when}, with {sum(found.peak.due.values()):,} in that minute")
    return [
        *lines,
        f"shelf:    {shelf['waiting']} waiting, {shelf['sending']} on their way; in the last 30 days "
        f"{shelf['unknown']} unknown, {shelf['expired']} expired, {shelf['dead']} refused",
        f"lag:      the oldest that may leave has waited {span(found.lag)}; all have left in {span(found.drain)}",
        *[f"advice:   {one}" for one in found.advice],
    ]


def span(seconds: float) -> str:
    """Return a length of time as one says it, rounded: 40 s, 56 min, 3 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.0f} h"
