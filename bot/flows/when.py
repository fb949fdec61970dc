"""Finding a time: said in the person's own words, or tapped together without typing. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.flows.choosing import HOURS, rows_of
from bot.flows.engine import Answer, Ask, Choice, Scene, Step, Turn, Unclear, tap_a_button
from bot.schedules.phrases import read
from bot.schedules.quiet import outside_quiet
from bot.schedules.rules import (
    DAY_MINUTES,
    EVERY_DAY,
    WEEKDAYS,
    WEEKENDS,
    Dates,
    Draw,
    Rule,
    Times,
    Weekly,
    from_dict,
    to_dict,
)
from bot.schedules.times import minutes_on, next_after, next_times
from bot.schedules.words import words
from bot.schedules.zones import local
from bot.texts import N_

OVER = N_("That time is over. Say a day too, like “weekdays 8:30”.")
UNCLEAR = N_("I can’t read a time in that yet. Try “8:30” or “weekdays 8:30”, or tap one together.")
BUTTONS: Choice = (N_("Tap one together"), "days")
HALF = DAY_MINUTES // 2
_PRESETS = {"all": EVERY_DAY, "work": WEEKDAYS, "end": WEEKENDS}

Done = Callable[[Scene, Rule, Mapping[str, Any]], Turn | Unclear]
"""Takes the rule, and what else the flow should remember."""


def when_steps(ask: Callable[[Scene], Ask], default: Callable[[Scene], Rule], done: Done) -> tuple[Step, ...]:
    """Return the steps that end in a rule.

    `ask` is the first question; a time without days keeps the dates of `default`, whose first time says which half of
    the day a bare hour means.
    """

    def ask_time(scene: Scene) -> Ask:
        asked = ask(scene)
        return replace(asked, rows=(*asked.rows, ((scene.voice.say(BUTTONS[0]), BUTTONS[1]),)))

    def take_time(scene: Scene, answer: Answer) -> Turn | Unclear:
        if answer.value == "days":
            return Turn("days", {"days": sorted(_with_dates(scene, default(scene)).weekdays)})
        if answer.value is not None:
            minute = _number(answer.value, DAY_MINUTES)
            if minute is None:
                return tap_a_button(scene)
            return _settled(scene, replace(_with_dates(scene, default(scene)), minutes=Times((minute,))), done, {})
        return _said(scene, answer.words or "", _with_dates(scene, default(scene)), done)

    def take_quarter(scene: Scene, answer: Answer) -> Turn | Unclear:
        days = Weekly(frozenset(scene.data["days"]))
        minute = _number(answer.value, DAY_MINUTES)
        if minute is None:
            return _said(scene, answer.words or "", Rule(days, Times((scene.data["hour"] * 60,))), done)
        return _settled(scene, Rule(days, Times((minute,))), done, {})

    return (
        Step("time", ask_time, take_time),
        Step("days", _ask_days, _take_days, takes_words=False),
        Step("hour", _ask_hour, _take_hour, takes_words=False),
        Step("quarter", _ask_quarter, take_quarter),
    )


def _said(scene: Scene, text: str, default: Rule, done: Done) -> Turn | Unclear:
    """Take what was said in words."""
    zone = scene.zone or scene.guessed_zone
    near = minutes_on(default.minutes, 1)[0]
    found = read(text, language=scene.language, zone=zone, now=scene.now, near=near, day_parts=scene.parts)
    cue = {"cue": None, "cue_words": found.cue} if found.cue else {}
    if found.kind == "cue":
        return Turn("time", {**cue, "dates": _dates(found.dates)})  # a routine has no clock time: ask for it
    if found.rule is None:
        return Unclear(scene.voice.say(UNCLEAR), (((scene.voice.say(BUTTONS[0]), BUTTONS[1]),),))
    rule = found.rule if found.dated else replace(default, minutes=found.rule.minutes)
    said = {"text": text, "at": scene.now, "near": near, "dated": found.dated}
    guess = scene.zone is None and not _same_in_every_zone(rule)
    return _settled(scene, rule, done, {**cue, "said": said if guess else None, "bare_hour": found.bare_hour})


def _same_in_every_zone(rule: Rule) -> bool:
    """Return whether a rule was not counted from the moment at which it was said."""
    return isinstance(rule.dates, Weekly) and isinstance(rule.minutes, Times) and not (rule.first or rule.last)


def said_again(scene: Scene, default: Rule, done: Done, words: str | None) -> Turn | None:
    """Take words at a rule that is shown already: a new time, or, where they are none, nothing of ours."""
    turn = _said(scene, words, default, done) if words else None
    return turn if isinstance(turn, Turn) else None


def _dates(dates: Dates | None) -> dict[str, Any] | None:
    """Return the dates that came with a routine, as a flow remembers them."""
    return to_dict(Rule(dates, Times((0,)))) if dates else None


def _with_dates(scene: Scene, rule: Rule) -> Rule:
    """Return a rule with the dates that came with a routine, if any did."""
    kept = scene.data.get("dates")
    return replace(rule, dates=from_dict(kept).dates) if kept else rule


def days_of(scene: Scene, default: Rule) -> str:
    """Return the days for which a time is asked, in words."""
    return scene.voice.days(_with_dates(scene, default).weekdays)


def _settled(scene: Scene, rule: Rule, done: Done, learned: Mapping[str, Any]) -> Turn | Unclear:
    """Go on with a rule that has a time to come."""
    if next_after(rule, scene.zone or scene.guessed_zone, scene.now) is None:
        return Unclear(scene.voice.say(OVER))
    return done(scene, rule, {"said": None, "bare_hour": False, "dates": None, **learned})


def _ask_days(scene: Scene) -> Ask:
    """Offer the usual days at once, and each day to be switched on and off."""
    say, chosen = scene.voice.say, set(scene.data["days"])
    presets: list[Choice] = [(say(N_("Every day")), "all"), (say(N_("Weekdays")), "work"), (say(N_("Weekends")), "end")]
    days = [(f"{'✓ ' if day in chosen else ''}{scene.voice.days({day})}", str(day)) for day in range(7)]
    return Ask(say(N_("On which days?")), (tuple(presets), *rows_of(days, 4), ((say(N_("Next")), "ok"),)))


def _take_days(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value in _PRESETS:
        return Turn("hour", {"days": sorted(_PRESETS[answer.value])})
    if answer.value == "ok":
        return Turn("hour") if scene.data["days"] else Unclear(scene.voice.say(N_("One day at least, please.")))
    day = _number(answer.value, 7)
    if day is None:
        return tap_a_button(scene)
    return Turn("days", {"days": sorted(set(scene.data["days"]) ^ {day})}, redraws=True)


def _ask_hour(scene: Scene) -> Ask:
    hours = [(str(hour), str(hour)) for hour in HOURS]
    return Ask(scene.voice.say(N_("About which hour?")), rows_of(hours, 6))


def _take_hour(scene: Scene, answer: Answer) -> Turn | Unclear:
    hour = _number(answer.value, 24)
    return tap_a_button(scene) if hour is None else Turn("quarter", {"hour": hour})


def _ask_quarter(scene: Scene) -> Ask:
    minutes = [scene.data["hour"] * 60 + quarter for quarter in (0, 15, 30, 45)]
    choices = tuple((scene.voice.time(minute), str(minute)) for minute in minutes)
    return Ask(scene.voice.say(N_("And exactly? Tap, or type it.")), (choices,))


def _number(value: str | None, below: int) -> int | None:
    return int(value) if value is not None and value.isdecimal() and int(value) < below else None


def read_again(scene: Scene, said: Mapping[str, Any], rule: Rule, zone: str) -> Rule:
    """Return what was said, counted from when it was said, now that the zone is known; else the rule as it is."""
    found = read(
        said["text"],
        language=scene.language,
        zone=zone,
        now=said["at"],
        near=said["near"],
        day_parts=scene.parts,
    ).rule
    if found is None:
        return rule
    return found if said["dated"] else replace(rule, minutes=found.minutes)


def told(scene: Scene, rule: Rule, zone: str) -> str:
    """Return the next three times, below them the rule in plain words, and what else there is to know about it."""
    say = scene.voice.say
    today = local(zone, scene.now).date()
    plain = words(rule, scene.voice.language, today)
    lines = [say(N_("{times}.\nThat is: {words}."), times=echo(scene, rule, zone), words=plain)]
    if scene.data.get("bare_hour") and isinstance(rule.minutes, Times):
        first = rule.minutes.minutes[0]
        other = scene.voice.time((first + HALF) % DAY_MINUTES)
        line = N_("I took it for {time}. If you meant {other}, type that.")
        lines.append(say(line, time=scene.voice.time(first), other=other))
    if any(outside_quiet(time.at, zone, scene.quiet) != time.at for time in next_times(rule, zone, scene.now, 3)):
        lines.append(say(N_("Your quiet hours cover that, and they come first. /quiet changes them.")))
    return "\n".join(lines)


def echo(scene: Scene, rule: Rule, zone: str) -> str:
    """Return the next three times, joined by commas; of a moment left to chance only its window."""
    if isinstance(rule.minutes, Draw):
        window = f"{scene.voice.time(rule.minutes.start)}–{scene.voice.time(rule.minutes.end)}"
        times = next_times(rule, zone, scene.now, 3 * rule.minutes.count)
        names = {time.slot[:10]: scene.voice.days({local(zone, time.at).weekday()}) for time in times}
        return ", ".join(f"{name} {window}" for name in list(names.values())[:3])
    times = next_times(rule, zone, scene.now, 3)
    return ", ".join(scene.voice.day_time(local(zone, time.at)) for time in times)
