"""Everything that the chat page says stands where translators find it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import bot.web
from bot.schedules.phrases import read
from bot.schedules.rules import Rule, Times, Weekly
from bot.texts import LANGUAGES, Voice
from bot.texts.marked import as_data, in_html, in_script, said
from tests.kit.translation import write_translation
from tests.texts.test_extraction import extracted

PAGE = Path(bot.web.__file__).parent / "page"
HTML = (PAGE / "chat.html").read_text("utf-8")
SCRIPTS = {path.name: path.read_text("utf-8") for path in PAGE.glob("*.js")}
SPOKEN = ("title", "placeholder", "alt", "aria-label", "aria-description", "aria-placeholder", "aria-valuetext")
"""Attributes that people read or hear."""
PLACEHOLDER = "every weekday at 8:30…"
NOON = 1_795_000_000
"""Some moment of November 2026 (UTC seconds)."""


class Reader(HTMLParser):
    """Collects what people read or hear of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in SPOKEN]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def spoken(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    return [" ".join(text.split()) for text in reader.found if re.search(r"\w", text)]


def page_texts() -> set[str]:
    return {text for _, text in in_html(HTML)} | {text for source in SCRIPTS.values() for _, text in in_script(source)}


def test_every_text_of_the_page_is_marked() -> None:
    left = [re.sub(r"\[\[.+?\]\]", "", text) for text in spoken(HTML)]
    assert {text for text in left if re.search(r"\w", text)} == {"Pebble"}


def test_every_text_of_the_scripts_is_marked() -> None:
    """Whatever begins with a capital or ends like a sentence is taken for a text, but for a few names."""
    loose = set()
    for source in SCRIPTS.values():
        code = re.sub(r"^\s*//.*$|(?<=[;,]) // .*$|^import .*$", "", source, flags=re.MULTILINE)
        code = re.sub(r'(?<![\w.$])t\(\s*"[^"\n]*"', "t(", code)
        literals = [one or other for one, other in re.findall(r'"([^"\n]*)"|`([^`]*)`', code)]
        loose |= {text for text in literals if re.match(r"[A-Z]|.*\w[.?…:]$", text)}
    assert loose == {"Enter", "BroadcastChannel", "POST", "Pebble", "Pebble · ${me}"}


def test_every_text_of_the_page_is_extracted() -> None:
    assert page_texts() - {text for text in extracted() if isinstance(text, str)} == set()
    assert {PLACEHOLDER, "Fast-forward to the next nudge", "It is {clock} now."} <= page_texts()


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_of_the_page_is_translated(language: str) -> None:
    voice = Voice.of(language)
    assert [text for text in sorted(page_texts()) if voice.say(text) == text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_in_the_writing_field_is_understood(language: str) -> None:
    example = Voice.of(language).say(PLACEHOLDER).rstrip("…")
    understood = read(example, language=language, zone="Europe/Berlin", now=NOON)
    assert understood.rule == Rule(Weekly(frozenset(range(5))), Times((510,)))


def test_a_translation_stays_text_within_the_page(tmp_path: Path) -> None:
    odd = '</p><script>alert("1")</script> & \'{more}'
    voice = Voice.of("eo", write_translation(tmp_path / "locale", "eo", ["Send", "Close"], lambda _: odd))
    html = said('<b title="[[Send]]">[[Send]]</b>', voice)
    reader = Reader()
    reader.feed(html)
    assert reader.found == [odd, odd]
    assert html.count("<") == 2
    data = as_data(["Send", "Close"], voice)
    assert "<" not in data
    assert json.loads(data) == {"Send": odd, "Close": odd}


def test_a_text_may_run_over_lines() -> None:
    assert list(in_html("<p>\n[[one\n   two]] three [[four]]")) == [(2, "one two"), (3, "four")]
    assert list(in_script('say(\nt(\n  "one \\"two\\"", { n }), at("no"), a.t("no"), t("three"))')) == [
        (2, 'one "two"'),
        (3, "three"),
    ]


@pytest.mark.parametrize("call", ["t(`one ${two}`)", 't("one" + two)', "t(one)", "t('one')"])
def test_a_scripts_text_put_together_at_run_time_is_refused(call: str) -> None:
    with pytest.raises(ValueError, match="line 1: t takes one plain text"):
        list(in_script(call))
