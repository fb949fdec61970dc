"""What Discord remembers: users, channels, messages, interactions and the application.

It lives in the test's process, so it survives any death of the bot. Every change is made under `World.changed`
(a re-entrant condition), which also wakes whoever waits for something to be said. Times are Unix seconds of
`World.now`, a clock that a test can move.
"""

from __future__ import annotations

import datetime
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .discord_errors import refused

_EPOCH = 1_420_070_400  # Discord's ids count from 2015: /docs/reference#snowflakes
_CDN_LIFETIME = 24 * 3600  # seconds; attachment links are signed for a day: /docs/reference#signed-attachment-cdn-urls

SUPPRESS_EMBEDS, EPHEMERAL, LOADING, SILENT, VOICE = 1 << 2, 1 << 6, 1 << 7, 1 << 12, 1 << 13
TEXT, DM, GROUP = 0, 1, 3


@dataclass(eq=False)
class User:
    """Somebody on Discord. `zone` is where they read times; `in_server`: they share a server with the bot;
    `installed`: they added the app to themselves."""

    id: int
    name: str
    locale: str = "en-US"
    zone: str = "UTC"
    bot: bool = False
    dms_open: bool = True
    in_server: bool = True
    installed: bool = False

    def json(self) -> dict[str, Any]:
        """The "User" object."""
        named = {"username": self.name.lower(), "global_name": self.name, "discriminator": "0", "avatar": None}
        return {"id": str(self.id), "bot": self.bot, "public_flags": 0} | named


@dataclass
class Attachment:
    """A file under a message. `extra`: what only some kinds have (waveform, width …)."""

    id: int
    filename: str
    content: bytes
    content_type: str
    description: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Channel:
    """A place where messages stand. `bot_may`: the bot may read and write there without an interaction."""

    id: int
    kind: int
    user: User | None = None
    bot_may: bool = True
    messages: list[Message] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """The "Channel" object."""
        last = self.messages[-1].id if self.messages else None
        body: dict[str, Any] = {"id": str(self.id), "type": self.kind, "last_message_id": last and str(last)}
        if self.kind == TEXT:
            named = {"name": "general", "position": 0, "permission_overwrites": [], "nsfw": False, "parent_id": None}
            return body | named | {"guild_id": str(GUILD), "permissions": "0"}
        return body | {"recipients": [self.user.json()] if self.user else [], "flags": 0}


@dataclass(eq=False)
class Message:
    """One message as it stands now; `history` holds the source of each text before an edit, oldest first.

    `viewer`: the only one who sees it, when it is ephemeral. `pings`: whom it called when it came.
    """

    id: int
    channel: Channel
    author: User
    at: float
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    reference: int | None = None
    nonce: str | int | None = None
    viewer: User | None = None
    pings: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    edited_at: float | None = None
    deleted: bool = False


