"""The import rules hold, and each kind of violation, planted into a copy of the package, is caught."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINTER = Path(sys.executable).with_name("lint-imports")

EDGES = (
    *("__main__.py", "app.py", "door.py", "rota.py", "web/", "outbox/pump.py", "outbox/shared_pace.py", "store/"),
    *("moving.py", "readiness.py", "exports.py"),
)
"""Where a unit of work may be started; everything else is handed a running one."""

LAYERS = "Imports run downward only"
ADAPTERS = "An adapter does not know another adapter"
NO_PAGES = "The platforms' adapters serve no pages"
NO_SDK = "The local page does without"
PURITY = "Pure rooms know no database"
STEPS = "The steps of a flow call verbs"
SDKS = "Only chats know the platforms' SDKs"
PAGES = "Starlette stays"
SERVER = "Only app and the two that serve pages start uvicorn"
SETTINGS = "Only app and the command line read settings"
ENVIRONMENT = "The environment is read in one place"
SCHEDULER = "The scheduler is the rota's clock"
JOBS = "PgQueuer is known where jobs are handed out"

# The rule, the file that breaks it (made if it is not there), and what it imports.
PLANTS = [
    (LAYERS, "speech/planted.py", "bot.nudges"),
    (LAYERS, "store/planted.py", "bot.app"),
    (LAYERS, "schedules/planted.py", "bot.people"),
    (LAYERS, "web/planted.py", "bot.chats"),
    (LAYERS, "outbox/studio.py", "bot.pictures"),
    (LAYERS, "outbox/pump.py", "bot.privacy"),
    (LAYERS, "outbox/easel.py", "bot.exports"),
    (LAYERS, "attic.py", "json"),
    (ADAPTERS, "chats/telegram.py", "bot.chats.web"),
    (ADAPTERS, "chats/discord.py", "bot.chats.telegram"),
    (NO_PAGES, "chats/telegram.py", "starlette.requests"),
    (NO_PAGES, "chats/discord.py", "uvicorn"),
    (NO_SDK, "chats/web.py", "telegram"),
    (PURITY, "schedules/rules.py", "sqlalchemy"),
    (PURITY, "texts/planted.py", "asyncio"),
    (PURITY, "pictures/planted.py", "asyncio"),
    (PURITY, "catalogue/planted.py", "bot.clock"),
    (PURITY, "flows/engine.py", "time"),
    (PURITY, "people/rules.py", "bot.people.queries"),
    (STEPS, "flows/planted.py", "sqlalchemy"),
    (SDKS, "nudges/planted.py", "telegram"),
    (SDKS, "door.py", "discord"),
    (PAGES, "outbox/planted.py", "starlette.responses"),
    (SERVER, "rota.py", "uvicorn"),
    (SETTINGS, "flows/planted.py", "bot.settings"),
    (ENVIRONMENT, "store/planted.py", "pydantic_settings"),
    (SCHEDULER, "nudges/planted.py", "apscheduler.triggers.cron"),
    (JOBS, "outbox/pump.py", "pgqueuer.queries"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package and its rules, to be spoiled."""
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def lint(folder: Path) -> tuple[int, str]:
    """Run the linter as `make lint` does. It puts its working folder first, so it reads the copy."""
    done = subprocess.run(
        [LINTER, "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "400", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def plant(folder: Path, file: str, line: str) -> None:
    """Add a line of code to a module of the copy, or to the package that has taken its place."""
    path = folder / "bot" / file
    package = path.with_suffix("") / "__init__.py"
    with (package if package.exists() else path).open("a") as module:
        module.write(f"\n{line}\n")


def broken(report: str) -> set[str]:
    """Return the names of the contracts that the linter calls broken."""
    return {line.partition(" BROKEN")[0] for line in report.splitlines() if " BROKEN" in line}


def test_the_import_rules_hold(copy: Path) -> None:
    status, report = lint(copy)
    assert status == 0, report


@pytest.mark.parametrize(("rule", "file", "imported"), PLANTS)
def test_a_planted_import_is_caught(copy: Path, rule: str, file: str, imported: str) -> None:
    plant(copy, file, f"import {imported}")
    status, report = lint(copy)
    assert status == 1, report
    assert any(name.startswith(rule) for name in broken(report)), report
    assert "bot." + file.removesuffix(".py").replace("/", ".") in report


def test_an_import_hidden_in_a_function_is_caught_too(copy: Path) -> None:
    plant(copy, "schedules/rules.py", "def late():\n    import sqlalchemy\n    return sqlalchemy")
    status, report = lint(copy)
    assert status == 1
    assert "bot.schedules.rules -> sqlalchemy" in report


def starters(package: Path) -> Iterator[str]:
    """Yield where a module that is no edge names the store itself, commits, or opens a database.

    import-linter sees modules, not names, and `Tx`, which everybody may have, lives beside `Store`.
    """
    for module in sorted(package.rglob("*.py")):
        name = module.relative_to(package).as_posix()
        if name.startswith(EDGES):
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            match node:
                case ast.ImportFrom(module="bot.store" | "bot.store.engine" | "sqlalchemy", names=names):
                    if any(alias.name in {"Store", "create_engine", "*"} for alias in names):
                        yield f"{name}:{node.lineno}"
                case ast.Attribute(attr="Store" | "commit" | "create_engine"):
                    yield f"{name}:{node.lineno}"


def test_only_the_edges_start_a_unit_of_work() -> None:
    assert list(starters(ROOT / "bot")) == []


@pytest.mark.parametrize(
    "line",
    [
        "from bot.store import Store",
        "from bot.store.engine import Store as Other",
        "from sqlalchemy import create_engine",
        "tx.connection.commit()",
    ],
)
def test_a_planted_unit_of_work_is_caught(copy: Path, line: str) -> None:
    plant(copy, "nudges/planted.py", line)
    assert list(starters(copy / "bot")) == ["nudges/planted.py:2"]
