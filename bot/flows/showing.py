"""How something that a person gave is shown again: its day in words, its file, its words whole or their beginning."""

from collections.abc import Iterator
from datetime import date

from babel.dates import format_date

from bot.flows.visit import Visit
from bot.nudges.journal import Entry
from bot.schedules.zones import local
from bot.speech import File, Outgoing, Rows
from bot.texts import N_

UNDER_A_FILE = 950
"""UTF-16 units of a text below a file; Telegram takes 1,024 (Bot API, sendPhoto), and a tapped label follows."""
IN_ONE_PIECE = 1900
"""UTF-16 units of one message: Discord takes 2,000 characters, Telegram more."""
_FAR = 300
"""Days ago from which on a date is told with its year."""


def today_of(visit: Visit) -> date:
    """Return the person's own date now."""
    return local(visit.person.here, visit.tx.now).date()


def told_day(visit: Visit, day: date) -> str:
    """Return a past date in words: "Wed 18 Nov", an old one with its year."""
    near = abs((today_of(visit) - day).days) < _FAR
    # The pattern is that of Voice.date_time, without the time.
    return str(format_date(day, visit.voice.say(N_("EEE d MMM")) if near else "long", locale=visit.voice.locale))


def titled(visit: Visit, practice: str) -> str:
    """Return icon and title of a practice, also of one that is gone."""
    known = visit.catalogue.get(practice)
    return (
        f"{known.icon} {visit.voice.say(known.title)}" if known else f"🌱 {visit.voice.say(N_('An earlier practice'))}"
    )


def file_mark(file: File | None) -> str:
    """Return the sign for a file: "🎤 1:05", "🖼", or nothing."""
    if file is None:
        return ""
    if file.kind == "photo":
        return "🖼"
    return "🎤" if file.seconds is None else f"🎤 {file.seconds // 60}:{file.seconds % 60:02d}"


def beginning(words: str, most: int) -> str:
    """Return the beginning of some words in one line of at most so many characters."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def brief(words: str, file: File | None, most: int) -> str:
    """Return the sign for the file and the beginning of the words, in one line."""
    return " ".join(part for part in (file_mark(file), beginning(words, most)) if part)


def headed(visit: Visit, entry: Entry) -> str:
    """Return what stands above an entry: its practice, its day, the sign for its file."""
    parts = (titled(visit, entry.practice), told_day(visit, entry.day), file_mark(entry.file))
    return " · ".join(part for part in parts if part)


def in_pieces(heading: str, words: str, file: File | None) -> list[str]:
    """Return what is shown whole as the texts of one message or, where that would be too long, several."""
    whole = f"{heading}\n\n{words}" if words else heading
    if file and _units(whole) > UNDER_A_FILE:
        return [heading, *_cut(words)]
    return list(_cut(whole))


def show_whole(visit: Visit, heading: str, words: str, file: File | None, rows: Rows = ()) -> None:
    """Show something whole: the file with the first message, the buttons under the last."""
    texts = in_pieces(heading, words, file)
    for number, text in enumerate(texts, 1):
        visit.show(Outgoing(text, rows if number == len(texts) else (), file=file if number == 1 else None))


def _cut(text: str) -> Iterator[str]:
    """Yield pieces that fit, cut at a space or line end where there is one."""
    while _units(text) > IN_ONE_PIECE:
        end = _fitting(text)
        space = max(text.rfind(" ", end // 2, end), text.rfind("\n", end // 2, end))
        end = space if space > 0 else end
        yield text[:end].rstrip() or "…"
        text = text[end:].lstrip()
    if text:
        yield text


def _fitting(text: str) -> int:
    """Return how many characters fit into one piece."""
    units = 0
    for place, char in enumerate(text):
        units += 2 if ord(char) > 0xFFFF else 1
        if units > IN_ONE_PIECE:
            return place
    return len(text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
