"""How a moment is put before a person: the prompt and what can be tapped under it. Pure."""

from dataclasses import dataclass, replace

from bot.catalogue import Practice
from bot.speech import Button, Outgoing, Payload, Rows
from bot.texts import N_, Voice

FACES = ("😣", "🙁", "😐", "🙂", "😄")
"""From 1 (low) to 5. A face is a fact about now, never a grade."""


OWN_WORDS = ("mirror", "goal")
"""Shelves whose last line stands under the prompt of a practice that keeps there."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A moment that is to be put before a person. `cue` is said as a phrase: "after your coffee".

    `turn` says which wording; on a `gentle` day only the smaller version is asked.
    `own_words` are the person's own: those for the mirror, or the piece of a long way.
    """

    moment_id: int
    practice: Practice
    feelings: str
    turn: int
    cue: str | None = None
    gentle: bool = False
    own_words: str | None = None


def opening(voice: Voice, occasion: Occasion) -> Outgoing:
    """Return the message that begins a moment."""
    practice = occasion.practice
    asked = practice.smaller if occasion.gentle and not practice.hard_day else practice.prompt(occasion.turn)
    text = f"{practice.icon} {voice.say(asked)}"
    if occasion.own_words:
        text = f"{text}\n\n“{occasion.own_words}”"
    if occasion.cue:
        text = f"{_capitalised(occasion.cue)}\n{text}"
    asks_first = occasion.feelings == "both"
    if asks_first:
        text = f"{text}\n\n{voice.say(N_('First: how are you right now?'))}"
    own = (faces(occasion.moment_id, "before"),) if asks_first else own_rows(voice, occasion)
    less = () if asks_first or occasion.gentle or not _has_smaller(practice) else (_smaller_row(voice, occasion),)
    rows = (*own, _aside(voice, occasion, did=not asks_first), *less)
    return Outgoing(text, rows, nudge=True, form=None if asks_first else _tell(voice, occasion))


def smaller(voice: Voice, occasion: Occasion) -> Outgoing:
    """Return the smaller version of a practice."""
    practice = occasion.practice
    not_today = Button(voice.say(N_("Not today")), str(Payload("no", occasion.moment_id)))
    text = f"{practice.icon} {voice.say(practice.smaller)}"
    return Outgoing(text, ((did_button(voice, occasion.moment_id), not_today),))


def checking(voice: Voice, occasion: Occasion) -> Outgoing:
    """Return the question that comes later that day: how did it go?"""
    practice = occasion.practice
    assert practice.check is not None
    not_today = Button(voice.say(N_("Not today")), str(Payload("no", occasion.moment_id)))
    own = own_taps(voice, occasion.moment_id, practice, "check")
    text = f"{practice.icon} {voice.say(practice.check.text)}"
    return Outgoing(text, (*own, (did_button(voice, occasion.moment_id), not_today)), nudge=True)


def _has_smaller(practice: Practice) -> bool:
    """Return whether a smaller version can be offered, beside a tap of the practice's own that may be just that."""
    own = any(reply.key == "smaller" for reply in practice.replies)
    return not own and practice.answer != "face" and practice.smaller not in practice.prompts


def _smaller_row(voice: Voice, occasion: Occasion) -> tuple[Button, ...]:
    return (Button(voice.say(N_("Smaller")), str(Payload("small", occasion.moment_id))),)


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
    back = slip_button(voice, occasion.moment_id, "before")
    rows = (*own_rows(voice, occasion), (did_button(voice, occasion.moment_id), not_now))
    less = _smaller_row(voice, occasion) if _has_smaller(occasion.practice) else ()
    return Outgoing(text, (*rows, (*less, back)), form=_tell(voice, occasion))


def _tell(voice: Voice, occasion: Occasion) -> Button | None:
    """Return what opens the form of a practice that is answered in words."""
    wanted = occasion.practice.answer == "words"
    return Button(voice.say(N_("✍️ Write it")), str(Payload("tell", occasion.moment_id))) if wanted else None


def own_rows(voice: Voice, occasion: Occasion) -> Rows:
    """Return the practice's own taps, and the way into its steps where it has some."""
    practice, row = occasion.practice, occasion.moment_id
    if practice.answer == "face":
        return (faces(row, "face"),)
    if practice.live:
        return ((Button(voice.say(N_("Begin")), str(Payload("guide", row))),),)
    if practice.check:
        agreed = (Button(voice.say(N_("I’m in")), str(Payload("in", row))),)
        return (agreed, *own_taps(voice, row, practice))
    guide = Button(voice.say(N_("Step by step")), str(Payload("guide", row)))
    return (*(((guide,),) if practice.steps else ()), *own_taps(voice, row, practice))


def own_taps(voice: Voice, moment_id: int, practice: Practice, when: str = "always") -> Rows:
    """Return the practice's own taps, at most three in a row."""
    own = [
        Button(voice.say(r.label), str(Payload("own", moment_id, r.key))) for r in practice.replies if r.when == when
    ]
    return tuple(tuple(own[n : n + 3]) for n in range(0, len(own), 3))


def faces(moment_id: int, verb: str) -> tuple[Button, ...]:
    """Return the five faces as one row."""
    return tuple(Button(face, str(Payload(verb, moment_id, str(n)))) for n, face in enumerate(FACES, 1))


def did_button(voice: Voice, moment_id: int) -> Button:
    """Return the answer that fits every practice."""
    return Button(voice.say(N_("Did it")), str(Payload("did", moment_id)))


def slip_button(voice: Voice, moment_id: int, what: str) -> Button:
    """Return the way back from a tap that was a slip."""
    return Button(voice.say(N_("↩ Change")), str(Payload("slip", moment_id, what)))


def _aside(voice: Voice, occasion: Occasion, *, did: bool) -> tuple[Button, ...]:
    row = occasion.moment_id
    later = Button(voice.say(N_("In 15 min")), str(Payload("later", row)))
    not_today = Button(voice.say(N_("Not today")), str(Payload("no", row)))
    if did and occasion.practice.answer != "face":
        return did_button(voice, row), later, not_today
    return later, not_today


def _capitalised(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:] + ":"
