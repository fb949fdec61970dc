"""Files that Telegram has: each is known by its id, and by its id it is shown again, as what it is and nothing else.

"Sending files" of https://core.telegram.org/bots/api: a file_id belongs to one bot, and its type cannot be changed. The
words of the refusals are those of tdlib/td, FileManager.cpp.
"""

from __future__ import annotations

from typing import Any

from .bot_api_refusals import bad

_KINDS = {  # the parts of a message that hold a file, and what TDLib calls it
    "voice": "VoiceNote",
    "audio": "Audio",
    "photo": "Photo",
    "sticker": "Sticker",
    "document": "Document",
}


def remember(files: dict[str, tuple[str, dict[str, Any]]], parts: dict[str, Any]) -> None:
    """Notes the files of a message; all sizes of a photo are files of their own."""
    for name in _KINDS.keys() & parts.keys():
        found = parts[name]
        for file in found if isinstance(found, list) else [found]:
            files[file["file_id"]] = (name, found)


def known(files: dict[str, tuple[str, dict[str, Any]]], file_id: str, wanted: str) -> Any:
    """What a message shows of the file with this id. Raises a 400 when it is none, or of another type."""
    if file_id.startswith(("http:", "https:")):
        raise bad("failed to get HTTP URL content")
    if file_id not in files:
        raise bad("Wrong remote file identifier specified: Wrong string length")
    name, shown = files[file_id]
    if name != wanted:
        raise bad(f"Can't use file of type {_KINDS[name]} as {_KINDS[wanted]}")
    return shown
