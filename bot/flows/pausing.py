"""Quiet for a while: at once and until somebody resumes, or until a day or a time that is tapped or typed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date

from bot.flows.engine import Answer, Ask, Flow, Position, Scene, Step, Turn, Unclear
from bot.flows.live import stop_running
from bot.flows.positions import leave, load, save
from bot.flows.timer import stop_timer
from bot.flows.visit import Chapter, Command, Option, Visit, choices
from bot.gratitude.pass_on import let_in
from bot.nudges import moments
from bot.people import queries as people
from bot.schedules.grammar_lexicon import LANGUAGES, data
from bot.schedules.phrases import Understood, read
from bot.schedules.quiet import DayParts
from bot.schedules.rules import OnDate, Times
from bot.schedules.times import next_times
from bot.schedules.zones import instant, local
from bot.speech import Button, Payload
from bot.speech.instants import DATE, TIME, marked
from bot.texts import N_

LAPSES = 600
"""Seconds after /pause within which words are taken as its end."""
UNREAD = N_("It is quiet now. I did not catch until when: “until monday”, “2 hours” or “until 9pm” would do.")
_FAR = 300
"""Days ahead from which on a date is told with its year."""
_FIRST_MINUTE = "0:00"
"""A weekday that is today means the next one: this minute of today is over."""


@dataclass(frozen=True, slots=True)
class PauseUntil:
    """Send nothing before `at` (UTC seconds)."""

    at: int


def pause(visit: Visit) -> None:
    """Send nothing from now on, and offer an end. `/pause until monday` is understood at once."""
    said = visit.incoming.rest.strip()
    end = _read_end(visit, said)
    if end is not None:
        _end_question(visit)
        pause_until(visit, end)
        return
    _pause(visit, None)
    ends = ((N_("Until tomorrow"), "tomorrow"), (N_("A week"), "week"), (N_("Until I resume"), "open"))
    row = tuple(visit.button(label, Payload("pause", 0, value)) for label, value in ends)
    line = UNREAD if said else N_("Quiet now, for as long as you like. Nothing piles up.")
    visit.say(line, (row, (_resume_button(visit),)))
    under_way = load(visit.tx, visit.person)
    if under_way is None or under_way.flow == PAUSE.name:
        leave(visit.tx, visit.person)
        save(visit.tx, visit.person, Position(0, PAUSE.name, PAUSE.version, "until", {}, visit.tx.now))


def take_end(visit: Visit, words: str) -> bool:
    """Take the end of a pause that began in the middle of a conversation; return False where the words are none.

    What was asked last is what people answer: the conversation stands as it is, and gets the words after that.
    """
    asked_at, under_way = visit.person.paused_at, load(visit.tx, visit.person)
    if under_way is None or under_way.flow == PAUSE.name:  # with a position of its own, the question gets them anyway
        return False
    if asked_at is None or visit.person.paused_until is not None or visit.tx.now > asked_at + LAPSES:
        return False
    end = _read_end(visit, words) if under_way.moved_at <= asked_at else None
    if end is not None:
        pause_until(visit, end)
    return end is not None


def _read_end(visit: Visit, said: str) -> int | None:
    person = visit.person
    return read_end(said, visit.reads_first, person.here, visit.tx.now, person.parts)


def pause_until(visit: Visit, end: int) -> None:
    """Send nothing before `end` (UTC seconds), and say so."""
    zone = visit.person.here
    today, until = local(zone, visit.tx.now).date(), local(zone, end)
    _pause(visit, end)
    whole_day = instant(zone, until.date(), 0) == end
    if whole_day and until.date() == today + timedelta(days=1):
        visit.say(N_("Quiet until tomorrow. Nothing piles up."), ((_resume_button(visit),),))
        return
    time = visit.voice.time(until.hour * 60 + until.minute)
    near = until.date() < today + timedelta(days=_FAR)
    # The pattern is that of Voice.date_time.
    told = format_date(until.date(), visit.voice.say(N_("EEE d MMM")) if near else "long", locale=visit.voice.locale)
    if not whole_day:
        told = time if until.date() == today else visit.voice.say(N_("{date}, {time}"), date=told, time=time)
        told = marked(end, told, TIME if until.date() == today else DATE)
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
    visit.refresh()
    let_in(visit.tx, visit.person)


def _until_tomorrow(visit: Visit) -> None:
    _end_question(visit)
    _pause_days(visit, 1)


def _a_week(visit: Visit) -> None:
    _end_question(visit)
    _pause_days(visit, 7)


def _pause_days(visit: Visit, days: int) -> None:
    here = visit.person.here
    pause_until(visit, instant(here, local(here, visit.tx.now).date() + timedelta(days=days), 0))


def _open_end(visit: Visit) -> None:
    _end_question(visit)
    under_way = load(visit.tx, visit.person)
    if under_way is not None:
        # The end is settled: what is said now answers the conversation again, not `take_end`.
        save(visit.tx, visit.person, replace(under_way, moved_at=visit.tx.now + 1))
    _pause(visit, None)
    visit.say(N_("Quiet until /resume. Take all the time you like."), ((_resume_button(visit),),))


def _pause(visit: Visit, until: int | None) -> None:
    people.pause(visit.tx, visit.person.id, until)
    visit.refresh()
    let_in(visit.tx, visit.person)  # with the end of this pause, not with that of one before
    moments.forget_waiting(visit.tx, visit.person)
    stop_timer(visit)
    stop_running(visit)


def _end_question(visit: Visit) -> None:
    position = load(visit.tx, visit.person)
    if position is not None and position.flow == PAUSE.name:
        leave(visit.tx, visit.person)


def _resume_button(visit: Visit) -> Button:
    return visit.button(N_("Resume"), Payload("menu", 0, "resume"))


def read_end(said: str, language: str, zone: str, now: int, parts: DayParts | None = None) -> int | None:
    """Return the UTC second that is meant by "until monday", "2 weeks", "for an hour" or "until 9pm" at `now`.

    A day means its beginning, and is later than today. None where it is unclear.
    """
    texts = list(_readings(" ".join(said.split()).strip(" .!"), language)) if said else []
    for text in texts:
        found = read(f"{text} {_FIRST_MINUTE}", language=language, zone=zone, now=now)
        day = _date(found) if found.dated else None
        if day is not None and day > local(zone, now).date():
            return instant(zone, day, 0)
    for text in texts:
        found = read(text, language=language, zone=zone, now=now, day_parts=parts)
        if found.rule and _date(found) and isinstance(found.rule.minutes, Times):
            coming = next_times(found.rule, zone, now, 2)
            if len(coming) == 1:
                return coming[0].at
    return None


def _date(found: Understood) -> date | None:
    """Return the one date that was understood."""
    return found.rule.dates.day if found.rule and not found.cue and isinstance(found.rule.dates, OnDate) else None


def _readings(said: str, language: str) -> Iterator[str]:
    """Yield how an end may be meant: as it stands, without its "until", and as a span from now on."""
    own = language.lower().replace("_", "-").partition("-")[0]
    for spoken in dict.fromkeys(one for one in (own, "en", *LANGUAGES) if one in LANGUAGES):
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
    text = N_("Until when? “until monday”, “2 hours” or “until 9pm” would do. It is quiet already.")
    return Ask(scene.voice.say(text))


def _take(scene: Scene, answer: Answer) -> Turn | Unclear:
    zone = scene.zone or scene.guessed_zone
    end = read_end(answer.words or "", scene.language, zone, scene.now, scene.parts)
    return Turn(None, effects=(PauseUntil(end),)) if end else Unclear(_ask(scene).text)


def _perform(visit: Visit, effect: PauseUntil) -> dict[str, Any]:
    pause_until(visit, effect.at)
    return {}


PAUSE = Flow("pause", version=1, steps=(Step("until", _ask, _take),), lapses=LAPSES)


CHAPTER = Chapter(
    flows=(PAUSE,),
    commands={
        "pause": Command(
            N_("Quiet until a day, or until you resume"),
            pause,
            N_("/pause"),
            Option(N_("until"), N_("Until when, such as “monday” or “2 hours”")),
        )
    },
    effects={PauseUntil: _perform},
    taps={"pause": choices({"tomorrow": _until_tomorrow, "week": _a_week, "open": _open_end})},
)
