"""What is kept and shown again: a calming thing, proof of calm, safe moments, words for the mirror, a helper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.flows.conversation import start
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.showing import brief, show_whole, told_day
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.nudges import kept
from bot.nudges.kept import Kept
from bot.nudges.moments import Moment
from bot.schedules.zones import local
from bot.speech import Button, File, Outgoing, Payload
from bot.texts import N_

TITLES: Mapping[str, str] = {
    "item": N_("🪨 Your calming thing"),
    "proof": N_("🕊 Proof of calm"),
    "safe": N_("🏡 Safe moments"),
    "mirror": N_("🪞 Your words for the mirror"),
    "helper": N_("📞 Somebody to call"),
    "identity": N_("🌳 A sentence about you"),
    "goal": N_("⛰ Your long way, one piece at a time"),
}
SAFE_SHOWN = 3
"""Safe moments that are shown under stress: a few are read, a list is not."""
LISTED = 4
"""Things of one shelf that are listed; letting one go makes room for the next."""
BEGINNING = 80
"""Characters of a thing in the list."""
LONGEST_LINE = 200
"""Characters of a line that is kept whole: a name and a number, or an affirmation."""
LAPSES = 3600
"""Seconds after which words are no longer an answer."""


@dataclass(frozen=True, slots=True)
class KeepLine:
    """Put one line on a shelf, in the place of an older one."""

    shelf: str
    text: str


@dataclass(frozen=True, slots=True)
class LetGo:
    """Take off everything on a shelf."""

    shelf: str


def keep_answer(visit: Visit, moment: Moment, words: str | None, file: File | None) -> bool:
    """Put an answer on the shelf that its practice names; return whether there was anything to keep."""
    practice = visit.catalogue.get(moment.practice)
    if practice is None or practice.keeps is None or not (words or file):
        return False
    kept.keep(visit.tx, visit.person, practice.keeps, words or "", file, moment.id)
    return True


def mirror_line(visit: Visit) -> str | None:
    """Return the person's own words for the mirror, or None."""
    return _line(visit, "mirror")


def helper_line(visit: Visit) -> str | None:
    """Return whom the person can call, in their own words, or None."""
    return _line(visit, "helper")


def contact_line(visit: Visit) -> str:
    """Return whom the person can call, as a line of ours; empty where nobody is kept."""
    contact = helper_line(visit)
    return visit.voice.say(N_("Your own contact: {contact}"), contact=contact) if contact else ""


def begin_change_words(visit: Visit) -> None:
    """Ask for one's own words for the mirror."""
    start(visit, CHANGE_WORDS, {"old": mirror_line(visit) or ""})


def _line(visit: Visit, shelf: str) -> str | None:
    return kept.newest_text(visit.tx, visit.person.id, visit.person.seal, shelf)


def _day(visit: Visit, thing: Kept) -> str:
    day: date = local(visit.person.here, thing.at).date()
    return told_day(visit, day)


# Under stress


def comfort(visit: Visit) -> None:
    """Show what is kept for a hard moment: the calming thing, the newest proof of calm, a few safe moments."""
    wanted = (("item", 1), ("proof", 1), ("safe", SAFE_SHOWN))
    found = {shelf: kept.on_shelf(visit.tx, visit.person, shelf, most) for shelf, most in wanted}
    if not any(found.values()):
        row = (visit.button(N_("Choose a small thing"), Payload("now", 0, "carry-item")),)
        rows = (row,) if "carry-item" in visit.catalogue else ()
        visit.say(N_("Nothing is kept here yet. One small calming thing is a good beginning, when you like."), rows)
        return
    visit.say(N_("Here is what you kept for a moment like this. No hurry."))
    for shelf in ("item", "proof"):
        for thing in found[shelf]:
            show_whole(visit, f"{visit.voice.say(TITLES[shelf])} · {_day(visit, thing)}", thing.text, thing.file)
    _show_safe(visit, found["safe"])


def _show_safe(visit: Visit, things: list[Kept]) -> None:
    """Show those in words as one message, and those with a file as one each."""
    title = visit.voice.say(TITLES["safe"])
    written = [f"{_day(visit, thing)}: {brief(thing.text, None, 5 * BEGINNING)}" for thing in things if not thing.file]
    if written:
        visit.show(Outgoing("\n\n".join([title, *written])))
    for thing in things:
        if thing.file:
            show_whole(visit, f"{title} · {_day(visit, thing)}", brief(thing.text, thing.file, BEGINNING), thing.file)


# All that is kept


def _kept(visit: Visit) -> None:
    visit.show(_listed(visit))


