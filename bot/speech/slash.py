"""A command as a platform's menu has it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slash:
    """A command. `word` ("/now"), `line` and the option's texts are English messages that a translator knows.

    `option` is the name of what may follow it and a line on it; `suggests` says that what could be meant can be asked.
    """

    name: str
    word: str
    line: str
    option: tuple[str, str] | None = None
    suggests: bool = False
