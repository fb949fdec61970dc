"""All the ways in which a whole text is made of things that a schedule is said with. Pure.

What is left over belongs to nothing, so a text with one word too many has no reading at all.
"""

import re
from collections.abc import Iterator

from bot.schedules.grammar import Grammar, Kept, Reading, TooHard
from bot.schedules.grammar_text import Folded

MOST_WORDS = 8
"""Words of a routine ("after I have fed the cat"); a longer one is rather a sentence with a time in it."""

_REPEATABLE = frozenset(("daily", "monthly"))
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", re.UNICODE)
# Words that tell when: a routine ends before them, so that "after lunch every monday" keeps its Monday.
_TELLING = (
    "every", "other", "at", "on", "from", "to", "until", "between", "daily", "day", "munit", "hunit", "wd", "wds",
    "set", "month", "calunit", "relday", "fixed", "starting", "except", "random", "uhr", "hourword", "numword",
    "nextword", "thisword", "ordword", "hourly", "weekly", "monthly", "perday", "mark", "partly", "fromnow", "doubt",
)  # fmt: skip


def readings(grammar: Grammar, text: Folded) -> list[Kept]:
    """Return what each reading of the whole text keeps, the likeliest first.

    What people understand in different ways keeps `vague`, of which nothing can be made.
    """
    reading = Reading(grammar, text.plain)
    try:
        if _is_vague(reading, text.plain):
            return [{"vague": 1}]
        found = list(_cover(reading, text, 0, {}, {}))
    except (TooHard, RecursionError):
        return []
    return sorted(found, key=lambda kept: kept.get("cost", 0))


def half_of_routine(grammar: Grammar, text: Folded) -> str:
    """Return the part of the day that a routine's words belong to: "" for any, and for words that tell of several."""
    try:
        half = _half_of_day(Reading(grammar, text.plain), text, 0, len(text.plain))
    except (TooHard, RecursionError):
        return ""
    return "" if half == "unclear" else half


def _is_vague(reading: Reading, plain: str) -> bool:
    """Return whether a part of the text, or all of it, means one thing to some and another to others."""
    places = [n for n in range(len(plain)) if _starts(plain, n)]
    # "Sa, So um 10" is said of two days, though "so um 10" alone is "around ten".
    sure = [(n, end) for n in places for end, _ in reading.find("sure", n)]
    for n in places:
        for end, _ in reading.find("vague", n):
            if not any(start <= n and end <= last for start, last in sure):
                return True
    # "1, 2": of what? "8, 12 and 18" too needs one word more.
    lists = (len(kept) > 1 for end, kept in reading.find("barelist", 0) if end == len(plain))
    return any(lists) or any(end == len(plain) for end, _ in reading.find("alone", 0))


def _cover(reading: Reading, text: Folded, at: int, kept: Kept, before: Kept) -> Iterator[Kept]:
    """Yield what is kept by each way of reading the text from `at` on; `before` is what the piece before it kept."""
    at = _skip(text.plain, at)
    if at >= len(text.plain):
        if kept:
            yield kept
        return
    for end, _ in reading.find("filler", at):
        yield from _cover(reading, text, end, kept, before)
    for end, more in reading.find("top", at):
        reading.step()
        both = _merged(kept, more)
        if both is not None and not _tears_a_list(before, more):
            yield from _cover(reading, text, end, both, more)
    if "cue" not in kept:
        for end, cue in _cues(reading, text, at):
            # A routine is free words: it is one only where they mean nothing else.
            more = {"cue": cue, "cost": kept.get("cost", 0) + 1, "half": _half_of_day(reading, text, at, end)}
            yield from _cover(reading, text, end, kept | more, {})


def _skip(plain: str, at: int) -> int:
    while at < len(plain) and plain[at] in " ,":
        at += 1
    return len(plain) if plain[at:] == "." else at


def _merged(kept: Kept, more: Kept) -> Kept | None:
    """Return both, or None where the same thing was said twice: two times or two sets of days are two schedules."""
    for name, value in more.items():
        if name in kept and name != "cost" and not (name in _REPEATABLE and kept[name] == value):
            return None
    return kept | more | {"cost": kept.get("cost", 0) + more.get("cost", 0)}


def _tears_a_list(before: Kept, more: Kept) -> bool:
    """Return whether the days of one list were read as two things: "except Monday" and "Tuesday"."""
    if "each" in more or not ("date" in more or "days" in more):
        return False
    if "skip" in before:
        return True
    return any(isinstance(before.get(name), dict) and "wd" in before[name] for name in ("first", "last"))


def _cues(reading: Reading, text: Folded, at: int) -> Iterator[tuple[int, str]]:
    """Yield the routines that begin here: fixed ones, and a word such as "after" with words that tell no time."""
    for end, _ in reading.find("cueword", at):
        yield end, text.original(at, end)
    for end, _ in reading.find("cuelead", at):
        yield from _free_words(reading, text, at, end)
    yield from _trailing(reading, text, at)


def _half_of_day(reading: Reading, text: Folded, start: int, end: int) -> str:
    """Return the part of the day that a routine belongs to: "" for any, "unclear" where its words tell of several."""
    for name in ("halfword", "half"):
        found: set[str] = set()
        at = start
        while at < end:
            # The longest: "petit-déjeuner" is no "déjeuner".
            last, half = max(reading.find(name, at), default=(at, "")) if _starts(text.plain, at) else (at, "")
            found |= {half} if half and last <= end else set()
            at = last if at < last <= end else at + 1
        if found:
            return found.pop() if len(found) == 1 else "unclear"
    return ""


def _free_words(reading: Reading, text: Folded, start: int, at: int) -> Iterator[tuple[int, str]]:
    for _ in range(MOST_WORDS):
        at = reading.skip(at)
        word = _WORD.match(text.plain, at)
        last = reading.find("part", at) or reading.find("cuefree", at)
        if not word or (_tells(reading, at) and not last):
            return
        at = word.end()
        if not last:
            yield at, text.original(start, at)


def _tells(reading: Reading, at: int) -> bool:
    return any(reading.find(name, at) for name in _TELLING)


def _trailing(reading: Reading, text: Folded, at: int) -> Iterator[tuple[int, str]]:
    """Yield routines that are told after their words, as Japanese and Hindi do."""
    if not reading.grammar.words.get("cuetail"):
        return
    for end in range(at + 1, min(len(text.plain), at + 40) + 1):
        if any(text.plain[n].isdigit() or _tells(reading, n) for n in range(at, end) if _starts(text.plain, n)):
            return
        for last, _ in reading.find("cuetail", reading.skip(end)):
            yield last, text.original(at, last)


def _starts(plain: str, at: int) -> bool:
    return at == 0 or plain[at - 1] == " " or not plain[at - 1].isalpha() or plain[at] >= "\u3040"
