"""The grammar of a language, from its lexicon file and CLDR's words for weekdays, months and parts of the day. Pure
but for reading the file once."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.core import Locale

from bot.schedules.grammar import Builder, Grammar, Kept, Node, compile_pattern, spellings
from bot.schedules.grammar_clock import HALF, Clock
from bot.schedules.grammar_numbers import scanners

FOLDER = Path(__file__).with_name("lexicons")
LANGUAGES = ("en", "de", "es", "fr", "pt", "ru", "ja", "ar", "hi")

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})


def data(language: str) -> dict[str, Any]:
    """Return the lexicon file of a language, read once."""
    return _file(language)


@lru_cache(maxsize=16)
def _file(language: str) -> dict[str, Any]:
    with (FOLDER / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


@lru_cache(maxsize=16)
def grammar(language: str) -> Grammar:
    """Return the compiled grammar of one of LANGUAGES."""
    own, common = data(language), data("common")
    umlauts = language == "de"

    def typed(word: str) -> list[str]:
        both = (word, word.translate(_UMLAUTS)) if umlauts else (word,)
        return [spelling for one in both for spelling in spellings(one)]

    words: dict[str, dict[str, list[tuple[str, Any]]]] = {}
    signs: set[str] = set()
    for name, form, value in (*_forms(common), *_forms(own), *_cldr(language, own)):
        for plain in typed(form):
            words.setdefault(name, {}).setdefault(plain[:1], []).append((plain, value))
            signs |= set(plain.rstrip("~").split())
    patterns: dict[str, tuple[Node, ...]] = {}
    for source in (common, own):
        for name, lines in source.get("grammar", {}).items():
            compiled = tuple(compile_pattern(line, typed) for line in lines)
            patterns[name] = (*patterns.get(name, ()), *compiled)
    return Grammar(
        words,
        patterns,
        _builders(own.get("style", {})),
        scanners(month_first=bool(own.get("style", {}).get("month_first"))),
        frozenset(signs),
    )


def _forms(lexicon: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for name, line in lexicon.get("words", {}).items():
        yield from ((name, form.strip(), None) for form in line.split(" | ") if form.strip())
    for name, values in lexicon.get("values", {}).items():
        for key, line in values.items():
            value = _value(name, key)
            yield from ((name, form.strip(), value) for form in line.split(" | ") if form.strip())


def _value(name: str, key: str) -> Any:
    if name == "set":
        start, end = key.split("-")
        return frozenset(range(int(start), int(end) + 1))
    return int(key) if re.fullmatch(r"-?\d+", key) else key


def _cldr(language: str, own: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    locale = Locale.parse(language)
    for width in ("wide", "abbreviated") if own.get("cldr", {}).get("abbreviated", True) else ("wide",):
        for kind in ("format", "stand-alone"):
            for number, name in locale.days[kind][width].items():
                yield "wd", str(name).rstrip("."), number
            for number, name in locale.months[kind][width].items():
                yield "month", str(name).rstrip("."), number
    for kind, wanted in (("format", "mark"), ("stand-alone", "part")):
        named = locale.day_periods.get(kind, {}).get("wide", {})
        for key, part in own.get("cldr", {}).get(wanted, {}).items():
            yield wanted, str(named[key]), part


def _builders(style: dict[str, Any]) -> dict[str, Builder]:
    half_day = bool(style.get("half_day"))

    def clock(kept: Kept) -> Clock | None:
        return _clock(kept, half_day)

    plain: dict[str, Builder] = dict.fromkeys(_PLAIN, _one)
    lengths: dict[str, Builder] = dict.fromkeys(("dur", "durunit", "durunit2", "hoursh"), _dur)
    days: dict[str, Builder] = dict.fromkeys(("dayname", "kanjiitem"), _dayname)
    own: dict[str, Builder] = {
        "clock": clock,
        "aclock": _aclock,
        "partclock": _partclock,
        "partlyclock": _partclock,
        "dayitem": _dayitem,
        "glueday": _glueday,
        "kanjilist": _kanjilist,
        "fulldate": _fulldate,
        "ord": _later,
        "ordday": _early,
    }
    return plain | lengths | days | own


_PLAIN = (
    "num", "nthw", "mday", "howoften", "anchor", "monthitem", "onday", "nthitem", "barelist", "fewword", "gluepart",
    "glueparts",
)  # fmt: skip
"""Patterns that stand for what they keep as `v` or `p`."""


def _one(kept: Kept) -> Any:
    return kept.get("v", kept.get("p"))


def _aclock(kept: Kept) -> Clock | None:
    clock: Clock = kept["v"]
    mark = kept.get("mark")
    if mark is None or clock.mark == mark:
        return clock
    return replace(clock, mark=mark) if clock.mark is None else None


def _kanjilist(kept: Kept) -> tuple[tuple[frozenset[int], bool], ...]:
    return tuple((frozenset((day,)), True) for _, day in sorted(kept.items()))


def _glueday(kept: Kept) -> tuple[frozenset[int], bool]:
    return frozenset((kept["v"],)), False


def _partclock(kept: Kept) -> Clock | None:
    clock: Clock = kept["clock"]
    return replace(clock, mark=kept["p"]) if clock.mark is None else None


def _fulldate(kept: Kept) -> Kept | None:
    """Return a date that is more than a weekday: that one is among the days, and may be today."""
    found: Kept = kept["v"]
    return found if found.keys() != {"wd"} else None


def _later(kept: Kept) -> int | None:
    """Return an ordinal that can count "every n-th": the first is none, and the last neither."""
    return kept["v"] if kept["v"] > 1 else None


def _early(kept: Kept) -> int | None:
    """Return an ordinal that can be a day of the month: the last is none."""
    return kept["v"] if kept["v"] > 0 else None


def _dayname(kept: Kept) -> tuple[frozenset[int], bool]:
    return frozenset((kept["v"],)), True


def _clock(kept: Kept, half_day: bool) -> Clock | None:
    mark = kept.get("mark")
    if "t" in kept:
        hour, minute, leading = kept["t"]
        # Where people count to twelve, 3:30 is rather the afternoon's; 03:30 and 5:30 are what they say.
        unclear = half_day and 1 <= hour <= 4 and not leading
        return Clock(hour * 60 + minute, not unclear, mark)
    if "fixed" in kept:
        return _beside_fixed(kept["fixed"], kept.get("past", 0) - kept.get("back", 0))
    hour, leading = (
        (kept["hour"].get("v") or (kept["hour"].get("word"), False)) if "hour" in kept else (kept["word"], False)
    )
    exact = leading or hour > 12 or hour == 0
    if "minute" in kept:
        if not 0 <= kept["minute"] < 60:
            return None
        long_hand = "hour" in kept and "v" in kept["hour"]
        return Clock(hour % 24 * 60 + kept["minute"], exact or long_hand, mark)
    if "past" in kept:
        if not 0 <= kept["past"] < 60 or kept.get("back", 0) >= 720:
            return None
        kept = {**kept, "past": kept["past"] - kept.get("back", 0)}
        return Clock((hour * 60 + kept["past"]) % 1440, exact, mark)
    if "back" in kept:
        return Clock((hour * 60 - kept["back"]) % (1440 if exact else HALF), exact, mark)
    return Clock(hour % 24 * 60, exact, mark) if hour < 24 else None


def _beside_fixed(fixed: int, minutes: int) -> Clock | None:
    """Return "midnight", or "half past noon": so many minutes after a clock that is always the same."""
    if not -60 < minutes < 60:
        return None
    mark = None if fixed else "midnight" if minutes == 0 else "night"
    return Clock((fixed + minutes) % (2 * HALF), True, mark)


def _dur(kept: Kept) -> int | None:
    total = kept.get("hm", 0) + round(kept.get("h", 0) * 60) + kept.get("m", 0)
    return int(total)


def _dayitem(kept: Kept) -> tuple[frozenset[int], bool] | None:
    if "wd2" in kept:
        start, end = kept["wd"], kept["wd2"]
        if start == end:
            return None
        return frozenset((start + n) % 7 for n in range((end - start) % 7 + 1)), True
    if "set" in kept:
        return kept["set"], True
    if "wds" in kept:
        return frozenset((kept["wds"],)), True
    return frozenset((kept["wd"],)), "each" in kept
