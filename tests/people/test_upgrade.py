"""Persons who were there before their own day was known."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store import Keyring, Store
from bot.store.migrate import upgrade
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        url = server.empty_database()
    store = Store(url, HandClock(), Keyring([KEY]))
    upgrade(store, "0001")
    yield store
    store.close()


def test_an_upgrade_takes_the_newest_answer_for_the_last_sign_of_life(old: Store) -> None:
    with old.engine.begin() as connection:
        for name, at in (("anna", 100), ("ben", 200)):
            connection.execute(
                text("INSERT INTO persons (created_at, language, wrapped_key) VALUES (:at, 'en', :key)"),
                {"at": at, "key": name.encode()},
            )
        connection.execute(
            text(
                "INSERT INTO moments (person_id, practice, slot, feelings, created_at, answered_at) "
                "SELECT id, 'one-breath', '2026-11-19T08:30', 'none', 300, 400 FROM persons WHERE created_at = 100"
            )
        )
    upgrade(old)
    with old.engine.begin() as connection:
        rows = connection.execute(text("SELECT heard_at, asked_at, quiet_start FROM persons ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [(400, None, None), (200, None, None)]
