"""What a page gets to see of a line, and the file that comes with one."""

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from bot.outbox.history import Line
from bot.speech import Attachment


def told(line: Line) -> dict[str, Any]:
    """Return a line for a page: of a file only its name; the content is there when it is asked for."""
    return asdict(replace(line, attachment=None)) | {"attachment": line.attachment.name if line.attachment else ""}


def download(file: Attachment) -> Response:
    """Return a file to be saved, never shown: whatever is in it, it does not run as part of the page."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return Response(file.text.encode(errors="replace"), headers=headers, media_type=file.mime)
