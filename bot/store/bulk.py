"""Many rows in one statement, for the hot paths: as arrays on PostgreSQL, fifty at a time on SQLite.

SQLAlchemy's processing of a dictionary a row took a third of a sweep; here it sees a statement and no row.
"""

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, LargeBinary, Table, any_, bindparam, func, select
from sqlalchemy.dialects import postgresql

from bot.store.engine import Tx

Values = Sequence[Any]

AT_ONCE = 50
"""Rows of one statement on SQLite: each opens the table and all its indexes anew, and lets go of Python's lock."""

_POSTGRESQL: Any = postgresql.dialect()  # type: ignore[no-untyped-call]


def in_numbers(column: ColumnElement[int], name: str, *, many_writers: bool) -> ColumnElement[bool]:
    """Return whether a column holds one of many `numbers`: they come as one value, the parameter of this name.

    So the statement is the same however many there are, and can be made once.
    """
    if many_writers:
        return column == any_(bindparam(name, type_=postgresql.ARRAY(BigInteger)))
    listed = func.json_each(bindparam(name)).table_valued("value")
    return column.in_(select(listed.c.value))


def numbers(tx: Tx, found: Collection[int]) -> list[int] | str:
    """Return numbers as one value, in the form in which `in_numbers` takes them."""
    return sorted(found) if tx.many_writers else json.dumps(sorted(found))


def insert_rows(tx: Tx, table: Table, columns: tuple[str, ...], rows: Sequence[Values], *, absorb: str) -> int:
    """Insert rows and return how many were new: one that the unique columns `absorb` ("key", "a, b") know is left out.

    The values go to the driver as they are: numbers, text, bytes, booleans and None; in each row as many as `columns`.
    """
    if not rows:
        return 0
    if tx.many_writers:
        statement = _from_arrays(table, columns, absorb, "")
        return int(tx.connection.exec_driver_sql(statement, _arrays(table, columns, rows)).rowcount)
    run = tx.connection.exec_driver_sql
    whole = len(rows) - len(rows) % AT_ONCE
    many, one = (_of_rows(table, columns, absorb, count) for count in (AT_ONCE, 1))
    new = 0
    for first in range(0, whole, AT_ONCE):
        new += run(many, (*chain.from_iterable(rows[first : first + AT_ONCE]),)).rowcount
    if whole < len(rows):
        new += run(one, list(rows[whole:])).rowcount
    return new


def insert_returning(
    tx: Tx, table: Table, columns: tuple[str, ...], rows: Sequence[Values], *, absorb: str, returning: tuple[str, ...]
) -> list[Any]:
    """Insert rows as `insert_rows` does and return these columns of those that were new, in no certain order.

    The table numbers its rows itself, by a column `id` that only grows and is not among `columns`.
    """
    if not rows:
        return []
    names = f" RETURNING {', '.join(returning)}"
    if tx.many_writers:
        statement = _from_arrays(table, columns, absorb, names)
        return list(tx.connection.exec_driver_sql(statement, _arrays(table, columns, rows)).all())
    # Without RETURNING, and read back behind it: nobody else writes, and ids only grow.
    newest = tx.connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar_one()  # noqa: S608
    insert_rows(tx, table, columns, rows, absorb=absorb)
    wanted = f"SELECT {', '.join(returning)} FROM {table.name} WHERE id > ?"  # noqa: S608
    return list(tx.connection.exec_driver_sql(wanted, (newest,)).all())


@lru_cache(maxsize=64)
def _of_rows(table: Table, columns: tuple[str, ...], absorb: str, count: int) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return (
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {', '.join([row] * count)} "  # noqa: S608 - only names of our own
        f"ON CONFLICT ({absorb}) DO NOTHING"
    )


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


def _arrays(table: Table, columns: tuple[str, ...], rows: Sequence[Values]) -> tuple[Any, ...]:
    return tuple(
        list(values) if isinstance(table.c[name].type, LargeBinary) else _written(values)
        for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    )


def _written(values: Sequence[Any]) -> str | list[Any]:
    """Return an array as PostgreSQL writes it, which is as JSON does but for brackets and what needs a backslash.

    The driver's own way looks at each value in Python, which was a third of what a sweep did there.
    """
    listed = json.dumps(values, ensure_ascii=False)
    return list(values) if "\\" in listed else f"{{{listed[1:-1]}}}"
