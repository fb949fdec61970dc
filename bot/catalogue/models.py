"""What a practice is, and the pack that it comes in. All times of day are local, all lengths in seconds."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.catalogue.fields import Data, Icon, Key, Label, Minute, ReplyKey, SourceKey, Text, distinct
from bot.catalogue.steps import Choose, Step, Wait

GRACE = {"passing": 30 * 60, "ritual": 3 * 60 * 60}
"""Seconds that a nudge may come late: a doorway is soon behind you, an evening lasts."""

TAKEN = frozenset(("did", "no", "not-today", "later", "words", "face"))
"""Answers that every practice has; its own taps are called otherwise."""


Then = Literal[
    "again", "smaller", "words", "help", "shrink", "timer", "repair", "write", "change-words", "goal", "skip", "end"
]
"""What an own tap leads to, beyond an answer: the prompt once more, the smaller version, a line to write, the people in
/help, a guided exchange, the next phase of a timed exercise, or its end without another question.
"""


class Reply(Data):
    """A tap of the practice's own. `warm` is said after it; `then` names what follows.

    One with `when = "check"` stands only under the question that comes later that day, one with "live" only under a
    timed exercise while it runs.
    """

    key: ReplyKey
    label: Label
    warm: Text | None = None
    then: Then | None = None
    when: Literal["always", "check", "live"] = "always"


class Check(Data):
    """A question about the same moment later that day: "no" was to be said, how did it go?"""

    at: Minute
    text: Text


class Practice(Data):
    """One thing to do.

    `source` is a key of the pack's sources, `minutes` (written as `times`) are minutes of the local day that
    suit it and `seconds` is how long it takes. `rhythm` says what is proposed when it is set: weekdays, one day a week,
    or `often` moments a day left to chance. `feelings` says when the five faces are asked for. `late` says
    whether a nudge is of any use half an hour later. `answer` is what a person gives: a tap, words (written, spoken
    or a photo), a voice note, or a face that is itself the answer. `prompts` and `did` are wordings that take turns.
    `steps` are walked through `rounds` times; `smaller_steps` are those of the smaller version. `keeps` names the
    shelf on which the answer is kept for later. `next` links to other practices.
    """

    key: Key
    icon: Icon
    title: Label
    why: Text
    source: SourceKey
    minutes: Annotated[tuple[Minute, ...], Field(alias="times", min_length=3), AfterValidator(distinct)]
    rhythm: Literal["daily", "weekly", "random", "on-demand"] = "daily"
    often: Annotated[int, Field(strict=True, ge=1, le=6)] = 1
    seconds: Annotated[int, Field(strict=True, ge=1, le=1800)]
    feelings: Literal["both", "after", "none"]
    late: Literal["passing", "ritual"]
    answer: Literal["tap", "words", "voice", "face"]
    prompts: Annotated[tuple[Text, ...], Field(min_length=8), AfterValidator(distinct)]
    did: Annotated[tuple[Text, ...], Field(min_length=3), AfterValidator(distinct)]
    replies: Annotated[tuple[Reply, ...], Field(max_length=6)] = ()
    steps: tuple[Step, ...] = ()
    rounds: Annotated[int, Field(strict=True, ge=1, le=60)] = 1
    check: Check | None = None
    keeps: Literal["item", "proof", "safe", "mirror", "goal"] | None = None
    smaller: Text
    smaller_steps: tuple[Step, ...] = ()
    next: Annotated[tuple[Key, ...], AfterValidator(distinct)] = ()
    hard_day: bool

    @model_validator(mode="after")
    def _replies_fit(self) -> Self:
        keys = tuple(reply.key for reply in self.replies)
        distinct(keys)
        taken = TAKEN.intersection(keys)
        if taken:
            raise ValueError(f"replies: {min(taken)!r} is an answer that every practice has")
        if self.answer == "face" and self.replies:
            raise ValueError("replies: the five faces are the answer")
        return self

    @model_validator(mode="after")
    def _waits_fit(self) -> Self:
        for name, steps in (("steps", self.steps), ("smaller_steps", self.smaller_steps)):
            waits = sum(isinstance(step, Wait) for step in steps)
            if 0 < waits < len(steps):
                raise ValueError(f"{name}: either all of them wait, in a timed exercise, or none does")
        return self

    @property
    def live(self) -> bool:
        """Whether it is a timed exercise: one message that is edited through its phases."""
        return bool(self.steps) and all(isinstance(step, Wait) for step in self.steps)

    @property
    def grace(self) -> int:
        """Seconds that a nudge of it may come late."""
        return GRACE[self.late]

    def prompt(self, turn: int) -> str:
        """Return one of the wordings; they take turns."""
        return self.prompts[turn % len(self.prompts)]

    def warm(self, turn: int, reply: str = "") -> str:
        """Return the line that is said after it: the own tap's, else one of `did`, which take turns."""
        own = next((r.warm for r in self.replies if r.key == reply), None)
        return own or self.did[turn % len(self.did)]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield where each text that people read stands, and the text."""
        yield from (("title", self.title), ("why", self.why), ("smaller", self.smaller))
        yield from (("prompts", text) for text in self.prompts)
        yield from (("did", text) for text in self.did)
        for reply in self.replies:
            yield f"replies {reply.key}", reply.label
            if reply.warm:
                yield f"replies {reply.key} warm", reply.warm
        for step in (*self.steps, *self.smaller_steps):
            yield f"steps {step.do}", step.text
            if isinstance(step, Choose):
                yield from (("choices", choice) for choice in step.choices)
        if self.check:
            yield "check", self.check.text


class Pack(Data):
    """A file of practices on one theme. `sources` maps the keys that practices name to titles."""

    theme: Key
    title: Label
    sources: dict[SourceKey, str]
    practice: Annotated[tuple[Practice, ...], Field(min_length=1)]
