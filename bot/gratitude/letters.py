"""What people get to see of thanks, in their own language: the letter with its buttons, and a word that comes back."""

from bot.speech import Button, Outgoing, Payload, Rows
from bot.texts import N_, Voice

WORDS = {
    "heart": "❤️",
    "day": N_("You made my day"),
    "same": N_("Good that you exist"),
}
"""What a receiver can answer with one tap."""


def letter(voice: Voice, name: str, sentence: str) -> str:
    """Return a sentence as its receiver sees it, with who it is from."""
    # Translators: the name is how the sender signs.
    return f"💛 {voice.say(N_('From {name}:'), name=name)}\n\n“{sentence}”"


def brought(voice: Voice, link_id: int, name: str, sentence: str) -> Outgoing:
    """Return the message that brings a sentence."""
    return Outgoing(letter(voice, name, sentence), buttons(voice, link_id))


def buttons(voice: Voice, link_id: int, *, answered: bool = False) -> Rows:
    """Return what can be tapped under a sentence; an answer is given once."""
    words = tuple(Button(voice.say(label), str(Payload("thx", link_id, key))) for key, label in WORDS.items())
    on = Button(voice.say(N_("Pass it on")), str(Payload("thx", link_id, "on")))
    more = Button("…", str(Payload("thx", link_id, "more")))
    return ((on, more),) if answered else (words[:1], words[1:], (on, more))


def word_back(voice: Voice, name: str, answer: str) -> str:
    """Return the small message that tells a sender what came back."""
    said = voice.say(WORDS.get(answer, WORDS["heart"]))
    return voice.say(N_("From {name}, for your thanks: {word}"), name=name, word=said)
