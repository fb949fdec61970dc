"""Whole walks on Discord, inside discord.py's own simulator: the clock moves, and nobody waits."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.simcord_house import Place, SimcordHouse, simcord_house


@pytest.fixture
async def house(template_file: Path, tmp_path: Path) -> AsyncIterator[SimcordHouse]:
    """Pebble in a world of its own."""
    path = tmp_path / "pebble.db"
    shutil.copy(template_file, path)
    async with simcord_house(f"sqlite:///{path}") as house:
        yield house


@pytest.fixture
def anna(house: SimcordHouse) -> Place:
    return house.person("anna")


async def test_x(house: SimcordHouse, anna: Place) -> None:
    await anna.slash("start")
    for label in ("One slow breath", "Coffee", "8:30", "Yes", "Later"):
        print(anna.picture())
        await anna.tap(label)
    print(anna.picture())
    await house.pass_time(86400)
    print(anna.picture())
    assert 0
