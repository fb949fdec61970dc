"""The few bytes that a button carries: version, verb, row and choice, such as `1:after:4711:4`.

All state is in the row; the payload only names it. So a button works after a restart and a year later, and a forged
one can at most name a row whose owner is somebody else.
"""

import re
from dataclasses import dataclass

VERSION = 1
LONGEST = 64
"""Bytes; Telegram's limit for callback_data (Bot API, InlineKeyboardButton), Discord's custom_id allows 100."""

# Nineteen digits at most and below 2**63, so that no forged number can overflow a database integer.
_SHAPE = re.compile(r"([0-9]{1,3}):([a-z][a-z-]{0,15}):([0-9]{1,18}):([a-z0-9_.=+-]{0,38})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Payload:
    """A verb, the id of the row that it is about (0: none), and what was chosen."""

    verb: str
    row: int = 0
    choice: str = ""

    def __str__(self) -> str:
        written = f"{VERSION}:{self.verb}:{self.row}:{self.choice}"
        if read_payload(written) != self:
            raise ValueError(f"not a payload: {written!r}")
        return written


def read_payload(written: str) -> Payload | None:
    """Return the payload, or None when it is forged, damaged or from a version that is gone."""
    match = _SHAPE.fullmatch(written)
    if match is None or int(match[1]) != VERSION or len(written) > LONGEST:
        return None
    return Payload(match[2], int(match[3]), match[4])
