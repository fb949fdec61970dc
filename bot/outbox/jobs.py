"""The jobs of outbox rows: PgQueuer's own statements, on the connection of the unit of work.

What a unit of work puts and takes is committed with its rows, or rolled back with them. A job's payload and its key are
the number of its row, so a row has one job at most and is found from either side. Times are the database's own.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import JOB_STATUS, QueueEntrypoint, QueueManagerId
from pgqueuer.ports.driver import SyncDriver
from pgqueuer.queries import SyncQueries
from sqlalchemy import BigInteger, Connection, bindparam, column, table, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Double

from bot.outbox.handout import BEAT
from bot.outbox.states import State
from bot.outbox.urgency import urgency
from bot.store import Tx


class _Names(DBSettings):
    """PgQueuer's names as they are by default: it would take others from variables as common as CHANNEL."""

    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, init_settings: Any, *_: Any, **__: Any) -> tuple[Any, ...]:
        return (init_settings,)


SETTINGS = _Names(durability=Durability.balanced)
DEAD_AFTER = timedelta(seconds=3 * BEAT)
"""Without a sign of life for so long, what a worker held is handed to another."""
NEXT = 10
"""Jobs of one address that are released at once: as many as are claimed at once."""
BATCH = 1000
LATELY = timedelta(minutes=5)
_SHOWN = ("successful", "exception")
LOG_KEPT = timedelta(hours=1)
STATISTICS_KEPT = timedelta(days=7)

QUEUE = table(SETTINGS.queue_table, column("dedupe_key"))
"""PgQueuer's table, for what is asked of rows and jobs together."""

_QUERIES = QueryQueueBuilder(SETTINGS)
_AT_ONCE = timedelta(0)


class _OnConnection(SyncDriver):
    """PgQueuer's driver on a connection that is in a transaction; errors are SQLAlchemy's, as everywhere here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """See SyncDriver; also for statements that return nothing."""
        values = {f"p{number}": value for number, value in enumerate(args, 1)}
        done = self._connection.exec_driver_sql(_named(query), values)
        return [dict(row) for row in done.mappings()] if done.returns_rows else []


@lru_cache(maxsize=32)
def _named(query: str) -> str:
    """Return a statement with the placeholders of the driver: PgQueuer numbers them as PostgreSQL does."""
    return re.sub(r"\$(\d+)", r"%(p\1)s", query.replace("%", "%%"))


def _run(tx: Tx, query: str, *args: object) -> list[dict[str, object]]:
    return _OnConnection(tx.connection).fetch(query, *args)


@lru_cache(maxsize=64)
def entrypoint(platform: str, *, heavy: bool) -> QueueEntrypoint:
    """Return the name under which rows of a platform are handed out: heavy ones apart, for they are shared out."""
    return QueueEntrypoint(f"{'draw' if heavy else 'send'}:{platform}")


_PLATFORM = "(SELECT platform FROM addresses WHERE addresses.id = outbox.address_id)"
OF_ROW = ("id", "priority", "not_before", "deadline", "heavy", _PLATFORM, "date_part('epoch', now())")
"""What the job of a row is made of; the last is the database's own time (UTC seconds)."""
_ROWS = text(f"SELECT {', '.join(OF_ROW)} FROM outbox WHERE id = ANY(:ids) ORDER BY id")  # noqa: S608


def put(tx: Tx, row_ids: Collection[int]) -> None:
    """Put a job for each of these rows; one that has a job keeps it."""
    put_rows(tx, tx.connection.execute(_ROWS, {"ids": list(row_ids)}).all())


def put_rows(tx: Tx, rows: Sequence[Any]) -> None:
    """Put a job for each of these rows, of which `OF_ROW` is known; one that has a job keeps it."""
    if not rows:
        return
    names: list[str | None] = []
    payloads: list[bytes | None] = []
    urgencies: list[int] = []
    delays: list[timedelta | None] = []
    points: list[str] = []
    for row_id, priority, not_before, deadline, heavy, platform, now in rows:
        name = str(row_id)
        names.append(name)
        payloads.append(name.encode())
        urgencies.append(urgency(priority, not_before, deadline))
        delays.append(timedelta(seconds=not_before - now) if not_before > now else _AT_ONCE)
        points.append(entrypoint(platform, heavy=heavy))
    queries = SyncQueries(_OnConnection(tx.connection), _QUERIES)
    queries.enqueue(points, payloads, urgencies, delays, names, on_conflict="skip")


def put_missing(tx: Tx) -> int:
    """Put a job for rows that are alive and have none, and return how many those were.

    They were put by a release before this one, by `pebble move`, or in a dump without PgQueuer's tables.
    """
    found = tx.connection.scalars(_MISSING).all()
    put(tx, found)
    return len(found)


def take(tx: Tx, worker: QueueManagerId, name: QueueEntrypoint, most: int) -> dict[int, int]:
    """Return up to `most` rows and their jobs, most urgent first, which this worker holds from now on.

    Also those that another worker held and has given no sign of life for.
    """
    query = _QUERIES.build_dequeue_query(
        batch_size=most,
        entrypoints=[name],
        concurrency_limits=[0],
        queue_manager_id=worker,
        global_concurrency_limit=None,
        heartbeat_timeout=DEAD_AFTER,
    )
    found: list[dict[str, Any]] = _run(tx, query.sql, *query.args)
    return {int(row["payload"]): row["id"] for row in found}


def held(tx: Tx, worker: QueueManagerId, row_ids: Collection[int]) -> dict[int, int]:
    """Return the jobs that this worker holds, by row."""
    values = {"keys": [str(number) for number in row_ids], "worker": worker}
    return {int(row.dedupe_key): row.id for row in tx.connection.execute(_HELD, values)}


