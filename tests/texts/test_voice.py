"""A voice says our texts, times and lists in a person's language."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from bot.catalogue import load_catalogue
from bot.texts import LANGUAGES, N_, Voice
from tests.kit.translation import write_translation

ENGLISH = Voice.of("en")
THURSDAY = datetime(2026, 11, 19, 8, 30)


def pseudo(folder: Path, texts: Iterable[str], language: str = "eo") -> Path:
    """Write a made-up translation, "[!! … !!]" around each text, and return the folder of languages."""
    messages: list[str | tuple[str, str]] = [*texts, ("{n} moment", "{n} moments")]
    return write_translation(folder, language, messages, lambda text: f"[!! {text} !!]")


@pytest.mark.parametrize("tag", ["en", "en-US", "EN_gb", "", "xx", "tlh-Latn", "../../etc", "xx--", "\0", "a" * 5000])
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


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.3, de; q=0.7", "de"),
        ("tlh, de;q=0.5, en;q=0.4", "de"),
        ("de;q=0, en", "en"),
        ("de;q=0", "en"),
        ("*", "en"),
        ("*, DE_de", "en"),
        ("*, DE-de;q=0.1", "de"),
        ("", "en"),
        ("de;q=9", "en"),
        (";q=1,,;,de;q=1.000", "de"),
        ("../../etc,\0,<b>", "en"),
        ("xx," * 9000 + "de", "en"),
        ("a-" * 50_000, "en"),
    ],
)
def test_a_browser_is_answered_in_the_dearest_of_its_languages_that_is_spoken(header: str, language: str) -> None:
    assert Voice.accepted(header).language == language


def test_every_text_reaches_people_in_their_language_those_of_the_catalogue_too(tmp_path: Path) -> None:
    catalogue = load_catalogue()
    texts = {text for _, text in catalogue.texts()} | {"every day", "{date}, {time}", "Hello {name}"}
    voice = Voice.of("eo", pseudo(tmp_path, texts))
    for _, text in catalogue.texts():
        assert voice.say(text) == f"[!! {text} !!]"
    assert catalogue.cue_phrase("coffee", voice) == "[!! after your coffee !!]"
    assert voice.days(range(7)) == "[!! every day !!]"
    assert voice.say("Hello {name}", name="Ana") == "[!! Hello Ana !!]"
    assert voice.count("{n} moment", "{n} moments", 2) == "[!! 2 moments !!]"
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


@pytest.mark.parametrize(
    ("minute", "said"), [(0, "00:00"), (210, "03:30"), (510, "8:30"), (1062, "17:42"), (1439, "23:59")]
)
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
    assert LANGUAGES == ("en", "de")


def test_what_is_not_translated_or_not_sure_yet_is_said_in_english(tmp_path: Path) -> None:
    file = pseudo(tmp_path, ["Yes"]) / "eo" / "LC_MESSAGES" / "pebble.po"
    with file.open("a", encoding="utf-8") as more:
        more.write(
            'msgid "No"\nmsgstr ""\n\n#, fuzzy\nmsgid "Help"\nmsgstr "Perhaps help"\n\n#~ msgid "Off"\n#~ msgstr "On"\n'
        )
    voice = Voice.of("eo", tmp_path)
    assert [voice.say(text) for text in ("Yes", "No", "Help", "Off")] == ["[!! Yes !!]", "No", "Help", "Off"]


def test_a_translators_file_needs_no_header(tmp_path: Path) -> None:
    file = tmp_path / "pl" / "LC_MESSAGES" / "pebble.po"
    file.parent.mkdir(parents=True)
    forms = "".join(f'msgstr[{n}] "{{n}} {word}"\n' for n, word in enumerate(("chwilka", "chwilki", "chwilek")))
    file.write_text(f'msgid "{{n}} moment"\nmsgid_plural "{{n}} moments"\n{forms}', "utf-8")
    voice = Voice.of("pl", tmp_path)
    said = [voice.count("{n} moment", "{n} moments", n) for n in (1, 3, 5)]
    assert said == ["1 chwilka", "3 chwilki", "5 chwilek"]


def test_the_first_word_in_a_language_reads_its_file_and_the_second_does_not(tmp_path: Path) -> None:
    pseudo(tmp_path, ["Yes"])
    voice = Voice.of("eo", tmp_path)
    (tmp_path / "eo" / "LC_MESSAGES" / "pebble.po").write_text("", "utf-8")
    assert Voice.of("eo", tmp_path) is voice
    assert voice.say("Yes") == "[!! Yes !!]"


def test_a_marked_text_is_unchanged() -> None:
    assert N_("Did it") == "Did it"
