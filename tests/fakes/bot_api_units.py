"""Counting a text: Telegram's offsets are UTF-16 units, its error messages name bytes of UTF-8."""

from __future__ import annotations


def is_utf8(text: str) -> bool:
    """False when the text carries a lone surrogate, that is, bytes or escapes that were no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def utf16_units(text: str) -> int:
    """Length in UTF-16 units ("MessageEntity": offset and length)."""
    return len(text) + sum(character > "\uffff" for character in text)


def byte_offset(text: str, index: int) -> int:
    """Bytes of UTF-8 before the character at `index`."""
    return len(text[:index].encode())
