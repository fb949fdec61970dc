"""What Telegram remembers: users, chats, messages and the bot's own settings.

It lives in the test's process, so it survives any death of the bot. Every change is made under
`World.changed` (a re-entrant condition), which also wakes whoever waits for something to be said.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .bot_api_files import remember
from .bot_api_inline import InlineAnswer
from .bot_api_keyboard import Button, Markup
from .bot_api_refusals import (
    CANNOT_INITIATE,
    CHAT_NOT_FOUND,
    DEACTIVATED,
    KICKED,
    MIGRATED,
    NOT_A_MEMBER,
    bad,
    forbidden,
)
from .bot_api_text import Formatted
from .bot_api_updates import Updates


@dataclass
class User:
    """A human who may talk to the bot. `started`: has ever written to it."""

    id: int
    first_name: str
    language: str
    started: bool = False
    blocked: bool = False
    deleted: bool = False

    def json(self) -> dict[str, Any]:
        """The "User" object; a deleted account keeps only its id and an empty name."""
        known = {"first_name": self.first_name, "language_code": self.language}
        return {"id": self.id, "is_bot": False} | ({"first_name": ""} if self.deleted else known)


@dataclass
class Chat:
    """A place where messages stand. `member`: "member", "left" or "kicked" is what the bot is there."""

    id: int
    type: str
    title: str = ""
    user: User | None = None
    member: str = "member"
    migrated_to: int | None = None

    def json(self) -> dict[str, Any]:
        """The "Chat" object."""
        named = {"first_name": self.user.first_name} if self.user else {"title": self.title}
        return {"id": self.id, "type": self.type} | named


@dataclass(frozen=True)
class Document:
    """A file that the bot sent."""

    name: str
    content: bytes


@dataclass(eq=False)
class Message:
    """One message as it stands now; `history` holds what it said before each edit, oldest first."""

    chat: Chat
    message_id: int
    formatted: Formatted
    markup: Markup = field(default_factory=Markup)
    sender: dict[str, Any] = field(default_factory=dict)
    from_bot: bool = False
    photo: bytes | str | None = None
    document: Document | None = None
    sound: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    date: int = field(default_factory=lambda: int(time.time()))
    edited_at: int | None = None
    deleted: bool = False
    history: list[tuple[str, list[list[Button]]]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text, or the caption of a picture or file."""
        return self.formatted.text

    @property
    def has_media(self) -> bool:
        """True for a picture, sound or file of the bot's, under which the text is a caption."""
        return self.photo is not None or self.document is not None or self.sound is not None

    @property
    def buttons(self) -> list[list[Button]]:
        """Rows of inline buttons, each (label, data)."""
        return self.markup.rows

    def json(self) -> dict[str, Any]:
        """The "Message" object."""
        body: dict[str, Any] = {
            "message_id": self.message_id,
            "date": self.date,
            "chat": self.chat.json(),
            "from": self.sender,
        }
        media = self.has_media or "caption" in self.extra
        if self.text:
            body["caption" if media else "text"] = self.text
        if self.formatted.entities:
            body["caption_entities" if media else "entities"] = self.formatted.entities
        if self.edited_at is not None:
            body["edit_date"] = self.edited_at
        return body | self.markup.shown() | self.extra

    def rewrite(self, formatted: Formatted, markup: Markup) -> None:
        """Keeps what stood there and shows the new words and buttons."""
        self.history.append((self.text, self.buttons))
        self.formatted, self.markup = formatted, markup
        self.edited_at = int(time.time())


@dataclass
class Query:
    """A tap, or an inline query, that waits for its answer. `expires_at` in monotonic seconds."""

    id: str
    person_id: int
    expires_at: float
    answered: bool = False


@dataclass
class Toast:
    """What answerCallbackQuery showed to the person."""

    text: str
    alert: bool
    query_id: str


@dataclass
class World:
    """Everything that outlives the bot."""

    bot: dict[str, Any]
    changed: threading.Condition = field(default_factory=threading.Condition)
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[tuple[int, int], Message] = field(default_factory=dict)
    talks: dict[int, list[Message]] = field(default_factory=dict)
    files: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    toasts: dict[int, list[Toast]] = field(default_factory=dict)
    actions: list[tuple[int, str]] = field(default_factory=list)
    commands: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    about: dict[tuple[str, str], str] = field(default_factory=dict)
    updates: Updates = field(default_factory=Updates)
    inline: bool = False
    """Inline mode, as the bot's owner has switched it on or off at BotFather (/setinline)."""
    inline_answers: dict[str, InlineAnswer] = field(default_factory=dict)
    on_update: Callable[[], None] = field(default=lambda: None)
    last_message_id: int = 0

    def add(self, chat: Chat, formatted: Formatted, **parts: Any) -> Message:
        """A new message in a chat; ids only ever grow."""
        self.last_message_id += 1
        message = Message(chat, self.last_message_id, formatted, **parts)
        self.messages[chat.id, message.message_id] = message
        self.talks.setdefault(chat.id, []).append(message)
        remember(self.files, message.extra)
        return message

    def push(self, kind: str, body: Any) -> None:
        """An update of one kind, kept back when `allowed_updates` leaves it out."""
        with self.changed:
            self.updates.add(kind, body)
            self.changed.notify_all()
        self.on_update()

    def in_chat(self, chat_id: int) -> list[Message]:
        """The messages of one chat, oldest first."""
        return list(self.talks.get(chat_id, []))

    def chat_to_write(self, chat_id: int | None) -> Chat:
        """The chat, when the bot may write there at all. Raises a `Refusal` (Client::check_chat_access)."""
        chat = self.chat_to_edit(chat_id)
        if chat.user and not chat.user.started:
            raise forbidden(CANNOT_INITIATE)
        return chat

    def chat_to_edit(self, chat_id: int | None) -> Chat:
        """The chat, when the bot may still touch its own messages there. Raises a `Refusal`.

        Someone who blocked the bot does not stop an edit (AccessRights::Edit looks at deletion only).
        """
        chat = self.chats.get(chat_id) if chat_id is not None else None
        if chat is None:
            raise bad(CHAT_NOT_FOUND)
        if chat.migrated_to is not None:
            raise bad(MIGRATED, {"migrate_to_chat_id": chat.migrated_to})
        if chat.member == "kicked":
            raise forbidden(KICKED.format(kind=chat.type))
        if chat.member == "left":
            raise forbidden(NOT_A_MEMBER.format(kind=chat.type))
        if chat.user and chat.user.deleted:
            raise forbidden(DEACTIVATED)
        return chat
