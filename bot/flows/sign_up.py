"""The first two minutes: one habit, a cue to ride on, a time, the zone confirmed, the next three times, one tried."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.flows.choosing import ask_cue, ask_here, default_days, read_cue, rows_of
from bot.flows.effects import BeginMoment, KeepZone, SetNudge
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.kept_line import KEPT
from bot.flows.picking import picking_steps
from bot.flows.when import OVER, days_of, read_again, said_again, told, when_steps
from bot.flows.zone import said_yes, zone_steps
from bot.outbox.states import DAY
from bot.schedules.rules import Rule, Times, Weekly, from_dict, to_dict
from bot.schedules.times import next_after
from bot.texts import N_

MORNING = 8 * 60 + 30
"""The minute of the day that is offered when nothing else is known."""

ELSE = "_else"
"""The choice of what is not offered at once; no key of a practice begins like this."""


def _ask_practice(scene: Scene) -> Ask:
    offers = [(scene.voice.say(label), key) for key, label in scene.catalogue.first]
    offers.append((scene.voice.say(N_("Something else")), ELSE))
    if scene.data.get("introduced"):
        return Ask(scene.voice.say(N_("Pick one to begin:")), rows_of(offers, 1))
    hello = scene.voice.say(
        N_(
            "Hi, I’m Pebble. One tiny moment, when you choose. No streaks.\n"
            "I’m automated, not a therapist and not for emergencies: /help lists people who can be there."
        )
    )
    return Ask(f"{hello}\n{scene.voice.say(KEPT)}\n\n{scene.voice.say(N_('Pick one to begin:'))}", rows_of(offers, 1))


def _take_practice(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value == ELSE:
        # A message of its own: the introduction stays to be read.
        return Turn("themes", {"introduced": True})
    practice = scene.catalogue.get(answer.value)
    return _picked(scene, practice.key) if practice else tap_a_button(scene)


def _picked(_scene: Scene, key: str) -> Turn:
    return Turn("cue", {"practice": key})


def _before_themes(scene: Scene) -> str | None:
    return None if scene.data.get("known") else "pick"


def _take_cue(scene: Scene, answer: Answer) -> Turn | Unclear:
    found = read_cue(scene, answer)
    return found if isinstance(found, Unclear) else Turn("time", found)


def _times(scene: Scene) -> list[int]:
    """Return the minutes of the day that fit the cue, else those that fit the practice."""
    cue = scene.catalogue.cues.get(scene.data.get("cue") or "")
    practice = scene.catalogue.get(scene.data["practice"])
    suits = cue.minutes if cue else practice.minutes[:3] if practice else (MORNING,)
    return list(suits)


def _ask_time(scene: Scene) -> Ask:
    choices = [(scene.voice.time(minute), str(minute)) for minute in _times(scene)]
    days = days_of(scene, _default(scene))
    text = scene.voice.say(N_("About what time ({days})? Or type it: “weekdays 8:30”."), days=days)
    return Ask(text, (tuple(choices),))


def _default(scene: Scene) -> Rule:
    times = _times(scene)
    return Rule(Weekly(default_days(scene)), Times((times[len(times) // 2],)))


def _take_rule(scene: Scene, rule: Rule, learned: Mapping[str, Any]) -> Turn:
    learned = {**learned, "rule": to_dict(rule)}
    return _set(scene, scene.zone, learned) if scene.zone else Turn("here", learned)


def _take_here(scene: Scene, answer: Answer) -> Turn | Unclear | None:
    match said_yes(scene, answer):
        case True:
            return _set(scene, scene.guessed_zone)
        case False:
            return Turn("clock")
    return CLOCK.take(scene, answer) if answer.words or answer.location else tap_a_button(scene)


def _set(scene: Scene, zone: str, learned: Mapping[str, Any] = MappingProxyType({})) -> Turn:
    data = {**scene.data, **learned, "zone": zone}
    if data["practice"] not in scene.catalogue:  # the host took it out meanwhile
        return Turn(None, say=scene.voice.say(N_("That practice is no longer here. /now has others.")))
    rule = from_dict(data["rule"])
    if data.get("said"):  # counted from today while the zone was a guess
        rule = read_again(scene, data["said"], rule, zone)
    if next_after(rule, zone, scene.now) is None:
        return Turn("time", {**learned, "zone": zone}, (KeepZone(zone),), scene.voice.say(OVER))
    nudge = SetNudge(
        practice=data["practice"],
        rule=rule,
        zone=zone,
        cue=data.get("cue"),
        cue_words=data.get("cue_words"),
        nudge_id=data.get("nudge"),
    )
    known = {**learned, "rule": to_dict(rule), "said": None, "zone": zone}
    return Turn("set", known, (KeepZone(zone), nudge))


def _ask_set(scene: Scene) -> Ask:
    times = told(scene, from_dict(scene.data["rule"]), scene.data["zone"])
    say = scene.voice.say
    return Ask(
        say(N_("Set: {times}\n\nTry one now?"), times=times),
        (((say(N_("Try one now")), "try"), (say(N_("Later")), "later"), (say(N_("Change")), "change")),),
    )


def _take_set(scene: Scene, answer: Answer) -> Turn | Unclear | None:
    if answer.words:
        return said_again(scene, from_dict(scene.data["rule"]), _take_rule, answer.words)
    practice = scene.catalogue.get(scene.data["practice"])
    match answer.value:
        case "try" if practice:
            feelings = "none" if practice.answer == "face" else "both"
            return Turn(None, effects=(BeginMoment(practice.key, feelings),))
        case "later" | "try":
            return Turn(None, say=scene.voice.say(N_("Good. I’ll be there at the time you chose. 🌱")))
        case "change":
            return Turn("time")
        case _:
            return tap_a_button(scene)


ZONE_STEPS = zone_steps(_set)
CLOCK = next(step for step in ZONE_STEPS if step.name == "clock")

SIGN_UP = Flow(
    "sign-up",
    version=5,
    steps=(
        Step("pick", _ask_practice, _take_practice, takes_words=False),
        *picking_steps(N_("Which tiny moment shall it be?"), _picked, _before_themes),
        Step("cue", ask_cue, _take_cue),
        *when_steps(_ask_time, _default, _take_rule),
        Step("here", ask_here, _take_here, takes_location=True),
        *ZONE_STEPS,
        Step("set", _ask_set, _take_set),
    ),
    lapses=7 * DAY,
)
