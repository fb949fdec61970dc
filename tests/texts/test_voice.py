"""A voice says our texts, times and lists in a person's language."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from bot.catalogue import load_catalogue
from bot.texts import LANGUAGES, N_, Voice

ENGLISH = Voice.of("en")
THURSDAY = datetime(2026, 11, 19, 8, 30)


def pseudo(folder: Path, texts: Iterable[str], language: str = "eo") -> Path:
    """Write a made-up translation, "[!! … !!]" around each text, and return the folder of languages."""
    catalog = Catalog(locale=language)
    for text in texts:
        catalog.add(text, f"[!! {text} !!]")
    catalog.add(("{n} moment", "{n} moments"), ("[!! {n} one !!]", "[!! {n} many !!]"))
    path = folder / language / "LC_MESSAGES" / "pebble.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalog)
    return folder


@pytest.mark.parametrize("tag", ["en", "en-US", "EN_gb", "", "xx", "tlh-Latn", "../../etc", "de--", "\0", "a" * 5000])
def test_an_unknown_language_is_answered_in_english(tag: str) -> None:
    assert Voice.of(tag) is ENGLISH
    assert ENGLISH.language == "en"


@pytest.mark.parametrize("tag", ["eo", "eo-XY", "EO", "eo_Latn_XY"])
def test_a_regional_tag_falls_back_to_its_language(tag: str, tmp_path: Path) -> None:
    assert Voice.of(tag, pseudo(tmp_path, ["Did it"])).language == "eo"


def test_the_closest_language_is_taken(tmp_path: Path) -> None:
    pseudo(tmp_path, [], "pt")
    pseudo(tmp_path, [], "pt_BR")
    assert Voice.of("pt-BR", tmp_path).language == "pt_BR"
    assert Voice.of("pt-PT", tmp_path).language == "pt"
    assert str(Voice.of("pt-BR", tmp_path).locale) == "pt_BR"


def test_every_text_reaches_people_in_their_language_those_of_the_catalogue_too(tmp_path: Path) -> None:
    catalogue = load_catalogue()
    texts = {text for _, text in catalogue.texts()} | {"every day", "{date}, {time}", "Hello {name}"}
    voice = Voice.of("eo", pseudo(tmp_path, texts))
    for _, text in catalogue.texts():
        assert voice.say(text) == f"[!! {text} !!]"
    assert catalogue.cue_phrase("coffee", voice) == "[!! after your coffee !!]"
    assert voice.days(range(7)) == "[!! every day !!]"
    assert voice.say("Hello {name}", name="Ana") == "[!! Hello Ana !!]"
    assert voice.count("{n} moment", "{n} moments", 2) == "[!! 2 many !!]"
    assert voice.say("not translated yet") == "not translated yet"


@pytest.mark.parametrize("typed", ["{0.__class__}", "{name}", "%s %(name)s", "}{", "{{x}}", "<b>\\n", ""])
def test_what_a_person_typed_stays_as_typed(typed: str) -> None:
    assert ENGLISH.say("Hello {name}.", name=typed) == f"Hello {typed}."
    assert ENGLISH.either([typed, "tea"]) == f"{typed} or tea"
    assert ENGLISH.all_of(["tea", typed, "milk"]) == f"tea, {typed} and milk"
    assert ENGLISH.say(typed) == typed


def test_a_value_may_have_any_name() -> None:
    assert ENGLISH.say("{self} {message}", self=1, message=2) == "1 2"


def test_a_number_chooses_the_form() -> None:
    forms = [ENGLISH.count("{n} moment with {who}", "{n} moments with {who}", n, who="Ana") for n in (0, 1, 5)]
    assert forms == ["0 moments with Ana", "1 moment with Ana", "5 moments with Ana"]


@pytest.mark.parametrize(("minute", "said"), [(0, "0:00"), (510, "8:30"), (1062, "17:42"), (1439, "23:59")])
def test_a_time_has_24_hours_and_no_leading_zero(minute: int, said: str) -> None:
    assert ENGLISH.time(minute) == said


def test_a_moment_is_said_with_its_day() -> None:
    assert ENGLISH.day_time(THURSDAY) == "Thu 8:30"
    assert ENGLISH.date_time(THURSDAY) == "Thu 19 Nov, 8:30"


def test_days_and_months_come_in_the_persons_language(tmp_path: Path) -> None:
    voice = Voice.of("de-AT", pseudo(tmp_path, [], "de"))
    assert voice.day_time(THURSDAY) == "Do 8:30"
    assert voice.days({0, 2, 4}) == "Mo, Mi und Fr"
    assert voice.either(["Tee", "Kaffee"]) == "Tee oder Kaffee"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (range(5), "weekdays"),
        (range(7), "every day"),
        ((5, 6), "weekends"),
        ((4, 0, 2), "Mon, Wed and Fri"),
        ((6, 5, 4), "Fri, Sat and Sun"),
        ((3,), "Thu"),
        ((), ""),
    ],
)
def test_days_are_said_as_people_say_them(days: Iterable[int], said: str) -> None:
    assert ENGLISH.days(frozenset(days)) == said


def test_lists_of_none_and_one_need_no_word_between() -> None:
    assert (ENGLISH.either([]), ENGLISH.either(["tea"]), ENGLISH.all_of(["tea", "milk"])) == (
        "",
        "tea",
        "tea and milk",
    )


def test_english_is_always_spoken_and_comes_first() -> None:
    assert LANGUAGES[0] == "en"
    assert len(set(LANGUAGES)) == len(LANGUAGES)


def test_a_marked_text_is_unchanged() -> None:
    assert N_("Did it") == "Did it"
