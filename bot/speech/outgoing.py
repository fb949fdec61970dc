"""What Pebble says, before any platform gives it a shape."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bot.speech.incoming import File, pack, unpack
from bot.speech.instants import plain


@dataclass(frozen=True, slots=True)
class Button:
    """A label that people see and a payload (at most 64 bytes) that comes back when it is tapped.

    With a `url` it opens that address instead, nothing comes back, and the payload is empty. `share` names something
    that a person may pass on: a chat with a sheet of its own for that opens it, and asks what to pass on by this name
    (`Kind.SHARES`); all others open the `url`. Others may read the name, so it is no secret.
    """

    label: str
    payload: str = ""
    url: str = ""
    share: str = ""

    def to_list(self) -> list[str]:
        """Return what the outbox stores."""
        stored = [self.label, self.payload, self.url, self.share]
        while not stored[-1] and len(stored) > 2:
            stored.pop()
        return stored


_FLAGS = ("silent", "nudge", "settles_location", "direct")

Rows = tuple[tuple[Button, ...], ...]

CAPTION = 1024
"""UTF-16 units of a text under a picture or file (Bot API, sendPhoto), and of `alt` (Discord counts characters)."""


def units(text: str) -> int:
    """Return how long a text is in UTF-16 units, in which platforms count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Op(StrEnum):
    """What is done with a message."""

    NEW = "new"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A small file that comes with a message, such as a calendar: `name` ("nudges.ics", ASCII), type and content.

    `packed`: the text is no text, but bytes in base64. The message's text is the file's caption: on Telegram at most
    1,024 UTF-16 units (Bot API, sendDocument).

    `what` says, as plain data, what file is to be made when the message leaves; until then the text is empty.
    """

    name: str
    mime: str
    text: str
    packed: bool = False
    what: Mapping[str, Any] | None = None

    @property
    def content(self) -> bytes:
        """What the file holds."""
        return b64decode(self.text) if self.packed else self.text.encode(errors="replace")

    def holding(self, content: bytes) -> "Attachment":
        """Return the file as it was made."""
        return replace(self, text=b64encode(content).decode() if self.packed else content.decode(), what=None)

    def to_list(self) -> list[Any]:
        """Return what the outbox stores of it."""
        if self.what is not None:
            return [self.name, self.mime, self.packed, dict(self.what)]
        return [self.name, self.mime, self.text, *([True] if self.packed else [])]


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

    `picture` says what to draw, for the drawing function of the pump's studio; the text is its caption, and `alt` tells
    in a plain sentence what is on it. The pump has it drawn before sending and hands the bytes (PNG) to the chat in
    `image`, which is never stored. An edit leaves the picture as it is. So with a file that is made when the message
    leaves (`Attachment.what`); there, `alt` is what is said instead where it cannot be made.

    `owners` are those whose words stand in it besides its reader's, by the names of their keys: it is sealed with
    theirs too, and cannot be read any more once one of them is erased. No platform learns of them.

    `form` is one more button, on chats that can open a form; elsewhere words are simply written. `via` is the way back
    that an event came with (`Incoming.via`); a `direct` message goes to the chat itself, and takes that way only when
    the chat is closed.

    Raises ValueError for buttons together with either of the two about the location, and for a picture without `alt`,
    with either of its two texts too long, or beside a file: one message shows one thing.
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
    form: Button | None = None
    via: str = ""
    direct: bool = False
    picture: Mapping[str, Any] | None = None
    alt: str = ""
    image: bytes = field(default=b"", repr=False)
    owners: frozenset[bytes] = frozenset()

    @property
    def to_be_made(self) -> bool:
        """Whether a picture or file has to be made before it can be sent; an edit leaves both as they are."""
        unmade = self.picture is not None or (self.attachment is not None and self.attachment.what is not None)
        return unmade and self.op is Op.NEW

    def __post_init__(self) -> None:
        if self.rows and (self.asks_location or self.settles_location):
            raise ValueError("a message about the location key has no buttons of its own")
        if self.picture is not None and self.op is Op.NEW:
            self._check_picture()

    def _check_picture(self) -> None:
        if not self.alt or units(self.alt) > CAPTION:
            raise ValueError("a picture is told in a sentence too")
        if units(plain(self.text)) > CAPTION:
            raise ValueError("the text under a picture is too long")
        if self.attachment or self.file:
            raise ValueError("a message with a picture has no other file")

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
            stored["attachment" if self.attachment.what is None else "makes"] = self.attachment.to_list()
            stored |= {"alt": self.alt} if self.alt else {}
        if self.file:
            stored["file"] = pack(self.file)
        if self.form:
            stored["form"] = [self.form.label, self.form.payload]
        if self.picture is not None:
            stored |= {"picture": dict(self.picture), "alt": self.alt}
        if self.via:
            stored["via"] = self.via
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
            attachment=_attachment(stored),
            file=unpack(stored.get("file")),
            form=Button(*stored["form"]) if "form" in stored else None,
            via=stored.get("via", ""),
            picture=stored.get("picture"),
            alt=stored.get("alt", ""),
            **{flag: stored.get(flag, False) for flag in _FLAGS},
        )


def _attachment(stored: Mapping[str, Any]) -> Attachment | None:
    if "makes" in stored:
        name, mime, packed, what = stored["makes"]
        return Attachment(name, mime, "", packed, what)
    return Attachment(*stored["attachment"]) if "attachment" in stored else None
