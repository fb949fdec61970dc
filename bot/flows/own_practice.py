"""/own: a practice of one's own: title, prompt and up to three replies, seen as they will look before they count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.catalogue import Practice
from bot.catalogue.fields import LONGEST_LABEL
from bot.flows.cleaning import cleaned
from bot.flows.conversation import leave_if_about, start
from bot.flows.drafting import Draft, Ending, Part
from bot.flows.engine import Answer, Flow, Scene, Turn, Unclear, tap_a_button
from bot.flows.sentences import one_line
from bot.flows.sign_up import SIGN_UP
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.nudges import moments, own, queries
from bot.nudges.own import PREFIX, Own, written
from bot.outbox.states import DAY
from bot.speech import Button, Outgoing, Payload
from bot.texts import N_, Voice

LONGEST_PROMPT = 200
"""Characters: it is read at a glance."""
MOST_REPLIES = 3
MOST_CARDS = 4
"""Practices that get a message each; more of them share one."""

FULL_SHELF = N_("Twenty of your own is a full shelf. Removing one makes room for another.")
GONE = N_("That practice is no longer here. /now has others.")


@dataclass(frozen=True, slots=True)
class SaveOwn:
    """Keep what was written: under a key that is there already, or as a new one."""

    key: str | None
    written: Own


def _title(scene: Scene, answer: Answer) -> str | Unclear:
    title = one_line(scene, answer)
    if isinstance(title, Unclear) or len(title) <= LONGEST_LABEL:
        return title
    return Unclear(scene.voice.say(N_("Up to 24 characters, so that it fits on a button. What is its short name?")))


def _prompt(scene: Scene, answer: Answer) -> str | Unclear:
    prompt = "\n".join(" ".join(line.split()) for line in (answer.words or "").strip().splitlines())
    if not prompt:
        return tap_a_button(scene)
    if len(prompt) <= LONGEST_PROMPT:
        return prompt
    return Unclear(scene.voice.say(N_("Up to 200 characters, so that it is read at a glance. Shorter, please?")))


def _replies(scene: Scene, answer: Answer) -> list[str] | Unclear:
    say = scene.voice.say
    plain = answer.words or ""
    for sign in "，、;\n":
        plain = plain.replace(sign, ",")
    labels = [" ".join(cleaned(label).split()) for label in plain.split(",")]
    different = list({label.casefold(): label for label in labels if label}.values())
    if not different:
        return Unclear(say(N_("One, two or three replies with a comma between them, like “Warm, Same as before”.")))
    if len(different) > MOST_REPLIES:
        return Unclear(say(N_("Three replies at most, please, so that they stand side by side.")))
    if any(len(label) > LONGEST_LABEL for label in different):
        return Unclear(say(N_("Up to 24 characters for each reply, so that it fits on a button.")))
    return different


def _own(parts: Mapping[str, Any]) -> Own:
    return Own(parts["title"], parts["prompt"], tuple(parts["replies"] or ()))


def _preview(scene: Scene, parts: Mapping[str, Any]) -> str:
    return looks(scene.voice, written("", _own(parts)))


def looks(voice: Voice, practice: Practice) -> str:
    """Return a person's practice as it will look: its title, the prompt, and what can be tapped under it."""
    taps = [reply.label for reply in practice.replies]
    taps += [voice.say(N_("Did it")), voice.say(N_("In 15 min")), voice.say(N_("Not today"))]
    return f"{practice.title}\n\n{practice.icon} {practice.prompts[0]}\n\n[ {' ] [ '.join(taps)} ]"


def _save(scene: Scene) -> Turn:
    return Turn(None, effects=(SaveOwn(scene.data.get("key"), _own(scene.data["parts"])),))


def _discard(scene: Scene) -> Turn:
    if scene.data.get("key"):
        return Turn(None, say=scene.voice.say(N_("It stays as it was.")))
    return Turn(None, say=scene.voice.say(N_("Let go. /own begins another one whenever you like.")))


DRAFT = Draft(
    (
        Part(
            "title",
            N_("What shall it be called? A short name, up to 24 characters, like “Window minute”."),
            N_("Title"),
            read=_title,
        ),
        Part(
            "prompt",
            N_("What shall I say to you when its time comes? Up to 200 characters, in words that you like to hear."),
            N_("Prompt"),
            read=_prompt,
        ),
        Part(
            "replies",
            N_("Which replies would you like to tap, besides “Did it”? Up to three, with commas, like “Warm, Same”."),
            N_("Replies"),
            without=N_("None"),
            read=_replies,
        ),
    ),
    _preview,
    N_("That is how it will look."),
    {"save": Ending(N_("Save"), _save), "discard": Ending(N_("Discard"), _discard)},
)

OWN = Flow("own", version=1, steps=DRAFT.steps(), lapses=DAY)


