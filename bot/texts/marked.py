"""Texts in the files of a page, which is no Python: how they are marked there, and how they are said.

In HTML a text stands as `[[Text]]`, as content or in an attribute, however its lines break. A script says
`t("Text", {values})`; its texts travel in the page, as data and not as code.
"""

import json
import re
from collections.abc import Iterable, Iterator
from html import escape

from bot.texts.voice import Voice

_IN_HTML = re.compile(r"\[\[(.+?)\]\]", re.DOTALL)
_CALL = re.compile(r"(?<![\w.$])t\(\s*")
_TEXT = re.compile(r'("(?:[^"\\\n]|\\.)*")\s*[,)]')


def in_html(source: str) -> Iterator[tuple[int, str]]:
    """Yield the texts of an HTML file, each with its line."""
    for found in _IN_HTML.finditer(source):
        yield _line(source, found.start()), _plain(found)


def in_script(source: str) -> Iterator[tuple[int, str]]:
    """Yield the texts of a script, each with its line.

    Raises ValueError for one that is put together at run time, because nobody could translate it.
    """
    for call in _CALL.finditer(source):
        line = _line(source, call.start())
        found = _TEXT.match(source, call.end())
        if found is None:
            raise ValueError(f'line {line}: t takes one plain text in ""')
        yield line, json.loads(found[1])


def said(html: str, voice: Voice) -> str:
    """Return an HTML file with its texts in a language, safe as content and within double quotes."""
    return _IN_HTML.sub(lambda found: escape(voice.say(_plain(found))), html)


def as_data(texts: Iterable[str], voice: Voice) -> str:
    """Return the texts of scripts as JSON, text by text in a language, safe inside a script element."""
    told = {text: voice.say(text) for text in sorted(set(texts))}
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")


def _plain(found: re.Match[str]) -> str:
    return " ".join(found[1].split())


def _line(source: str, place: int) -> int:
    return source.count("\n", 0, place) + 1
