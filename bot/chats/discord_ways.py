"""How a message and the way back of an event are named, so that they can be stored and found again.

A message is `channel.message`. A way back is an interaction: what is needed to answer through its webhook, for 15
minutes (https://discord.com/developers/docs/interactions/receiving-and-responding).
"""

from dataclasses import dataclass

import discord

from bot.errors import Outdated

PLATFORM = "discord"
FRESH = 3.0
"""Seconds in which an interaction has to be acknowledged."""
OPEN = 14 * 60
"""Seconds for which an interaction is answered: Discord's quarter of an hour, less what a slow line may take."""


@dataclass(frozen=True, slots=True)
class Way:
    """An interaction. `hidden`: only the person sees its answers. `source` is the message with the button, or 0."""

    hidden: bool
    channel: int
    source: int
    interaction: int
    token: str

    def __str__(self) -> str:
        return f"{int(self.hidden)}.{self.channel}.{self.source}.{self.interaction}.{self.token}"

    def is_open(self, real: float) -> bool:
        """Return whether Discord still takes an answer at `real` (UTC seconds)."""
        return self._age(real) < OPEN

    def is_fresh(self, real: float) -> bool:
        """Return whether Discord may still be waiting for its acknowledgement at `real` (UTC seconds)."""
        return self._age(real) < FRESH

    def _age(self, real: float) -> float:
        return real - discord.utils.snowflake_time(self.interaction).timestamp()


def read_way(written: str) -> Way | None:
    """Return the way back that `str` wrote, None for an empty one."""
    if not written:
        return None
    hidden, channel, source, interaction, token = written.split(".", 4)
    return Way(hidden == "1", int(channel), int(source), int(interaction), token)


def message_ref(channel: int, message: int) -> str:
    """Return how a message is remembered."""
    return f"{channel}.{message}"


def read_ref(written: str | None) -> tuple[int, int]:
    """Return channel and message. Raises Outdated when there is none."""
    channel, dot, message = (written or "").partition(".")
    if not (dot and channel.isdecimal() and message.isdecimal()):
        raise Outdated("there is no message to change")
    return int(channel), int(message)
