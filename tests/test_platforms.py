"""The page that tells what each platform does natively: it is complete, and every line of it is shown by a test."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/platforms.md").read_text(encoding="utf-8")
COLUMNS = ["Feature", "Telegram", "Discord", "Local page", "Shown by"]
FEATURES = {
    "Menu of commands",
    "Localised names",
    "Autocomplete",
    "Buttons",
    "Link buttons",
    "Old buttons",
    "Long lists",
    "Forms",
    "Typed answers",
    "Plain text",
    "Voice notes",
    "Photos",
    "Files shown again",
    "Pictures",
    "Thanks",
    "Invitations",
    "Sharing",
    "QR codes",
    "Ripples",
    "Several chats of one person",
    "Calendar file",
    "Live exercises",
    "Toasts",
    "Taps acknowledged",
    "Edits",
    "Silent delivery",
    "Location and zone",
    "Native times",
    "Private answers in servers",
    "Groups and servers",
    "Closed chats",
    "Events that come twice",
    "Sendings that come twice",
    "Missed messages",
    "Rate limits",
    "Install",
    "Several in one process",
}
"""Written out here, not read from the page: a row that is lost is missed."""

_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def _table() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


HEAD, _, *ROWS = _table()


@cache
def _tests_in(path: str) -> frozenset[str]:
    """Return the names of the tests that a file defines; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def test_the_table_has_its_columns_and_each_feature_once() -> None:
    assert HEAD == COLUMNS
    assert sorted(row[0] for row in ROWS) == sorted(FEATURES)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_each_row_says_something_of_every_platform_and_is_shown_by_tests_alone(row: list[str]) -> None:
    assert len(row) == len(COLUMNS)
    assert all(row)
    assert _TEST.findall(row[-1])
    assert not _TEST.sub("", row[-1]).strip(), "nothing but tests stands in the last column"


@pytest.mark.parametrize("path", sorted(set(_TEST.findall(PAGE))), ids="::".join)
def test_every_test_that_the_page_names_is_there(path: tuple[str, str]) -> None:
    file, name = path
    assert name in _tests_in(file)


def test_a_test_that_is_not_there_would_be_noticed() -> None:
    assert "test_nothing_of_the_kind" not in _tests_in("tests/test_platforms.py")
    assert _tests_in("tests/test_nowhere.py") == frozenset()
    assert "test_the_table_has_its_columns_and_each_feature_once" in _tests_in("tests/test_platforms.py")
