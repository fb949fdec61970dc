"""Bundles: nudges that may leave at once share one job, so that a peak costs a tenth of the jobs.

A row's `bundle` is a number from the count of the rows, which no row has; empty, its job is its own. A row that has to
wait leaves its bundle for a job of its own, and nothing ever enters one. A bundle's job lives as long as a row is alive
under it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.outbox.job_queue import Line, entrypoint
from bot.outbox.jobs import New, put, put_jobs, put_later
from bot.outbox.shelf import Row
from bot.outbox.states import Priority
from bot.outbox.urgency import urgency
from bot.store import Tx
from bot.store.bulk import insert_returning
from bot.store.tables import outbox

LARGEST = 10
"""Rows of a bundle: as many as are claimed at once where few are (`bot.outbox.pump`)."""
_Kind = tuple[str, int]
"""What the rows of a bundle have in common: the platform and the deadline, which is what urgency comes from."""


def put_rows(tx: Tx, rows: Sequence[Row], platforms: Mapping[int, str] | None) -> int:
    """Insert rows of the outbox with their jobs, and return how many were new.

    `platforms` are those of their addresses, None: they are looked for.
    """
    bundles, kinds = _bundled(tx, rows, platforms)
    if not kinds:  # as each answer
        alone = insert_returning(tx, outbox, Row._fields, rows, absorb="key", returning=("id",))
        put_later(tx, [row_id for (row_id,) in alone])
        return len(alone)
    made = insert_returning(
        tx,
        outbox,
        (*Row._fields, "bundle"),
        [(*row, bundle) for row, bundle in zip(rows, bundles, strict=True)],
        absorb="key",
        returning=("id", "bundle"),
    )
    members: dict[int | None, list[int]] = defaultdict(list)
    for row_id, bundle in made:
        members[bundle].append(row_id)
    put(tx, members.pop(None, ()))
    put_jobs(tx, [_new(bundle, ids, kinds[bundle]) for bundle, ids in members.items() if bundle is not None])
    return len(made)


def _new(bundle: int, row_ids: list[int], kind: _Kind) -> New:
    platform, deadline = kind
    return New(bundle, sorted(row_ids), urgency(Priority.NUDGE, 0, deadline), entrypoint(platform, Line.NUDGE))


def _bundled(
    tx: Tx, rows: Sequence[Row], platforms: Mapping[int, str] | None
) -> tuple[list[int | None], Mapping[int, _Kind]]:
    """Return the bundle of each row, None for those that have a job of their own, and what each bundle is of."""
    bundles: list[int | None] = [None] * len(rows)
    parts = _parts(tx, rows, platforms)
    numbers = tx.connection.scalars(_NUMBERS, {"most": len(parts)}) if parts else ()
    kinds = {}
    for number, (kind, places) in zip(numbers, parts, strict=True):
        kinds[number] = kind
        for place in places:
            bundles[place] = number
    return bundles, kinds


def _parts(tx: Tx, rows: Sequence[Row], platforms: Mapping[int, str] | None) -> list[tuple[_Kind, list[int]]]:
    """Return which rows, by their places, stand together: of one kind, two at least."""
    ready = [
        place
        for place, row in enumerate(rows)
        if row.priority == Priority.NUDGE and row.not_before <= tx.now and not row.heavy
    ]
    if len(ready) < 2:
        return []
    if platforms is None:
        platforms = _platforms(tx, {rows[place].address_id for place in ready})
    alike: dict[_Kind, list[int]] = defaultdict(list)
    for place in ready:
        row = rows[place]
        if row.address_id in platforms:
            alike[platforms[row.address_id], row.deadline].append(place)
    parts = []
    for kind, places in alike.items():
        rest = iter(places)
        while len(part := list(islice(rest, LARGEST))) > 1:
            parts.append((kind, part))
    return parts


def _platforms(tx: Tx, address_ids: Collection[int]) -> dict[int, str]:
    found = tx.connection.execute(_PLATFORMS, {"ids": list(address_ids)})
    return {address_id: platform for platform, ids in found for address_id in ids}


_NUMBERS = text("SELECT nextval(pg_get_serial_sequence('outbox', 'id')) FROM generate_series(1, :most)")
_PLATFORMS = text("SELECT platform, array_agg(id) FROM addresses WHERE id = ANY(:ids) GROUP BY platform").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger))
)
