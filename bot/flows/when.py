"""Finding a time: said in the person's own words, or tapped together without typing. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.flows.choosing import HOURS, rows_of
from bot.flows.engine import Answer, Ask, Choice, Scene, Step, Turn, Unclear, tap_a_button
from bot.schedules.phrases import read
from bot.schedules.rules import DAY_MINUTES, EVERY_DAY, WEEKDAYS, WEEKENDS, Draw, OnDate, Rule, Times, Weekly
from bot.schedules.times import minutes_on, next_after, next_times
from bot.schedules.words import words
from bot.schedules.zones import local
from bot.texts import N_

OVER = N_("That time is over. Say a day too, like “weekdays 8:30”.")
UNCLEAR = N_("I can’t read a time in that yet. Try “8:30” or “weekdays 8:30”, or tap one together.")
BUTTONS: Choice = (N_("Tap one together"), "days")
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
            return Turn("days", {"days": sorted(default(scene).weekdays)})
        if answer.value is not None:
            minute = _number(answer.value, DAY_MINUTES)
            if minute is None:
                return tap_a_button(scene)
            return _settled(scene, replace(default(scene), minutes=Times((minute,))), done, {})
        return _said(scene, answer.words or "", default(scene), done)

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
    if found.kind == "cue" and not found.dates:
        return Turn("time", cue)  # a routine has no clock time: ask for it
    rule = found.rule
    if rule is None:
        return Unclear(scene.voice.say(UNCLEAR), (((scene.voice.say(BUTTONS[0]), BUTTONS[1]),),))
    if not found.dated:
        rule = replace(default, minutes=rule.minutes)
    # A date was counted from today in a zone that may still be a guess: read again when it is known.
    said = {"said": text} if isinstance(rule.dates, OnDate) and scene.zone is None else {"said": None}
    return _settled(scene, rule, done, {**cue, **said})


def _settled(scene: Scene, rule: Rule, done: Done, learned: Mapping[str, Any]) -> Turn | Unclear:
    """Go on with a rule that has a time to come."""
    if next_after(rule, scene.zone or scene.guessed_zone, scene.now) is None:
        return Unclear(scene.voice.say(OVER))
    return done(scene, rule, learned)


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


def read_again(scene: Scene, text: str, zone: str) -> Rule | None:
    """Return what the words mean now that the zone is known."""
    return read(text, language=scene.language, zone=zone, now=scene.now, day_parts=scene.parts).rule


def told(scene: Scene, rule: Rule, zone: str) -> str:
    """Return the next three times, and below them the rule in plain words."""
    today = local(zone, scene.now).date()
    plain = words(rule, scene.voice.language, today)
    return scene.voice.say(N_("{times}.\nThat is: {words}."), times=echo(scene, rule, zone), words=plain)


def echo(scene: Scene, rule: Rule, zone: str) -> str:
    """Return the next three times, joined by commas; of a moment left to chance only its window."""
    if isinstance(rule.minutes, Draw):
        window = f"{scene.voice.time(rule.minutes.start)}–{scene.voice.time(rule.minutes.end)}"
        times = next_times(rule, zone, scene.now, 3 * rule.minutes.count)
        names = {time.slot[:10]: scene.voice.days({local(zone, time.at).weekday()}) for time in times}
        return ", ".join(f"{name} {window}" for name in list(names.values())[:3])
    times = next_times(rule, zone, scene.now, 3)
    return ", ".join(scene.voice.day_time(local(zone, time.at)) for time in times)
