"""What a worker does with the jobs of a post room, by hand: claim, mark, and a look into PgQueuer's tables."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest
from sqlalchemy import text

from bot.outbox.job_claim import JobClaim
from bot.outbox.marks import Outcome
from bot.outbox.shelf import Terms, put_all, row
from bot.outbox.states import Priority, State
from bot.speech import Outgoing
from tests.kit.shelf import PostRoom

GRACE = 1800
"""Seconds for which a nudge here is worth sending."""

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""For tests of what only PostgreSQL has: the fixture `store` is there alone."""
TEN = [f"p{number}" for number in range(10)]
"""Names of as many people as a bundle holds."""


def all_jobs(room: PostRoom) -> list[Any]:
    """Return PgQueuer's jobs in the order in which they were put."""
    wanted = text("SELECT * FROM pgqueuer ORDER BY id")
    return room.store.run_now(lambda tx: list(tx.connection.execute(wanted)))


def logged(room: PostRoom) -> list[str]:
    """Return what became of jobs, oldest first."""
    wanted = text("SELECT status::text FROM pgqueuer_log ORDER BY id")
    return room.store.run_now(lambda tx: list(tx.connection.scalars(wanted)))


def claim(
    room: PostRoom,
    worker: JobClaim,
    most: int = 10,
    heavy: int = 8,
    files: int = 1,
    platform: str = "memory",
    mine: Collection[int] = (),
) -> list[int]:
    """Let a worker claim, and return the rows."""
    parcels = room.store.run_now(lambda tx: worker.claim(tx, platform, most, heavy=heavy, files=files, mine=mine))
    return [parcel.id for parcel in parcels]


def mark(room: PostRoom, worker: JobClaim, *outcomes: Outcome) -> None:
    """Let a worker mark rows."""
    room.store.run_now(lambda tx: worker.mark(tx, outcomes))


def ids(room: PostRoom) -> list[int]:
    """Return the rows in the order in which they were put."""
    return [one.id for one in room.rows()]


def ring(room: PostRoom, names: Sequence[str], text: str = "nudge", **terms: Any) -> list[int]:
    """Put a nudge for each of these at once, as a sweep does, and return the rows."""
    before = set(ids(room))
    every = Terms(**{"priority": Priority.NUDGE, "deadline": room.clock.now() + GRACE, **terms})
    rows = [(room.recipient(name), Outgoing(text)) for name in names]
    room.store.run_now(lambda tx: put_all(tx, [row(tx, who, said, every) for who, said in rows]))
    return [one for one in ids(room) if one not in before]


def bundles(room: PostRoom) -> list[int | None]:
    """Return the bundle of each row."""
    return [one.bundle for one in room.rows()]


def payloads(room: PostRoom) -> list[list[int]]:
    """Return the rows of each job."""
    return [[int(number) for number in job.payload.split(b",")] for job in all_jobs(room)]


def sent(*rows: int) -> list[Outcome]:
    """Return the outcomes of rows that have arrived."""
    return [Outcome(one, State.SENT, message=str(one)) for one in rows]
