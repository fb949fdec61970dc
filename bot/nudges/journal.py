"""What a person wrote, recorded or photographed, read back: moments with their words, by day and by practice.

Every query asks for the person, so that the rows of others are never found.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, func, or_, select, update

from bot.nudges import kept
from bot.people.queries import Person
from bot.speech import File, unpack
from bot.store import Tx
from bot.store.tables import moments

LOW = 2
"""Faces up to this one make a hard day."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A moment with what was given for it. `slot` is the local minute that it belongs to, "2026-11-19T08:30"."""

    id: int
    practice: str
    slot: str
    hidden: bool
    words: str
    file: File | None

    @property
    def day(self) -> date:
        """The local day that it belongs to."""
        return date.fromisoformat(self.slot[:10])


_COLUMNS = tuple(moments.c[name] for name in ("id", "practice", "slot", "hidden", "sealed_words", "sealed_file"))


def page(tx: Tx, person: Person, practice: str | None, skip: int, most: int) -> list[Entry]:
    """Return entries, newest first, after passing over so many; of one practice, or (None) of all."""
    rows = tx.connection.execute(
        select(*_COLUMNS).where(*_written(person, practice)).order_by(moments.c.id.desc()).offset(skip).limit(most)
    )
    return [_entry(row, person) for row in rows]


def count_of(tx: Tx, person: Person, practice: str | None = None) -> int:
    """Return how many entries there are, of one practice or of all."""
    return int(tx.connection.execute(select(func.count()).where(*_written(person, practice))).scalar_one())


def practices(tx: Tx, person: Person) -> list[tuple[str, int]]:
    """Return the practices that the person gave something for, and how often; the one of the newest entry first."""
    rows = tx.connection.execute(
        select(moments.c.practice, func.count().label("often"))
        .where(*_written(person, None))
        .group_by(moments.c.practice)
        .order_by(func.max(moments.c.id).desc())
    )
    return [(row.practice, int(row.often)) for row in rows]


def find(tx: Tx, moment_id: int, person: Person) -> Entry | None:
    """Return the entry if it is this person's and still holds something."""
    row = tx.connection.execute(select(*_COLUMNS).where(moments.c.id == moment_id, *_written(person, None))).first()
    return _entry(row, person) if row else None


def change_words(tx: Tx, person: Person, entry: Entry, words: str) -> None:
    """Write other words in place of the old ones, also where they were kept for later; a file stays."""
    _change(tx, person, entry, sealed_words=person.seal.close(words))
    kept.change_of_moment(tx, person, entry.id, words)


def hide(tx: Tx, person: Person, entry: Entry, hidden: bool) -> None:
    """Keep an entry out of the jar, or let it back in."""
    _change(tx, person, entry, hidden=hidden)


def delete(tx: Tx, person: Person, entry: Entry) -> None:
    """Forget the words and the file of a moment, and what was kept from it; that it was answered stays."""
    _change(tx, person, entry, sealed_words=None, sealed_file=None, hidden=False)
    kept.let_go_of_moment(tx, person, entry.id)


def in_jar(tx: Tx, person: Person) -> int:
    """Return how many entries the jar holds."""
    found = select(func.count()).where(*_written(person, None), moments.c.hidden.is_(False))
    return int(tx.connection.execute(found).scalar_one())


def for_looking_back(tx: Tx, person: Person, today: date) -> list[int]:
    """Return the ids of what may come back out of the jar, oldest first; those of today only while nothing is older.

    Hidden entries stay away, and so do those of a hard day: one whose date has a low face, before or after anything.
    """
    rows = tx.connection.execute(_LOOKING_BACK, {"person_id": person.id}).all()
    older = [row.id for row in rows if row.slot[:10] < today.isoformat()]
    return older or [row.id for row in rows]


def _looking_back() -> Select[Any]:
    felt, person = moments.alias(), bindparam("person_id", type_=BigInteger)
    low = or_(felt.c.before <= LOW, felt.c.after <= LOW)
    hard = select(func.substr(felt.c.slot, 1, 10)).where(felt.c.person_id == person, low)
    day = func.substr(moments.c.slot, 1, 10)
    written = (moments.c.person_id == person, _GIVEN, moments.c.hidden.is_(False))
    return select(moments.c.id, moments.c.slot).where(*written, day.not_in(hard)).order_by(moments.c.id)


_GIVEN = or_(moments.c.sealed_words.is_not(None), moments.c.sealed_file.is_not(None))
_LOOKING_BACK = _looking_back()
"""Asked after every moment: made once, for making it costs more than running it."""


def _written(person: Person, practice: str | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [moments.c.person_id == person.id, _GIVEN]
    return wanted if practice is None else [*wanted, moments.c.practice == practice]


def _change(tx: Tx, person: Person, entry: Entry, **values: Any) -> None:
    mine = (moments.c.id == entry.id, moments.c.person_id == person.id)
    tx.connection.execute(update(moments).where(*mine).values(**values))


def _entry(row: Any, person: Person) -> Entry:
    words = person.seal.open(bytes(row.sealed_words)) if row.sealed_words else ""
    file = unpack(person.seal.open_json(bytes(row.sealed_file))) if row.sealed_file else None
    return Entry(row.id, row.practice, row.slot, bool(row.hidden), words, file)
