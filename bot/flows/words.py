"""Words that people write, outside any flow: an answer to an open moment, or one helpful line."""

import unicodedata

from bot.flows.closing import take
from bot.flows.commands import helpful_line
from bot.flows.conversation import take_file, take_words
from bot.flows.guide import LONGEST_WORDS
from bot.flows.pausing import take_end
from bot.flows.visit import Visit
from bot.nudges import moments
from bot.nudges.moments import Moment
from bot.outbox.states import DAY
from bot.speech import File
from bot.texts import N_

TOO_LONG = N_("That is more than I can keep in one piece. Would you send me its heart, in up to 4,000 characters?")

LONGEST_NOTE = 60
"""Seconds of a voice note that is easy to listen to."""

OF_A_MOMENT = ("did", "own", "later", "no", "before", "guide", "small", "in")
"""Verbs of the buttons that an answer in words makes superfluous."""

# Embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX 9). The plain marks for one place,
# which right-to-left scripts need, stay.
_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def cleaned(text: str) -> str:
    """Return the text without what no database or platform can carry, and without invisible padding.

    NUL and lone surrogates are dropped (neither PostgreSQL nor UTF-8 holds them), and so are the characters that turn
    the direction of everything behind them; a text of nothing but zero-width characters is empty.
    """
    kept = text.replace("\0", "").translate(_TURNING).encode("utf-8", "ignore").decode()
    seen = any(not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc", "Mn") for c in kept)
    return kept.strip() if seen else ""


def hear(visit: Visit) -> None:
    """Take what a person wrote: to the flow that waits for words, else to an open moment, else one helpful line."""
    words = cleaned(visit.incoming.text)
    if not words:
        visit.say(N_("That arrived empty. Say it again in a few words?"))
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
