"""The jobs of outbox rows: PgQueuer's own statements, on the connection of the unit of work.

What a unit of work puts and takes is committed with its rows, or rolled back with them. A job's payload are the numbers
of its rows: one, or those of a bundle, which only nudges make (`bot.outbox.bundles`). Its key is the number of the row,
or that of the bundle, so that a row stands under one job at most, and finds it. Times are the database's own.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from datetime import timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from pgqueuer.domain.types import JOB_STATUS, QueueEntrypoint, QueueManagerId
from sqlalchemy import BigInteger, Integer, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.outbox.job_queue import DEAD_AFTER, NAMES, QUERIES, Line, entrypoint, key_of, queries, run
from bot.outbox.job_waits import put_back
from bot.outbox.states import COLLECTED, Priority, State
from bot.outbox.urgency import urgency
from bot.store import Tx

BATCH = 1000
_AT_ONCE = timedelta(0)


class Job(NamedTuple):
    """A job that somebody holds, its key, and the rows that stood under it when it was put."""

    id: int
    key: int
    rows: tuple[int, ...]

    @property
    def single(self) -> bool:
        """Whether it is a row's own."""
        return self.rows == (self.key,)

    def has(self, row_ids: Collection[int]) -> bool:
        """Return whether one of these rows stood under it, also if it has left meanwhile: to be on the safe side."""
        return any(row in row_ids for row in self.rows)


class New(NamedTuple):
    """A job that is put: its key and rows, how urgent it is, where it stands, and for how long it is held back."""

    key: int
    rows: Collection[int]
    urgency: int
    entrypoint: QueueEntrypoint
    delay: timedelta = _AT_ONCE


def put_jobs(tx: Tx, new: Collection[New]) -> None:
    """Put these jobs; one whose key is there already stays as it is."""
    if new:
        queries(tx).enqueue(
            [one.entrypoint for one in new],
            [",".join(map(str, one.rows)).encode() for one in new],
            [one.urgency for one in new],
            [one.delay for one in new],
            [str(one.key) for one in new],
            on_conflict="skip",
        )


def put(tx: Tx, row_ids: Collection[int]) -> None:
    """Put a job for each of these rows; one that has a job of its own keeps it."""
    if row_ids:
        rows = tx.connection.execute(_ROWS, {"ids": list(row_ids)})
        put_jobs(tx, [_own(row, row.not_before - row.at) for row in rows])


def put_later(tx: Tx, row_ids: Collection[int]) -> None:
    """Put a job for each of these rows, by one statement for all, at the end of the unit of work.

    Jobs that are `put` meanwhile come before them. A row that is gone by then gets none.
    """
    tx.at_the_end(put, row_ids)


def leave(tx: Tx, delays: Mapping[int, float]) -> None:
    """Let these rows leave their bundles and have a job each, after so many seconds."""
    if delays:
        rows = tx.connection.execute(_LEAVE, {"ids": list(delays)}).all()
        put_jobs(tx, [_own(row, delays[row.id]) for row in sorted(rows)])


def _own(row: Any, seconds: float) -> New:
    return New(
        key=row.id,
        rows=(row.id,),
        urgency=urgency(row.priority, row.not_before, row.deadline),
        entrypoint=entrypoint(row.platform, _line(row)),
        delay=timedelta(seconds=max(seconds, 0)),
    )


def _line(row: Any) -> Line:
    if row.priority in COLLECTED:
        return Line.FILE
    if row.heavy:
        return Line.DRAW
    return Line.NUDGE if row.priority == Priority.NUDGE else Line.SEND


def put_missing(tx: Tx) -> int:
    """Put a job for rows that are alive and stand under none, and return how many those were.

    They were put by a release before this one, by `pebble move`, or in a dump without PgQueuer's tables.
    """
    found = tx.connection.scalars(_MISSING).all()
    tx.connection.execute(_ALONE, {"ids": list(found)})
    put(tx, found)
    return len(found)


def ready(tx: Tx, names: Mapping[Line, QueueEntrypoint]) -> set[str]:
    """Return under which of these names there is a job to take: a look at each is less than to take in vain."""
    return set(
        tx.connection.scalars(_READY, {**{line.value: name for line, name in names.items()}, "dead": DEAD_AFTER})
    )


def take(tx: Tx, worker: QueueManagerId, name: QueueEntrypoint, most: int) -> list[Job]:
    """Return up to `most` jobs, most urgent first, which this worker holds from now on.

    Also those that another worker held and has given no sign of life for.
    """
    query = QUERIES.build_dequeue_query(
        batch_size=most,
        entrypoints=[name],
        concurrency_limits=[0],
        queue_manager_id=worker,
        global_concurrency_limit=None,
        heartbeat_timeout=DEAD_AFTER,
    )
    found = run(tx, query.sql, *query.args)
    return [Job(row["id"], int(row["dedupe_key"]), tuple(map(int, row["payload"].split(b",")))) for row in found]


