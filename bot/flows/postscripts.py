"""What is said now and then, after a moment and never by itself: at most one a day, each at most as often as it says.

Nobody is written to for these: whoever does nothing hears nothing. On a gentle day there are none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.flows.conversation import start
from bot.flows.effects import KeepIdentity
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear
from bot.flows.jar import show_old_one
from bot.flows.ripples import ripple_line
from bot.flows.shelves import contact_line
from bot.flows.visit import OLD, Chapter, Visit, choices
from bot.nudges import kept, likings, moments, queries
from bot.nudges.moments import Moment
from bot.nudges.tally import FEW, Tally, low_in_a_run, tally
from bot.outbox.states import DAY
from bot.people.told import note_told, told_at
from bot.schedules.words import words
from bot.schedules.zones import local
from bot.speech import Outgoing, Payload
from bot.texts import N_

WEEK, MONTH = 7 * DAY, 30 * DAY
REST = 20 * 3600
"""Seconds between two postscripts, whatever they are: at most one a day, at about the same hour."""
LOW_DAYS = 3
"""Days with a low face, one after the other, after which human help is offered."""
SECOND_AFTER, IDENTITY_AFTER, WEEK_AFTER, SAFE_AFTER, TASTE_AFTER = 5, 10, 3, 3, 6
"""Moments (or kept things) that there have to be first."""
assert min(WEEK_AFTER, TASTE_AFTER, IDENTITY_AFTER) >= FEW, "below it a tally says nothing of late"


@dataclass(frozen=True, slots=True)
class Postscript:
    """A line with its name; it is due again after `every` seconds (None: only once).

    `say` returns False where there is nothing to say.
    """

    name: str
    every: int | None
    say: Callable[[Visit, Moment, Tally], bool]


def add_one(visit: Visit, moment: Moment) -> None:
    """Say the first of those that are due, if any is."""
    past = tally(visit.tx, visit.person, moment.id, visit.tx.now - MONTH)
    if _welcome_back(visit, past):
        return
    known = told_at(visit.tx, visit.person)
    if visit.tx.now < max((known.get(one.name, 0) for one in POSTSCRIPTS), default=0) + REST:
        return
    for one in POSTSCRIPTS:
        last = known.get(one.name)
        due = last is None or (one.every is not None and visit.tx.now >= last + one.every)
        if due and one.say(visit, moment, past):
            note_told(visit.tx, visit.person, one.name)
            return


def offer_help(visit: Visit) -> None:
    """After several low days point to people who listen, at most every three days; never more prompts."""
    tx, person = visit.tx, visit.person
    since = local(person.here, tx.now).date() - timedelta(days=10)
    recently = tx.now < told_at(tx, person).get("help", 0) + LOW_DAYS * DAY
    if recently or not low_in_a_run(tx, person, since, LOW_DAYS):
        return
    note_told(tx, person, "help")
    text = visit.voice.say(
        N_(
            "These days sound heavy, and that is a lot to carry alone. Somebody who listens can help more than I can: "
            "findahelpline.com lists people in your country, free and at any hour."
        )
    )
    contact = contact_line(visit)
    fewer = visit.button(N_("Quiet for a while"), Payload("menu", 0, "pause"))
    visit.show(Outgoing(f"{text}\n\n{contact}" if contact else text, ((fewer,),)))


def _welcome_back(visit: Visit, past: Tally) -> bool:
    if past.before is None or visit.tx.now <= past.before + WEEK:
        return False
    visit.say(N_("You came back. Good to see you."))
    return True


def _second(visit: Visit, _moment: Moment, past: Tally) -> bool:
    """Offer a second habit, once, after about five moments with the first."""
    if past.altogether < SECOND_AFTER or len(queries.of_person(visit.tx, visit.person.id, visit.person.seal)) != 1:
        return False
    row = (
        visit.button(N_("A second one"), Payload("menu", 0, "second")),
        visit.button(N_("One is plenty"), Payload("ps", 0, "plenty")),
    )
    visit.say(N_("You know your way around now. Would a second tiny moment be welcome, or is one plenty?"), (row,))
    return True


def _week(visit: Visit, _moment: Moment, past: Tally) -> bool:
    """Look back at the week: moments are counted, not minutes."""
    found = past.since(visit.tx.now - WEEK)
    number = sum(count for _, count in found)
    if past.first is None or visit.tx.now < past.first + WEEK or number < WEEK_AFTER:
        return False
    shown = []
    for key, count in found[:6]:
        practice = visit.catalogue.get(key)
        if practice:
            shown.append(f"{practice.icon} {visit.voice.say(practice.title)} ×{count}")
    head = visit.voice.count("{n} small moment this week.", "{n} small moments this week.", number)
    total = visit.voice.count("{n} altogether.", "{n} altogether.", past.altogether)
    visit.show(Outgoing("\n".join([f"{head} {total}", *shown])))
    return True


def _time(visit: Visit, moment: Moment, _past: Tally) -> bool:
    """Ask whether the time is still a good one: Keep or Move."""
    nudge = queries.find(visit.tx, moment.nudge_id, visit.person) if moment.nudge_id else None
    practice = visit.catalogue.get(moment.practice)
    if nudge is None or nudge.removed or practice is None or visit.tx.now < nudge.created_at + WEEK:
        return False
    when = words(nudge.rule, visit.voice.language, local(nudge.zone, visit.tx.now).date())
    row = (
        visit.button(N_("Keep"), Payload("ps", 0, "stay")),
        visit.button(N_("Move"), Payload("time", nudge.id)),
    )
    title = visit.voice.say(practice.title)
    visit.say(N_("{title}, {when}: still a good time?"), (row,), title=title, when=when)
    return True


IDENTITIES = {
    "calm": N_("You are somebody who makes room for a breath."),
    "notice": N_("You are somebody who notices what is here."),
    "joy": N_("You are somebody who keeps an eye out for small joys."),
    "together": N_("You are somebody who lets others feel seen."),
    "myself": N_("You are somebody who asks how you are, and listens."),
    "forward": N_("You are somebody who takes the first small step."),
}
"""The record of a month as a sentence about the person, by the theme that they met most."""


def _identity(visit: Visit, _moment: Moment, past: Tally) -> bool:
    """Tell the month as one sentence about the person."""
    if len(past.recent) < IDENTITY_AFTER:
        return False
    (most, _), *_ = past.since(visit.tx.now - MONTH)
    theme = next((t.key for t in visit.catalogue.themes if most in t.practices), "")
    line = IDENTITIES.get(theme, N_("You are somebody who takes a moment."))
    mine = kept.on_shelf(visit.tx, visit.person, "identity", 1)
    said = mine[0].text if mine else visit.voice.say(line)
    count = visit.voice.count("{n} small moment in a month.", "{n} small moments in a month.", len(past.recent))
    row = (
        visit.button(N_("Mine"), Payload("mine", 0, theme or "any")),
        visit.button(N_("Edit"), Payload("mine", 0, "edit")),
    )
    visit.show(Outgoing(f"{count}\n{said}", (row,)))
    return True


def _take_identity(visit: Visit, payload: Payload) -> None:
    if not visit.settle():
        visit.toast = visit.voice.say(OLD)
    elif payload.choice == "edit":
        start(visit, IDENTITY)
    else:
        if not kept.on_shelf(visit.tx, visit.person, "identity", 1):
            line = IDENTITIES.get(payload.choice, N_("You are somebody who takes a moment."))
            kept.keep(visit.tx, visit.person, "identity", visit.voice.say(line))
        visit.toast = visit.voice.say(N_("Kept. It is yours."))


def _ask_identity(scene: Scene) -> Ask:
    return Ask(scene.voice.say(N_("How would you say it? One sentence, beginning with “I am somebody who …”.")))


def _take_words(scene: Scene, answer: Answer) -> Turn | Unclear:
    said = " ".join((answer.words or "").split())
    if not 0 < len(said) <= LONGEST_IDENTITY:
        return Unclear(scene.voice.say(N_("One short sentence is enough, up to 200 characters.")))
    return Turn(None, effects=(KeepIdentity(said),), say=scene.voice.say(N_("Kept. It is yours.")))


def _keep_identity(visit: Visit, effect: KeepIdentity) -> None:
    kept.keep(visit.tx, visit.person, "identity", effect.text)


LONGEST_IDENTITY = 200
IDENTITY = Flow("identity", version=1, steps=(Step("words", _ask_identity, _take_words),), lapses=DAY)


def _ripple(visit: Visit, _moment: Moment, _past: Tally) -> bool:
    """Tell how far one's thanks travelled."""
    return ripple_line(visit)


