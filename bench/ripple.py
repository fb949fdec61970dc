"""How long it takes to say how far somebody's thanks travelled, in a chain of many links.

    python -m bench.ripple [LINKS [postgresql://…]]

The address is of an empty database; without one it is SQLite, in memory where there is such a file system. Each link
hangs on one of the 3,000 before it, one receiver in ten has left. Looked at by who began the chain, so that all of it
counts, and by somebody in its middle. Prints JSON: milliseconds, the least of five.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, text

from bot.clock import SystemClock
from bot.gratitude import ripple
from bot.people.queries import Person
from bot.store import Keyring, Seal, Store, Tx
from bot.store.migrate import upgrade
from bot.store.tables import chains, links, persons

NEAR, LEFT = 3_000, 0.1
LANGUAGES = ("en", "de", "fr")
SENTENCE = "I like how you wait until I have finished, and how you look at me meanwhile."


def chain(count: int, sealed: bytes) -> list[dict[str, Any]]:
    """Return the links: person n + 1 receives link n."""
    chance = Random(7)
    rows: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        parent = chance.randint(max(1, number - NEAR), number - 1) if number > 1 else None
        before = rows[parent - 1] if parent else None
        rows.append(
            {
                "id": number,
                "chain_id": 1,
                "parent_id": parent,
                "depth": before["depth"] + 1 if before else 1,
                "sender_id": before["receiver_id"] if before else 1,
                "sender_number": before["receiver_number"] if before else 1,
                "receiver_id": number + 1 if chance.random() >= LEFT else None,
                "receiver_number": number + 1,
                "sender_language": chance.choice(LANGUAGES),
                "receiver_language": chance.choice(LANGUAGES),
                "sealed_by_sender": sealed,
                "sealed_by_receiver": sealed,
                "day": "2026-11-18",
                **dict.fromkeys(("sent_at", "accepted_at", "brought_at"), number * 60),
            }
        )
    return rows


def filled(store: Store, count: int, seal: Seal) -> None:
    """Write the chain and its people down."""
    rows = chain(count, seal.close_json({"sentence": SENTENCE, "name": "Beatrice"}))

    def work(tx: Tx) -> None:
        made = {"created_at": 0, "heard_at": 0, "language": "en"}
        keys = [{"id": number, "key_id": f"key {number}".encode(), **made} for number in range(1, count + 2)]
        tx.connection.execute(insert(persons), keys)
        tx.connection.execute(insert(chains), [{"id": 1, "people": count + 1, "began_at": 0}])
        tx.connection.execute(insert(links), rows)
        tx.connection.execute(text("ANALYZE"))

    store.run_now(work)


def least(store: Store, look: Callable[[Tx], Any]) -> float:
    """Return the least of five times, in milliseconds."""
    took = []
    for _ in range(5):
        began = time.perf_counter()
        store.run_now(look)
        took.append(time.perf_counter() - began)
    return round(min(took) * 1000, 1)


def measured(store: Store, person: Person) -> dict[str, float]:
    """Return how long each question takes."""
    looks: dict[str, Callable[[Tx], Any]] = {
        "was anything passed on": lambda tx: ripple.was_passed_on(tx, person),
        "the numbers": lambda tx: ripple.counts_of(tx, person),
        "the tree": lambda tx: ripple.nodes_of(tx, person, 500),
        "how often passed on": lambda tx: ripple.passed_on(tx, person, ripple.newest_sent(tx, person, 8)),
        "words": lambda tx: ripple.words_of(tx, person, ripple.newest_sent(tx, person, 8)),
    }
    return {name: least(store, look) for name, look in looks.items()}


def main() -> None:
    """Measure, and print what was found."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    address = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder / 'pebble.db'}"
    key = Keyring.new_host_key()
    store = Store(address, SystemClock(), Keyring([key]))
    seal = Seal(key.encode())
    try:
        upgrade(store)
        filled(store, count, seal)
        middle = store.run_now(
            lambda tx: tx.connection.scalar(text(f"SELECT min(sender_id) FROM links WHERE sender_id > {count // 2}"))
        )
        seen_by = {"who began": 1, "somebody in the middle": middle}
        found = {
            name: measured(store, Person(number, 0, "en", None, None, None, seal)) for name, number in seen_by.items()
        }
        print(json.dumps({"links": count, **found}, indent=2))
    finally:
        store.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
