"""/ack: a quick acknowledgement. One line that says when an answer will come, and a reminder for then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.flows.choosing import LONGEST_CUE, ask_here, rows_of
from bot.flows.conversation import start
from bot.flows.effects import KeepZone, SetNudge
from bot.flows.engine import Answer, Ask, Choice, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.sentences import one_line
from bot.flows.visit import Chapter, Command, Visit
from bot.flows.when import told
from bot.flows.zone import said_yes, zone_steps
from bot.nudges import queries
from bot.outbox.states import DAY
from bot.schedules.phrases import read
from bot.schedules.rules import OnDate, Rule, Times
from bot.schedules.times import next_after
from bot.schedules.zones import local
from bot.texts import N_

LINES = (
    (N_("Got it. I’ll answer by {time}."), N_("Got it. I’ll answer when I can do it justice.")),
    (N_("Thank you, I’ve read it. I’ll come back to you by {time}."), N_("Thank you, I’ve read it. I’ll come back.")),
    (
        N_("I’d like to answer this properly. Expect me by {time}."),
        N_("I’d like to answer this properly, later on."),
    ),
)
"""Ready lines, each with a time and without one."""

_OFFERS = (
    ("1h", N_("In 1 h"), "in 1 hour"),
    ("2h", N_("In 2 h"), "in 2 hours"),
    ("evening", N_("This evening"), "this evening"),
    ("tomorrow", N_("Tomorrow morning"), "tomorrow morning"),
)
"""Values, labels, and what they mean in the words of `bot.schedules.phrases`."""

OVER = N_("That time has come already. When instead?")
_GAP = "…"
"""Where the time goes in a line of the person's own."""
_AHEAD = 180
"""Minutes from now around which a bare hour is looked for: “at 3” at ten in the morning is 15:00."""
_NEAR_DAYS = 6
_REMINDERS = ("announce-reply", "one-breath")
"""Practices that a reminder can bring, the best first."""


@dataclass(frozen=True, slots=True)
class RemindOnce:
    """Set a nudge for one time only; `confirmed` is said when it is set."""

    practice: str
    rule: Rule
    zone: str
    words: str | None
    confirmed: str


def _ask_line(scene: Scene) -> Ask:
    say = scene.voice.say
    # A gap at the end of a sentence takes its full stop along: four dots would look like a slip.
    ready = [say(timed, time=_GAP).replace(f"{_GAP}.", _GAP) for timed, _ in LINES]
    lines = "\n".join(f"{n}. {line}" for n, line in enumerate(ready, 1))
    text = N_("{lines}\n\nWhich one fits? Or write your own; where it says “…”, I put the time.")
    return Ask(say(text, lines=lines), (tuple((str(n), str(n)) for n in range(1, len(LINES) + 1)),))