def take_rows(
    tx: Tx, worker: QueueManagerId, name: QueueEntrypoint, most: int, mine: Collection[int]
) -> tuple[list[Job], bool]:
    """Return jobs as `take` does, until they have `most` rows, and whether there may be more jobs.

    How many that are is known by a look at those that come next. One of `mine`, which are being sent here, comes along.
    """
    values = {"name": name, "most": most, "dead": DEAD_AFTER}
    sizes = [bytes(payload).count(b",") + 1 for payload in tx.connection.scalars(_NEXT, values)]
    if not sizes:
        return [], False
    enough = min(bisect_left([*accumulate(sizes)], most) + 1, len(sizes))
    found = take(tx, worker, name, enough)
    # Others may have taken what was looked at, and left larger ones.
    before = [0, *accumulate(len(job.rows) for job in found)]
    kept = [job for job, rows in zip(found, before, strict=False) if rows < most or job.has(mine)]
    if surplus := {job.id: 0 for job in found if job not in kept}:
        put_back(tx, surplus)
        tx.wakes = True
    return kept, len(found) == enough


def held(tx: Tx, worker: QueueManagerId, row_ids: Collection[int]) -> dict[Job, frozenset[int]]:
    """Return the jobs that this worker holds for these rows, and all rows that are alive under each."""
    rows = tx.connection.execute(_HELD, {"ids": list(row_ids), "worker": worker})
    return {
        Job(row.id, int(row.dedupe_key), tuple(map(int, bytes(row.payload).split(b",")))): frozenset(row.alive or ())
        for row in rows
    }


def beat(tx: Tx, job_ids: Collection[int]) -> None:
    """Give a sign of life for these jobs."""
    run(tx, QUERIES.build_update_heartbeat_query(), list(job_ids))


def finish(tx: Tx, found: Mapping[int, JOB_STATUS]) -> None:
    """Take these jobs off the queue; PgQueuer's log says what became of each."""
    if found:
        run(tx, QUERIES.build_log_job_query(), list(found), list(found.values()), [None] * len(found))


_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_ALIVE = f"outbox.state IN ('{State.WAITING}', '{State.SENDING}')"
_OF_ROW = (
    "id, priority, not_before, deadline, heavy, date_part('epoch', now()) AS at,"
    " (SELECT platform FROM addresses WHERE addresses.id = outbox.address_id)"
)
"""What the job of a row is made of; `at` is the database's own time (UTC seconds)."""
_ROWS = text(f"SELECT {_OF_ROW} FROM outbox WHERE id = ANY(:ids) ORDER BY id").bindparams(_IDS)  # noqa: S608
_LEAVE = text(f"UPDATE outbox SET bundle = NULL WHERE id = ANY(:ids) RETURNING {_OF_ROW}").bindparams(_IDS)  # noqa: S608
_ALONE = text("UPDATE outbox SET bundle = NULL WHERE id = ANY(:ids) AND bundle IS NOT NULL").bindparams(_IDS)
_MISSING = text(
    f"SELECT outbox.id FROM outbox WHERE {_ALIVE} AND NOT EXISTS"  # noqa: S608 - only names of our own
    f" (SELECT FROM {NAMES.queue_table} AS job WHERE job.dedupe_key = {key_of('outbox')}"
    f" AND job.status IN ('queued', 'picked')) ORDER BY outbox.id LIMIT {BATCH}"
)
# Those whose sender died are few: they are looked for by PgQueuer's index of heartbeats.
_QUEUED = f"FROM {NAMES.queue_table} WHERE status = 'queued' AND execute_after < now() AND entrypoint ="
_LEFT = f"FROM {NAMES.queue_table} WHERE status = 'picked' AND heartbeat < now() - :dead AND entrypoint ="
_LINES = ", ".join(f"(CAST(:{line} AS text))" for line in Line)  # not as an array: how long that is would be guessed
_READY = text(
    f"SELECT name FROM (VALUES {_LINES}) AS line (name)"  # noqa: S608
    f" WHERE EXISTS (SELECT {_QUEUED} name) OR EXISTS (SELECT {_LEFT} name)"
)
_URGENT = "ORDER BY priority DESC, id LIMIT :most"
_NEXT = text(
    f"SELECT payload FROM ((SELECT id, priority, payload {_QUEUED} :name {_URGENT}) UNION ALL"  # noqa: S608
    f" (SELECT id, priority, payload {_LEFT} :name {_URGENT})) AS coming {_URGENT}"
).bindparams(bindparam("most", type_=Integer))
_ROWS_OF_JOB = "CAST(string_to_array(convert_from(job.payload, 'UTF8'), ',') AS bigint[])"
# By the rows' own word: one that has left a bundle still stands in its payload. The job of a row that is gone is found
# by the row's number where it was its own; a bundle's is taken over when its signs of life end, and ends then.
_HELD = text(
    f"SELECT job.id, job.dedupe_key, job.payload, theirs.alive FROM {NAMES.queue_table} AS job CROSS JOIN LATERAL"  # noqa: S608
    f" (SELECT array_agg(outbox.id) AS alive FROM outbox WHERE outbox.id = ANY({_ROWS_OF_JOB}) AND {_ALIVE}"
    f" AND {key_of('outbox')} = job.dedupe_key) AS theirs"
    " WHERE job.status = 'picked' AND job.queue_manager_id = :worker AND job.dedupe_key = ANY(ARRAY("
    "SELECT CAST(coalesce(outbox.bundle, wanted.id) AS text) FROM unnest(:ids) AS wanted (id)"
    " LEFT JOIN outbox ON outbox.id = wanted.id))"
).bindparams(_IDS)
