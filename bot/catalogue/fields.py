"""What all catalogue files have in common: keys, texts, labels, icons and times of day."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

LONGEST_TEXT = 350
"""Characters: a prompt is read at a glance, above its buttons."""

LONGEST_LABEL = 24
"""Characters: two labels side by side on a narrow phone."""

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


class Data(BaseModel):
    """A table of a catalogue file. What is not known is a mistake, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _plain(text: str) -> str:
    if text != text.strip() or not text:
        raise ValueError("begins or ends with a space, or is empty")
    if any(not (char.isprintable() or char == "\n") for char in text):
        raise ValueError("holds a character that cannot be shown")
    if "{" in text or "}" in text:
        raise ValueError("holds a brace, which would be read as a place for a value")
    return text


def _icon(icon: str) -> str:
    if not icon or icon.isascii() or any(char.isspace() or char.isalnum() for char in icon):
        raise ValueError("is not one emoji")
    return icon


def _minute_of_day(value: Any) -> Any:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("is not a time of day like 8:30")
    return int(found[1]) * 60 + int(found[2])


def distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the values; raises ValueError when one comes twice."""
    twice = next((value for n, value in enumerate(values) if value in values[:n]), None)
    if twice is not None:
        raise ValueError(f"comes twice: {twice!r}")
    return values


Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
"""Names a practice, theme or cue in rows, buttons and links; never shown, never changed once it is in use."""

ReplyKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,15}$")]

SourceKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,30}$")]

Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(_plain)]
"""English, as people read it; it is also the id of its translations."""

Label = Annotated[str, StringConstraints(max_length=LONGEST_LABEL), AfterValidator(_plain)]

Icon = Annotated[str, StringConstraints(max_length=8), AfterValidator(_icon)]

Minute = Annotated[int, BeforeValidator(_minute_of_day)]
"""A minute of the local day, written as "8:30"."""
