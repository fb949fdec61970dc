"""The schema: migrations and models tell the same story on both databases."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.db import PsycopgDriver
from pgqueuer.queries import Queries
from sqlalchemy import inspect

from bot.outbox.job_queue import SETTINGS
from bot.store import Keyring, Store
from bot.store.migrate import config, current, is_ours, newest, upgrade
from bot.store.tables import metadata
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        url = server.empty_database()
    store = Store(url, HandClock(), Keyring([KEY]))
    yield store
    store.close()


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, metadata))


def test_the_migrations_make_what_the_models_say(empty: Store) -> None:
    upgrade(empty)
    assert differences(empty) == []
    assert empty.run_now(lambda tx: current(tx.connection)) == newest()


async def test_pgqueuer_finds_the_tables_that_it_wants(postgres_server: Postgres) -> None:
    async with await psycopg.AsyncConnection.connect(postgres_server.database(), autocommit=True) as connection:
        queries = Queries(PsycopgDriver(connection), QueryBuilderEnvironment(SETTINGS))
        plan = await queries.plan_upgrade()
    assert (plan.statements, plan.notes) == ((), ()), "this version wants a migration of its own"


def test_every_primary_key_and_index_of_the_models_is_there(empty: Store) -> None:
    upgrade(empty)
    found = inspect(empty.engine)
    for table in metadata.sorted_tables:
        columns = [column.name for column in table.primary_key.columns]
        assert found.get_pk_constraint(table.name)["constrained_columns"] == columns
        wanted = {index.name for index in table.indexes}
        assert wanted <= {index["name"] for index in found.get_indexes(table.name)}


def test_the_schema_can_be_taken_down_and_put_up_again(empty: Store) -> None:
    upgrade(empty)
    with empty.engine.begin() as connection:
        command.downgrade(config(connection), "base")
    assert set(inspect(empty.engine).get_table_names()) <= {"alembic_version"}
    upgrade(empty)
    assert differences(empty) == []


def test_migrating_twice_changes_nothing(empty: Store) -> None:
    upgrade(empty)
    upgrade(empty)
    assert empty.run_now(lambda tx: current(tx.connection)) == newest()
