"""Finding a time: said in the person's own words, or tapped together without typing. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zlib import crc32

from bot.flows.choosing import HOURS, rows_of
from bot.flows.engine import Answer, Ask, Choice, Scene, Step, Turn, Unclear, tap_a_button
from bot.nudges.rules import is_over
from bot.schedules.phrases import Understood, read
from bot.schedules.quiet import outside_quiet
from bot.schedules.rules import (
    DAY_MINUTES,
    EVERY_DAY,
    WEEKDAYS,
    WEEKENDS,
    Dates,
    Draw,
    Minutes,
    OnDate,
    Rule,
    Steps,
    Times,
    Weekly,
    from_dict,
    to_dict,
)
from bot.schedules.times import minutes_on, next_times
from bot.schedules.words import days_in_words, words
from bot.schedules.zones import local
from bot.speech import Field
from bot.texts import N_

OVER = N_("That time is over on that day. Choose a later one, or type a day with it, like “tomorrow 8:30”.")
UNCLEAR = N_("I can’t read a time in that yet. Try “8:30” or “weekdays 8:30”, or tap one together.")
BUTTONS: Choice = (N_("Tap one together"), "days")
HALF = DAY_MINUTES // 2
BY_CHANCE = (10 * 60, 18 * 60)
"""From and to: the minutes of the day that are left to chance."""
_PRESETS = {"all": EVERY_DAY, "work": WEEKDAYS, "end": WEEKENDS}

Done = Callable[[Scene, Rule, Mapping[str, Any]], Turn | Unclear]
"""Takes the rule, and what else the flow should remember."""


def when_steps(
    ask: Callable[[Scene], Ask], default: Callable[[Scene], Rule], done: Done, *, is_set: bool = False
) -> tuple[Step, ...]:
    """Return the steps that end in a rule.

    `ask` is the first question; a time without days keeps the dates of `default`, whose first time says which half of
    the day a bare hour means. Where the default `is_set` already, days without a time keep its times.
    """

    def ask_time(scene: Scene) -> Ask:
        asked = ask(scene)
        drawn = _by_chance(scene, default(scene))
        chance = (((_told_chance(scene, drawn), "chance"),),) if drawn else ()
        return replace(asked, rows=(*asked.rows, *chance, ((scene.voice.say(BUTTONS[0]), BUTTONS[1]),)))

    def take_time(scene: Scene, answer: Answer) -> Turn | Unclear:
        if answer.value == "days":
            return Turn("days", {"days": sorted(_with_dates(scene, default(scene)).weekdays)})
        drawn = _by_chance(scene, default(scene)) if answer.value == "chance" else None
        if drawn is not None:
            return _settled(scene, drawn, done, {})
        if answer.value is not None:
            minute = _number(answer.value, DAY_MINUTES)
            if minute is None:
                return tap_a_button(scene)
            return _settled(scene, _at(scene, _with_dates(scene, default(scene)), Times((minute,))), done, {})
        return _said(scene, answer.words or "", _with_dates(scene, default(scene)), done, is_set=is_set)

    def take_quarter(scene: Scene, answer: Answer) -> Turn | Unclear:
        days = Weekly(frozenset(scene.data["days"]))
        minute = _number(answer.value, DAY_MINUTES)
        if minute is None:
            return _said(scene, answer.words or "", Rule(days, Times((scene.data["hour"] * 60,))), done)
        return _settled(scene, Rule(days, Times((minute,))), done, {})

    return (
        Step("time", ask_time, take_time, fields=_fields),
        Step("days", _ask_days, _take_days, takes_words=False),
        Step("hour", _ask_hour, _take_hour, takes_words=False),
        Step("quarter", _ask_quarter, take_quarter),
    )


def _fields(scene: Scene) -> tuple[Field, ...]:
    """Return days to choose from and a field for the rest: together they read like a typed schedule."""
    say = scene.voice.say
    offered = (EVERY_DAY, WEEKDAYS, WEEKENDS, *({day} for day in range(7)))
    listed = tuple(days_in_words(days, scene.voice.language) for days in offered)
    return Field(say(N_("On which days?")), choices=listed), Field(say(N_("At what time?")), hint="8:30")


def _by_chance(scene: Scene, default: Rule) -> Rule | None:
    """Return a rule that leaves its moments to chance, for a practice that lives on surprise; None for others."""
    practice = scene.catalogue.get(scene.data.get("practice"))
    if practice is None or practice.rhythm != "random":
        return None
    # A seed of its own, so that two people are not nudged at the same moments.
    seed = crc32(f"{scene.now} {practice.key}".encode())
    drawn = Draw(*BY_CHANCE, count=practice.often, gap=60, seed=seed)
    return replace(_with_dates(scene, default), minutes=drawn)


def _told_chance(scene: Scene, rule: Rule) -> str:
    assert isinstance(rule.minutes, Draw)
    count = rule.minutes.count
    start, end = (str(minute // 60) for minute in BY_CHANCE)
    text = N_("Surprise me, {start}–{end}") if count == 1 else N_("{n}× by surprise, {start}–{end}")
    return scene.voice.say(text, n=count, start=start, end=end)


def _said(scene: Scene, text: str, default: Rule, done: Done, *, is_set: bool = False) -> Turn | Unclear:
    """Take what was said in words."""
    zone = scene.zone or scene.guessed_zone
    said = {
        "text": text,
        "at": scene.now,
        "near": minutes_on(default.minutes, 1)[0],
        "routine": scene.data.get("cue_words"),
    }
    found = _read(scene, said, zone)
    if found.kind == "none":
        other = _read(scene, said, zone, default.minutes).rule
        if other is not None:
            return _other_days(scene, other, done, is_set=is_set)
    cue = {"cue": None, "cue_words": found.cue} if found.cue else {}
    if found.kind == "cue":
        return Turn("time", {**cue, "dates": _dates(found.dates)})  # a routine has no clock time: ask for it
    if found.rule is None:
        return Unclear(scene.voice.say(UNCLEAR), (((scene.voice.say(BUTTONS[0]), BUTTONS[1]),),))
    rule = found.rule if found.dated else _at(scene, default, found.rule.minutes)
    guess = scene.zone is None and not _same_in_every_zone(rule)
    again = {**said, "dated": found.dated} if guess else None
    return _settled(scene, rule, done, {**cue, "said": again, "bare_hour": found.bare_hour})


def _read(scene: Scene, said: Mapping[str, Any], zone: str, usual: Minutes | None = None) -> Understood:
    """Read what was said when it was said. A routine that was told before decides the half of the day, if it can."""
    routine = said.get("routine")
    for before in dict.fromkeys((routine, None)):
        found = read(
            said["text"],
            language=scene.language,
            zone=zone,
            now=said["at"],
            near=said["near"],
            routine=before,
            usual=usual,
            day_parts=scene.parts,
        )
        if found.kind != "none":
            break
    return found


def _other_days(scene: Scene, rule: Rule, done: Done, *, is_set: bool) -> Turn | Unclear:
    """Take days alone: they keep the times that are set, or else the time is asked for once more."""
    if is_set:
        return _settled(scene, rule, done, {})
    if rule.first or rule.last or not rule.weekdays:
        return Unclear(scene.voice.say(UNCLEAR), (((scene.voice.say(BUTTONS[0]), BUTTONS[1]),),))
    dates = Weekly(rule.weekdays) if isinstance(rule.dates, Weekly) else rule.dates
    return Turn("time", {"dates": _dates(dates)})


def _at(scene: Scene, default: Rule, minutes: Minutes) -> Rule:
    """Return the rule of minutes for which no day was said: on the days of the old one.

    Where that has ended there are none any more, and the next such time is meant, once.
    """
    zone = scene.zone or scene.guessed_zone
    if not is_over(default, zone, scene.now):
        return replace(default, minutes=minutes, instant=False)
    today = local(zone, scene.now).date()
    rules = [Rule(OnDate(today + timedelta(days=ahead)), minutes) for ahead in (0, 1)]
    return rules[1] if is_over(rules[0], zone, scene.now) else rules[0]


def _same_in_every_zone(rule: Rule) -> bool:
    """Return whether a rule was not counted from the moment at which it was said."""
    return isinstance(rule.dates, Weekly) and isinstance(rule.minutes, Times) and not (rule.first or rule.last)


def set_step(done: Done) -> Step:
    """Return the step that shows what is set (`rule` and `zone` of the flow): OK, Change, or another time in words."""

    def ask_set(scene: Scene) -> Ask:
        say = scene.voice.say
        times = told(scene, from_dict(scene.data["rule"]), scene.data["zone"])
        return Ask(say(N_("Set: {times}"), times=times), (((say(N_("OK")), "ok"), (say(N_("Change")), "change")),))

    def take_set(scene: Scene, answer: Answer) -> Turn | Unclear | None:
        if answer.words:
            return said_again(scene, from_dict(scene.data["rule"]), done, answer.words)
        return {"ok": Turn(None), "change": Turn("time")}.get(answer.value or "", tap_a_button(scene))

    return Step("set", ask_set, take_set)


def said_again(scene: Scene, default: Rule, done: Done, words: str | None) -> Turn | None:
    """Take words at a rule that is shown already: a new time, or, where they are none, nothing of ours."""
    turn = _said(scene, words, default, done, is_set=True) if words else None
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
    if is_over(rule, scene.zone or scene.guessed_zone, scene.now):
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
    found = _read(scene, said, zone).rule
    if found is None:
        return rule
    return found if said["dated"] else replace(rule, minutes=found.minutes)


def told(scene: Scene, rule: Rule, zone: str) -> str:
    """Return the next three times, below them the rule in plain words, and what else there is to know about it."""
    say = scene.voice.say
    today = local(zone, scene.now).date()
    plain = words(rule, scene.voice.language, today)
    lines = [say(N_("{times}.\nThat is: {words}."), times=echo(scene, rule, zone), words=plain)]
    if scene.data.get("bare_hour"):
        lines.append(_taken_for(scene, rule.minutes))
    if any(outside_quiet(time.at, zone, scene.quiet) != time.at for time in next_times(rule, zone, scene.now, 3)):
        lines.append(say(N_("Your quiet hours cover that, and they come first. /quiet changes them.")))
    return "\n".join(lines)


def _taken_for(scene: Scene, minutes: Minutes) -> str:
    """Say which half of the day was guessed. Only where there is one time, the other one is all that is to be typed."""
    say, time = scene.voice.say, scene.voice.time
    match minutes:
        case Times((only,)):
            line = N_("I took it for {time}. If you meant {other}, type that.")
            return say(line, time=time(only), other=time((only + HALF) % DAY_MINUTES))
        case Times(listed):
            taken = scene.voice.all_of([time(minute) for minute in listed])
        case Steps(_, start, end) | Draw(start, end):
            taken = f"{time(start)}–{time(end)}"
    return say(
        N_("I took it for {times}. If you meant other hours, type it all again, like 17:00 or 5 pm."), times=taken
    )


def echo(scene: Scene, rule: Rule, zone: str) -> str:
    """Return the next three times, joined by commas; of a moment left to chance only its window."""
    if isinstance(rule.minutes, Draw):
        window = f"{scene.voice.time(rule.minutes.start)}–{scene.voice.time(rule.minutes.end)}"
        times = next_times(rule, zone, scene.now, 3 * rule.minutes.count)
        names = {time.slot[:10]: scene.voice.days({local(zone, time.at).weekday()}) for time in times}
        return ", ".join(f"{name} {window}" for name in list(names.values())[:3])
    times = next_times(rule, zone, scene.now, 3)
    return ", ".join(scene.voice.day_instant(local(zone, time.at)) for time in times)
