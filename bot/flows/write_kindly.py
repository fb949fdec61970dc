"""/write: help with a kind message: to whom, what they did, one specific sentence, and the whole to copy."""

from collections.abc import Mapping
from typing import Any

from bot.flows.conversation import start
from bot.flows.drafting import PRESS_AND_HOLD, Draft, Ending, Part
from bot.flows.effects import CarryThanks, KeepWords
from bot.flows.engine import Answer, Flow, Scene, Turn, Unclear
from bot.flows.sentences import FEW_WORDS, one_line
from bot.flows.visit import Chapter, Command, Visit
from bot.nudges.moments import Moment
from bot.outbox.states import DAY
from bot.texts import N_


def _name(scene: Scene, answer: Answer) -> str | Unclear:
    return one_line(scene, answer, FEW_WORDS)


def _whole(scene: Scene, parts: Mapping[str, Any]) -> str:
    text = f"{parts['what']} {parts['sentence']}"
    # Translators: how a short message to a friend begins, the name and what follows it.
    return f"{scene.voice.say(N_('{name},'), name=parts['to'])}\n{text}" if parts["to"] else text


def _copy(scene: Scene) -> Turn:
    moment = scene.data.get("moment")
    effects = (KeepWords(moment, None, given="did"),) if moment else ()
    return Turn(None, effects=effects, say=scene.voice.say(PRESS_AND_HOLD))


def _carry(scene: Scene) -> Turn:
    parts = scene.data["parts"]
    carried = CarryThanks(f"{parts['what']} {parts['sentence']}", parts["to"], scene.data.get("moment"))
    return Turn(None, effects=(carried,))


def _leave(scene: Scene) -> Turn:
    return Turn(None, say=scene.voice.say(N_("Good. A kind thought counts before it is sent, too.")))


DRAFT = Draft(
    (
        Part("to", N_("Who is it for? A name, as you call them."), N_("The name"), N_("No name"), _name),
        Part(
            "what",
            N_("What did they do, or what do you like about them? Say it to them: “You waited for me yesterday.”"),
            N_("What they did"),
        ),
        Part(
            "sentence",
            N_("Now one sentence on what it was to you, as exact as you can: “I walked home lighter than I came.”"),
            N_("The sentence"),
        ),
    ),
    _whole,
    N_("This is how it reads."),
    {
        "copy": Ending(N_("Copy"), _copy),
        "carry": Ending(N_("Send through Pebble"), _carry),
        "leave": Ending(N_("Leave it"), _leave),
    },
)

WRITE = Flow("write", version=1, steps=DRAFT.steps(), lapses=DAY)


def write(visit: Visit, moment: Moment | None = None) -> None:
    """Begin to write; `moment` is what led to it."""
    start(visit, WRITE, {"moment": moment.id} if moment else None)


CHAPTER = Chapter(flows=(WRITE,), commands={"write": Command("", write)})
