"""Whose data something is, and the form in which each capability gives and erases its part of it.

`bot.privacy` asks all of them alike; it knows no table itself.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table

from bot.store.engine import Tx
from bot.store.sealed import Seal

Sections = dict[str, Any]
"""Plain rows (what JSON holds) by the name under which a person finds them."""

_TIMES = frozenset(("at", "paused_until", "not_before", "deadline"))
"""Columns in UTC seconds whose names do not end with `_at`."""


@dataclass(frozen=True, slots=True)
class Owner:
    """One person and all their addresses, by their rows."""

    person_id: int
    address_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """How rows become plain for their owner: words opened, times local (ISO 8601, in this IANA zone)."""

    seal: Seal
    zone: str
    language: str
    title: Callable[[str], str]
    """The title of a practice, by its key."""

    def time(self, at: int | None) -> str | None:
        """Return a time (UTC seconds) as the owner's clock shows it."""
        return datetime.fromtimestamp(at, ZoneInfo(self.zone)).isoformat() if at is not None else None

    def plain(self, table: Table, row: Any, *, json: Collection[str] = (), leave: Collection[str] = ()) -> Sections:
        """Return all columns of a row but those to leave; sealed ones opened and without `sealed_`, `json` parsed.

        Where one is kept plain or sealed, as what is ours or the person's own, the sealed one is called `own_…`.
        """
        found: Sections = {}
        for column in table.c:
            value, name = getattr(row, column.name), column.name
            if name in leave:
                continue
            if name.startswith("sealed_"):
                bare = name.removeprefix("sealed_")
                found[f"own_{bare}" if bare in table.c else bare] = self._opened(value, name in json)
            elif name.endswith("_at") or name in _TIMES:
                found[name] = self.time(value)
            else:
                found[name] = value
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
