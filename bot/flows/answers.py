"""What the buttons under a moment do: answer it, put it off, say how it feels, walk through its steps."""

from collections.abc import Callable, Mapping

from bot.flows import leads, live, long_goal
from bot.flows.beginning import put_anew
from bot.flows.closing import felt, finish, note_face
from bot.flows.conversation import start
from bot.flows.guide import GUIDE
from bot.flows.shelves import begin_change_words
from bot.flows.visit import OLD, Chapter, Visit
from bot.nudges import moments
from bot.nudges.moments import Moment
from bot.nudges.prompts import Occasion, checking, doing, slip_button, smaller
from bot.schedules.quiet import Snooze, outside_quiet, snooze_until, snoozes
from bot.schedules.zones import instant, local
from bot.speech import Outgoing, Payload
from bot.texts import N_

QUARTER, HOUR = 15 * 60, 3600
"""Seconds."""

SNOOZES = {
    Snooze.QUARTER: N_("In 15 min"),
    Snooze.HOUR: N_("In 1 h"),
    Snooze.EVENING: N_("This evening"),
    Snooze.TOMORROW: N_("Tomorrow"),
}


def _did(visit: Visit, moment: Moment, _choice: str) -> None:
    moments.answer(visit.tx, moment, "did", visit.person)
    practice = visit.catalogue[moment.practice]
    finish(visit, moment, practice.warm(moment.id))


def _own(visit: Visit, moment: Moment, choice: str) -> None:
    practice = visit.catalogue[moment.practice]
    reply = next((r for r in practice.replies if r.key == choice), None)
    if reply is None:
        visit.toast = visit.voice.say(OLD)
        return
    if reply.then == "again" and practice.live:
        live.begin(visit, moment)
    elif reply.then == "again":
        moments.next_attempt(visit.tx, moment)
        visit.show(put_anew(visit, moment), moment_id=moment.id)
    elif reply.then == "smaller":
        _smaller(visit, moment, choice)
    else:
        moments.answer(visit.tx, moment, reply.key, visit.person)
        _lead_on(visit, moment, practice.warm(moment.id, reply.key), reply.then)


def _lead_on(visit: Visit, moment: Moment, warm: str, then: str | None) -> None:
    """End the moment, or say its warm line and go where the tap leads."""
    lead = LEADS.get(then or "")
    if lead is None:
        finish(visit, moment, warm)
    else:
        visit.say(warm)
        lead(visit, moment)


def _help(visit: Visit, _moment: Moment) -> None:
    visit.book.commands["help"].run(visit)


def _change_words(visit: Visit, _moment: Moment) -> None:
    begin_change_words(visit)


LEADS: Mapping[str, Callable[[Visit, Moment], None]] = {
    **leads.LEADS,
    "help": _help,
    "change-words": _change_words,
    "goal": long_goal.lead,
}
"""What an own tap can lead to, beside its answer (`then` in a pack)."""


def _smaller(visit: Visit, moment: Moment, _choice: str) -> None:
    """Offer the smaller version: of a timed exercise the shorter one, else a smaller thing to do."""
    practice = visit.catalogue[moment.practice]
    if practice.live and practice.smaller_steps:
        live.begin(visit, moment, smaller=True)
    else:
        visit.show(smaller(visit.voice, Occasion(moment.id, practice, moment.feelings, 0)), moment_id=moment.id)


def _agree(visit: Visit, moment: Moment, _choice: str) -> None:
    """Ask once more at the hour that the practice names, outside the quiet hours; earlier hours are asked at once."""
    practice, here = visit.catalogue[moment.practice], visit.person.here
    if practice.check is None:
        visit.toast = visit.voice.say(OLD)
        return
    at = instant(here, local(here, visit.tx.now).date(), practice.check.at)
    coming = outside_quiet(max(at, visit.tx.now), here, visit.person.quiet)
    question = checking(visit.voice, Occasion(moment.id, practice, moment.feelings, 0))
    if coming <= visit.tx.now:
        visit.show(question, moment_id=moment.id)
        return
    moments.put_off(visit.tx, moment, visit.person, question, coming, practice.grace)
    visit.say(N_("Good. I’ll ask at {time}."), time=visit.voice.day_instant(local(here, coming)))


