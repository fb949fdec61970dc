"""What is in the files that people are sent."""

import csv
import io
from zipfile import ZipFile

from bot.speech import Attachment

ZIP = b"PK\x03\x04"
"""How a ZIP begins (APPNOTE 4.3.7)."""


def unpacked(file: Attachment) -> dict[str, str]:
    """Return the files of a ZIP as texts, by name; of another file itself."""
    return unzipped(file.content) if file.mime == "application/zip" else {file.name: file.text}


def unzipped(content: bytes) -> dict[str, str]:
    """Return the files of a ZIP as texts, by name."""
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def table(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file as a spreadsheet reads them."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))
