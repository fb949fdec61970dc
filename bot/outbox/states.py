"""The life of an outbox row."""

from enum import IntEnum, StrEnum


class State(StrEnum):
    """Where a row stands. Waiting and sending are alive; every other state is final."""

    WAITING = "waiting"
    SENDING = "sending"
    """In a sender's hands; a row found here after its sender died is in doubt."""
    SENT = "sent"
    UNKNOWN = "unknown"
    """Sent twice and cut off twice: it may or may not have arrived. Counted, and visible to the host."""
    EXPIRED = "expired"
    """Its deadline passed first."""
    DEAD = "dead"
    """The platform refuses it, or it crashed its sender twice."""
    DROPPED = "dropped"
    """It is not to leave any more: withdrawn (somebody paused, removed the nudge, or answered), taken back, for
    somebody who is gone, from an old copy, or replaced by others."""


ALIVE = (State.WAITING, State.SENDING)


class Priority(IntEnum):
    """Lower leaves first: answers to people overtake thanks from others, and these overtake nudges.

    Files that are collected when they leave hold up nothing of the rest: they have a line of their own.
    """

    REPLY = 0
    THANKS = 3
    NUDGE = 5
    PART = 6
    """One of several files that took the place of one: all of them leave before anything is collected for others."""
    FILE = 7
    """A file, or what is said in one breath with it and behind it."""


COLLECTED = (Priority.PART, Priority.FILE)
"""What is collected when it leaves: until then its row says what is wanted, and holds no words of others."""

DAY = 86_400
REPLY_LIFETIME = DAY
"""Seconds that an answer to a person is worth sending."""
MOST_CRASHES = 2
