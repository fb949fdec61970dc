"""Everything of one person as files: JSON, and the same as tables (`bot.privacy.tables`)."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.people.queries import Person
from bot.privacy.owners import owner_of
from bot.privacy.tables import LARGEST, Breathe, Piece, Share, at_ease, calmly, packed, shares, table_shares
from bot.store import Tx
from bot.store.owner import Part, Reader, Sections

FORMS = {"json": ("pebble.json", "application/json"), "tables": ("pebble-tables.zip", "application/zip")}
"""What the files are called, as long as one is enough, and of which type they are, in the order in which they come."""
ALL_BUT_MOMENTS: Piece = ("", "moments", 0, 0)
"""What stands in the first of several JSON files, whose others share the moments."""


def collect(
    tx: Tx,
    person: Person,
    title: Callable[[str], str],
    parts: Iterable[Part],
    breathe: Breathe = at_ease,
    wish: str = "",
) -> Sections:
    """Return all that Pebble has of a person, as plain rows by section. `title` names a practice by its key.

    `breathe` is called for each row. `wish` is the event that asks for it: what answers it is left out.
    """
    reader = Reader(person.seal, person.here, person.language, title, breathe, wish)
    owner = owner_of(tx, person.id)
    found: Sections = {"made_at": reader.time(tx.now), "zone": person.here, "language": person.language}
    for part in parts:
        found |= part.give(tx, owner, reader)
    return found


def shares_of(found: Sections, form: str, largest: int = LARGEST, breathe: Breathe = at_ease) -> list[Share]:
    """Return all of it in one form: one file, or where that would be too large for a chat (bytes), some."""
    return json_shares(found, largest, breathe) if form == "json" else table_shares(found, largest, breathe)


def share_of(found: Sections, form: str, pieces: Sequence[Piece], breathe: Breathe = at_ease) -> bytes:
    """Return one of several files, by what stands in it; without pieces all of it in one, however large."""
    if form == "json":
        return _written(_part(found, pieces), breathe) or b""
    return packed(found, pieces, breathe)


def json_shares(found: Sections, largest: int = LARGEST, breathe: Breathe = at_ease) -> list[Share]:
    """Return it as JSON: one file or, where that would be too large, some that share the moments."""
    whole = _written(found, breathe, largest if len(found["moments"]) > 1 else None)
    if whole is not None:
        return [Share("pebble.json", (), whole)]
    cut, begin = [ALL_BUT_MOMENTS], 0
    for rows in shares(found["moments"], largest, breathe):
        cut.append(("", "moments", begin, begin + len(rows)))
        begin += len(rows)
    return [
        Share(f"pebble-{number}.json", (piece,), share_of(found, "json", [piece], breathe))
        for number, piece in enumerate(cut, 1)
    ]


def _part(found: Sections, pieces: Sequence[Piece]) -> Sections:
    if not pieces:
        return found
    ((_, name, begin, end),) = pieces
    if pieces[0] == ALL_BUT_MOMENTS:
        return {other: rows for other, rows in found.items() if other != name}
    return {name: found[name][begin:end]}


_INDENTED = json.JSONEncoder(ensure_ascii=False, indent=2)


def _written(data: Sections, breathe: Breathe, most: int | None = None) -> bytes | None:
    """Return it as `json.dumps` with an indent of 2 writes it, row by row; None: it would be larger than that."""
    written = io.BytesIO()
    for text in _texts(data, breathe):
        written.write(text.encode(errors="replace"))
        if most is not None and written.tell() > most:
            return None
    return written.getvalue()


def _texts(data: Sections, breathe: Breathe) -> Iterator[str]:
    yield "{"
    for number, (name, value) in enumerate(data.items()):
        yield f"{',' if number else ''}\n  {json.dumps(name)}: "
        if isinstance(value, list) and value:
            for place, row in enumerate(calmly(value, breathe)):
                yield (",\n    " if place else "[\n    ") + _INDENTED.encode(row).replace("\n", "\n    ")
            yield "\n  ]"
        else:
            yield _INDENTED.encode(value).replace("\n", "\n  ")
    yield "\n}\n"
