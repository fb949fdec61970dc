"""What a person did in a chat, as every platform tells it to the door."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.speech.forms import Form


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person or circle can be reached: `telegram:123`, `web:anna`."""

    platform: str
    chat: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.chat}"


class Kind(StrEnum):
    """What happened."""

    TEXT = "text"
    COMMAND = "command"
    TAP = "tap"
    VOICE = "voice"
    PHOTO = "photo"
    LOCATION = "location"
    """Where the person is: latitude and longitude in degrees, as `52.52,13.4`."""
    ASKS = "asks"
    """The person is typing `text` behind the command that `rest` names: what could be meant? Changes nothing."""
    SHARES = "shares"
    """The person is about to pass on what `text` names, into another chat: what does it say? Changes nothing."""
    OTHER = "other"
    """Something that Pebble cannot read: a sticker, a file."""
    LEFT = "left"
    """The person blocked Pebble or closed the chat."""
    BACK = "back"
    """The person unblocked Pebble."""
    MOVED = "moved"
    """The chat got a new id, given in `text`."""


@dataclass(frozen=True, slots=True)
class File:
    """A voice note or a photo that stays on its platform: only the id there is known (and its length in seconds).

    `kind` is `voice` or `photo`.
    """

    platform: str
    kind: str
    id: str
    seconds: int | None = None


def pack(file: File | None) -> list[str | int | None] | None:
    """Return a file as it is stored: a JSON list, or None."""
    return [file.platform, file.kind, file.id, file.seconds] if file else None


def unpack(stored: list[Any] | None) -> File | None:
    """Read back what `pack` wrote."""
    return File(*stored) if stored else None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One platform event.

    `key` names the event once and for all (`telegram:update:77`): the same key is handled once, however often the
    platform repeats it. `text` is what was written, the command's name without its slash, the button's payload, or
    a location; `rest` is what followed a command. `message` is the platform's id of the message whose button was
    tapped. `language` is a BCP 47 tag and `zone` an IANA name, both as the platform hints them and both unchecked.
    `file` comes with a voice note or a photo, whose caption is the text.
    `keep_words` asks the door to remember the person's own words because the platform cannot show them again.

    `via` is a way back that the platform holds open for a while (Discord: an interaction); answers leave by it.
    `aside` says that the event came from a place that others share, where only such an answer stays private.
    `answers` is the payload of the form in which a text was written. `cursor` marks how far the chat has been read,
    for a platform that can be asked later for what came behind it. `via` and `cursor` are the platform's own words.
    """

    key: str
    address: Address
    kind: Kind
    text: str = ""
    rest: str = ""
    message: str | None = None
    language: str | None = None
    zone: str | None = None
    private: bool = True
    file: File | None = None
    keep_words: bool = False
    via: str = ""
    aside: bool = False
    answers: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a person passes on into another chat: `text`. Before that they see its `title` and a `line` on it."""

    title: str
    line: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the platform must show at once, in its own acknowledgement; other replies leave by the outbox.

    `form` is to be opened, `choices` are what `Kind.ASKS` is answered with: a label and the text that it stands for.
    `shared` is what `Kind.SHARES` is answered with; where that is None, `toast` is the label of what leads to Pebble.
    `replies` says that something was put into the outbox.
    """

    toast: str = ""
    form: Form | None = None
    choices: tuple[tuple[str, str], ...] = ()
    shared: Shared | None = None
    replies: bool = False
