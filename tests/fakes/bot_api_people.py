"""The other side of the chat: people who write, tap, block and leave, and the groups they are in."""

from __future__ import annotations

import time
from typing import Any

from .bot_api_inline import InlineAnswer
from .bot_api_talk import Talk, wait_until
from .bot_api_text import Formatted
from .bot_api_units import utf16_units
from .bot_api_world import Chat, Message, Query, Toast, User, World

_QUERY_LIFETIME = 60.0  # seconds; Telegram names no figure, its apps stop waiting well within a minute
_INLINE_LIFETIME = 10.0  # seconds, seen in eternnoir/pyTelegramBotAPI#270
_ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


class Person(Talk):
    """One human in their private chat with the bot. Everything they do becomes an update at once."""

    def __init__(self, world: World, user: User) -> None:
        super().__init__(world, Chat(user.id, "private", user=user))
        self.user = user
        world.chats[user.id] = self.chat

    @property
    def id(self) -> int:
        """Telegram's user id, which is the id of the private chat as well."""
        return self.user.id

    @property
    def toasts(self) -> list[Toast]:
        """Answers to this person's taps, oldest first."""
        with self.world.changed:
            return list(self.world.toasts.get(self.id, []))

    def send(self, text: str) -> Message:
        """Writes a text to the bot."""
        return self._say(self.user, Formatted(text, _commands(text)))

    def command(self, name: str, argument: str = "") -> Message:
        """`/name argument`, as typed or as a deep link sends it (`/start code`)."""
        return self.send(f"/{name} {argument}".rstrip())

    def send_voice(self, seconds: int, size: int = 20_000) -> Message:
        """A voice note of `size` bytes."""
        voice = _file("voice", mime_type="audio/ogg", duration=seconds, file_size=size)
        return self._say(self.user, extra={"voice": voice})

    def send_audio(self, seconds: int) -> Message:
        """A piece of music, or what was recorded elsewhere."""
        return self._say(self.user, extra={"audio": _file("audio", mime_type="audio/mpeg", duration=seconds)})

    def send_photo(self, caption: str = "", size: int = 50_000) -> Message:
        """A picture of `size` bytes, in three sizes."""
        photo = [_file("photo-small", width=90, height=60, file_size=1_500)]
        photo.append(_file("photo", width=1280, height=853, file_size=size))
        photo.append(_file("photo-middle", width=320, height=213, file_size=12_000))
        return self._say(self.user, Formatted(caption), extra={"photo": photo} | _captioned(caption))

    def send_sticker(self) -> Message:
        """A sticker."""
        kind = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._say(self.user, extra={"sticker": _file("sticker", **kind)})

    def send_document(self, size: int) -> Message:
        """A file of `size` bytes."""
        return self._say(self.user, extra={"document": _file("document", file_size=size)})

    def send_location(self, latitude: float, longitude: float) -> Message:
        """A place, in degrees."""
        return self._say(self.user, extra={"location": {"latitude": latitude, "longitude": longitude}})

    def share_location(self, latitude: float, longitude: float) -> Message:
        """Taps the key that asks for a location. Raises AssertionError when none is shown."""
        if not self.location_key:
            raise AssertionError(f"nothing asks for a location\n{self.picture()}")
        return self.send_location(latitude, longitude)

    def edit(self, text: str, message: Message | None = None) -> Message:
        """Changes an own message, the newest unless another is named."""
        with self.world.changed:
            own = [kept for kept in self.messages if not kept.from_bot and not kept.deleted]
            message = message or own[-1]
            message.rewrite(Formatted(text, _commands(text)), message.markup)
            self.world.push("edited_message", message.json())
        return message

    def tap(self, button: str, message: Message | None = None, *, forge: bool = False, too_late: bool = False) -> str:
        """Taps the button with this label or data and returns the id of the callback query.

        It looks at the newest message that has such a button, or only at `message` (another person's too),
        and raises AssertionError when there is none. A key of a reply keyboard is tapped the same way and
        sends its label. `forge=True` sends `button` as data although no such button is there;
        `too_late=True` makes the query one that Telegram no longer lets the bot answer.
        """
        self._must_be_there(self.user)
        with self.world.changed:
            found = self.find_button(button, message)
            if found is None and message is None and self.has_key(button):
                if button == self.location_key:
                    raise AssertionError("this key asks for a location: share_location")
                self.send(button)
                return ""
            if found is None and not forge:
                raise AssertionError(f"no button {button!r} to tap\n{self.picture()}")
            where, data = found or (message or self.newest, button)
            return self._tap(where, data, -1.0 if too_late else _QUERY_LIFETIME)

    def _tap(self, message: Message, data: str, lifetime: float) -> str:
        number = self._new_query(lifetime)
        body = {
            "id": number,
            "from": self.user.json(),
            "message": message.json(),
            "chat_instance": str(message.chat.id * 7),
            "data": data,
        }
        self.world.push("callback_query", body)
        return number

    def _new_query(self, lifetime: float) -> str:
        number = str(4_000_000_000_000_000 + len(self.world.queries))
        self.world.queries[number] = Query(number, self.id, time.monotonic() + lifetime)
        return number

    def ask_inline(self, query: str, *, too_late: bool = False) -> str:
        """Types the bot's name and `query` into some chat and returns the id of the inline query.

        Raises AssertionError where the bot has no inline mode: then Telegram's apps ask nobody.
        """
        if not self.world.inline:
            raise AssertionError("inline mode is off")
        with self.world.changed:
            number = self._new_query(-1.0 if too_late else _INLINE_LIFETIME)
            body = {"id": number, "from": self.user.json(), "query": query, "offset": "", "chat_type": "private"}
            self.world.push("inline_query", body)
        return number

    def open_sheet(self, label: str) -> str:
        """Taps a button that shares, picks some chat, and returns the id of the inline query that follows."""
        rows = [row for message in self.inbox for row in message.markup.raw.get("inline_keyboard", [])]
        found = [button for row in rows for button in row if button["text"] == label]
        if not found or "switch_inline_query_chosen_chat" not in found[-1]:
            raise AssertionError(f"no button {label!r} that shares\n{self.picture()}")
        return self.ask_inline(found[-1]["switch_inline_query_chosen_chat"]["query"])

    def offered(self, query: str) -> InlineAnswer:
        """What is offered for an inline query. Raises AssertionError when no answer comes."""
        answers = self.world.inline_answers
        if not wait_until(self.world, lambda: query in answers, 5):
            raise AssertionError("the inline query was not answered")
        return answers[query]

    def block(self) -> None:
        """Blocks the bot; it is told so once ("my_chat_member")."""
        self._membership("member", "kicked")
        self.user.blocked = True

    def unblock(self) -> None:
        """Lets the bot write again."""
        self._membership("kicked", "member")
        self.user.blocked = False

    def delete_account(self) -> None:
        """From now on the bot is told that the user is deactivated; no update says so."""
        with self.world.changed:
            self.user.deleted = True

    def _membership(self, old: str, new: str) -> None:
        self.world.push("my_chat_member", _member_update(self.world, self.chat, self.user.json(), old, new))

    def _say(self, user: User, formatted: Formatted | None = None, **parts: Any) -> Message:
        self._must_be_there(user)
        user.started = True
        return self.hear(user.json(), formatted or Formatted(""), **parts)

    def _must_be_there(self, user: User) -> None:
        if user.deleted or user.blocked:
            raise AssertionError("someone who blocked the bot or left Telegram cannot write to it")