def _take_line(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value is not None and answer.value.isdecimal() and 0 < int(answer.value) <= len(LINES):
        return Turn("when", {"ready": int(answer.value) - 1})
    own = one_line(scene, answer)
    return own if isinstance(own, Unclear) else Turn("when", {"own": own.replace("...", _GAP)})


def _ask_when(scene: Scene) -> Ask:
    say, zone = scene.voice.say, scene.zone or scene.guessed_zone
    offers: list[Choice] = [
        (say(label), value) for value, label, words in _OFFERS if _at(_said(scene, words, "en"), scene, zone)
    ]
    without: tuple[tuple[Choice, ...], ...] = ()
    if _GAP not in scene.data.get("own", ""):
        without = (((say(N_("Without a time")), "none"),),)
    text = say(N_("When will you answer? Tap, or type it: “at 15:00”, “in 2 hours”, “tomorrow morning”."))
    return Ask(text, (*rows_of(offers, 2), *without))


def _take_when(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value == "none":
        return Turn("copy", {"said": None}, say=_line(scene.data, scene, ""))
    tapped = next((words for value, _, words in _OFFERS if value == answer.value), None)
    if tapped is None and not answer.words:
        return tap_a_button(scene)
    said = _said(scene, tapped or answer.words or "", "en" if tapped else scene.language)
    if _rule(said, scene, scene.zone or scene.guessed_zone) is None:
        return Unclear(scene.voice.say(N_("Which time is that? Try “at 15:00”, “in 2 hours” or “tomorrow morning”.")))
    if _at(said, scene, scene.zone or scene.guessed_zone) is None:
        return Unclear(scene.voice.say(OVER))
    # A line that names an hour is only right by the person's own clock.
    return _timed(scene, said, scene.zone) if scene.zone else Turn("here", {"said": said})


def _take_here(scene: Scene, answer: Answer) -> Turn | Unclear:
    match said_yes(scene, answer):
        case True:
            return _zone_found(scene, scene.guessed_zone)
        case False:
            return Turn("clock")
    heard = _CLOCK.take(scene, answer) if answer.words or answer.location else None
    return heard or tap_a_button(scene)


def _zone_found(scene: Scene, zone: str) -> Turn:
    return _timed(scene, scene.data["said"], zone, (KeepZone(zone),))


def _timed(scene: Scene, said: Mapping[str, Any], zone: str, effects: tuple[object, ...] = ()) -> Turn:
    """Show the line with its time, alone in a message."""
    at = _at(said, scene, zone)
    if at is None:
        return Turn("when", {}, effects, scene.voice.say(OVER))
    now, then = local(zone, scene.now), local(zone, at)
    if then.date() == now.date():
        time = scene.voice.time(then.hour * 60 + then.minute)
    elif (then.date() - now.date()).days <= _NEAR_DAYS:
        time = scene.voice.day_time(then)
    else:
        time = scene.voice.date_time(then)
    learned = {"said": said, "at_utc": at, "zone": zone, "time": time}
    return Turn("copy", learned, effects, _line(scene.data, scene, time))


def _line(data: Mapping[str, Any], scene: Scene, time: str) -> str:
    if "own" in data:
        return str(data["own"]).replace(_GAP, time) if time else str(data["own"])
    timed, plain = LINES[data["ready"]]
    return scene.voice.say(timed, time=time) if time else scene.voice.say(plain)


def _said(scene: Scene, text: str, language: str) -> dict[str, Any]:
    here = local(scene.zone or scene.guessed_zone, scene.now)
    near = min(here.hour * 60 + here.minute + _AHEAD, 24 * 60 - 1)
    return {"text": text, "language": language, "at": scene.now, "near": near}


def _rule(said: Mapping[str, Any], scene: Scene, zone: str) -> Rule | None:
    found = read(
        said["text"],
        language=said["language"],
        zone=zone,
        now=said["at"],
        near=said["near"],
        any_hour=True,
        day_parts=scene.parts,
    )
    return found.rule


def _at(said: Mapping[str, Any], scene: Scene, zone: str) -> int | None:
    """Return the one time that was meant (UTC seconds), or None where it is not to come."""
    rule = _rule(said, scene, zone)
    coming = next_after(rule, zone, scene.now) if rule else None
    return coming.at if coming else None


def _ask_copy(scene: Scene) -> Ask:
    say = scene.voice.say
    done = (say(N_("Done")), "done")
    hint = say(N_("Press and hold the line above to copy it."))
    if not scene.data.get("said") or _reminder(scene) is None:
        return Ask(hint, ((done,),))
    offer = say(N_("I can remind you then: {time}."), time=scene.data["time"])
    return Ask(f"{hint} {offer}", (((say(N_("Remind me then")), "remind"), done),))


def _reminder(scene: Scene) -> str | None:
    return next((key for key in _REMINDERS if key in scene.catalogue), None)


def _take_copy(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value == "done":
        return Turn(None, say=scene.voice.say(N_("Good. They know, and you have the time you need.")))
    if answer.value == "remind" and scene.data.get("said"):
        return Turn("about")
    return tap_a_button(scene)


def _ask_about(scene: Scene) -> Ask:
    say = scene.voice.say
    text = say(N_("What is it about? A word or two of your own, to stand above the reminder."))
    return Ask(text, (((say(N_("No words")), "none"),),))


def _take_about(scene: Scene, answer: Answer) -> Turn | Unclear:
    words = None if answer.value == "none" else one_line(scene, answer, LONGEST_CUE)
    if isinstance(words, Unclear):
        return words
    zone, practice = scene.data["zone"], _reminder(scene)
    then = local(zone, scene.data["at_utc"])
    rule = Rule(OnDate(then.date()), Times((then.hour * 60 + then.minute,)), instant=True)
    if practice is None or next_after(rule, zone, scene.now) is None:
        return Turn(None, say=scene.voice.say(N_("That time has come already, so there is nothing to remind you of.")))
    confirmed = scene.voice.say(N_("Set: {times}"), times=told(scene, rule, zone))
    return Turn(None, effects=(RemindOnce(practice, rule, zone, words, confirmed),))


def _remind(visit: Visit, effect: RemindOnce) -> None:
    if queries.count_of(visit.tx, visit.person) >= queries.MOST:
        visit.say(queries.FULL)
        return
    visit.perform(SetNudge(effect.practice, effect.rule, effect.zone, None, effect.words))
    visit.say(effect.confirmed)


_ZONE_STEPS = zone_steps(_zone_found)
_CLOCK = next(step for step in _ZONE_STEPS if step.name == "clock")

ACKNOWLEDGE = Flow(
    "acknowledge",
    version=1,
    steps=(
        Step("line", _ask_line, _take_line),
        Step("when", _ask_when, _take_when),
        Step("here", ask_here, _take_here, takes_location=True),
        *_ZONE_STEPS,
        Step("copy", _ask_copy, _take_copy, takes_words=False),
        Step("about", _ask_about, _take_about),
    ),
    lapses=DAY,
)


def acknowledge(visit: Visit) -> None:
    """Begin a quick acknowledgement."""
    start(visit, ACKNOWLEDGE)


CHAPTER = Chapter(
    flows=(ACKNOWLEDGE,),
    commands={"ack": Command("", acknowledge)},
    effects={RemindOnce: _remind},
)
