"""Collects the texts for translators, as extractors for Babel; nothing of this is used while Pebble runs.

After a text has changed, write the template anew (from the top folder):

    pybabel extract -F bot/texts/babel.cfg -k "N_ say count:1,2" -c Translators: -s \\
        --no-location --omit-header --sort-output -o bot/texts/pebble.pot bot

and bring a language up to date, or begin one with `init` in place of `update` (and without its options):

    pybabel update -D pebble -i bot/texts/pebble.pot -d bot/texts/locale -l de \\
        --no-fuzzy-matching --ignore-obsolete --omit-header --width=120

New texts then stand in `bot/texts/locale/de/LC_MESSAGES/pebble.po` with an empty `msgstr`. Nothing is compiled: Pebble
reads that file. The template has no dates and no line numbers, so it changes when a text does and only then.
"""

import ast
import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

from bot.texts.marked import in_html, in_script

Found = tuple[int, str, str | tuple[str, ...], list[str]]
"""Line, function, message or messages, comments for translators: what Babel expects from an extractor."""

MARKER = "N_"

TEXT_KEYS = frozenset(
    ("title", "why", "prompts", "did", "smaller", "text", "label", "warm", "phrase", "choices"),
)
"""Keys in the catalogue's TOML files whose values are shown to people."""


def from_python(
    file: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the texts that are given to one of the keywords, be it a function or a method.

    Babel's own extractor works on tokens and overlooks a call inside an f-string before Python 3.12. Raises
    ValueError for a marked text that is put together at run time, because nobody could translate it.
    """
    source = file.read().decode()
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = _name_of(node.func)
        if name not in keywords:
            continue
        texts = _leading_texts(node)
        if texts:
            yield node.lineno, name, texts, _comments_above(lines, node.lineno, comment_tags)
        elif name == MARKER:
            raise ValueError(f"line {node.lineno}: {MARKER} takes one plain text")


def from_toml(
    file: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the texts of a catalogue file, each with the place where it stands as a comment."""
    for place, text in _texts_in(tomllib.load(file), ()):
        yield 0, MARKER, text, [place]


def from_html(
    file: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the texts that a page marks: `[[Text]]`."""
    for line, text in in_html(file.read().decode()):
        yield line, MARKER, text, []


def from_script(
    file: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the texts that a page's script says: `t("Text")`. Raises ValueError for one put together at run time."""
    for line, text in in_script(file.read().decode()):
        yield line, MARKER, text, []


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _leading_texts(call: ast.Call) -> tuple[str, ...]:
    texts = []
    for argument in call.args:
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            break
        texts.append(argument.value)
    return tuple(texts)


def _comments_above(lines: list[str], line: int, tags: Collection[str]) -> list[str]:
    above = lines[line - 2].strip() if line >= 2 else ""
    comment = above.removeprefix("#").strip()
    return [comment] if above.startswith("#") and comment.startswith(tuple(tags) or ("\0",)) else []


def _texts_in(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        here = (*path, value["key"]) if isinstance(value.get("key"), str) else path
        for key, inner in value.items():
            yield from _texts_in(inner, (*here, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_in(inner, path)
    elif isinstance(value, str) and path[-1] in TEXT_KEYS:
        yield " ".join(part for part in path if part not in ("practice", "cue", "replies")), value
