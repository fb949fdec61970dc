"""A question with fields to be filled in, for chats that have forms. Elsewhere people just write."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One field: to be written into, or, where there are `choices`, to be chosen from. `hint` shows what fits."""

    label: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    long: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked. `payload` names the question: it comes back with the text (`Incoming.answers`).

    The text is what was given in the fields, in their order, with a space between.
    """

    title: str
    fields: tuple[Field, ...]
    payload: str
