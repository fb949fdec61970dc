"""Pictures: from words and numbers to SVG to PNG. Pure: nothing here waits, reads a clock or knows a database."""

from bot.pictures.text import missing_scripts

__all__ = ["missing_scripts"]
