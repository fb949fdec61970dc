"""Which statements go to the database, to see that no list asks once for each of its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.store import Store
from tests.kit.shared_now import SET


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Collect the SQL of all statements meanwhile, without what sets the test's clock."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement != SET:
            said.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