def beat(tx: Tx, job_ids: Collection[int]) -> None:
    """Give a sign of life for these jobs."""
    _run(tx, _QUERIES.build_update_heartbeat_query(), list(job_ids))


def finish(tx: Tx, found: Mapping[int, JOB_STATUS]) -> None:
    """Take these jobs off the queue; PgQueuer's log says what became of each."""
    if found:
        _run(tx, _QUERIES.build_log_job_query(), list(found), list(found.values()), [None] * len(found))


def put_back(tx: Tx, delays: Mapping[int, float]) -> None:
    """Let others have these jobs, after so many seconds."""
    for job_id, seconds in delays.items():
        _run(tx, _QUERIES.build_retry_job_query(), job_id, timedelta(seconds=seconds), None)


def hold_back(tx: Tx, address_ids: Collection[int], seconds: float) -> None:
    """Keep all that could be taken for these addresses from being taken for so many seconds, or until `release`.

    In one statement: a long queue of one address is stepped over once, and not row by row.
    """
    if address_ids:
        tx.connection.execute(_HOLD_BACK, {"addresses": list(address_ids), "seconds": seconds})


def release(tx: Tx, address_ids: Collection[int]) -> None:
    """Let the next jobs of these addresses be taken now: what they waited for may be over.

    Whoever calls holds the addresses. A job in somebody's hand is left there: its row is looked at behind this.
    """
    if address_ids:
        values = {"addresses": list(address_ids), "now": tx.now, "most": NEXT}
        tx.connection.execute(_RELEASE, values)


def next_in(tx: Tx, names: Collection[QueueEntrypoint]) -> float | None:
    """Return the seconds until the next job under these names may be taken that is held back now, or None."""
    found: list[dict[str, Any]] = _run(tx, _QUERIES.build_next_deferred_eta_query(), list(names))
    return float(found[0]["eta"].total_seconds()) if found else None


def numbers(tx: Tx) -> dict[str, float]:
    """Return how many workers hold how many jobs, and what became of those of the last minutes, of all processes."""
    workers: list[dict[str, Any]] = _run(tx, _QUERIES.build_active_workers_query())
    lately: list[dict[str, Any]] = _run(tx, _QUERIES.build_throughput_summary_query(), LATELY)
    ended = {end: sum(int(row["total_count"]) for row in lately if row["status"] == end) for end in _SHOWN}
    return {
        "job_workers": len(workers),
        "jobs_held": sum(int(row["active_jobs"]) for row in workers),
        **{f"jobs_{end}": count for end, count in ended.items()},
    }


def tidy(tx: Tx) -> None:
    """Sum up PgQueuer's log for its statistics, and forget what is old in both."""
    _run(tx, _QUERIES.build_aggregate_log_data_to_statistics_query(advisory_lock=True))
    tx.connection.execute(_OLD_LOG, {"kept": LOG_KEPT})
    tx.connection.execute(_OLD_STATISTICS, {"kept": STATISTICS_KEPT})


_NAMES = SETTINGS.qualified
_OLD_LOG = text(f"DELETE FROM {_NAMES.queue_table_log} WHERE aggregated AND created < now() - :kept")  # noqa: S608
_OLD_STATISTICS = text(f"DELETE FROM {_NAMES.statistics_table} WHERE created < now() - :kept")  # noqa: S608
_ALIVE = f"outbox.state IN ('{State.WAITING}', '{State.SENDING}')"
_ITS_JOB = "job.dedupe_key = CAST(outbox.id AS text) AND job.status"
_MISSING = text(
    f"SELECT outbox.id FROM outbox WHERE {_ALIVE} AND NOT EXISTS"  # noqa: S608 - only names of our own
    f" (SELECT FROM {_NAMES.queue_table} AS job WHERE {_ITS_JOB} IN ('queued', 'picked'))"
    f" ORDER BY outbox.id LIMIT {BATCH}"
)
_HELD = text(
    f"SELECT id, dedupe_key FROM {_NAMES.queue_table}"  # noqa: S608
    " WHERE dedupe_key = ANY(:keys) AND status = 'picked' AND queue_manager_id = :worker"
)
_HOLD_BACK = text(
    f"UPDATE {_NAMES.queue_table} SET execute_after = now() + make_interval(secs => :seconds), updated = now()"  # noqa: S608
    f" WHERE id IN (SELECT job.id FROM outbox JOIN {_NAMES.queue_table} AS job ON {_ITS_JOB} = 'queued'"
    f" WHERE outbox.address_id = ANY(:addresses) AND outbox.state = '{State.WAITING}'"
    " AND job.execute_after <= now() FOR UPDATE OF job SKIP LOCKED)"
).bindparams(bindparam("addresses", type_=ARRAY(BigInteger)), bindparam("seconds", type_=Double))
_RELEASE = text(
    f"UPDATE {_NAMES.queue_table} SET execute_after = now(), updated = now() WHERE status = 'queued'"  # noqa: S608
    " AND id IN (SELECT waiting.id FROM unnest(:addresses) AS wanted (address_id) CROSS JOIN LATERAL ("
    f"SELECT job.id FROM outbox JOIN {_NAMES.queue_table} AS job ON {_ITS_JOB} = 'queued'"
    f" WHERE outbox.address_id = wanted.address_id AND outbox.state = '{State.WAITING}'"
    " AND outbox.not_before <= :now AND outbox.deadline >= :now AND job.execute_after > now()"
    " ORDER BY job.priority DESC, job.id LIMIT :most FOR UPDATE OF job SKIP LOCKED) AS waiting)"
).bindparams(bindparam("addresses", type_=ARRAY(BigInteger)), bindparam("now", type_=BigInteger))
