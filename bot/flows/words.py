"""Words that people write, outside any flow: an answer to an open moment, or one helpful line."""

import unicodedata

from bot.flows import commands
from bot.flows.closing import finish
from bot.flows.conversation import take_words
from bot.flows.guide import LONGEST_WORDS
from bot.flows.visit import Visit
from bot.nudges import moments
from bot.outbox.states import DAY
from bot.texts import N_

TOO_LONG = N_("That is more than I can keep in one piece. Would you send me its heart, in up to 4,000 characters?")

OF_A_MOMENT = ("did", "own", "later", "no", "before", "guide")
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


def _give(visit: Visit, words: str) -> None:
    wanting = [practice.key for practice in visit.catalogue if practice.answer == "words"]
    moment = moments.newest_open(visit.tx, visit.person, wanting, since=visit.tx.now - DAY)
    # What was asked last is what people answer.
    if take_words(visit, words, since=moment.created_at if moment else 0):
        return
    if moment is None:
        commands.helpful_line(visit)
        return
    moments.answer(visit.tx, moment, "words", visit.person, words)
    visit.settle_question(lambda payload: payload.verb in OF_A_MOMENT and payload.row == moment.id)
    finish(visit, moment, visit.catalogue[moment.practice].warm(moment.id))
