"""One event of the gateway in, one `Incoming` out. Nothing here waits, remembers or reads a clock.

Shapes: https://discord.com/developers/docs/resources/message and .../interactions/receiving-and-responding.
"""

import re
from typing import Any

import discord

from bot.chats.discord_ways import PLATFORM, Way, message_ref
from bot.speech import Address, File, Incoming, Kind

_COMMAND = re.compile(r"/([^\s@]*)\s*(.*)", re.DOTALL)
_PEOPLE = (discord.MessageType.default, discord.MessageType.reply)
"""What people send. All other types are service messages ("pinned a message")."""

AnyInteraction = discord.Interaction[Any]


def address_of(user: int) -> Address:
    """Return where a person is reached: by who they are, for the chat with them can be opened from that."""
    return Address(PLATFORM, str(user))


def cursor_of(message: discord.Message) -> str:
    """Return the mark up to which a chat has been read when this message is handled."""
    return message_ref(message.channel.id, message.id)


def read_message(message: discord.Message, language: str | None) -> Incoming | None:
    """Return what a person wrote in private, or None when it is nothing for Pebble."""
    if message.guild is not None or message.author.bot or message.type not in _PEOPLE:
        return None
    kind, text, rest, file = _content(message)
    return Incoming(
        f"{PLATFORM}:message:{message.id}",
        address_of(message.author.id),
        kind,
        text,
        rest,
        language=language,
        file=file,
        cursor=cursor_of(message),
    )


def _content(message: discord.Message) -> tuple[Kind, str, str, File | None]:
    for attachment in message.attachments:
        sort = (attachment.content_type or "").partition("/")[0]
        ref = message_ref(message.channel.id, message.id)
        if attachment.is_voice_message() or sort == "audio":
            seconds = round(attachment.duration) if attachment.duration is not None else None
            return Kind.VOICE, message.content, "", File(PLATFORM, "voice", ref, seconds)
        if sort == "image":
            return Kind.PHOTO, message.content, "", File(PLATFORM, "photo", ref)
    if not message.content:
        return Kind.OTHER, "", "", None
    if command := _COMMAND.fullmatch(message.content):
        return Kind.COMMAND, command[1].lower(), command[2], None
    return Kind.TEXT, message.content, "", None


def is_aside(interaction: AnyInteraction) -> bool:
    """Return whether it happened where others are: in a server, or in a chat that is not the one with Pebble."""
    return interaction.guild_id is not None or not interaction.context.dm_channel


def way_of(interaction: AnyInteraction, *, hidden: bool) -> Way:
    """Return the way back that an interaction holds open."""
    source = interaction.message.id if interaction.message else 0
    return Way(hidden, interaction.channel_id or 0, source, interaction.id, interaction.token)


def read_command(interaction: AnyInteraction, name: str, rest: str) -> Incoming:
    """Return a command that was chosen from the menu; its answers leave by the interaction everywhere."""
    way = str(way_of(interaction, hidden=is_aside(interaction)))
    return _of(interaction, Kind.COMMAND, name, rest, **_back(interaction) | {"via": way})


def read_tap(interaction: AnyInteraction) -> Incoming:
    """Return a button that was tapped, or a line of a list that was chosen."""
    data: Any = interaction.data or {}
    payload = data["values"][0] if data.get("values") else data["custom_id"]
    return _of(interaction, Kind.TAP, str(payload), **_back(interaction))


def read_form(interaction: AnyInteraction) -> Incoming:
    """Return what was written into a form."""
    data: Any = interaction.data or {}
    words = " ".join(given for given in map(_given, _fields(data.get("components", ()))) if given)
    return _of(interaction, Kind.TEXT, words, answers=str(data.get("custom_id", "")), **_back(interaction))


def read_typing(interaction: AnyInteraction, name: str, typed: str) -> Incoming:
    """Return what is being typed into the option of a command."""
    return _of(interaction, Kind.ASKS, typed, name)


def _back(interaction: AnyInteraction) -> dict[str, Any]:
    """Return how a button is answered: in the chat with Pebble like anything there, elsewhere by the interaction."""
    if not is_aside(interaction):
        # Ids of events and of messages grow alike, so what is written later is behind this in the chat.
        return {"cursor": message_ref(interaction.channel_id or 0, interaction.id)}
    return {"via": str(way_of(interaction, hidden=True)), "aside": True}


def _of(interaction: AnyInteraction, kind: Kind, text: str, rest: str = "", **more: Any) -> Incoming:
    message = interaction.message
    ref = message_ref(interaction.channel_id or 0, message.id) if message else None
    return Incoming(
        f"{PLATFORM}:interaction:{interaction.id}",
        address_of(interaction.user.id),
        kind,
        text,
        rest,
        message=ref,
        language=str(interaction.locale),
        **more,
    )


def _fields(components: Any) -> list[dict[str, Any]]:
    """Return the fields of a form in their order: each in a label of its own, or in a row."""
    found: list[dict[str, Any]] = []
    for part in components:
        inner = part.get("component")
        found += [inner] if inner else part.get("components", [])
    return found


def _given(field: dict[str, Any]) -> str:
    return " ".join(field["values"]) if "values" in field else str(field.get("value", ""))
