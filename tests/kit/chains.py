"""Chains as rows, made up at random, for what is too long to converse through."""

from random import Random
from typing import Any

from bot.people.queries import Person
from bot.store import Keyring, Seal, Store, Tx
from bot.store.tables import chains, links, persons

PEOPLE = 6
LANGUAGES = ("en", "de", "fr")


def people(store: Store) -> list[Person]:
    """Return some people whom only their numbers and keys make."""

    def work(tx: Tx) -> list[Person]:
        made = {"created_at": tx.now, "heard_at": tx.now, "language": "en"}
        rows = [{"id": n, "key_id": f"key {n}".encode(), **made} for n in range(1, PEOPLE + 1)]
        tx.connection.execute(persons.insert(), rows)
        seals = [Seal(Keyring.new_host_key().encode()) for _ in rows]
        return [Person(n, 0, "en", None, None, None, seal) for n, seal in enumerate(seals, 1)]

    return store.run_now(work)


def entangled(seed: int, count: int, people: list[Person]) -> list[dict[str, Any]]:
    """Return so many links of a few chains, as years of joining, erasing, blocking and waiting may have left them."""
    chance = Random(seed)
    rows: list[dict[str, Any]] = []
    numbers: dict[tuple[int, int], int] = {}

    def number(chain: int, who: int | None) -> int:
        """Return who of the chain this is: somebody who has left is new each time."""
        return 1000 + len(rows) if who is None else numbers.setdefault((chain, who), len(numbers) + 1)

    for link_id in range(1, count + 1):
        parent = chance.choice([None, *rows, *rows[-8:], *rows[-8:]])
        chain = parent["chain_id"] if parent else chance.randint(1, 3)
        ids: list[int | None] = [person.id for person in people]
        follows = parent is not None and chance.random() < 0.7
        sender = parent["receiver_id"] if parent and follows else chance.choice([*ids, None])
        receiver = chance.choice([*ids, None, None])
        brought = chance.random() < 0.8
        rows.append(
            {
                "id": link_id,
                "chain_id": chain,
                "parent_id": parent["id"] if parent else None,
                "depth": parent["depth"] + 1 if parent else 1,
                "sender_id": sender,
                "receiver_id": receiver,
                "sender_number": number(chain, sender),
                "receiver_number": number(chain, receiver),
                "sender_language": chance.choice(LANGUAGES),
                "receiver_language": chance.choice(LANGUAGES),
                "day": "2026-11-18",
                "sent_at": link_id,
                "accepted_at": link_id * chance.randint(1, 90_000) if chance.random() < 0.9 else None,
                "brought_at": link_id if brought else None,
                "withheld": not brought and chance.random() < 0.5,
                **sealed(people, sender, receiver, link_id),
            }
        )
    return rows


def line(count: int, one: Person) -> list[dict[str, Any]]:
    """Return a chain in which one person began and everybody else has left."""
    common = {"chain_id": 1, "receiver_id": None, "sender_language": "en", "receiver_language": "en"}
    return [
        {
            "id": n,
            "parent_id": n - 1 or None,
            "depth": n,
            "sender_id": one.id if n == 1 else None,
            "sender_number": n,
            "receiver_number": n + 1,
            "day": "2026-11-18",
            "sent_at": n,
            "accepted_at": n,
            "brought_at": n,
            **common,
        }
        for n in range(1, count + 1)
    ]


def sealed(people: list[Person], sender: int | None, receiver: int | None, link_id: int) -> dict[str, bytes | None]:
    """Return the copies of a sentence, each sealed by whose it is."""
    seals = {person.id: person.seal for person in people}
    copies = {"sealed_by_sender": sender, "sealed_by_receiver": receiver}
    said = {"sentence": f"Sentence {link_id}.", "name": "Somebody"}
    return {name: seals[who].close_json(said) if who else None for name, who in copies.items()}


def lay_down(store: Store, rows: list[dict[str, Any]]) -> None:
    """Write links with their chains into the database."""

    def work(tx: Tx) -> None:
        made = [{"id": number, "people": 1, "began_at": 0} for number in sorted({row["chain_id"] for row in rows})]
        tx.connection.execute(chains.insert(), made)
        tx.connection.execute(links.insert(), rows)

    store.run_now(work)
