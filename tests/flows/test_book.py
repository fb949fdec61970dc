"""What can be said to Pebble, all together."""

import pytest

from bot.flows.book import BOOK, MENU, bind
from bot.flows.visit import Chapter, Command


def test_every_command_that_is_described_is_in_the_menu_and_no_other() -> None:
    assert {name for name, command in BOOK.commands.items() if command.description} == set(MENU)


def test_the_menu_begins_with_what_people_want_most_and_is_not_long() -> None:
    assert MENU[:2] == ("start", "now")
    assert MENU[-4:] == ("cancel", "privacy", "export", "delete")
    assert len(MENU) == len(set(MENU)) <= 27


def test_two_chapters_cannot_claim_the_same_name() -> None:
    chapter = Chapter(commands={"now": Command("", lambda visit: None)})
    with pytest.raises(ValueError, match="two chapters claim"):
        bind([chapter, chapter])
