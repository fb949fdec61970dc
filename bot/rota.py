"""The clockwork: a handful of APScheduler jobs in memory. It is a clock, never a store of people's schedules."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import delete, select

from bot.catalogue import Catalogue
from bot.clock import Clock
from bot.errors import TryLater
from bot.flows.my_data import PARTS
from bot.gratitude import invitations, pass_on
from bot.nudges.catching_up import BATCH, latest_seen, overdue_ones, quiet_ones, ring_anew
from bot.nudges.due import NEXT, next_due
from bot.nudges.rules import Quiet
from bot.nudges.sweep import sweep
from bot.outbox.marks import drop_all, expire, forget_old, let_older_go
from bot.outbox.shelf import next_at
from bot.people import standing
from bot.people.queries import forget_cursors
from bot.privacy.erase import clear_away, erase_put_back, something_left
from bot.store import Store, Tx
from bot.store.copies import notice_copy
from bot.store.facts import COPY, read_number, write_number
from bot.store.tables import seen, skipped

log = structlog.get_logger()

TICK = 1.0
"""Seconds between two looks at what is due: a tick that finds nothing costs one indexed read."""
BESIDE_OTHERS, BREATH = 50, 0.02
"""Due rows taken at once while people wait for the same writer, and the seconds left to them after each batch: still
twice what any platform lets leave."""
FIRST = 100
"""Due rows of the first batch; each further one is twice as large. The first messages leave at once, and whoever taps
meanwhile is noticed before the large ones."""
SIDE_BY_SIDE = 2
"""Batches that are swept at once where there are several writers: while the database has one, another is worked on."""
LOOK_BACK, BEHIND = 10.0, 60
"""Seconds after which a tick looks for what is due from the very beginning again. In between it begins where the last
one had come to, less a minute for what was being put meanwhile: what was taken lies before, and PostgreSQL walks
over it until a vacuum has been there."""
SEEN_DAYS = 7
SET_BACK = 60
"""Seconds by which the wall clock has to go back before what is due is worked out anew."""


# In one look: most ticks find nothing.
_COMING = select(NEXT.scalar_subquery(), pass_on.NEXT.scalar_subquery())


class Rota:
    """Looks at what is due, lets go of what is too late, forgets what is old."""

    def __init__(self, store: Store, catalogue: Catalogue, clock: Clock) -> None:
        self._store = store
        self._catalogue = catalogue
        self._clock = clock
        self._scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True})
        self.ticked_at = clock.monotonic()
        self._seen: int | None = None  # the wall clock at the last tick, UTC seconds
        self._taken_until = 0  # what was due by then has been taken, UTC seconds
        self._looked_back = -LOOK_BACK  # monotonic seconds
        self.lag = 0
        """Seconds that the oldest row of the last sweep was behind."""
        self.rang = 0
        """Moments made since the start."""
        self.expired = 0
        """Messages let go of since the start because their time was over."""

    def start(self, recover: Callable[[], Awaitable[None]] | None, *, ticks: bool = True) -> None:
        """Start the jobs: the clockwork if it `ticks` here, and `recover`, which takes back what dead senders held."""
        clockwork = [(self.tick, TICK), (self.let_go, 10), (self.clear_away, 10), (self.forget, 3600)]
        jobs: list[tuple[Callable[[], Awaitable[None]], float]] = [*(clockwork if ticks else [])]
        if recover:
            jobs.append((recover, 15))
        for job, seconds in jobs:
            self._scheduler.add_job(_calmly(job), "interval", seconds=seconds, max_instances=1)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; a sweep that runs is finished by the store."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Take everything that is due to the outbox, batch by batch."""
        await self._notice_the_clock()
        now = self._clock.now()
        since = self._since(now)
        due, thanks = await self._store.ask(_COMING, {"since": since})
        if self._is_due(due):
            await self._sweep_all(await self._store.read(quiet_ones))
        else:
            self.lag = 0
        self._taken_until = now
        if self._is_due(thanks):
            await self.bring_thanks()
        self.ticked_at = self._clock.monotonic()

    def _since(self, now: int) -> int:
        """Return from when on (UTC seconds) to look for what is due."""
        if self._clock.monotonic() - self._looked_back < LOOK_BACK:
            return min(self._taken_until, now) - BEHIND
        self._looked_back = self._clock.monotonic()
        return 0

    async def _sweep_all(self, quiet: Quiet) -> None:
        # What keeps quiet was told from all that is due. Should a batch be lost whose younger sibling is in, the next
        # tick would tell it anew from what is left: while somebody has to keep quiet the oldest go in first, by one.
        at_once = 1 if quiet.rows else min(SIDE_BY_SIDE, self._store.writers)
        self.lag = 0
        ends = await asyncio.gather(*(self._sweep(quiet) for _ in range(at_once)), return_exceptions=True)
        for end in ends:  # each has come to its end, also where another one failed
            if end is not None:
                raise end

    async def _sweep(self, quiet: Quiet) -> None:
        """Sweep batch by batch until nothing is due that nobody else has in hand."""
        most = FIRST
        while True:
            batch = partial(sweep, catalogue=self._catalogue, quiet=quiet, most=most)
            swept = await self._store.run(batch, patient=True)
            if not swept.taken:
                return
            self.rang += swept.rang
            self.lag = max(self.lag, swept.lag)
            if self._store.crowded:  # somebody has had to wait: from now on for one small batch at most
                most = BESIDE_OTHERS
                await asyncio.sleep(BREATH)
            else:
                most = min(2 * most, BATCH)

    async def bring_thanks(self) -> None:
        """Bring the sentences of others whose receivers are awake now."""
        while self._is_due(await self._store.read(pass_on.next_due)):
            if not await self._store.run(pass_on.sweep):
                break  # another process has it in hand

    def _is_due(self, at: int | None) -> bool:
        return at is not None and at <= self._clock.now()

    async def _notice_the_clock(self) -> None:
        """Work out anew what is due when the wall clock was set back, also while nobody was looking."""
        if self._seen is None:
            self._seen = await self._store.read(latest_seen)
        now = self._clock.now()
        if now < self._seen - SET_BACK:
            log.warning("clock_set_back", seconds=self._seen - now)
            done: int | None = 0
            while done is not None:
                done = await self._store.run(partial(ring_anew, after_id=done))
        self._seen = now

    async def begin_anew(self) -> None:
        """Finish what a dead process has left of erasing somebody, and erase anew whom an old copy has brought back.

        On a database that was restored from a copy: let go of all that was due before, without a word.
        """
        await self._store.finish_erasures()
        await self._erase_put_back()
        await self.clear_away()
        await self._store.run(notice_copy)
        if not await self._store.read(lambda tx: read_number(tx, COPY)):
            return
        dropped = await self._store.run(drop_all)
        await self._store.run(forget_cursors)
        overdue = await self._store.read(overdue_ones)
        while (await self._store.run(lambda tx: sweep(tx, self._catalogue, overdue))).taken:
            pass
        await self._store.run(lambda tx: write_number(tx, COPY, 0))
        log.info("restored_from_a_copy", dropped=dropped)

    async def _erase_put_back(self) -> None:
        erased, names = 0, await asyncio.to_thread(self._store.keys.destroyed)
        while names:
            found = partial(erase_put_back, destroyed=names, parts=PARTS)
            erased += await self._store.run(found)
            names = await asyncio.to_thread(self._store.keys.destroyed, names[-1])
        if erased:
            log.info("erased_again", persons=erased)

    async def clear_away(self) -> None:
        """Take away what is left of erased persons once their last line has left, and empty the log behind them."""
        if await self._store.read(something_left):
            await self._store.run(clear_away)
        await self._store.finish_erasures()

    async def let_go(self) -> None:
        """Expire what could not leave before its deadline."""
        expired = await self._store.run(lambda tx: expire(tx) + let_older_go(tx))
        self.expired += expired
        if expired:
            log.info("expired", rows=expired)

    async def forget(self) -> None:
        """Forget what retention says: message texts after 7 days, event keys after 7."""
        await self._store.run(forget_old)
        await self._store.run(_forget_keys)
        await self._store.run(invitations.forget_old)
        await self._store.run(standing.forget_old)

    async def next_event(self) -> int | None:
        """Return when something will happen next (UTC seconds).

        A nudge or a sentence of thanks is due, or a message stops holding back.
        """
        times = await self._store.read(lambda tx: (next_due(tx), pass_on.next_due(tx), next_at(tx)))
        return min((time for time in times if time is not None), default=None)


def _calmly(job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return the job with a database that is away taken calmly: the next tick tries again."""

    async def run() -> None:
        try:
            await job()
        except TryLater as trouble:
            log.warning("rota_waits", problem=str(trouble))

    return run


def _forget_keys(tx: Tx) -> None:
    for table in (seen, skipped):
        tx.connection.execute(delete(table).where(table.c.at < tx.now - SEEN_DAYS * 86_400))
