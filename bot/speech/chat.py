"""The port that every chat implements: Telegram, Discord, the local page. Adapters only translate."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.speech.incoming import Address, Incoming, Shown
from bot.speech.outgoing import Outgoing

Receive = Callable[[Incoming], Awaitable[Shown]]
"""The door as a chat sees it: returns after the commit; raises TryLater when nothing was stored."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """The address that opens a chat for somebody new.

    `carries`: it brings an invitation's token along; where no address can, the invitation's code is typed there.
    """

    url: str
    carries: bool = True


Ways = Callable[[str], Mapping[str, WayIn]]
"""Where an invitation's token gets somebody in, by platform: what `Chat.way_in` says."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform took the message; `message` is its id there, empty where there is none to speak of.

    `closed`: it left by the way back of its event, for the chat itself lets nobody in.
    """

    message: str = ""
    closed: bool = False


class Chat(Protocol):
    """One platform. `name` is the platform part of its addresses.

    A text may carry instants (`bot.speech.instants`) only to a chat that `shows_instants`; others get them written out.
    """

    name: str
    shows_instants: bool

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        """Hand one message to the platform and return when it has taken it.

        `nonce` is the outbox row's id: a platform that can drops a repeat of it. `message` is the platform's id of
        the message to edit or delete, for those two operations.

        Raises TryLater, InDoubt, Unreachable, Refused, Moved or Outdated; nothing else is expected.
        """

    async def start(self) -> None:
        """Become able to send; returns at once. Nobody is heard yet."""

    async def hear(self, receive: Receive) -> None:
        """Begin to hear people; returns at once, and `receive` is called from now on."""

    async def rest(self) -> None:
        """Stop hearing people, but go on sending; what was handed to `receive` is finished first. Harmless twice."""

    async def stop(self) -> None:
        """Rest, and end what `start` began."""

    def way_in(self, token: str) -> WayIn | None:
        """Return how somebody new gets into this chat with an invitation's token; None where there is no way (yet)."""

    def trouble(self) -> str | None:
        """Return one line on why people cannot be heard right now, or None when all is well.

        While it rests: on why nothing can be sent.
        """
