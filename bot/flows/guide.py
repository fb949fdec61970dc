"""Walk through the steps of a practice, one small ask at a time; each can be passed over."""

from bot.catalogue import Practice
from bot.catalogue.steps import Choose, Photo, Record, Say, Wait
from bot.catalogue.steps import Step as AnyStep
from bot.flows.choosing import rows_of
from bot.flows.effects import KeepWords
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.speech import pack, unpack
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
    onward = ((say(N_("Done")) if last else say(N_("Next")), "on"),)
    return Ask(say(step.text), (*rows_of(choices, 3), *((onward,) if _may_pass(step) else ())))


def _may_pass(step: AnyStep) -> bool:
    """Return whether a step can be left without an answer."""
    return isinstance(step, Say | Wait) or step.optional


def _unfit(scene: Scene, step: AnyStep, answer: Answer) -> Unclear | None:
    """Return the kind line for an answer that is not what the step asks for."""
    say, file = scene.voice.say, answer.file
    if isinstance(step, Choose) and answer.words and not step.own_words:
        return tap_a_button(scene)
    if isinstance(step, Photo) and answer.words and not file:
        return Unclear(say(N_("A picture would be right here. /cancel leaves this.")))
    if isinstance(step, Record) and file and file.kind == "voice" and (file.seconds or 0) > step.seconds:
        return Unclear(say(N_("That is longer than {n} seconds. Once more, a little shorter?"), n=step.seconds))
    if not _may_pass(step) and answer.value == "on":
        return tap_a_button(scene)
    return None


def _take(scene: Scene, answer: Answer) -> Turn | Unclear:
    practice = _practice(scene)
    if practice is None:
        return Turn(None, say=_ask(scene).text)
    step = practice.steps[scene.data["at"]]
    unfit = _unfit(scene, step, answer)
    if unfit is not None:
        return unfit
    choices = step.choices if isinstance(step, Choose) else ()
    said = (answer.words or "").strip()
    if answer.value is not None and answer.value.isdecimal() and int(answer.value) < len(choices):
        said = scene.voice.say(choices[int(answer.value)])
    words = [*scene.data["words"], *([said] if said else [])]
    file = pack(answer.file) or scene.data.get("file")
    at = scene.data["at"] + 1
    if at < len(practice.steps):
        return Turn("step", {"at": at, "words": words, "file": file})
    given = unpack(file)
    answered = given.kind if given else "words" if words else "did"
    return Turn(None, effects=(KeepWords(scene.data["moment"], "\n".join(words) or None, answered, given),))


GUIDE = Flow("guide", version=1, steps=(Step("step", _ask, _take, takes_files=True),), lapses=LAPSES)
