"""How far somebody's thanks travelled: what can be counted, a tree of nameless pebbles, and the words on one's own.

Names are seen only by neighbours, a sentence only by its sender and its receiver: everything else is a nameless pebble.

A chain may have more links than anybody wants to read. So the database walks down from the person's own links and
counts by itself; nothing is read of the rest of a chain, and sealed words only where they are shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    distinct,
    func,
    literal,
    or_,
    select,
)

from bot.gratitude.queries import names_of
from bot.outbox.states import DAY
from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import links


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a person's own sentences: those, and whatever was passed on from them.

    `depth` is how many steps the farthest one is away from the person, `days` from the first to the last of them.
    """

    sentences: int = 0
    people: int = 0
    depth: int = 0
    languages: Sequence[str] = ()
    days: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """One link of a chain; `link_id` is its row, `parent` the place of its parent in the list of nodes.

    `parent` is None where this person's view of the chain begins. `mine`: they sent it, or it was brought to them.
    """

    link_id: int
    parent: int | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on a person's own link; `at` is in UTC seconds, `got`: the sentence is somebody else's.

    `other` is what the person calls its receiver, or who it is from; None for who has left.
    """

    at: int
    got: bool
    sentence: str
    other: str | None


def counts_of(tx: Tx, person: Person) -> Counts:
    """Return how far a person's thanks travelled. What waits for an invitation has not travelled yet."""
    below = _below(person).c
    nameless = select(below.chain_id, below.receiver_number).where(below.receiver_id.is_(None)).distinct().subquery()
    languages = (below.sender_language, below.receiver_language)
    rows = tx.connection.execute(
        select(
            *languages,
            func.count().label("sentences"),
            func.max(below.steps).label("depth"),
            func.min(below.accepted_at).label("first"),
            func.max(below.accepted_at).label("last"),
            # Each once: by their row, or a nameless one by the number in the chain.
            select(func.count(distinct(below.receiver_id)))
            .where(below.receiver_id != person.id)
            .scalar_subquery()
            .label("named"),
            select(func.count()).select_from(nameless).scalar_subquery().label("nameless"),
        ).group_by(*languages)
    ).all()
    if not rows:
        return Counts()
    return Counts(
        sentences=sum(row.sentences for row in rows),
        people=rows[0].named + rows[0].nameless,
        depth=max(row.depth for row in rows),
        languages=sorted({row.receiver_language for row in rows} | {row.sender_language for row in rows}),
        days=(max(row.last for row in rows) - min(row.first for row in rows)) // DAY + 1,
    )


def was_passed_on(tx: Tx, person: Person) -> bool:
    """Return whether anybody has passed on what this person sent, without a look at how far."""
    return tx.connection.execute(_PASSED_ON, {"person_id": person.id}).first() is not None


def nodes_of(tx: Tx, person: Person, most: int) -> list[Node]:
    """Return the tree, parents first: what was brought to the person, what they sent, and what came of that.

    Of more than `most` links of their own only the newest are there, and of more than `most` others the nearest.
    """
    own = dict(_pairs(tx.connection.execute(_own(person).order_by(links.c.id.desc()).limit(most))))
    below = _below(person).c
    # A walk comes to what is near first, and ends when there are enough.
    others = select(below.id, below.parent_id).where(below.steps > 1).limit(most)
    parents = {**dict(_pairs(tx.connection.execute(others))), **own}
    place: dict[int, int] = {}
    nodes: list[Node] = []
    for link_id, parent in sorted(parents.items()):
        if link_id in own or parent in place:
            place[link_id] = len(nodes)
            nodes.append(Node(link_id, place.get(parent or 0), link_id in own))
    return nodes


def newest_sent(tx: Tx, person: Person, most: int) -> list[int]:
    """Return the rows of the sentences that a person has sent to others and that have travelled, the newest first."""
    to_others = links.c.receiver_id.is_distinct_from(person.id)
    wanted = select(links.c.id).where(links.c.sender_id == person.id, _counts(links.c, person), to_others)
    return list(tx.connection.scalars(wanted.order_by(links.c.id.desc()).limit(most)))


