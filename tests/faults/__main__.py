"""`python -m tests.faults`: the whole fault table in its full form, a line of JSON for each row.

make faults                     all of it: about an hour
python -m tests.faults kill     only the faults whose names hold this word
python -m tests.faults --short  in the sizes of the test suite
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.ground import ground
from tests.faults.table import DRILLS, Drill
from tests.kit.databases import Postgres, in_memory, migrated_file, postgres


def main() -> int:
    """Try the faults that were asked for; return 1 when one of them broke the contract."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("word", nargs="?", default="", help="only faults whose names hold this")
    parser.add_argument("--short", action="store_true", help="in the sizes of the test suite")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    broken = 0
    with tempfile.TemporaryDirectory(prefix="pebble-faults-", dir=in_memory()) as folder, postgres() as server:
        template = migrated_file(Path(folder))
        for drill in DRILLS:
            if chosen.word.casefold() in drill.fault.casefold():
                for kind in (one for one in drill.databases if not chosen.short or one in drill.short_on):
                    broken += not _tried(drill, kind, chosen.short, Path(folder), template, server)
    return 1 if broken else 0


def _tried(drill: Drill, kind: str, short: bool, folder: Path, template: Path, server: Postgres) -> bool:
    began = time.monotonic()
    own = Path(tempfile.mkdtemp(dir=folder))
    with ground(own, template, server if kind == "postgresql" else None) as tried:
        try:
            row = drill.try_it(tried, **(drill.short if short else drill.full))
        except AssertionError as problem:  # what was waited for did not happen; the other rows are tried all the same
            told = {"fault": drill.fault, "database": kind, "passed": False, "problem": str(problem)}
            print(json.dumps(told), flush=True)
            return False
    print(row.line(drill.fault, kind, time.monotonic() - began), flush=True)
    return row.passed


if __name__ == "__main__":
    sys.exit(main())
