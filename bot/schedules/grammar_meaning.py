"""What a phrase can mean, and what is needed to find out. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from bot.schedules.grammar import Kept
from bot.schedules.grammar_clock import Near
from bot.schedules.quiet import DayParts
from bot.schedules.rules import Dates, Draw, Minutes, Rule, Steps, Times

Kind = Literal["recur", "once", "window", "daily-window", "cue", "none"]


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood.

    `recur` and `daily-window` ring on several dates, `once` and `window` on one; the windows leave the moment to
    chance. `cue` is a routine in the person's words ("after my coffee"), which may come with a rule; where the kind is
    `cue` there is no time yet, and `dates` are the days that were said with it, if any.
    """

    kind: Kind
    rule: Rule | None = None
    cue: str | None = None
    dates: Dates | None = None
    bare_hour: bool = False
    """An hour without am or pm was taken for the more sensible of its two."""
    dated: bool = True
    """Days were said; without them (`8:30`) the rule is for the next time that the clock shows it."""


NONE = Understood("none")


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where something is said: a zone, `now` in UTC seconds and as local time, and the person's habits.

    `half` is the part of the day of a routine that was said before (see `Said.half`), and `usual` the minutes that
    are meant where only days are said.
    """

    zone: str
    now: int
    here: datetime
    near: Near | None
    parts: DayParts
    half: str = ""
    usual: Minutes | None = None

    @property
    def today(self) -> date:
        """Return the local date."""
        return self.here.date()

    @property
    def minute(self) -> int:
        """Return the local minute of the day."""
        return self.here.hour * 60 + self.here.minute


class Unclear(Exception):
    """The parts of a reading contradict each other or leave something open."""


@dataclass(slots=True)
class Said:
    """A reading taken apart: what is used is taken out of `kept`, and what is left at the end was not understood."""

    kept: Kept
    moment: Moment
    bare: bool = False
    half: str = ""
    """The part of the day that a routine belongs to ("after breakfast"): it decides what a bare hour means."""

    def take(self, name: str) -> Any:
        """Return what was kept under a name, and take it out."""
        return self.kept.pop(name, None)


BOUNDS = frozenset(("first", "last", "during"))
DATE_WORDS = BOUNDS | frozenset(
    ("daily", "days", "date", "n", "unit", "monthdays", "nths", "after", "monthly", "perday", "perweek")
)
"""Under these names a reading keeps what it says about dates."""


def over(minutes: Minutes, moment: Moment) -> bool:
    """Return whether nothing of these minutes is left today."""
    match minutes:
        case Times(listed):
            return listed[-1] <= moment.minute
        case Draw(_, end):
            return end - moment.minute < 15
        case Steps(_, _, end):
            return end <= moment.minute
