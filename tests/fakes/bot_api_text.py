"""Texts as Telegram takes them: UTF-8 only, cleaned, trimmed, parsed, counted in UTF-16 units.

Sources: "Formatting options" and "MessageEntity" of the Bot API; tdlib/td `misc.cpp` (clean_input_string,
strip_empty_characters) and `MessageEntity.cpp` (fix_formatted_text).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .bot_api_html import parse_html
from .bot_api_markdown import parse_markdown, parse_markdown_v2
from .bot_api_params import Params
from .bot_api_refusals import NOT_UTF8, bad
from .bot_api_units import is_utf8, utf16_units

MAX_TEXT = 4096  # "sendMessage": 1-4096 characters after entities parsing
MAX_CAPTION = 1024  # "sendPhoto": 0-1024 characters after entities parsing
_MAX_RAW = 1 << 15  # bytes before parsing, Client::get_formatted_text
_DROPPED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_BLANKED = re.compile("[\x00-\x09\x0b-\x1f]")
_NOTHING = re.compile(
    "[ \n\u00a0\u1680\u180e\u2000-\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc\U000e0000-\U000e007f]*"
)
_PARSERS = {"html": parse_html, "markdownv2": parse_markdown_v2, "markdown": parse_markdown}
__all__ = ["MAX_CAPTION", "MAX_TEXT", "Formatted", "is_utf8", "read_text", "utf16_units"]


@dataclass(frozen=True)
class Formatted:
    """A text with its entities (offsets and lengths in UTF-16 units)."""

    text: str
    entities: list[dict[str, Any]] = field(default_factory=list)


def read_text(params: Params, name: str = "text", limit: int = MAX_TEXT, edit: bool = False) -> Formatted:
    """The text (or caption) of a call, ready to be shown. Raises a 400 in Telegram's words."""
    raw = params.text(name)
    caption = name == "caption"
    if not raw:
        if caption:
            return Formatted("")
        raise bad("Message text is empty")
    if not is_utf8(raw):
        raise bad(NOT_UTF8)
    if len(raw.encode()) > _MAX_RAW:
        raise bad("Text is too long")
    formatted = _parsed(params, raw, "caption_entities" if caption else "entities")
    cleaned = _cleaned(formatted)
    if _NOTHING.fullmatch(cleaned.text):
        if caption:
            return Formatted("")
        raise bad("Text must be non-empty")
    _check_length(cleaned.text, limit, caption, edit)
    return cleaned


def _check_length(text: str, limit: int, caption: bool, edit: bool) -> None:
    """TDLib counts code points and the server UTF-16 units; an edit that only the server refuses brings the
    server's own words (MessageContent.cpp, process_send_message_fail_error)."""
    if utf16_units(text) <= limit:
        return
    if caption:
        raise bad("MEDIA_CAPTION_TOO_LONG" if edit else "Message caption is too long")
    raise bad("MESSAGE_TOO_LONG" if edit and len(text) <= limit else "Message is too long")


def _parsed(params: Params, raw: str, entities_name: str) -> Formatted:
    mode = params.text("parse_mode").lower()
    if mode in {"", "none"}:
        return Formatted(raw, _given_entities(params, raw, entities_name))
    if mode not in _PARSERS:
        raise bad("Unsupported parse_mode")
    try:
        text, entities = _PARSERS[mode](raw)
    except ValueError as error:
        raise bad(f"can't parse entities: {error}") from None
    if not is_utf8(text):
        words = "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
        raise bad(f"can't parse entities: {words}surrogate code units")
    return Formatted(text, entities)


def _given_entities(params: Params, text: str, name: str) -> list[dict[str, Any]]:
    # A value that is no JSON array is not looked at (Client::get_input_entities).
    value = params.json(name, "can't parse entities JSON object")
    entities = value if isinstance(value, list) else []
    for entity in entities:
        if not isinstance(entity, dict):
            raise bad("can't parse MessageEntity: expected an Object")
        for part in ("offset", "length"):
            if isinstance(entity.get(part), bool) or not isinstance(entity.get(part), int):
                raise bad(f"can't parse MessageEntity: Can't find field \"{part}\"")
            if not 0 <= entity[part] <= 1_000_000:
                raise bad(f"Receive an entity with incorrect {part} {entity[part]}")
        _check_place(text, entity["offset"], entity["offset"] + entity["length"])
    return [entity for entity in entities if entity["length"]]


def _check_place(text: str, start: int, end: int) -> None:
    units = utf16_units(text)
    if start >= units and end > start:
        raise bad(f"Entity begins after the end of the text at UTF-16 offset {start}")
    if end > units:
        raise bad(f"Entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {end}")
    position, byte = 0, 0
    for character in text:
        size = utf16_units(character)
        if size == 2 and position + 1 == start:
            raise bad(f"Entity begins in a middle of a UTF-16 symbol at byte offset {byte + 4}")
        if size == 2 and position + 1 == end > start:
            words = f"Entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol"
            raise bad(f"{words} at byte offset {byte + 4}")
        position, byte = position + size, byte + len(character.encode())


def _cleaned(formatted: Formatted) -> Formatted:
    """Control characters become spaces, line separators and direction overrides vanish, the ends are trimmed.

    Entities move along with what was cut before them.
    """
    text = formatted.text
    kept = _DROPPED.sub("", _BLANKED.sub(" ", text)).rstrip(" \n")
    first = min((entity["offset"] for entity in formatted.entities), default=len(kept))
    cut = min(len(kept) - len(kept.lstrip(" \n")), first)
    shown = kept[cut:]
    entities = []
    for entity in formatted.entities:
        start, end = (
            utf16_units(_DROPPED.sub("", _prefix(text, at))) - cut
            for at in (entity["offset"], entity["offset"] + entity["length"])
        )
        end = min(end, utf16_units(shown))
        if end > start:
            entities.append(entity | {"offset": start, "length": end - start})
    return Formatted(shown, entities)


def _prefix(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore")
