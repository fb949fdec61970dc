"""German is complete: every text has a German one that fits its place and sounds as kind as the English."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import bot.texts
from bot.catalogue import load_catalogue
from bot.catalogue.fields import LONGEST_LABEL, LONGEST_TEXT
from bot.flows.book import BOOK
from bot.schedules.phrases import read
from bot.texts import Voice

TEXTS = Path(bot.texts.__file__).parent
GERMAN = Voice.of("de")
NOON = 1_795_000_000
"""Some moment of November 2026 (UTC seconds)."""

NEITHER = frozenset(("OK", "{day} {time}"))
"""What is the same in both languages although it looks like a text."""

ENGLISH_WORDS = re.compile(r"\b(the|you|your|and|with|this|that|is|are|of|for|how|what|when)\b")

HEAVY = (
    r"serien?|streaks?|verpass\w*|versäum\w*|versag\w*|gescheitert|scheiter\w*|ausgelassen|faul(e[mnrs]?|pelz)?|überfällig"
    r"|musst|müsstest|solltest|sollst|gefälligst|endlich|vergiss\w*|nicht vergessen|vergessen\?|vergesslich"
    r"|schon wieder|immer noch nicht|enttäusch\w*|schuld\w*|schäm\w*|scham|blamabel|pflicht\w*|leistung\w*"
    r"|rekord\w*|punkte?stand|punkte|ziel erreicht|ziele|level|rang(liste)?|wettbewerb\w*|belohn\w*|bestwert\w*"
    r"|weiter so|dranbleiben|bleib dran|halte? durch|durchhalten|gib nicht auf|streng dich an|reiß dich zusammen"
    r"|beeil\w*|letzte chance|los jetzt|jetzt aber|nur noch \d+|am stück|in folge|hintereinander"
    r"|super|toll\w*|prima|klasse|bravo|glückwunsch\w*|gratul\w*|perfekt\w*|großartig\w*|gut gemacht|stolz auf dich"
)
"""Words of guilt, streaks, pressure and cheering."""


def messages(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="de")


def german() -> dict[str, Message]:
    """Return the German of every text that Pebble can say, by its first English form."""
    spoken = messages(TEXTS / "locale" / "de" / "LC_MESSAGES" / "pebble.po")
    used = {_forms(message.id)[0] for message in messages(TEXTS / "pebble.pot") if message.id}
    return {_forms(m.id)[0]: m for m in spoken if m.id and _forms(m.id)[0] in used}


def _forms(texts: object) -> tuple[str, ...]:
    return tuple(texts) if isinstance(texts, (tuple, list)) else (str(texts),)


def said() -> list[tuple[str, str]]:
    """Return all texts, English beside German, each form of a number by itself."""
    pairs: list[tuple[str, str]] = []
    for message in german().values():
        pairs += zip(_forms(message.id), _forms(message.string), strict=True)
    return [(english, text) for english, text in pairs if text]


def test_every_text_has_a_german_one() -> None:
    template = [_forms(message.id)[0] for message in messages(TEXTS / "pebble.pot") if message.id]
    found = german()
    gaps = [text for text in template if text not in found or found[text].fuzzy or not all(_forms(found[text].string))]
    assert gaps == []


def test_every_text_of_the_catalogue_is_said_in_german() -> None:
    left = [text for _, text in load_catalogue().texts() if len(text) > 24 and GERMAN.say(text) == text]
    assert left == []


def test_the_places_for_values_and_the_commands_stay() -> None:
    def places(text: str) -> tuple[Counter[str], set[str]]:
        return Counter(re.findall(r"\{\w*\}", text)), set(re.findall(r"(?<!\w)/[a-z]+", text))

    # A text that is nothing but a command is its name, which is a word of the language.
    names = re.compile(r"/[a-z]+")
    texts = [(english, text) for english, text in said() if not names.fullmatch(english)]
    assert [pair for pair in texts if places(pair[0]) != places(pair[1])] == []


def test_nothing_english_is_left_over() -> None:
    same = [text for english, text in said() if text == english and len(text) > 12 and text not in NEITHER]
    mixed = [text for _, text in said() if len(ENGLISH_WORDS.findall(text)) > 1]
    assert (same, mixed) == ([], [])


def test_what_fits_on_a_button_in_english_fits_in_german() -> None:
    """A short text that begins with a capital or a picture and has no full stop may stand on a button."""
    labels = {
        english: text
        for english, text in said()
        if len(english) <= LONGEST_LABEL and not english[0].islower() and english[-1] not in ".?:,}"
    }
    for practice in load_catalogue():
        for label in (practice.title, *(reply.label for reply in practice.replies)):
            labels[label] = GERMAN.say(label)
    assert {label: text for label, text in labels.items() if len(text) > LONGEST_LABEL} == {}


def test_a_command_is_told_in_a_line_of_the_platforms_menu() -> None:
    told = {name: GERMAN.say(command.description) for name, command in BOOK.commands.items()}
    assert {name: text for name, text in told.items() if len(text) > 60} == {}


def test_no_german_text_is_longer_than_a_phone_shows() -> None:
    assert [(len(text), text) for _, text in said() if len(text) > LONGEST_TEXT] == []


def test_no_german_text_speaks_of_guilt_streaks_or_pressure_or_cheers() -> None:
    heavy = re.compile(rf"\b({HEAVY})(?!\w)", re.IGNORECASE)
    texts = [text.replace("Ohne Serien, ohne Druck.", "") for _, text in said()]
    assert [(found[0], text) for text in texts if (found := heavy.search(text))] == []


def test_no_german_text_shouts_or_stumbles() -> None:
    shouting = [text for _, text in said() if "!" in text or re.search(r"\b(?!MMMM)[A-ZÄÖÜ]{4,}\b", text)]
    ragged = [text for _, text in said() if text != text.strip() or "  " in text or re.search(r" [.,?;:]", text)]
    assert (shouting, ragged) == ([], [])


def test_german_quotes_are_german() -> None:
    wrong = [t for _, t in said() if '"' in t or "'" in t or "”" in t or t.count("„") != t.count("“")]
    assert wrong == []


def test_people_are_addressed_as_friends() -> None:
    formal = re.compile(r"(?<![.:?…] )(?<!\A)(?<!\n)\b(Sie|Ihnen|Ihre?[mnrs]?)\b")
    assert [text for _, text in said() if formal.search(text)] == []


@pytest.mark.parametrize(("n", "told"), [(1, "… und 1 weiterer"), (2, "… und 2 weitere"), (0, "… und 0 weitere")])
def test_a_number_has_its_german_form(n: int, told: str) -> None:
    assert GERMAN.count("… and {n} more", "… and {n} more", n) == told


def _understood(phrase: str, language: str) -> bool:
    return read(phrase, language=language, zone="Europe/Berlin", now=NOON).kind != "none"


def test_the_times_that_texts_suggest_are_understood_in_german_too() -> None:
    suggested = []
    for english, text in said():
        theirs, ours = re.findall("“(.+?)”", english), re.findall("„(.+?)“", text)
        if any(_understood(one, "en") for one in theirs):
            told = [own for one, own in zip(theirs, ours, strict=True) if _understood(one, "en")]
            suggested += [(own, _understood(own, "de")) for own in told]
    assert [own for own, understood in suggested if not understood] == []
    assert {"werktags 8:30", "jeden zweiten Tag um 12 Uhr", "in 20 Minuten"} <= {own for own, _ in suggested}


def test_a_nudge_is_called_the_same_everywhere() -> None:
    nudges = [(english, words) for english, words in said() if re.search(r"\b[Nn]udges?\b", english)]
    assert len(nudges) > 10
    assert [words for english, words in nudges if re.search(r"Erinnerung|Anst[oö]ß|Benachrichtigung", words)] == []
