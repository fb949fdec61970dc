"""The catalogue that comes with Pebble: complete, kind, and easy to ask."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from bot.catalogue import Catalogue, load_catalogue
from bot.texts import Voice

CATALOGUE = load_catalogue()
KEYS = [practice.key for practice in CATALOGUE]
FIVE = ("one-breath", "three-senses", "doorway-pause", "evening-joy", "how-am-i")
"""Practices that differ in whatever practices can differ in; test_everything_asked_for.py has all of them."""

# Words that count against a person, push, cheer or promise healing.
UNKIND = re.compile(
    r"streak|\bmiss(?:ed|ing)?\b|\bfail|should(?: |n[’']t)|\bmust\b|have to\b|need to\b|\bforg[eo]t|guilt"
    r"|\blazy|\bbehind on|\bat last\b|finally|\bskipp?ed|\bbroken?\b|giv(?:e|ing) up|excuse|disappoint"
    r"|ashamed|try harder|keep it up|in a row"
    r"|\bonly (?:did|one)|hurry up|last chance|don[’']t (?:stop|break|lose)"
    r"|\bcure|\bheal|therap|depress|anxiety|disorder|symptom|clinical|proven|!",
    re.IGNORECASE,
)


def test_practices_have_their_own_taps() -> None:
    taps = {key: [reply.label for reply in CATALOGUE[key].replies] for key in FIVE}
    assert taps == {
        "one-breath": ["Calmer", "Same"],
        "three-senses": ["Grounded", "Again"],
        "doorway-pause": ["Notice", "Listen", "Encourage"],
        "evening-joy": [],
        "how-am-i": [],
    }


def test_each_asks_for_the_answer_and_the_feelings_that_suit_it() -> None:
    manner = {p.key: (p.answer, p.feelings, p.seconds, p.grace) for p in map(CATALOGUE.__getitem__, FIVE)}
    assert manner == {
        "one-breath": ("tap", "after", 10, 1800),
        "three-senses": ("tap", "after", 30, 1800),
        "doorway-pause": ("tap", "none", 5, 1800),
        "evening-joy": ("words", "none", 60, 10800),
        "how-am-i": ("face", "none", 60, 10800),
    }


def test_evening_joy_belongs_to_the_evening() -> None:
    assert all(20 * 60 <= minute <= 22 * 60 for minute in CATALOGUE["evening-joy"].minutes)


def test_three_senses_asks_three_times_and_none_has_to_be_answered() -> None:
    steps = CATALOGUE["three-senses"].steps
    assert [(step.do, getattr(step, "optional", False)) for step in steps] == [("ask", True)] * 3


def test_every_text_is_short_and_free_of_guilt_pressure_and_promises() -> None:
    assert [(place, text) for place, text in CATALOGUE.texts() if len(text) > 350 or UNKIND.search(text)] == []


@pytest.mark.parametrize("text", ["Don’t forget!", "You missed one", "a 5-day streak", "You should have"])
def test_the_search_for_unkind_words_bites(text: str) -> None:
    assert UNKIND.search(text)


def test_most_texts_are_read_at_a_glance() -> None:
    lengths = [len(text) for _, text in CATALOGUE.texts()]
    assert sum(length <= 140 for length in lengths) > 0.8 * len(lengths)


@pytest.mark.parametrize("key", KEYS)
def test_why_is_one_sentence_and_the_smaller_version_hardly_more(key: str) -> None:
    assert re.findall(r"[.?](?:\s|$)", CATALOGUE[key].why) == ["."]
    assert len(re.findall(r"[.?](?:\s|$)", CATALOGUE[key].smaller)) in (1, 2)
    assert len(CATALOGUE[key].smaller) <= 100


def test_no_wording_is_used_twice() -> None:
    wordings = Counter(text for p in CATALOGUE for text in (*p.prompts, *p.did))
    assert [text for text, times in wordings.items() if times > 1] == []


@pytest.mark.parametrize("key", KEYS)
def test_wordings_take_turns(key: str) -> None:
    practice = CATALOGUE[key]
    week = [practice.prompt(739_000 + day) for day in range(8)]
    assert len(set(week)) == 8
    assert all(first != second for first, second in pairwise(practice.warm(turn) for turn in range(9)))


def test_an_own_tap_has_its_own_warm_line() -> None:
    breath = CATALOGUE["one-breath"]
    assert breath.warm(3, "same") == "Thank you for being honest. It was a breath all the same."
    assert breath.warm(3, "gone") == breath.warm(3) == breath.did[3 % len(breath.did)]


def test_practices_are_found_by_key_and_old_rows_do_no_harm() -> None:
    assert CATALOGUE["one-breath"].title == "One slow breath"
    assert "one-breath" in CATALOGUE
    assert "gone" not in CATALOGUE
    assert None not in CATALOGUE
    assert CATALOGUE.get("gone") is None
    assert CATALOGUE.get(None) is None
    assert len(CATALOGUE) == len(KEYS) == len(set(KEYS))
    with pytest.raises(KeyError):
        CATALOGUE["gone"]


def test_practices_are_found_by_how_long_they_take() -> None:
    shortest, longer = CATALOGUE.lasting(at_most=5), CATALOGUE.lasting(at_most=60, at_least=31)
    assert "doorway-pause" in {p.key for p in shortest}
    assert {p.seconds for p in shortest} == {5}
    assert {"evening-joy", "how-am-i"} <= {p.key for p in longer}
    assert all(31 <= p.seconds <= 60 for p in longer)
    assert CATALOGUE.lasting(at_most=4) == ()


def test_themes_hold_every_practice_once() -> None:
    assert [key for theme in CATALOGUE.themes for key in theme.practices] == KEYS


def test_every_source_is_named() -> None:
    assert all(CATALOGUE.sources[practice.source] for practice in CATALOGUE)


def test_sign_up_offers_three_practices() -> None:
    assert list(CATALOGUE.first) == [
        ("one-breath", "One slow breath"),
        ("three-senses", "Three senses"),
        ("evening-joy", "A gratitude sentence"),
    ]


def test_sign_up_offers_cues_with_three_fitting_times() -> None:
    voice = Voice.of("en")
    offered = {key: (cue.label, [voice.time(m) for m in cue.minutes]) for key, cue in CATALOGUE.cues.items()}
    assert offered == {
        "coffee": ("Coffee", ["7:30", "8:30", "9:30"]),
        "leaving": ("Leaving home", ["7:30", "8:00", "8:30"]),
        "lunch": ("Lunch", ["12:00", "12:30", "13:00"]),
        "bed": ("Bed", ["21:30", "22:00", "22:30"]),
    }
    assert [key for key, cue in CATALOGUE.cues.items() if cue.days == "every-day"] == ["bed"]


def test_a_cue_is_said_as_a_phrase_and_one_that_is_gone_is_left_out() -> None:
    voice = Voice.of("en")
    assert CATALOGUE.cue_phrase("leaving", voice) == "when you leave home"
    assert CATALOGUE.cue_phrase("gone", voice) is None
    assert CATALOGUE.cue_phrase(None, voice) is None


def test_a_catalogue_can_be_empty() -> None:
    assert list(Catalogue([])) == []
