"""Questions that several flows share: what it rides along with, and whether a guessed clock is right. Pure."""

from typing import Any

from bot.flows.engine import Answer, Ask, Choice, Scene, Unclear, tap_a_button
from bot.schedules.rules import EVERY_DAY, WEEKDAYS
from bot.schedules.zones import local
from bot.texts import N_

LONGEST_CUE = 60
"""Characters of a cue in a person's own words: it stands above every prompt."""

ONCE_A_WEEK = frozenset((4,))
"""Friday: the week is nearly over, and there is something to look back at."""

HOURS = (*range(5, 24), *range(5))
"""The hours of the day, beginning where most people's does."""


def rows_of(choices: list[Choice], width: int) -> tuple[tuple[Choice, ...], ...]:
    """Return the choices in rows of at most `width`."""
    return tuple(tuple(choices[n : n + width]) for n in range(0, len(choices), width))


def ask_cue(scene: Scene) -> Ask:
    """Ask for a routine to ride on."""
    cues = [(f"{cue.icon} {scene.voice.say(cue.label)}", key) for key, cue in scene.catalogue.cues.items()]
    text = N_("What do you already do every day that it can ride along with? Tap one, or type your own.")
    return Ask(scene.voice.say(text), rows_of(cues, 2))


def read_cue(scene: Scene, answer: Answer) -> dict[str, Any] | Unclear:
    """Return the cue that was tapped or typed, as a flow remembers it."""
    if answer.value in scene.catalogue.cues:
        return {"cue": answer.value, "cue_words": None}
    words = " ".join((answer.words or "").split())
    if not words:
        return tap_a_button(scene)
    if len(words) > LONGEST_CUE:
        return Unclear(scene.voice.say(N_("A few words are enough, like “feeding the cat”. What is it?")))
    return {"cue": None, "cue_words": words}


def ask_here(scene: Scene) -> Ask:
    """Ask whether the zone that is known or guessed shows the person's own time."""
    now = local(scene.zone or scene.guessed_zone, scene.now)
    yes, no = (scene.voice.say(N_("Yes")), "yes"), (scene.voice.say(N_("No")), "no")
    text = scene.voice.say(N_("Is it {time} where you are?"), time=scene.voice.time(now.hour * 60 + now.minute))
    return Ask(beside_their_clock(scene, text), ((yes, no),))


def beside_their_clock(scene: Scene, question: str) -> str:
    """Return a question about the time with what the person's own device shows, where the platform can show that."""
    if not scene.shows_instants:
        return question
    here = local(scene.guessed_zone, scene.now)
    line = N_("Your own clock shows {time}. If the two differ, tap No.")
    return f"{question}\n{scene.voice.say(line, time=scene.voice.instant(here))}"


def default_days(scene: Scene) -> frozenset[int]:
    """Return the days that fit: one for what is done weekly, every day for going to bed, weekdays otherwise."""
    practice = scene.catalogue.get(scene.data.get("practice"))
    if practice and practice.rhythm == "weekly":
        return ONCE_A_WEEK
    cue = scene.catalogue.cues.get(scene.data.get("cue") or "")
    return EVERY_DAY if cue and cue.days == "every-day" else WEEKDAYS
