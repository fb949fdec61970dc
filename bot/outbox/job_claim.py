"""The handout among several processes on one PostgreSQL: PgQueuer hands out jobs, and a row says whether it may leave.

A job that was taken for a row that has to wait goes back until what it waits for may be over, so that nobody looks at
it again and again. Whoever claims or marks holds the rows of the addresses: one is never sent to from two sides.
"""

from collections.abc import Collection, Mapping
from uuid import uuid4

import structlog
from pgqueuer.domain.types import JOB_STATUS, QueueManagerId
from sqlalchemy import case, update

from bot.outbox import job_waits, jobs
from bot.outbox.doubts import DOUBTED, PUT_BACK
from bot.outbox.job_numbers import tidy
from bot.outbox.job_queue import Line, entrypoint
from bot.outbox.job_rows import LATER, SOON, lock_addresses, look
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
        doubts=case((outbox.c.state == State.SENDING, DOUBTED), else_=PUT_BACK),
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

    def claim(self, tx: Tx, platform: str, most: int, *, heavy: int, files: int, mine: Collection[int]) -> list[Parcel]:
        """See Handout. Rows that were in a dead worker's hands come along: PgQueuer hands out their jobs again."""
        names = {line: entrypoint(platform, line) for line in Line}
        ready = jobs.ready(tx, names)
        taken: dict[int, jobs.Job] = {}
        for line, name in names.items():
            if name in ready:
                rest = most - len(taken)
                room = {Line.DRAW: min(heavy, rest), Line.FILE: files}.get(line, rest)
                taken |= self._take(tx, platform, line, room, mine)
        if not taken:
            return []
        parcels = opened(tx, tx.connection.execute(_SENDING, {"ids": list(taken)}), list(taken))
        read = {taken[parcel.id] for parcel in parcels}
        ended: dict[int, JOB_STATUS] = dict.fromkeys(taken, "exception")
        _finish(tx, [job for job in {*taken.values()} - read if not job.has(mine)], ended)
        return parcels

    def keep(self, tx: Tx, mine: Collection[int]) -> None:
        """See Handout: PgQueuer's heartbeat."""
        jobs.beat(tx, [job.id for job in jobs.held(tx, self._worker, mine)])

    def mark(self, tx: Tx, outcomes: Collection[Outcome]) -> None:
        """See Handout. What was handed to another worker meanwhile is that one's to mark, unless it has arrived."""
        address_ids = lock_addresses(tx, [outcome.id for outcome in outcomes])
        held = jobs.held(tx, self._worker, [outcome.id for outcome in outcomes])
        job_of = {row: job for job, rows in held.items() for row in rows}
        valid = [outcome for outcome in outcomes if outcome.id in job_of or outcome.state == State.SENT]
        mark(tx, valid)
        waits = {outcome.id: outcome.after for outcome in valid if outcome.state == State.WAITING}
        back = _let_wait(tx, waits, job_of)
        ended = {outcome.id: ENDS[outcome.state] for outcome in valid if outcome.state in ENDS}
        over = ended.keys() | waits.keys()
        _finish(tx, [job for job, rows in held.items() if job not in back and rows <= over], ended)
        job_waits.release(tx, address_ids)

    def recover(self, tx: Tx, mine: Collection[int]) -> int:
        """See Handout: jobs for rows that have none. What dead workers held, the next claim takes back."""
        tidy(tx)
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
        return job_waits.next_in(tx, platforms)

    def _take(self, tx: Tx, platform: str, line: Line, most: int, mine: Collection[int]) -> dict[int, jobs.Job]:
        """Return up to `most` rows that may leave, most urgent first, and their jobs; with a bundle all of its rows."""
        fit: dict[int, jobs.Job] = {}
        name = entrypoint(platform, line)
        for _ in range(ROUNDS):
            asked = most - len(fit)
            if asked <= 0:
                return fit
            if line == Line.NUDGE:
                taken, more = jobs.take_rows(tx, self._worker, name, asked, mine)
            else:
                taken = jobs.take(tx, self._worker, name, asked)
                more = len(taken) == asked
            fit |= _fitting(tx, platform, taken, mine)
            if not more:
                return fit
        tx.wakes = True  # there is more to look at
        return fit


def _fitting(tx: Tx, platform: str, taken: Collection[jobs.Job], mine: Collection[int]) -> dict[int, jobs.Job]:
    """Return those rows that may leave now; all others go back, on, or off the queue.

    One that is being sent here comes along when a sign of life was late: it stays where it is.
    """
    rows = [row for row in dict.fromkeys(row for job in taken for row in job.rows) if row not in mine]
    if not rows:
        return {}
    by_key = {job.key: job for job in taken}
    found = look(tx, platform, rows, by_key.keys())
    job_of = {row: by_key[key] for row, key in found.keys.items()}
    back = _let_wait(tx, {row: wait.seconds for row, wait in found.waits.items()}, job_of)
    # As they are: to let a row leave its bundle is to wait for whoever holds it, with all that was taken here.
    locked = [job for job in taken if job.key in found.locked]
    job_waits.put_back(tx, {job.id: SOON for job in locked if not job.has(mine)})
    fit = {row: job_of[row] for row in found.fit}
    # A job stays while a row of it may leave, or is being sent here; who went back has it, too.
    stay = back.union(fit.values(), locked)
    ended: dict[int, JOB_STATUS] = dict.fromkeys(found.unknown, ENDS[State.UNKNOWN])
    _finish(tx, [job for job in taken if job not in stay and not job.has(mine)], ended)
    jobs.leave(tx, dict.fromkeys(found.elsewhere, 0))
    job_waits.hold_back(tx, {wait.address_id for wait in found.waits.values() if wait.whole_address}, LATER)
    job_waits.release(tx, found.freed)
    if found.unknown:
        log.warning("outbox_unknown", rows=len(found.unknown))
    return fit


def _let_wait(tx: Tx, delays: Mapping[int, float], job_of: Mapping[int, jobs.Job]) -> set[jobs.Job]:
    """Let rows wait for so many seconds, and return the jobs that went back: those of rows that have one of their own.

    Who stands in a bundle leaves it: the others need not wait.
    """
    single = {row: seconds for row, seconds in delays.items() if job_of[row].single}
    job_waits.put_back(tx, {job_of[row].id: seconds for row, seconds in single.items()})
    jobs.leave(tx, {row: seconds for row, seconds in delays.items() if row not in single})
    return {job_of[row] for row in single}


def _finish(tx: Tx, over: Collection[jobs.Job], ended: Mapping[int, JOB_STATUS]) -> None:
    """Take these jobs off the queue; each ends as the last of its rows did, or is in vain."""
    jobs.finish(
        tx, {job.id: next((ended[row] for row in reversed(job.rows) if row in ended), "canceled") for job in over}
    )
