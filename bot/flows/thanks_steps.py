"""The steps of /thanks: to whom, one sentence, seen as they will see it, then Send, Change or Keep private. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.flows.choosing import rows_of
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.picking import BACK, MORE
from bot.flows.showing import beginning
from bot.gratitude.letters import letter
from bot.gratitude.pass_on import Sentence
from bot.gratitude.rules import LONGEST_NAME, Fault, Refusal, fault_of, fault_of_name, held_for
from bot.outbox.states import DAY
from bot.speech.blank import has_letters
from bot.texts import N_

ON_A_PAGE = 12
"""People that have a button at a time; each is found by writing their name, too."""
LABEL = 24
"""Characters of a name on a button."""

FAULTS = {
    Fault.EMPTY: N_("One of the buttons above, or a sentence in words?"),
    Fault.LONG: N_("Up to 500 characters travel well. What is the heart of it?"),
    Fault.CONTACT: N_(
        "That reads like a link, an address or a number, and those don’t travel with thanks. Say it without? "
        "(If it is none: a space after each full stop helps.)"
    ),
}
NAME_FAULTS = {
    Fault.EMPTY: N_("A name in letters, as they know you?"),
    Fault.LONG: N_("Up to 40 characters. What do they call you?"),
    Fault.CONTACT: N_("Just a name, without links, addresses or numbers. What do they call you?"),
    Fault.DELICATE: N_("Another name, please. What do they call you?"),
}
REFUSALS = {
    Refusal.SUSPENDED: N_("Nothing can leave from here just now."),
    Refusal.ENOUGH: N_("Five sentences have left today. Tomorrow has room for more."),
    Refusal.TODAY: N_("{name} has a sentence of yours from today. Tomorrow is a good day, too."),
    Refusal.SELF: N_("A sentence for yourself stays here with you."),
    Refusal.RING: N_("This chain has been with {name} before. Who else comes to mind? /thanks begins a new one."),
    Refusal.STRANGER: N_("{name} can’t be reached through me any more."),
}
HELD = {
    "insult": N_("There is a word in it that may hurt. Shall it travel as it is?"),
    "crisis": N_(
        "That sounds heavy. If you are in danger, call your local emergency number; findahelpline.com lists people in "
        "your country who listen, free and at any hour. Shall the sentence travel as it is?"
    ),
}


@dataclass(frozen=True, slots=True)
class SendThanks:
    """Send the sentence; `receiver_id` None: to somebody new."""

    sentence: Sentence
    moment_id: int | None
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class KeepPrivate:
    """Keep the sentence where only its writer sees it; `is_kept`: it is there already."""

    sentence: str
    moment_id: int | None
    is_kept: bool


@dataclass(frozen=True, slots=True)
class KeepName:
    """Sign with this name from now on."""

    name: str


@dataclass(frozen=True, slots=True)
class ShowPeople:
    """Show whom the person knows."""


def _known(scene: Scene) -> list[dict[str, Any]]:
    """Return the acquaintances who are still there: row, id, name, and why nothing can go to them now."""
    found: list[dict[str, Any]] = scene.data.get("people") or []
    return [{**one, "name": scene.names[one["row"]]} for one in found if one["row"] in scene.names]


def _called(scene: Scene) -> str:
    """Return what the person calls the one whom it is for."""
    to = scene.data.get("to")
    known = next((str(one["name"]) for one in _known(scene) if one["id"] == to), "…")
    return known if to is not None else str(scene.data["to_name"])


def _ask_to(scene: Scene) -> Ask:
    say = scene.voice.say
    known, first = _known(scene), _page(scene) * ON_A_PAGE
    buttons = [(beginning(one["name"], LABEL), f"p{one['row']}") for one in known[first : first + ON_A_PAGE]]
    turns = [(say(N_("Back")), BACK)] if first else []
    if first + ON_A_PAGE < len(known):
        turns.append((say(N_("Next page")), MORE))
    last = [(say(N_("Somebody new")), "new")]
    if known:
        last.append((say(N_("My people")), "people"))
    text = N_("Who shall it go on to?") if scene.data.get("parent") else N_("Who is it for?")
    more = N_("Tap a name, or write another one.") if known else N_("Somebody new gets an invitation from you.")
    rows = (*rows_of(buttons, 2), tuple(turns), tuple(last))
    return Ask(f"{say(text)} {say(more)}", tuple(row for row in rows if row))


def _page(scene: Scene) -> int:
    return int(scene.data.get("page") or 0)


def _take_to(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value == "new":
        return _turn(scene, "who", {"to": None, "to_name": None})
    if answer.value == "people":
        return Turn(None, effects=(ShowPeople(),))
    if answer.value in (BACK, MORE):
        step = 1 if answer.value == MORE else -1
        return replace(_turn(scene, "to", {"page": _page(scene) + step}), redraws=True)
    said = " ".join((answer.words or "").split())
    for one in _known(scene):
        if answer.value == f"p{one['row']}" or (said and one["name"].casefold() == said.casefold()):
            if one["refused"]:
                return Unclear(scene.voice.say(REFUSALS[Refusal(one["refused"])], name=one["name"]))
            return _on(scene, {"to": one["id"], "to_name": None})
    return _take_who(scene, answer) if said else tap_a_button(scene)


def _ask_who(scene: Scene) -> Ask:
    return Ask(scene.voice.say(N_("What do you call them? Only you see that.")))


def _take_who(scene: Scene, answer: Answer) -> Turn | Unclear:
    name = " ".join((answer.words or "").split())
    if not has_letters(name) or len(name) > LONGEST_NAME:
        return Unclear(scene.voice.say(N_("Their name, in up to 40 characters?")))
    return _on(scene, {"to": None, "to_name": name})


def _ask_sentence(scene: Scene) -> Ask:
    text = N_(
        "One sentence for {name}: one exact thing, as it is these days, like “I like how you let me finish what I say.”"
    )
    return Ask(scene.voice.say(text, name=_called(scene)))


def _take_sentence(scene: Scene, answer: Answer) -> Turn | Unclear:
    # With all its lines: an address may be split over them.
    fault = fault_of(answer.words or "")
    if fault is not None:
        return Unclear(scene.voice.say(FAULTS[fault]))
    return _on(scene, {"sentence": " ".join((answer.words or "").split())})


def _ask_name(scene: Scene) -> Ask:
    return Ask(scene.voice.say(N_("Which name shall they see? I ask once and keep it.")))


def _take_name(scene: Scene, answer: Answer) -> Turn | Unclear:
    name = " ".join((answer.words or "").split())
    fault = fault_of_name(name)
    if fault is not None:
        return Unclear(scene.voice.say(NAME_FAULTS[fault]))
    return _on(scene, {"name": name}, (KeepName(name),))


def _ask_held(scene: Scene) -> Ask:
    say = scene.voice.say
    asked = HELD[held_for(scene.data["sentence"]) or "insult"]
    row = ((say(N_("Yes, as it is")), "yes"), (say(N_("Write it anew")), "anew"), (say(N_("Keep private")), "keep"))
    return Ask(f"{say(asked)}\n\n“{scene.data['sentence']}”", (row,))


def _take_held(scene: Scene, answer: Answer) -> Turn | Unclear:
    match answer.value:
        case "yes":
            return _on(scene, {"meant": scene.data["sentence"]})
        case "anew":
            return _turn(scene, "sentence", {})
        case "keep":
            return _keep(scene)
    return tap_a_button(scene)


def _ask_whole(scene: Scene) -> Ask:
    say, data = scene.voice.say, scene.data
    text = N_("This is how {name} will see it.")
    if data["to"] is None:
        text = N_("This is how {name} will see it, once they have said yes to your invitation.")
    row = ((say(N_("Send")), "send"), (say(N_("Change")), "change"), (say(N_("Keep private")), "keep"))
    return Ask(say(text, name=_called(scene)), (row,))


def _take_whole(scene: Scene, answer: Answer) -> Turn | Unclear:
    data = scene.data
    match answer.value:
        case "send":
            wanted = Sentence(data["sentence"], _called(scene), data["to"], data.get("parent"))
            return Turn(None, effects=(SendThanks(wanted, data.get("moment"), data.get("kept") == data["sentence"]),))
        case "change":
            return _turn(scene, "which", {})
        case "keep":
            return _keep(scene)
    return tap_a_button(scene)


def _ask_which(scene: Scene) -> Ask:
    say = scene.voice.say
    parts = ((say(N_("The sentence")), "sentence"), (say(N_("Who it is for")), "to"), (say(N_("My name")), "name"))
    return Ask(say(N_("Which part?")), (parts, ((say(N_("Back")), "back"),)))


def _take_which(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value == "back":
        return _on(scene, {})
    if answer.value in ("sentence", "to", "name"):
        return _turn(scene, answer.value, {})
    return tap_a_button(scene)


def _keep(scene: Scene) -> Turn:
    data = scene.data
    return Turn(
        None, effects=(KeepPrivate(data["sentence"], data.get("moment"), data.get("kept") == data["sentence"]),)
    )


def _turn(scene: Scene, goto: str, learned: Mapping[str, Any], effects: tuple[object, ...] = ()) -> Turn:
    # Counted, so that the buttons of an earlier round are old.
    return Turn(goto, {**learned, "at": int(scene.data.get("at") or 0) + 1}, effects)


def _on(scene: Scene, learned: Mapping[str, Any], effects: tuple[object, ...] = ()) -> Turn:
    """Go on to what is still missing, else show the whole."""
    data = {**scene.data, **learned}
    missing = first_step(data)
    turn = _turn(scene, missing or "whole", learned, effects)
    if missing is not None:
        return turn
    return Turn(turn.goto, turn.learned, effects, say=letter(scene.voice, data["name"], data["sentence"]))


def first_step(data: Mapping[str, Any]) -> str | None:
    """Return the step that asks for what is missing first, or None."""
    if not data.get("to_name") and data.get("to") is None:
        return "to" if data.get("people") else "who"
    if not data.get("sentence"):
        return "sentence"
    if not data.get("name"):
        return "name"
    return "held" if held_for(data["sentence"]) and data.get("meant") != data["sentence"] else None


THANKS = Flow(
    "thanks",
    version=1,
    steps=(
        Step("to", _ask_to, _take_to),
        Step("who", _ask_who, _take_who),
        Step("sentence", _ask_sentence, _take_sentence),
        Step("name", _ask_name, _take_name),
        Step("held", _ask_held, _take_held, takes_words=False),
        Step("whole", _ask_whole, _take_whole, takes_words=False),
        Step("which", _ask_which, _take_which, takes_words=False),
    ),
    lapses=DAY,
)
