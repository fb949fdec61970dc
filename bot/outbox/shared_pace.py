"""A pace that all processes of one bot share: one row a platform on PostgreSQL, read by the database's own clock.

A process asks for as many slots at once as it has messages in line, so that one short transaction serves about ten.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Double, Table, bindparam, func, select, text, update

from bot.outbox.cells import GRACE, Answer, Ask, Cell, Limit, Slot, grant
from bot.outbox.cells import pause as paused_cell
from bot.outbox.pace import FREE, Limits, Pace
from bot.store import Store, Tx
from bot.store.notices import Notices, notify
from bot.store.tables import addresses, paces

CHANNEL = "pebble_pace"
MOST_AT_ONCE = 50
_LONGEST_LEAD = 0.5

_NOW = func.date_part("epoch", func.clock_timestamp(), type_=Double)
# What a crash of the server may lose of it is half a second of pace; nobody waits for the disk here.
_HASTY_NOW = select(func.set_config("synchronous_commit", "off", True), _NOW.label("now"))
_BOOK = text(
    "UPDATE addresses SET used_until = booked.used_until"
    " FROM unnest(:ids, :moments) AS booked (id, used_until) WHERE addresses.id = booked.id"
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)), bindparam("moments", type_=ARRAY(Double)))


class SharedLedger:
    """A ledger in PostgreSQL."""

    def __init__(self, store: Store, platform: str, limit: Limit, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._platform = platform
        self._limit = limit
        self._now = monotonic
        self._asked: list[tuple[Ask, asyncio.Future[Answer]]] = []
        self._serving: asyncio.Task[None] | None = None
        self._lead = 0.0
        """Seconds that an answer lately took to get here, beyond what its grace allows for: slots begin after that."""

    async def ask(self, ask: Ask) -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked.append((ask, future))
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await future

    async def pause(self, address_id: int | None, seconds: float) -> None:
        def work(tx: Tx) -> None:
            now: float = tx.connection.scalar(select(_NOW)) or 0.0
            if address_id is None:
                self._write(tx, paused_cell(self._read(tx), now, seconds))
            else:
                found = _chats(tx, [address_id]).get(address_id, Cell())
                values = _columns(paused_cell(found, now, seconds))
                tx.connection.execute(update(addresses).where(addresses.c.id == address_id).values(**values))
            notify(tx, CHANNEL, json.dumps([self._platform, address_id, seconds]))

        await self._store.run(work)

    async def _serve(self) -> None:
        while self._asked:
            batch, self._asked = self._asked[:MOST_AT_ONCE], self._asked[MOST_AT_ONCE:]
            batch = [(ask, future) for ask, future in batch if not future.done()]
            if not batch:
                continue
            asks = [ask for ask, _ in batch]
            try:
                answers, read_at = await self._store.run(lambda tx, asks=asks: self._grant(tx, asks))  # type: ignore[misc]
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            late = self._now() - read_at - GRACE / 2
            self._lead = min(max(0.0, late), _LONGEST_LEAD)
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)

    def _grant(self, tx: Tx, asks: Sequence[Ask]) -> tuple[list[Answer], float]:
        """Return the answers by this process's clock, and when the database's clock was read."""
        chats = _chats(tx, sorted({ask.address_id for ask in asks}))
        overall = self._read(tx)
        before = self._now()
        now = tx.connection.execute(_HASTY_NOW).one().now
        after = self._now()
        granted = grant(overall, self._limit, chats, asks, now + self._lead)
        if granted.overall != overall:
            self._write(tx, granted.overall)
        if granted.chats:
            booked = {"ids": list(granted.chats), "moments": [cell.used_until for cell in granted.chats.values()]}
            tx.connection.execute(_BOOK, booked)
        # The database read its clock somewhere between the two: begin by the later, end by the earlier.
        return [_translated(answer, after - now, before - now) for answer in granted.answers], after

    def _read(self, tx: Tx) -> Cell:
        """Return how far the platform's pace is used up, and let no other process look until this one is done."""
        wanted = select(*_cells(paces)).where(paces.c.platform == self._platform).with_for_update()
        row = tx.connection.execute(wanted).first()
        if row is None:
            new = tx.insert(paces).values(platform=self._platform, **_columns(Cell()))
            tx.connection.execute(new.on_conflict_do_nothing())
            row = tx.connection.execute(wanted).one()
        return _cell(row.used_until, row.limited_at, row.limited_until)

    def _write(self, tx: Tx, cell: Cell) -> None:
        tx.connection.execute(update(paces).where(paces.c.platform == self._platform).values(**_columns(cell)))


def build_paces(limits: Mapping[str, Limits], store: Store, notices: Notices | None) -> dict[str, Pace]:
    """Return a pace for each platform; with `notices`, shared with all processes, which tell each other of pauses."""
    monotonic = store.clock.monotonic
    found = {}
    for name, allowed in limits.items():
        shared = notices is not None and allowed is not FREE
        ledger = SharedLedger(store, name, allowed.overall, monotonic) if shared else None
        found[name] = Pace(allowed, monotonic, ledger=ledger)

    def hear(told: str) -> None:
        platform, address_id, seconds = json.loads(told)
        if platform in found:
            found[platform].note_pause(address_id, seconds)

    if notices is not None:
        notices.listen(CHANNEL, hear)
    return found


def _chats(tx: Tx, address_ids: Sequence[int]) -> dict[int, Cell]:
    """Return how far the limits of these chats are used up, and hold their rows; always in the same order."""
    wanted = (
        select(addresses.c.id, *_cells(addresses))
        .where(addresses.c.id.in_(address_ids))
        .order_by(addresses.c.id)
        .with_for_update(key_share=True)
    )
    rows = tx.connection.execute(wanted)
    return {row.id: _cell(row.used_until, row.limited_at, row.limited_until) for row in rows}


def _cells(table: Table) -> tuple[ColumnElement[float], ...]:
    return table.c.used_until, table.c.limited_at, table.c.limited_until


def _cell(*moments: float | None) -> Cell:
    used_until, limited_at, limited_until = (moment or 0.0 for moment in moments)
    return Cell(used_until, limited_at, limited_until)


def _columns(cell: Cell) -> dict[str, float]:
    return asdict(cell)


def _translated(answer: Answer, begins: float, ends: float) -> Answer:
    """Return the answer with the moments of another clock; to that one's are added `begins` and `ends` (seconds)."""
    return Slot(answer.begin + begins, answer.end + ends) if isinstance(answer, Slot) else answer
