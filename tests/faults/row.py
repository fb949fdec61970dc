"""One row of the fault table, counted: what was lost, what came twice, and whether the contract allows it."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MOST_COPIES = 2
"""Of one message, whatever happens."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure beside the counts, and the most that the contract allows."""

    name: str
    value: float
    most: float


@dataclass(frozen=True, slots=True)
class Row:
    """What became of `n` messages, answers or dates under one fault.

    `lost` never arrived; `duplicates` came more than once; of one there were `max_copies` at most. `unknown` were given
    up in doubt and told to the host. `may_lose` and `may_double` are what the contract allows.
    """

    n: int
    lost: int = 0
    duplicates: int = 0
    max_copies: int = 1
    unknown: int = 0
    may_lose: int = 0
    may_double: int = 0
    measures: tuple[Measure, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether something was counted, and all of it is within the contract."""
        return (
            self.n > 0
            and self.lost <= self.may_lose
            and self.duplicates <= self.may_double
            and self.max_copies <= MOST_COPIES
            and all(measure.value <= measure.most for measure in self.measures)
        )

    def line(self, fault: str, database: str, seconds: float) -> str:
        """Return the row as a line of JSON; `seconds` is how long it took to find out."""
        counts = {
            "fault": fault,
            "database": database,
            "n": self.n,
            "lost": self.lost,
            "duplicates": self.duplicates,
            "max_copies": self.max_copies,
            "unknown": self.unknown,
        }
        measures = {measure.name: round(measure.value, 3) for measure in self.measures}
        return json.dumps({**counts, "passed": self.passed, **measures, "took_s": round(seconds, 1)})


def counted(copies: Iterable[int], **more: object) -> Row:
    """Return the row for messages of which each arrived so many times."""
    times = Counter(copies)
    return Row(
        n=times.total(),
        lost=times[0],
        duplicates=sum(number for copies, number in times.items() if copies > 1),
        max_copies=max(times, default=0),
        **more,  # type: ignore[arg-type]
    )
