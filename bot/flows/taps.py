"""Find what a tapped button does. A stale button is no failure: it gets one kind line and changes nothing."""

from bot.flows.commands import run
from bot.flows.conversation import take_tap
from bot.flows.visit import OLD, Visit
from bot.nudges import moments, queries
from bot.nudges.moments import Moment
from bot.outbox.states import DAY
from bot.speech import Payload, read_payload
from bot.texts import N_

NOTED = N_("Already noted, thank you.")
OLDEST = 30 * DAY
"""Seconds after which a moment is no longer answered by its buttons."""


def tap(visit: Visit) -> None:
    """Handle a tapped button."""
    payload = read_payload(visit.incoming.text)
    if payload is None or not visit.was_shown():
        visit.toast = visit.voice.say(OLD)
    elif payload.verb in visit.book.on_moment:
        _tap_moment(visit, payload)
    elif payload.verb in visit.book.on_nudge:
        _tap_nudge(visit, payload)
    elif payload.verb == "flow":
        step, _, value = payload.choice.partition(".")
        if not take_tap(visit, payload.row, step, value):
            visit.toast = visit.voice.say(OLD)
    elif payload.verb == "menu" and payload.choice in visit.book.commands and visit.settle():
        run(visit, payload.choice)
    elif payload.verb in visit.book.taps:
        visit.book.taps[payload.verb](visit, payload)
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
    visit.book.on_moment[payload.verb](visit, moment, payload.choice)


def _done(moment: Moment, verb: str) -> bool:
    """Return whether what this verb would say has been said already."""
    match verb:
        case "after":
            return moment.after is not None
        case "before":
            return moment.before is not None or not moment.open
        case "next" | "enough" | "chain" | "unchained":
            return False
        case _:
            return not moment.open


def _tap_nudge(visit: Visit, payload: Payload) -> None:
    nudge = queries.find(visit.tx, payload.row, visit.person)
    if nudge is None or nudge.removed != (payload.verb == "undo"):
        visit.toast = visit.voice.say(OLD)
        return
    if nudge.removed and queries.count_of(visit.tx, visit.person) >= queries.MOST:
        visit.toast = visit.voice.say(queries.FULL)  # the button stays for when there is room
        return
    if not visit.settle():
        visit.toast = visit.voice.say(OLD)
        return
    visit.book.on_nudge[payload.verb](visit, nudge)
