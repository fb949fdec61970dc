"""Persons whose keys lay in the database: an upgrade moves them out, and what they wrote stays theirs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from bot.store import Keyring, Store
from bot.store.migrate import config, upgrade
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres

PEOPLE = 501
"""One more than a batch."""


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        url = server.empty_database()
    store = Store(url, HandClock(), Keyring([KEY]))
    upgrade(store, "0005")
    yield store
    store.close()


def test_keys_move_out_of_the_database_and_back(old: Store) -> None:
    keyring = Keyring([KEY])
    sealed_keys = [keyring.new_person()[0] for _ in range(PEOPLE)]
    words = [keyring.seal(key).close("still mine") for key in sealed_keys]
    with old.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO persons (created_at, language, wrapped_key) VALUES (1, 'en', :key)"),
            [{"key": key} for key in sealed_keys],
        )
    upgrade(old)
    with old.engine.begin() as connection:
        names = connection.execute(text("SELECT key_id FROM persons ORDER BY id")).scalars().all()
    assert len(set(map(bytes, names))) == PEOPLE
    assert [old.keys.seal(bytes(name)).open(said) for name, said in zip(names, words, strict=True)][-1] == "still mine"
    assert old.keys.old_ones() == PEOPLE, "the next rotation seals them anew: older copies hold them"
    with old.engine.begin() as connection:
        command.downgrade(config(connection, old.keys), "0005")
    with old.engine.begin() as connection:
        back = connection.execute(text("SELECT wrapped_key FROM persons ORDER BY id")).scalars().all()
    assert [bytes(key) for key in back] == sealed_keys
