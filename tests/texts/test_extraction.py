"""Translators get every text that people read, and the template says so."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

import bot.texts
from bot.catalogue import load_catalogue

TEXTS = Path(bot.texts.__file__).parent
KEYWORDS = {**DEFAULT_KEYWORDS, **parse_keywords(["N_", "say", "count:1,2"])}

Message = str | tuple[str, ...]


def extracted() -> set[Message]:
    with (TEXTS / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(TEXTS.parent, methods, options, KEYWORDS)
    return {message for _, _, message, _, _ in found}


def from_python(source: str) -> list[tuple[Message, list[str]]]:
    method = "bot.texts.extraction:from_python"
    found = extract(method, BytesIO(source.encode()), KEYWORDS, ["Translators:"])
    return [(message, list(comments)) for _, message, comments, _ in found]


def test_the_template_is_up_to_date() -> None:
    with (TEXTS / "pebble.pot").open("rb") as file:
        template = {message.id for message in read_po(file) if message.id}
    now = extracted()
    missing, surplus = sorted(map(str, now - template)), sorted(map(str, template - now))
    assert (missing, surplus) == ([], []), "pebble.pot is stale: run the command in bot/texts/extraction.py"


def test_the_template_changes_only_when_a_text_does() -> None:
    template = (TEXTS / "pebble.pot").read_text("utf-8")
    assert "-Date:" not in template
    assert "\n#: " not in template


def test_every_text_of_the_catalogue_is_extracted() -> None:
    found = extracted()
    assert [place for place, text in load_catalogue().texts() if text not in found] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('N_("one")', ["one"]),
        ('voice.say("one" " two", name=name)', ["one two"]),
        ("f\"{icon} {voice.say(N_('one'))}\"", ["one"]),
        ('voice.count("{n} day", "{n} days", n)', [("{n} day", "{n} days")]),
        ("voice.say(practice.title)", []),
        ('", ".join(names).count(",")', []),
        ('say = voice.say\nsay("one")', ["one"]),
    ],
)
def test_texts_are_found_wherever_they_stand_in_code(source: str, found: list[Message]) -> None:
    assert [message for message, _ in from_python(source)] == found


def test_a_note_for_translators_travels_with_its_text() -> None:
    notes = from_python('# Translators: a pattern\nN_("one")\n# why this is so\nN_("two")\n')
    assert notes == [("one", ["Translators: a pattern"]), ("two", [])]


def test_a_text_put_together_at_run_time_is_refused() -> None:
    with pytest.raises(ValueError, match="line 1: N_ takes one plain text"):
        from_python('N_(f"{name} is here")')
