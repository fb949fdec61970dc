"""From an event to the door and back: each person has their order, and an interaction is acknowledged in time.

Discord waits 3 seconds for the first answer to an interaction. It is given after the commit; when that takes longer
than 2, Discord is asked for more time first.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

import aiohttp
import discord
import structlog

from bot.chats.backoff import Backoff
from bot.chats.discord_errors import problem
from bot.chats.discord_events import AnyInteraction
from bot.chats.discord_text import clipped, rendered
from bot.chats.discord_ways import read_way
from bot.clock import Clock
from bot.errors import TryLater
from bot.speech import Form, Incoming, Receive, Shown

OnSkip = Callable[[str, str], Awaitable[None]]
"""Records that the event with this key was skipped, and why (words of Pebble's own, never a person's)."""

PATIENCE = 2.0
"""Seconds that a commit may take before Discord is asked for more time."""
STORED = (0.5, 10.0)
"""Seconds of the first and the longest pause before an event that could not be stored is offered again."""
LONGEST_TITLE, LONGEST_LABEL, LONGEST_HINT, LONGEST_LINE = 45, 45, 100, 100
LONGEST_WORDS = 4000

log = structlog.get_logger()


class Intake:
    """Takes events of many people side by side and of one person in their order."""

    def __init__(self, receive: Receive, on_skip: OnSkip, clock: Clock, pauses: tuple[float, float] = STORED) -> None:
        self._receive = receive
        self._on_skip = on_skip
        self._clock = clock
        self._pauses = pauses
        self._stopping = asyncio.Event()
        # A lock lives as long as somebody holds it or waits for it; whoever came first gets it first.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._running: set[asyncio.Task[Any]] = set()
        self._opening: dict[int, asyncio.Event] = {}

    def lock(self, chat: str) -> asyncio.Lock:
        """Return what keeps the events of a person in order."""
        return self._locks.setdefault(chat, asyncio.Lock())

    def is_stopping(self) -> bool:
        """Return whether nothing new is taken any more."""
        return self._stopping.is_set()

    async def stop(self) -> None:
        """Take nothing more, and finish what has been handed to the door."""
        self._stopping.set()
        me = asyncio.current_task()
        while running := {task for task in self._running if task is not me}:
            await asyncio.wait(running)

    async def take(self, incoming: Incoming) -> Shown | None:
        """Return what the door says, in the person's order; None when it was recorded as skipped or Pebble stops."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            async with self.lock(incoming.address.chat):
                return await self.take_now(incoming)
        finally:
            self._running.discard(task)

    async def take_now(self, incoming: Incoming) -> Shown | None:
        """Do the same for somebody who holds the lock."""
        backoff = Backoff(self._pauses, self._clock)
        while not self.is_stopping():
            try:
                return await self._receive(incoming)
            except TryLater:
                log.warning("discord_event_waits", key=incoming.key)
                await self._pause(backoff.pause())
            except Exception as error:
                await self.skip(incoming.key, f"not handled: {type(error).__name__}")
                return None
        return None

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until Pebble stops."""
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)

    async def skip(self, key: str, why: str) -> None:
        """Record an event that cannot be handled, so that it holds up nobody."""
        log.warning("discord_event_skipped", key=key, problem=why)
        try:
            await self._on_skip(key, why)
        except Exception as error:
            log.error("discord_skip_not_recorded", key=key, problem=type(error).__name__)

    async def opened(self, interaction: int) -> None:
        """Wait until an interaction of this process has been acknowledged: before, nothing else may answer it."""
        event = self._opening.get(interaction)
        if event is not None:
            await event.wait()

    async def answer(self, interaction: AnyInteraction, incoming: Incoming) -> None:
        """Handle an interaction: commit, acknowledge, show at once what is to be shown."""
        if self.is_stopping():
            return
        event = self._opening[interaction.id] = asyncio.Event()
        taking = asyncio.create_task(self.take(incoming), name="discord interaction")
        try:
            await asyncio.wait({taking}, timeout=PATIENCE)
            if not taking.done():
                await _defer(interaction, incoming)
                event.set()
            shown = await taking
            await _show(interaction, incoming, shown or Shown())
        except (discord.DiscordException, aiohttp.ClientError, TimeoutError) as error:
            # Best effort: it is committed whether this arrives or not.
            log.debug("discord_interaction_not_acknowledged", problem=problem(error))
        finally:
            event.set()
            self._opening.pop(interaction.id, None)
            await asyncio.wait({taking})


async def _defer(interaction: AnyInteraction, incoming: Incoming) -> None:
    """Acknowledge: "thinking" for a command, nothing to be seen for a button."""
    way = read_way(incoming.via)
    if interaction.type is discord.InteractionType.application_command:
        await interaction.response.defer(ephemeral=bool(way and way.hidden), thinking=True)
    else:
        await interaction.response.defer()


async def _show(interaction: AnyInteraction, incoming: Incoming, shown: Shown) -> None:
    """Acknowledge after the commit, with what is to be shown at once."""
    response = interaction.response
    if not response.is_done():
        if shown.form is not None:
            modal = _modal(shown.form)
            await response.send_modal(modal)
            modal.stop()  # the library need not wait for it
            return
        if shown.toast and not shown.replies:
            await response.send_message(rendered(shown.toast), ephemeral=True)
            return
        await _defer(interaction, incoming)
    if shown.toast:
        await interaction.followup.send(rendered(shown.toast), ephemeral=True)
    elif not shown.replies and interaction.type is discord.InteractionType.application_command:
        await interaction.delete_original_response()  # nothing follows that would end the "thinking"


def _modal(form: Form) -> discord.ui.Modal:
    # What is sent in comes as an event of its own and names its question, so nothing has to be remembered here.
    modal = discord.ui.Modal(title=clipped(form.title, LONGEST_TITLE), custom_id=form.payload, timeout=None)
    for number, field in enumerate(form.fields):
        inner: discord.ui.Select[Any] | discord.ui.TextInput[Any]
        if field.choices:
            options = [discord.SelectOption(label=clipped(choice, LONGEST_LINE)) for choice in field.choices]
            inner = discord.ui.Select(custom_id=f"field:{number}", options=options, required=False)
        else:
            style = discord.TextStyle.paragraph if field.long else discord.TextStyle.short
            inner = discord.ui.TextInput(
                custom_id=f"field:{number}",
                style=style,
                placeholder=clipped(field.hint, LONGEST_HINT) or None,
                max_length=LONGEST_WORDS,
            )
        modal.add_item(discord.ui.Label(text=clipped(field.label, LONGEST_LABEL), component=inner))
    return modal
