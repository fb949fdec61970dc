"""/nudges: each nudge in words with its next time, and what its buttons change."""

from collections.abc import Callable, Mapping
from datetime import date

from bot.catalogue import Catalogue
from bot.flows import suggest
from bot.flows.conversation import leave_if_about, start
from bot.flows.editing import CHANGE_CUE, CHANGE_PRACTICE, CHANGE_TIME
from bot.flows.engine import Flow
from bot.flows.plan import Source, nothing_set
from bot.flows.visit import Chapter, Command, Option, Visit
from bot.nudges import moments, queries
from bot.nudges.rules import is_over
from bot.schedules.rules import Draw, to_dict
from bot.schedules.times import next_after
from bot.schedules.words import words
from bot.schedules.zones import local
from bot.speech import Button, Outgoing, Payload
from bot.texts import N_, Voice

MOST_CARDS = 4
"""Nudges that get a message each; more of them share one."""
MOST_LOOKED_AHEAD = 200
"""Times of a nudge of which one has to be outside the quiet hours: two days of the closest steps."""

Waits = Mapping[int, int]
"""When the moment of a nudge that has rung already comes (UTC seconds), by the nudge's row."""


def show_nudges(visit: Visit) -> None:
    """Show all nudges, or the one whose number follows the command."""
    found = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    number, waits = visit.incoming.rest.strip(), _waiting(visit)
    if not found:
        nothing_set(visit)
    elif visit.incoming.text == "nudges" and number.isdecimal() and 0 < int(number[:4]) <= len(found):
        visit.show(card(visit, found[int(number[:4]) - 1], waits))
    elif len(found) <= MOST_CARDS:
        for nudge in found:
            visit.show(card(visit, nudge, waits))
    else:
        lines = [f"{n}. {nudge_line(visit, nudge, waits)}" for n, nudge in enumerate(found, 1)]
        buttons = [Button(f"{n}", str(Payload("card", nudge.id))) for n, nudge in enumerate(found, 1)]
        rows = tuple(tuple(buttons[n : n + 5]) for n in range(0, len(buttons), 5))
        visit.show(Outgoing("\n\n".join([*lines, visit.voice.say(N_("Tap a number to change one."))]), rows))


def card(visit: Visit, nudge: queries.Nudge, waits: Waits) -> Outgoing:
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
    return Outgoing(nudge_line(visit, nudge, waits), rows)


def nudge_line(visit: Visit, nudge: queries.Nudge, waits: Waits) -> str:
    """Return a nudge in words: what, with which cue, when, and when it comes next."""
    voice = visit.voice
    practice = visit.catalogue.get(nudge.practice)
    title = f"{practice.icon} {voice.say(practice.title)}" if practice else nudge.practice
    following = [voice.say(visit.catalogue[key].title) for key in nudge.links if key in visit.catalogue]
    title = " → ".join([title, *following])
    told = cue_and_days(nudge, visit.catalogue, voice, local(nudge.zone, visit.tx.now).date())
    if not nudge.cue_words:  # the person's own words stay as they are
        told = told[:1].upper() + told[1:]
    return f"{title}\n{told}. {_state(visit, nudge, waits.get(nudge.id))}"


def _state(visit: Visit, nudge: queries.Nudge, waiting: int | None) -> str:
    say = visit.voice.say
    if visit.person.paused(visit.tx.now):
        return say(N_("Paused; /resume brings it back."))
    if nudge.paused_at is not None:
        return say(N_("Resting."))
    if waiting is None and is_over(nudge.rule, nudge.zone, visit.tx.now):
        return say(N_("It has come; nothing is left to come."))
    leaving = waiting or _leaves_next(visit, nudge)
    if leaving is None:
        return say(N_("Your quiet hours cover its times; /quiet changes them."))
    if isinstance(nudge.rule.minutes, Draw) and waiting is None:
        return say(N_("Next: {time}."), time=visit.voice.days({local(nudge.zone, leaving).weekday()}))
    return say(N_("Next: {time}."), time=visit.voice.day_instant(local(nudge.zone, leaving)))


def _waiting(visit: Visit) -> Waits:
    """Return when the moments come of those nudges that have rung already."""
    found: dict[int, int] = {}
    for one in moments.waiting(visit.tx, visit.person.id):
        if one.nudge_id is not None:
            found[one.nudge_id] = min(one.at, found.get(one.nudge_id, one.at))
    return found


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


def _editing(flow: Flow) -> Callable[[Visit, queries.Nudge], None]:
    """Return the verb that begins a flow about a nudge."""

    def begin(visit: Visit, nudge: queries.Nudge) -> None:
        known = {"nudge": nudge.id, "practice": nudge.practice, "rule": to_dict(nudge.rule), "zone": nudge.zone}
        start(visit, flow, known)

    return begin


def _card(visit: Visit, nudge: queries.Nudge) -> None:
    visit.show(card(visit, nudge, _waiting(visit)))


def _rest(visit: Visit, nudge: queries.Nudge) -> None:
    queries.pause_nudge(visit.tx, nudge)
    moments.forget_waiting(visit.tx, visit.person, nudge.id)
    wake = visit.button(N_("Wake it"), Payload("wake", nudge.id))
    visit.say(N_("It rests until you wake it. Nothing piles up."), ((wake,),))


def _wake(visit: Visit, nudge: queries.Nudge) -> None:
    queries.resume_nudge(visit.tx, nudge)
    _card(visit, queries.find(visit.tx, nudge.id, visit.person) or nudge)


def _follow(visit: Visit, nudge: queries.Nudge) -> None:
    queries.set_follow_up(visit.tx, nudge, not nudge.follow_up)
    if nudge.follow_up:
        visit.say(N_("Once is enough, then."))
    else:
        visit.say(N_("If you have not answered after half an hour, I ask once more, and then let it be."))


def _remove(visit: Visit, nudge: queries.Nudge) -> None:
    queries.remove(visit.tx, nudge)
    moments.forget_waiting(visit.tx, visit.person, nudge.id)
    leave_if_about(visit, nudge.id)
    visit.say(
        N_("Removed. What you answered stays with you."),
        ((visit.button(N_("Undo"), Payload("undo", nudge.id)),),),
    )


def _undo(visit: Visit, nudge: queries.Nudge) -> None:
    queries.restore(visit.tx, nudge)
    visit.say(N_("It’s back.\n{words}"), words=nudge_line(visit, nudge, _waiting(visit)))


CHAPTER = Chapter(
    flows=(CHANGE_TIME, CHANGE_CUE, CHANGE_PRACTICE),
    commands={
        "nudges": Command(
            N_("See and change your nudges"),
            show_nudges,
            N_("/nudges"),
            Option(N_("nudge"), N_("One of yours; leave it empty to see all"), suggest.own_nudges),
        )
    },
    on_nudge={
        "time": _editing(CHANGE_TIME),
        "cue": _editing(CHANGE_CUE),
        "swap": _editing(CHANGE_PRACTICE),
        "card": _card,
        "rest": _rest,
        "wake": _wake,
        "follow": _follow,
        "remove": _remove,
        "undo": _undo,
    },
)
