"""Conversations as data: for each flow one that comes by every one of its steps, said, tapped and shared in order.

`/words` is a command, `[words]` a tap on the newest button that reads like this; all other words are written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.speech import File, Incoming, Kind
from tests.kit.talk import Friend


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice note of so many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Place:
    """A place that is shared, in degrees."""

    latitude: float
    longitude: float


Action = str | Voice | Place

SIGNED_UP: tuple[Action, ...] = ("/start", "[One slow breath]", "[Coffee]", "[8:30]", "[Yes]", "[Later]")
LOST: tuple[Action, ...] = (
    "[No]",
    "Nairobi",
    "[No]",
    "10:00",
    "Quito",
    "[No]",
    "[Share my location]",
    Place(52.52, 13.4),
)
"""All ways to find a zone, from its guess on."""
TAPPED: tuple[Action, ...] = ("[Tap one together]", "[Fri]", "[Weekends]", "[18]", "[18:45]")
"""A time without typing."""
BEGUN: tuple[Action, ...] = ("/now Three senses", "[Did it]", "/now Doorway pause", "[Did it]")

WALKS: Mapping[str, tuple[Action, ...]] = {
    "acknowledge": ("/ack", "[2]", "in 2 hours", *LOST, "[Remind me then]", "the tax office"),
    "chain": (
        "/now Doorway pause",
        "[Listen]",
        "[One slow breath]",
        "[Calmer]",
        "[🙂]",
        "[Enough]",
        "[Keep as a chain]",
        *TAPPED,
        "[Change]",
        "every day at 7:15",
        "[OK]",
    ),
    "change-cue": (*SIGNED_UP, "/nudges", "[Cue]", "watering the plants"),
    "change-entry": ("/now Evening joy", "a walk in the rain", "/moments", "[1]", "[Change]", "a walk in the sun"),
    "change-practice": (*SIGNED_UP, "/nudges", "[Practice]", "[Small joys]", "[Back]", "[Small joys]", "[One line]"),
    "change-time": (*SIGNED_UP, "/nudges", "[Change time]", *TAPPED, "[Change]", "weekdays 9:15", "[OK]"),
    "change-words": ("/now Mirror words", "[Change words]", "I am learning."),
    "day": ("/day", "[Evening]", "[19]", "[19:15]"),
    "delete": (*SIGNED_UP, "/delete", "[Delete everything]", "[Keep everything]"),
    "goal": ("/newgoal", "the allotment", "ten minutes of weeding"),
    "guide": ("/now Three senses", "[Step by step]", "a cup", "[Next]", "rain", "[😄]"),
    "helper": ("/helper", "Mia, 0170 1234567"),
    "identity": (*5 * BEGUN, "[Edit]", "I am somebody who waits at doors."),
    "line": ("/now A calm moment, kept", "[Keep as proof]", "the bus came late and I stayed calm"),
    "own": (
        "/own",
        "Window minute",
        "Look out of the window.",
        "Warm, Same",
        "[Change]",
        "[Title]",
        "Window",
        "[Save]",
        "[Set a time]",
    ),
    "pause": ("/pause", "until monday"),
    "quiet": ("/quiet", "22:00–7:00"),
    "repair": (
        "/repair",
        "I cut you off.",
        "I wanted to help.",
        "Could we talk tonight?",
        "[Change]",
        "[The intention]",
        "I was too quick.",
        "[Later]",
        "/repair",
        "[Go on]",
        "[Copy]",
    ),
    "shrink": (
        "/shrink",
        "the flat",
        "[Smaller]",
        "the table",
        "[Smaller]",
        "one plate",
        "[That will do]",
        "I stand up",
    ),
    "sign-up": (
        "/start",
        "[Something else]",
        "[Small joys]",
        "[One line]",
        "the kettle",
        *TAPPED,
        *LOST,
        "[Change]",
        "9:00",
        "[Try one now]",
    ),
    "thanks": (
        "/thanks",
        "Mia",
        "You waited for me.",
        "Anna",
        "[Change]",
        "[Who it is for]",
        "[Somebody new]",
        "Mia",
        "[Change]",
        "[The sentence]",
        "You are a patient idiot.",
        "[Yes, as it is]",
        "[Keep private]",
    ),
    "voice": ("/voice", "our plan", "Friday, bring cake", "Is six fine?", Voice(80), "[Once more]", Voice(40)),
    "write": (
        "/write",
        "Mia",
        "You waited for me.",
        "I walked home lighter.",
        "[Change]",
        "[The name]",
        "[No name]",
        "[Copy]",
    ),
    "zone": ("/zone", *LOST),
}
"""By the name of the flow."""


Transcript = list[tuple[str, list[str], str]]
"""Each message with its buttons, and what was chosen under it."""


def event(friend: Friend, action: Action) -> Incoming:
    """Return what a platform delivers of it; a button is one that the person sees now."""
    match action:
        case Voice(seconds):
            return replace(friend.event(Kind.VOICE), file=File("memory", "voice", f"note-{seconds}", seconds))
        case Place(latitude, longitude):
            return friend.event(Kind.LOCATION, f"{latitude},{longitude}")
        case str() if action.startswith("/"):
            name, _, rest = action[1:].partition(" ")
            return friend.event(Kind.COMMAND, name, rest=rest)
        case str() if action.startswith("["):
            payload, message = _button(friend, action[1:-1])
            return friend.event(Kind.TAP, payload, message=message)
        case str():
            return friend.event(Kind.TEXT, action)


def _button(friend: Friend, label: str) -> tuple[str, str]:
    found = (
        (button.payload, said.id)
        for said in reversed(friend.inbox)
        for row in said.rows
        for button in row
        if label in button.label
    )
    tapped = next(found, None)
    assert tapped, f"no button {label!r} in:\n{friend.picture()}"
    return tapped


def transcript(friend: Friend) -> Transcript:
    """Return what stands in the chat."""
    return [(said.text, said.labels, said.chosen) for said in friend.inbox]
