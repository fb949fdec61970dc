"""The steps that a practice may be walked through, told apart by `do`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.catalogue.fields import Data, Label, Text, distinct

LONGEST_WAIT = 600
"""Seconds of one phase."""


class Say(Data):
    """Something to read, and on to the next step."""

    do: Literal["say"]
    text: Text


class Ask(Data):
    """A question that is answered in words; `optional` ones can be passed over."""

    do: Literal["ask"]
    text: Text
    optional: bool = False


class Choose(Data):
    """A question with answers to tap; with `own_words` something else may be written instead."""

    do: Literal["choose"]
    text: Text
    choices: Annotated[tuple[Label, ...], Field(min_length=2, max_length=12), AfterValidator(distinct)]
    optional: bool = False
    own_words: bool = False


class Wait(Data):
    """A phase that lasts: the text is shown for so many seconds."""

    do: Literal["wait"]
    text: Text
    seconds: Annotated[int, Field(strict=True, ge=1, le=LONGEST_WAIT)]


class Photo(Data):
    """A picture is asked for."""

    do: Literal["photo"]
    text: Text
    optional: bool = False


class Record(Data):
    """A voice note is asked for, of `seconds` at most."""

    do: Literal["voice"]
    text: Text
    seconds: Annotated[int, Field(strict=True, ge=1, le=LONGEST_WAIT)] = 60
    optional: bool = False


Step = Annotated[Say | Ask | Choose | Wait | Photo | Record, Field(discriminator="do")]
