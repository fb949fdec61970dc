"""What a host reads of the catalogue, and the page that is made from it."""

import json
from pathlib import Path

import pytest

from bot.catalogue import Practice, load_catalogue
from bot.catalogue.listing import as_data, as_lines, as_page

CATALOGUE = load_catalogue()
PAGE = Path(__file__).parents[2] / "docs" / "practices.md"


def test_the_page_of_practices_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == as_page(CATALOGUE), "docs/practices.md is stale: run make practices"


@pytest.mark.parametrize("practice", CATALOGUE, ids=lambda practice: practice.key)
def test_the_page_tells_all_of_a_practice(practice: Practice) -> None:
    section = as_page(CATALOGUE).split(f"### {practice.icon} {practice.title}\n")[1].split("\n#")[0]
    source = CATALOGUE.sources[practice.source]
    for told in (practice.why, source, practice.smaller, practice.prompts[0], f"{len(practice.prompts)}, such as"):
        assert told in section
    assert all(reply.label in section for reply in practice.replies)
    assert all(f"{minute // 60}:{minute % 60:02d}" in section for minute in practice.minutes)


def test_lengths_are_told_in_minutes_and_seconds() -> None:
    page = as_page(CATALOGUE)
    assert "**Takes:** 10 s\n" in page
    assert "**Takes:** 1 min\n" in page


def test_every_practice_stands_once_and_under_its_theme() -> None:
    listed = [practice["key"] for theme in as_data(CATALOGUE)["themes"] for practice in theme["practices"]]
    assert sorted(listed) == sorted(practice.key for practice in CATALOGUE)
    lines = as_lines(CATALOGUE).splitlines()
    assert sum(line.startswith("  ") for line in lines) == len(CATALOGUE)


def test_the_data_is_plain() -> None:
    assert json.loads(json.dumps(as_data(CATALOGUE))) == as_data(CATALOGUE)
