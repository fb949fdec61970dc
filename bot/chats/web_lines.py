"""What a page gets to see of a line."""

from dataclasses import asdict, replace
from typing import Any

from bot.outbox.history import Line
from bot.speech import Outgoing


def told(line: Line) -> dict[str, Any]:
    """Return a line for a page: of a file its name and of a picture its words; the rest is there when asked for."""
    kept = asdict(replace(line, attachment=None, picture=None, alt=""))
    kept.pop("alt")
    return kept | {
        "rows": [[{"label": one.label, "payload": one.payload, "url": one.url} for one in row] for row in line.rows],
        "attachment": line.attachment.name if line.attachment else "",
        "picture": line.alt if line.picture is not None else "",
    }


def arriving(number: int, outgoing: Outgoing, at: int) -> dict[str, Any]:
    """Return a message for a page that listens; `at` is in UTC seconds."""
    line = Line(
        f"o{number}",
        mine=False,
        text=outgoing.text,
        at=at,
        rows=outgoing.rows,
        chosen=outgoing.chosen,
        nudge=outgoing.nudge,
        attachment=outgoing.attachment,
        picture=outgoing.picture,
        alt=outgoing.alt,
    )
    return told(line)


def changed(outgoing: Outgoing) -> dict[str, Any]:
    """Return what an edit changes of a line."""
    line = told(Line("", mine=False, text=outgoing.text, at=0, rows=outgoing.rows, chosen=outgoing.chosen))
    return {"text": line["text"], "rows": line["rows"], "chosen": line["chosen"], "nudge": outgoing.nudge}
