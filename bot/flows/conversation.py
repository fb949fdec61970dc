"""Run a flow for one visit: load where it stands, take the answer, do what follows, say it, save."""

from dataclasses import replace

from bot.flows.effects import KeepWords
from bot.flows.engine import Answer, Ask, Flow, Next, Position, Scene, Step, Unclear, advance, begin, is_outdated
from bot.flows.guide import GUIDE
from bot.flows.positions import leave, load, save
from bot.flows.visit import Visit
from bot.gratitude.acquaintances import writable_ones
from bot.schedules.zones import guess_zone
from bot.speech import Button, Field, File, Form, Kind, Outgoing, Payload, unpack
from bot.speech.instants import plain
from bot.texts import N_

LOCATING = ("telegram", "memory")
"""Platforms whose people can share where they are."""
OWN_CLOCK = ("discord",)
"""Platforms that show an instant as the reader's own clock does."""

WRITE = N_("✍️ Write it")

OUTDATED = N_(
    "I’ve changed since we began that, so let’s leave it there. Everything you set is safe. /nudges shows it."
)


def keep_what_was_said(visit: Visit) -> None:
    """Keep the words of a practice that is left half-way: they are an answer too."""
    position = load(visit.tx, visit.person)
    if position is None or position.flow != GUIDE.name:
        return
    words, file = "\n".join(position.data["words"]), unpack(position.data.get("file"))
    if words or file:
        visit.perform(KeepWords(position.data["moment"], words or None, file.kind if file else "words", file))


def start(visit: Visit, flow: Flow, data: dict[str, object] | None = None, at: str = "", *, words: str = "") -> None:
    """Begin a flow with what is known already, at its first step or at that one; a flow under way is left for it.

    `words` have answered the first question before it was asked, so it is not.
    """
    keep_what_was_said(visit)
    first = begin(flow, _scene(visit, data or {}), at)
    if words and first.position:
        save(visit.tx, visit.person, first.position)
        if take_words(visit, words):
            return
    _follow(visit, flow, first)


def take_words(visit: Visit, words: str, since: int = 0) -> bool:
    """Give words to the flow that waits for some; return False when none does.

    A flow that has waited since before `since` (UTC seconds) does not get them: something else asked later.
    """
    position = load(visit.tx, visit.person)
    if position is None or position.moved_at < since:
        return False
    flow = visit.book.flows.get(position.flow)
    if flow is not None and visit.tx.now > position.moved_at + flow.lapses:
        return False
    if is_outdated(flow, position) or flow is None:
        return _end_outdated(visit, position)
    step = flow.step(position.step)
    typed = _named_button(step.ask(_scene(visit, position.data)), words)
    if typed is None and not step.takes_words:
        return False
    return _take(visit, flow, position, Answer(value=typed) if typed else Answer(words=words))


def _named_button(ask: Ask, words: str) -> str | None:
    """Return the value of the button whose label was typed instead of tapped."""
    return next((value for row in ask.rows for label, value in row if _letters(label) == _letters(words) != ""), None)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def take_tap(visit: Visit, row: int, step: str, value: str) -> bool:
    """Give a tapped button to its flow; return False when the flow has moved on."""
    position = load(visit.tx, visit.person)
    if position is None or position.id != row:
        return False
    flow = visit.book.flows.get(position.flow)
    if is_outdated(flow, position) or flow is None:
        return _end_outdated(visit, position)
    if position.step != step or str(position.data.get("at", "")) != value.partition("=")[2]:
        return False
    return _take(visit, flow, position, Answer(value=value.partition("=")[0]))


def take_file(visit: Visit, file: File, caption: str, since: int = 0) -> bool:
    """Give a voice note or a photo to the flow that waits for one; return False when none does, as with words."""
    position = load(visit.tx, visit.person)
    if position is None or position.moved_at < since:
        return False
    flow = visit.book.flows.get(position.flow)
    if flow is not None and visit.tx.now > position.moved_at + flow.lapses:
        return False
    if is_outdated(flow, position) or flow is None:
        return _end_outdated(visit, position)
    if not flow.step(position.step).takes_files:
        return False
    return _take(visit, flow, position, Answer(words=caption or None, file=file))


def take_location(visit: Visit, place: str) -> bool:
    """Give a shared place ("latitude,longitude") to the flow that asked for it; return False when none did."""
    position = load(visit.tx, visit.person)
    if position is None:
        return False
    flow = visit.book.flows.get(position.flow)
    if is_outdated(flow, position) or flow is None:
        return _end_outdated(visit, position)
    if not flow.step(position.step).takes_location:
        return False
    return _take(visit, flow, position, Answer(location=place))


def leave_if_about(visit: Visit, nudge_id: int) -> None:
    """Leave a flow that would change this nudge, because the nudge is gone."""
    position = load(visit.tx, visit.person)
    if position is not None and position.data.get("nudge") == nudge_id:
        leave(visit.tx, visit.person)


