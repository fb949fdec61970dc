"""What each button does. A stale button is no failure: it gets one kind line and changes nothing."""

from collections.abc import Callable

from bot.flows import commands, pausing
from bot.flows.closing import finish, said_after
from bot.flows.conversation import leave_if_about, start, take_tap
from bot.flows.editing import CHANGE_CUE, CHANGE_PRACTICE, CHANGE_TIME
from bot.flows.engine import Flow
from bot.flows.guide import GUIDE
from bot.flows.pausing import zone_of
from bot.flows.perform import begin_moment
from bot.flows.visit import Visit
from bot.nudges import moments, queries
from bot.nudges.moments import Moment
from bot.nudges.prompts import Occasion, doing
from bot.outbox.states import DAY
from bot.schedules.quiet import Snooze, snooze_until, snoozes
from bot.schedules.rules import to_dict
from bot.schedules.zones import local
from bot.speech import Outgoing, Payload, read_payload
from bot.texts import N_

OLD = N_("That button has done its part. /now begins a new moment, /nudges shows what is set.")
NOTED = N_("Already noted, thank you.")
OLDEST = 30 * DAY
"""Seconds after which a moment is no longer answered by its buttons."""

QUARTER, HOUR = 15 * 60, 3600
"""Seconds."""

SNOOZES = {
    Snooze.QUARTER: N_("In 15 min"),
    Snooze.HOUR: N_("In 1 h"),
    Snooze.EVENING: N_("This evening"),
    Snooze.TOMORROW: N_("Tomorrow"),
}

OnMoment = Callable[[Visit, Moment, str], None]


def tap(visit: Visit) -> None:
    """Handle a tapped button."""
    payload = read_payload(visit.incoming.text)
    if payload is None or not visit.was_shown():
        visit.toast = visit.voice.say(OLD)
    elif payload.verb in ON_MOMENT:
        _tap_moment(visit, payload)
    elif payload.verb in ON_NUDGE:
        _tap_nudge(visit, payload)
    elif payload.verb == "flow":
        step, _, value = payload.choice.partition(".")
        if not take_tap(visit, payload.row, step, value):
            visit.toast = visit.voice.say(OLD)
    elif payload.verb == "menu" and payload.choice in commands.COMMANDS and visit.settle():
        commands.run(visit, payload.choice)
    elif payload.verb == "now":
        _begin(visit, payload.choice)
    elif payload.verb in CHOICES and payload.choice in CHOICES[payload.verb] and visit.settle():
        CHOICES[payload.verb][payload.choice](visit)
    else:
        visit.toast = visit.voice.say(OLD)


def _begin(visit: Visit, choice: str) -> None:
    lengths = {str(seconds): seconds for seconds in (commands.SHORT, commands.LONG)}
    key = commands.pick(visit, lengths[choice]) if choice in lengths else choice
    if key in visit.catalogue and visit.settle():
        begin_moment(visit, key)
    else:
        visit.toast = visit.voice.say(OLD)


def _tap_moment(visit: Visit, payload: Payload) -> None:
    # Somebody else's moment is not found, so another person's tap reads like an old one.
    moment = moments.find(visit.tx, payload.row, visit.person)
    if moment is None or visit.tx.now > moment.created_at + OLDEST or moment.practice not in visit.catalogue:
        visit.toast = visit.voice.say(OLD)
        return
    if _done(moment, payload.verb) or not visit.settle():
        visit.toast = visit.voice.say(NOTED)
        return
    ON_MOMENT[payload.verb](visit, moment, payload.choice)


def _done(moment: Moment, verb: str) -> bool:
    """Return whether what this verb would say has been said already."""
    match verb:
        case "after":
            return moment.after is not None
        case "before":
            return moment.before is not None or not moment.open
        case _:
            return not moment.open


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
    if reply.then == "again":
        attempt = moments.next_attempt(visit.tx, moment)
        visit.show(visit.opening(moment, turn=moment.id + attempt), moment_id=moment.id)
        return
    moments.answer(visit.tx, moment, reply.key, visit.person)
    finish(visit, moment, practice.warm(moment.id, reply.key))


def _later(visit: Visit, moment: Moment, _choice: str) -> None:
    """Put the moment off by a quarter of an hour at once, and offer what else it could be."""
    offered = snoozes(visit.tx.now, zone_of(visit), visit.person.parts, visit.person.quiet, _minute_of(moment))
    coming = snooze_until(Snooze.QUARTER, visit.tx.now, zone_of(visit), visit.person.parts, visit.person.quiet)
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
    coming = snooze_until(snooze, visit.tx.now, zone_of(visit), person.parts, person.quiet, _minute_of(moment))
    if coming is None:
        visit.toast = visit.voice.say(N_("The evening is here already. What we said before holds."))
    else:
        _put_off(visit, moment, snooze, coming)


