"""Numbers in a text: clocks, dates, durations, years. Each yields where it ends and what it says. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import Any

Found = Iterator[tuple[int, Any]]
Scanner = Callable[[str, int], Found]

_HHMM = re.compile(r"(\d{1,2})[:.](\d{2})(?![\d:]|[.,/]\d)")
_FOUR = re.compile(r"(0\d)([0-5]\d)(?![\d.:,/-])")
# 830, 1815: but 2030 is rather a year, and 100 a number.
_PLAIN = re.compile(r"([5-9]|1\d|2[1-3])([0-5][05])(?![\d.:,/-]|\s?%)")
_DIGITS = re.compile(r"(\d{1,2})(?![\d:]|[.,/]\d)")
_DAY = re.compile(r"(\d{1,2})(?!\d|[:,/]\d)")
_INT = re.compile(r"(\d{1,4})(?!\d|[.,:]\d)")
_DECIMAL = re.compile(r"(\d{1,2})[.,]([25]|25|50|75)(?!\d)")
_HM = re.compile(r"(?:(\d{1,3})\s?(?:h|hrs?|hours?)\s?)(\d{1,3})\s?(?:m|mins?|minutes?)\b|(\d{1,4})\s?(?:m|mins?)\b")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DMY = re.compile(r"(\d{1,2})([./])(\d{1,2})(?:\2(\d{4})?)?(?![\d:])")
_YEAR = re.compile(r"(\d{4})(?![\d:.])")


def scanners(*, month_first: bool) -> dict[str, Scanner]:
    """Return the scanners by the names that patterns use. `month_first`: many write 12/24 for 24 December."""
    return {
        "hhmm": _hhmm,
        "hourdigits": _hour,
        "int": _whole,
        "decimal": _decimal,
        "hm": _hours_minutes,
        "dayofmonth": _day,
        "iso": _iso,
        "dmy": _american if month_first else _dmy,
        "year": _year,
    }


def _hhmm(text: str, at: int) -> Found:
    """Yield hour, minute and whether it is written with a zero before: 8:30, 8.30, 0830, 830."""
    for pattern in (_HHMM, _FOUR, _PLAIN):
        match = pattern.match(text, at)
        if match and int(match[1]) < 24 and int(match[2]) < 60:
            yield match.end(), (int(match[1]), int(match[2]), match[1].startswith("0"))


def _hour(text: str, at: int) -> Found:
    match = _DIGITS.match(text, at)
    if match and int(match[1]) < 24:
        yield match.end(), (int(match[1]), match[1].startswith("0"))


def _whole(text: str, at: int) -> Found:
    match = _INT.match(text, at)
    if match:
        yield match.end(), int(match[1])


def _decimal(text: str, at: int) -> Found:
    match = _DECIMAL.match(text, at)
    if match:
        yield match.end(), float(f"{match[1]}.{match[2]}")


def _hours_minutes(text: str, at: int) -> Found:
    """Yield minutes: 2h30m, 45m."""
    match = _HM.match(text, at)
    if match:
        yield match.end(), int(match[1] or 0) * 60 + int(match[2] or match[3])


def _day(text: str, at: int) -> Found:
    match = _DAY.match(text, at)
    if match and 1 <= int(match[1]) <= 31:
        yield match.end(), int(match[1])


def _iso(text: str, at: int) -> Found:
    match = _ISO.match(text, at)
    if match:
        yield match.end(), (int(match[1]), int(match[2]), int(match[3]))


def _dmy(text: str, at: int) -> Found:
    """Yield year (or None), month and day: 24.12., 24.12.2026, 24/12. A bare 24.12 would rather be a time."""
    match = _DMY.match(text, at)
    if match and (match[2] == "/" or match[4] or text[match.end() - 1] == "."):
        yield match.end(), (int(match[4]) if match[4] else None, int(match[3]), int(match[1]))


def _american(text: str, at: int) -> Found:
    """Yield the same; with slashes only where it is clear which of the two is the month."""
    for end, (year, month, day) in _dmy(text, at):
        if "/" not in text[at:end] or month == day or (day > 12 >= month):
            yield end, (year, month, day)
        elif month > 12 >= day:
            yield end, (year, day, month)


def _year(text: str, at: int) -> Found:
    match = _YEAR.match(text, at)
    if match:
        yield match.end(), int(match[1])
