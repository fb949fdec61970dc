"""Two hours that somebody says or types: "22:00–7:00", "from 10 pm to 7 am". Pure."""

import re
from collections.abc import Iterator

from bot.flows.engine import Scene
from bot.schedules.grammar_lexicon import LANGUAGES, data
from bot.schedules.grammar_text import fold
from bot.schedules.phrases import read
from bot.schedules.rules import DAY_MINUTES, Times

_LATE = 10 * 60
_EARLY = (6 * 60, 10 * 60)
"""Nights of most people: "10-7" and "11-8" can hardly be anything else, while "9-5" is an office's day as well."""
_NUMBER = re.compile(r"\d+")
_DASHES = re.compile(r"\s*[-‐‑‒–—―~〜～]\s*")
_BEFORE_NOON, _AFTER_NOON = 6 * 60 - 1, 18 * 60 - 1
"""Nearer to the one is every hour before noon, to the other every later one; twelve is midnight and noon."""


def read_hours(scene: Scene, text: str) -> tuple[tuple[int, int], ...]:
    """Return what "22:00–7:00" or "from 10 pm to 7 am" means in minutes of the day: two spans where both could be
    meant, none where there are no two times."""
    for first, last in _sides(text, scene.language):
        starts, ends = _halves(scene, first), _halves(scene, last)
        if starts and ends:
            # "9-9" is no span, whichever half of the day each nine may mean.
            if first.strip().casefold() == last.strip().casefold():
                return ((starts[0], starts[0]),)
            return _spans(starts, ends, long=_said_long(first) or _said_long(last))
    return ()


def _halves(scene: Scene, text: str) -> tuple[int, ...]:
    """Return the minutes of the day that a time may be: two for a bare hour, before noon and after it."""
    found = {read_minute(scene, text, half) for half in (_BEFORE_NOON, _AFTER_NOON)}
    return tuple(sorted(minute for minute in found if minute is not None))


def _said_long(text: str) -> bool:
    """Return whether an hour is said that only the clock of 24 hours has: 17, 0:30, 07."""
    number = _NUMBER.search(fold(text).plain)
    return number is not None and (int(number[0]) > 12 or number[0].startswith("0"))


def _spans(starts: tuple[int, ...], ends: tuple[int, ...], *, long: bool) -> tuple[tuple[int, int], ...]:
    if long:
        # Both by the same clock: "9-17" begins at nine in the morning, "22-12" ends at noon.
        return ((_as_it_stands(starts), _as_it_stands(ends)),)
    if len(starts) == len(ends) == 1:
        return ((starts[0], ends[0]),)
    if len(starts) == len(ends) == 2:
        (start, later_start), (end, later_end) = starts, ends
        midnight = start < 60
        if (midnight or start >= _LATE) and _EARLY[0] <= end <= _EARLY[1]:
            return ((start if midnight else later_start, end),)
        if start < end:
            # "1-5": both in one half of the day, the earlier or the later one.
            return ((start, end), (later_start, later_end))
        return ((later_start, end), (start, later_end))
    # One half is said, so the other is the next that comes: "10-7 am" begins in the evening before.
    return (
        min(((start, end) for start in starts for end in ends), key=lambda span: (span[1] - span[0]) % DAY_MINUTES),
    )


def _as_it_stands(halves: tuple[int, ...]) -> int:
    return halves[-1] if halves[0] < 60 else halves[0]


def _sides(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield what may stand before and behind the middle of a span of time."""
    plain = " ".join(text.split()).strip(" .!")
    parts = _DASHES.split(plain)
    if len(parts) == 2:
        yield parts[0], parts[1]
    for words in _lexicons(language):
        bare = plain
        for word in _listed(words, "from", "between"):
            if plain.casefold().startswith(f"{word} "):
                bare = plain[len(word) + 1 :]
                break
        for word in _listed(words, "to", "until", "through", "and"):
            before, found, behind = bare.casefold().partition(f" {word} ")
            if found:
                yield before, behind


def _lexicons(language: str) -> Iterator[dict[str, str]]:
    own = language.lower().replace("_", "-").partition("-")[0]
    for spoken in dict.fromkeys(one for one in (own, "en", *LANGUAGES) if one in LANGUAGES):
        yield data(spoken)["words"]


def _listed(words: dict[str, str], *names: str) -> list[str]:
    listed = [word.strip() for name in names for word in words.get(name, "").split("|")]
    return sorted(filter(None, listed), key=len, reverse=True)


def read_minute(scene: Scene, text: str, near: int) -> int | None:
    """Return the one time of the day that is said, or None; a bare hour is the one nearer to the minute `near`."""
    found = read(
        text.strip(),
        language=scene.language,
        zone=scene.zone or scene.guessed_zone,
        now=scene.now,
        near=near,
        any_hour=True,
        day_parts=scene.parts,
    )
    minutes = found.rule.minutes if found.rule and not found.dated and not found.cue else None
    return minutes.minutes[0] if isinstance(minutes, Times) and len(minutes.minutes) == 1 else None
