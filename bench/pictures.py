"""How long a ripple picture takes, and how much memory the process that draws it needs. Prints one JSON line.

    python bench/pictures.py [--pictures 15]

Medians in milliseconds for 1, 7 and 200 links, drawn in the studio's own process as `pebble run` does, so with the way
there and back; the first picture apart, for it waits for the process to start and the emoji to be read. Memory is that
process's highest (VmHWM, so Linux only), in MB.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.outbox.studio import Studio
from bot.pictures import Link, Number, Ripple

LINKS = (1, 7, 200)


def ripple(links: int) -> Ripple:
    """Return a picture of a chain of so many links, whose second, or only, one is the person's own."""
    chance = Random(links)
    parents = [None, *(chance.randrange(place) for place in range(1, links))]
    own = min(1, links - 1)
    words = ("You waited with me until the bus came. 雨の後の匂い, and مرحبا at the door 🚌", "Noor", "Юлия")
    drawn = tuple(Link(parent, True, *words) if place == own else Link(parent) for place, parent in enumerate(parents))
    numbers = (Number("4", "links deep"), Number(str(links), "people"), Number("4", "languages"), Number("12", "days"))
    return Ripple("How one thank-you travelled", numbers, drawn, you="you")


def highest_memory() -> float:
    """Return the highest memory of the studio's process in MB."""
    (worker,) = multiprocessing.active_children()
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


async def measure(pictures: int) -> dict[str, float]:
    """Return the figures."""
    studio = Studio("bot.pictures:draw")
    begin = time.perf_counter()
    await studio.draw(ripple(7).to_dict())
    found = {"first_ms": round(1000 * (time.perf_counter() - begin))}
    for links in LINKS:
        what = ripple(links).to_dict()
        took = []
        for _ in range(pictures):
            begin = time.perf_counter()
            png = await studio.draw(what)
            took.append(1000 * (time.perf_counter() - begin))
        found |= {f"links_{links}_ms": round(statistics.median(took)), f"links_{links}_kb": len(png) // 1000}
    memory = round(highest_memory())
    studio.close()
    return {**found, "worker_mb": memory}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=15, help="how many of each")
    print(json.dumps(asyncio.run(measure(parser.parse_args().pictures))))


if __name__ == "__main__":
    main()
