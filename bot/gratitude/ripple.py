"""How far somebody's thanks travelled: a tree of plain data, and what can be counted in it.

Names are seen only by neighbours, a sentence only by its sender and its receiver: everything else is a nameless pebble.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from bot.gratitude.queries import name_of
from bot.outbox.states import DAY
from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import links


@dataclass(frozen=True, slots=True)
class Node:
    """One link of a chain, as one person may see it.

    `parent` is the place of its parent in the list of nodes, None where this person's view of the chain begins. `mine`:
    they sent or received it; only then there is a `sentence`, and `sender` and `receiver` are names (None: themselves,
    or a nameless one). `got` is the row of the link where the sentence is somebody else's. `depth` counts from the
    beginning of the chain, `at` is in UTC seconds.
    """

    parent: int | None
    mine: bool
    depth: int
    at: int
    sentence: str | None = None
    sender: str | None = None
    receiver: str | None = None
    got: int | None = None


@dataclass(frozen=True, slots=True)
class Ripple:
    """What became of a person's own sentences: those, and whatever was passed on from them.

    `nodes` are in an order in which a parent comes before its children. `depth` is how many steps the farthest one
    is away from the person, `days` from the first to the last of them.
    """

    nodes: Sequence[Node]
    sentences: int
    people: int
    depth: int
    languages: Sequence[str]
    days: int


def ripple_of(tx: Tx, person: Person) -> Ripple:
    """Return how far a person's thanks travelled. What waits for an invitation has not travelled yet."""
    rows = _rows(tx, person)
    below = _below(rows, person)
    counted = [row for row in rows if row.id in below]
    times = [row.accepted_at for row in counted]
    return Ripple(
        nodes=_nodes(tx, person, rows, below),
        sentences=len(counted),
        people=len(_people(counted, person)),
        depth=max(below.values(), default=0),
        languages=sorted({row.receiver_language for row in counted} | {row.sender_language for row in counted}),
        days=(max(times) - min(times)) // DAY + 1 if times else 0,
    )


def _rows(tx: Tx, person: Person) -> list[Row[Any]]:
    """Return the links of all chains in which the person has sent something, parents first."""
    mine = select(links.c.chain_id).where(links.c.sender_id == person.id).distinct()
    found = tx.connection.execute(
        select(links).where(links.c.chain_id.in_(mine), links.c.accepted_at.is_not(None)).order_by(links.c.id)
    )
    # What was withheld from its receiver is nothing that they have got.
    return [row for row in found if not (row.withheld and row.receiver_id == person.id)]


def _below(rows: Sequence[Row[Any]], person: Person) -> Mapping[int, int]:
    """Return the person's own links and all that came of them, with how many steps each is away from the person."""
    steps: dict[int, int] = {}
    for row in rows:
        before = steps.get(row.parent_id)
        if row.sender_id == person.id:
            steps[row.id] = 1
        elif before is not None:
            steps[row.id] = before + 1
    return steps


def _people(counted: Sequence[Row[Any]], person: Person) -> set[tuple[int, int]]:
    """Return who was reached, each once: by their row, or a nameless one by the number in the chain."""
    own = {(row.chain_id, row.sender_number) for row in counted if row.sender_id == person.id}
    reached = {(row.chain_id, row.receiver_number): row.receiver_id for row in counted}
    others = {place: who for place, who in reached.items() if place not in own and who != person.id}
    return {place if who is None else (0, who) for place, who in others.items()}


def _nodes(tx: Tx, person: Person, rows: Sequence[Row[Any]], below: Mapping[int, int]) -> list[Node]:
    """Return the tree: what the person received, what they sent, and what came of that."""
    shown = [row for row in rows if row.id in below or (row.receiver_id == person.id and row.brought_at is not None)]
    place = {row.id: number for number, row in enumerate(shown)}
    return [_node(tx, person, row, place.get(row.parent_id)) for row in shown]


def _node(tx: Tx, person: Person, row: Row[Any], parent: int | None) -> Node:
    sent, got = row.sender_id == person.id, row.receiver_id == person.id
    sealed = row.sealed_by_sender if sent else row.sealed_by_receiver if got else None
    said = person.seal.open_json(bytes(sealed)) if sealed else {}
    name = said.get("name") or None  # of somebody erased there is none
    return Node(
        parent=parent,
        mine=sent or got,
        depth=row.depth,
        at=row.accepted_at,
        sentence=said.get("sentence"),
        sender=(name_of(tx, person.id, person.seal, row.sender_id) or name) if got and not sent else None,
        receiver=(name_of(tx, person.id, person.seal, row.receiver_id) or name) if sent and not got else None,
        got=row.id if got and not sent else None,
    )
