"""How a moment ends: one warm, honest line, and where the practice asks for it the faces."""

from bot.flows.visit import Visit
from bot.nudges.moments import Moment
from bot.nudges.prompts import faces
from bot.speech import Outgoing
from bot.texts import N_

LOW = 2
"""Faces up to this one are low: no cheering after them."""


def finish(visit: Visit, moment: Moment, warm: str) -> None:
    """Say one warm line (English, ours), and ask how it is now where the practice asks."""
    line = visit.voice.say(_line(visit, moment, warm))
    if moment.feelings == "none":
        visit.show(Outgoing(line))
        return
    asked = visit.voice.say(N_("And now?"))
    visit.show(Outgoing(f"{line} {asked}", (faces(moment.id, "after"),)), moment_id=moment.id)


def _line(visit: Visit, moment: Moment, warm: str) -> str:
    if moment.before is None or moment.before > LOW:
        return warm
    # After a low face a cheerful line would not be heard: a plain one then, and a hand where the face was all.
    if visit.catalogue[moment.practice].answer == "face":
        return said_after(None, moment.before)
    return N_("Thank you.")


def said_after(before: int | None, after: int) -> str:
    """Return the honest line for how it is now: never praise after sadness, never disappointment."""
    if before is not None and after > before:
        return N_("A little lighter. Good that you took that moment.")
    if before is not None:
        return N_("Thank you for the honesty. A moment counts however it feels.")
    if after <= LOW:
        return N_("Thank you for saying so. Be gentle with yourself; /help has people to talk to.")
    if after == LOW + 1:
        return N_("Noted. So-so is a good answer too.")
    return N_("Good to hear. Take it along with you.")
