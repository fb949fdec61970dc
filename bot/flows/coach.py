"""/voice: a voice note worth hearing: a headline, a few keywords, a closing question, and its length looked at."""

from functools import partial
from itertools import pairwise

from bot.flows.conversation import start
from bot.flows.effects import KeepWords
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.sentences import FEW_WORDS, one_line
from bot.flows.visit import Chapter, Command, Visit
from bot.nudges import moments
from bot.nudges.moments import Moment
from bot.outbox.states import DAY
from bot.speech import File, pack, unpack
from bot.texts import N_

LONGEST = 60
"""Seconds that people gladly listen."""

_POINTS = {
    "headline": N_("Begin with the headline: what is it about? A few words, like “our Friday plan”."),
    "message": N_("And the message, in keywords. Three or four carry a whole minute."),
    "question": N_("Last, a question to close with, so that answering is easy: “Does six o’clock suit you?”"),
}


def _ask_point(point: str, scene: Scene) -> Ask:
    return Ask(scene.voice.say(_POINTS[point]))


def _take_point(point: str, following: str, scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.file is not None:
        return _heard(scene, answer.file)
    words = one_line(scene, answer, FEW_WORDS)
    return words if isinstance(words, Unclear) else Turn(following, {point: words})


def _ask_record(scene: Scene) -> Ask:
    say = scene.voice.say
    points = "\n".join(f"{n}. {scene.data[point]}" for n, point in enumerate(_POINTS, 1))
    text = N_("{points}\n\nNow say it in under a minute. Send it here and I look at its length, or tap Done.")
    return Ask(say(text, points=points), (((say(N_("Done")), "done"),),))


def _take_record(scene: Scene, answer: Answer) -> Turn | Unclear | None:
    if answer.file is not None:
        return _heard(scene, answer.file)
    if answer.value == "done":
        return _end(scene, None, scene.voice.say(N_("Good. May it be heard the way you meant it.")))
    return tap_a_button(scene)


def _heard(scene: Scene, file: File) -> Turn | Unclear:
    """Look at the length of a voice note; a platform that does not tell it is believed."""
    say = scene.voice.say
    if file.kind != "voice":
        return Unclear(say(N_("That is a picture. A voice note is what we are after; /cancel leaves this.")))
    if file.seconds is None:
        return _end(scene, file, say(N_("There it is. Pass it on from here whenever you like.")))
    if file.seconds > LONGEST:
        return Turn("long", {"file": pack(file)})
    line = N_("{length}: short enough to be heard to the end. Pass it on from here whenever you like.")
    return _end(scene, file, say(line, length=_length(file.seconds)))


def _length(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _ask_long(scene: Scene) -> Ask:
    say = scene.voice.say
    file = unpack(scene.data["file"])
    length = _length(file.seconds or 0) if file else ""
    text = N_("{length}: a little longer than many ears hold. Once more in under a minute, or keep it as it is?")
    return Ask(say(text, length=length), (((say(N_("Once more")), "again"), (say(N_("Keep it")), "keep")),))


def _take_long(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.file is not None:
        return _heard(scene, answer.file)
    match answer.value:
        case "again":
            return Turn("again")
        case "keep":
            line = scene.voice.say(N_("Kept as it is. Some things take their time."))
            return _end(scene, unpack(scene.data["file"]), line)
    return tap_a_button(scene)


def _ask_again(scene: Scene) -> Ask:
    say = scene.voice.say
    text = N_("Headline first, the question at the end, and let go of something in between. I’m listening.")
    return Ask(say(text), (((say(N_("Done")), "done"),),))


def _end(scene: Scene, file: File | None, line: str) -> Turn:
    moment = scene.data.get("moment")
    kept = (KeepWords(moment, None, given="voice" if file else "did", file=file),) if moment else ()
    return Turn(None, effects=kept, say=line)


def _steps() -> tuple[Step, ...]:
    names = (*_POINTS, "record")
    points = (
        Step(point, partial(_ask_point, point), partial(_take_point, point, following), takes_files=True)
        for point, following in pairwise(names)
    )
    return (
        *points,
        Step("record", _ask_record, _take_record, takes_words=False, takes_files=True),
        Step("long", _ask_long, _take_long, takes_words=False, takes_files=True),
        Step("again", _ask_again, _take_record, takes_words=False, takes_files=True),
    )


COACH = Flow("voice", version=1, steps=_steps(), lapses=DAY)


def coach(visit: Visit, moment: Moment | None = None) -> None:
    """Begin to prepare a voice note; `moment` is what led to it, else a moment that waits for a voice note."""
    spoken = [practice.key for practice in visit.catalogue if practice.answer == "voice"]
    moment = moment or moments.newest_open(visit.tx, visit.person, spoken, since=visit.tx.now - DAY)
    start(visit, COACH, {"moment": moment.id} if moment else None)


CHAPTER = Chapter(flows=(COACH,), commands={"voice": Command("", coach)})
