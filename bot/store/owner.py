"""Whose data something is, and the form in which each capability gives and erases its part of it.

`bot.privacy` asks all of them alike; it knows no table itself.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Table

from bot.store.engine import Tx
from bot.store.sealed import Seal

Sections = dict[str, Any]
"""Plain rows (what JSON holds) by the name under which a person finds them."""

_TIMES = frozenset(("at", "paused_until", "counted_until", "not_before", "deadline"))
"""Columns in UTC seconds whose names do not end with `_at`."""

_REFERS = {
    "persons.home_id": "addresses",
    "moments.led_from": "moments",
    "kept.moment_id": "moments",
    "outbox.moment_id": "moments",
    "outbox.edits": "outbox",
}
"""Columns that hold the number of a row, without a foreign key: of which table."""


def refers_to(column: Column[Any]) -> str | None:
    """Return of which table's rows this column holds the numbers, its own included; None: of none."""
    if column.name == "id" and column.primary_key:
        return str(column.table.name)
    target = next((str(key.column.table.name) for key in column.foreign_keys), None)
    return target or _REFERS.get(f"{column.table.name}.{column.name}")


@cache
def _columns(table: Table, leave: frozenset[str]) -> list[tuple[str, str, str | None]]:
    """Return the columns of a table that are given: each with what it is called there, and whose rows it numbers.

    Worked out once for all rows. The names are bare strings: with SQLAlchemy's own as keys the garbage collector would
    walk through each row that is given, time and again.
    """
    found = []
    for column in table.c:
        name = bare = "".join(column.name)
        if name.startswith("sealed_"):
            bare = name.removeprefix("sealed_")
            bare = f"own_{bare}" if bare in table.c else bare
        if name not in leave:
            found.append((name, bare, refers_to(column)))
    return found


@dataclass(frozen=True, slots=True)
class Owner:
    """One person and all their addresses, by their rows."""

    person_id: int
    address_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """How rows become plain for their owner: words opened, times local (ISO 8601, in this IANA zone).

    Rows are numbered anew, from 1 in each table: the database's own numbers count what happens to everybody, and from a
    gap between two of them a sender could see that their sentence was not put into the outbox of its receiver.
    """

    seal: Seal
    zone: str
    language: str
    title: Callable[[str], str]
    """The title of a practice, by its key."""
    breathe: Callable[[], None] = lambda: None
    """Called for each row: whoever reads beside others lets them have their turn, and may raise to end it."""
    wish: str = ""
    """By which event all of this is asked for."""
    numbers: dict[str, dict[int, int]] = field(default_factory=dict)

    def time(self, at: int | None) -> str | None:
        """Return a time (UTC seconds) as the owner's clock shows it."""
        return datetime.fromtimestamp(at, ZoneInfo(self.zone)).isoformat() if at is not None else None

    def number(self, table: str, row: int) -> int:
        """Return the number of a row in what is given: the same one wherever it is named."""
        known = self.numbers.setdefault(table, {})
        return known.setdefault(row, len(known) + 1)

    def plain(self, table: Table, row: Any, *, json: Collection[str] = (), leave: Collection[str] = ()) -> Sections:
        """Return all columns of a row but those to leave; sealed ones opened and without `sealed_`, `json` parsed.

        Where one is kept plain or sealed, as what is ours or the person's own, the sealed one is called `own_…`.
        """
        self.breathe()
        found: Sections = {}
        for name, called, target in _columns(table, frozenset(leave)):
            value = getattr(row, name)
            if target is not None:
                found[called] = None if value is None else self.number(target, value)
            elif name.startswith("sealed_"):
                found[called] = self._opened(value, name in json)
            elif name.endswith("_at") or name in _TIMES:
                found[called] = self.time(value)
            else:
                found[called] = value
        return found

    def _opened(self, sealed: bytes | None, json: bool) -> Any:
        if sealed is None:
            return None
        return self.seal.open_json(bytes(sealed)) if json else self.seal.open(bytes(sealed))


@dataclass(frozen=True, slots=True)
class Part:
    """What one capability has of a person.

    `tables` are those that it answers for. `give` returns its rows, `erase` deletes them. `left_out` names what is not
    given, as "table" or "table.column", each with the reason: a test asks for one wherever something is missing.
    """

    tables: tuple[Table, ...]
    give: Callable[[Tx, Owner, Reader], Sections]
    erase: Callable[[Tx, Owner], None]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def leaves(self, table: Table) -> frozenset[str]:
        """Return the columns of a table that are not given."""
        prefix = f"{table.name}."
        return frozenset(name.removeprefix(prefix) for name in self.left_out if name.startswith(prefix))
