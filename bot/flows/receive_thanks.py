"""A sentence that came from somebody, with one-tap answers, and the way out of hearing from them."""

from collections.abc import Callable, Mapping

from bot.flows.care import BLOCKED, CARE, MUTED, REPORTED
from bot.flows.give_thanks import give_thanks
from bot.flows.visit import OLD, Chapter, Visit
from bot.gratitude import answers, queries, reports
from bot.gratitude.letters import WORDS, buttons, letter
from bot.gratitude.queries import Link
from bot.speech import Button, Outgoing, Payload, Rows
from bot.texts import N_


def _tap(visit: Visit, payload: Payload) -> None:
    """Do what a button under a sentence says; only its receiver finds it."""
    link = queries.received(visit.tx, payload.row, visit.person)
    if link is None:
        visit.toast = visit.voice.say(OLD)
    elif payload.choice in WORDS:
        _answer(visit, link, payload.choice)
    elif payload.choice == "on":
        give_thanks(visit, parent=link.id)
    elif payload.choice in _CARE and link.sender_id is not None:
        _CARE[payload.choice](visit, link)
    else:
        visit.toast = visit.voice.say(OLD)


def _answer(visit: Visit, link: Link, word: str) -> None:
    if not answers.answer(visit.tx, link, word):
        visit.toast = visit.voice.say(N_("Your answer is on its way."))
        return
    rows = buttons(visit.voice, link.id, answered=True)
    visit.redraw(Outgoing(_letter(visit, link), rows, chosen=visit.voice.say(WORDS[word])), (link.id,))


def _letter(visit: Visit, link: Link) -> str:
    return letter(visit.voice, link.name, link.sentence)


def _redraw(visit: Visit, link: Link, line: str, rows: Rows) -> None:
    said = visit.voice.say(line, name=link.name) if line else ""
    visit.redraw(Outgoing("\n\n".join(filter(None, (_letter(visit, link), said))), rows), (link.id,))


def _more(visit: Visit, link: Link) -> None:
    row = tuple(visit.button(label, Payload("thx", link.id, choice)) for label, choice in CARE)
    _redraw(visit, link, "", (row, (_back_button(visit, link),)))


def _back_button(visit: Visit, link: Link) -> Button:
    return visit.button(N_("Back"), Payload("thx", link.id, "back"))


def _back(visit: Visit, link: Link) -> None:
    _redraw(visit, link, "", _buttons(visit, link))


def _buttons(visit: Visit, link: Link) -> Rows:
    return buttons(visit.voice, link.id, answered=link.answer is not None)


def _mute(visit: Visit, link: Link) -> None:
    queries.set_muted(visit.tx, visit.person, link.sender_id or 0, True)
    _redraw(visit, link, MUTED, _buttons(visit, link))


def _block(visit: Visit, link: Link) -> None:
    queries.set_blocked(visit.tx, visit.person, link.sender_id or 0, True)
    _redraw(visit, link, BLOCKED, ())


def _ask_report(visit: Visit, link: Link) -> None:
    rows = (
        (visit.button(N_("With the sentence"), Payload("thx", link.id, "show")),),
        (visit.button(N_("Without it"), Payload("thx", link.id, "hide")),),
        (_back_button(visit, link),),
    )
    _redraw(visit, link, N_("The host of this Pebble gets the report. May they read the sentence?"), rows)


def _report(visit: Visit, link: Link, *, shows: bool) -> None:
    if link.sender_id is not None:
        reports.report(visit.tx, visit.person, link.id, link.sender_id, shows=shows)
        queries.set_blocked(visit.tx, visit.person, link.sender_id, True)
    _redraw(visit, link, REPORTED, ())


_CARE: Mapping[str, Callable[[Visit, Link], None]] = {
    "more": _more,
    "back": _back,
    "mute": _mute,
    "block": _block,
    "report": _ask_report,
    "show": lambda visit, link: _report(visit, link, shows=True),
    "hide": lambda visit, link: _report(visit, link, shows=False),
}
"""Behind the one tap of “…”."""

CHAPTER = Chapter(taps={"thx": _tap})
