"""Words, times and lists in a person's language: gettext and Babel behind one voice."""

from bot.texts.voice import LANGUAGES, N_, Voice

__all__ = ["LANGUAGES", "N_", "Voice"]
