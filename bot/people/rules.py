"""What a person's row says about their own day. Pure.

Whatever is stored can be read: minutes that make no sense count as none, for one odd row must not hold up a sweep.
"""

from functools import lru_cache

from bot.schedules.quiet import DayParts, QuietHours, outside_quiet

QUIET_WEEK = 7 * 86_400
"""Seconds without a sign after which a person is asked once how to go on."""

_USUAL = DayParts()


@lru_cache(maxsize=4096)
def quiet_hours(start: int | None, end: int | None) -> QuietHours | None:
    """Return the quiet hours (local minutes of the day), or None where there are none."""
    if start is None or end is None:
        return None
    try:
        return QuietHours(start, end)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def day_parts(morning: int | None, noon: int | None, evening: int | None, night: int | None) -> DayParts:
    """Return what the parts of the day mean (local minutes of the day), the usual where nothing else is known."""
    try:
        return DayParts(
            _USUAL.morning if morning is None else morning,
            _USUAL.noon if noon is None else noon,
            _USUAL.evening if evening is None else evening,
            _USUAL.night if night is None else night,
        )
    except ValueError:
        return _USUAL


def waking(at: int, zone: str, quiet: QuietHours | None, parts: DayParts) -> int:
    """Return the first instant (UTC seconds) from `at` on at which the person is awake.

    Without quiet hours, what they call night and morning says when they sleep.
    """
    return outside_quiet(at, zone, quiet or QuietHours(parts.night, parts.morning))


def is_paused(paused_at: int | None, until: int | None, now: int) -> bool:
    """Return whether a pause holds at `now` (all in UTC seconds); one with an end is over by itself then."""
    return paused_at is not None and (until is None or now < until)


def asks_how_to_go_on(heard_at: int | None, asked_at: int | None, now: int) -> bool:
    """Return whether a person has done nothing for a week and has not been asked since (all in UTC seconds)."""
    if heard_at is None or now < heard_at + QUIET_WEEK:
        return False
    return asked_at is None or asked_at < heard_at


def was_asked_how_to_go_on(heard_at: int | None, asked_at: int | None, at: int) -> bool:
    """Return whether a person was asked so at `at` or later and has done nothing since (all in UTC seconds)."""
    return heard_at is not None and asked_at is not None and heard_at < asked_at and at <= asked_at
