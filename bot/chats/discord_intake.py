"""From an event to the door and back: each person has their order, and an interaction is acknowledged in time.

Discord waits 3 seconds for the first answer to an interaction. It is given after the commit; when that takes longer
than 2, Discord is asked for more time first.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

import aiohttp
import discord
import structlog

from bot.chats.backoff import Backoff
from bot.chats.discord_errors import problem
from bot.chats.discord_events import AnyInteraction
from bot.chats.discord_text import clipped, rendered
from bot.chats.discord_ways import Way
from bot.clock import Clock
from bot.errors import TryLater
from bot.speech import Form, Incoming, Receive, Shown

OnSkip = Callable[[str, str], Awaitable[None]]
"""Records that the event with this key was skipped, and why (words of Pebble's own, never a person's)."""

PATIENCE = 2.0
"""Seconds that a commit may take before Discord is asked for more time."""
STORED = (0.5, 10.0)
"""Seconds of the first and the longest pause before an event that could not be stored is offered again."""
THINKING = 30.0
"""Seconds after which a command whose answer has not left for some reason no longer shows Pebble as thinking."""
LONGEST_TITLE, LONGEST_LABEL, LONGEST_HINT, LONGEST_LINE = 45, 45, 100, 100
LONGEST_WORDS = 4000
HEARD = 1000
"""Interactions that are remembered: more than come within the seconds in which they are acknowledged."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Open:
    """An interaction of this process: whether it is acknowledged, and what ends its "thinking" without an answer."""

    interaction: AnyInteraction
    acknowledged: asyncio.Event = made(default_factory=asyncio.Event)
    thinking: asyncio.TimerHandle | None = None


