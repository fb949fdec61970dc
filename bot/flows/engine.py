"""A flow is data: a name, a version and steps. (position, answer, scene) → next. Pure.

A step asks and takes. What it takes becomes a turn: what to remember, where to go, what to do. The engine never does
anything itself; effects are plain data (`bot.flows.effects`), done by `bot.flows.perform`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.catalogue import Catalogue
from bot.schedules.quiet import DayParts, QuietHours
from bot.speech import Field, File
from bot.texts import N_, Voice

Choice = tuple[str, str]
"""A label and the short value (a-z, 0-9, `_=+-`) that comes back."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a step may look at. `now` is in UTC seconds; `zone` is null until the person confirmed one.

    `language` is the one that the platform hints at for what the person types; `voice` speaks one that Pebble has.
    `shows_instants`: the chat can show a time as the person's own device does. `names` is what the person calls others,
    by their rows: looked up each time, for a name may be its owner's word, which goes with them (`bot.store.sealed`).
    """

    voice: Voice
    language: str
    catalogue: Catalogue
    now: int
    zone: str | None
    guessed_zone: str
    data: Mapping[str, Any]
    parts: DayParts = field(default_factory=DayParts)
    quiet: QuietHours | None = None
    shares_location: bool = False
    shows_instants: bool = False
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a step says, and rows of what can be tapped under it; or, on the key `asks_location`, the person's place."""

    text: str
    rows: tuple[tuple[Choice, ...], ...] = ()
    asks_location: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person gave: the value of a button, words, a place as "latitude,longitude", or a file."""

    value: str | None = None
    words: str | None = None
    location: str | None = None
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Where an answer leads. `goto` None ends the flow; `learned` is added to what the flow remembers.

    `redraws` changes the tapped message instead of asking anew; `settles_location` takes the location key away.
    """

    goto: str | None
    learned: Mapping[str, Any] = field(default_factory=dict)
    effects: tuple[object, ...] = ()
    say: str = ""
    redraws: bool = False
    settles_location: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """The answer was not understood: one kind line, with buttons where they help; the step goes on waiting."""

    line: str
    rows: tuple[tuple[Choice, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `takes_words` is false where only a button makes sense; words then go on to whoever wants them.

    `take` returns None for words that are no answer to this: they go on as well. `fields` are those of the form for
    words, on chats that have forms; without them it has one field.
    """

    name: str
    ask: Callable[[Scene], Ask]
    take: Callable[[Scene, Answer], Turn | Unclear | None]
    takes_words: bool = True
    takes_location: bool = False
    takes_files: bool = False
    fields: Callable[[Scene], tuple[Field, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Steps under a name. Raise the version when a position of the old one would no longer make sense.

    After `lapses` seconds without an answer, words are no longer taken as one.
    """

    name: str
    version: int
    steps: tuple[Step, ...]
    lapses: int

    def step(self, name: str) -> Step:
        """Return the step of that name. Raises KeyError."""
        return {step.name: step for step in self.steps}[name]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a conversation stands. `id` is the row that its buttons name; 0 until it is stored."""

    id: int
    flow: str
    version: int
    step: str
    data: Mapping[str, Any]
    moved_at: int


@dataclass(frozen=True, slots=True)
class Next:
    """What follows: the new position (None: the flow is over), what is said, and what is to be done."""

    position: Position | None
    ask: Ask | None
    effects: tuple[object, ...] = ()
    say: str = ""
    redraws: bool = False
    settles_location: bool = False


def begin(flow: Flow, scene: Scene, at: str = "") -> Next:
    """Start a flow at its first step, or at the step of that name. Raises KeyError."""
    first = flow.step(at) if at else flow.steps[0]
    position = Position(0, flow.name, flow.version, first.name, dict(scene.data), scene.now)
    return Next(position, first.ask(scene))


def advance(flow: Flow, position: Position, answer: Answer, scene: Scene) -> Next | Unclear | None:
    """Take an answer at a position and return what follows; None where it is no answer to this question."""
    turn = flow.step(position.step).take(scene, answer)
    if turn is None or isinstance(turn, Unclear):
        return turn
    data = {**position.data, **turn.learned}
    moved = None
    if turn.goto is not None:
        moved = Position(position.id, flow.name, flow.version, turn.goto, data, scene.now)
    return Next(moved, None, turn.effects, turn.say, turn.redraws, turn.settles_location)


def is_outdated(flow: Flow | None, position: Position) -> bool:
    """Return whether an upgrade has changed the flow under this position."""
    return flow is None or flow.version != position.version or position.step not in {s.name for s in flow.steps}


def tap_a_button(scene: Scene) -> Unclear:
    """Return the line for words where only a button makes sense."""
    return Unclear(scene.voice.say(N_("One of the buttons above, please. /cancel leaves this.")))
