"""Discord's Markdown as a reader sees it, so that a test notices what the bot forgot to escape.

After https://support.discord.com/hc/en-us/articles/210298617 and /docs/reference#message-formatting. Marks go, words
stay; what looks like a mark but is none stays as it was written.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

_FENCE = re.compile(r"```(?:[A-Za-z0-9_+\-.#]+\n)?\n*([\s\S]*?[^\n])\n*```")
_CODE = re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_BARE = re.compile(r"(?:https?|steam|discord)://[^\s<]+[^<.,:;\"'\]\s]")
_ANGLED = re.compile(r"<((?:https?|mailto|discord):[^\s>]+)>")
_MASKED = re.compile(
    r"\[((?:\\.|\[[^\]]*]|[^\[\]\\])+)]\(\s*<?((?:https?://|mailto:|discord://)[^\s()<>]+)>?(?:\s+\"[^\"]*\")?\s*\)"
)
_TIME = re.compile(r"<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>")
_PERSON, _CHANNEL, _ROLE = re.compile(r"<@!?(\d+)>"), re.compile(r"<#(\d+)>"), re.compile(r"<@&(\d+)>")
_COMMAND, _EMOJI = re.compile(r"</([^:>]+):\d+>"), re.compile(r"<a?(:\w+:)\d+>")
_SPANS = [  # of those that begin at the same place, the longest counts
    re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"),
    re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)"),
    re.compile(r"\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"),
    re.compile(r"_((?:__|\\[\s\S]|[^\\_])+?)_(?![0-9A-Za-z_])"),
    re.compile(r"~~([\s\S]+?)~~(?!_)"),
    re.compile(r"\|\|([\s\S]+?)\|\|"),
]
_LINE = re.compile(r"(?:>>> |> )?(?:(?:#{1,3}|-#) +(?=\S))?")
_BULLET = re.compile(r"( *)[-*] +(?=\S)")
_NUMBER = re.compile(r"( *)(\d{1,9})\. +(?=\S)")
_PLAIN = re.compile(r"[0-9A-Za-z\u00c0-\uffff]+|[\s\S]")


@dataclass(frozen=True)
class Reader:
    """Who reads: their zone, what they call people and channels, and the time now in Unix seconds."""

    zone: str = "UTC"
    people: Callable[[int], str] = lambda number: "unknown-user"
    channels: Callable[[int], str] = lambda number: "unknown"
    now: Callable[[], float] = lambda: 0.0


def render(source: str, reader: Reader) -> str:
    """The text without its marks."""
    return _Rendering(reader).blocks(source)


class _Rendering:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.counted: int | None = None

    def blocks(self, source: str) -> str:
        """Text in which a line may begin with a quote, a heading or a list mark."""
        out, at = "", 0
        while at < len(source):
            if at == 0 or source[at - 1] == "\n":
                taken, shown = self._line(source[at:])
                at, out = at + taken, out + shown
            read, words = self._piece(source, at)
            at, out = at + read, out + words
        return out

    def _line(self, rest: str) -> tuple[int, str]:
        """How much of the line is a mark, and what shows for it: a bullet, or a number that counts on."""
        marks = _LINE.match(rest)
        taken = marks.end() if marks else 0
        if match := _NUMBER.match(rest, taken):
            self.counted = int(match[2]) if self.counted is None else self.counted + 1
            return match.end(), f"{match[1]}{self.counted}. "
        self.counted = None
        if match := _BULLET.match(rest, taken):
            return match.end(), "  " * (len(match[1]) // 2) + "• "
        return taken, ""

    def inline(self, source: str) -> str:
        """Text inside of other marks."""
        out, at = "", 0
        while at < len(source):
            read, words = self._piece(source, at)
            out += words
            at += read
        return out

    def _piece(self, source: str, at: int) -> tuple[int, str]:
        """How far the next piece reaches and what a reader sees of it."""
        rest = source[at:]
        if not rest:
            return 0, ""
        for pattern, seen in self._rules():
            if match := pattern.match(rest):
                return match.end(), seen(match)
        spans = [match for pattern in _SPANS if (match := pattern.match(rest))]
        if spans:
            longest = max(spans, key=lambda match: match.end())
            return longest.end(), self.inline(longest[1])
        plain = _PLAIN.match(rest)
        assert plain is not None
        return plain.end(), plain.group()

    def _rules(self) -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]:
        reader = self.reader
        return [
            (_ESCAPE, lambda match: match[1]),
            (_FENCE, lambda match: match[1]),
            (_CODE, lambda match: match[2].strip() if match[1] == "``" else match[2]),
            (_ANGLED, lambda match: match[1]),
            (_BARE, lambda match: match.group()),
            (_MASKED, lambda match: self.inline(match[1])),
            (_PERSON, lambda match: "@" + reader.people(int(match[1]))),
            (_CHANNEL, lambda match: "#" + reader.channels(int(match[1]))),
            (_ROLE, lambda match: "@unknown-role"),
            (_COMMAND, lambda match: "/" + match[1]),
            (_EMOJI, lambda match: match[1]),
            (_TIME, lambda match: _time(int(match[1]), match[2] or "f", reader)),
        ]


def _time(unix: int, style: str, reader: Reader) -> str:
    """A time in the reader's zone, in a form of its own for each style; R is told from now."""
    try:
        at = datetime.datetime.fromtimestamp(unix, ZoneInfo(reader.zone))
    except (OverflowError, ValueError, OSError):
        return "Invalid Date"
    if style == "R":
        return _relative(unix - reader.now())
    forms = {"t": "%H:%M", "T": "%H:%M:%S", "d": "%d/%m/%Y", "D": "%-d %B %Y", "f": "%-d %B %Y %H:%M"}
    forms |= {"F": "%A, %-d %B %Y %H:%M", "s": "%d/%m/%Y, %H:%M", "S": "%d/%m/%Y, %H:%M:%S"}
    return at.strftime(forms[style])


def _relative(seconds: float) -> str:
    units = [("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)]
    name, size = next((unit for unit in units if abs(seconds) >= unit[1]), units[-1])
    count = round(abs(seconds) / size)
    words = f"{count} {name}{'s' * (count != 1)}"
    return f"in {words}" if seconds > 0 else f"{words} ago"
