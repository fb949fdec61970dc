"""The handout among several processes on one PostgreSQL: PgQueuer hands out jobs, and a row says whether it may leave.

A job that was taken for a row that has to wait goes back until what it waits for may be over, so that nobody looks at
it again and again. Whoever claims or marks holds the rows of the addresses: one is never sent to from two sides.
"""

from collections.abc import Collection
from uuid import uuid4

import structlog
from pgqueuer.domain.types import JOB_STATUS, QueueManagerId
from sqlalchemy import case, update

from bot.outbox import jobs
from bot.outbox.job_rows import LATER, lock_addresses, look
from bot.outbox.marks import Outcome, mark
from bot.outbox.parcels import COLUMNS, Parcel, contents, opened
from bot.outbox.states import State
from bot.store import Tx
from bot.store.bulk import in_numbers
from bot.store.tables import outbox

log = structlog.get_logger()

ROUNDS = 20
"""How often one claim takes jobs whose rows have to wait, or are gone, before it lets others have the database."""
LOOK = 600
"""Seconds between two looks for rows without a job."""
ENDS: dict[State, JOB_STATUS] = {
    State.SENT: "successful",
    State.UNKNOWN: "exception",
    State.DEAD: "exception",
    State.EXPIRED: "canceled",
    State.DROPPED: "canceled",
}
"""How a job ends, by the state of its row."""


_SENDING = contents(
    update(outbox)
    .where(in_numbers(outbox.c.id, "ids", many_writers=True))
    .values(
        state=State.SENDING,
        claims=outbox.c.claims + 1,
        # It was in the hands of a worker that died.
        doubts=outbox.c.doubts + case((outbox.c.state == State.SENDING, 1), else_=0),
        leased_until_real=None,
    )
    .returning(*(outbox.c[name] for name in COLUMNS))
    .cte("sending")
)
"""Mark rows as being sent, and read what they hold: one statement, for it has to travel."""


class JobClaim:
    """See Handout."""

    def __init__(self) -> None:
        self._worker = QueueManagerId(uuid4())
        self._looked_at: int | None = None

    def claim(self, tx: Tx, platform: str, most: int, *, heavy: int, mine: Collection[int]) -> list[Parcel]:
        """See Handout. Rows that were in a dead worker's hands come along: PgQueuer hands out their jobs again."""
        taken = self._take(tx, platform, min(heavy, most), mine, heavy=True)
        taken |= self._take(tx, platform, most - len(taken), mine, heavy=False)
        if not taken:
            return []
        parcels = opened(tx, tx.connection.execute(_SENDING, {"ids": list(taken)}), list(taken))
        jobs.finish(tx, {taken[row]: "exception" for row in taken.keys() - {parcel.id for parcel in parcels}})
        return parcels

    def keep(self, tx: Tx, mine: Collection[int]) -> None:
        """See Handout: PgQueuer's heartbeat."""
        jobs.beat(tx, jobs.held(tx, self._worker, mine).values())

    def mark(self, tx: Tx, outcomes: Collection[Outcome]) -> None:
        """See Handout. What was handed to another worker meanwhile is that one's to mark, unless it has arrived."""
        address_ids = lock_addresses(tx, [outcome.id for outcome in outcomes])
        held = jobs.held(tx, self._worker, [outcome.id for outcome in outcomes])
        valid = [outcome for outcome in outcomes if outcome.id in held or outcome.state == State.SENT]
        mark(tx, valid)
        ours = [(held[outcome.id], outcome) for outcome in valid if outcome.id in held]
        jobs.finish(tx, {job: ENDS[outcome.state] for job, outcome in ours if outcome.state in ENDS})
        jobs.put_back(tx, {job: outcome.after for job, outcome in ours if outcome.state == State.WAITING})
        jobs.release(tx, address_ids)

    def recover(self, tx: Tx, mine: Collection[int]) -> int:
        """See Handout: jobs for rows that have none. What dead workers held, the next claim takes back."""
        jobs.tidy(tx)
        if self._looked_at is not None and 0 <= tx.now - self._looked_at < LOOK:
            return 0
        found = put = jobs.put_missing(tx)
        while put == jobs.BATCH:
            put = jobs.put_missing(tx)
            found += put
        self._looked_at = tx.now
        tx.wakes = tx.wakes or bool(found)
        return found

    def next_in(self, tx: Tx, platforms: Collection[str]) -> float | None:
        """See Handout."""
        kinds = (False, True)
        return jobs.next_in(tx, [jobs.entrypoint(name, heavy=heavy) for name in platforms for heavy in kinds])

    def _take(self, tx: Tx, platform: str, most: int, mine: Collection[int], *, heavy: bool) -> dict[int, int]:
        """Return up to `most` rows that may leave, most urgent first, and their jobs."""
        fit: dict[int, int] = {}
        name = jobs.entrypoint(platform, heavy=heavy)
        for _ in range(ROUNDS):
            asked = most - len(fit)
            taken = jobs.take(tx, self._worker, name, asked) if asked > 0 else {}
            # One that is being sent here comes along when a sign of life was late: it stays where it is.
            fit |= _fitting(tx, platform, {row: job for row, job in taken.items() if row not in mine})
            if len(taken) < asked or asked <= 0:
                return fit
        tx.wakes = True  # there is more to look at
        return fit


def _fitting(tx: Tx, platform: str, taken: dict[int, int]) -> dict[int, int]:
    """Return those rows that may leave now; the jobs of all others go back, on, or off the queue."""
    if not taken:
        return {}
    found = look(tx, platform, list(taken))
    ends: dict[int, JOB_STATUS] = {taken[row]: "canceled" for row in found.gone}
    ends |= {taken[row]: ENDS[State.UNKNOWN] for row in found.unknown}
    jobs.finish(tx, ends)
    jobs.put(tx, found.elsewhere)
    jobs.put_back(tx, {taken[row]: wait.seconds for row, wait in found.waits.items()})
    jobs.hold_back(tx, {wait.address_id for wait in found.waits.values() if wait.whole_address}, LATER)
    jobs.release(tx, found.freed)
    if found.unknown:
        log.warning("outbox_unknown", rows=len(found.unknown))
    return {row: taken[row] for row in found.fit}
