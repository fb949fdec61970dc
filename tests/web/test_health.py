"""Health and metrics: alive, ready, and numbers that are about nobody."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.web.health import LONGEST_ANSWER, Check, Numbers, health_routes
from bot.web.site import build_site

NUMBERS: dict[str, float] = {"sent_total": 3, "outbox_waiting": 2, "due_lag_seconds": 1.5}


async def _well() -> str | None:
    return None


async def _ill() -> str | None:
    return "the database is away"


async def _numbers() -> Mapping[str, float]:
    return NUMBERS


async def _silent() -> Any:
    await asyncio.Event().wait()


def _client(
    checks: Mapping[str, Check], numbers: Numbers = _numbers, patience: float = LONGEST_ANSWER
) -> httpx.AsyncClient:
    site = build_site(chat_routes=[], extra_routes=health_routes(checks, numbers, patience), demo=False)
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://pebble")


async def test_ready_when_every_check_is_well() -> None:
    async with _client({"database": _well, "rota": _well}) as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": {"database": "ok", "rota": "ok"}}


async def test_one_red_check_is_named_with_its_reason_and_pebble_still_lives() -> None:
    async with _client({"database": _ill, "rota": _well}) as client:
        answer = await client.get("/health/ready")
        alive = await client.get("/health/live")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "checks": {"database": "the database is away", "rota": "ok"}}
    assert (alive.status_code, alive.json()) == (200, {"live": True})


async def test_whoever_asks_about_a_database_that_hangs_is_told_so() -> None:
    async with _client({"database": _silent, "migrations": _silent, "rota": _well}, _silent, 0.02) as client:
        answer, metrics = await client.get("/health/ready"), await client.get("/metrics")
    silent = "no answer within 0.02 s"
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": silent, "migrations": silent, "rota": "ok"}
    assert (metrics.status_code, metrics.text) == (503, f"{silent}\n")


async def test_checks_are_asked_side_by_side() -> None:
    begun = asyncio.Event()

    async def waits() -> str | None:
        await begun.wait()
        return None

    async def begins() -> str | None:
        begun.set()
        return None

    async with _client({"first": waits, "second": begins}) as client:
        assert (await client.get("/health/ready")).status_code == 200


async def test_the_metrics_are_what_prometheus_reads_and_carry_no_labels() -> None:
    async with _client({}) as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    assert {sample.name: sample.value for sample in samples if sample.value} == {
        "pebble_sent_total": 3,
        "pebble_outbox_waiting": 2,
        "pebble_due_lag_seconds": 1.5,
    }
    assert all(not sample.labels for sample in samples)
    for wanted in ("retried_total", "limited_total", "outbox_unknown", "outbox_expired", "outbox_dead"):
        assert f"pebble_{wanted}" in {sample.name for sample in samples}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
async def test_health_is_read_and_never_written(path: str) -> None:
    async with _client({}) as client:
        assert (await client.post(path, json={})).status_code == 405
