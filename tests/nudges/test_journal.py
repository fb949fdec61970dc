"""What was written is read back on both databases, to its owner alone."""

from datetime import date

import pytest

from bot.nudges import journal, kept, moments
from bot.nudges.moments import Wanted
from bot.people.queries import Person, meet
from bot.speech import Address, File
from bot.store import Store, Tx
from tests.kit.clock import HandClock

DAY = 86_400
BERLIN = "Europe/Berlin"
NOTE = File("memory", "voice", "note-1", 7200)
TODAY = date(2026, 11, 18)


def met(store: Store, name: str = "anna") -> Person:
    return store.run_now(lambda tx: meet(tx, Address("memory", name), "en", None))


def give(store: Store, person: Person, words: str | None, file: File | None = None, practice: str = "joy") -> int:
    """Begin a moment, answer it, and return its row."""

    def work(tx: Tx) -> int:
        moment = moments.begin(tx, person, Wanted(practice, "none", 0), BERLIN)
        moments.answer(tx, moment, "words" if words else "did", person, words, file)
        return moment.id

    return store.run_now(work)


def feel(store: Store, person: Person, **face: int) -> None:
    def work(tx: Tx) -> None:
        moments.feel(tx, moments.begin(tx, person, Wanted("face", "none", 0), BERLIN), **face)

    store.run_now(work)


def words(store: Store, person: Person, practice: str | None = None, skip: int = 0) -> list[str]:
    return store.run_now(lambda tx: [one.words for one in journal.page(tx, person, practice, skip, 2)])


def looking_back(store: Store, person: Person, today: date = TODAY) -> list[int]:
    return store.run_now(lambda tx: journal.for_looking_back(tx, person, today))


def test_what_was_given_is_read_newest_first_in_pages(store: Store) -> None:
    anna = met(store)
    for n in range(5):
        give(store, anna, f"joy {n}")
        give(store, anna, None)
    give(store, anna, "thanks", practice="thanks")
    assert [words(store, anna, skip=skip) for skip in (0, 2, 4, 6)] == [
        ["thanks", "joy 4"],
        ["joy 3", "joy 2"],
        ["joy 1", "joy 0"],
        [],
    ]
    assert words(store, anna, "joy", 4) == ["joy 0"]
    found = store.run_now(lambda tx: (journal.count_of(tx, anna), journal.count_of(tx, anna, "joy")))
    assert found == (6, 5)
    assert store.run_now(lambda tx: journal.practices(tx, anna)) == [("thanks", 1), ("joy", 5)]


def test_a_note_of_two_hours_is_read_back_by_its_id(store: Store) -> None:
    anna = met(store)
    row = give(store, anna, None, NOTE)
    entry = store.run_now(lambda tx: journal.find(tx, row, anna))
    assert entry is not None
    assert (entry.words, entry.file, entry.day, entry.hidden) == ("", NOTE, TODAY, False)


def test_nobody_finds_the_rows_of_somebody_else(store: Store) -> None:
    anna, ben = met(store), met(store, "ben")
    row = give(store, anna, "mine")
    entry = store.run_now(lambda tx: journal.find(tx, row, anna))
    assert entry is not None

    def meddle(tx: Tx) -> None:
        assert journal.find(tx, row, ben) is None
        assert journal.page(tx, ben, None, 0, 9) == []
        assert (journal.count_of(tx, ben), journal.practices(tx, ben), journal.in_jar(tx, ben)) == (0, [], 0)
        assert journal.for_looking_back(tx, ben, TODAY) == []
        kept.keep(tx, anna, "safe", "mine", None, row)
        journal.hide(tx, ben, entry, True)
        journal.delete(tx, ben, entry)
        assert [one.text for one in kept.on_shelf(tx, anna, "safe")] == ["mine"]

    store.run_now(meddle)
    assert store.run_now(lambda tx: journal.find(tx, row, anna)) == entry


def test_what_is_deleted_leaves_the_answer_alone(store: Store) -> None:
    anna = met(store)
    row = give(store, anna, "The sea", NOTE)

    def delete(tx: Tx) -> None:
        kept.keep(tx, anna, "safe", "The sea", NOTE, row)
        entry = journal.find(tx, row, anna)
        assert entry is not None
        journal.delete(tx, anna, entry)
        assert journal.find(tx, row, anna) is None
        assert kept.on_shelf(tx, anna, "safe") == []
        moment = moments.find(tx, row, anna)
        assert moment is not None
        assert moment.answer == "words"

    store.run_now(delete)


def test_other_words_reach_the_shelf_and_leave_the_file(store: Store) -> None:
    anna = met(store)
    row = give(store, anna, "The sae", NOTE)

    def change(tx: Tx) -> None:
        kept.keep(tx, anna, "proof", "The sae", NOTE, row)
        kept.keep(tx, anna, "proof", "A bench", None, row + 1)
        entry = journal.find(tx, row, anna)
        assert entry is not None
        journal.change_words(tx, anna, entry, "The sea")
        changed = journal.find(tx, row, anna)
        assert changed is not None
        assert (changed.words, changed.file) == ("The sea", NOTE)
        assert [(one.text, one.file) for one in kept.on_shelf(tx, anna, "proof")] == [
            ("A bench", None),
            ("The sea", NOTE),
        ]

    store.run_now(change)


def test_hidden_ones_and_today_stay_out_of_looking_back(store: Store, clock: HandClock) -> None:
    anna = met(store)
    first, second = give(store, anna, "one"), give(store, anna, "two")
    assert looking_back(store, anna) == [first, second]
    clock.forward(DAY)
    third = give(store, anna, "three")
    tomorrow = date(2026, 11, 19)
    assert looking_back(store, anna, tomorrow) == [first, second]

    def hide(tx: Tx) -> None:
        for row in (first, second):
            entry = journal.find(tx, row, anna)
            assert entry is not None
            journal.hide(tx, anna, entry, True)

    store.run_now(hide)
    assert looking_back(store, anna, tomorrow) == [third]
    assert store.run_now(lambda tx: (journal.in_jar(tx, anna), journal.count_of(tx, anna))) == (1, 3)


@pytest.mark.parametrize(
    ("face", "stays"),
    [({"before": 1}, False), ({"after": 2}, False), ({"before": 3}, True), ({"before": 2, "after": 5}, False)],
)
def test_a_low_face_anywhere_in_a_day_makes_it_a_hard_one(
    store: Store, clock: HandClock, face: dict[str, int], stays: bool
) -> None:
    anna, ben = met(store), met(store, "ben")
    row = give(store, anna, "one")
    feel(store, anna, **face)
    feel(store, ben, before=1)
    clock.forward(DAY)
    other = give(store, anna, "two")
    clock.forward(DAY)
    assert looking_back(store, anna, date(2026, 11, 20)) == [row, other][not stays :]
