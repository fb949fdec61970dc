"""What the drawer calls things."""

from bot.outbox.states import State
from bot.texts import Voice
from bot.web.drawer import FATES


def test_every_fate_of_a_message_has_a_word_in_german_too() -> None:
    assert set(FATES) == set(State)
    german = Voice.of("de")
    assert [word for word in FATES.values() if german.say(word) == word] == []
