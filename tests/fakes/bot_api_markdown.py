"""`parse_mode=MarkdownV2` and the old `Markdown`, with the complaints of td's MessageEntity.cpp."""

from __future__ import annotations

from typing import Any

from .bot_api_units import byte_offset, utf16_units

_RESERVED = "_*[]()~`>#+-=|{}.!"
_NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji",
}
_MARKS = {
    "```": "pre",
    "`": "code",
    "__": "underline",
    "||": "spoiler",
    "![": "custom_emoji",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
    "[": "text_link",
}
_ENDS = {kind: mark for mark, kind in _MARKS.items()} | {"text_link": "]", "custom_emoji": "]"}

Open = tuple[str, int, int, int]  # kind, byte offset in the source, UTF-16 offset, index in the result


def parse_markdown_v2(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Plain text and entities. Raises ValueError with td's words, without the prefix."""
    return _MarkdownV2(source).parse()


class _MarkdownV2:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out = ""
        self.open: list[Open] = []
        self.entities: list[dict[str, Any]] = []

    def parse(self) -> tuple[str, list[dict[str, Any]]]:
        while self.at < len(self.source):
            if not (self._escaped() or self._quoted() or self._ended() or self._begun()):
                self._plain()
        if self.open:
            kind, begin, _, _ = self.open[-1]
            raise ValueError(f"Can't find end of {_NAMES[kind]} entity at byte offset {begin}")
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return self.out, self.entities

    def _verbatim(self) -> bool:
        return bool(self.open) and self.open[-1][0] in {"code", "pre"}

    def _escaped(self) -> bool:
        following = self.source[self.at + 1 : self.at + 2]
        if self.source[self.at] != "\\" or not following or not 0 < ord(following) <= 126:
            return False
        self.out += following
        self.at += 2
        return True

    def _quoted(self) -> bool:
        """A `>` that begins a line begins a quotation; how far it reaches is not told apart here."""
        begins = not self.open and self.source[self.at] == ">" and (not self.out or self.out.endswith("\n"))
        self.at += begins
        return begins

    def _ended(self) -> bool:
        if not self.open:
            return False
        kind, _, offset, index = self.open[-1]
        end = _ENDS[kind]
        if not self.source.startswith(end, self.at) or (kind == "italic" and self._here("__")):
            return False
        self.open.pop()
        self.at += len(end)
        entity: dict[str, Any] | None = {"type": kind}
        if kind == "text_link":
            url = self._target() if self._here("(") else self.out[index:]
            entity = {"type": kind, "url": url} if url else None
        elif kind == "custom_emoji":
            if not self._here("("):
                raise ValueError("The entity must contain a tg://emoji or tg://time URL")
            entity = {"type": kind, "custom_emoji_id": self._target().rpartition("=")[2]}
        length = utf16_units(self.out) - offset
        if length and entity:
            self.entities.append({"offset": offset, "length": length} | entity)
        return True

    def _target(self) -> str:
        self.at += 1
        begin, url = byte_offset(self.source, self.at), ""
        while self.at < len(self.source) and self.source[self.at] != ")":
            self.at += self.source[self.at] == "\\" and self.at + 1 < len(self.source)
            url += self.source[self.at]
            self.at += 1
        if self.at >= len(self.source):
            raise ValueError(f"Can't find end of a URL at byte offset {begin}")
        self.at += 1
        return url

    def _begun(self) -> bool:
        if self._verbatim():
            return False
        mark = next((mark for mark in _MARKS if self._here(mark)), None)
        if mark is None:
            return False
        self.open.append((_MARKS[mark], byte_offset(self.source, self.at), utf16_units(self.out), len(self.out)))
        self.at += len(mark)
        if mark == "```":
            self._skip_language()
        return True

    def _skip_language(self) -> None:
        line, newline, _ = self.source[self.at :].partition("\n")
        if newline and "`" not in line and " " not in line:
            self.at += len(line) + 1

    def _plain(self) -> None:
        character = self.source[self.at]
        if character in (_RESERVED if not self._verbatim() else "`"):
            raise ValueError(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        self.out += character
        self.at += 1

    def _here(self, mark: str) -> bool:
        return self.source.startswith(mark, self.at)


def parse_markdown(source: str) -> tuple[str, list[dict[str, Any]]]:
    """The legacy "Markdown style": no nesting, an unclosed mark is refused."""
    out, entities, at = "", [], 0
    while at < len(source):
        character = source[at]
        if character == "\\" and source[at + 1 : at + 2] in {"_", "*", "`", "["}:
            out, at = out + source[at + 1], at + 2
        elif character not in "_*`[":
            out, at = out + character, at + 1
        else:
            mark = "```" if source.startswith("```", at) else character
            end = source.find("]" if mark == "[" else mark, at + len(mark))
            if end < 0:
                begin = byte_offset(source, at)
                raise ValueError(f"Can't find end of the entity starting at byte offset {begin}")
            inner, offset = source[at + len(mark) : end], utf16_units(out)
            entity = {
                "type": _MARKS[mark],
                "offset": offset,
                "length": utf16_units(inner),
            }
            out, at = out + inner, end + len(mark)
            if mark == "[" and source.startswith("(", at):
                target, _, rest = source[at + 1 :].partition(")")
                entity, at = entity | {"url": target}, len(source) - len(rest)
            if inner:
                entities.append(entity)
    return out, entities
