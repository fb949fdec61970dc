"""The catalogue told to a host: as lines, as plain data, and as the page docs/practices.md. Pure.

All in English, as the packs are written; lengths in seconds, times of the local day.
"""

from collections.abc import Iterator
from typing import Any

from bot.catalogue.catalogue import Catalogue, Theme
from bot.catalogue.models import Practice

_ANSWERS = {
    "tap": "a tap",
    "words": "words, a voice message or a photo",
    "voice": "a voice message",
    "face": "one of five faces",
}
_FEELINGS = {"both": "before and after", "after": "after", "none": "not asked"}

_HEAD = """\
# Practices

<!-- Made by `make practices` from the packs in bot/catalogue/packs: change a pack, not this page. -->

{count} practices in {themes} themes. Every one is a table in a [pack](../bot/catalogue/packs), and a host can add more:
see the [README](../README.md). Besides its own taps each can be answered with *Did it*, *In 15 min* and *Not today*.
"""


def as_data(catalogue: Catalogue) -> dict[str, Any]:
    """Return the catalogue as JSON-ready data, by theme."""
    return {
        "themes": [
            {
                "key": theme.key,
                "title": theme.title,
                "practices": [_practice(practice, catalogue) for practice in _of(theme, catalogue)],
            }
            for theme in catalogue.themes
        ]
    }


def as_lines(catalogue: Catalogue) -> str:
    """Return the catalogue for human eyes: one line a practice, by theme."""
    widths = [max(len(text) for text in column) for column in zip(*map(_cells, catalogue), strict=True)]
    lines = []
    for theme in catalogue.themes:
        lines.append(f"{theme.title} ({theme.key})")
        for practice in _of(theme, catalogue):
            told = "  ".join(cell.ljust(width) for cell, width in zip(_cells(practice), widths, strict=True))
            lines.append(f"  {told}".rstrip())
        lines.append("")
    return "\n".join([*lines, f"{len(catalogue)} practices in {len(catalogue.themes)} themes; all packs are fine."])


def as_page(catalogue: Catalogue) -> str:
    """Return the catalogue as a page of Markdown."""
    parts = [_HEAD.format(count=len(catalogue), themes=len(catalogue.themes))]
    for theme in catalogue.themes:
        rows = [
            f"| {p.icon} {p.title} | `{p.key}` | {_length(p.seconds)} | {p.rhythm} |" for p in _of(theme, catalogue)
        ]
        table = ["| practice | key | takes | rhythm |", "|---|---|---|---|", *rows]
        parts.append("\n".join([f"## {theme.title}\n", *table]) + "\n")
        parts += ["\n".join(_section(practice, catalogue)) + "\n" for practice in _of(theme, catalogue)]
    return "\n".join(parts)


def _of(theme: Theme, catalogue: Catalogue) -> Iterator[Practice]:
    return (catalogue[key] for key in theme.practices)


def _practice(practice: Practice, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "key": practice.key,
        "icon": practice.icon,
        "title": practice.title,
        "why": practice.why,
        "source": catalogue.sources[practice.source],
        "seconds": practice.seconds,
        "times": _times(practice),
        "rhythm": practice.rhythm,
        "feelings": practice.feelings,
        "answer": practice.answer,
        "live": practice.live,
        "hard_day": practice.hard_day,
        "prompts": len(practice.prompts),
        "steps": len(practice.steps),
        "taps": [reply.label for reply in practice.replies],
        "smaller": practice.smaller,
        "next": list(practice.next),
    }


def _cells(practice: Practice) -> tuple[str, ...]:
    return (
        practice.key,
        practice.title,
        f"{practice.seconds} s",
        practice.rhythm,
        ", ".join(_times(practice)),
        f"feelings: {practice.feelings}",
        "hard day" if practice.hard_day else "",
    )


def _section(practice: Practice, catalogue: Catalogue) -> Iterator[str]:
    yield f"### {practice.icon} {practice.title}\n"
    yield f"{practice.why}\n"
    yield f"- **From:** {catalogue.sources[practice.source]}"
    yield f"- **Takes:** {_length(practice.seconds)}{', guided live at its pace' if practice.live else ''}"
    yield f"- **Natural times:** {', '.join(_times(practice))} ({practice.rhythm})"
    yield f"- **Answered by:** {_ANSWERS[practice.answer]}; feelings: {_FEELINGS[practice.feelings]}"
    if practice.replies:
        yield f"- **Own taps:** {' · '.join(reply.label for reply in practice.replies)}"
    if practice.check:
        yield f"- **Asked at {_clock(practice.check.at)}:** {practice.check.text}"
    yield f"- **Wordings:** {len(practice.prompts)}, such as “{practice.prompts[0]}”"
    yield f"- **Smaller:** {practice.smaller}"
    yield f"- **On a hard day:** {'as it is' if practice.hard_day else 'the smaller version'}"
    if practice.next:
        yield f"- **Leads on to:** {', '.join(catalogue[key].title for key in practice.next)}"


def _times(practice: Practice) -> list[str]:
    return [_clock(minute) for minute in practice.minutes]


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    parts = [f"{minutes} min"] if minutes else []
    return " ".join([*parts, f"{rest} s"] if rest else parts)