def _listed(visit: Visit) -> Outgoing:
    parts, numbers = [], []
    for shelf, title in TITLES.items():
        things = kept.on_shelf(visit.tx, visit.person, shelf, LISTED)
        if things:
            parts.append(f"\n{visit.voice.say(title)}")
        for thing in things:
            numbers.append(thing.id)
            parts.append(f"{len(numbers)}. {_day(visit, thing)}: {brief(thing.text, thing.file, BEGINNING)}")
    if not numbers:
        return Outgoing(
            visit.voice.say(N_("Nothing is kept at the moment. What you keep stays here until you let it go."))
        )
    labels = [visit.voice.say(N_("Let go: {n}"), n=n) for n in range(1, len(numbers) + 1)]
    buttons = [Button(label, str(Payload("let-go", row))) for label, row in zip(labels, numbers, strict=True)]
    rows = tuple(tuple(buttons[n : n + 3]) for n in range(0, len(buttons), 3))
    return Outgoing("\n".join([visit.voice.say(N_("What you keep, newest first.")), *parts]), rows)


def _let_go(visit: Visit, payload: Payload) -> None:
    # Somebody else's is not found, so it reads like one that is gone.
    thing = kept.find(visit.tx, payload.row, visit.person)
    if thing is None or payload.choice:
        visit.toast = visit.voice.say(OLD)
        return
    kept.let_go(visit.tx, thing)
    visit.toast = visit.voice.say(N_("Let go. Thank you for having kept it."))
    visit.redraw(_listed(visit))


# A line of one's own


def _take_line(scene: Scene, answer: Answer, shelf: str, thanks: str) -> Turn | Unclear:
    if answer.value == "keep":
        return Turn(None, say=scene.voice.say(N_("It stays as it was.")))
    if answer.value == "let-go":
        return Turn(None, effects=(LetGo(shelf),), say=scene.voice.say(N_("Let go. Thank you for having kept it.")))
    line = " ".join((answer.words or "").split())
    if not line:
        return tap_a_button(scene)
    if len(line) > LONGEST_LINE:
        return Unclear(scene.voice.say(N_("One short line is enough, up to 200 characters. How would it go?")))
    return Turn(None, effects=(KeepLine(shelf, line),), say=scene.voice.say(thanks))


def _ask_line(scene: Scene, first: str, known: str) -> Ask:
    say = scene.voice.say
    old = scene.data.get("old")
    if not old:
        return Ask(say(first), (((say(N_("Not now")), "keep"),),))
    return Ask(say(known, line=old), (((say(N_("Keep it")), "keep"), (say(N_("Let go")), "let-go")),))


def _ask_mirror(scene: Scene) -> Ask:
    first = N_("Which words would do you good in the mirror? Your own, like “I am learning, and that is enough.”")
    known = N_("Now it says:\n“{line}”\n\nWrite what it shall say instead, in your own words.")
    return _ask_line(scene, first, known)


def _take_mirror(scene: Scene, answer: Answer) -> Turn | Unclear:
    return _take_line(scene, answer, "mirror", N_("Kept. Next time the mirror has your own words."))


def _ask_helper(scene: Scene) -> Ask:
    first = N_(
        "Who is good to call when a day is hard? One line, like “Mia, 0170 1234567”. It stays between you and me, "
        "and I show it in /help and on hard days."
    )
    known = N_("Kept for hard days:\n{line}\n\nWrite another line in its place, or leave it so.")
    return _ask_line(scene, first, known)


def _take_helper(scene: Scene, answer: Answer) -> Turn | Unclear:
    return _take_line(scene, answer, "helper", N_("Kept. It is there in /help whenever you want it."))


def _begin_helper(visit: Visit) -> None:
    start(visit, HELPER, {"old": helper_line(visit) or ""})


def _perform_keep(visit: Visit, effect: KeepLine) -> None:
    kept.keep(visit.tx, visit.person, effect.shelf, effect.text)


def _perform_let_go(visit: Visit, effect: LetGo) -> None:
    for thing in kept.on_shelf(visit.tx, visit.person, effect.shelf):
        kept.let_go(visit.tx, thing)


CHANGE_WORDS = Flow("change-words", version=1, steps=(Step("line", _ask_mirror, _take_mirror),), lapses=LAPSES)
HELPER = Flow("helper", version=1, steps=(Step("line", _ask_helper, _take_helper),), lapses=LAPSES)


CHAPTER = Chapter(
    flows=(CHANGE_WORDS, HELPER),
    commands={
        "comfort": Command("", comfort),
        "kept": Command("", _kept),
        "helper": Command("", _begin_helper),
    },
    effects={KeepLine: _perform_keep, LetGo: _perform_let_go},
    taps={"let-go": _let_go},
)
