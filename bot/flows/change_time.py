"""Give a nudge another time."""

from bot.flows.choosing import echo, read_time, rule_of
from bot.flows.effects import ChangeTime
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear
from bot.outbox.states import DAY
from bot.schedules.rules import from_dict
from bot.texts import N_


def _ask_time(scene: Scene) -> Ask:
    rule = from_dict(scene.data["rule"])
    practice = scene.catalogue.get(scene.data["practice"])
    choices = [(scene.voice.time(m), str(m)) for m in (practice.minutes[:3] if practice else ())]
    days = scene.voice.days(rule.days)
    text = N_("Which time suits you ({days})? Tap, or type it: “weekdays 8:30”. /cancel keeps it as it is.")
    return Ask(scene.voice.say(text, days=days), (tuple(choices),) if choices else ())


def _take_time(scene: Scene, answer: Answer) -> Turn | Unclear:
    old = from_dict(scene.data["rule"])
    said = read_time(scene, answer, near=old.minutes[0])
    if isinstance(said, Unclear):
        return said
    rule = rule_of(said, old.days)
    times = echo(scene, rule, scene.data["zone"])
    line = scene.voice.say(N_("Set: {times}."), times=times)
    return Turn(None, effects=(ChangeTime(scene.data["nudge"], rule),), say=line)


CHANGE_TIME = Flow("change-time", version=1, steps=(Step("time", _ask_time, _take_time),), lapses=DAY)
