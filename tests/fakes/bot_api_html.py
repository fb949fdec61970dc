"""`parse_mode=HTML` ("HTML style"), with the complaints of td's parse_html in MessageEntity.cpp."""

from __future__ import annotations

import re
from typing import Any

from .bot_api_units import byte_offset, utf16_units

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date",
}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.\-]*(?=[\s>])))?\s*""")
_SPACE = re.compile(r"\s*")

Open = tuple[str, dict[str, str], int, int]  # tag, attributes, UTF-16 offset, index in the result


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Plain text and entities. Raises ValueError with td's words, without the prefix."""
    return _Html(source).parse()


class _Html:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out = ""
        self.open: list[Open] = []
        self.entities: list[dict[str, Any]] = []

    def parse(self) -> tuple[str, list[dict[str, Any]]]:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self._end_tag()
            elif self.source[self.at] == "<":
                self._start_tag()
            else:
                self._character()
        if self.open:
            raise ValueError(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return self.out, self.entities

    def _character(self) -> None:
        found = _REFERENCE.match(self.source, self.at)
        decoded = _decoded(found) if found else ""
        if found and decoded:
            self.out += decoded
            self.at = found.end()
        else:
            self.out += self.source[self.at]
            self.at += 1

    def _start_tag(self) -> None:
        begin = byte_offset(self.source, self.at)
        name = _matched(_NAME, self.source, self.at + 1)
        self.at += 1 + len(name)
        tag = name.lower()
        if self.at >= len(self.source):
            raise ValueError(f"Unclosed start tag at byte offset {begin}")
        if tag not in _KINDS:
            raise ValueError(f'Unsupported start tag "{tag}" at byte offset {begin}')
        attributes = self._attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise ValueError(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.open.append((tag, attributes, utf16_units(self.out), len(self.out)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while True:
            self.at += len(_matched(_SPACE, self.source, self.at))
            if self.at >= len(self.source):
                raise ValueError(f'Unclosed start tag "{tag}" at byte offset {begin}')
            if self.source[self.at] == ">":
                self.at += 1
                return attributes
            found = _ATTRIBUTE.match(self.source, self.at)
            if found is None:
                raise ValueError(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
            self.at = found.end()
            if self.source.startswith("=", self.at):
                self._bad_value(tag, begin)
            value = (found[2] or "").strip("\"'")
            attributes[found[1]] = _REFERENCE.sub(lambda ref: _decoded(ref) or ref[0], value)

    def _bad_value(self, tag: str, begin: int) -> None:
        start = self.at + 1 + len(_matched(_SPACE, self.source, self.at + 1))
        if start >= len(self.source) or self.source[start] in "\"'":
            raise ValueError(f"Unclosed start tag at byte offset {begin}")
        raise ValueError(f"Unexpected end of name token at byte offset {byte_offset(self.source, start)}")

    def _end_tag(self) -> None:
        begin = byte_offset(self.source, self.at)
        if not self.open:
            raise ValueError(f"Unexpected end tag at byte offset {begin}")
        name = _matched(_NAME, self.source, self.at + 2)
        self.at += 2 + len(name)
        self.at += len(_matched(_SPACE, self.source, self.at))
        if not self.source.startswith(">", self.at):
            raise ValueError(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        tag, attributes, offset, index = self.open[-1]
        if name and name.lower() != tag:
            words = f'Unmatched end tag at byte offset {begin}, expected "</{tag}>", found "</{name.lower()}>"'
            raise ValueError(words)
        self.open.pop()
        length = utf16_units(self.out) - offset
        entity = _entity(tag, attributes, self.out[index:]) if length else None
        if entity:
            self.entities.append({"offset": offset, "length": length} | entity)


def _entity(tag: str, attributes: dict[str, str], inner: str) -> dict[str, Any] | None:
    kind = _KINDS[tag]
    if tag == "a":
        url = attributes.get("href") or inner
        return {"type": kind, "url": url} if re.match(r"(?:https?|tg|tel|mailto):|[\w-]+\.\w", url) else None
    if tag == "tg-emoji":
        number = attributes.get("emoji-id", "")
        if not number.isdigit() or int(number) == 0:
            raise ValueError("Invalid custom emoji identifier specified")
        return {"type": kind, "custom_emoji_id": number}
    if tag == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    return {"type": kind}


def _decoded(found: re.Match[str]) -> str:
    """The character of a reference, empty when it stands for none and stays as it is (decode_html_entity)."""
    if found[3]:
        return _NAMED[found[3]]
    code = int(found[1], 16) if found[1] else int(found[2])
    return chr(code) if 0 < code < 0x10FFFF else ""


def _matched(pattern: re.Pattern[str], text: str, at: int) -> str:
    found = pattern.match(text, at)
    return found[0] if found else ""
