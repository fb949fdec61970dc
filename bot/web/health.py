"""How Pebble is: alive, ready, and in numbers. Nothing here is about a person."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import TryLater


class Fine(str):
    """One line on how it is, where all is well."""


Check = Callable[[], Awaitable[str | None]]
"""Returns None or Fine when all is well, else one line on what is not."""
Numbers = Callable[[], Awaitable[Mapping[str, float]]]

_METRICS = {
    "due_lag_seconds": ("gauge", "How far the oldest due nudge of the last sweep was behind its time"),
    "moments_total": ("counter", "Moments put into the outbox since the start"),
    "sent_total": ("counter", "Messages that a platform has taken since the start"),
    "retried_total": ("counter", "Tries after which a message went back to waiting, since the start"),
    "expired_total": ("counter", "Messages let go of because their deadline passed first, since the start"),
    "uncollected_total": ("counter", "Files that could not be made, so that a line went instead, since the start"),
    "undrawn_total": ("counter", "Pictures that could not be drawn, so that the text went alone, since the start"),
    "limited_total": ("counter", "Times that a platform said it was too much (429), since the start"),
    "outbox_lag_seconds": ("gauge", "How long the oldest message that may leave now has waited"),
    "drain_seconds": ("gauge", "In how many seconds all messages that may leave now have left, at the platforms' pace"),
    "outbox_waiting": ("gauge", "Messages that wait"),
    "outbox_sending": ("gauge", "Messages that are on their way"),
    "outbox_unknown": ("gauge", "Messages of which nobody can say whether they arrived, in the last 30 days"),
    "outbox_expired": ("gauge", "Messages that could not leave before their deadline, in the last 30 days"),
    "outbox_dead": ("gauge", "Messages that a platform refused, in the last 30 days"),
    "job_workers": ("gauge", "Processes that hold jobs now; 0 where one process does everything, on SQLite"),
    "jobs_held": ("gauge", "Jobs, of one message or of up to ten nudges, that are in a process's hands now"),
    "jobs_successful": ("gauge", "Jobs of all processes that were done in the last five minutes"),
    "jobs_exception": ("gauge", "Jobs of all processes that came to nothing in the last five minutes: unknown or dead"),
    "addresses_paused": ("gauge", "Addresses where nobody can be reached until they write again"),
    "updates_skipped": ("gauge", "Events of the last 7 days that could not be read"),
}
PREFIX = "pebble_"
LONGEST_ANSWER = 8.0
"""Seconds after which what does not answer is said not to: who asks about a database that hangs must not hang too.
Longer than connecting may take (`bot.store.database`), so that what is out of reach is said to be."""


class _Snapshot:
    """A collector of numbers that were read a moment ago."""

    def __init__(self, numbers: Mapping[str, float]) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        for name, (kind, meaning) in _METRICS.items():
            value = float(self._numbers.get(name, 0))
            if kind == "counter":
                yield CounterMetricFamily(PREFIX + name.removesuffix("_total"), meaning, value=value)
            else:
                yield GaugeMetricFamily(PREFIX + name, meaning, value=value)


def health_routes(checks: Mapping[str, Check], numbers: Numbers, patience: float = LONGEST_ANSWER) -> list[Route]:
    """Return /health/live, /health/ready (503 and the reason when a check is red) and /metrics (Prometheus).

    `patience`: the seconds that each answer may take.
    """
    silent = f"no answer within {patience:g} s"

    async def asked(check: Check) -> str | None:
        try:
            async with asyncio.timeout(patience):
                return await check()
        except TimeoutError:
            return silent

    async def live(_request: Request) -> Response:
        return JSONResponse({"live": True})

    async def ready(_request: Request) -> Response:
        answers = await asyncio.gather(*map(asked, checks.values()))
        found = dict(zip(checks, answers, strict=True))
        well = all(problem is None or isinstance(problem, Fine) for problem in found.values())
        body = {"ready": well, "checks": {name: problem or "ok" for name, problem in found.items()}}
        return JSONResponse(body, 200 if well else 503)

    async def metrics(_request: Request) -> Response:
        try:
            async with asyncio.timeout(patience):
                found = await numbers()
        except (TryLater, TimeoutError) as trouble:
            return Response(f"{str(trouble) or silent}\n", 503, media_type="text/plain")
        registry = CollectorRegistry()
        registry.register(_Snapshot(found))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)]
