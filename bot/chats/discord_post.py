"""Messages to Discord: to a person's own chat, or by the way back that their event has opened."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar

import aiohttp
import discord

from bot.chats.discord_errors import is_closed, is_over, next_step
from bot.chats.discord_parts import NOBODY, attached, link_to, own_file, reference, said, view_of
from bot.chats.discord_ways import Way, message_ref, read_ref, read_way
from bot.clock import Clock
from bot.errors import InDoubt, Outdated, PebbleError, Refused, TryLater
from bot.speech import Address, Op, Outgoing, Receipt

REMEMBERED = 20_000
"""People whose chat or language is remembered between two events."""
LOOK_AGAIN, LOOKS = 0.2, 15
"""Seconds between two tries to answer what another process is acknowledging, and how many: Discord's three seconds."""

_SAYS_NO = (PebbleError, discord.DiscordException, aiohttp.ClientError, OSError, ValueError, TypeError, LookupError)
"""What a call may end with; the last three are the library's where an answer is no JSON, or not of its shape."""

What = TypeVar("What")


class Remembered(Generic[What]):
    """Something about people by their number; who has not been met for long is forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, What] = OrderedDict()

    def get(self, user: int) -> What | None:
        """Return what is known, or None."""
        return self._known.get(user)

    def note(self, user: int, what: What) -> None:
        """Remember it."""
        self._known[user] = what
        self._known.move_to_end(user)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def forget(self, user: int) -> None:
        """Forget it."""
        self._known.pop(user, None)


async def _at_once(_interaction: int) -> None:
    """Wait for nothing: no interaction is being acknowledged."""


def _unnoticed(_interaction: int) -> None:
    """Tell nobody: no interaction waits for its answer."""


class Post:
    """Sends, edits and deletes.

    `heard_here` knows whether this process has to acknowledge an interaction. `opened` waits until it has, `answered`
    is told when an answer has left by it, and `answered_elsewhere` when it had to go to the chat itself.
    """

    def __init__(self, client: discord.Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._limited_until = 0.0
        self.heard_here: Callable[[int], bool] = lambda _interaction: False
        self.opened: Callable[[int], Awaitable[None]] = _at_once
        self.answered: Callable[[int], None] = _unnoticed
        self.answered_elsewhere: Callable[[int], None] = _unnoticed
        self.chats: Remembered[int] = Remembered()
        """The channel of the direct messages with a person."""

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None) -> Receipt:
        """See the port."""
        if not address.chat.isdecimal():
            raise Refused("not the number of a Discord user")
        user, changes = int(address.chat), outgoing.op is not Op.NEW
        if (pause := self._limited_until - self._clock.monotonic()) > 0:
            # The library would wait inside the call, and hold a place that others could send in.
            raise TryLater("limited", pause, everywhere=True, limited=True)
        try:
            way = read_way(outgoing.via)
            if changes:
                return await self._change(outgoing, way, read_ref(message))
            return await self._send_new(user, outgoing, way, nonce)
        except _SAYS_NO as error:
            if isinstance(error, discord.NotFound):
                self.chats.forget(user)  # a chat that is gone is opened anew
            # Without the cause: what the library quotes in it may be a person's.
            raise next_step(error, changes=changes, everywhere=self._all_limited()) from None

    async def note_limit(self, _session: object, _context: object, end: aiohttp.TraceRequestEndParams) -> None:
        """Take note of a limit that holds for all chats: the library waits for a short one, but does not tell it."""
        if end.response.headers.get("X-RateLimit-Global"):
            after = float(end.response.headers.get("Retry-After", 0))
            self._limited_until = max(self._limited_until, self._clock.monotonic() + after)
        if end.response.status >= 500 and end.method == "POST" and "/webhooks/" in end.url.path:
            # Such an answer has no nonce: tried again by the library, it could stand there five times.
            end.response.close()
            raise InDoubt(f"an interaction's answer got {end.response.status}")

    def _all_limited(self) -> bool:
        return self._clock.monotonic() < self._limited_until

    async def _send_new(self, user: int, outgoing: Outgoing, way: Way | None, nonce: int) -> Receipt:
        """Send by the way back while it is open, else to the person's own chat; a direct one the other way round."""
        if way is None or not way.is_open(self._clock.real()):
            return await self._to_chat(user, outgoing, nonce)
        if own_file(outgoing) and not way.hidden:  # only a message of the chat itself can reply to the person's own
            await self.opened(way.interaction)
            receipt = await self._to_chat(user, outgoing, nonce)
            self.answered_elsewhere(way.interaction)
            return receipt
        if outgoing.direct:
            try:
                return await self._to_chat(user, outgoing, nonce)
            except discord.HTTPException as error:
                if not is_closed(error):
                    raise
            receipt = await self._by_way(outgoing, way)
            return Receipt(receipt.message, closed=True)
        try:
            return await self._by_way(outgoing, way)
        except discord.HTTPException as error:
            if not is_over(error):
                raise
        return await self._to_chat(user, outgoing, nonce)

    async def _to_chat(self, user: int, outgoing: Outgoing, nonce: int) -> Receipt:
        channel = await self._chat_with(user)
        content, embeds, files = said(outgoing)
        place = self._client.get_partial_messageable(channel, type=discord.ChannelType.private)
        sent = await place.send(
            content,
            nonce=str(nonce),
            silent=outgoing.silent,
            allowed_mentions=NOBODY,
            mention_author=False,
            **_given(
                embeds=embeds,
                files=[*files, *attached(outgoing)],
                view=view_of(outgoing),
                reference=reference(outgoing, channel),
            ),
        )
        return Receipt(message_ref(channel, sent.id))

    async def _chat_with(self, user: int) -> int:
        """Return the channel of the direct messages with a person; Discord gives the same one each time."""
        known = self.chats.get(user)
        if known is None:
            opened = await self._client.http.start_private_message(user)
            known = int(opened["id"])
        self.chats.note(user, known)
        return known

    async def _by_way(self, outgoing: Outgoing, way: Way) -> Receipt:
        """Answer by a way back. Another process may have committed the event and be about to acknowledge it."""
        for _ in range(LOOKS):
            if self.heard_here(way.interaction) or not way.is_fresh(self._clock.real()):
                break
            try:
                return await self._answer(outgoing, way)
            except discord.HTTPException as error:
                if not is_over(error):
                    raise
            await asyncio.sleep(LOOK_AGAIN)
        return await self._answer(outgoing, way)

    async def _answer(self, outgoing: Outgoing, way: Way) -> Receipt:
        await self.opened(way.interaction)
        if own_file(outgoing):
            outgoing = replace(outgoing, text=f"{outgoing.text}\n{link_to(outgoing)}")
        content, embeds, files = said(outgoing)
        sent = await self._webhook(way).send(
            content or discord.utils.MISSING,
            ephemeral=way.hidden,
            allowed_mentions=NOBODY,
            wait=True,
            **_given(embeds=embeds, files=[*files, *attached(outgoing)], view=view_of(outgoing)),
        )
        self.answered(way.interaction)
        return Receipt(message_ref(way.channel, sent.id))

    async def _change(self, outgoing: Outgoing, way: Way | None, target: tuple[int, int]) -> Receipt:
        """Edit or delete: what only the person sees by their way back, everything else in its chat."""
        channel, message = target
        by_way = way if way and way.hidden and way.channel == channel else None
        if by_way:
            await self.opened(by_way.interaction)
        if by_way and not by_way.is_open(self._clock.real()):
            raise Outdated("only its interaction could change it, and that is over")
        place = self._client.get_partial_messageable(channel, type=discord.ChannelType.private)
        partial = place.get_partial_message(message)
        if outgoing.op is Op.DELETE:
            await (self._webhook(by_way).delete_message(_of(by_way, message)) if by_way else partial.delete())
            return Receipt(message_ref(*target))
        changed: dict[str, Any] = {"view": view_of(outgoing)}
        if outgoing.text:
            content, embeds, _ = said(outgoing)
            changed |= {"content": content, "embeds": embeds, "allowed_mentions": NOBODY}
        if by_way:
            await self._webhook(by_way).edit_message(_of(by_way, message), **changed)
        else:
            await partial.edit(**changed)
        return Receipt(message_ref(*target))

    def _webhook(self, way: Way) -> discord.Webhook:
        data: Any = {"id": self._client.application_id, "type": 3, "token": way.token}
        return discord.Webhook.from_state(data=data, state=self._client._connection)


def _given(**parts: Any) -> dict[str, Any]:
    """Return the parts that there are: the library wants the others left out."""
    return {name: part for name, part in parts.items() if part}


class _Original:
    """The name of the message with the tapped button; were it a str, the library would quote it in the address."""

    def __str__(self) -> str:
        return "@original"


def _of(way: Way, message: int) -> Any:
    """Return how a message is called through its interaction: the one with the tapped button is its original."""
    return _Original() if message == way.source else message
