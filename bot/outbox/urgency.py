"""How urgent a row is, as one number: PgQueuer hands out the job with the highest priority, and of equals the older."""

from bot.outbox.states import Priority

SINCE = 1_704_067_200
"""1 January 2024 in UTC seconds. From here on times are told apart until 2058."""
SPAN = 2**30
"""Seconds, and numbers for each of the three bands; together they fit into a PostgreSQL integer."""


def urgency(priority: int, not_before: int, deadline: int) -> int:
    """Return the priority of a row's job: answers before thanks before nudges, and parts of a file before whole ones.

    Answers and thanks leave in the order of their times; of nudges and files first those that are too late the soonest.
    """
    band, at = (0 if priority == Priority.PART else -1), deadline
    if priority < Priority.NUDGE:
        band, at = (1 if priority < Priority.THANKS else 0), not_before
    return (band + 1) * SPAN - 1 - min(max(at - SINCE, 0), SPAN - 1)
