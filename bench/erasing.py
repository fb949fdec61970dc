"""What it costs to erase somebody among many, and what the other designs of decision record 15 would cost.

    python -m bench.erasing [PERSONS]

Prints JSON: seconds, unless a name says otherwise. On a file system in memory where there is one, so that the figures
show work and not the disk; `one key destroyed` is also measured on the disk.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy.engine import URL

from bot.clock import SystemClock
from bot.store import Keyring, PersonKeys, Store
from bot.store.migrate import upgrade
from bot.store.opening import write_keys

BATCH = 5_000


def timed(work: Callable[[], Any]) -> float:
    """Return how many seconds it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peopled(folder: Path, persons: int) -> tuple[PersonKeys, list[bytes]]:
    """Return a place with so many keys, and the names of all."""
    file = folder / "secret.keys"
    write_keys(file, [Keyring.new_host_key()])
    keys = PersonKeys(
        URL.create("sqlite", database=str(folder / "person.keys")), Keyring(file.read_text().split(), file)
    )
    names: list[bytes] = []
    while len(names) < persons:
        share = min(BATCH, persons - len(names))
        names += keys.adopt([keys.host.new_person() for _ in range(share)])
    return keys, names


def each(keys: PersonKeys, names: list[bytes], work: Callable[[bytes], Any]) -> float:
    """Return the median of doing something with single keys."""
    step = max(1, len(names) // 200)
    return median(timed(lambda name=name: work(name)) for name in names[::step][:200])  # type: ignore[misc]


def rotation(keys: PersonKeys, folder: Path) -> float:
    """Return how long sealing all keys anew takes."""
    file = folder / "secret.keys"
    write_keys(file, [Keyring.new_host_key(), *file.read_text().split()])

    def all_of_them() -> None:
        while keys.reseal():
            pass

    return timed(all_of_them)


def bare_resealing(most: int) -> float:
    """Return how long sealing one key anew takes without any storage: the least that a rotation could cost."""
    old, new = Fernet(Fernet.generate_key()), Fernet(Fernet.generate_key())
    both = MultiFernet([new, old])
    sealed = [old.encrypt(Fernet.generate_key()) for _ in range(most)]
    return timed(lambda: [both.rotate(token) for token in sealed]) / most


def main() -> None:
    """Measure, and print what was found."""
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    folder = Path(tempfile.mkdtemp(dir=memory))
    disk = Path(tempfile.mkdtemp())
    try:
        keys, names = peopled(folder, persons)
        found = {
            "persons": persons,
            "size of the keys, MB": round((folder / "person.keys").stat().st_size / 1e6, 1),
            "one new person": each(keys, names, lambda _: keys.new_person()),
            "one seal looked up": each(keys, names, keys.sealed_key),
            "one key destroyed": each(keys, names, lambda name: keys.destroy([name], 1)),
            "all keys sealed anew (pebble keys rotate)": rotation(keys, folder),
            "all keys sealed anew, cryptography alone": bare_resealing(20_000) * persons,
            "keys copied (pebble keys copy)": timed(lambda: keys.copy(folder / "copy.keys")),
        }
        few, some = peopled(disk, 2_000)
        found["one key destroyed, on the disk"] = each(few, some, lambda name: few.destroy([name], 1))
        found["one new person, on the disk"] = each(few, some, lambda _: few.new_person())
        found["log emptied, on the disk"] = _log(disk)
        print(json.dumps({name: round(value, 6) for name, value in found.items()}, indent=2))
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(disk)


def _log(folder: Path) -> float:
    store = Store(f"sqlite:///{folder / 'pebble.db'}", SystemClock(), Keyring([Keyring.new_host_key()]))
    upgrade(store)
    took = timed(store._empty_log)
    store.close()
    return took


if __name__ == "__main__":
    main()
