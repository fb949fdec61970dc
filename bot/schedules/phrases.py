"""What a person says about when: a time, with weekdays if they like ("weekdays 8:30", "mon wed 7pm").

Every word must be understood; one that is not makes the whole phrase None, and the caller asks instead of guessing.
"""

import re
import unicodedata
from dataclasses import dataclass

from bot.schedules.rules import EVERY_DAY, WEEKDAYS, WEEKENDS

LONGEST = 80
"""Characters; nobody says more about a time and weekdays."""

NOON = 12 * 60
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS: dict[str, frozenset[int]] = {
    "weekday": WEEKDAYS,
    "weekdays": WEEKDAYS,
    "workdays": WEEKDAYS,
    "weekend": WEEKENDS,
    "weekends": WEEKENDS,
    "daily": EVERY_DAY,
    "day": EVERY_DAY,
    "tues": frozenset((1,)),
    "thur": frozenset((3,)),
    "thurs": frozenset((3,)),
}
for _number, _name in enumerate(_DAY_NAMES):
    _DAYS |= dict.fromkeys((_name, _name + "s", _name[:3], _name[:2]), frozenset((_number,)))
_NAMED_TIMES = {"noon": NOON, "midday": NOON, "midnight": 0}
_SMALL_WORDS = {"at", "on", "every", "each", "and", "the", "o'clock", "oclock", "about", "around"}
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?h?(am|pm|a\.m\.|p\.m\.)?")
_RANGE = re.compile(r"([a-z]+)-([a-z]+)")
_INTERVAL = re.compile(r"\b(every|each)\s+\d+(?![\d:.h]|\s*[ap]\.?m)")


@dataclass(frozen=True, slots=True)
class Said:
    """A minute of the day (0-1439, local) and weekdays, None when no day was said."""

    minute: int
    days: frozenset[int] | None


def read_phrase(text: str, near: int) -> Said | None:
    """Return what was meant, or None. A bare hour means the one of the two that is closer to minute `near`."""
    plain = _plain(text)
    if _INTERVAL.search(plain):  # "every 5 days" is no time of day
        return None
    words = [word for word in re.split(r"[\s,;&]+", plain) if word]
    days: frozenset[int] = frozenset()
    minutes: list[int] = []
    for word in words:
        named = _days(word)
        minute = _minute(word, near)
        if named is not None:
            days |= named
        elif minute is not None:
            minutes.append(minute)
        elif word not in _SMALL_WORDS:
            return None
    if len(minutes) != 1:
        return None
    return Said(minutes[0], days or None)


def _plain(text: str) -> str:
    """Return the text in lower case, digits of every script made plain, "7 pm" and "mon – fri" joined."""
    if len(text) > LONGEST:
        return ""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    # Keyboards of scripts that run from right to left put invisible marks beside digits.
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain)
    plain = re.sub(r"([a-z])\s*[-–]\s*([a-z])", r"\1-\2", plain)
    return re.sub(r"(\d)\s+([ap]\.?m\b\.?)", r"\1\2", plain)


def _days(word: str) -> frozenset[int] | None:
    if word in _DAYS:
        return _DAYS[word]
    match = _RANGE.fullmatch(word)
    if match and match[1] in _DAYS and match[2] in _DAYS:
        first, last = _DAYS[match[1]], _DAYS[match[2]]
        if len(first) == len(last) == 1:
            start, end = min(first), min(last)
            return frozenset((start + n) % 7 for n in range((end - start) % 7 + 1))
    return None


def _minute(word: str, near: int) -> int | None:
    if word in _NAMED_TIMES:
        return _NAMED_TIMES[word]
    match = _TIME.fullmatch(word)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    half = (match[3] or "").replace(".", "")
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif match[2] is None and 1 <= hour <= 11:
        hour = min(hour, hour + 12, key=lambda h: abs(h * 60 - near))
    return hour * 60 + minute
