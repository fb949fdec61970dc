"""What the own tap of a practice may lead to, by the name that the catalogue has for it (`then`).

Each begins an exchange about a moment, which may be answered already or not, and which it ends with a warm line.
"""

from collections.abc import Callable, Mapping

from bot.flows.coach import coach
from bot.flows.conversation import start
from bot.flows.effects import KeepWords
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.repair import repair
from bot.flows.shrink import shrink
from bot.flows.timer import start_timer
from bot.flows.visit import Chapter, Visit
from bot.flows.write_kindly import write
from bot.nudges.moments import Moment
from bot.texts import N_

LAPSES = 3600
"""Seconds after which words are no longer the line that was asked for: the moment has passed."""


def _ask_line(scene: Scene) -> Ask:
    say = scene.voice.say
    text = N_("Would you like to put it in a line? Written, spoken or as a photo; I keep it with this moment.")
    return Ask(say(text), (((say(N_("Leave it at that")), "none"),),))


def _take_line(scene: Scene, answer: Answer) -> Turn | Unclear:
    words = (answer.words or "").strip() or None
    if answer.value != "none" and words is None and answer.file is None:
        return tap_a_button(scene)
    given = answer.file.kind if answer.file else "words" if words else "did"
    return Turn(None, effects=(KeepWords(scene.data["moment"], words, given, answer.file),))


LINE = Flow("line", version=1, steps=(Step("line", _ask_line, _take_line, takes_files=True),), lapses=LAPSES)


def _line(visit: Visit, moment: Moment) -> None:
    start(visit, LINE, {"moment": moment.id})


def _timer(visit: Visit, moment: Moment) -> None:
    start_timer(visit, moment_id=moment.id)


LEADS: Mapping[str, Callable[[Visit, Moment], None]] = {
    "shrink": shrink,
    "timer": _timer,
    "repair": repair,
    "write": write,
    "words": _line,
    "voice": coach,
}

CHAPTER = Chapter(flows=(LINE,))
