"""A handful of named values that the program keeps for itself."""

from sqlalchemy import Integer, Text, cast, select

from bot.store.engine import Tx
from bot.store.tables import facts

DEMO_OFFSET = "demo-offset"
"""Seconds by which the demo's clock is ahead of the machine's."""
HEARTBEAT = "heartbeat"
"""When this database was last shown to take a write (UTC seconds)."""
COPY = "copy"
"""1 in the copy that a backup made, until a Pebble has started on it."""


def read_number(tx: Tx, name: str) -> int:
    """Return the number kept under this name, 0 when there is none."""
    found = tx.connection.scalar(select(facts.c.value).where(facts.c.name == name))
    return int(found or 0)


def write_number(tx: Tx, name: str, value: int) -> None:
    """Keep the number under this name."""
    tx.connection.execute(
        tx.insert(facts)
        .values(name=name, value=str(value))
        .on_conflict_do_update(index_elements=["name"], set_={"value": str(value)})
    )


def add_to_number(tx: Tx, name: str, more: int) -> None:
    """Add to the number under this name, also while others do."""
    sum_of_both = cast(cast(facts.c.value, Integer) + more, Text)
    tx.connection.execute(
        tx.insert(facts)
        .values(name=name, value=str(more))
        .on_conflict_do_update(index_elements=["name"], set_={"value": sum_of_both})
    )
