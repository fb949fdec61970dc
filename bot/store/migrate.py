"""Bring the schema up to date: one process at a time, and before anything else touches the database."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from bot.errors import Misconfigured
from bot.store.database import translated
from bot.store.engine import Store
from bot.store.person_keys import PersonKeys

LOCK = 0x0EBB1E
"""The advisory lock under which PostgreSQL is migrated."""

_PACKAGED = Path(__file__).parents[1] / "migrations"
_BESIDE = Path(__file__).parents[2] / "migrations"


def config(connection: Connection | None = None, keys: PersonKeys | None = None) -> Config:
    """Return Alembic's configuration, without a file of its own; `keys` is where persons' keys lie."""
    made = Config()
    made.set_main_option("script_location", str(_PACKAGED if _PACKAGED.is_dir() else _BESIDE))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    made.attributes["keys"] = keys
    return made


def upgrade(store: Store, revision: str = "head") -> None:
    """Migrate to `revision`. Other processes wait until it is done. Raises TryLater or Misconfigured."""
    try:
        with store.engine.connect() as connection:
            refuse_few_letters(connection)
        store.keys.prepare()
        with store.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            command.upgrade(config(connection, store.keys), revision)
    except ProgrammingError as error:
        if error.connection_invalidated or error.statement is None:  # the address holds what the driver cannot read
            raise Misconfigured("PEBBLE_DATABASE: an option in this address is not known") from None
        raise
    except DBAPIError as error:
        raise translated(error) from error
    except CommandError as error:
        # A revision that this version does not know: the database was migrated by a newer Pebble.
        raise Misconfigured(f"PEBBLE_DATABASE: made by another version of Pebble ({error})") from error


def refuse_few_letters(connection: Connection) -> None:
    """Raise Misconfigured for a PostgreSQL database that cannot keep what everybody writes: its encoding is final."""
    if connection.dialect.name == "postgresql":
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise Misconfigured(
                f"PEBBLE_DATABASE: its encoding is {encoding}, which has not everybody's letters; make another one "
                "with CREATE DATABASE pebble_utf8 ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0, and name that"
            )


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Return whether the models say what a table is like: those of PgQueuer are its own."""
    return kind != "table" or not (name or "").startswith("pgqueuer")


def newest() -> str | None:
    """Return the revision that this version of Pebble expects."""
    return ScriptDirectory.from_config(config()).get_current_head()


def known() -> set[str]:
    """Return all revisions that this version of Pebble knows."""
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def current(connection: Connection) -> str | None:
    """Return the revision that the database has."""
    return MigrationContext.configure(connection).get_current_revision()
