"""What the picture with a link shows: a QR code that a phone's camera reads from a screen or from paper."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.pictures.look import LONGEST, THEMES

KIND = "code"
LONGEST_LINK = 500
"""Characters: up to here a module is large enough for a camera of some years ago."""


@dataclass(frozen=True, slots=True)
class Code:
    """All that is drawn: a link, and the words above and below it.

    Raises ValueError for a link that is empty or too long, and for an unknown theme.
    """

    link: str
    title: str
    line: str = ""
    language: str = "en"
    theme: str = "light"

    def __post_init__(self) -> None:
        if not 0 < len(self.link) <= LONGEST_LINK:
            raise ValueError("a link to be read by a camera is short")
        if self.theme not in THEMES:
            raise ValueError("a picture is light or dark")

    def to_dict(self) -> dict[str, Any]:
        """Return what the outbox stores."""
        return {"kind": KIND, **asdict(self), "title": self.title[:LONGEST], "line": self.line[:LONGEST]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Code":
        """Read back what `to_dict` wrote."""
        return cls(**{name: stored[name] for name in ("link", "title", "line", "language", "theme")})
