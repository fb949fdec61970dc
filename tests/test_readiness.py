"""Readiness says what is wrong, and what only looks so."""

from collections.abc import Mapping

from sqlalchemy import text

from bot.hearing import Hearing
from bot.readiness import checks_of
from bot.store import Store
from bot.store.turn import OnlyOne
from bot.web.health import Fine
from tests.kit.talk import MemoryChat
from tests.test_hearing import receive


async def said(store: Store, hearings: Mapping[str, Hearing]) -> dict[str, str | None]:
    checks = checks_of(store, {"memory": MemoryChat()}, hearings)
    return {name: await check() for name, check in checks.items()}


async def test_all_is_well_also_while_another_process_hears(store: Store) -> None:
    assert await said(store, {}) == {"database": None, "migrations": None, "memory": None}
    waiting = Hearing(MemoryChat(), OnlyOne(), receive)
    found = (await said(store, {"memory": waiting}))["memory"]
    assert found == Fine("ok, another process hears people here")
    assert isinstance(found, Fine)


async def test_a_schema_that_is_behind_is_a_fault_and_that_of_a_newer_pebble_is_none(store: Store) -> None:
    def put(revision: str) -> None:
        store.run_now(
            lambda tx: tx.connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        )

    put("0001")
    behind = (await said(store, {}))["migrations"]
    assert "run pebble migrate" in str(behind)
    assert not isinstance(behind, Fine)
    put("9999")
    assert isinstance((await said(store, {}))["migrations"], Fine)
