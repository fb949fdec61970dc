"""Words that people write, outside any flow: an answer to an open moment, or one helpful line."""

import unicodedata

from bot.flows import commands
from bot.flows.conversation import take_words
from bot.flows.guide import LONGEST_WORDS
from bot.flows.taps import finish
from bot.flows.visit import Visit
from bot.nudges import moments
from bot.outbox.states import DAY
from bot.texts import N_


def cleaned(text: str) -> str:
    """Return the text without what no database or platform can carry, and without invisible padding.

    NUL and lone surrogates are dropped (neither PostgreSQL nor UTF-8 holds them); a text of nothing but zero-width
    characters is empty.
    """
    kept = text.replace("\0", "").encode("utf-8", "ignore").decode()
    seen = any(not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc", "Mn") for c in kept)
    return kept.strip() if seen else ""


def hear(visit: Visit) -> None:
    """Take what a person wrote: to the flow that waits for words, else to an open moment, else one helpful line."""
    words = cleaned(visit.incoming.text)
    if not words:
        visit.say(N_("That arrived empty. Say it again in a few words?"))
    elif len(words) > LONGEST_WORDS:
        visit.say(N_("That is more than I can keep in one piece. Would you send its heart in a shorter one?"))
    elif not take_words(visit, words):
        _answer_moment(visit, words)


def _answer_moment(visit: Visit, words: str) -> None:
    wanting = [practice.key for practice in visit.catalogue if practice.answer == "words"]
    moment = moments.newest_open(visit.tx, visit.person, wanting, since=visit.tx.now - DAY)
    if moment is None:
        commands.helpful_line(visit)
        return
    moments.answer(visit.tx, moment, "words", visit.person, words)
    finish(visit, moment, visit.catalogue[moment.practice].warm(moment.id))
