"""What a person says about when, understood or not: "weekdays at 8:30", "alle zwei Tage um neun", "in 20 minutes".

Every word must be understood; one that is not makes the whole phrase `none`, and the caller asks instead of guessing.
The words of each language are data: bot/schedules/lexicons.
"""

import re
import zlib
from dataclasses import replace

from bot.schedules.grammar_build import build
from bot.schedules.grammar_clock import Near
from bot.schedules.grammar_cover import half_of_routine, readings
from bot.schedules.grammar_lexicon import LANGUAGES, grammar
from bot.schedules.grammar_meaning import NONE, Moment, Understood
from bot.schedules.grammar_text import LONGEST, Folded, fold
from bot.schedules.quiet import DayParts
from bot.schedules.rules import Draw, Minutes
from bot.schedules.times import next_after
from bot.schedules.zones import local

__all__ = ["Understood", "read", "LONGEST"]

_NUMBER_SIGNS = re.compile(r"\d+e\d+")


def read(
    text: str,
    *,
    language: str,
    zone: str,
    now: int,
    near: int | None = None,
    any_hour: bool = False,
    routine: str | None = None,
    usual: Minutes | None = None,
    day_parts: DayParts | None = None,
) -> Understood:
    """Return what was meant by `text` at `now` (UTC seconds) in a zone (IANA name); `kind` is none where it is unclear.

    The person's language (BCP 47) is tried first, then English, then the others where all that understand it agree.
    A bare hour means a sensible one of the two, and is told by `bare_hour`: that of a `routine` that was said before
    ("when I get home"), else the one nearer to the minute `near`. With `any_hour` the nearer one counts even in the
    night. Days alone mean the `usual` minutes of these days, where there are any. Text longer than LONGEST characters
    is not read. Never raises for a text, whatever it is.
    """
    if not text or len(text) > LONGEST:
        return NONE
    plain = fold(text)
    if not plain.plain or len(plain.plain) > 2 * LONGEST or _NUMBER_SIGNS.search(plain.plain):
        return NONE
    own = language.lower().replace("_", "-").partition("-")[0]
    beside = Near(near, any_hour) if near is not None else None
    half = _half(routine, own) if routine else ""
    moment = Moment(zone, now, local(zone, now), beside, day_parts or DayParts(), half, usual)
    for first in dict.fromkeys((own, "en")):
        if first in LANGUAGES:
            found = _read_in(first, plain, moment)
            if found is None or found.kind != "none":
                return _seeded(found or NONE, text, now)
    others = [_read_in(other, plain, moment) for other in LANGUAGES if other not in (own, "en")]
    if own in LANGUAGES:
        # A routine is free words, and in a language that is not one's own they may be anything.
        others = [found for found in others if found is not None and not found.cue]
    meanings = {found for found in others if found is not None and found.kind != "none"}
    only = meanings.pop() if len(meanings) == 1 else None
    return _seeded(only or NONE, text, now)


def _read_in(language: str, text: Folded, moment: Moment) -> Understood | None:
    """Return what the text means in one language: NONE when its words are none of this language, None when they are
    but mean no time, or may mean different ones."""
    best: int | None = None
    meanings: dict[Understood, Understood] = {}
    found_readings = readings(grammar(language), text)
    for kept in found_readings:
        cost = kept.pop("cost", 0)
        if best is not None and cost > best:
            break
        found = build(kept, moment)
        if found.kind != "none" and _will_ring(found, moment):
            best = cost
            meaning = replace(found, dated=True, bare_hour=False)
            meanings[meaning] = max(meanings.get(meaning, found), found, key=lambda one: (one.dated, not one.bare_hour))
    if not meanings:
        return None if found_readings else NONE
    return next(iter(meanings.values())) if len(meanings) == 1 else None


def _half(routine: str, own: str) -> str:
    """Return the part of the day of a routine in a person's words, "" where they tell of none."""
    plain = fold(routine[:LONGEST])
    spoken = [one for one in dict.fromkeys((own, "en")) if one in LANGUAGES]
    return next(filter(None, (half_of_routine(grammar(one), plain) for one in spoken)), "")


def _will_ring(found: Understood, moment: Moment) -> bool:
    return found.rule is None or next_after(found.rule, moment.zone, moment.now) is not None


def _seeded(found: Understood, text: str, now: int) -> Understood:
    """Return it with a seed of its own, so that two people with the same words are not nudged at the same moments."""
    if found.rule is None or not isinstance(found.rule.minutes, Draw):
        return found
    seed = zlib.crc32(f"{now} {text}".encode("utf-8", "replace"))
    return replace(found, rule=replace(found.rule, minutes=replace(found.rule.minutes, seed=seed)))
