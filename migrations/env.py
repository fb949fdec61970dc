"""Alembic's environment: runs on the connection that Pebble hands over, or on the one that the settings name."""

from alembic import context
from sqlalchemy import Connection, create_engine

from bot.settings import read_settings
from bot.store.database import parse_url
from bot.store.migrate import is_ours
from bot.store.tables import metadata


def run(connection: Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(connection=connection, target_metadata=metadata, include_name=is_ours)
    with context.begin_transaction():
        context.run_migrations()


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    engine = create_engine(parse_url(read_settings().database.get_secret_value()))
    with engine.begin() as own:
        run(own)
