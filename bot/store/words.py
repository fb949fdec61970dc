"""A column of a few known words, on which partial indexes hang."""

from typing import Any

from sqlalchemy import String, literal_column
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator


class Word(TypeDecorator[str]):
    """A word of ours, written out where a column is compared with it.

    SQLite can use a partial index for a bound value only by planning the statement anew each time that it runs
    (https://www.sqlite.org/partialindex.html; sqlite3_reprepare): eight times the cost of a small UPDATE.
    """

    impl = String
    cache_ok = True

    class comparator_factory(TypeDecorator.Comparator[str]):
        def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> Any:
            return super().operate(op, *map(_written, other), **kwargs)


def _written(value: Any) -> Any:
    if isinstance(value, str):
        if not value.isalpha():
            raise ValueError("only a word of ours is written out")
        return literal_column(f"'{value}'", String())
    if isinstance(value, list | tuple):
        return [_written(one) for one in value]
    return value
