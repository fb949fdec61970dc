"""A message of Pebble's in Discord's parts: content or embed, buttons, lists, files.

Limits: https://discord.com/developers/docs/components/reference.
"""

import io
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any, Protocol

import discord
from discord.ui import Button as UiButton
from discord.ui import DynamicItem, Item, Select, View

from bot.chats.discord_text import LONGEST, LONGEST_EMBED, clipped, rendered
from bot.chats.discord_ways import PLATFORM, read_ref
from bot.speech import Button, File, Outgoing, Rows
from bot.speech.instants import plain

ROWS, IN_A_ROW, IN_A_LIST = 5, 5, 25
LONGEST_LABEL, LONGEST_CHOICE, LONGEST_URL = 80, 100, 512
PAYLOAD = r"[0-9]{1,3}:[a-z][a-z-]{0,15}:[0-9]{1,18}:[a-z0-9_.=+-]{0,38}"
"""See bot.speech.payload; whatever is not exactly one is told by the door."""
_NO_TEXT = {"photo": "🖼", "voice": "🎙"}

NOBODY = discord.AllowedMentions.none()


class Taken(Protocol):
    """The client as its items see it."""

    async def take_tap(self, interaction: discord.Interaction[Any]) -> None:
        """Handle a button that was tapped, or a line that was chosen from a list."""


class Tap(DynamicItem[UiButton[Any]], template=PAYLOAD):
    """A button. All it knows is in its id, so it works after a restart and a year later."""

    def __init__(self, payload: str, label: str = "") -> None:
        super().__init__(UiButton(label=clipped(label, LONGEST_LABEL) or "…", custom_id=payload))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> "Tap":
        return cls(match[0])

    async def callback(self, interaction: discord.Interaction[Any]) -> Any:
        await interaction.client.take_tap(interaction)


class Choice(DynamicItem[Select[Any]], template=r"list:[0-4]"):
    """A list, where there are more choices than buttons have room. What is chosen is the payload of a button."""

    def __init__(self, number: int, buttons: Sequence[Button] = ()) -> None:
        options = [discord.SelectOption(label=clipped(b.label, LONGEST_CHOICE), value=b.payload) for b in buttons]
        hint = f"{clipped(options[0].label, 60)} … {clipped(options[-1].label, 60)}" if options else None
        super().__init__(Select(custom_id=f"list:{number}", options=options, placeholder=hint))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> "Choice":
        return cls(int(match[0][-1]))

    async def callback(self, interaction: discord.Interaction[Any]) -> Any:
        await interaction.client.take_tap(interaction)


def view_of(outgoing: Outgoing) -> View | None:
    """Return buttons in their rows, or lists where they do not fit; None where there is nothing to tap."""
    given: Rows = (*outgoing.rows, (outgoing.form,)) if outgoing.form else outgoing.rows
    # The text has the address too, so a button that Discord would refuse is left out.
    kept = (tuple(button for button in row if len(button.url) <= LONGEST_URL) for row in given)
    rows = [row for row in kept if row]
    if not rows:
        return None
    if len(rows) <= ROWS and all(len(row) <= IN_A_ROW for row in rows):
        return _view([[_button(button) for button in row] for row in rows])
    # A list holds no addresses: these, and what opens the form, stand below it as buttons.
    flat = [button for row in rows for button in row]
    below = [button for button in flat if button.url or button is outgoing.form][-IN_A_ROW:]
    buttons = iter([button for button in flat if not button.url and button is not outgoing.form])
    listed = [list(islice(buttons, IN_A_LIST)) for _ in range(ROWS - 1 if below else ROWS)]
    lists: list[list[Item[Any]]] = [[Choice(number, some)] for number, some in enumerate(listed) if some]
    return _view([*lists, [_button(button) for button in below]])


def _button(button: Button) -> Item[Any]:
    if button.url:
        return UiButton(label=clipped(button.label, LONGEST_LABEL) or "…", url=button.url)
    return Tap(button.payload, button.label)


def _view(rows: Sequence[Sequence[Item[Any]]]) -> View:
    view = View(timeout=None)
    for number, row in enumerate(rows):
        for item in row:
            item.row = number
            view.add_item(item)
    return view


def said(outgoing: Outgoing) -> tuple[str | None, list[discord.Embed], list[discord.File]]:
    """Return content, embeds and files of a text: what is too long for a message is an embed, else a file."""
    text = f"{outgoing.text}\n\n✓ {outgoing.chosen}" if outgoing.chosen else outgoing.text
    if not text and outgoing.file:
        text = _NO_TEXT[outgoing.file.kind]
    shown = rendered(text)
    if len(shown) <= LONGEST:
        return shown, [], []
    if len(shown) <= LONGEST_EMBED:
        return None, [discord.Embed(description=shown)], []
    whole = io.BytesIO(plain(text).encode(errors="replace"))
    return clipped(shown, LONGEST), [], [discord.File(whole, "text.txt")]


def attached(outgoing: Outgoing) -> list[discord.File]:
    """Return the file or picture that comes with a message."""
    if outgoing.image:
        return [discord.File(io.BytesIO(outgoing.image), "picture.png", description=outgoing.alt)]
    if outgoing.attachment is None:
        return []
    content = io.BytesIO(outgoing.attachment.content)
    return [discord.File(content, outgoing.attachment.name)]


def own_file(outgoing: Outgoing) -> File | None:
    """Return the voice note or photo that is shown again, where it was given on Discord."""
    return outgoing.file if outgoing.file and outgoing.file.platform == PLATFORM else None


def link_to(outgoing: Outgoing) -> str:
    """Return the address that leads to the person's own message with the voice note or photo."""
    file = own_file(outgoing)
    channel, message = read_ref(file.id if file else None)
    return f"https://discord.com/channels/@me/{channel}/{message}"


def reference(outgoing: Outgoing, channel: int) -> discord.MessageReference | None:
    """Return the person's own message with the voice note or photo that is shown again: the text replies to it."""
    file = own_file(outgoing)
    if file is None:
        return None
    place, message = read_ref(file.id)
    if place != channel:
        return None
    return discord.MessageReference(message_id=message, channel_id=place, fail_if_not_exists=False)
