"""Change a nudge: when it comes, what it rides along with, and what it is."""

from collections.abc import Mapping
from typing import Any

from bot.flows.choosing import ask_cue, read_cue
from bot.flows.effects import ChangeCue, ChangePractice, ChangeTime
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear
from bot.flows.picking import picking_steps
from bot.flows.when import days_of, set_step, when_steps
from bot.nudges.rules import is_over
from bot.outbox.states import DAY
from bot.schedules.rules import Rule, from_dict, to_dict
from bot.texts import N_


def _ask_time(scene: Scene) -> Ask:
    practice = scene.catalogue.get(scene.data["practice"])
    choices = [(scene.voice.time(m), str(m)) for m in (practice.minutes[:3] if practice else ())]
    rows = (tuple(choices),) if choices else ()
    if is_over(_old_rule(scene), scene.data["zone"], scene.now):
        again = N_("When shall it come once more? Tap, or type it: “tomorrow 8:30”, “weekdays 8:30”.")
        return Ask(scene.voice.say(again), rows)
    days = days_of(scene, _old_rule(scene))
    text = N_("Which time suits you ({days})? Tap, or type it: “weekdays 8:30”. /cancel keeps it as it is.")
    return Ask(scene.voice.say(text, days=days), rows)


def _old_rule(scene: Scene) -> Rule:
    return from_dict(scene.data["rule"])


def _change_time(scene: Scene, rule: Rule, learned: Mapping[str, Any]) -> Turn:
    effects: tuple[object, ...] = (ChangeTime(scene.data["nudge"], rule),)
    words = {**scene.data, **learned}.get("cue_words")
    if words:
        effects = (*effects, ChangeCue(scene.data["nudge"], None, words))
    return Turn("set", {**learned, "rule": to_dict(rule)}, effects)


def _ask_cue(scene: Scene) -> Ask:
    asked = ask_cue(scene)
    return Ask(asked.text, (*asked.rows, ((scene.voice.say(N_("Nothing in particular")), "none"),)))


def _take_cue(scene: Scene, answer: Answer) -> Turn | Unclear:
    found = {"cue": None, "cue_words": None} if answer.value == "none" else read_cue(scene, answer)
    if isinstance(found, Unclear):
        return found
    line = scene.voice.say(N_("Done. It keeps its times."))
    return Turn(None, effects=(ChangeCue(scene.data["nudge"], found["cue"], found["cue_words"]),), say=line)


def _picked(scene: Scene, key: str) -> Turn:
    line = scene.voice.say(N_("Done. It keeps its times."))
    return Turn(None, effects=(ChangePractice(scene.data["nudge"], key),), say=line)


CHANGE_TIME = Flow(
    "change-time",
    version=3,
    steps=(*when_steps(_ask_time, _old_rule, _change_time, is_set=True), set_step(_change_time)),
    lapses=DAY,
)
CHANGE_CUE = Flow("change-cue", version=1, steps=(Step("cue", _ask_cue, _take_cue),), lapses=DAY)
CHANGE_PRACTICE = Flow(
    "change-practice",
    version=2,
    steps=picking_steps(N_("Which one shall it be instead?"), _picked, lambda _scene: None),
    lapses=DAY,
)
