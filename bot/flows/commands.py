"""The commands, one table for every chat: name, what the menu says, what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.catalogue import Catalogue
from bot.flows.calendar_file import send_calendar
from bot.flows.conversation import keep_what_was_said, start
from bot.flows.own_day import DAY, QUIET, known_quiet
from bot.flows.pausing import pause, resume
from bot.flows.plan import Source, nothing_set, plan
from bot.flows.positions import leave
from bot.flows.sign_up import SIGN_UP
from bot.flows.visit import Visit
from bot.flows.zone import ZONE
from bot.nudges import moments, queries
from bot.schedules.rules import Draw
from bot.schedules.times import next_after
from bot.schedules.words import words
from bot.schedules.zones import local
from bot.speech import Button, Outgoing, Payload
from bot.texts import N_, Voice

MOST_CARDS = 4
"""Nudges that get a message each; more of them share one."""
MOST_LOOKED_AHEAD = 200
"""Times of a nudge of which one has to be outside the quiet hours: two days of the closest steps."""
FULL = N_("Twenty tiny moments is a full day already. /nudges lets one of them go.")
SHORT, LONG = 15, 60
"""Seconds: the two kinds of moment that /now offers."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and the line that a platform's menu shows for it."""

    description: str
    run: Callable[[Visit], None]


def run(visit: Visit, name: str) -> None:
    """Run a command; an unknown one gets the line for words that nobody waits for."""
    command = COMMANDS.get(name)
    if command is None:
        helpful_line(visit)
    else:
        command.run(visit)


def helpful_line(visit: Visit) -> None:
    """Answer words that no flow waits for."""
    visit.say(
        N_("I only know small things, but I’m here. What would help right now?"),
        (
            (visit.button(N_("A moment now"), Payload("menu", 0, "now")),),
            (
                visit.button(N_("My nudges"), Payload("menu", 0, "nudges")),
                visit.button(N_("Help"), Payload("menu", 0, "help")),
            ),
        ),
    )


def _start(visit: Visit) -> None:
    if queries.of_person(visit.tx, visit.person.id, visit.person.seal):
        visit.say(N_("Hello again. Everything is as you left it."))
        _nudges(visit)
    else:
        start(visit, SIGN_UP, {"again": True} if visit.person.zone else None)


def _now(visit: Visit) -> None:
    practices = [
        (Button(f"{p.icon} {visit.voice.say(p.title)}", str(Payload("now", 0, p.key))),) for p in visit.catalogue
    ]
    visit.say(
        N_("A moment now: the one that fits, or let me choose."),
        (
            (
                visit.button(N_("A few seconds"), Payload("now", 0, str(SHORT))),
                visit.button(N_("A minute"), Payload("now", 0, str(LONG))),
            ),
            *practices,
        ),
    )


def pick(visit: Visit, seconds: int) -> str:
    """Return the practice of about that length that the person has not met for the longest time."""
    met = moments.last_met(visit.tx, visit.person)
    short = visit.catalogue.lasting(at_most=SHORT)
    fitting = short if seconds <= SHORT else [p for p in visit.catalogue if p not in short]
    return min(fitting, key=lambda p: met.get(p.key, 0)).key


def _nudges(visit: Visit) -> None:
    found = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    if not found:
        nothing_set(visit)
    elif len(found) <= MOST_CARDS:
        for nudge in found:
            visit.show(card(visit, nudge))
    else:
        lines = [f"{n}. {nudge_line(visit, nudge)}" for n, nudge in enumerate(found, 1)]
        buttons = [Button(f"{n}", str(Payload("card", nudge.id))) for n, nudge in enumerate(found, 1)]
        rows = tuple(tuple(buttons[n : n + 5]) for n in range(0, len(buttons), 5))
        visit.show(Outgoing("\n\n".join([*lines, visit.voice.say(N_("Tap a number to change one."))]), rows))


def card(visit: Visit, nudge: queries.Nudge) -> Outgoing:
    """Return a nudge with all that can be changed about it."""
    resting = nudge.paused_at is not None
    follow = N_("Ask once only") if nudge.follow_up else N_("Ask twice")
    verbs = (
        ((N_("Change time"), "time"), (N_("Cue"), "cue"), (N_("Practice"), "swap")),
        (
            (N_("Wake it"), "wake") if resting else (N_("Rest"), "rest"),
            (follow, "follow"),
            (N_("Remove"), "remove"),
        ),
    )
    rows = tuple(tuple(visit.button(label, Payload(verb, nudge.id)) for label, verb in row) for row in verbs)
    return Outgoing(nudge_line(visit, nudge), rows)


