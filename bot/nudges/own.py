"""Practices that people write themselves. Nudges and moments know them as "own-<id>"."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import bindparam, func, select, update

from bot.catalogue import Catalogue, Practice, Reply
from bot.errors import SealBroken
from bot.people.queries import Person
from bot.store import Seal, Tx
from bot.store.tables import own_practices, persons
from bot.texts import N_

PREFIX = "own-"
MOST = 20
"""The most practices of one person."""
_ICON = "🌱"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Own:
    """What a person wrote: a title, a prompt, and the labels of up to three taps besides Did it."""

    title: str
    prompt: str
    replies: tuple[str, ...] = ()


def create(tx: Tx, person: Person, own: Own) -> str:
    """Store it and return its key."""
    row = tx.add(own_practices, person_id=person.id, sealed_body=person.seal.close_json(asdict(own)), created_at=tx.now)
    return f"{PREFIX}{row}"


def change(tx: Tx, person: Person, key: str, own: Own) -> None:
    """Write it anew."""
    _set(tx, person, key, sealed_body=person.seal.close_json(asdict(own)))


def remove(tx: Tx, person: Person, key: str) -> None:
    """Offer it no more; what was answered stays."""
    _set(tx, person, key, removed_at=tx.now)


def restore(tx: Tx, person: Person, key: str) -> int | None:
    """Offer it again, and return when it was removed (UTC seconds); None: it was not, or is somebody else's."""
    removed = select(own_practices.c.removed_at).where(
        own_practices.c.id == int(key.removeprefix(PREFIX)), own_practices.c.person_id == person.id
    )
    at: int | None = tx.connection.scalar(removed)
    if at is not None:
        _set(tx, person, key, removed_at=None)
    return at


_OF_PERSON = (
    select(own_practices)
    .where(own_practices.c.person_id == bindparam("person_id"), own_practices.c.removed_at.is_(None))
    .order_by(own_practices.c.id)
)


def of_person(tx: Tx, person: Person) -> list[Practice]:
    """Return the person's practices in the order in which they were written."""
    return [_practice(row, person.seal) for row in tx.connection.execute(_OF_PERSON, {"person_id": person.id})]


def with_own(tx: Tx, person: Person, catalogue: Catalogue) -> Catalogue:
    """Return the catalogue with the person's practices; most people have none, and nothing is asked for them."""
    return catalogue.plus(of_person(tx, person)) if person.writes else catalogue


def count_of(tx: Tx, person: Person) -> int:
    """Return how many practices the person has written."""
    found = select(func.count()).where(own_practices.c.person_id == person.id, own_practices.c.removed_at.is_(None))
    return int(tx.connection.execute(found).scalar_one())


def by_keys(tx: Tx, keys: Iterable[str]) -> list[Practice]:
    """Return the practices behind these keys, whoever wrote them; keys of the catalogue are passed over.

    So is one that its person's key does not open: it must not hold up everybody else's.
    """
    ids = [int(key.removeprefix(PREFIX)) for key in set(keys) if key.startswith(PREFIX)]
    if not ids:
        return []
    rows: Sequence[Any] = tx.connection.execute(
        select(own_practices, persons.c.key_id)
        .join(persons, persons.c.id == own_practices.c.person_id)
        .where(own_practices.c.id.in_(ids), own_practices.c.removed_at.is_(None))
    ).all()
    found = []
    for row in rows:
        try:
            found.append(_practice(row, tx.keys.seal(row.key_id)))
        except (InvalidToken, SealBroken):
            log.error("practice_unreadable", practice=row.id)
    return found


def _set(tx: Tx, person: Person, key: str, **values: Any) -> None:
    tx.connection.execute(
        update(own_practices)
        .where(own_practices.c.id == int(key.removeprefix(PREFIX)), own_practices.c.person_id == person.id)
        .values(**values)
    )


def _practice(row: Any, seal: Seal) -> Practice:
    body = seal.open_json(bytes(row.sealed_body))
    return written(f"{PREFIX}{row.id}", Own(body["title"], body["prompt"], tuple(body["replies"])))


def written(key: str, own: Own) -> Practice:
    """Return a person's practice in the form of the catalogue's; its rules for packs do not bind a person."""
    return Practice.model_construct(
        key=key,
        icon=_ICON,
        title=own.title,
        why="",
        source="",
        minutes=(9 * 60, 13 * 60, 18 * 60),
        rhythm="daily",
        seconds=60,
        feelings="none",
        late="ritual",
        answer="tap",
        prompts=(own.prompt,),
        did=(N_("A moment of your own. Good."),),
        replies=tuple(
            Reply.model_construct(key=f"own-{name}", label=label, warm=None, then=None, when="always")
            for name, label in zip("abc", own.replies, strict=False)
        ),
        steps=(),
        rounds=1,
        check=None,
        keeps=None,
        smaller=own.prompt,
        smaller_steps=(),
        next=(),
        hard_day=False,
    )
