"""What PgQueuer counts, told and tidied up."""

from datetime import timedelta

from sqlalchemy import text

from bot.outbox.job_queue import NAMES, QUERIES, run
from bot.store import Tx

LATELY = timedelta(minutes=5)
_SHOWN = ("successful", "exception")
LOG_KEPT = timedelta(hours=1)
STATISTICS_KEPT = timedelta(days=7)


def numbers(tx: Tx) -> dict[str, float]:
    """Return how many workers hold how many jobs, and what became of those of the last minutes, of all processes."""
    workers = run(tx, QUERIES.build_active_workers_query())
    lately = run(tx, QUERIES.build_throughput_summary_query(), LATELY)
    ended = {end: sum(int(row["total_count"]) for row in lately if row["status"] == end) for end in _SHOWN}
    return {
        "job_workers": len(workers),
        "jobs_held": sum(int(row["active_jobs"]) for row in workers),
        **{f"jobs_{end}": count for end, count in ended.items()},
    }


def tidy(tx: Tx) -> None:
    """Sum up PgQueuer's log for its statistics, and forget what is old in both."""
    run(tx, QUERIES.build_aggregate_log_data_to_statistics_query(advisory_lock=True))
    tx.connection.execute(_OLD_LOG, {"kept": LOG_KEPT})
    tx.connection.execute(_OLD_STATISTICS, {"kept": STATISTICS_KEPT})


_OLD_LOG = text(f"DELETE FROM {NAMES.queue_table_log} WHERE aggregated AND created < now() - :kept")  # noqa: S608
_OLD_STATISTICS = text(f"DELETE FROM {NAMES.statistics_table} WHERE created < now() - :kept")  # noqa: S608
