"""What shows nothing in a text, though some of it counts as a letter or a sign. Pure."""

import unicodedata

BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")
"""Hangul fillers (default ignorable, UAX 44), the empty pattern of Braille, the note without a head."""


_UNASSIGNED = frozenset(map(chr, (0x2065, *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000))))
"""Not assigned, and shown as nothing (Default_Ignorable_Code_Point); others may be emoji newer than Python."""


def shows(text: str) -> bool:
    """Return whether anything of a text can be seen: no space, zero-width character or accent without a letter."""
    blank = BLANK | _UNASSIGNED
    return any(not c.isspace() and c not in blank and unicodedata.category(c) not in ("Cf", "Cc", "Mn") for c in text)


def has_letters(text: str) -> bool:
    """Return whether a text holds a letter or a digit that can be seen."""
    return any(c.isalnum() and c not in BLANK for c in text)