def own_practices(visit: Visit) -> None:
    """Show what the person has written, or begin with the first one."""
    mine = own.of_person(visit.tx, visit.person)
    if not mine:
        start(visit, OWN)
        return
    if len(mine) <= MOST_CARDS:
        for practice in mine:
            visit.show(_card(visit, practice))
        text = N_("These are yours.")
    else:
        text = N_("These are yours. Tap a number to change one.")
    rows: list[tuple[Button, ...]] = []
    lines = [visit.voice.say(text)]
    if len(mine) > MOST_CARDS:
        lines = [*(f"{n}. {practice.title}" for n, practice in enumerate(mine, 1)), "", *lines]
        numbers = [Button(str(n), str(Payload("own-card", _row(practice.key)))) for n, practice in enumerate(mine, 1)]
        rows = [tuple(numbers[n : n + 5]) for n in range(0, len(numbers), 5)]
    if len(mine) < own.MOST:
        rows.append((visit.button(N_("Write another"), Payload("own-new")),))
    else:
        lines.append(visit.voice.say(FULL_SHELF))
    visit.show(Outgoing("\n".join(lines), tuple(rows)))


def _row(key: str) -> int:
    return int(key.removeprefix(PREFIX))


def _card(visit: Visit, practice: Practice) -> Outgoing:
    row = _row(practice.key)
    change = visit.button(N_("Change"), Payload("own-edit", row))
    remove = visit.button(N_("Remove"), Payload("own-remove", row))
    return Outgoing(looks(visit.voice, practice), ((*_uses(visit, practice.key),), (change, remove)))


def _uses(visit: Visit, key: str) -> tuple[Button, Button]:
    at = visit.button(N_("Set a time"), Payload("own-time", _row(key)))
    return at, visit.button(N_("Try it now"), Payload("now", 0, key))


def _perform_save(visit: Visit, effect: SaveOwn) -> None:
    key = effect.key
    if key is not None and key not in visit.catalogue:  # removed while it was being changed
        visit.say(GONE)
        return
    if key is None and own.count_of(visit.tx, visit.person) >= own.MOST:
        visit.say(FULL_SHELF)
        return
    if key is None:
        key = own.create(visit.tx, visit.person, effect.written)
        line = N_("Saved. It is among your practices now. When shall it come to you?")
    else:
        own.change(visit.tx, visit.person, key, effect.written)
        line = N_("Saved. It keeps its times.")
    visit.say(line, (_uses(visit, key),))


def _mine(run: Callable[[Visit, Practice], None]) -> Callable[[Visit, Payload], None]:
    """Return what a tap about one of the person's practices does, once, while it is there."""

    def tap(visit: Visit, payload: Payload) -> None:
        # The catalogue of a visit holds nobody else's practices.
        practice = visit.catalogue.get(f"{PREFIX}{payload.row}")
        if practice is None or not visit.settle():
            visit.toast = visit.voice.say(OLD)
        else:
            run(visit, practice)

    return tap


def _show_card(visit: Visit, practice: Practice) -> None:
    visit.show(_card(visit, practice))


def _edit(visit: Visit, practice: Practice) -> None:
    replies = [reply.label for reply in practice.replies] or None
    parts = {"title": practice.title, "prompt": practice.prompts[0], "replies": replies}
    start(visit, OWN, {"key": practice.key, "parts": parts}, at="which")


def _set_time(visit: Visit, practice: Practice) -> None:
    if queries.count_of(visit.tx, visit.person) >= queries.MOST:
        visit.say(queries.FULL)
    else:
        start(visit, SIGN_UP, {"again": True, "practice": practice.key}, at="cue")


def _remove(visit: Visit, practice: Practice) -> None:
    own.remove(visit.tx, visit.person, practice.key)
    for nudge in queries.of_person(visit.tx, visit.person.id, visit.person.seal):
        if nudge.practice == practice.key:
            queries.remove(visit.tx, nudge)
            moments.forget_waiting(visit.tx, visit.person, nudge.id)
            leave_if_about(visit, nudge.id)
    undo = visit.button(N_("Undo"), Payload("own-undo", _row(practice.key)))
    visit.say(N_("Removed, and its times with it. What you answered stays with you."), ((undo,),))


def _undo(visit: Visit, payload: Payload) -> None:
    key = f"{PREFIX}{payload.row}"
    if own.count_of(visit.tx, visit.person) >= own.MOST:
        visit.toast = visit.voice.say(FULL_SHELF)  # the button stays for when there is room
        return
    removed_at = own.restore(visit.tx, visit.person, key) if visit.settle() else None
    if removed_at is None:
        visit.toast = visit.voice.say(OLD)
        return
    for nudge in queries.removed_at(visit.tx, visit.person, key, removed_at):
        if queries.count_of(visit.tx, visit.person) < queries.MOST:
            queries.restore(visit.tx, nudge)
    title = next(practice.title for practice in own.of_person(visit.tx, visit.person) if practice.key == key)
    visit.say(N_("It’s back.\n{words}"), words=title)


def _new(visit: Visit, payload: Payload) -> None:
    if not visit.settle():
        visit.toast = visit.voice.say(OLD)
    elif own.count_of(visit.tx, visit.person) >= own.MOST:
        visit.say(FULL_SHELF)
    else:
        start(visit, OWN)


CHAPTER = Chapter(
    flows=(OWN,),
    commands={"own": Command(N_("Write a practice of your own"), own_practices, N_("/own"))},
    effects={SaveOwn: _perform_save},
    taps={
        "own-card": _mine(_show_card),
        "own-edit": _mine(_edit),
        "own-time": _mine(_set_time),
        "own-remove": _mine(_remove),
        "own-undo": _undo,
        "own-new": _new,
    },
)
