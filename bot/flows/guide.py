"""Walk through the steps of a practice, one small ask at a time; each can be passed over."""

from bot.catalogue import Practice
from bot.catalogue.steps import Choose
from bot.flows.choosing import rows_of
from bot.flows.effects import KeepWords
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear
from bot.texts import N_

LAPSES = 3600
"""Seconds after which words are no longer an answer to a step: the moment has passed."""

LONGEST_WORDS = 4000
"""Characters that are kept of one answer."""


def _practice(scene: Scene) -> Practice | None:
    """Return the practice, or None when it or its steps are gone from the host's catalogue."""
    practice = scene.catalogue.get(scene.data["practice"])
    return practice if practice and scene.data["at"] < len(practice.steps) else None


def _ask(scene: Scene) -> Ask:
    practice = _practice(scene)
    if practice is None:
        return Ask(scene.voice.say(N_("That practice is no longer here. /now has others.")))
    say = scene.voice.say
    step = practice.steps[scene.data["at"]]
    last = scene.data["at"] + 1 == len(practice.steps)
    choices = [(say(choice), str(n)) for n, choice in enumerate(step.choices if isinstance(step, Choose) else ())]
    onward = (say(N_("Done")) if last else say(N_("Next")), "on")
    return Ask(say(step.text), (*rows_of(choices, 3), (onward,)))


def _take(scene: Scene, answer: Answer) -> Turn | Unclear:
    practice = _practice(scene)
    if practice is None:
        return Turn(None, say=_ask(scene).text)
    step = practice.steps[scene.data["at"]]
    choices = step.choices if isinstance(step, Choose) else ()
    given = (answer.words or "").strip()
    if answer.value is not None and answer.value.isdecimal() and int(answer.value) < len(choices):
        given = scene.voice.say(choices[int(answer.value)])
    words = [*scene.data["words"], *([given] if given else [])]
    at = scene.data["at"] + 1
    if at < len(practice.steps):
        return Turn("step", {"at": at, "words": words})
    kept = KeepWords(scene.data["moment"], "\n".join(words) or None, given="words" if words else "did")
    return Turn(None, effects=(kept,))


GUIDE = Flow("guide", version=1, steps=(Step("step", _ask, _take),), lapses=LAPSES)