def _later(visit: Visit, moment: Moment, _choice: str) -> None:
    """Put the moment off by a quarter of an hour at once, and offer what else it could be."""
    offered = snoozes(visit.tx.now, visit.person.here, visit.person.parts, visit.person.quiet, _minute_of(moment))
    coming = snooze_until(Snooze.QUARTER, visit.tx.now, visit.person.here, visit.person.parts, visit.person.quiet)
    assert coming is not None
    line = _put_off(visit, moment, Snooze.QUARTER, coming)
    others = {snooze: at for snooze, at in offered.items() if snooze is not Snooze.QUARTER and at != coming}
    row = tuple(visit.button(SNOOZES[snooze], Payload("until", moment.id, snooze)) for snooze in others)
    visit.show(Outgoing(line, (row,) if row else ()))


def _until(visit: Visit, moment: Moment, choice: str) -> None:
    """Move a moment that was put off; its slot and its day stay."""
    person = visit.person
    try:
        snooze = Snooze(choice)
    except ValueError:
        visit.toast = visit.voice.say(OLD)
        return
    if person.paused(visit.tx.now):
        visit.toast = visit.voice.say(N_("It is quiet until you resume. /resume brings me back."))
        return
    coming = snooze_until(snooze, visit.tx.now, visit.person.here, person.parts, person.quiet, _minute_of(moment))
    if coming is None:
        visit.toast = visit.voice.say(N_("The evening is here already. What we said before holds."))
    else:
        _put_off(visit, moment, snooze, coming)


def _put_off(visit: Visit, moment: Moment, snooze: Snooze, coming: int) -> str:
    """Put the moment off, and say until when in a toast, which is returned."""
    prompt = put_anew(visit, moment)
    moments.put_off(visit.tx, moment, visit.person, prompt, coming, visit.catalogue[moment.practice].grace)
    seconds = {Snooze.QUARTER: QUARTER, Snooze.HOUR: HOUR}.get(snooze)
    if seconds is not None and coming == visit.tx.now + seconds:
        text = N_("In 15 minutes, then.") if snooze is Snooze.QUARTER else N_("In an hour, then.")
        visit.toast = visit.voice.say(text)
    else:
        # By the clock, for the quiet hours may have moved it on.
        visit.toast = visit.voice.say(N_("{time}, then."), time=visit.voice.day_time(local(visit.person.here, coming)))
    return visit.toast


def _minute_of(moment: Moment) -> int:
    return int(moment.slot[11:13]) * 60 + int(moment.slot[14:16])


def _not_today(visit: Visit, moment: Moment, _choice: str) -> None:
    moments.answer(visit.tx, moment, "not-today", visit.person)
    back = ((slip_button(visit.voice, moment.id, "answer"),),)
    visit.say(N_("That’s fine. Resting counts too."), back)


def _before(visit: Visit, moment: Moment, choice: str) -> None:
    if not _is_face(choice):
        visit.toast = visit.voice.say(OLD)
        return
    moments.feel(visit.tx, moment, before=int(choice))
    note_face(visit, int(choice))
    practice = visit.catalogue[moment.practice]
    visit.show(doing(visit.voice, Occasion(moment.id, practice, moment.feelings, 0)), moment_id=moment.id)


def _after(visit: Visit, moment: Moment, choice: str) -> None:
    if not _is_face(choice):
        visit.toast = visit.voice.say(OLD)
        return
    moments.feel(visit.tx, moment, after=int(choice))
    felt(visit, moment, moment.before, int(choice))


def _face(visit: Visit, moment: Moment, choice: str) -> None:
    if not _is_face(choice):
        visit.toast = visit.voice.say(OLD)
        return
    moments.feel(visit.tx, moment, before=int(choice))
    moments.answer(visit.tx, moment, "face", visit.person)
    note_face(visit, int(choice))
    if visit.catalogue[moment.practice].steps:
        _guide(visit, moment, choice)
    else:
        felt(visit, moment, None, int(choice))


def _guide(visit: Visit, moment: Moment, _choice: str) -> None:
    if not visit.catalogue[moment.practice].steps:
        visit.toast = visit.voice.say(OLD)
        return
    moments.stop_asking(visit.tx, moment)
    if visit.catalogue[moment.practice].live:
        live.begin(visit, moment)
        return
    if visit.catalogue[moment.practice].answer == "voice":
        LEADS["voice"](visit, moment)
        return
    start(visit, GUIDE, {"moment": moment.id, "practice": moment.practice, "at": 0, "words": []})


def _is_face(choice: str) -> bool:
    return choice in ("1", "2", "3", "4", "5")


CHAPTER = Chapter(
    flows=(GUIDE,),
    on_moment={
        "did": _did,
        "own": _own,
        "later": _later,
        "until": _until,
        "no": _not_today,
        "before": _before,
        "after": _after,
        "face": _face,
        "guide": _guide,
        "small": _smaller,
        "in": _agree,
    },
)