def _put_off(visit: Visit, moment: Moment, snooze: Snooze, coming: int) -> str:
    """Put the moment off, and say until when in a toast, which is returned."""
    prompt = visit.opening(moment, turn=moment.id + moment.attempt + 1)
    moments.put_off(visit.tx, moment, visit.person, prompt, coming, visit.catalogue[moment.practice].grace)
    seconds = {Snooze.QUARTER: QUARTER, Snooze.HOUR: HOUR}.get(snooze)
    if seconds is not None and coming == visit.tx.now + seconds:
        text = N_("In 15 minutes, then.") if snooze is Snooze.QUARTER else N_("In an hour, then.")
        visit.toast = visit.voice.say(text)
    else:
        # By the clock, for the quiet hours may have moved it on.
        visit.toast = visit.voice.say(N_("{time}, then."), time=visit.voice.day_time(local(zone_of(visit), coming)))
    return visit.toast


def _minute_of(moment: Moment) -> int:
    return int(moment.slot[11:13]) * 60 + int(moment.slot[14:16])


def _not_today(visit: Visit, moment: Moment, _choice: str) -> None:
    moments.answer(visit.tx, moment, "not-today", visit.person)
    visit.say(N_("That’s fine. Resting counts too."))


def _before(visit: Visit, moment: Moment, choice: str) -> None:
    if not _is_face(choice):
        visit.toast = visit.voice.say(OLD)
        return
    moments.feel(visit.tx, moment, before=int(choice))
    practice = visit.catalogue[moment.practice]
    visit.show(doing(visit.voice, Occasion(moment.id, practice, moment.feelings, 0)), moment_id=moment.id)


def _after(visit: Visit, moment: Moment, choice: str) -> None:
    if not _is_face(choice):
        visit.toast = visit.voice.say(OLD)
        return
    moments.feel(visit.tx, moment, after=int(choice))
    visit.say(said_after(moment.before, int(choice)))


def _face(visit: Visit, moment: Moment, choice: str) -> None:
    if not _is_face(choice):
        visit.toast = visit.voice.say(OLD)
        return
    moments.feel(visit.tx, moment, before=int(choice))
    moments.answer(visit.tx, moment, "face", visit.person)
    if visit.catalogue[moment.practice].steps:
        _guide(visit, moment, choice)
    else:
        visit.say(said_after(None, int(choice)))


def _guide(visit: Visit, moment: Moment, _choice: str) -> None:
    if not visit.catalogue[moment.practice].steps:
        visit.toast = visit.voice.say(OLD)
        return
    moments.stop_asking(visit.tx, moment)
    start(visit, GUIDE, {"moment": moment.id, "practice": moment.practice, "at": 0, "words": []})


def _keep(visit: Visit) -> None:
    visit.say(N_("Good. I stay at your times."))


def _change(visit: Visit) -> None:
    commands.run(visit, "nudges")


def _is_face(choice: str) -> bool:
    return choice in ("1", "2", "3", "4", "5")


def _tap_nudge(visit: Visit, payload: Payload) -> None:
    nudge = queries.find(visit.tx, payload.row, visit.person)
    if nudge is None or nudge.removed != (payload.verb == "undo"):
        visit.toast = visit.voice.say(OLD)
        return
    if nudge.removed and queries.count_of(visit.tx, visit.person) >= queries.MOST:
        visit.toast = visit.voice.say(commands.FULL)  # the button stays for when there is room
        return
    if not visit.settle():
        visit.toast = visit.voice.say(OLD)
        return
    ON_NUDGE[payload.verb](visit, nudge)


def _editing(flow: Flow) -> Callable[[Visit, queries.Nudge], None]:
    """Return the verb that begins a flow about a nudge."""

    def begin(visit: Visit, nudge: queries.Nudge) -> None:
        known = {"nudge": nudge.id, "practice": nudge.practice, "rule": to_dict(nudge.rule), "zone": nudge.zone}
        start(visit, flow, known)

    return begin


def _card(visit: Visit, nudge: queries.Nudge) -> None:
    visit.show(commands.card(visit, nudge))


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
        visit.say(N_("If you have not answered after half an hour, I ask once more. Never a third time."))


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
    visit.say(N_("It’s back.\n{words}"), words=commands.nudge_line(visit, nudge))


ON_MOMENT: dict[str, OnMoment] = {
    "did": _did,
    "own": _own,
    "later": _later,
    "until": _until,
    "no": _not_today,
    "before": _before,
    "after": _after,
    "face": _face,
    "guide": _guide,
}
ON_NUDGE: dict[str, Callable[[Visit, queries.Nudge], None]] = {
    "time": _editing(CHANGE_TIME),
    "cue": _editing(CHANGE_CUE),
    "swap": _editing(CHANGE_PRACTICE),
    "card": _card,
    "rest": _rest,
    "wake": _wake,
    "follow": _follow,
    "remove": _remove,
    "undo": _undo,
}
CHOICES: dict[str, dict[str, Callable[[Visit], None]]] = {
    "still": {"keep": _keep, "change": _change, "rest": pausing.rest},
    "pause": pausing.BUTTONS,
}
