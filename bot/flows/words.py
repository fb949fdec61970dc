"""Words that people write, outside any flow: an answer to an open moment, or one helpful line."""

from bot.flows.cleaning import cleaned
from bot.flows.closing import take
from bot.flows.commands import helpful_line
from bot.flows.conversation import form_of, is_asked, take_file, take_words
from bot.flows.guide import LONGEST_WORDS
from bot.flows.pausing import take_end
from bot.flows.visit import OLD, Chapter, Visit
from bot.nudges import moments
from bot.nudges.moments import Moment
from bot.outbox.states import DAY
from bot.speech import Field, File, Form, Payload, read_payload
from bot.texts import N_

EMPTY = N_("That arrived empty. Say it again in a few words?")
SLOW = N_("That took me a moment. Tap it once more?")
"""Shown in place of a form that can no longer be opened: a platform takes one only while it waits."""
TOO_LONG = N_("That is more than I can keep in one piece. Would you send me its heart, in up to 4,000 characters?")

LONGEST_NOTE = 60
"""Seconds of a voice note that is easy to listen to."""

OF_A_MOMENT = ("did", "own", "later", "no", "before", "guide", "small", "in", "tell")
"""Verbs of the buttons that an answer in words makes superfluous."""


def hear(visit: Visit) -> None:
    """Take what a person wrote: to the flow that waits for words, else to an open moment, else one helpful line."""
    words = cleaned(visit.incoming.text)
    if not words:
        visit.say(EMPTY)
    elif len(words) > LONGEST_WORDS:
        visit.say(TOO_LONG)
    else:
        _give(visit, words)


def hear_file(visit: Visit, file: File) -> None:
    """Take a voice note or a photo: to the flow that waits for one, else to an open moment that words would answer."""
    caption = cleaned(visit.incoming.text)[:LONGEST_WORDS]
    moment = _waiting_for_words(visit)
    if take_file(visit, file, caption, since=moment.created_at if moment else 0):
        return
    if moment is None:
        visit.say(N_("Thank you. Nothing is waiting for that just now. /now begins a moment."))
    else:
        _answer(visit, moment, caption, file)


def hear_form(visit: Visit) -> None:
    """Take what was written into a form: to the question that it was opened for, if that is still open."""
    words, payload = cleaned(visit.incoming.text), read_payload(visit.incoming.answers)
    moment = moments.find(visit.tx, payload.row, visit.person) if payload and payload.verb == "tell" else None
    if not words:
        visit.say(EMPTY)
    elif len(words) > LONGEST_WORDS:
        visit.say(TOO_LONG)
    elif moment and moment.open and moment.practice in visit.catalogue:
        _answer(visit, moment, words, None)
    elif payload is None or not is_asked(visit, payload) or not take_words(visit, words):
        visit.say(N_("That question is over by now, so this was not kept:\n“{words}”"), words=words)


def _write(visit: Visit, payload: Payload) -> None:
    visit.form = form_of(visit, payload)
    visit.toast = visit.voice.say(SLOW if visit.form else OLD)


def _tell(visit: Visit, payload: Payload) -> None:
    moment = moments.find(visit.tx, payload.row, visit.person)
    if moment is None or not moment.open or moment.practice not in visit.catalogue:
        visit.toast = visit.voice.say(OLD)
        return
    title = visit.voice.say(visit.catalogue[moment.practice].title)
    field = Field(visit.voice.say(N_("In your own words")), long=True)
    visit.form = Form(title, (field,), visit.incoming.text)
    visit.toast = visit.voice.say(SLOW)


def _give(visit: Visit, words: str) -> None:
    if take_end(visit, words):
        return
    moment = _waiting_for_words(visit)
    # What was asked last is what people answer.
    if take_words(visit, words, since=moment.created_at if moment else 0):
        return
    if moment is None:
        helpful_line(visit)
    else:
        _answer(visit, moment, words, None)


def _waiting_for_words(visit: Visit) -> Moment | None:
    wanting = [practice.key for practice in visit.catalogue if practice.answer in ("words", "voice")]
    return moments.newest_open(visit.tx, visit.person, wanting, since=visit.tx.now - DAY)


def _answer(visit: Visit, moment: Moment, words: str, file: File | None) -> None:
    visit.settle_question(lambda payload: payload.verb in OF_A_MOMENT and payload.row == moment.id)
    take(visit, moment, file.kind if file else "words", words, file)
    if visit.catalogue[moment.practice].answer == "voice" and file and (file.seconds or 0) > LONGEST_NOTE:
        visit.say(
            N_("By the way: notes of under a minute are heard to the end more often. /voice helps with a short one.")
        )


CHAPTER = Chapter(taps={"write": _write, "tell": _tell})
