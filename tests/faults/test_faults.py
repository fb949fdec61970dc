"""Every fault of the table in its short form; `make faults` tries the full one, see docs/reliability.md."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.ground import ground
from tests.faults.row import Measure, Row, counted
from tests.faults.table import DRILLS, Drill

TRIED = [
    pytest.param(drill, kind, id=f"{drill.fault}-{kind}")
    for drill in DRILLS
    for kind in drill.databases
    if kind in drill.short_on
]


@pytest.mark.parametrize(("drill", "kind"), TRIED)
def test_the_contract_holds(
    drill: Drill, kind: str, tmp_path: Path, template_file: Path, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("postgres_server") if kind == "postgresql" else None
    with ground(tmp_path, template_file, server) as tried:
        row = drill.try_it(tried, **drill.short)
    assert row.passed, row.line(drill.fault, kind, 0)


def test_a_row_passes_only_where_something_was_counted_and_all_of_it_is_within_the_contract() -> None:
    fine = counted([1, 1, 1])
    assert fine.passed
    assert (fine.n, fine.lost, fine.duplicates, fine.max_copies) == (3, 0, 0, 1)
    assert not counted([]).passed
    assert not counted([1, 0]).passed
    assert not counted([1, 2]).passed
    assert counted([1, 2], may_double=1).passed
    assert not counted([1, 3], may_double=1).passed
    assert not replace(fine, measures=(Measure("stop_s", 11, 10),)).passed
    assert not Row(n=3, lost=2, unknown=2, may_lose=1).passed
