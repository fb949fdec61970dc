"""How a moment is put before a person: the prompt and what can be tapped under it. Pure."""

from dataclasses import dataclass, replace
from datetime import date

from bot.catalogue import Practice
from bot.speech import Button, Outgoing, Payload, Rows
from bot.texts import N_, Voice

FACES = ("😣", "🙁", "😐", "🙂", "😄")
"""From 1 (low) to 5. A face is a fact about now, never a grade."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A moment that is to be put before a person. `cue` is said as a phrase: "after your coffee"."""

    moment_id: int
    practice: Practice
    feelings: str
    turn: int
    cue: str | None = None


def turn_of(slot: str, nudge_id: int) -> int:
    """Return which wording comes at this slot: one further each day, and different from nudge to nudge."""
    return date.fromisoformat(slot[:10]).toordinal() + nudge_id


def opening(voice: Voice, occasion: Occasion) -> Outgoing:
    """Return the message that begins a moment."""
    practice = occasion.practice
    text = f"{practice.icon} {voice.say(practice.prompt(occasion.turn))}"
    if occasion.cue:
        text = f"{_capitalised(occasion.cue)}\n{text}"
    asks_first = occasion.feelings == "both"
    if asks_first:
        text = f"{text}\n\n{voice.say(N_('First: how are you right now?'))}"
    own = (faces(occasion.moment_id, "before"),) if asks_first else own_rows(voice, occasion)
    return Outgoing(text, (*own, _aside(voice, occasion, did=not asks_first)), nudge=True)


def once_more(voice: Voice, occasion: Occasion) -> Outgoing:
    """Return the one message that follows a moment without an answer: the same buttons once more."""
    return replace(opening(voice, occasion), text=voice.say(N_("Still there if you like.")))


def still_wanted(voice: Voice) -> Outgoing:
    """Return what is asked once after a quiet week, in place of the moment that was due."""
    choices = ((N_("Keep"), "keep"), (N_("Change"), "change"), (N_("Rest"), "rest"))
    row = tuple(Button(voice.say(label), str(Payload("still", 0, value))) for label, value in choices)
    text = N_("It has been a quiet week, and that’s fine. Shall I keep to your times, change something, or rest?")
    return Outgoing(voice.say(text), (row,))


def doing(voice: Voice, occasion: Occasion) -> Outgoing:
    """Return the message that follows the first face: now the practice itself."""
    if occasion.practice.answer == "words":
        text = voice.say(N_("Thank you. Now write it here, as short as you like."))
    else:
        text = voice.say(N_("Thank you. Take your time, and tap when you are there."))
    not_now = Button(voice.say(N_("Not now")), str(Payload("no", occasion.moment_id)))
    return Outgoing(text, (*own_rows(voice, occasion), (did_button(voice, occasion.moment_id), not_now)))


def own_rows(voice: Voice, occasion: Occasion) -> Rows:
    """Return the practice's own taps, and the way into its steps where it has some."""
    practice, row = occasion.practice, occasion.moment_id
    if practice.answer == "face":
        return (faces(row, "face"),)
    own = tuple(Button(voice.say(r.label), str(Payload("own", row, r.key))) for r in practice.replies)
    guide = Button(voice.say(N_("Step by step")), str(Payload("guide", row)))
    rows = (((guide,),) if practice.steps else ()) + ((own,) if own else ())
    return rows


def faces(moment_id: int, verb: str) -> tuple[Button, ...]:
    """Return the five faces as one row."""
    return tuple(Button(face, str(Payload(verb, moment_id, str(n)))) for n, face in enumerate(FACES, 1))


def did_button(voice: Voice, moment_id: int) -> Button:
    """Return the answer that fits every practice."""
    return Button(voice.say(N_("Did it")), str(Payload("did", moment_id)))


def _aside(voice: Voice, occasion: Occasion, *, did: bool) -> tuple[Button, ...]:
    row = occasion.moment_id
    later = Button(voice.say(N_("In 15 min")), str(Payload("later", row)))
    not_today = Button(voice.say(N_("Not today")), str(Payload("no", row)))
    if did and occasion.practice.answer != "face":
        return did_button(voice, row), later, not_today
    return later, not_today


def _capitalised(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:] + ":"