class Intake:
    """Takes events of many people side by side and of one person in their order."""

    def __init__(self, receive: Receive, on_skip: OnSkip, clock: Clock, pauses: tuple[float, float] = STORED) -> None:
        self._receive = receive
        self._on_skip = on_skip
        self._clock = clock
        self._pauses = pauses
        self._stopping = asyncio.Event()
        self._last: dict[str, asyncio.Task[Shown | None]] = {}
        """For each person of whom something is being handled, the last of it."""
        self._running: set[asyncio.Task[Shown | None]] = set()
        self._open: dict[int, _Open] = {}
        self._heard: deque[int] = deque(maxlen=HEARD)
        self._ending: set[asyncio.Task[None]] = set()

    def is_stopping(self) -> bool:
        """Return whether nothing new is taken any more."""
        return self._stopping.is_set()

    async def stop(self) -> None:
        """Take nothing more, and finish what has been handed to the door."""
        self._stopping.set()
        while self._running:
            await asyncio.wait(self._running)
        for opened in self._open.values():
            if opened.thinking:
                opened.thinking.cancel()
        for task in self._ending:
            task.cancel()

    def take(
        self,
        incoming: Incoming,
        after: asyncio.Task[Any] | None = None,
        last: Callable[[Incoming], Incoming] = lambda incoming: incoming,
    ) -> asyncio.Task[Shown | None]:
        """Hand an event to the door, behind all that its person did before this was called, and behind `after`.

        `last` gives it its last shape when its turn has come. The task returns what the door says; None when it was
        recorded as skipped or Pebble stops.
        """
        person = incoming.address.chat
        task = self.hand_over(incoming, *filter(None, (self._last.get(person), after)), last=last)
        self._last[person] = task
        task.add_done_callback(lambda done: self._ended(person, done))
        return task

    def hand_over(
        self,
        incoming: Incoming,
        *before: asyncio.Task[Any],
        last: Callable[[Incoming], Incoming] = lambda incoming: incoming,
    ) -> asyncio.Task[Shown | None]:
        """Do the same for what comes out of its turn, as what was missed does."""
        task = asyncio.create_task(self._in_turn(incoming, before, last), name="discord event")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _ended(self, person: str, task: asyncio.Task[Shown | None]) -> None:
        if self._last.get(person) is task:
            del self._last[person]

    async def _in_turn(
        self, incoming: Incoming, before: tuple[asyncio.Task[Any], ...], last: Callable[[Incoming], Incoming]
    ) -> Shown | None:
        if before:
            await asyncio.wait(before)
        incoming = last(incoming)
        backoff = self.backoff()
        while not self.is_stopping():
            try:
                return await self._receive(incoming)
            except TryLater:
                log.warning("discord_event_waits", key=incoming.key)
                await self.pause(backoff.pause())
            except Exception as error:
                await self.skip(incoming.key, f"not handled: {type(error).__name__}")
                return None
        return None

    async def ask(self, incoming: Incoming) -> Shown:
        """Return what could be meant by what is being typed: at once or not at all, for it will be asked again."""
        if not self.is_stopping():
            with suppress(TryLater):
                return await self._receive(incoming)
        return Shown()

    def backoff(self) -> Backoff:
        """Return the pauses before what could not be done is tried again."""
        return Backoff(self._pauses, self._clock)

    async def pause(self, seconds: float) -> None:
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

    def heard_here(self, interaction: int) -> bool:
        """Return whether an interaction of the last seconds has come to this process."""
        return interaction in self._heard

    async def opened(self, interaction: int) -> None:
        """Wait until an interaction of this process has been acknowledged: before, nothing else may answer it."""
        if found := self._open.get(interaction):
            await found.acknowledged.wait()

    def answered(self, interaction: int) -> None:
        """Take note that an answer has left by an interaction."""
        found = self._open.pop(interaction, None)
        if found and found.thinking:
            found.thinking.cancel()

    def answered_elsewhere(self, interaction: int) -> None:
        """Take note that the answer went to the chat itself: nothing is to be promised here any more."""
        found = self._open.get(interaction)
        self.answered(interaction)
        if found and found.interaction.type is discord.InteractionType.application_command:
            self._end_thinking(found.interaction)

    async def answer(self, interaction: AnyInteraction, taking: asyncio.Task[Shown | None], way: Way | None) -> None:
        """See an interaction through: acknowledge after the commit, show at once what is to be shown."""
        self._heard.append(interaction.id)
        opened = self._open[interaction.id] = _Open(interaction)
        try:
            await asyncio.wait({taking}, timeout=PATIENCE)
            if not taking.done():
                await _defer(interaction, way)
                opened.acknowledged.set()
            shown = await taking or Shown()
            await _show(interaction, way, shown)
            opened.acknowledged.set()
            if shown.replies and interaction.type is discord.InteractionType.application_command:
                later = asyncio.get_running_loop().call_later
                opened.thinking = later(THINKING, self._end_thinking, interaction)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            # Best effort: it is committed whether this arrives or not.
            log.debug("discord_interaction_not_acknowledged", problem=problem(error))
        finally:
            opened.acknowledged.set()
            if opened.thinking is None and self._open.get(interaction.id) is opened:
                del self._open[interaction.id]
            await asyncio.wait({taking})

    def _end_thinking(self, interaction: AnyInteraction) -> None:
        """Take the promise of an answer back: none has left by this interaction."""
        self._open.pop(interaction.id, None)
        task = asyncio.get_running_loop().create_task(_take_back(interaction), name="discord thinking")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


async def _take_back(interaction: AnyInteraction) -> None:
    with suppress(discord.DiscordException, aiohttp.ClientError, OSError):
        promised = await interaction.original_response()
        if promised.flags.loading:
            await promised.delete()


async def _defer(interaction: AnyInteraction, way: Way | None) -> None:
    """Acknowledge: "thinking" for a command, nothing to be seen for a button."""
    if interaction.type is discord.InteractionType.application_command:
        await interaction.response.defer(ephemeral=bool(way and way.hidden), thinking=True)
    else:
        await interaction.response.defer()


async def _show(interaction: AnyInteraction, way: Way | None, shown: Shown) -> None:
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
        await _defer(interaction, way)
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
