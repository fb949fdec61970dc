"""The commands, one table for every chat: name, what the menu says, what it does."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.flows.conversation import start
from bot.flows.positions import leave
from bot.flows.sign_up import SIGN_UP
from bot.flows.visit import Visit
from bot.nudges import moments, queries
from bot.people.queries import pause as pause_person
from bot.people.queries import resume as resume_person
from bot.schedules.rules import next_after
from bot.schedules.zones import local
from bot.speech import Button, Outgoing, Payload
from bot.texts import N_, Voice

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
    fitting = [p for p in visit.catalogue if (p.seconds <= SHORT) == (seconds <= SHORT)]
    return min(fitting, key=lambda p: met.get(p.key, 0)).key


def _nudges(visit: Visit) -> None:
    found = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    if not found:
        visit.say(
            N_("Nothing is set yet. Shall we choose one tiny moment?"),
            ((visit.button(N_("Choose one"), Payload("menu", 0, "start")),),),
        )
        return
    for nudge in found:
        change = visit.button(N_("Change time"), Payload("time", nudge.id))
        remove = visit.button(N_("Remove"), Payload("remove", nudge.id))
        visit.show(Outgoing(nudge_line(visit, nudge), ((change, remove),)))


def nudge_line(visit: Visit, nudge: queries.Nudge) -> str:
    """Return a nudge in words: what, with which cue, on which days, and when it comes next."""
    voice = visit.voice
    practice = visit.catalogue.get(nudge.practice)
    title = f"{practice.icon} {voice.say(practice.title)}" if practice else nudge.practice
    if visit.person.paused_at is not None:
        state = voice.say(N_("Paused; /resume brings it back."))
    else:
        coming = next_after(nudge.rule, nudge.zone, visit.tx.now).at
        state = voice.say(N_("Next: {time}."), time=voice.day_time(local(nudge.zone, coming)))
    return f"{title}\n{cue_and_days(nudge, visit.catalogue, voice)}. {state}"


def cue_and_days(nudge: queries.Nudge, catalogue: Catalogue, voice: Voice) -> str:
    """Return the cue, the days and the time of a nudge in words: "after your coffee, weekdays 8:30"."""
    cue = nudge.cue_words or catalogue.cue_phrase(nudge.cue, voice)
    times = voice.all_of([voice.time(minute) for minute in nudge.rule.minutes])
    when = voice.say(N_("{days} {times}"), days=voice.days(nudge.rule.days), times=times)
    return f"{cue}, {when}" if cue else when


def _pause(visit: Visit) -> None:
    pause_person(visit.tx, visit.person.id)
    moments.forget_waiting(visit.tx, visit.person)
    visit.say(
        N_("Quiet now, for as long as you like. Nothing piles up."),
        ((visit.button(N_("Resume"), Payload("menu", 0, "resume")),),),
    )


def _resume(visit: Visit) -> None:
    resume_person(visit.tx, visit.person.id)
    visit.say(N_("I’m back at your chosen times."))
    if not queries.of_person(visit.tx, visit.person.id, visit.person.seal):
        _nudges(visit)


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
    if leave(visit.tx, visit.person):
        visit.say(N_("We leave it there. What is set stays set."))
    else:
        visit.say(N_("There is nothing to leave right now."))


COMMANDS: dict[str, Command] = {
    "start": Command(N_("Begin, or see what is set"), _start),
    "now": Command(N_("A tiny moment right now"), _now),
    "nudges": Command(N_("See and change your nudges"), _nudges),
    "pause": Command(N_("Quiet until you resume"), _pause),
    "resume": Command(N_("Nudges come again"), _resume),
    "help": Command(N_("What I can do, and people to talk to"), _help),
    "cancel": Command(N_("Leave a question"), _cancel),
}
