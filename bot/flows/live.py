"""A timed exercise: one message that is edited through its phases at the real pace.

All edits are on the shelf from the beginning, each a row with its own time and no use after its phase. So an exercise
goes on after a restart, and what a restart has made too late is left out; the end comes in any case.
"""

from dataclasses import dataclass
from itertools import accumulate

from bot.catalogue import Practice
from bot.catalogue.steps import Wait
from bot.flows.closing import finish
from bot.flows.visit import OLD, Chapter, Visit
from bot.nudges import moments
from bot.nudges.moments import Moment
from bot.nudges.prompts import did_button, own_taps
from bot.outbox import shelf
from bot.outbox.shelf import Terms
from bot.speech import Op, Outgoing, Payload, Rows
from bot.texts import N_

LEAD = 1
"""Seconds that the first phase is longer: the message has to arrive."""
END_LIFE = 3600
"""Seconds for which the end of an exercise is still worth saying."""
STOPPED = N_("We stop here. What you did counts.")


@dataclass(frozen=True, slots=True)
class Phase:
    """What is shown for so many seconds, and how far it is."""

    text: str
    seconds: int
    progress: str


def phases(practice: Practice, *, smaller: bool = False) -> list[Phase]:
    """Return the phases of a timed exercise in order (English), each with a row of dots for the rounds or the steps."""
    steps = [step for step in (practice.smaller_steps if smaller else practice.steps) if isinstance(step, Wait)]
    rounds = 1 if smaller else practice.rounds
    # Dots for the rounds where there are some, else for the steps; more than a dozen would be counted, not seen.
    dots = rounds if rounds > 1 else len(steps)
    found = []
    for done in range(rounds):
        for n, step in enumerate(steps):
            at = done if rounds > 1 else n
            progress = "●" * (at + 1) + "○" * (dots - at - 1) if dots <= 12 else ""
            found.append(Phase(step.text, step.seconds, progress))
    return found


def begin(visit: Visit, moment: Moment, *, smaller: bool = False) -> None:
    """Begin the exercise in a message of its own; one that is still running is left for it."""
    stop_running(visit)
    _run(visit, moment, smaller=smaller)


def stop_running(visit: Visit) -> bool:
    """Stop the exercise that runs for this person, without a word about it; return whether there was one."""
    running = _running(visit)
    for key in running:
        _, moment_id, message, _ = key.split(":")
        moment = moments.find(visit.tx, int(moment_id), visit.person)
        if moment is not None:
            moments.stop_asking(visit.tx, moment)
            _show_end(visit, visit.catalogue.get(moment.practice), int(message.partition("-")[0]))
            return True
    return False


def _running(visit: Visit) -> list[str]:
    return shelf.waiting_keys(visit.tx, visit.person.address_id, "live:")


def _run(visit: Visit, moment: Moment, *, smaller: bool, onto: int | None = None, skip: int = 0) -> None:
    """Show the phase with number `skip` now, and shelve those behind it and the end."""
    attempt = moments.next_attempt(visit.tx, moment)
    practice = visit.catalogue[moment.practice]
    listed = phases(practice, smaller=smaller)[skip:]
    rows = _buttons(visit, moment, practice, smaller=smaller)
    faces = [_face(visit, practice, phase, rows) for phase in listed]
    if onto is None:
        onto = shelf.post(visit.tx, visit.person.recipient, faces[0], Terms(moment_id=moment.id))
    else:
        edit = Outgoing(faces[0].text, rows, op=Op.EDIT)
        shelf.put(visit.tx, visit.person.recipient, edit, Terms(edits=onto, moment_id=moment.id))
    size = "s" if smaller else "w"
    starts = list(accumulate((phase.seconds for phase in listed), initial=visit.tx.now + LEAD))
    for n in range(1, len(listed)):
        terms = Terms(
            key=f"live:{moment.id}:{onto}-{size}:{attempt}.{n + skip}",
            not_before=starts[n],
            deadline=starts[n + 1] - 1,
            moment_id=moment.id,
            edits=onto,
        )
        shelf.put(visit.tx, visit.person.recipient, Outgoing(faces[n].text, rows, op=Op.EDIT), terms)
    _shelve_end(visit, moment, starts[-1], f"live:{moment.id}:{onto}-{size}:{attempt}.end", onto)


