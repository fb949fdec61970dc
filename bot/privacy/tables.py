"""All that is given as tables for any spreadsheet: one CSV for each kind of thing, together in a ZIP. Pure.

What JSON nests has a column of its own ("letter.sentence"); a list stands in its cell as JSON. `contents.csv` names
each table with its number of rows, the empty ones too: whoever checks it sees that nothing is missing.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.store.owner import Sections

Row = Mapping[str, Any]
Piece = tuple[str, str, int, int]
"""Rows of one table: in which file, of which table, from which row on, and before which they end."""
Breathe = Callable[[], None]
"""What is called between two rows by whoever works beside others, so that they have their turn."""

LARGEST = 8_000_000
"""Bytes of one file: a bot may send up to 50 MB on Telegram (Bot API, sendDocument) and 10 MB on Discord."""
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8; without it some show umlauts as two signs."""


class Share(NamedTuple):
    """One file of an export: its name, what stands in it (empty: all), and how it reads."""

    name: str
    pieces: tuple[Piece, ...]
    content: bytes


def at_ease() -> None:
    """Go on: nobody waits."""


def calmly(rows: Iterable[Any], breathe: Breathe) -> Iterator[Any]:
    """Yield the rows, with a breath before each."""
    for row in rows:
        breathe()
        yield row


def tables(found: Sections, breathe: Breathe = at_ease) -> Mapping[str, Sequence[Row]]:
    """Return what is given as rows of flat cells, by the name of the table."""
    named = {name: [found[name]] if isinstance(found[name], dict) else found[name] or [] for name in _kinds(found)}
    about = {name: value for name, value in found.items() if isinstance(value, str)}
    listed: list[Row] = [{"table": name, "rows": len(rows)} for name, rows in named.items()]
    flat: dict[str, list[Row]] = {
        name: [flattened(_dated(row)) for row in calmly(rows, breathe)] for name, rows in named.items()
    }
    return {"contents": listed, "about": [about], **flat}


def _kinds(found: Sections) -> list[str]:
    return [name for name, value in found.items() if not isinstance(value, str)]


def _dated(row: Row) -> Row:
    """Return a row with its local minute ("2026-11-19T08:30"), where it has one, as a date and a time."""
    if "slot" not in row:
        return row
    day, _, time = row["slot"].partition("T")
    return {"date": day, "time": time, **{name: value for name, value in row.items() if name != "slot"}}


def flattened(row: Row, above: str = "") -> dict[str, Any]:
    """Return a row without rows inside it: what those hold has the names of both, with a dot between."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat |= flattened(value, f"{above}{name}.") if isinstance(value, Mapping) else {f"{above}{name}": value}
    return flat


def table_shares(found: Sections, largest: int = LARGEST, breathe: Breathe = at_ease) -> list[Share]:
    """Return all tables as one ZIP or, where that would be too large for a chat (bytes, unpacked), as some."""
    files = [file for name, rows in tables(found, breathe).items() for file in _files(name, rows, largest, breathe)]
    zipped = [
        (tuple(piece for piece, _ in pack), _zipped([(piece[0], text) for piece, text in pack], found))
        for pack in _packs(files, largest)
    ]
    if len(zipped) == 1:
        return [Share("pebble-tables.zip", (), zipped[0][1])]
    return [Share(f"pebble-tables-{number}.zip", *share) for number, share in enumerate(zipped, 1)]


def packed(found: Sections, pieces: Iterable[Piece], breathe: Breathe = at_ease) -> bytes:
    """Return the ZIP with these pieces of the tables, or with all of them."""
    named = tables(found, breathe)
    wanted = list(pieces) or [(f"{name}.csv", name, 0, len(rows)) for name, rows in named.items() if rows]
    files = [(file, named.get(name, ()), begin, end) for file, name, begin, end in wanted]
    return _zipped([(file, _csv(_columns(rows), rows[begin:end], breathe)) for file, rows, begin, end in files], found)


def _files(name: str, rows: Sequence[Row], largest: int, breathe: Breathe) -> Iterator[tuple[Piece, bytes]]:
    """Yield a table as a CSV file or, where that would be too large, as some with the same columns; none if empty."""
    columns = _columns(rows)
    parts = list(shares(rows, largest, breathe))
    begin = 0
    for number, part in enumerate(parts, 1):
        file = f"{name}.csv" if len(parts) == 1 else f"{name}-{number}.csv"
        yield (file, name, begin, begin + len(part)), _csv(columns, part, breathe)
        begin += len(part)


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(column for row in rows for column in row))


def shares(rows: Sequence[Any], largest: int, breathe: Breathe = at_ease) -> Iterator[Sequence[Any]]:
    """Yield the rows in shares that make files of at most about that many bytes."""
    share: list[Any] = []
    size = 0
    for row in calmly(rows, breathe):
        # Written out indented and with every sign escaped or quoted, a row takes at most about twice its bare JSON.
        bytes_of_row = 2 * len(json.dumps(row, ensure_ascii=False).encode()) + 100
        if share and size + bytes_of_row > largest:
            yield share
            share, size = [], 0
        share.append(row)
        size += bytes_of_row
    if share:
        yield share


def _packs(files: Iterable[tuple[Piece, bytes]], largest: int) -> Iterator[list[tuple[Piece, bytes]]]:
    pack: list[tuple[Piece, bytes]] = []
    for piece, content in files:
        if pack and sum(len(other) for _, other in pack) + len(content) > largest:
            yield pack
            pack = []
        pack.append((piece, content))
    yield pack


def _zipped(files: Iterable[tuple[str, bytes]], found: Sections) -> bytes:
    written = io.BytesIO()
    # ZIP knows local times, and no zone (APPNOTE 4.4.6).
    made_at = datetime.fromisoformat(found["made_at"])
    at = (made_at.year, made_at.month, made_at.day, made_at.hour, made_at.minute, made_at.second)
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for file, content in files:
            archive.writestr(ZipInfo(file, at), content, ZIP_DEFLATED)
    return written.getvalue()


def _csv(columns: Sequence[str], rows: Iterable[Row], breathe: Breathe) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([quoted(_cell(row.get(column))) for column in columns] for row in calmly(rows, breathe))
    return (_MARK + written.getvalue()).encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def quoted(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV Injection)."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
