"""What people write, without what no database or platform can carry."""

from bot.speech.blank import shows

# Embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX 9). The plain marks for one place,
# which right-to-left scripts need, stay.
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
# Characters for use inside a program: with them Pebble itself marks instants (`bot.speech.instants`).
_OURS = range(0xFDD0, 0xFDF0)
_LEFT_OUT = dict.fromkeys((*_TURNING, *_OURS))


def cleaned(text: str) -> str:
    """Return the text without what no database or platform can carry, and without invisible padding.

    NUL and lone surrogates are dropped (neither PostgreSQL nor UTF-8 holds them), and so are the characters that turn
    the direction of everything behind them; a text of nothing but characters that show nothing is empty.
    """
    kept = text.replace("\0", "").translate(_LEFT_OUT).encode("utf-8", "ignore").decode()
    return kept.strip() if shows(kept) else ""