def _end_outdated(visit: Visit, position: Position) -> bool:
    _settle(visit, position)
    leave(visit.tx, visit.person)
    visit.show(Outgoing(visit.voice.say(OUTDATED), settles_location=True))
    return True


def _take(visit: Visit, flow: Flow, position: Position, answer: Answer) -> bool:
    """Give an answer to a flow; return False when it is none for this question."""
    following = advance(flow, position, answer, _scene(visit, position.data))
    if following is None:
        return False
    if isinstance(following, Unclear):
        # The buttons stay: the question is still open.
        step = flow.step(position.step)
        visit.show(_message(visit, Ask(following.line, following.rows), position, step))
    else:
        # What was typed redraws nothing: the answer stands below it, and the old buttons go.
        if not following.redraws or visit.incoming.kind is not Kind.TAP:
            _settle(visit, position)
        _follow(visit, flow, following)
    return True


def _settle(visit: Visit, position: Position) -> None:
    """Show what was chosen; where it was said in words, only take the question's buttons away."""
    if visit.incoming.kind is Kind.TAP:
        visit.settle()
    else:
        visit.settle_question(lambda payload: payload.verb == "flow" and payload.row == position.id)


def _follow(visit: Visit, flow: Flow, following: Next) -> None:
    """Do, say, save and ask, in this order: what is asked may speak of what was done."""
    position = following.position
    if position is None:
        leave(visit.tx, visit.person)
    if following.say:
        visit.show(Outgoing(following.say, settles_location=following.settles_location))
    learned: dict[str, object] = {}
    for effect in following.effects:
        learned |= visit.perform(effect)
    if position is None:
        return
    visit.refresh()
    position = save(visit.tx, visit.person, replace(position, data={**position.data, **learned}))
    step = flow.step(position.step)
    message = _message(visit, following.ask or step.ask(_scene(visit, position.data)), position, step)
    if following.redraws:
        visit.redraw(message)
    else:
        visit.show(message)


def _message(visit: Visit, ask: Ask, position: Position, step: Step) -> Outgoing:
    # A step that repeats says how far it is, so that a button of an earlier round is known to be old.
    at = _round(position)
    rows = tuple(
        tuple(Button(label, str(Payload("flow", position.id, f"{position.step}.{value}{at}"))) for label, value in row)
        for row in ask.rows
    )
    # Where others are, nothing can be typed; elsewhere a form helps where there is nothing to tap, or more to say.
    wanted = step.takes_words and (visit.incoming.aside or step.fields is not None or not rows)
    form = visit.button(WRITE, Payload("write", position.id, f"{step.name}{at}")) if wanted else None
    return Outgoing(ask.text, rows, asks_location=ask.asks_location, form=form)


def _round(position: Position) -> str:
    return f"={position.data['at']}" if "at" in position.data else ""


def form_of(visit: Visit, payload: Payload) -> Form | None:
    """Return the form of a question that is still open; None when the conversation has moved on."""
    found = _asked(visit, payload)
    if found is None:
        return None
    position, step = found
    scene = _scene(visit, position.data)
    fields = step.fields(scene) if step.fields else (Field(visit.voice.say(N_("In your own words")), long=True),)
    return Form(_question(plain(step.ask(scene).text)), fields, str(payload))


def _question(asked: str) -> str:
    """Return the question of a text that may say more: its first line that asks, else its last."""
    lines = asked.strip().splitlines()
    line = next((line for line in lines if "?" in line), lines[-1] if lines else "")
    question, mark, _ = line.partition("?")
    return f"{question}{mark}"


def is_asked(visit: Visit, payload: Payload) -> bool:
    """Return whether the question of a form is still open."""
    return _asked(visit, payload) is not None


def _asked(visit: Visit, payload: Payload) -> tuple[Position, Step] | None:
    position = load(visit.tx, visit.person)
    if position is None or position.id != payload.row:
        return None
    flow = visit.book.flows.get(position.flow)
    if flow is None or is_outdated(flow, position) or payload.choice != f"{position.step}{_round(position)}":
        return None
    step = flow.step(position.step)
    return (position, step) if step.takes_words else None


def _scene(visit: Visit, data: object) -> Scene:
    person = visit.person
    people = data.get("people", ()) if isinstance(data, dict) else ()
    known = writable_ones(visit.tx, person, [one["row"] for one in people]) if people else ()
    return Scene(
        voice=visit.voice,
        language=visit.reads_first,
        catalogue=visit.catalogue,
        now=visit.tx.now,
        zone=person.zone,
        guessed_zone=guess_zone(person.hinted_zone, person.language),
        data=data if isinstance(data, dict) else {},
        parts=person.parts,
        quiet=person.quiet,
        shares_location=visit.incoming.address.platform in LOCATING,
        shows_instants=visit.incoming.address.platform in OWN_CLOCK,
        names={one.id: one.name for one in known},
    )
