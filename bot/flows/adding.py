"""/add: one more nudge. One habit is plenty to begin with, so the first to come beside another is asked about."""

from bot.flows.conversation import start
from bot.flows.effects import ChangePractice
from bot.flows.sections import title
from bot.flows.sign_up import SIGN_UP
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.nudges import queries
from bot.nudges.queries import Nudge
from bot.schedules.times import next_after
from bot.speech import Payload
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


def begin_sign_up(visit: Visit, practice: str = "", *, another: bool = False) -> None:
    """Begin to set a nudge: at its cue where the practice is known, with an introduction for somebody new."""
    if practice:
        start(visit, SIGN_UP, {"practice": practice, "known": True}, at="cue")
    elif another or visit.person.zone:
        start(visit, SIGN_UP, {"known": True}, at="themes")
    else:
        start(visit, SIGN_UP)


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
        "add": Command(N_("Choose one more"), add),
        "second": Command("", add),
    },
    taps={"both": _both, "exchange": _exchange},
)
