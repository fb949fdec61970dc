"""/people: whom one knows through Pebble, page by page; each can be muted and blocked, and let in again."""

from collections.abc import Callable, Collection, Mapping

from bot.flows.give_thanks import give_thanks
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.gratitude import acquaintances, pass_on, queries
from bot.gratitude.acquaintances import Acquaintance
from bot.speech import Button, Outgoing, Payload
from bot.texts import N_

ON_A_PAGE = 10
"""People of one page: two rows of numbers."""
IN_A_ROW = 5


def _people(visit: Visit) -> None:
    page, links = _page(visit, 0)
    visit.show(page, links=links)


def _browse(visit: Visit, payload: Payload) -> None:
    page, links = _page(visit, payload.row)
    visit.redraw(page, links)


def _page(visit: Visit, number: int) -> tuple[Outgoing, Collection[int]]:
    """Return a page of people, those who are muted or blocked last; one that is not there any more is the last.

    And the links that tell the names on it.
    """
    count = acquaintances.count_of(visit.tx, visit.person)
    if not count:
        return Outgoing(visit.voice.say(N_("Nobody is here yet. /thanks is the way to somebody."))), ()
    last = (count - 1) // ON_A_PAGE
    number = min(number, last)
    known = acquaintances.page(visit.tx, visit.person, number * ON_A_PAGE, ON_A_PAGE)
    lines = [f"{n}. {one.name}{_state(visit, one)}" for n, one in enumerate(known, 1)]
    text = "\n".join([visit.voice.say(N_("Your people. Tap a number for one of them.")), *lines])
    buttons = [Button(str(n), str(Payload("folk", one.id, f"card.{number}"))) for n, one in enumerate(known, 1)]
    numbers = [tuple(buttons[n : n + IN_A_ROW]) for n in range(0, len(buttons), IN_A_ROW)]
    turns = tuple(
        visit.button(label, Payload("people", page))
        for label, page in ((N_("Back"), number - 1), (N_("Next page"), number + 1))
        if 0 <= page <= last
    )
    links = queries.told_by(visit.tx, visit.person, [one.other_id for one in known])
    return Outgoing(text, (*numbers, turns) if turns else tuple(numbers)), links


def _state(visit: Visit, one: Acquaintance) -> str:
    if one.blocked:
        return f" · {visit.voice.say(N_('blocked'))}"
    return f" · {visit.voice.say(N_('muted'))}" if one.muted else ""


def _card(visit: Visit, one: Acquaintance, page: int) -> Outgoing:
    """Return one of them with all that can be done; Back leads to the page on which they were tapped."""

    def button(label: str, choice: str) -> Button:
        return visit.button(label, Payload("folk", one.id, f"{choice}.{page}"))

    mute = button(N_("Hear again"), "unmute") if one.muted else button(N_("Mute"), "mute")
    block = button(N_("Let in again"), "unblock") if one.blocked else button(N_("Block"), "block")
    thank = (button(N_("Thank"), "thank"),) if one.accepted and not one.blocked else ()
    back = visit.button(N_("Back"), Payload("people", page))
    return Outgoing(f"{one.name}{_state(visit, one)}", ((*thank, mute, block), (back,)))


def _mute(visit: Visit, one: Acquaintance) -> None:
    queries.set_muted(visit.tx, visit.person, one.other_id, True)


def _unmute(visit: Visit, one: Acquaintance) -> None:
    queries.set_muted(visit.tx, visit.person, one.other_id, False)
    pass_on.let_in(visit.tx, visit.person)


def _block(visit: Visit, one: Acquaintance) -> None:
    queries.set_blocked(visit.tx, visit.person, one.other_id, True)


def _unblock(visit: Visit, one: Acquaintance) -> None:
    queries.set_blocked(visit.tx, visit.person, one.other_id, False)


_CHANGES: Mapping[str, Callable[[Visit, Acquaintance], None]] = {
    "card": lambda _visit, _one: None,
    "mute": _mute,
    "unmute": _unmute,
    "block": _block,
    "unblock": _unblock,
}
"""What is done before the card is drawn (anew)."""


def _tap(visit: Visit, payload: Payload) -> None:
    # Somebody else's is not found, so it reads like one that is gone.
    one = acquaintances.find(visit.tx, visit.person, payload.row)
    choice, _, page = payload.choice.partition(".")
    if one is None or not page.isdecimal():
        visit.toast = visit.voice.say(OLD)
    elif choice == "thank":
        _thank(visit, one)
    elif choice in _CHANGES:
        _CHANGES[choice](visit, one)
        card = _card(visit, acquaintances.find(visit.tx, visit.person, one.id) or one, int(page[:6]))
        visit.redraw(card, queries.told_by(visit.tx, visit.person, [one.other_id]))
    else:
        visit.toast = visit.voice.say(OLD)


def _thank(visit: Visit, one: Acquaintance) -> None:
    if pass_on.refusal_of(visit.tx, visit.person, one.other_id):
        give_thanks(visit)
    else:
        give_thanks(visit, to=one.other_id, row=one.id)


CHAPTER = Chapter(
    commands={"people": Command(N_("Whom you know through me"), _people, N_("/people"))},
    taps={"folk": _tap, "people": _browse},
)
