"""What people write in a guided exchange: short enough for what it is for, on one line. Pure."""

from bot.flows.engine import Answer, Scene, Unclear, tap_a_button
from bot.texts import N_

SENTENCE = 500
"""Characters of a sentence or two: several of them still fit into one message of any platform."""
FEW_WORDS = 120
"""Characters of a few words, which are shown again inside a line of ours."""


def one_line(scene: Scene, answer: Answer, longest: int = SENTENCE) -> str | Unclear:
    """Return the words on one line, or a kind line where there are none or far too many."""
    words = " ".join((answer.words or "").split())
    if not words:
        return tap_a_button(scene)
    if len(words) <= longest:
        return words
    if longest > FEW_WORDS:
        return Unclear(scene.voice.say(N_("A sentence or two is plenty here. What is the heart of it?")))
    return Unclear(scene.voice.say(N_("A few words are plenty here. What is the heart of it?")))
