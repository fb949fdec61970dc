"""/repair: words after a hurt, in three sentences: the impact, the intention, a next step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.flows.conversation import start
from bot.flows.drafting import PRESS_AND_HOLD, Draft, Ending, Part
from bot.flows.effects import CarryThanks, KeepWords
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.visit import Chapter, Command, Visit
from bot.nudges import kept
from bot.nudges.moments import Moment
from bot.outbox.states import DAY
from bot.texts import N_

SHELF = "repair"
_PARTS = (
    Part(
        "impact",
        N_(
            "First the impact: what was it like for them? One sentence, without a but, like “I cut you off, and that "
            "left you alone with it.”"
        ),
        N_("The impact"),
    ),
    Part(
        "intention",
        N_("Now what you had meant, in brief. One sentence, like “I wanted to help, and was too quick.”"),
        N_("The intention"),
    ),
    Part(
        "next",
        N_("And a next step that you can offer, like “Could we talk tonight? I’d like to listen first.”"),
        N_("The next step"),
    ),
)


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """Keep the three sentences for later; None: let go of what was kept."""

    parts: Mapping[str, str] | None


def _whole(_scene: Scene, parts: Mapping[str, Any]) -> str:
    return " ".join(parts[part.name] for part in _PARTS)


def _copy(scene: Scene) -> Turn:
    return Turn(None, effects=(KeepDraft(None), *_ended(scene)), say=scene.voice.say(PRESS_AND_HOLD))


def _carry(scene: Scene) -> Turn:
    carried = CarryThanks(_whole(scene, scene.data["parts"]), moment_id=scene.data.get("moment"))
    return Turn(None, effects=(KeepDraft(None), carried))


def _later(scene: Scene) -> Turn:
    line = scene.voice.say(N_("I keep it for you. /repair brings it back."))
    return Turn(None, effects=(KeepDraft(scene.data["parts"]),), say=line)


def _ended(scene: Scene) -> tuple[object, ...]:
    moment = scene.data.get("moment")
    return (KeepWords(moment, None, given="did"),) if moment else ()


DRAFT = Draft(
    _PARTS,
    _whole,
    N_("This is how it reads. Take a breath, and see whether it is true and kind."),
    {
        "copy": Ending(N_("Copy"), _copy),
        "carry": Ending(N_("Send through Pebble"), _carry),
        "later": Ending(N_("Later"), _later),
    },
)


def _ask_kept(scene: Scene) -> Ask:
    say = scene.voice.say
    text = N_("There is a draft that you kept for later. Go on with it, or begin anew and let it go?")
    return Ask(say(text), (((say(N_("Go on")), "on"), (say(N_("Begin anew")), "anew")),))


def _take_kept(scene: Scene, answer: Answer) -> Turn | Unclear:
    match answer.value:
        case "on":
            return DRAFT.show(scene, scene.data["parts"])
        case "anew":
            return Turn(_PARTS[0].name, {"parts": {}}, (KeepDraft(None),))
    return tap_a_button(scene)


REPAIR = Flow(
    "repair",
    version=1,
    steps=(*DRAFT.steps(), Step("kept", _ask_kept, _take_kept, takes_words=False)),
    lapses=DAY,
)


def repair(visit: Visit, moment: Moment | None = None) -> None:
    """Begin to write, or offer to go on with what was kept; `moment` is what led to it."""
    data: dict[str, object] = {"moment": moment.id} if moment else {}
    lines = [line for draft in kept.on_shelf(visit.tx, visit.person, SHELF, most=1) for line in draft.text.split("\n")]
    if len(lines) == len(_PARTS):
        parts = {part.name: line for part, line in zip(_PARTS, lines, strict=True)}
        start(visit, REPAIR, {**data, "parts": parts}, at="kept")
    else:
        start(visit, REPAIR, data)


def _keep(visit: Visit, effect: KeepDraft) -> None:
    for old in kept.on_shelf(visit.tx, visit.person, SHELF):
        kept.let_go(visit.tx, old)
    if effect.parts:
        # Each sentence is on one line of its own.
        kept.keep(visit.tx, visit.person, SHELF, "\n".join(effect.parts[part.name] for part in _PARTS))


CHAPTER = Chapter(
    flows=(REPAIR,),
    commands={"repair": Command("", repair)},
    effects={KeepDraft: _keep},
)