def _safe(visit: Visit, _moment: Moment, _past: Tally) -> bool:
    """Show a few of the safe moments that were kept."""
    found = kept.on_shelf(visit.tx, visit.person, "safe", 3)
    if len(found) < SAFE_AFTER:
        return False
    lines = [f"· {one.text}" for one in found if one.text]
    visit.show(Outgoing("\n".join([visit.voice.say(N_("Safe moments of yours:")), *lines])))
    return True


def _jar(visit: Visit, _moment: Moment, past: Tally) -> bool:
    """Let an old moment come back out of the jar."""
    return past.written > 0 and show_old_one(visit)


def _taste(visit: Visit, moment: Moment, past: Tally) -> bool:
    """Ask whether such wordings are welcome."""
    practice = visit.catalogue.get(moment.practice)
    often = sum(key == moment.practice for key, _ in past.recent) >= TASTE_AFTER
    if moment.wording is None or practice is None or len(practice.prompts) < 2 or not often:
        return False
    row = (
        visit.button(N_("More like this"), Payload("taste", moment.id, "more")),
        visit.button(N_("Less like this"), Payload("taste", moment.id, "less")),
    )
    said = visit.voice.say(practice.prompt(moment.wording))
    visit.say(N_("By the way, “{prompt}”: more like this, or less?"), (row,), prompt=said)
    return True


def _take_taste(visit: Visit, payload: Payload) -> None:
    moment = moments.find(visit.tx, payload.row, visit.person)
    liking = {"more": 1, "less": -1}.get(payload.choice)
    if moment is None or moment.wording is None or liking is None or not visit.settle():
        visit.toast = visit.voice.say(OLD)
        return
    likings.note_liking(visit.tx, visit.person.id, moment.practice, moment.wording, liking)
    visit.toast = visit.voice.say(N_("Good to know."))


def _plenty(visit: Visit) -> None:
    visit.toast = visit.voice.say(N_("One is plenty. /add is there whenever you like."))


def _stay(visit: Visit) -> None:
    visit.toast = visit.voice.say(N_("Good. I stay at your times."))


POSTSCRIPTS = (
    Postscript("second", None, _second),
    Postscript("week", WEEK, _week),
    Postscript("time", WEEK, _time),
    Postscript("identity", MONTH, _identity),
    Postscript("ripple", MONTH, _ripple),
    Postscript("jar", 5 * DAY, _jar),
    Postscript("safe", 2 * WEEK, _safe),
    Postscript("taste", 3 * DAY, _taste),
)
"""In the order in which one is chosen."""

CHAPTER = Chapter(
    flows=(IDENTITY,),
    effects={KeepIdentity: _keep_identity},
    taps={"ps": choices({"plenty": _plenty, "stay": _stay}), "mine": _take_identity, "taste": _take_taste},
)
