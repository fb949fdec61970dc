"""What comes from others: an invitation that shows who it is from, a sentence with one-tap answers, and the way out."""

from collections.abc import Callable, Mapping

from bot.flows.give_thanks import give_thanks
from bot.flows.visit import OLD, Chapter, Command, Option, Visit
from bot.gratitude import answers, pass_on, queries, reports
from bot.gratitude.invitations import Closed, Invitation, open_invitation, opened, settle
from bot.gratitude.letters import WORDS, brought, buttons, letter
from bot.gratitude.queries import Link
from bot.nudges.queries import count_of
from bot.outbox import shelf
from bot.outbox.shelf import Terms
from bot.schedules.zones import local
from bot.speech import Button, Outgoing, Payload, Rows
from bot.texts import N_

CLOSED = {
    Closed.UNKNOWN: N_("This invitation doesn’t open, or not any more. Whoever gave it to you can make a new one."),
    Closed.GUESSED: N_("The last few codes didn’t fit. I take new ones again in an hour."),
    Closed.OWN: N_("That is your own invitation. It is for the one you wrote to."),
}


def _accept(visit: Visit) -> None:
    if visit.incoming.rest.strip():
        open_way(visit, visit.incoming.rest)
    else:
        visit.say(N_("With the code behind it, please: /accept and the twelve characters that you were given."))


def open_way(visit: Visit, written: str) -> None:
    """Open an invitation by its token or its code: it shows who it is from, and nothing else yet."""
    found = open_invitation(visit.tx, visit.person, written)
    if isinstance(found, Closed):
        visit.say(CLOSED[found])
        return
    text = N_(
        "{name} has a sentence of thanks for you. I’m Pebble, a program that carries such sentences. Would you like to "
        "see it?\n\nWith a yes, you two can write to each other here. You can mute or block that at any time."
    )
    row = (
        visit.button(N_("Accept"), Payload("invite", found.id, "yes")),
        visit.button(N_("No, thank you"), Payload("invite", found.id, "no")),
    )
    visit.show_before_all(Outgoing(visit.voice.say(text, name=found.name), (row,)))


def _answer_invitation(visit: Visit, payload: Payload) -> None:
    # Only for the one who opened it last: a forged number opens nothing.
    found = opened(visit.tx, visit.person, payload.row)
    if found is None or payload.choice not in ("yes", "no") or not visit.settle():
        visit.toast = visit.voice.say(OLD)
    elif payload.choice == "no":
        settle(visit.tx, found)
        visit.toast = visit.voice.say(N_("That is fine. Nobody is told."))
    else:
        _take_in(visit, found)


def _take_in(visit: Visit, invitation: Invitation) -> None:
    came = pass_on.accept(visit.tx, visit.person, invitation)
    if came is None:
        visit.say(CLOSED[Closed.UNKNOWN])
        return
    if isinstance(came, int):
        day = visit.voice.day_date(local(visit.person.here, came).date())
        visit.say(N_("One from {name} is here for today. This one comes on {day}."), name=invitation.name, day=day)
        return
    message = brought(visit.voice, came.id, came.name, came.sentence)
    # The same key as when it is brought: so it is found again when it has to be taken back.
    shelf.put(visit.tx, visit.person.recipient, message, Terms(key=f"thanks:{came.id}", links=(came.id,)))
    if not count_of(visit.tx, visit.person):
        visit.say(N_("That is all there is to do. If you ever want tiny moments of your own: /start"))


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
    row = tuple(
        visit.button(label, Payload("thx", link.id, choice))
        for label, choice in ((N_("Mute"), "mute"), (N_("Block"), "block"), (N_("Report"), "report"))
    )
    _redraw(visit, link, "", (row, (_back_button(visit, link),)))


def _back_button(visit: Visit, link: Link) -> Button:
    return visit.button(N_("Back"), Payload("thx", link.id, "back"))


def _back(visit: Visit, link: Link) -> None:
    _redraw(visit, link, "", buttons(visit.voice, link.id, answered=link.answer is not None))


def _mute(visit: Visit, link: Link) -> None:
    queries.set_muted(visit.tx, visit.person, link.sender_id or 0, True)
    line = N_(
        "From now on, what {name} sends waits for a week, in case you want it. Nobody is told. /people changes it."
    )
    _redraw(visit, link, line, ())


def _block(visit: Visit, link: Link) -> None:
    queries.set_blocked(visit.tx, visit.person, link.sender_id or 0, True)
    _redraw(visit, link, N_("Nothing from {name} reaches you from now on. Nobody is told. /people changes it."), ())


def _ask_report(visit: Visit, link: Link) -> None:
    rows = (
        (visit.button(N_("With the sentence"), Payload("thx", link.id, "show")),),
        (visit.button(N_("Without it"), Payload("thx", link.id, "hide")),),
        (_back_button(visit, link),),
    )
    _redraw(visit, link, N_("The host of this Pebble gets the report. May they read the sentence?"), rows)


def _report(visit: Visit, link: Link, *, shows: bool) -> None:
    reports.report(visit.tx, visit.person, link, shows=shows)
    queries.set_blocked(visit.tx, visit.person, link.sender_id or 0, True)
    _redraw(visit, link, N_("Thank you for saying so. It is reported, and nothing more from {name} reaches you."), ())


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

CHAPTER = Chapter(
    commands={
        "accept": Command(
            N_("See what an invitation brings"),
            _accept,
            N_("/accept"),
            Option(N_("code"), N_("The twelve characters that you were given")),
        )
    },
    taps={"invite": _answer_invitation, "thx": _tap},
)
