"""/add: one more nudge. One habit is plenty to begin with, so the first to come beside another is asked about."""

from dataclasses import replace

from bot.flows import suggest
from bot.flows.conversation import start
from bot.flows.effects import ChangePractice
from bot.flows.sections import title
from bot.flows.sign_up import SIGN_UP
from bot.flows.visit import OLD, Chapter, Command, Option, Visit, choices
from bot.nudges import queries
from bot.nudges.queries import Nudge
from bot.outbox import shelf
from bot.schedules.times import next_after
from bot.speech import Kind, Outgoing, Payload
from bot.texts import N_


def add(visit: Visit, practice: str = "") -> None:
    """Let the person set one more nudge, for the practice if one is named already."""
    found = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    if queries.count_of(visit.tx, visit.person) >= queries.MOST:
        visit.say(queries.FULL)
    elif len(found) == 1 and _rings(visit, found[0]):
        _ask_first(visit, found[0], practice)
    else:
        begin_sign_up(visit, practice, another=True)


def _add(visit: Visit) -> None:
    said = visit.incoming.rest.strip().casefold()
    named = next((p.key for p in visit.catalogue if said in (p.key, visit.voice.say(p.title).casefold())), "")
    add(visit, named)


def begin_sign_up(visit: Visit, practice: str = "", *, another: bool = False) -> None:
    """Begin to set a nudge: at its cue where the practice is known, with an introduction for somebody new."""
    if visit.incoming.aside and not visit.person.zone and not practice and visit.incoming.kind is Kind.COMMAND:
        _offer_privacy(visit)
    elif practice:
        start(visit, SIGN_UP, {"practice": practice, "known": True}, at="cue")
    elif another or visit.person.zone:
        start(visit, SIGN_UP, {"known": True}, at="themes")
    else:
        start(visit, SIGN_UP)


def _offer_privacy(visit: Visit) -> None:
    """Ask somebody new, in a place that others share, where to go on; nobody else sees this line."""
    where = ((N_("In private"), "private"), (N_("Stay here"), "here"))
    row = tuple(visit.button(label, Payload("begin", 0, choice)) for label, choice in where)
    text = visit.voice.say(N_("Hi, I’m Pebble: one tiny moment, when you choose. Shall we go on in private?"))
    # Not `show`: what is kept is said with the question that follows, in whichever place.
    shelf.put(visit.tx, visit.person.recipient, Outgoing(text, (row,)))


def _in_private(visit: Visit) -> None:
    visit.person = replace(visit.person, direct=True)
    visit.toast = visit.voice.say(N_("I’m writing to you in private. If that is closed, we go on here."))
    begin_sign_up(visit)


def _rings(visit: Visit, nudge: Nudge) -> bool:
    """Return whether the nudge is one that still comes, of a practice that is still there."""
    return nudge.practice in visit.catalogue and next_after(nudge.rule, nudge.zone, visit.tx.now) is not None


def _ask_first(visit: Visit, nudge: Nudge, practice: str) -> None:
    swap = Payload("exchange", nudge.id, practice) if practice else Payload("swap", nudge.id)
    visit.say(
        N_("You have {title}. One is plenty to begin with. Swap it, or keep both?"),
        ((visit.button(N_("Swap"), swap), visit.button(N_("Keep both"), Payload("both", 0, practice))),),
        title=title(visit.voice, visit.catalogue[nudge.practice]),
    )


def _both(visit: Visit, payload: Payload) -> None:
    gone = payload.choice and payload.choice not in visit.catalogue
    if gone or not visit.settle():
        visit.toast = visit.voice.say(OLD)
    elif queries.count_of(visit.tx, visit.person) >= queries.MOST:
        visit.say(queries.FULL)
    else:
        begin_sign_up(visit, payload.choice, another=True)


def _exchange(visit: Visit, payload: Payload) -> None:
    """Let the one nudge ask for the practice that was chosen already."""
    nudge = queries.find(visit.tx, payload.row, visit.person)
    if nudge is None or nudge.removed or payload.choice not in visit.catalogue or not visit.settle():
        visit.toast = visit.voice.say(OLD)
        return
    visit.perform(ChangePractice(nudge.id, payload.choice))
    visit.say(N_("Done. It keeps its times."))


CHAPTER = Chapter(
    flows=(SIGN_UP,),
    commands={
        "add": Command(
            N_("Choose one more"),
            _add,
            N_("/add"),
            Option(N_("practice"), N_("Which one; leave it empty to look around"), suggest.practices),
        ),
        "second": Command("", add),
    },
    taps={
        "both": _both,
        "exchange": _exchange,
        "begin": choices({"private": _in_private, "here": begin_sign_up}),
    },
)