class Group(Talk):
    """A group with the bot in it or not. Every message reaches the bot, as with privacy mode off."""

    def __init__(self, world: World, chat_id: int, title: str) -> None:
        super().__init__(world, Chat(chat_id, "group", title=title, member="left"))
        world.chats[chat_id] = self.chat

    @property
    def id(self) -> int:
        """The chat id: negative, and another one after `migrate`."""
        return self.chat.id

    def add_bot(self, by: Person) -> None:
        """Somebody adds the bot."""
        self.chat.member = "member"
        body = _member_update(self.world, self.chat, by.user.json(), "left", "member")
        self.world.push("my_chat_member", body)
        self.hear(by.user.json(), Formatted(""), extra={"new_chat_members": [self.world.bot]})

    def remove_bot(self, by: Person) -> None:
        """Somebody throws the bot out."""
        body = _member_update(self.world, self.chat, by.user.json(), "member", "kicked")
        self.chat.member = "kicked"
        self.world.push("my_chat_member", body)

    def say(self, person: Person, text: str) -> Message:
        """A person writes into the group."""
        return self.hear(person.user.json(), Formatted(text, _commands(text)))

    def say_anonymously(self, text: str) -> Message:
        """An administrator writes as the group itself ("sender_chat")."""
        return self.hear(_ANONYMOUS, Formatted(text, _commands(text)), extra={"sender_chat": self.chat.json()})

    def migrate(self) -> int:
        """Becomes a supergroup and returns its new id; both ends are told ("migrate_to_chat_id")."""
        with self.world.changed:
            old = self.chat
            new = Chat(-1_000_000_000_000 + old.id, "supergroup", title=old.title, member=old.member)
            self.world.chats[new.id] = new
            self.hear(_ANONYMOUS, Formatted(""), extra={"migrate_to_chat_id": new.id})
            old.migrated_to = new.id
            self.chat = new
            self.hear(_ANONYMOUS, Formatted(""), extra={"migrate_from_chat_id": old.id})
            return new.id


def _commands(text: str) -> list[dict[str, Any]]:
    first = text.split(maxsplit=1)[0] if text.startswith("/") and text.strip() else ""
    return [{"type": "bot_command", "offset": 0, "length": utf16_units(first)}] if len(first) > 1 else []


def _captioned(caption: str) -> dict[str, Any]:
    return {"caption": caption} if caption else {}


def _file(kind: str, **parts: Any) -> dict[str, Any]:
    return {"file_id": f"{kind}-file", "file_unique_id": f"{kind}-unique", "file_size": 20_000} | parts


def _member_update(world: World, chat: Chat, by: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    def status(name: str) -> dict[str, Any]:
        return {"user": world.bot, "status": name} | ({"until_date": 0} if name == "kicked" else {})

    return {
        "chat": chat.json(),
        "from": by,
        "date": int(time.time()),
        "old_chat_member": status(old),
        "new_chat_member": status(new),
    }
