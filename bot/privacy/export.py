"""Everything of one person as files: JSON with all of it, CSV with a row for each moment."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from bot.people.queries import Person
from bot.privacy.owners import owner_of
from bot.speech import Attachment
from bot.store import Tx
from bot.store.owner import Part, Reader, Sections

LARGEST = 8_000_000
"""Bytes of one file: a bot may send up to 50 MB on Telegram (Bot API, sendDocument) and 10 MB on Discord."""
COLUMNS = ("date", "time", "zone", "practice", "answer", "before", "after", "words", "answered_at")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8; without it some show umlauts as two signs."""


def collect(tx: Tx, person: Person, title: Callable[[str], str], parts: Iterable[Part]) -> Sections:
    """Return all that Pebble has of a person, as plain rows by section. `title` names a practice by its key."""
    reader = Reader(person.seal, person.here, person.language, title)
    owner = owner_of(tx, person.id)
    found: Sections = {"made_at": reader.time(tx.now), "zone": person.here, "language": person.language}
    for part in parts:
        found |= part.give(tx, owner, reader)
    return found


def as_json(found: Sections, largest: int = LARGEST) -> list[Attachment]:
    """Return it as JSON files: one, or where that would be too large for a chat, some that share the moments."""
    whole = _json_file("pebble.json", found)
    if _size(whole) <= largest or len(found["moments"]) < 2:
        return [whole]
    rest = {name: rows for name, rows in found.items() if name != "moments"}
    files = [rest, *({"moments": rows} for rows in _shares(found["moments"], largest))]
    return [_json_file(f"pebble-{number}.json", data) for number, data in enumerate(files, 1)]


def as_csv(found: Sections, largest: int = LARGEST) -> list[Attachment]:
    """Return a row for each moment, as one CSV file or, where that would be too large for a chat, some."""
    shares = list(_shares([_cells(row, found["zone"]) for row in found["moments"]], largest)) or [[]]
    return [
        Attachment("moments.csv" if len(shares) == 1 else f"moments-{number}.csv", "text/csv", _csv(rows))
        for number, rows in enumerate(shares, 1)
    ]


def _shares(rows: Sequence[Any], largest: int) -> Iterator[Sequence[Any]]:
    """Yield the rows in shares that make files of at most about that many bytes."""
    share: list[Any] = []
    size = 0
    for row in rows:
        # Written out indented and with every sign escaped or quoted, a row takes at most about twice its bare JSON.
        bytes_of_row = 2 * len(json.dumps(row, ensure_ascii=False).encode()) + 100
        if share and size + bytes_of_row > largest:
            yield share
            share, size = [], 0
        share.append(row)
        size += bytes_of_row
    if share:
        yield share


def _json_file(name: str, data: Sections) -> Attachment:
    return Attachment(name, "application/json", json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def _size(file: Attachment) -> int:
    return len(file.text.encode())


def _cells(moment: Sections, zone: str) -> list[str]:
    day, _, time = moment["slot"].partition("T")
    words = moment["words"] or _named(moment["file"])
    cells = (day, time, zone, moment["title"], *(moment[name] for name in ("answer", "before", "after")), words)
    return [quoted("" if cell is None else str(cell)) for cell in (*cells, moment["answered_at"])]


def _named(file: list[Any] | None) -> str:
    """Return a voice note or photo by its id at its platform: its bytes were never kept."""
    return f"{file[1]} {file[0]}:{file[2]}" if file else ""


def quoted(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV Injection)."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def _csv(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return _MARK + written.getvalue()
