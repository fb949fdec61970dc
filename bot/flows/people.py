"""/people: whom one knows through Pebble; each can be muted and blocked, and let in again."""

from bot.flows.give_thanks import give_thanks
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.gratitude import pass_on, queries
from bot.gratitude.queries import Acquaintance
from bot.speech import Button, Outgoing, Payload
from bot.texts import N_

MOST = 30
"""People in one message."""


def _people(visit: Visit) -> None:
    visit.show(_list(visit))


def _list(visit: Visit) -> Outgoing:
    known = queries.people_of(visit.tx, visit.person)[:MOST]
    if not known:
        return Outgoing(visit.voice.say(N_("Nobody is here yet. /thanks is the way to somebody.")))
    lines = [f"{n}. {one.name}{_state(visit, one)}" for n, one in enumerate(known, 1)]
    numbers = [Button(str(n), str(Payload("folk", one.id, "card"))) for n, one in enumerate(known, 1)]
    text = "\n".join([visit.voice.say(N_("Your people. Tap a number for one of them.")), *lines])
    return Outgoing(text, tuple(tuple(numbers[n : n + 5]) for n in range(0, len(numbers), 5)))


def _state(visit: Visit, one: Acquaintance) -> str:
    if one.blocked:
        return f" · {visit.voice.say(N_('blocked'))}"
    return f" · {visit.voice.say(N_('muted'))}" if one.muted else ""


def _card(visit: Visit, one: Acquaintance) -> Outgoing:
    def button(label: str, choice: str) -> Button:
        return visit.button(label, Payload("folk", one.id, choice))

    mute = button(N_("Hear again"), "unmute") if one.muted else button(N_("Mute"), "mute")
    block = button(N_("Let in again"), "unblock") if one.blocked else button(N_("Block"), "block")
    thank = (button(N_("Thank"), "thank"),) if one.accepted and not one.blocked else ()
    return Outgoing(f"{one.name}{_state(visit, one)}", ((*thank, mute, block), (button(N_("Back"), "back"),)))


def _tap(visit: Visit, payload: Payload) -> None:
    one = queries.acquaintance(visit.tx, visit.person, payload.row)
    if one is None:
        visit.toast = visit.voice.say(OLD)
        return
    match payload.choice:
        case "thank":
            refused = pass_on.refusal_of(visit.tx, visit.person, one.other_id)
            known = {} if refused else {"to": one.other_id, "to_name": one.name}
            give_thanks(visit, **known)
            return
        case "mute" | "unmute":
            queries.set_muted(visit.tx, visit.person, one.other_id, payload.choice == "mute")
        case "block" | "unblock":
            queries.set_blocked(visit.tx, visit.person, one.other_id, payload.choice == "block")
        case "back":
            visit.redraw(_list(visit))
            return
    if payload.choice == "unmute":
        pass_on.let_in(visit.tx, visit.person)
    visit.redraw(_card(visit, queries.acquaintance(visit.tx, visit.person, payload.row) or one))


CHAPTER = Chapter(
    commands={"people": Command(N_("Whom you know through me"), _people, N_("/people"))},
    taps={"folk": _tap},
)
