"""A text that is written in parts: each part asked for, the whole shown, any part changed. Pure.

A flow remembers `parts` by name, and counts its turns as `at`, so that the buttons of an earlier round are old.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.flows.choosing import rows_of
from bot.flows.engine import Answer, Ask, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.sentences import one_line
from bot.texts import N_

PRESS_AND_HOLD = N_("Press and hold the text above to copy it. It is yours to send, whenever it feels right.")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: what asks for it, its name on a button (both English), and what reads an answer.

    `without` is the label of the button that leaves it out; it is None then.
    """

    name: str
    ask: str
    label: str
    without: str = ""
    read: Callable[[Scene, Answer], Any] = one_line


@dataclass(frozen=True, slots=True)
class Ending:
    """A button under the whole: its label (English), and the turn that it makes."""

    label: str
    take: Callable[[Scene], Turn]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is written: `whole` puts the parts together, `asked` stands above the endings, which are named by value."""

    parts: tuple[Part, ...]
    whole: Callable[[Scene, Mapping[str, Any]], str]
    asked: str
    endings: Mapping[str, Ending]

    def steps(self) -> tuple[Step, ...]:
        """Return the steps: one for each part, then `whole` and `which`."""
        return (
            *(self._step(part) for part in self.parts),
            Step("whole", self._ask_whole, self._take_whole, takes_words=False),
            Step("which", self._ask_which, self._take_which, takes_words=False),
        )

    def show(self, scene: Scene, parts: Mapping[str, Any]) -> Turn:
        """Return the turn that shows the whole in a message of its own, so that it can be copied."""
        return Turn("whole", {"parts": dict(parts), "at": _round(scene) + 1}, say=self.whole(scene, parts))

    def _step(self, part: Part) -> Step:
        def ask(scene: Scene) -> Ask:
            say = scene.voice.say
            return Ask(say(part.ask), (((say(part.without), "none"),),) if part.without else ())

        def take(scene: Scene, answer: Answer) -> Turn | Unclear:
            left_out = part.without and answer.value == "none"
            given = None if left_out else part.read(scene, answer)
            return given if isinstance(given, Unclear) else self._on(scene, {**_parts(scene), part.name: given})

        return Step(part.name, ask, take)

    def _on(self, scene: Scene, parts: Mapping[str, Any]) -> Turn:
        """Go on to the next part that was not asked for yet, else show the whole."""
        missing = next((part.name for part in self.parts if part.name not in parts), None)
        if missing is None:
            return self.show(scene, parts)
        return Turn(missing, {"parts": dict(parts), "at": _round(scene) + 1})

    def _ask_whole(self, scene: Scene) -> Ask:
        say = scene.voice.say
        buttons = [(say(ending.label), value) for value, ending in self.endings.items()]
        return Ask(say(self.asked), rows_of([*buttons, (say(N_("Change")), "change")], 3))

    def _take_whole(self, scene: Scene, answer: Answer) -> Turn | Unclear:
        if answer.value == "change":
            return Turn("which", {"at": _round(scene) + 1})
        ending = self.endings.get(answer.value or "")
        return ending.take(scene) if ending else tap_a_button(scene)

    def _ask_which(self, scene: Scene) -> Ask:
        say = scene.voice.say
        buttons = [(say(part.label), part.name) for part in self.parts]
        return Ask(say(N_("Which part?")), (*rows_of(buttons, 2), ((say(N_("Back")), "back"),)))

    def _take_which(self, scene: Scene, answer: Answer) -> Turn | Unclear:
        if answer.value == "back":
            return self.show(scene, _parts(scene))
        if answer.value in {part.name for part in self.parts}:
            return Turn(answer.value, {"at": _round(scene) + 1})
        return tap_a_button(scene)


def _parts(scene: Scene) -> Mapping[str, Any]:
    found: Mapping[str, Any] = scene.data.get("parts") or {}
    return found


def _round(scene: Scene) -> int:
    return int(scene.data.get("at") or 0)
