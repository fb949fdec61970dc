"""What sign-up offers: routines to ride on, and the practices to begin with."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.catalogue.fields import Data, Icon, Key, Label, Minute, Text, distinct


class Cue(Data):
    """A routine that a practice can ride on. `phrase` stands above the prompt: "after your coffee".

    `minutes` (written as `times`) are the minutes of the local day that are offered for it.
    """

    key: Key
    icon: Icon
    label: Label
    phrase: Text
    minutes: Annotated[tuple[Minute, ...], Field(alias="times", min_length=3), AfterValidator(distinct)]
    days: Literal["weekdays", "every-day"]


class CueFile(Data):
    """`cues.toml`."""

    cue: Annotated[tuple[Cue, ...], Field(min_length=1)]


class FirstOffer(Data):
    """A practice to begin with; `label` stands on its button where its title would not say enough."""

    practice: Key
    label: Label | None = None


class SignUpFile(Data):
    """`signup.toml`."""

    first: Annotated[tuple[FirstOffer, ...], Field(min_length=1)]
