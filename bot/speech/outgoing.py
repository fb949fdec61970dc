"""What Pebble says, before any platform gives it a shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.speech.incoming import File, pack, unpack


@dataclass(frozen=True, slots=True)
class Button:
    """A label that people see and a payload (at most 64 bytes) that comes back when it is tapped.

    With a `url` it opens that address instead, nothing comes back, and the payload is empty.
    """

    label: str
    payload: str = ""
    url: str = ""

    def to_list(self) -> list[str]:
        """Return what the outbox stores."""
        return [self.label, self.payload, self.url] if self.url else [self.label, self.payload]


_FLAGS = ("silent", "nudge", "settles_location")

Rows = tuple[tuple[Button, ...], ...]


class Op(StrEnum):
    """What is done with a message."""

    NEW = "new"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A small text file that comes with a message, such as a calendar: `name` ("nudges.ics", ASCII), type and content.

    The message's text is its caption: on Telegram at most 1,024 UTF-16 units (Bot API, sendDocument).
    """

    name: str
    mime: str
    text: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: plain text, never markup.

    `chosen` is the label that the person tapped; a chat shows it under the text, where the buttons were. An edit
    with an empty text only takes the buttons away. `silent` asks for delivery without a sound. `nudge` marks the
    prompt of a moment, which a chat may set off from the rest.

    `asks_location` is the label of a key with which the person shares where they are (`Kind.LOCATION`), on chats
    that have one; elsewhere the text has to do. The key stays until a message with `settles_location` takes it away.
    Neither of the two has buttons of its own, for Telegram shows one or the other; an edit leaves both as they are.

    `file` is a voice note or photo that the person gave on this platform and is shown again, with the text below it.

    Raises ValueError for buttons together with either.
    """

    text: str = ""
    rows: Rows = ()
    chosen: str = ""
    silent: bool = False
    nudge: bool = False
    op: Op = Op.NEW
    asks_location: str = ""
    settles_location: bool = False
    attachment: Attachment | None = None
    file: File | None = None

    def __post_init__(self) -> None:
        if self.rows and (self.asks_location or self.settles_location):
            raise ValueError("a message about the location key has no buttons of its own")

    def to_dict(self) -> dict[str, Any]:
        """Return what the outbox stores, without the fields that say nothing."""
        stored: dict[str, Any] = {"text": self.text}
        if self.rows:
            stored["rows"] = [[button.to_list() for button in row] for row in self.rows]
        if self.chosen:
            stored["chosen"] = self.chosen
        if self.asks_location:
            stored["asks_location"] = self.asks_location
        if self.attachment:
            stored["attachment"] = [self.attachment.name, self.attachment.mime, self.attachment.text]
        if self.file:
            stored["file"] = pack(self.file)
        stored |= {flag: True for flag in _FLAGS if getattr(self, flag)}
        return stored

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], op: Op = Op.NEW) -> "Outgoing":
        """Read back what `to_dict` wrote."""
        rows = tuple(tuple(Button(*button) for button in row) for row in stored.get("rows", ()))
        return cls(
            stored["text"],
            rows,
            stored.get("chosen", ""),
            op=op,
            asks_location=stored.get("asks_location", ""),
            attachment=Attachment(*stored["attachment"]) if "attachment" in stored else None,
            file=unpack(stored.get("file")),
            **{flag: stored.get(flag, False) for flag in _FLAGS},
        )
