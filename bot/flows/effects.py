"""What a flow can ask to be done, as plain data; the book (`bot.flows.book`) names who does it. Pure."""

from dataclasses import dataclass

from bot.schedules.rules import Rule
from bot.speech import File


@dataclass(frozen=True, slots=True)
class KeepZone:
    """The person confirmed their zone (IANA name)."""

    zone: str


@dataclass(frozen=True, slots=True)
class SetNudge:
    """Set a nudge, or change the one that this conversation has set already (`nudge_id`)."""

    practice: str
    rule: Rule
    zone: str
    cue: str | None
    cue_words: str | None
    nudge_id: int | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeTime:
    """Give a nudge that is set another rule."""

    nudge_id: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class ChangeCue:
    """Let a nudge ride along with something else: a cue of ours by key, or the person's own words."""

    nudge_id: int
    cue: str | None
    cue_words: str | None


@dataclass(frozen=True, slots=True)
class ChangePractice:
    """Let a nudge ask for another practice."""

    nudge_id: int
    practice: str


@dataclass(frozen=True, slots=True)
class BeginMoment:
    """Begin a moment now."""

    practice: str
    feelings: str


@dataclass(frozen=True, slots=True)
class KeepWords:
    """End a moment: keep what was given for it, answer it with `given` when it is still open, say a warm line."""

    moment_id: int
    words: str | None
    given: str
    file: File | None = None


@dataclass(frozen=True, slots=True)
class SendExport:
    """Send the person all that is kept of them, as files."""


@dataclass(frozen=True, slots=True)
class EraseEverything:
    """Erase all that is kept of the person; nothing can be said to them afterwards but one last line."""


@dataclass(frozen=True, slots=True)
class KeepIdentity:
    """Keep the person's own sentence about who they are."""

    text: str


@dataclass(frozen=True, slots=True)
class CarryThanks:
    """Begin to send a sentence that is written already, to whom the person calls `to_name` where that is known.

    `moment_id` is the moment that ends when it is sent or kept.
    """

    sentence: str
    to_name: str | None = None
    moment_id: int | None = None


@dataclass(frozen=True, slots=True)
class KeepGoal:
    """Keep where a long way leads, and the one piece of it that is asked for."""

    way: str
    piece: str
