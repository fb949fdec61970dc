"""What it costs to seal something with the keys of all whose words stand in it (decision record 16).

    python -m bench.sealing

Prints JSON: microseconds, each the median of 500.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy.engine import URL

from bot.store import Keyring, PersonKeys

TEXT = "I like how you wait until I have finished, and how you carry the heavy end without a word. " * 3
OWNERS = (0, 1, 12, 200)


def timed(work: Callable[[], Any]) -> float:
    """Return how many microseconds something takes."""
    taken = []
    for _ in range(500):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return round(median(taken) * 1e6, 1)


def main() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        place = URL.create("sqlite", database=str(Path(folder) / "person.keys"))
        keys = PersonKeys(place, Keyring([Keyring.new_host_key()]))
        reader, *others = keys.adopt([keys.host.new_person() for _ in range(max(OWNERS) + 1)])
        found: dict[str, Any] = {"seal looked up, at hand": timed(lambda: keys.seal(reader))}
        seal = keys.seal(reader)
        for number in OWNERS:
            owners = others[:number]
            sealed = seal.close(TEXT, owners)
            found[f"{number} owners"] = {
                "close": timed(lambda owners=owners: seal.close(TEXT, owners)),  # type: ignore[misc]
                "open": timed(lambda sealed=sealed: seal.read(sealed)),  # type: ignore[misc]
                "bytes": len(sealed),
            }
        json.dump(found, sys.stdout, indent=2)
        print()


if __name__ == "__main__":
    main()
