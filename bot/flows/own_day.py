"""A person's own day: the hours in which nothing comes, and what morning, noon, evening and night mean to them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from babel.core import Locale, UnknownLocaleError

from bot.flows.choosing import HOURS, rows_of
from bot.flows.conversation import start
from bot.flows.engine import Answer, Ask, Choice, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.hours import read_hours, read_minute
from bot.flows.visit import Chapter, Command, Visit
from bot.gratitude.pass_on import let_in
from bot.nudges.moments import move_out_of
from bot.outbox.states import DAY as DAY_SECONDS
from bot.people.queries import Person, set_parts, set_quiet
from bot.schedules.quiet import DayParts, QuietHours
from bot.schedules.rules import DAY_MINUTES
from bot.speech import Outgoing, Payload
from bot.texts import N_

_OFFERED = (QuietHours(22 * 60, 7 * 60), QuietHours(23 * 60, 8 * 60))

PARTS = {"morning": N_("Morning"), "noon": N_("Noon"), "evening": N_("Evening"), "night": N_("Night")}
_PERIODS = {"morning": "morning1", "noon": "noon", "evening": "evening1", "night": "night1"}
"""Names of CLDR's day periods."""


@dataclass(frozen=True, slots=True)
class KeepQuiet:
    """Keep the hours in which nothing comes, and tell them in `line`; None: there are none."""

    quiet: QuietHours | None
    line: str


@dataclass(frozen=True, slots=True)
class KeepParts:
    """Keep what the parts of the day mean."""

    parts: DayParts


def known_quiet(person: Person) -> dict[str, object]:
    """Return what the flow of the quiet hours begins with."""
    return {"quiet": [person.quiet.start, person.quiet.end] if person.quiet else None}


def _ask_quiet(scene: Scene) -> Ask:
    say, time = scene.voice.say, scene.voice.time
    offers: list[Choice] = [
        (f"{quiet.start // 60}–{quiet.end // 60}", f"{quiet.start}-{quiet.end}") for quiet in _OFFERED
    ]
    text = say(N_("When shall I keep quiet? Tap, or type it, like 22:00–7:00."))
    now = scene.data.get("quiet")
    if now:
        text = f"{say(N_('Quiet now: {start}–{end}.'), start=time(now[0]), end=time(now[1]))} {text}"
    return Ask(text, ((*offers, (say(N_("Off")), "off")),))


def _take_quiet(scene: Scene, answer: Answer) -> Turn | Unclear:
    say = scene.voice.say
    typed = (answer.words or "").strip(" .!").casefold()
    if answer.value == "off" or typed in (say(N_("Off")).casefold(), "off"):
        line = say(N_("No quiet hours, then. I come at your times, whatever the hour."))
        return Turn(None, effects=(KeepQuiet(None, line),))
    tapped = answer.value.partition("-") if answer.value else ("", "", "")
    if tapped[0].isdecimal() and tapped[2].isdecimal():
        spans: tuple[tuple[int, int], ...] = ((int(tapped[0]), int(tapped[2])),)
    else:
        spans = read_hours(scene, answer.words or "")
    if not spans:
        return Unclear(say(N_("Which two times? From and to, like 22:00–7:00, or “off”.")))
    if len(spans) > 1:
        both = [(f"{scene.voice.time(a)}–{scene.voice.time(b)}", f"{a}-{b}") for a, b in spans]
        return Unclear(say(N_("Both could be meant. Which of the two?")), (tuple(both),))
    (found,) = spans
    if found[0] == found[1]:
        return Unclear(say(N_("That could mean never or always. Two different times, please, like 22:00–7:00.")))
    try:
        quiet = QuietHours(*found)
    except ValueError:
        return tap_a_button(scene)
    start, end = scene.voice.time(quiet.start), scene.voice.time(quiet.end)
    if quiet.start < quiet.end:
        line = say(N_("Quiet from {start} until {end}, every day."), start=start, end=end)
    else:
        line = say(N_("Quiet from {start} until {end} the next day, every night."), start=start, end=end)
    return Turn(None, effects=(KeepQuiet(quiet, line),))


def _ask_part(scene: Scene) -> Ask:
    now = asdict(scene.parts)
    choices = [(f"{scene.voice.say(label)} {scene.voice.time(now[part])}", part) for part, label in PARTS.items()]
    text = N_("This is what I take them for. Tap one to change it, or type it, like “evening 18:30”.")
    return Ask(scene.voice.say(text), rows_of(choices, 2))