@dataclass(eq=False)
class Interaction:
    """One event that waits for its answer. `answer`: the type of the first response, None while there is none."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    at: float
    event: dict[str, Any]
    source: Message | None = None
    answer: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    expired: bool = False


GUILD = 700_000_000_000_000_001  # the one server that there is
GUILD_CHANNEL = 700_000_000_000_000_002


@dataclass
class World:
    """Everything that outlives the bot. The settings are described at `DiscordApi`."""

    token: str
    bot: User
    application: dict[str, Any]
    url: str = ""
    changed: threading.Condition = field(default_factory=threading.Condition)
    users: dict[int, User] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    interactions: dict[int, Interaction] = field(default_factory=dict)
    tokens: dict[str, Interaction] = field(default_factory=dict)
    nonces: dict[str, tuple[float, Message]] = field(default_factory=dict)
    commands: list[dict[str, Any]] = field(default_factory=list)
    dispatch: Callable[[str, dict[str, Any], int], None] = field(default=lambda name, body, intent: None)
    last_event: tuple[str, dict[str, Any], int] | None = None
    ahead: float = 0.0
    answer_within: float = 3.0
    token_life: float = 900.0
    nonce_window: float = 300.0
    dm_openings: int | None = None
    last_id: int = 0

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self.ahead

    def new_id(self) -> int:
        """A snowflake; ids only ever grow."""
        self.last_id = max(self.last_id + 1, int((self.now() - _EPOCH) * 1000) << 22)
        return self.last_id

    def dm_of(self, user: User) -> Channel:
        """The direct message channel with this person, made when there is none."""
        for channel in self.channels.values():
            if channel.kind == DM and channel.user is user and channel.bot_may:
                return channel
        return self.add_channel(DM, user)

    def add_channel(self, kind: int, user: User | None = None, *, bot_may: bool = True, id: int = 0) -> Channel:  # noqa: A002
        """A new channel."""
        channel = Channel(id or self.new_id(), kind, user, bot_may)
        self.channels[channel.id] = channel
        return channel

    def add(self, channel: Channel, author: User, **parts: Any) -> Message:
        """A new message."""
        message = Message(self.new_id(), channel, author, self.now(), **parts)
        self.messages[message.id] = message
        channel.messages.append(message)
        self.changed.notify_all()
        return message

    def push(self, name: str, body: dict[str, Any], intent: int = 0) -> None:
        """Sends an event to whoever is connected and asked for it."""
        self.last_event = (name, body, intent)
        self.dispatch(name, body, intent)

    def channel_to_use(self, channel_id: int) -> Channel:
        """The channel, when the bot may look into it. Raises a `Refusal`."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise refused(10003)
        if not channel.bot_may:
            raise refused(50001)
        return channel

    def message_in(self, channel: Channel, message_id: int) -> Message:
        """A message that everybody in the channel sees. Raises a `Refusal`."""
        message = self.messages.get(message_id)
        if message is None or message.channel is not channel or message.deleted or message.viewer:
            raise refused(10008)
        return message

    def json(self, message: Message, depth: int = 1) -> dict[str, Any]:
        """The "Message" object; a reply holds what it replies to, one level deep."""
        reference = message.reference
        body: dict[str, Any] = {
            "id": str(message.id),
            "channel_id": str(message.channel.id),
            "author": message.author.json(),
            "content": message.content,
            "timestamp": stamp(message.at),
            "edited_timestamp": stamp(message.edited_at) if message.edited_at else None,
            "tts": False,
            "pinned": False,
            "mention_everyone": "@everyone" in message.pings,
            "mentions": [user.json() for user in self.users.values() if f"<@{user.id}>" in message.pings],
            "mention_roles": [],
            "attachments": [self.attachment_json(message, each) for each in message.attachments],
            "embeds": message.embeds,
            "components": message.components,
            "flags": message.flags,
            "type": 19 if reference else 0,
        }
        if message.nonce is not None:
            body["nonce"] = message.nonce
        if message.channel.kind == TEXT:
            body["guild_id"] = str(GUILD)
        if reference:
            place = {"type": 0, "channel_id": str(message.channel.id), "message_id": str(reference)}
            body["message_reference"] = place
            if depth:
                found = self.messages.get(reference)
                body["referenced_message"] = self.json(found, 0) if found and not found.deleted else None
        return body | message.extra

    def attachment_json(self, message: Message, attachment: Attachment) -> dict[str, Any]:
        """The "Attachment" object, with a link that holds for a day."""
        signed = f"?ex={int(self.now() + _CDN_LIFETIME):x}&is={int(self.now()):x}&hm=0&"
        url = f"{self.url}/attachments/{message.channel.id}/{attachment.id}/{attachment.filename}{signed}"
        body: dict[str, Any] = {
            "id": str(attachment.id),
            "filename": attachment.filename,
            "size": len(attachment.content),
            "url": url,
            "proxy_url": url,
            "content_type": attachment.content_type,
        }
        if attachment.description is not None:
            body["description"] = attachment.description
        return body | attachment.extra

    def wait_until(self, condition: Callable[[], object], seconds: float) -> bool:
        """Blocks until the condition holds, looking again after every change; False after `seconds`."""
        end = time.monotonic() + seconds
        with self.changed:
            while not condition():
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self.changed.wait(min(left, 0.05))
            return True


def new_token() -> str:
    """An interaction token, as opaque as Discord's."""
    return "aW50ZXJhY3Rpb246" + secrets.token_urlsafe(60)


def stamp(at: float) -> str:
    """ISO 8601 in UTC."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat()
