"""What the files of /export are collected from when they leave, and what is noted of them before they do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from bot.catalogue import Catalogue
from bot.flows.my_data import PARTS
from bot.gratitude.queries import told_by_others
from bot.nudges.own import with_own
from bot.outbox.bodies import address_of, is_leaving, read_body, unmade_behind
from bot.outbox.shelf import Recipient, Terms, note_links, put
from bot.outbox.states import Priority
from bot.people.queries import Person, find_at, still_here
from bot.privacy.export import collect
from bot.privacy.tables import Share
from bot.speech import Outgoing
from bot.store import Tx
from bot.store.owner import Sections
from bot.texts import Voice

PIECES = "pieces"
"""Under which name a row that asks for one of several files says what stands in it."""


@dataclass(frozen=True, slots=True)
class Collected:
    """All of one person, for whom a row of the outbox asked.

    `owners` are the names of the keys of all whose words stand in it, their own too; `told` are the links by which
    others have told them something.
    """

    address_id: int
    found: Sections
    owners: frozenset[bytes]
    told: frozenset[int]


def collect_for(tx: Tx, row: int, wish: str, catalogue: Catalogue, breathe: Callable[[], None]) -> Collected | None:
    """Return all of the person at whose address a row is to stand; None: it is not to stand there any more.

    `wish` is the event by which it was asked for. This only reads, and may take long: `breathe` is called again and
    again meanwhile.
    """
    person = _asks(tx, row)
    if person is None:
        return None
    own, voice = with_own(tx, person, catalogue), Voice.of(person.language)

    def title(key: str) -> str:
        practice = own.get(key)
        return voice.say(practice.title) if practice else key

    found = collect(tx, person, title, PARTS, breathe, wish)
    owners = frozenset(person.seal.met | {person.seal.name})
    return Collected(person.address_id, found, owners, frozenset(told_by_others(tx, person)))


def _asks(tx: Tx, row: int) -> Person | None:
    address_id = address_of(tx, row)
    return find_at(tx, address_id) if address_id is not None else None


class Verdict(Enum):
    """What is to be done with the file of a row."""

    READY = auto()
    """It is noted whose words stand in it: it may leave, and whoever of them leaves later finds it."""
    OUTRUN = auto()
    """Somebody has left since it was collected: collect anew."""
    GIVEN_WAY = auto()
    """Another row comes in its place."""
    GONE = auto()
    """Nothing is to stand there any more: who asked has left, or it was taken back."""


def note(tx: Tx, row: int, collected: Collected) -> Verdict:
    """Note whose words stand in the file of a row, so that it is taken back when one of them leaves."""
    all_here = still_here(tx, collected.owners)
    person = _asks(tx, row)
    if person is None or person.address_id != collected.address_id:
        return Verdict.GONE
    if not all_here or not collected.told <= set(told_by_others(tx, person)):
        return Verdict.OUTRUN
    if _gives_way(tx, row, person):
        return Verdict.GIVEN_WAY
    note_links(tx, row, collected.told)
    return Verdict.READY


def part(tx: Tx, row: int, shares: Sequence[Share]) -> bool:
    """Let several rows take the place of one whose file would be too large; False where its message stands already.

    Once they do, they stay as they are: who died behind that commit cuts nothing anew.
    """
    person = _asks(tx, row)
    if person is None or not still_here(tx, {person.seal.name}):
        return False
    said = read_body(tx, row, person.seal) if is_leaving(tx, row) else None
    if said is None or said.attachment is None:
        return False
    for number, share in enumerate(shares, 1):
        what = {**_what(said), PIECES: [list(piece) for piece in share.pieces]}
        file = replace(said.attachment, name=share.name, what=what)
        if not _put_behind(tx, person, replace(said, attachment=file), row, number):
            break
    return True


def _gives_way(tx: Tx, row: int, person: Person) -> bool:
    """Put a row behind the parts of another file of the same wish: it was put before that one was too large."""
    said = read_body(tx, row, person.seal) if is_leaving(tx, row) else None
    if said is None or PIECES in _what(said):
        return False
    behind = [_what(other) for other in unmade_behind(tx, person.address_id, row, person.seal)]
    if not any(PIECES in what and what.get("of") == _what(said)["of"] for what in behind):
        return False
    _put_behind(tx, person, said, row, 0)
    return True


def _put_behind(tx: Tx, person: Person, said: Outgoing, row: int, number: int) -> bool:
    here = Recipient(person.address_id, person.seal, said.via, said.direct)
    return put(tx, here, said, Terms(key=f"instead:{row}:{number}", priority=Priority.PART))


def _what(said: Outgoing) -> Mapping[str, Any]:
    return (said.attachment.what if said.attachment else None) or {}
