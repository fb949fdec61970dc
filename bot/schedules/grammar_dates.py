"""Dates as people say them, made calendar dates. Pure: today is handed in."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

FARTHEST = 5 * 366
"""Days ahead: a date beyond is rather a slip of the finger."""

_YEAR = 366


def named_date(said: Mapping[str, Any] | int, today: date, *, past: bool = False) -> date | None:
    """Return the date that was said, or None for one that does not exist, is too far, or (unless `past`) is over."""
    found = _found({"rel": said} if isinstance(said, int) else said, today)
    if found is None or found > today + timedelta(FARTHEST) or (found < today and not past):
        return None
    if "named" in said if isinstance(said, Mapping) else False:
        assert isinstance(said, Mapping)
        return found if found.weekday() == said["wd"] else None
    return found


def _found(said: Mapping[str, Any], today: date) -> date | None:
    if "iso" in said:
        return _date(*said["iso"])
    if "dmy" in said:
        year, month, day = said["dmy"]
        return _date(year, month, day) if year else _coming(month, day, today)
    if "month" in said:
        year = said.get("year")
        return _date(year, said["month"], said["mday"]) if year else _coming(said["month"], said["mday"], today)
    if "rel" in said:
        return today + timedelta(said["rel"])
    ahead = (said["wd"] - today.weekday()) % 7
    if "week" in said:
        return today + timedelta(7 - today.weekday() + said["wd"])
    if "this" in said:
        return today + timedelta(ahead)
    return today + timedelta(ahead or 7)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(month: int, day: int, today: date) -> date | None:
    """Return the next such day, within a year: the 29th of February is none in most years."""
    for year in (today.year, today.year + 1):
        found = _date(year, month, day)
        if found and today <= found <= today + timedelta(_YEAR):
            return found
    return None


def moved(today: date, count: int, unit: str) -> date | None:
    """Return today plus so many days, weeks or months (the last day of a month that is too short)."""
    if not 0 < count <= FARTHEST:
        return None
    if unit == "month":
        months = today.year * 12 + today.month - 1 + count
        year, month = months // 12, months % 12 + 1
        if count > 60:
            return None
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    days = count * (7 if unit == "week" else 1)
    return today + timedelta(days) if days <= FARTHEST else None