def passed_on(tx: Tx, person: Person, link_ids: Collection[int]) -> Mapping[int, int]:
    """Return how many links came of each of these."""
    begin = select(links.c.id, links.c.id.label("first")).where(links.c.id.in_(link_ids)).cte("came", recursive=True)
    on = select(links.c.id, begin.c.first).where(links.c.parent_id == begin.c.id, _counts(links.c, person))
    came = begin.union_all(on).c
    rows = tx.connection.execute(select(came.first, func.count() - 1).group_by(came.first))
    return dict(_pairs(rows))


def words_of(tx: Tx, person: Person, link_ids: Collection[int]) -> Mapping[int, Words]:
    """Return what stands on those of these links that are the person's own."""
    names = ("id", "accepted_at", "sender_id", "receiver_id", "sealed_by_sender", "sealed_by_receiver")
    wanted = select(*(links.c[name] for name in names)).where(links.c.id.in_(link_ids), _is_own(person))
    rows = tx.connection.execute(wanted).all()
    others = {row.id: _other(row, person) for row in rows}
    known = names_of(tx, person, {other for other in others.values() if other is not None})
    return {row.id: _words(row, person, others[row.id], known) for row in rows}


def _other(row: Row[Any], person: Person) -> int | None:
    """Return who is at the other end of a person's own link; None for themselves, and for who has left."""
    other: int | None = row.receiver_id if row.sender_id == person.id else row.sender_id
    return other if other != person.id else None


def _words(row: Row[Any], person: Person, other: int | None, known: Mapping[int, str]) -> Words:
    got = row.sender_id != person.id
    sealed = row.sealed_by_receiver if got else row.sealed_by_sender
    said = person.seal.open_json(bytes(sealed)) if sealed else {}
    name = None if other is None else known.get(other) or said.get("name") or None  # of somebody erased there is none
    return Words(row.accepted_at, got, said.get("sentence", ""), name)


def _own(person: Person) -> Any:
    """Return the question for a person's own links in the chains in which they have sent something."""
    chains = select(links.c.chain_id).where(links.c.sender_id == person.id)
    return select(links.c.id, links.c.parent_id).where(_is_own(person), links.c.chain_id.in_(chains))


def _is_own(person: Person) -> ColumnElement[bool]:
    brought = and_(links.c.receiver_id == person.id, links.c.brought_at.is_not(None))
    return and_(_counts(links.c, person), or_(links.c.sender_id == person.id, brought))


def _counts(link: Any, person: Person) -> ColumnElement[bool]:
    """Return whether a link is there for this person: what was withheld from them is nothing that they have got."""
    return _there_for(link, person.id)


def _there_for(link: Any, person_id: Any) -> ColumnElement[bool]:
    unseen = and_(link.withheld.is_(True), link.receiver_id.is_not_distinct_from(person_id))
    return and_(link.accepted_at.is_not(None), ~unseen)


def _passed_on() -> Select[Any]:
    on, person = links.alias("on"), bindparam("person_id", type_=BigInteger)
    here = (links.c.sender_id == person, _there_for(links.c, person))
    there = (on.c.parent_id == links.c.id, on.c.sender_id.is_distinct_from(person), _there_for(on.c, person))
    return select(on.c.id).where(*here, *there).limit(1)


_PASSED_ON = _passed_on()
"""Asked after every moment: made once, for making it costs more than running it."""


_WALKED = ("id", "parent_id", "chain_id", "receiver_id", "receiver_number")
_COUNTED = ("sender_language", "receiver_language", "accepted_at")


def _below(person: Person) -> CTE:
    """Return the person's own links and all that came of them; `steps` says how far each is away from the person."""
    columns = [links.c[name] for name in (*_WALKED, *_COUNTED)]
    own = select(*columns, literal(1).label("steps")).where(links.c.sender_id == person.id, _counts(links.c, person))
    begin = own.cte("below", recursive=True)
    # What they sent themselves stands at the beginning already, wherever it hangs.
    others = (links.c.sender_id.is_distinct_from(person.id), _counts(links.c, person))
    return begin.union_all(select(*columns, begin.c.steps + 1).where(links.c.parent_id == begin.c.id, *others))


def _pairs(rows: Any) -> list[tuple[int, Any]]:
    return [(row[0], row[1]) for row in rows]
