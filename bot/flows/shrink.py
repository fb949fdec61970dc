"""/shrink: make a task smaller and smaller until beginning is easy, then two minutes for its first motion."""

from bot.flows.conversation import start
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear
from bot.flows.sentences import FEW_WORDS, one_line
from bot.flows.timer import StartTimer
from bot.flows.visit import Chapter, Command, Visit
from bot.nudges.moments import Moment
from bot.outbox.states import DAY
from bot.texts import N_

ROUNDS = 5
"""How often a task is made smaller at most: by then the smallest piece is a matter of seconds."""

_SMALLER = (
    N_("What would be a smaller piece of it? Of “tidy the flat”, that may be “the kitchen table”."),
    N_("And a piece of that piece? Something that fits between two songs."),
    N_("Smaller still: what could be over in five minutes?"),
    N_("Something almost too small to mention: one line, one plate, one click?"),
    N_("The smallest crumb of it that you can think of?"),
)
"""One question for each round."""


def _ask_task(scene: Scene) -> Ask:
    return Ask(scene.voice.say(N_("What would you like to begin? A few words are enough, like “the tax papers”.")))


def _ask_size(scene: Scene) -> Ask:
    say = scene.voice.say
    text = say(N_("“{piece}”. Is that small enough to begin with?"), piece=scene.data["piece"])
    return Ask(text, (((say(N_("Smaller")), "smaller"), (say(N_("That will do")), "do")),))


def _take_size(scene: Scene, answer: Answer) -> Turn | Unclear:
    match answer.value:
        case "smaller":
            return Turn("piece")
        case "do":
            return Turn("motion")
    return _take_piece(scene, answer)  # whoever writes a smaller piece at once has understood


def _ask_piece(scene: Scene) -> Ask:
    return Ask(scene.voice.say(_SMALLER[scene.data["at"]]))


def _take_piece(scene: Scene, answer: Answer) -> Turn | Unclear:
    piece = one_line(scene, answer, FEW_WORDS)
    if isinstance(piece, Unclear):
        return piece
    at = scene.data["at"] + 1
    if at < ROUNDS:
        return Turn("size", {"piece": piece, "at": at})
    return Turn("motion", {"piece": piece, "at": at}, say=scene.voice.say(N_("That is as small as it gets. Lovely.")))


def _take_task(scene: Scene, answer: Answer) -> Turn | Unclear:
    piece = one_line(scene, answer, FEW_WORDS)
    return piece if isinstance(piece, Unclear) else Turn("size", {"piece": piece, "at": 0})


def _ask_motion(scene: Scene) -> Ask:
    say = scene.voice.say
    text = N_("“{piece}”, then. What is the very first motion? Something your hands do, like “open the drawer”.")
    return Ask(say(text, piece=scene.data["piece"]), (((say(N_("Just that")), "that"),),))


def _take_motion(scene: Scene, answer: Answer) -> Turn | Unclear:
    motion = scene.data["piece"] if answer.value == "that" else one_line(scene, answer, FEW_WORDS)
    if isinstance(motion, Unclear):
        return motion
    return Turn(None, effects=(StartTimer(motion, scene.data.get("moment") or 0),))


SHRINK = Flow(
    "shrink",
    version=1,
    steps=(
        Step("task", _ask_task, _take_task),
        Step("size", _ask_size, _take_size),
        Step("piece", _ask_piece, _take_piece),
        Step("motion", _ask_motion, _take_motion),
    ),
    lapses=DAY,
)


def shrink(visit: Visit, moment: Moment | None = None) -> None:
    """Begin to make a task smaller; `moment` is what led to it."""
    start(visit, SHRINK, {"moment": moment.id} if moment else None)


CHAPTER = Chapter(
    flows=(SHRINK,),
    commands={"shrink": Command("", shrink)},
)
