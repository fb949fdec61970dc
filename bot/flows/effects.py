"""What a flow can ask to be done, as plain data; `bot.flows.perform` does it inside the unit of work. Pure."""

from dataclasses import dataclass

from bot.schedules.rules import Rule


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
    """End a moment: keep the words given for it, answer it with `given` when it is still open, say a warm line."""

    moment_id: int
    words: str | None
    given: str
