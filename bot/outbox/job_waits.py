"""Jobs that are held back: until a time, together for an address, and let go again."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Double

from bot.outbox.job_queue import NAMES, QUERIES, Line, entrypoint, run
from bot.outbox.states import State
from bot.store import Tx

NEXT = 10
"""Jobs of one address that are released at once: as many as are claimed at once."""


def put_back(tx: Tx, delays: Mapping[int, float]) -> None:
    """Let others have these jobs, after so many seconds."""
    for job_id, seconds in delays.items():
        run(tx, QUERIES.build_retry_job_query(), job_id, timedelta(seconds=seconds), None)


def hold_back(tx: Tx, address_ids: Collection[int], seconds: float) -> None:
    """Keep all that could be taken for these addresses from being taken for so many seconds, or until `release`.

    In one statement: a long queue of one address is stepped over once, and not row by row. What stands in a bundle
    with others is not held back: it leaves that when the bundle is taken.
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


def next_in(tx: Tx, platforms: Iterable[str]) -> float | None:
    """Return the seconds until the next job of these platforms may be taken that is held back now, or None."""
    names = [entrypoint(platform, line) for platform in platforms for line in Line]
    found = run(tx, QUERIES.build_next_deferred_eta_query(), names)
    return float(found[0]["eta"].total_seconds()) if found else None


_OWN_JOB = "job.dedupe_key = CAST(outbox.id AS text) AND job.status"
_HOLD_BACK = text(
    f"UPDATE {NAMES.queue_table} SET execute_after = now() + make_interval(secs => :seconds), updated = now()"  # noqa: S608
    f" WHERE id IN (SELECT job.id FROM outbox JOIN {NAMES.queue_table} AS job ON {_OWN_JOB} = 'queued'"
    f" WHERE outbox.address_id = ANY(:addresses) AND outbox.state = '{State.WAITING}'"
    " AND job.execute_after <= now() FOR UPDATE OF job SKIP LOCKED)"
).bindparams(bindparam("addresses", type_=ARRAY(BigInteger)), bindparam("seconds", type_=Double))
_RELEASE = text(
    f"UPDATE {NAMES.queue_table} SET execute_after = now(), updated = now() WHERE status = 'queued'"  # noqa: S608
    " AND id IN (SELECT waiting.id FROM unnest(:addresses) AS wanted (address_id) CROSS JOIN LATERAL ("
    f"SELECT job.id FROM outbox JOIN {NAMES.queue_table} AS job ON {_OWN_JOB} = 'queued'"
    f" WHERE outbox.address_id = wanted.address_id AND outbox.state = '{State.WAITING}'"
    " AND outbox.not_before <= :now AND outbox.deadline >= :now AND job.execute_after > now()"
    " ORDER BY job.priority DESC, job.id LIMIT :most FOR UPDATE OF job SKIP LOCKED) AS waiting)"
).bindparams(bindparam("addresses", type_=ARRAY(BigInteger)), bindparam("now", type_=BigInteger))
