"""Rules as data, and the next time of each: a local wall-clock rule and a zone give an instant.

A slot is the nominal local minute of an occurrence ("2026-11-19T08:30"): it stays the same through daylight saving, a
snooze and a change of zone, so that one slot of one date happens once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.schedules.zones import instant, local

EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
WEEKENDS = frozenset((5, 6))
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Weekly:
    """Certain minutes of the day (0-1439, local) on certain weekdays (0 is Monday)."""

    days: frozenset[int]
    minutes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.days or not self.days <= EVERY_DAY:
            raise ValueError("a weekly rule needs weekdays between 0 and 6")
        if not self.minutes or any(not 0 <= minute < DAY_MINUTES for minute in self.minutes):
            raise ValueError("a weekly rule needs minutes between 0 and 1439")
        object.__setattr__(self, "minutes", tuple(sorted(set(self.minutes))))


Rule = Weekly


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of a rule: `at` in UTC seconds, and the slot that it stands for."""

    at: int
    slot: str


def next_after(rule: Rule, zone: str, after: int) -> Occurrence:
    """Return the first occurrence later than `after` (UTC seconds)."""
    # A gap can push yesterday's last slot past midnight (23:30 in America/Nuuk), so begin one day early.
    day = local(zone, after).date() - timedelta(days=1)
    found: Occurrence | None = None
    while found is None:
        found = _first_of_day(rule, zone, day, after)
        day += timedelta(days=1)
    return found


def _first_of_day(rule: Rule, zone: str, day: date, after: int) -> Occurrence | None:
    if day.weekday() not in rule.days:
        return None
    for minute in rule.minutes:
        at = instant(zone, day, minute)
        if at > after:
            return Occurrence(at, slot_of(day, minute))
    return None


def next_times(rule: Rule, zone: str, after: int, count: int) -> list[Occurrence]:
    """Return the next `count` occurrences later than `after` (UTC seconds)."""
    found: list[Occurrence] = []
    for _ in range(count):
        found.append(next_after(rule, zone, found[-1].at if found else after))
    return found


def slot_of(day: date, minute: int) -> str:
    """Return the name of a nominal local minute."""
    return f"{day.isoformat()}T{minute // 60:02d}:{minute % 60:02d}"


def to_dict(rule: Rule) -> dict[str, object]:
    """Return the rule as JSON-ready data; `from_dict` reads it back."""
    return {"kind": "weekly", "days": sorted(rule.days), "minutes": list(rule.minutes)}


def from_dict(stored: Mapping[str, Any]) -> Rule:
    """Read back what `to_dict` wrote. Raises ValueError for a kind that this version does not know."""
    match stored:
        case {"kind": "weekly", "days": [*days], "minutes": [*minutes]}:
            return Weekly(frozenset(days), tuple(minutes))
        case _:
            raise ValueError(f"no rule of kind {stored.get('kind')!r}")
