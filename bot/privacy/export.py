"""Everything of one person as files: JSON, and the same as tables (`bot.privacy.tables`)."""

import json
from collections.abc import Callable, Iterable

from bot.people.queries import Person
from bot.privacy.owners import owner_of
from bot.privacy.tables import LARGEST, shares
from bot.speech import Attachment
from bot.store import Tx
from bot.store.owner import Part, Reader, Sections


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
    if len(whole.content) <= largest or len(found["moments"]) < 2:
        return [whole]
    rest = {name: rows for name, rows in found.items() if name != "moments"}
    files = [rest, *({"moments": rows} for rows in shares(found["moments"], largest))]
    return [_json_file(f"pebble-{number}.json", data) for number, data in enumerate(files, 1)]


def _json_file(name: str, data: Sections) -> Attachment:
    return Attachment(name, "application/json", json.dumps(data, ensure_ascii=False, indent=2) + "\n")
