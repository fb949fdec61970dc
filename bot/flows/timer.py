"""/timer: two minutes. What says that they are over waits on the shelf, and is withdrawn when nobody wants it."""

from dataclasses import dataclass

from bot.flows.effects import KeepWords
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.nudges import moments
from bot.outbox.shelf import Terms, put, withdraw_keyed
from bot.speech import Button, Outgoing, Payload
from bot.texts import N_

TWO_MINUTES = 120
GRACE = 600
"""Seconds after which it is no use any more to hear that the two minutes are over."""
_KEY = "timer:"


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Let two minutes run for what the person is about to do, and for the moment that led to it (0: none)."""

    what: str = ""
    moment_id: int = 0


def start_timer(visit: Visit, what: str = "", moment_id: int = 0) -> None:
    """Let two minutes run; those that ran before are over."""
    stop_timer(visit)
    if what:
        text = N_("Two minutes from now on, for “{what}”. I’ll say when they are over; stopping sooner is fine.")
        line = visit.voice.say(text, what=what)
    else:
        line = visit.voice.say(N_("Two minutes from now on. I’ll say when they are over; stopping sooner is fine."))
    did, enough = _button(visit, N_("Did it"), "did", moment_id), _button(visit, N_("Enough"), "enough", moment_id)
    visit.show(Outgoing(line, ((did, enough),)))
    more = _button(visit, N_("Two more minutes"), "more", moment_id)
    over = visit.voice.say(N_("The two minutes are over. However far you got is far enough."))
    at = visit.tx.now + TWO_MINUTES
    # The event's own key: the same tap delivered twice starts one timer.
    terms = Terms(key=f"{_KEY}{visit.incoming.key}", not_before=at, deadline=at + GRACE)
    put(visit.tx, visit.person.recipient, Outgoing(over, ((did, more, enough),)), terms)


def stop_timer(visit: Visit) -> bool:
    """Withdraw what would say that the two minutes are over; return whether any were running."""
    return withdraw_keyed(visit.tx, visit.person.address_id, _KEY) > 0


def _button(visit: Visit, label: str, choice: str, moment_id: int) -> Button:
    return visit.button(label, Payload("timer", moment_id, choice))


def _did(visit: Visit, moment_id: int) -> None:
    stop_timer(visit)
    if moment_id and moments.find(visit.tx, moment_id, visit.person):
        visit.perform(KeepWords(moment_id, None, given="did"))
    else:
        visit.say(N_("A small beginning, and it is yours."))


def _more(visit: Visit, moment_id: int) -> None:
    start_timer(visit, moment_id=moment_id)


def _enough(visit: Visit, _moment_id: int) -> None:
    stop_timer(visit)
    visit.say(N_("Enough it is. It will still be there whenever you like."))


_CHOICES = {"did": _did, "more": _more, "enough": _enough}


def _tap(visit: Visit, payload: Payload) -> None:
    run = _CHOICES.get(payload.choice)
    if run is None or not visit.settle():
        visit.toast = visit.voice.say(OLD)
        return
    # The message that began the two minutes and the one that ends them have the same buttons: one answer is for both.
    visit.settle_question(lambda other: other.verb == "timer")
    run(visit, payload.row)


def _start(visit: Visit, effect: StartTimer) -> None:
    start_timer(visit, effect.what, effect.moment_id)


CHAPTER = Chapter(
    commands={"timer": Command("", start_timer)},
    effects={StartTimer: _start},
    taps={"timer": _tap},
)
