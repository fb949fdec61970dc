"""Who may write to whom, what a sentence may hold, and how much of it there may be. Pure.

A chain goes to nobody who is on its way already: what A sent to B and B passed on to C comes back to neither A nor B,
so nothing can go round in a ring. To thank somebody back is a chain of its own, and counts as such.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.gratitude.contacts import leads_away
from bot.gratitude.delicate import Kind, delicate
from bot.people.rules import waking
from bot.schedules.quiet import DayParts, QuietHours

LONGEST = 500
"""Characters of a sentence."""
LONGEST_NAME = 40
"""Characters of a name: it stands on a button and above a sentence."""
A_DAY = 5
"""Sentences of one person on one of their own days."""
LIFE = 7 * 86_400
"""Seconds that a sentence and an invitation live."""
SUSPENDING = 2
"""Different people whose reports suspend."""
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
    if not sentence.strip():
        return Fault.EMPTY
    if len(" ".join(sentence.split())) > LONGEST:
        return Fault.LONG
    return Fault.CONTACT if leads_away(sentence) else None


def fault_of_name(name: str) -> Fault | None:
    """Return what is wrong with the name that others are to see."""
    if not any(char.isalnum() for char in name):
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
class Today:
    """What a person has sent on their own date: how many sentences, and to whom."""

    count: int
    receivers: Collection[int] = ()


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


def is_over(accepted_at: int, now: int) -> bool:
    """Return whether a sentence has waited too long to be brought (UTC seconds)."""
    return now > accepted_at + LIFE


def suspends(reporters: Collection[int | None]) -> bool:
    """Return whether these reports, by the people who made them, suspend: erased ones count as one."""
    return len(set(reporters)) >= SUSPENDING
