"""Many rows in one statement, for the hot paths: as arrays on PostgreSQL, by the driver's own loop on SQLite.

SQLAlchemy's processing of a dictionary a row took a third of a sweep; here it sees a statement and no row.
"""

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, LargeBinary, Table, any_, func, literal, select
from sqlalchemy.dialects import postgresql

from bot.store.engine import Tx

Values = Sequence[Any]

_POSTGRESQL: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
_MOST = 30_000
"""Values in one statement; SQLite takes 32,766 (https://www.sqlite.org/limits.html, SQLITE_MAX_VARIABLE_NUMBER)."""


def among(tx: Tx, column: ColumnElement[int], numbers: Collection[int]) -> ColumnElement[bool]:
    """Return whether a column holds one of many numbers, which travel as one value: no statement is made anew."""
    if tx.many_writers:
        return column == any_(literal(sorted(numbers), postgresql.ARRAY(BigInteger)))
    listed = func.json_each(json.dumps(sorted(numbers))).table_valued("value")
    return column.in_(select(listed.c.value))


def insert_rows(tx: Tx, table: Table, columns: tuple[str, ...], rows: Sequence[Values], *, absorb: str) -> int:
    """Insert rows and return how many were new: one that the unique columns `absorb` ("key", "a, b") know is left out.

    The values go to the driver as they are: numbers, text, bytes, booleans and None.
    """
    if not rows:
        return 0
    if tx.many_writers:
        statement = _from_arrays(table, columns, absorb, "")
        return int(tx.connection.exec_driver_sql(statement, _arrays(rows)).rowcount)
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT ({absorb}) DO NOTHING"  # noqa: S608 - only names of our own
    return int(tx.connection.exec_driver_sql(statement, [tuple(row) for row in rows]).rowcount)


def insert_returning(
    tx: Tx, table: Table, columns: tuple[str, ...], rows: Sequence[Values], *, absorb: str, returning: tuple[str, ...]
) -> list[Any]:
    """Insert rows as `insert_rows` does and return these columns of those that were new, in no certain order."""
    if not rows:
        return []
    names = f" RETURNING {', '.join(returning)}"
    if tx.many_writers:
        return list(tx.connection.exec_driver_sql(_from_arrays(table, columns, absorb, names), _arrays(rows)))
    size = _MOST // len(columns)
    found: list[Any] = []
    for first in range(0, len(rows), size):
        part = rows[first : first + size]
        marks = ", ".join([f"({', '.join('?' * len(columns))})"] * len(part))
        into = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {marks} "  # noqa: S608
        statement = f"{into}ON CONFLICT ({absorb}) DO NOTHING{names}"
        found += tx.connection.exec_driver_sql(statement, tuple(value for row in part for value in row))
    return found


@lru_cache(maxsize=64)
def _from_arrays(table: Table, columns: tuple[str, ...], absorb: str, names: str) -> str:
    arrays = ", ".join(_array(table.c[name].type) for name in columns)
    return (
        f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM unnest({arrays}) "  # noqa: S608
        f"ON CONFLICT ({absorb}) DO NOTHING{names}"
    )


def _array(kind: Any) -> str:
    # Bytes travel as they are, not as twice as many letters.
    place = "%b" if isinstance(kind, LargeBinary) else "%s"
    return f"{place}::{kind.compile(dialect=_POSTGRESQL)}[]"


def _arrays(rows: Sequence[Values]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
