"""The first two minutes: one habit, a cue to ride on, a time, the zone confirmed, the next three times, one tried."""

from typing import Any

from bot.flows.choosing import (
    ask_city,
    ask_clock,
    ask_here,
    city_zone,
    default_days,
    echo,
    read_time,
    rows_of,
    rule_of,
    take_clock,
)
from bot.flows.effects import BeginMoment, KeepZone, SetNudge
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.outbox.states import DAY
from bot.schedules.rules import from_dict, to_dict
from bot.texts import N_

LONGEST_CUE = 60
"""Characters of a cue in a person's own words: it stands above every prompt."""

MORNING = 8 * 60 + 30
"""The minute of the day that is offered when nothing else is known."""


def _ask_practice(scene: Scene) -> Ask:
    offers = [(scene.voice.say(label), key) for key, label in scene.catalogue.first]
    if scene.data.get("again"):
        return Ask(scene.voice.say(N_("Which tiny moment shall it be?")), rows_of(offers, 1))
    text = N_(
        "Hi, I’m Pebble. One tiny moment, when you choose. No streaks.\n"
        "I’m automated, not a therapist and not for emergencies: /help lists people who can be there.\n\n"
        "Pick one to begin:"
    )
    return Ask(scene.voice.say(text), rows_of(offers, 1))


def _take_practice(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value in scene.catalogue:
        return Turn("cue", {"practice": answer.value})
    return tap_a_button(scene)


def _ask_cue(scene: Scene) -> Ask:
    cues = [(f"{cue.icon} {scene.voice.say(cue.label)}", key) for key, cue in scene.catalogue.cues.items()]
    text = N_("What do you already do every day that it can ride along with? Tap one, or type your own.")
    return Ask(scene.voice.say(text), rows_of(cues, 2))


def _take_cue(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value in scene.catalogue.cues:
        return Turn("time", {"cue": answer.value, "cue_words": None})
    words = " ".join((answer.words or "").split())
    if not words:
        return tap_a_button(scene)
    if len(words) > LONGEST_CUE:
        return Unclear(scene.voice.say(N_("A few words are enough, like “feeding the cat”. What is it?")))
    return Turn("time", {"cue": None, "cue_words": words})


def _times(scene: Scene) -> list[int]:
    """Return the minutes of the day that fit the cue, else those that fit the practice."""
    cue = scene.catalogue.cues.get(scene.data.get("cue") or "")
    practice = scene.catalogue.get(scene.data["practice"])
    suits = cue.minutes if cue else practice.minutes[:3] if practice else (MORNING,)
    return list(suits)


def _ask_time(scene: Scene) -> Ask:
    choices = [(scene.voice.time(minute), str(minute)) for minute in _times(scene)]
    days = scene.voice.days(default_days(scene))
    text = scene.voice.say(N_("About what time? It comes {days}. Or type it: “weekdays 8:30”."), days=days)
    return Ask(text, (tuple(choices),))


def _take_time(scene: Scene, answer: Answer) -> Turn | Unclear:
    times = _times(scene)
    said = read_time(scene, answer, near=times[len(times) // 2])
    if isinstance(said, Unclear):
        return said
    rule = rule_of(said, default_days(scene))
    if scene.zone:
        return _set(scene, scene.zone, {"rule": to_dict(rule)})
    return Turn("here", {"rule": to_dict(rule)})


def _take_here(scene: Scene, answer: Answer) -> Turn | Unclear:
    typed = (answer.words or "").strip(" .!").casefold()
    if answer.value == "yes" or typed == scene.voice.say(N_("Yes")).casefold():
        return _set(scene, scene.guessed_zone)
    if answer.value == "no" or typed == scene.voice.say(N_("No")).casefold():
        return Turn("clock")
    return _take_clock(scene, answer) if answer.words else tap_a_button(scene)


def _take_clock(scene: Scene, answer: Answer) -> Turn | Unclear:
    turn = take_clock(scene, answer, one="set", several="city")
    if isinstance(turn, Turn) and turn.goto == "set":
        return _set(scene, turn.learned["zone"])
    return turn


def _take_city(scene: Scene, answer: Answer) -> Turn | Unclear:
    zone = city_zone(scene, answer)
    return zone if isinstance(zone, Unclear) else _set(scene, zone)


def _set(scene: Scene, zone: str, learned: dict[str, Any] | None = None) -> Turn:
    data = {**scene.data, **(learned or {}), "zone": zone}
    if data["practice"] not in scene.catalogue:  # the host took it out meanwhile
        return Turn(None, say=scene.voice.say(N_("That practice is no longer here. /now has others.")))
    nudge = SetNudge(
        practice=data["practice"],
        rule=from_dict(data["rule"]),
        zone=zone,
        cue=data.get("cue"),
        cue_words=data.get("cue_words"),
        nudge_id=data.get("nudge"),
    )
    return Turn("set", {**(learned or {}), "zone": zone}, (KeepZone(zone), nudge))


def _ask_set(scene: Scene) -> Ask:
    rule = from_dict(scene.data["rule"])
    times = echo(scene, rule, scene.data["zone"])
    say = scene.voice.say
    return Ask(
        say(N_("Set: {times}.\n\nTry one now?"), times=times),
        (((say(N_("Try one now")), "try"), (say(N_("Later")), "later"), (say(N_("Change")), "change")),),
    )


def _take_set(scene: Scene, answer: Answer) -> Turn | Unclear:
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


SIGN_UP = Flow(
    "sign-up",
    version=1,
    steps=(
        Step("pick", _ask_practice, _take_practice, takes_words=False),
        Step("cue", _ask_cue, _take_cue),
        Step("time", _ask_time, _take_time),
        Step("here", ask_here, _take_here),
        Step("clock", ask_clock, _take_clock),
        Step("city", ask_city, _take_city),
        Step("set", _ask_set, _take_set, takes_words=False),
    ),
    lapses=7 * DAY,
)
