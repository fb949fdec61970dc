"""Reading a conversation: what the bot said, which buttons are there, and waiting for more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from .bot_api_text import Formatted
from .bot_api_world import Chat, Message, World
from .patience import PATIENCE

Wanted = str | Callable[[Message], object]
_BETWEEN_LOOKS = 0.002  # seconds; a look may be long, and thousands of messages may come at once


class Talk:
    """One chat as a person sees it. Safe to use from any thread; every list is a copy."""

    def __init__(self, world: World, chat: Chat) -> None:
        self.world = world
        self.chat = chat

    @property
    def messages(self) -> list[Message]:
        """Everything in the chat from both sides, deleted ones too, oldest first."""
        with self.world.changed:
            return self.world.in_chat(self.chat.id)

    @property
    def inbox(self) -> list[Message]:
        """What came from the bot, oldest first; deleted ones carry `deleted`."""
        return [message for message in self.messages if message.from_bot]

    @property
    def newest(self) -> Message:
        """The bot's newest message that still stands. Raises AssertionError when there is none."""
        standing = [message for message in self.inbox if not message.deleted]
        if not standing:
            raise AssertionError(f"the bot has said nothing\n{self.picture()}")
        return standing[-1]

    @property
    def said(self) -> list[str]:
        """The texts of the inbox as they stand now."""
        return [message.text for message in self.inbox]

    @property
    def actions(self) -> list[str]:
        """What sendChatAction showed here ("typing" …)."""
        with self.world.changed:
            return [action for chat_id, action in self.world.actions if chat_id == self.chat.id]

    def find_button(self, button: str, message: Message | None = None) -> tuple[Message, str] | None:
        """The newest standing message that has a button of this label or data, and the button's data."""
        places = [message] if message else list(reversed(self.inbox))
        for place in places:
            for found in (each for row in place.buttons for each in row):
                if button in {found.label, found.data} and found.data and not place.deleted:
                    return place, found.data
        return None

    def has_key(self, label: str) -> bool:
        """True when the reply keyboard now shown has such a key."""
        for message in reversed(self.inbox):
            if message.markup.keyboard or message.markup.raw.get("remove_keyboard"):
                return any(label in row for row in message.markup.keyboard)
        return False

    @property
    def location_key(self) -> str:
        """The label of the key, now shown, that shares a location; empty when there is none."""
        for message in reversed(self.inbox):
            if message.markup.keyboard or message.markup.raw.get("remove_keyboard"):
                return next(iter(message.markup.location_keys), "")
        return ""

    def hear(self, sender: dict[str, Any], formatted: Formatted, **parts: Any) -> Message:
        """A message from outside arrives in the chat and goes to the bot."""
        with self.world.changed:
            message = self.world.add(self.chat, formatted, sender=sender, **parts)
            self.world.push("message", message.json())
            return message

    def wait_for(self, wanted: Wanted, seconds: float = PATIENCE, *, after: Message | None = None) -> Message:
        """Blocks until a standing message of the bot contains the text (or satisfies the function).

        With `after` only messages newer than that one count. Raises AssertionError with a picture of the
        conversation after `seconds`.
        """
        found: list[Message] = []

        def look() -> bool:
            found[:] = [message for message in self.inbox if _is_wanted(message, wanted, after)]
            return bool(found)

        if not wait_until(self.world, look, seconds):
            name = repr(wanted) if isinstance(wanted, str) else "what was waited for"
            raise AssertionError(f"{name} did not come within {seconds} s\n{self.picture()}")
        return found[-1]

    async def wait_for_async(
        self, wanted: Wanted, seconds: float = PATIENCE, *, after: Message | None = None
    ) -> Message:
        """`wait_for` for a test whose bot runs in the same event loop."""
        return await asyncio.to_thread(self.wait_for, wanted, seconds, after=after)

    def picture(self) -> str:
        """The conversation as text, for a failing test."""
        lines = [f"--- chat {self.chat.id} ({self.chat.type}) ---"]
        for message in self.messages:
            who = "bot" if message.from_bot else message.sender.get("first_name", "?")
            marks = " [deleted]" * message.deleted + " [edited]" * bool(message.history)
            lines.append(f"#{message.message_id} {who}{marks}: {message.text or sorted(message.extra)}")
            lines += ["      " + " | ".join(f"[{b.label}]({b.data})" for b in row) for row in message.buttons]
            lines += ["      " + " | ".join(f"<{key}>" for key in row) for row in message.markup.keyboard]
        return "\n".join(lines)


def wait_until(world: World, condition: Callable[[], object], seconds: float) -> bool:
    """Blocks until the condition holds, looking again after every change; False after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        with world.changed:
            if condition():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            world.changed.wait(left)
        time.sleep(_BETWEEN_LOOKS)


def _is_wanted(message: Message, wanted: Wanted, after: Message | None) -> bool:
    if message.deleted or (after is not None and message.message_id <= after.message_id):
        return False
    return wanted in message.text if isinstance(wanted, str) else bool(wanted(message))
