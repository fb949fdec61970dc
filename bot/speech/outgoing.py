"""What Pebble says, before any platform gives it a shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A label that people see and a payload (at most 64 bytes) that comes back when it is tapped."""

    label: str
    payload: str


Rows = tuple[tuple[Button, ...], ...]


class Op(StrEnum):
    """What is done with a message."""

    NEW = "new"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: plain text, never markup.

    `chosen` is the label that the person tapped; a chat shows it under the text, where the buttons were. An edit
    with an empty text only takes the buttons away. `silent` asks for delivery without a sound. `nudge` marks the
    prompt of a moment, which a chat may set off from the rest.
    """

    text: str = ""
    rows: Rows = ()
    chosen: str = ""
    silent: bool = False
    nudge: bool = False
    op: Op = Op.NEW

    def to_dict(self) -> dict[str, Any]:
        """Return what the outbox stores, without the fields that say nothing."""
        stored: dict[str, Any] = {"text": self.text}
        if self.rows:
            stored["rows"] = [[[b.label, b.payload] for b in row] for row in self.rows]
        if self.chosen:
            stored["chosen"] = self.chosen
        stored |= {flag: True for flag in ("silent", "nudge") if getattr(self, flag)}
        return stored

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], op: Op = Op.NEW) -> "Outgoing":
        """Read back what `to_dict` wrote."""
        rows = tuple(tuple(Button(label, payload) for label, payload in row) for row in stored.get("rows", ()))
        flags = {flag: stored.get(flag, False) for flag in ("silent", "nudge")}
        return cls(stored["text"], rows, stored.get("chosen", ""), op=op, **flags)