def _take_part(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value in PARTS:
        return Turn("hour", {"part": answer.value})
    if answer.words:
        for part, rest in _named(scene, answer.words):
            minute = read_minute(scene, rest, asdict(scene.parts)[part])
            if minute is not None:
                return _set(scene, part, minute)
        return Unclear(scene.voice.say(N_("Which one, and when? Like “evening 18:30”, or tap one above.")))
    return tap_a_button(scene)


def _named(scene: Scene, text: str) -> Iterator[tuple[str, str]]:
    """Yield the part of the day that is named in front, and what is said behind it."""
    plain = " ".join(text.split()).casefold()
    for part in PARTS:
        for name in _names(scene, part):
            if plain.startswith(name):
                yield part, plain[len(name) :].lstrip(" :=,–-")


def _names(scene: Scene, part: str) -> set[str]:
    names = {part, scene.voice.say(PARTS[part]).casefold()}
    try:
        periods: Any = Locale.parse(scene.language.replace("_", "-"), sep="-").day_periods
    except (ValueError, UnknownLocaleError):
        return names
    for style in ("format", "stand-alone"):
        name = periods.get(style, {}).get("wide", {}).get(_PERIODS[part])
        if name:
            names.add(str(name).casefold())
    return names


def _set(scene: Scene, part: str, minute: int) -> Turn | Unclear:
    try:
        parts = replace(scene.parts, **{part: minute})
    except ValueError:
        return Unclear(scene.voice.say(N_("Another part of the day has that time. Which other one shall it be?")))
    name, time = scene.voice.say(PARTS[part]), scene.voice.time(minute)
    line = scene.voice.say(
        N_("{part} is {time} for you, then. Nudges that are set stay where they are."), part=name, time=time
    )
    return Turn(None, effects=(KeepParts(parts),), say=line)


def _ask_hour(scene: Scene) -> Ask:
    return Ask(scene.voice.say(N_("About which hour?")), rows_of([(str(hour), str(hour)) for hour in HOURS], 6))


def _take_hour(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value is not None and answer.value.isdecimal() and int(answer.value) < 24:
        return Turn("quarter", {"hour": int(answer.value)})
    return _typed(scene, answer)


def _ask_quarter(scene: Scene) -> Ask:
    minutes = [scene.data["hour"] * 60 + quarter for quarter in (0, 15, 30, 45)]
    choices = tuple((scene.voice.time(minute), str(minute)) for minute in minutes)
    return Ask(scene.voice.say(N_("And exactly? Tap, or type it.")), (choices,))


def _take_quarter(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value is not None and answer.value.isdecimal() and int(answer.value) < DAY_MINUTES:
        return _set(scene, scene.data["part"], int(answer.value))
    return _typed(scene, answer)


def _typed(scene: Scene, answer: Answer) -> Turn | Unclear:
    part = scene.data["part"]
    minute = read_minute(scene, answer.words or "", asdict(scene.parts)[part])
    return tap_a_button(scene) if minute is None else _set(scene, part, minute)


def _keep_quiet(visit: Visit, effect: KeepQuiet) -> None:
    set_quiet(visit.tx, visit.person.id, effect.quiet)
    move_out_of(visit.tx, visit.person, visit.person.here, effect.quiet)
    visit.refresh()
    visit.show(Outgoing(effect.line, ((visit.button(N_("Change"), Payload("menu", 0, "quiet")),),)))
    let_in(visit.tx, visit.person)


def _keep_parts(visit: Visit, effect: KeepParts) -> None:
    set_parts(visit.tx, visit.person.id, effect.parts)
    visit.refresh()
    let_in(visit.tx, visit.person)


QUIET = Flow("quiet", version=1, steps=(Step("hours", _ask_quiet, _take_quiet),), lapses=DAY_SECONDS)
DAY = Flow(
    "day",
    version=1,
    steps=(
        Step("part", _ask_part, _take_part),
        Step("hour", _ask_hour, _take_hour),
        Step("quarter", _ask_quarter, _take_quarter),
    ),
    lapses=DAY_SECONDS,
)


def _begin_quiet(visit: Visit) -> None:
    start(visit, QUIET, known_quiet(visit.person))


def _begin_day(visit: Visit) -> None:
    start(visit, DAY)


CHAPTER = Chapter(
    flows=(QUIET, DAY),
    commands={
        "quiet": Command(N_("Hours in which nothing comes"), _begin_quiet, N_("/quiet")),
        "day": Command(N_("What morning and evening mean to you"), _begin_day, N_("/day")),
    },
    effects={KeepQuiet: _keep_quiet, KeepParts: _keep_parts},
)
