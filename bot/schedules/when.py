"""What a phrase means, as plain data: the answer of `pebble when`. Pure."""

from datetime import date

from bot.schedules.grammar_meaning import Understood
from bot.schedules.phrases import read
from bot.schedules.rules import Draw, Rule
from bot.schedules.times import next_times
from bot.schedules.words import describe
from bot.schedules.zones import local
from bot.texts import N_
from bot.texts.voice import Voice

SHOWN = 5
"""How many of the next times are told."""

_UNCLEAR = N_("I can’t read a time in that yet. Try “weekdays at 8:30”, “every other day at noon” or “in 20 minutes”.")


def understood_json(text: str, language: str, zone: str, now: int) -> dict[str, object]:
    """Return what `text` means at `now` (UTC seconds) in a zone (IANA name), as JSON-ready data.

    `kind` is that of `Understood`, `text` tells it in plain words (for `none` it is a line that says what to try),
    `next` holds the next five local times to the minute, or for windows their `from` and `to`; `cue` and `bare_hour`
    stand there when there is something to tell.
    """
    found = read(text, language=language, zone=zone, now=now)
    today = local(zone, now).date()
    answer: dict[str, object] = {"kind": found.kind, "text": _told(found, language, today)}
    answer["next"] = _next(found.rule, zone, now) if found.rule else []
    if found.cue:
        answer["cue"] = found.cue
    if found.bare_hour:
        answer["bare_hour"] = True
    return answer


def _told(found: Understood, language: str, today: date) -> str:
    return Voice.of(language).say(_UNCLEAR) if found.kind == "none" else describe(found, language, today)


def _next(rule: Rule, zone: str, now: int) -> list[object]:
    if not isinstance(rule.minutes, Draw):
        return [time.slot for time in next_times(rule, zone, now, SHOWN)]
    # Each date once, however many moments are drawn on it.
    drawn = next_times(rule, zone, now, SHOWN * rule.minutes.count)
    days = list(dict.fromkeys(time.slot[:10] for time in drawn))[:SHOWN]
    start, end = (f"{minute // 60:02d}:{minute % 60:02d}" for minute in (rule.minutes.start, rule.minutes.end))
    return [{"from": f"{day}T{start}", "to": f"{day}T{end}"} for day in days]