def nudge_line(visit: Visit, nudge: queries.Nudge) -> str:
    """Return a nudge in words: what, with which cue, when, and when it comes next."""
    voice = visit.voice
    practice = visit.catalogue.get(nudge.practice)
    title = f"{practice.icon} {voice.say(practice.title)}" if practice else nudge.practice
    told = cue_and_days(nudge, visit.catalogue, voice, local(nudge.zone, visit.tx.now).date())
    if not nudge.cue_words:  # the person's own words stay as they are
        told = told[:1].upper() + told[1:]
    return f"{title}\n{told}. {_state(visit, nudge)}"


def _state(visit: Visit, nudge: queries.Nudge) -> str:
    say = visit.voice.say
    if visit.person.paused(visit.tx.now):
        return say(N_("Paused; /resume brings it back."))
    if nudge.paused_at is not None:
        return say(N_("Resting."))
    if next_after(nudge.rule, nudge.zone, visit.tx.now) is None:
        return say(N_("Its last time has been."))
    leaving = _leaves_next(visit, nudge)
    if leaving is None:
        return say(N_("Your quiet hours cover its times; /quiet changes them."))
    if isinstance(nudge.rule.minutes, Draw):
        return say(N_("Next: {time}."), time=visit.voice.days({local(nudge.zone, leaving).weekday()}))
    return say(N_("Next: {time}."), time=visit.voice.day_time(local(nudge.zone, leaving)))


def _leaves_next(visit: Visit, nudge: queries.Nudge) -> int | None:
    """Return when the nudge comes next after the quiet hours (UTC seconds), or None where they swallow it."""
    practice = visit.catalogue.get(nudge.practice)
    source = Source(nudge.rule, nudge.zone, "", grace=practice.grace if practice else 0, quiet=visit.person.quiet)
    at = visit.tx.now
    for _ in range(MOST_LOOKED_AHEAD):
        coming = next_after(nudge.rule, nudge.zone, at)
        if coming is None:
            return None
        leaving = source.leaves_at(coming.at)
        if leaving is not None:
            return leaving
        at = coming.at
    return None


def cue_and_days(nudge: queries.Nudge, catalogue: Catalogue, voice: Voice, today: date) -> str:
    """Return the cue and the rule of a nudge in words: "after your coffee, weekdays at 8:30"."""
    cue = nudge.cue_words or catalogue.cue_phrase(nudge.cue, voice)
    when = words(nudge.rule, voice.language, today)
    return f"{cue}, {when}" if cue else when


def _add(visit: Visit) -> None:
    if len(queries.of_person(visit.tx, visit.person.id, visit.person.seal)) >= queries.MOST:
        visit.say(FULL)
    else:
        start(visit, SIGN_UP, {"again": True})


def _zone(visit: Visit) -> None:
    start(visit, ZONE)


def _resume(visit: Visit) -> None:
    resume(visit)
    if not queries.of_person(visit.tx, visit.person.id, visit.person.seal):
        _nudges(visit)


def _quiet(visit: Visit) -> None:
    start(visit, QUIET, known_quiet(visit.person))


def _day(visit: Visit) -> None:
    start(visit, DAY)


def _help(visit: Visit) -> None:
    visit.say(
        N_(
            "I nudge you to one tiny moment at the time you chose.\n"
            "/now a moment now · /nudges see and change · /pause and /resume · /cancel leave a question\n\n"
            "I’m a program, not a therapist, and no person answers here. If you are in danger, call your local "
            "emergency number. findahelpline.com lists people in your country who listen, free and at any hour."
        )
    )


def _cancel(visit: Visit) -> None:
    keep_what_was_said(visit)
    if leave(visit.tx, visit.person):
        visit.say(N_("We leave it there. What is set stays set."))
    else:
        visit.say(N_("There is nothing to leave right now."))


COMMANDS: dict[str, Command] = {
    "start": Command(N_("Begin, or see what is set"), _start),
    "now": Command(N_("A tiny moment right now"), _now),
    "nudges": Command(N_("See and change your nudges"), _nudges),
    "plan": Command(N_("Today and tomorrow at a glance"), plan),
    "add": Command(N_("Choose one more"), _add),
    "zone": Command(N_("Your time zone"), _zone),
    "calendar": Command(N_("A calendar file of your nudges"), send_calendar),
    "quiet": Command(N_("Hours in which nothing comes"), _quiet),
    "day": Command(N_("What morning and evening mean to you"), _day),
    "pause": Command(N_("Quiet until a day, or until you resume"), pause),
    "resume": Command(N_("Nudges come again"), _resume),
    "help": Command(N_("What I can do, and people to talk to"), _help),
    "cancel": Command(N_("Leave a question"), _cancel),
}
