"""How a moment ends: its answer is taken, one warm, honest line is said, and where it is wanted the faces are asked."""

from bot.flows import afterwards
from bot.flows.shelves import keep_answer
from bot.flows.visit import Visit
from bot.nudges import moments
from bot.nudges.moments import LOW, Moment
from bot.nudges.prompts import faces, slip_button
from bot.people.queries import note_low
from bot.speech import File, Outgoing
from bot.texts import N_


def take(visit: Visit, moment: Moment, given: str, words: str | None = None, file: File | None = None) -> None:
    """Take an answer in words, by voice or as a photo, keep it where the practice keeps such, and end the moment."""
    if moment.open:
        moments.answer(visit.tx, moment, given, visit.person, words, file)
    else:
        moments.add_given(visit.tx, moment, visit.person, words, file)
    practice = visit.catalogue.get(moment.practice)
    if practice is None:  # taken out meanwhile; what was given stays
        visit.say(N_("Thank you."))
        return
    keep_answer(visit, moment, words, file)
    finish(visit, moment, practice.warm(moment.id), slip=practice.answer == "face")


def finish(visit: Visit, moment: Moment, warm: str, *, slip: bool = True) -> None:
    """Say one warm line (English, ours), and ask how it is now where the practice asks; `slip`: a tap to be changed."""
    line = visit.voice.say(_line(visit, moment, warm))
    asks = moment.feelings != "none" and visit.person.feelings
    if not asks or moment.after is not None:
        what = "face" if visit.catalogue[moment.practice].answer == "face" else "answer"
        afterwards.follow(visit, moment, line, slip=what if slip else "")
        return
    asked = visit.voice.say(N_("And now?"))
    back = ((slip_button(visit.voice, moment.id, "answer"),),) if slip else ()
    visit.show(Outgoing(f"{line} {asked}", (faces(moment.id, "after"), *back)), moment_id=moment.id)


def felt(visit: Visit, moment: Moment, before: int | None, after: int) -> None:
    """End the moment with the honest line for how it is now."""
    note_face(visit, after)
    found = moments.find(visit.tx, moment.id, visit.person) or moment
    slip = "after" if found.after is not None else "face"
    afterwards.follow(visit, found, visit.voice.say(said_after(before, after)), slip=slip)


def note_face(visit: Visit, face: int) -> None:
    """Remember that a low face was given: the rest of the day is a gentle one."""
    if face <= LOW:
        note_low(visit.tx, visit.person.id, visit.tx.now)
        visit.refresh()


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
