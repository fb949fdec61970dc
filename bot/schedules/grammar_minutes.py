"""What a reading says about the minutes of a day: clocks, parts of the day, steps and chance. Pure."""

from dataclasses import replace

from bot.schedules.grammar import Kept
from bot.schedules.grammar_clock import DAY, TONIGHT, Clock, fits, over_midnight, part_minute, resolve, resolve_span
from bot.schedules.grammar_meaning import DATE_WORDS, Said, Unclear
from bot.schedules.rules import SHORTEST, Draw, Minutes, Steps, Times

PART_LENGTH = 180
"""Minutes of a part of the day when a moment in it is left to chance."""


MOST_LISTED = 24
"""Times of one night: more would be a wall of numbers when they are told."""


def _parts(said: Said) -> tuple[str, ...]:
    parts = said.take("parts")
    return (parts,) if isinstance(parts, str) else tuple(parts or ())


def said_minutes(said: Said) -> Minutes | list[Clock] | None:
    """Return the minutes; clocks without a date stay clocks, because which half of the day is next depends on now."""
    parts = _parts(said)
    part = parts[0] if len(parts) == 1 else None
    if "step" in said.kept:
        return _steps(said, parts)
    if "span" in said.kept or "random" in said.kept:
        if len(parts) > 1:
            raise Unclear
        return _draw(said, part)
    clocks = said.take("clocks")
    tonight = parts == (TONIGHT,) or (parts == ("evening",) and said.kept.get("date") == 0)
    if tonight and any(clock.mark == "midnight" for clock in clocks or ()):
        part = TONIGHT
        # The midnight of tonight is the coming one, and nobody's of the night before.
        clocks = [replace(clock, mark=TONIGHT) if clock.mark == "midnight" else clock for clock in clocks]
    if clocks:
        if len(parts) > 1 or any(part and clock.mark and not fits(clock, part) for clock in clocks):
            raise Unclear
        # "Tonight at 1 am" is the coming one, though "am" alone would be the one that is over.
        marked = [replace(c, mark=part if part == TONIGHT else c.mark or part) for c in clocks]
        return _times(said, [_by_routine(said, clock) for clock in marked], night=part == "night")
    if not parts:
        return None
    if said.moment.near is None and len(parts) == 1 and not (DATE_WORDS | {"skip"}) & said.kept.keys():
        # "In the evening": of which day? Only where a time was asked for, the days are known.
        raise Unclear
    found = [part_minute(one, said.moment.parts) for one in parts]
    if None in found or len(set(found)) < len(found):
        raise Unclear
    _check_count(said, len(found))
    return Times(tuple(minute for minute in found if minute is not None))


def _by_routine(said: Said, clock: Clock) -> Clock:
    """Return the clock with the half of the day that its routine belongs to: "before bed at 10" is in the evening."""
    if not said.half or clock.mark or clock.said_long:
        return clock
    if said.half == "unclear":
        raise Unclear
    return replace(clock, mark=said.half)


def _times(said: Said, clocks: list[Clock], *, night: bool) -> Minutes | list[Clock]:
    _check_count(said, len(clocks))
    # Of today only what is to come can be meant, whatever time was offered.
    coming = _today_or_none(said) if said.moment.near is None else _today(said)
    if coming and len(clocks) == 1 and not clocks[0].exact:
        return clocks
    found = resolve(clocks, None, said.moment.near)
    if found is None:
        raise Unclear
    tonight = [c for c in clocks if c.mark == TONIGHT or (c.mark == "midnight" and _today(said))]
    if tonight and min(found.minutes) < 6 * 60:
        if len(clocks) > 1:
            raise Unclear
        said.kept["date"] = 0 if said.moment.minute < min(found.minutes) else 1
    elif (
        (night or any(c.mark in ("night", "midnight") for c in clocks))
        and min(found.minutes) < 6 * 60
        and not _every_day(said)
    ):
        # Friday night at two, or its midnight, is Saturday to some and Friday to others.
        raise Unclear
    said.bare = found.guessed
    return Times(found.minutes)


def _today_or_none(said: Said) -> bool:
    return not (DATE_WORDS | {"skip"}) & said.kept.keys() or _today(said)


def _today(said: Said) -> bool:
    return said.kept.get("date") in (0, {"rel": 0})


def _every_day(said: Said) -> bool:
    return not ({"date", "days", "after", "monthdays", "nths", "unit"} & said.kept.keys())


def _check_count(said: Said, count: int) -> None:
    """Check "twice a day" against the times that were said."""
    times = said.kept.get("times")
    if times is not None and "perweek" not in said.kept and said.take("times") != count:
        raise Unclear


LONGEST_UNEVEN = 120
"""Minutes: steps up to this long may begin anew at midnight although they do not divide the day."""


def _steps(said: Said, parts: tuple[str, ...]) -> Steps | Times:
    every, span, opening = said.take("step"), said.take("span"), said.take("open")
    if every < SHORTEST or parts or "clocks" in said.kept or "random" in said.kept or "times" in said.kept:
        raise Unclear
    if span is not None:
        return _steps_between(said, every, span)
    if opening is not None:
        found = resolve([opening], None, said.moment.near)
        if found is None:
            raise Unclear
        said.bare = found.guessed
        return Steps(every, found.minutes[0], DAY - 1)
    if every == DAY:
        said.kept["daily"] = 1
        return Times((said.moment.minute,))
    if every > LONGEST_UNEVEN and DAY % every:
        # "Every 7 hours" would begin anew at midnight, hours too early or too late.
        raise Unclear
    return Steps(every, said.moment.minute % every, DAY - 1)


def _steps_between(said: Said, every: int, span: Kept) -> Steps | Times:
    overnight = over_midnight(span["a"], span["b"])
    if overnight is None:
        start, end = _span(said, span, None)
        return Steps(every, start, end)
    if DATE_WORDS - {"daily"} & said.kept.keys() or "skip" in said.kept:
        # The small hours of Monday's night are Tuesday's.
        raise Unclear
    start, end = overnight
    said.kept["daily"] = 1
    minutes = [minute % DAY for minute in range(start, end + DAY + 1, every)]
    if len(minutes) > MOST_LISTED:
        raise Unclear
    return Times(tuple(minutes))


def _span(said: Said, span: Kept, part: str | None) -> tuple[int, int]:
    found = resolve_span(span["a"], span["b"], part, said.moment.near)
    if found is None:
        raise Unclear
    said.bare = found[2]
    return found[0], found[1]


def _draw(said: Said, part: str | None) -> Draw:
    span, random, gap = said.take("span"), said.take("random"), said.take("gap")
    times = said.take("times")
    if span is None:
        start = part_minute(part, said.moment.parts) if part else None
        if start is None:
            raise Unclear
        end = min(start + PART_LENGTH, DAY - 1)
    else:
        start, end = _span(said, span, part)
        if not (random or span.get("loose") or times):
            raise Unclear
    if "clocks" in said.kept or "perweek" in said.kept or times == 0:
        raise Unclear
    if times is not None and _today_or_none(said):
        raise Unclear
    return Draw(start, end, 1 if times is None else times, gap or 0)
