"""Who may write to whom, what a sentence may hold, and how much of it there may be. Pure.

A chain goes to nobody who is on its way already: what A sent to B and B passed on to C comes back to neither A nor B,
so nothing can go round in a ring. To thank somebody back is a chain of its own, and counts as such.

Five sentences leave a person on a date of theirs, at most one of them to the same receiver. A date belongs to a zone,
and people travel, or say so. So a sentence counts for today as long as one of these holds: it left on the same date, by
whatever clock that was; it left within today, by the clock of now; the date on which it left is not over yet where its
sender was then. Thus no date ever has more than five, and no change of zones to and fro makes room: whoever has sent
five waits until a midnight has passed by both clocks. Within 23 hours (the shortest of days) no more than ten can
leave, as around the midnight of somebody who stays at home.

On a date of the receiver's, at most one comes from the same sender. Another one waits for their next date that is free,
and the days of its life begin there: nothing lapses because others came first.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.gratitude.contacts import leads_away
from bot.gratitude.delicate import Kind, delicate
from bot.people.rules import waking
from bot.schedules.quiet import DayParts, QuietHours
from bot.schedules.zones import instant, local
from bot.speech.blank import has_letters, shows

LONGEST = 500
"""Characters of a sentence."""
LONGEST_NAME = 40
"""Characters of a name: it stands on a button and above a sentence."""
A_DAY = 5
"""Sentences of one person on one of their own days."""
LIFE = 7 * 86_400
"""Seconds that a sentence and an invitation live, a sentence from when it may come at first."""
SUSPENDING = 2
"""Different people whose reports suspend."""
_SOON, _LATE = 60, 3600
"""Seconds between two tries of what could not be brought."""
ANSWERS = ("heart", "day", "same")
"""What a receiver can answer with one tap."""


class Fault(StrEnum):
    """Why a sentence or a name cannot travel as it is."""

    EMPTY = "empty"
    LONG = "long"
    CONTACT = "contact"
    DELICATE = "delicate"


class Refusal(StrEnum):
    """Why a sentence cannot leave now. There is none for somebody who is blocked: they are answered like anybody."""

    SUSPENDED = "suspended"
    ENOUGH = "enough"
    TODAY = "today"
    SELF = "self"
    RING = "ring"
    STRANGER = "stranger"


def fault_of(sentence: str) -> Fault | None:
    """Return what is wrong with a sentence, as it was written with all its lines."""
    if not shows(sentence):
        return Fault.EMPTY
    if len(" ".join(sentence.split())) > LONGEST:
        return Fault.LONG
    return Fault.CONTACT if leads_away(sentence) else None


def fault_of_name(name: str) -> Fault | None:
    """Return what is wrong with the name that others are to see."""
    if not has_letters(name):
        return Fault.EMPTY
    if len(name) > LONGEST_NAME:
        return Fault.LONG
    if leads_away(name):
        return Fault.CONTACT
    return Fault.DELICATE if delicate(name) else None


def held_for(sentence: str) -> Kind | None:
    """Return why the sentence waits for its sender to confirm it (a crisis or an insult), or None."""
    return delicate(sentence)


@dataclass(frozen=True, slots=True)
class Left:
    """A sentence that has left: on which date of its sender's (ISO 8601), when that was over for them, and to whom.

    `day_ends_at` and `sent_at` are UTC seconds.
    """

    day: str
    day_ends_at: int | None
    sent_at: int
    receiver: int | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """What a person has sent on their own date: how many sentences, to whom, and when their dates are over (UTC)."""

    count: int
    receivers: Collection[int] = ()
    ends_at: int = 0


def today(left: Iterable[Left], zone: str, now: int) -> Today:
    """Return which of a person's sentences count for today in `zone` (IANA name) at `now` (UTC seconds)."""
    date_here = local(zone, now).date()
    day, begins = date_here.isoformat(), instant(zone, date_here, 0)
    counted = [one for one in left if one.day == day or one.sent_at >= begins or (one.day_ends_at or one.sent_at) > now]
    receivers = frozenset(one.receiver for one in counted if one.receiver is not None)
    return Today(len(counted), receivers, max((one.day_ends_at or 0 for one in counted), default=0))


def end_of_day(day: date, zone: str) -> int:
    """Return when a date is over in a zone (UTC seconds)."""
    return instant(zone, day + timedelta(days=1), 0)


def earliest_counted(day: date) -> date:
    """Return the first date whose sentences may still count on `day`: clocks of the world are up to 26 hours apart."""
    return day - timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be sent: by whom, to whom (None: somebody new), and who is on the way of the chain already."""

    sender: int
    receiver: int | None
    accepted: bool = False
    suspended: bool = False
    way: Collection[int] = ()


def refusal(wish: Wish, today: Today) -> Refusal | None:
    """Return why it cannot leave, or None. Whether the receiver blocks or mutes the sender plays no part in it."""
    if wish.suspended:
        return Refusal.SUSPENDED
    if wish.receiver == wish.sender:
        return Refusal.SELF
    if wish.receiver is not None and not wish.accepted:
        return Refusal.STRANGER
    if wish.receiver is not None and wish.receiver in wish.way:
        return Refusal.RING
    if today.count >= A_DAY:
        return Refusal.ENOUGH
    if wish.receiver is not None and wish.receiver in today.receivers:
        return Refusal.TODAY
    return None


def free_day(day: date, taken: Collection[str]) -> date:
    """Return the first date from `day` on that is not taken: one sentence for a receiver and day."""
    while day.isoformat() in taken:
        day += timedelta(days=1)
    return day


@dataclass(frozen=True, slots=True)
class Receiver:
    """What a receiver's row says about their day; pauses in UTC seconds."""

    zone: str
    quiet: QuietHours | None
    parts: DayParts
    paused_at: int | None = None
    paused_until: int | None = None


def comes_at(receiver: Receiver, from_: int) -> int | None:
    """Return when a sentence comes that may leave at `from_` (UTC seconds); None: when the receiver resumes.

    Only in waking hours: outside the quiet hours, or between morning and night where a person has set none.
    """
    if receiver.paused_at is not None and (receiver.paused_until is None or from_ < receiver.paused_until):
        if receiver.paused_until is None:
            return None
        from_ = receiver.paused_until
    return waking(from_, receiver.zone, receiver.quiet, receiver.parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """On which date of the receiver's a sentence comes, from when on, and the last second in which it may (UTC)."""

    day: date
    from_: int
    lives_until: int


def plan(zone: str, now: int, taken: Collection[str]) -> Plan:
    """Return when a sentence may come at the earliest: now, or at the beginning of the first date that is not taken.

    `zone` is the receiver's, `taken` their dates for which others of the same sender are there already.
    """
    day = free_day(local(zone, now).date(), taken)
    from_ = max(now, instant(zone, day, 0))
    return Plan(day, from_, from_ + LIFE)


def is_over(lives_until: int, now: int) -> bool:
    """Return whether a sentence has waited too long to be brought (UTC seconds)."""
    return now > lives_until


def look_again(since: int, now: int) -> int:
    """Return when to try again what cannot be brought for a reason of ours: later each time (UTC seconds).

    `since` is when it was accepted: what is new is tried again within the minute, what is old every hour.
    """
    return now + min(max(now - since, _SOON), _LATE)


def suspends(reporters: Collection[int | None]) -> bool:
    """Return whether these reports, by the people who made them, suspend.

    Those of erased people (None) do not count: whoever goes and begins anew could otherwise be two.
    """
    return len(set(reporters) - {None}) >= SUSPENDING
