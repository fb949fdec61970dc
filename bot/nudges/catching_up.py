"""Catching up: which time of a nudge rings after an outage, who keeps quiet, what a clock that was set back needs."""

import json
from typing import Any

from sqlalchemy import and_, select

from bot.nudges.ringing import rings_for
from bot.nudges.rules import ON_TIME, Late, Quiet, keep_quiet
from bot.schedules.rules import from_dict
from bot.schedules.times import next_after
from bot.store import Tx
from bot.store.tables import due, moments, nudges

BATCH = 1000
"""Nudges or due rows that one unit of work takes."""


def quiet_ones(tx: Tx) -> Quiet:
    """Return those that an outage has made late and that now keep quiet, as (nudge, when it was due in UTC seconds);
    asked once before the batches.
    """
    rows = tx.connection.execute(
        select(due.c.at, due.c.nudge_id, nudges.c.person_id, nudges.c.grace, nudges.c.rule, nudges.c.zone)
        .join(nudges, and_(nudges.c.id == due.c.nudge_id, nudges.c.version == due.c.version))
        .where(due.c.at < tx.now - ON_TIME, nudges.c.removed_at.is_(None), nudges.c.paused_at.is_(None))
    )
    late = (
        Late(r.at, rings_for(r.rule, r.zone, r.grace, r.at, tx.now), r.nudge_id, r.person_id, r.grace) for r in rows
    )
    return keep_quiet(late, tx.now)


def overdue_ones(tx: Tx) -> Quiet:
    """Return all that is due, so that it keeps quiet: on a restored copy it has rung before."""
    rows = tx.connection.execute(select(due.c.nudge_id, due.c.at).where(due.c.at <= tx.now))
    return Quiet(frozenset((row.nudge_id, row.at) for row in rows), tx.now)


def latest_seen(tx: Tx) -> int:
    """Return the latest time that is known to have been (UTC seconds): that of the newest moment, or now."""
    newest = tx.connection.scalar(select(moments.c.created_at).order_by(moments.c.id.desc()).limit(1))
    return max(newest or 0, tx.now)


def ring_anew(tx: Tx, after_id: int = 0) -> int | None:
    """Let a batch of nudges ring at their next time from now on, whatever waits for them further ahead.

    For a clock that was set back: their rows of `due` may lie behind times that come once more. A time that has rung
    does not ring again, and the rows meet at the later one. Returns the id of the last nudge for the next batch, None
    when all are done.
    """
    rows = tx.connection.execute(
        select(nudges.c.id, nudges.c.version, nudges.c.rule, nudges.c.zone)
        .where(nudges.c.id > after_id, nudges.c.removed_at.is_(None))
        .order_by(nudges.c.id)
        .limit(BATCH)
    ).all()
    coming = [{"at": at, "nudge_id": r.id, "version": r.version} for r in rows if (at := _next_from(r, tx.now))]
    if coming:
        tx.connection.execute(tx.insert(due).on_conflict_do_nothing(), coming)
    return rows[-1].id if rows else None


def _next_from(nudge: Any, now: int) -> int | None:
    try:
        coming = next_after(from_dict(json.loads(nudge.rule)), nudge.zone, now - 1)
    except (ValueError, LookupError):
        return None
    return coming.at if coming else None
