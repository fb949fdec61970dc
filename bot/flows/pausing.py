"""Quiet for a while: at once and until somebody resumes, or until a day that is tapped or typed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date

from bot.flows.engine import Answer, Ask, Flow, Position, Scene, Step, Turn, Unclear
from bot.flows.positions import leave, load, save
from bot.flows.visit import Visit
from bot.nudges import moments
from bot.people import queries as people
from bot.schedules.grammar_lexicon import LANGUAGES, data
from bot.schedules.phrases import read
from bot.schedules.rules import OnDate
from bot.schedules.zones import guess_zone, instant, local
from bot.speech import Button, Payload
from bot.texts import N_

LAPSES = 600
"""Seconds after /pause within which words are taken as its end."""
_FAR = 300
"""Days ahead from which on a date is told with its year."""
_FIRST_MINUTE = "0:00"
"""A weekday that is today means the next one: this minute of today is over."""


@dataclass(frozen=True, slots=True)
class PauseUntil:
    """Send nothing before the local date begins."""

    day: date


def zone_of(visit: Visit) -> str:
    """Return the person's zone (IANA name), confirmed or guessed."""
    return visit.person.zone or guess_zone(visit.person.hinted_zone, visit.person.language)


def pause(visit: Visit) -> None:
    """Send nothing from now on, and offer an end. `/pause until monday` is understood at once."""
    said = visit.incoming.rest.strip()
    if said:
        language = visit.incoming.language or visit.voice.language
        day = read_day(said, language, zone_of(visit), visit.tx.now)
        if day is not None:
            pause_until(visit, day)
            return
    _pause(visit, None)
    ends = ((N_("Until tomorrow"), "tomorrow"), (N_("A week"), "week"), (N_("Until I resume"), "open"))
    row = tuple(visit.button(label, Payload("pause", 0, value)) for label, value in ends)
    visit.say(N_("Quiet now, for as long as you like. Nothing piles up."), (row, (_resume_button(visit),)))
    under_way = load(visit.tx, visit.person)
    if under_way is None or under_way.flow == PAUSE.name:
        leave(visit.tx, visit.person)
        save(visit.tx, visit.person, Position(0, PAUSE.name, PAUSE.version, "until", {}, visit.tx.now))


def pause_until(visit: Visit, day: date) -> None:
    """Send nothing before the local date begins, and say so."""
    zone = zone_of(visit)
    today = local(zone, visit.tx.now).date()
    _pause(visit, instant(zone, day, 0))
    if day == today + timedelta(days=1):
        visit.say(N_("Quiet until tomorrow. Nothing piles up."), ((_resume_button(visit),),))
        return
    near = day < today + timedelta(days=_FAR)
    # The pattern is that of Voice.date_time, without the time.
    told = format_date(day, visit.voice.say(N_("EEE d MMM")) if near else "long", locale=visit.voice.locale)
    visit.say(N_("Quiet until {day}. Nothing piles up."), ((_resume_button(visit),),), day=told)


def rest(visit: Visit) -> None:
    """Send nothing until the person resumes, with one warm line."""
    _pause(visit, None)
    visit.say(N_("Rest well. /resume brings me back whenever you like."), ((_resume_button(visit),),))


def resume(visit: Visit) -> None:
    """Let nudges come again, and wait for no end of the pause any more."""
    people.resume(visit.tx, visit.person.id)
    _end_question(visit)
    visit.say(N_("I’m back at your chosen times."))


def _until_tomorrow(visit: Visit) -> None:
    _end_question(visit)
    pause_until(visit, local(zone_of(visit), visit.tx.now).date() + timedelta(days=1))


def _a_week(visit: Visit) -> None:
    _end_question(visit)
    pause_until(visit, local(zone_of(visit), visit.tx.now).date() + timedelta(days=7))


def _open_end(visit: Visit) -> None:
    _end_question(visit)
    _pause(visit, None)
    visit.say(N_("Quiet until /resume. Take all the time you like."), ((_resume_button(visit),),))


def _pause(visit: Visit, until: int | None) -> None:
    people.pause(visit.tx, visit.person.id, until)
    moments.forget_waiting(visit.tx, visit.person)


def _end_question(visit: Visit) -> None:
    position = load(visit.tx, visit.person)
    if position is not None and position.flow == PAUSE.name:
        leave(visit.tx, visit.person)


def _resume_button(visit: Visit) -> Button:
    return visit.button(N_("Resume"), Payload("menu", 0, "resume"))


def read_day(said: str, language: str, zone: str, now: int) -> date | None:
    """Return the local date that is meant by "until monday" or "2 weeks" at `now` (UTC seconds), None if unclear.

    It is later than today.
    """
    today = local(zone, now).date()
    for text in _readings(" ".join(said.split()).strip(" .!"), language):
        found = read(f"{text} {_FIRST_MINUTE}", language=language, zone=zone, now=now)
        if found.rule is None or not found.dated or found.cue:
            continue
        if isinstance(found.rule.dates, OnDate) and found.rule.dates.day > today:
            return found.rule.dates.day
    return None


def _readings(said: str, language: str) -> Iterator[str]:
    """Yield how a date may be meant: as it stands, without its "until", and as a span of days from now on."""
    own = language.lower().replace("_", "-").partition("-")[0]
    for spoken in dict.fromkeys(one for one in (own, "en") if one in LANGUAGES):
        words = data(spoken)["words"]
        bare = said
        for word in sorted(_listed(words, "until") + _listed(words, "for"), key=len, reverse=True):
            if said.casefold().startswith(f"{word} "):
                bare = said[len(word) + 1 :]
                break
        yield bare
        yield from (f"{word} {bare}" for word in _listed(words, "in"))


def _listed(words: dict[str, str], name: str) -> list[str]:
    return [word.strip() for word in words.get(name, "").split("|") if word.strip()]


def _ask(scene: Scene) -> Ask:
    return Ask(scene.voice.say(N_("Until when? “until monday” or “2 weeks” would do. It is quiet already.")))


def _take(scene: Scene, answer: Answer) -> Turn | Unclear:
    zone = scene.zone or scene.guessed_zone
    day = read_day(answer.words or "", scene.language, zone, scene.now)
    return Turn(None, effects=(PauseUntil(day),)) if day else Unclear(_ask(scene).text)


def _perform(visit: Visit, effect: PauseUntil) -> dict[str, Any]:
    pause_until(visit, effect.day)
    return {}


PAUSE = Flow("pause", version=1, steps=(Step("until", _ask, _take),), lapses=LAPSES)
PERFORM: dict[type, Callable[[Visit, Any], dict[str, Any] | None]] = {PauseUntil: _perform}
BUTTONS: dict[str, Callable[[Visit], None]] = {"tomorrow": _until_tomorrow, "week": _a_week, "open": _open_end}
"""What the choices of the verb `pause` do, once the tapped message is settled."""