def _face(visit: Visit, practice: Practice, phase: Phase, rows: Rows) -> Outgoing:
    text = f"{practice.icon} {visit.voice.say(phase.text)}"
    return Outgoing(f"{text}\n\n{phase.progress}" if phase.progress else text, rows)


def _buttons(visit: Visit, moment: Moment, practice: Practice, *, smaller: bool) -> Rows:
    own = tuple(
        visit.button(reply.label, Payload("live", moment.id, f"own.{reply.key}"))
        for reply in practice.replies
        if reply.when == "live"
    )
    turns = [visit.button(N_("Stop"), Payload("live", moment.id, "stop"))]
    if practice.smaller_steps and not smaller:
        turns.append(visit.button(N_("Shorter"), Payload("live", moment.id, "shorter")))
    return (*((own,) if own else ()), tuple(turns))


def _shelve_end(visit: Visit, moment: Moment, at: int, key: str, onto: int) -> None:
    """Shelve the last edit, which takes the buttons away, and the question how it was."""
    practice = visit.catalogue[moment.practice]
    terms = Terms(key=key, not_before=at, deadline=at + END_LIFE, moment_id=moment.id, edits=onto)
    shelf.put(visit.tx, visit.person.recipient, _ended(visit, practice), terms)
    rows = (*own_taps(visit.voice, moment.id, practice), (did_button(visit.voice, moment.id),))
    asked = Outgoing(visit.voice.say(N_("That was it. Take your time coming back.")), rows)
    shelf.put(
        visit.tx,
        visit.person.recipient,
        asked,
        Terms(key=f"{key}.ask", not_before=at, deadline=at + END_LIFE, moment_id=moment.id),
    )


def _ended(visit: Visit, practice: Practice | None) -> Outgoing:
    title = f"{practice.icon} {visit.voice.say(practice.title)}" if practice else "🌱"
    return Outgoing(title, op=Op.EDIT)


def _show_end(visit: Visit, practice: Practice | None, onto: int) -> None:
    shelf.put(visit.tx, visit.person.recipient, _ended(visit, practice), Terms(edits=onto))


def _tap(visit: Visit, payload: Payload) -> None:
    """Stop, go on to the next phase, take the shorter version, or answer with a tap of the practice's own."""
    moment = moments.find(visit.tx, payload.row, visit.person)
    running = [key.split(":") for key in _running(visit)]
    mine = [key for key in running if key[1] == str(payload.row)]
    if moment is None or not moment.open or not mine or moment.practice not in visit.catalogue:
        visit.toast = visit.voice.say(OLD)
        return
    onto, _, size = mine[0][2].partition("-")
    coming = mine[0][3].partition(".")[2]
    practice = visit.catalogue[moment.practice]
    verb, _, key = payload.choice.partition(".")
    reply = next((r for r in practice.replies if r.key == key and r.when == "live"), None)
    if verb == "shorter":
        _run(visit, moment, smaller=True, onto=int(onto))
    elif reply is not None and reply.then == "skip" and coming.isdecimal():
        _run(visit, moment, smaller=size == "s", onto=int(onto), skip=int(coming))
    elif verb == "stop" or reply is not None:
        moments.answer(visit.tx, moment, reply.key if reply and reply.then != "skip" else "stopped", visit.person)
        _show_end(visit, practice, int(onto))
        warm = (reply.warm if reply else None) or STOPPED
        if reply is not None and reply.then == "end":  # whoever falls asleep is asked nothing more
            visit.say(warm)
        else:
            finish(visit, moment, warm)
    else:
        visit.toast = visit.voice.say(OLD)


CHAPTER = Chapter(taps={"live": _tap})
