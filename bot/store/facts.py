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
PLACE = "place"
"""Where on a PostgreSQL server this database lies; in a dump that was restored, where it lay before."""
MOVED = "moved"
"""When this database was moved to another one (UTC seconds): no Pebble may run on it any more."""
OF_THIS_PLACE = (PLACE, MOVED)
"""Facts that hold for a database and not for what is in it."""


def read_number(tx: Tx, name: str) -> int:
    """Return the number kept under this name, 0 when there is none."""
    return int(read_text(tx, name) or 0)


def write_number(tx: Tx, name: str, value: int) -> None:
    """Keep the number under this name."""
    write_text(tx, name, str(value))


def read_text(tx: Tx, name: str) -> str:
    """Return the text kept under this name, an empty one when there is none."""
    return str(tx.connection.scalar(select(facts.c.value).where(facts.c.name == name)) or "")


def write_text(tx: Tx, name: str, value: str) -> None:
    """Keep the text under this name."""
    tx.connection.execute(
        tx.insert(facts)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=["name"], set_={"value": value})
    )


def add_to_number(tx: Tx, name: str, more: int) -> None:
    """Add to the number under this name, also while others do."""
    sum_of_both = cast(cast(facts.c.value, Integer) + more, Text)
    tx.connection.execute(
        tx.insert(facts)
        .values(name=name, value=str(more))
        .on_conflict_do_update(index_elements=["name"], set_={"value": sum_of_both})
    )
