"""Prompts worded once for everybody who gets the same one: only the id of the moment differs from person to person.

At nine in the evening a hundred thousand people are asked, in a handful of languages, for a few hundred different
prompts. To word, lay out and write each of them anew took more than half of a sweep.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

from bot.catalogue import Catalogue
from bot.nudges.prompts import Occasion, once_more, opening
from bot.outbox.shelf import stored
from bot.speech import Outgoing
from bot.texts import Voice

MOST = 10_000
"""Prompts that are remembered before all are forgotten, of about a kilobyte each."""
_PLACE = 987_654_321_987_654_321
"""Stands where the moment's id goes: no text of ours holds such a number, and no table ever counts so far."""

Shape = Callable[[Voice, Occasion], Outgoing]


class Look(NamedTuple):
    """All that such a prompt depends on, but for the moment's id. `again`: it comes once more after half an hour."""

    language: str
    practice: str
    feelings: str
    turn: int
    cue: str | None
    gentle: bool
    silent: bool
    again: bool = False


class Stencils:
    """The prompts of one catalogue, without anybody's own words."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._parts: dict[Look, list[bytes]] = {}

    def body(self, look: Look, moment_id: int) -> bytes:
        """Return what the outbox stores of a prompt."""
        parts = self._parts.get(look)
        if parts is None:
            if len(self._parts) >= MOST:
                self._parts.clear()
            parts = self._parts[look] = self._cut(look)
        return (b"%d" % moment_id).join(parts)

    def _cut(self, look: Look) -> list[bytes]:
        voice = Voice.of(look.language)
        occasion = Occasion(
            moment_id=_PLACE,
            practice=self._catalogue[look.practice],
            feelings=look.feelings,
            turn=look.turn,
            cue=self._catalogue.cue_phrase(look.cue, voice),
            gentle=look.gentle,
        )
        return stored(worded(voice, occasion, silent=look.silent, again=look.again)).encode().split(b"%d" % _PLACE)


def worded(voice: Voice, occasion: Occasion, *, silent: bool, again: bool = False) -> Outgoing:
    """Return the message that puts a moment before a person, for the first time or once more."""
    shape: Shape = once_more if again else opening
    return replace(shape(voice, occasion), silent=silent)


_OF_CATALOGUES: WeakKeyDictionary[Catalogue, Stencils] = WeakKeyDictionary()


def stencils_of(catalogue: Catalogue) -> Stencils:
    """Return the stencils of a catalogue; they live as long as it does."""
    found = _OF_CATALOGUES.get(catalogue)
    if found is None:
        found = _OF_CATALOGUES[catalogue] = Stencils(catalogue)
    return found
