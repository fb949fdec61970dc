"""A long way in pieces: where it leads, and one small piece to be done again and again. Only the piece is asked for."""

from bot.flows.conversation import start
from bot.flows.effects import KeepGoal
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear
from bot.flows.visit import Chapter, Command, Visit
from bot.nudges import kept
from bot.nudges.moments import Moment
from bot.outbox.states import DAY
from bot.speech import Payload
from bot.texts import N_

LONGEST = 120
"""Characters of the way and of its piece: they stand under a prompt."""


def begin_goal(visit: Visit) -> None:
    """Ask for the long way and its piece."""
    start(visit, GOAL)


def lead(visit: Visit, _moment: Moment) -> None:
    """Ask for them after a tap under a prompt."""
    begin_goal(visit)


def _show(visit: Visit) -> None:
    mine = kept.on_shelf(visit.tx, visit.person, "goal", 1)
    if not mine:
        begin_goal(visit)
        return
    way, _, piece = mine[0].text.partition("\n")
    row = (
        visit.button(N_("A piece now"), Payload("now", 0, "long-goal-piece")),
        visit.button(N_("Another way"), Payload("menu", 0, "newgoal")),
    )
    visit.say(N_("{way}\nOne piece: {piece}"), (row,), way=way, piece=piece)


def _ask_way(scene: Scene) -> Ask:
    return Ask(scene.voice.say(N_("Where does the long way lead? A few words, like “the allotment” or “my thesis”.")))


def _ask_piece(scene: Scene) -> Ask:
    text = N_("And one small piece of it that can be done again and again, like “ten minutes of weeding”?")
    return Ask(scene.voice.say(text))


def _line(scene: Scene, answer: Answer) -> str | Unclear:
    said = " ".join((answer.words or "").split())
    if not 0 < len(said) <= LONGEST:
        return Unclear(scene.voice.say(N_("A few words are enough, up to 120 characters.")))
    return said


def _take_way(scene: Scene, answer: Answer) -> Turn | Unclear:
    said = _line(scene, answer)
    return said if isinstance(said, Unclear) else Turn("piece", {"way": said})


def _take_piece(scene: Scene, answer: Answer) -> Turn | Unclear:
    said = _line(scene, answer)
    if isinstance(said, Unclear):
        return said
    line = scene.voice.say(N_("Kept. I only ever ask for one piece: {piece}."), piece=said)
    return Turn(None, effects=(KeepGoal(scene.data["way"], said),), say=line)


def _keep(visit: Visit, effect: KeepGoal) -> None:
    kept.keep(visit.tx, visit.person, "goal", f"{effect.way}\n{effect.piece}")


GOAL = Flow(
    "goal", version=1, steps=(Step("way", _ask_way, _take_way), Step("piece", _ask_piece, _take_piece)), lapses=DAY
)
CHAPTER = Chapter(
    flows=(GOAL,),
    commands={"goal": Command("", _show), "newgoal": Command("", begin_goal)},
    effects={KeepGoal: _keep},
)
