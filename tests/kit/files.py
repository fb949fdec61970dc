"""What is in the files that people are sent."""

import csv
import io
from zipfile import ZipFile

from bot.privacy.export import FORMS
from bot.privacy.tables import Share
from bot.speech import Attachment

ZIP = b"PK\x03\x04"
"""How a ZIP begins (APPNOTE 4.3.7)."""


def attached(form: str, share: Share) -> Attachment:
    """Return a file of an export as it is sent."""
    return Attachment(share.name, FORMS[form][1], "", form == "tables").holding(share.content)


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
