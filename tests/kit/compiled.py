"""What SQLAlchemy has made of a statement, for all databases of a test run.

Each engine keeps what it has compiled for itself, and each test has an engine of its own: a fifth of the time of a
conversation went into compiling the same statements. In a process that runs for days it costs nothing, as here now.
"""

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

MOST = 5000
"""Statements that are kept: more than Pebble has, of either database."""


def share_compiled() -> None:
    """From now on let every engine of a kind use what another of its kind has made."""
    compiled: Any = LRUCache(MOST)
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        _share_dialect(kind)

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Connection) -> None:
        connection.engine._compiled_cache = compiled


def _share_dialect(kind: Any) -> None:
    """Let all dialects of one kind count as one, as keys of what was compiled; and let them know the same types."""
    kind.__eq__ = _same_kind
    kind.__hash__ = _hash_of_kind
    kind._type_memos = WeakKeyDictionary()


def _same_kind(self: object, other: object) -> bool:
    return type(self) is type(other)


def _hash_of_kind(self: object) -> int:
    return hash(type(self))
