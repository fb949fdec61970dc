"""An invitation that somebody has opened: who it is from, Accept or No, and behind “…” mute, block and report.

Whatever is chosen, whoever made it is told nothing: only a yes shows, for the sentence has arrived.
"""

from collections.abc import Callable, Mapping

from bot.flows.care import BLOCKED, CARE, MUTED, REPORTED
from bot.flows.kept_line import KEPT
from bot.flows.visit import OLD, Chapter, Command, Option, Visit
from bot.gratitude import pass_on, queries, reports
from bot.gratitude.invitations import Closed, Invitation, note_sender, open_invitation, opened, settle
from bot.gratitude.letters import brought
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
    else:
        visit.show_before_all(Outgoing(_text(visit, found), _rows(visit, found)), (found.link_id,))


def _text(visit: Visit, invitation: Invitation) -> str:
    text = N_(
        "{name} has a sentence of thanks for you. I’m Pebble, a program that carries such sentences. Would you like to "
        "see it?\n\nWith a yes, you two can write to each other here. You can mute or block that at any time."
    )
    return visit.voice.say(text, name=invitation.name)


def _rows(visit: Visit, invitation: Invitation) -> Rows:
    accept, no = _button(visit, invitation, N_("Accept"), "yes"), _button(visit, invitation, N_("No, thank you"), "no")
    return (accept, no), (Button("…", str(Payload("invite", invitation.id, "more"))),)


def _button(visit: Visit, invitation: Invitation, label: str, choice: str) -> Button:
    return visit.button(label, Payload("invite", invitation.id, choice))


def _tap(visit: Visit, payload: Payload) -> None:
    # Only for the one who opened it last: a forged number opens nothing.
    found = opened(visit.tx, visit.person, payload.row)
    if found is None or payload.choice not in _TAPS:
        visit.toast = visit.voice.say(OLD)
    else:
        _TAPS[payload.choice](visit, found)


def _yes(visit: Visit, invitation: Invitation) -> None:
    if not visit.settle():
        visit.toast = visit.voice.say(OLD)
        return
    came = pass_on.accept(visit.tx, visit.person, invitation)
    if came is None:
        visit.say(CLOSED[Closed.UNKNOWN])
        return
    if isinstance(came, int):
        day = visit.voice.day_date(local(visit.person.here, came).date())
        line = N_("One from {name} is here for today. This one comes on {day}.")
        told = Outgoing(visit.voice.say(line, name=invitation.name, day=day))
        visit.show(told, links=(invitation.link_id,))
        return
    message = brought(visit.voice, came.id, came.name, came.sentence)
    # The same key as when it is brought: so it is found again when it has to be taken back.
    shelf.put(visit.tx, visit.person.recipient, message, Terms(key=f"thanks:{came.id}", links=(came.id,)))
    if not count_of(visit.tx, visit.person):
        visit.say(N_("That is all there is to do. If you ever want tiny moments of your own: /start"))


def _no(visit: Visit, invitation: Invitation) -> None:
    if not visit.settle():
        visit.toast = visit.voice.say(OLD)
        return
    settle(visit.tx, invitation)
    visit.toast = visit.voice.say(N_("That is fine. Nobody is told."))


def _redraw(visit: Visit, invitation: Invitation, line: str, rows: Rows) -> None:
    # What is kept is said once: where it stands it stays, for nothing has been answered yet.
    kept = visit.voice.say(KEPT) if visit.says(KEPT) else ""
    said = visit.voice.say(line, name=invitation.name) if line else ""
    text = "\n\n".join(filter(None, (_text(visit, invitation), kept, said)))
    visit.redraw(Outgoing(text, rows), (invitation.link_id,))


def _more(visit: Visit, invitation: Invitation) -> None:
    row = tuple(_button(visit, invitation, label, choice) for label, choice in CARE)
    _redraw(visit, invitation, "", (row, (_button(visit, invitation, N_("Back"), "back"),)))


def _back(visit: Visit, invitation: Invitation) -> None:
    _redraw(visit, invitation, "", _rows(visit, invitation))


def _mute(visit: Visit, invitation: Invitation) -> None:
    """Let what else they send wait; this one can be seen all the same while it lives, in case the person wants to."""
    note_sender(visit.tx, visit.person, invitation)
    queries.set_muted(visit.tx, visit.person, invitation.sender_id, True)
    _redraw(visit, invitation, MUTED, _rows(visit, invitation))


def _block(visit: Visit, invitation: Invitation) -> None:
    _shut_out(visit, invitation)
    _redraw(visit, invitation, BLOCKED, ())


def _ask_report(visit: Visit, invitation: Invitation) -> None:
    line = N_("The host of this Pebble learns who sent the invitation. Its sentence stays closed, also to them.")
    row = (_button(visit, invitation, N_("Report"), "tell"), _button(visit, invitation, N_("Back"), "back"))
    _redraw(visit, invitation, line, (row,))


def _report(visit: Visit, invitation: Invitation) -> None:
    # Nobody has seen the sentence, so there is none to agree to.
    reports.report(visit.tx, visit.person, invitation.link_id, invitation.sender_id, shows=False)
    _shut_out(visit, invitation)
    _redraw(visit, invitation, REPORTED, ())


def _shut_out(visit: Visit, invitation: Invitation) -> None:
    """Use the invitation up and block whoever made it; with their name, so that /people can let them in again."""
    settle(visit.tx, invitation)
    note_sender(visit.tx, visit.person, invitation)
    queries.set_blocked(visit.tx, visit.person, invitation.sender_id, True)


_TAPS: Mapping[str, Callable[[Visit, Invitation], None]] = {
    "yes": _yes,
    "no": _no,
    "more": _more,
    "back": _back,
    "mute": _mute,
    "block": _block,
    "report": _ask_report,
    "tell": _report,
}

CHAPTER = Chapter(
    commands={
        "accept": Command(
            N_("See what an invitation brings"),
            _accept,
            N_("/accept"),
            Option(N_("code"), N_("The twelve characters that you were given")),
        )
    },
    taps={"invite": _tap},
)
