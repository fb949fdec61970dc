"""One update of the Bot API in, one `Incoming` out. Nothing here waits, remembers or reads a clock.

Shapes: "Getting updates" and "Available types" of https://core.telegram.org/bots/api.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from bot.speech import Address, File, Incoming, Kind

PLATFORM = "telegram"
WANTED = ("message", "callback_query", "my_chat_member", "inline_query")
"""The `allowed_updates`. Edited messages are not among them: what was answered once stays as it was."""

_ANONYMOUS_ADMIN = 1087968824  # GroupAnonymousBot, see "from" of Message
_ID_LIMIT = 2**53  # "at most 52 significant bits" (Chat, User); nothing larger is an id
_COMMAND = re.compile(r"/([^\s@]*)(?:@(\S*))?\s*(.*)", re.DOTALL)
_VOICES = ("voice", "audio")
# Opaque, and as long as Telegram likes. Nothing that could be an address or a path of this machine.
_FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,250}")
# What people send. A message with none of it is a service message ("pinned a message"), which wants no reply.
_OTHERS = (
    *("sticker", "document", "contact", "video", "video_note", "animation", "story"),
    *("dice", "game", "poll", "checklist", "paid_media", "live_photo", "invoice"),
)
_NUMBER_IN_TEXT = re.compile(rb'"update_id"\s*:\s*([0-9]{1,15})(?![0-9.eE])')
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


def read_update(update: object, username: str | None = None) -> Incoming | None:
    """Return what happened, or None when it is nothing for Pebble (group chatter, channel posts, other bots).

    `username` is the bot's own, to tell whether a group's command is meant for it. Raises ValueError, in
    words that quote nothing, when this is no update.
    """
    if not isinstance(update, dict):
        raise ValueError("not a JSON object")
    number = number_of(update)
    if number is None:
        raise ValueError("no usable update_id")
    key = f"{PLATFORM}:update:{number}"
    if "callback_query" in update:
        return _tap(key, _object(update, "callback_query"))
    if "inline_query" in update:
        return _query(key, _object(update, "inline_query"))
    if "my_chat_member" in update:
        return _membership(key, _object(update, "my_chat_member"))
    if "message" in update:
        return _message(key, _object(update, "message"), username)
    return None


def number_of(update: object) -> int | None:
    """Return the `update_id`; of bytes that are no JSON, what looks like it; None when it can be none."""
    if isinstance(update, bytes):
        found = _NUMBER_IN_TEXT.search(update)
        return int(found[1]) if found else None
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int and 0 <= number < _ID_LIMIT else None


def skip_key(update: object) -> str:
    """Return the name under which an update that cannot be handled is recorded."""
    number = number_of(update)
    if number is not None:
        return f"{PLATFORM}:update:{number}"
    try:
        raw = update if isinstance(update, bytes) else json.dumps(update).encode()
    except (ValueError, TypeError, RecursionError):
        raw = type(update).__name__.encode()
    return f"{PLATFORM}:unreadable:{hashlib.sha256(raw).hexdigest()[:32]}"


def queue_of(update: object) -> str:
    """Return the chat, within which order counts; for what belongs to none, a name of its own."""
    try:
        incoming = read_update(update)
    except Exception:
        incoming = None  # whoever handles it will say what is wrong
    return incoming.address.chat if incoming else skip_key(update)


def tap_id(update: object) -> str | None:
    """Return the id with which a tap is to be acknowledged, or None when this is no tap."""
    return _id_of(update, "callback_query")


def query_id(update: object) -> str | None:
    """Return the id with which somebody who shares is answered, or None when nobody does."""
    return _id_of(update, "inline_query")


def _id_of(update: object, kind: str) -> str | None:
    query = update.get(kind) if isinstance(update, dict) else None
    written = query.get("id") if isinstance(query, dict) else None
    return written if isinstance(written, str) else None


def split_updates(answer: bytes) -> list[object] | None:
    """Read the updates of a getUpdates answer one by one; those that are no JSON stay bytes.

    For an answer that cannot be read as a whole, because a single update is nested too deeply or damaged.
    None when there is no list in it.
    """
    result = answer.find(b'"result"')
    start = answer.find(b"[", result)
    if result < 0 or start < 0:
        return None
    updates: list[object] = []
    for piece in _elements(answer, start + 1):
        try:
            updates.append(json.loads(piece))
        except (ValueError, RecursionError):
            updates.append(piece)
    return updates


def _elements(answer: bytes, start: int) -> Iterator[bytes]:
    """Cut at the commas of the list that begins before `start`; an unfinished last element is left out."""
    depth = 0
    for token in _TOKEN.finditer(answer, start):
        if token[0] in b"[{":
            depth += 1
        elif token[0] in b"]}":
            depth -= 1
        if depth < 0 or (depth == 0 and token[0] == b","):
            if piece := answer[start : token.start()].strip():
                yield piece
            start = token.end()
        if depth < 0:
            return


def _tap(key: str, query: dict[str, Any]) -> Incoming | None:
    sender = _object(query, "from")
    if sender.get("is_bot"):
        return None
    # No message comes with it when that was sent through inline mode: then it is the person's own chat.
    message = _object(query, "message") if query.get("message") is not None else None
    chat = _object(message, "chat") if message else {"id": sender.get("id"), "type": "private"}
    return Incoming(
        key,
        _address(chat),
        Kind.TAP,
        text=_text(query, "data"),
        message=str(_number(message, "message_id")) if message else None,
        language=_language(sender),
        private=chat.get("type", "private") == "private",
    )


def _query(key: str, query: dict[str, Any]) -> Incoming | None:
    """Return what somebody types behind the bot's name, in whatever chat: it comes with the person alone."""
    sender = _object(query, "from")
    if sender.get("is_bot"):
        return None
    # A private chat has the number of its person.
    return Incoming(key, _address(sender), Kind.SHARES, text=_text(query, "query"), language=_language(sender))


def _membership(key: str, change: dict[str, Any]) -> Incoming | None:
    chat = _object(change, "chat")
    address, kind = _address(chat), chat.get("type")
    before, after = (_object(change, name).get("status") for name in ("old_chat_member", "new_chat_member"))
    language = _language(change.get("from"))
    if kind == "private" and after in ("kicked", "member"):
        return Incoming(key, address, Kind.LEFT if after == "kicked" else Kind.BACK, language=language)
    added = after in ("member", "administrator") and before in ("left", "kicked")
    if kind in ("group", "supergroup") and added:
        return Incoming(key, address, Kind.OTHER, language=language, private=False)
    return None


def _message(key: str, message: dict[str, Any], username: str | None) -> Incoming | None:
    chat = _object(message, "chat")
    address = _address(chat)
    if chat.get("type") == "channel":
        return None
    if "migrate_to_chat_id" in message:
        return Incoming(key, address, Kind.MOVED, str(_number(message, "migrate_to_chat_id")), private=False)
    # Without `from`, or with a chat in its place (an anonymous admin, a channel), no person is speaking.
    if message.get("from") is None or "sender_chat" in message:
        return None
    sender = _object(message, "from")
    if sender.get("is_bot") or _number(sender, "id") == _ANONYMOUS_ADMIN:
        return None
    private = chat.get("type") == "private"
    found = _content(message, username, private)
    if found is None or not (private or found[0] is Kind.COMMAND):
        return None
    kind, text, rest = found
    file = _file(message, kind)
    return Incoming(key, address, kind, text, rest, language=_language(sender), private=private, file=file)


def _content(message: dict[str, Any], username: str | None, private: bool) -> tuple[Kind, str, str] | None:
    """Return kind, text and rest; None for service messages and for commands to other bots."""
    if "text" in message:
        written = _text(message, "text")
        if (command := _COMMAND.fullmatch(written)) is None:
            return Kind.TEXT, written, ""
        name, bot, rest = command.groups()
        others = bot and username and bot.lower() != username.lower()
        return None if others and not private else (Kind.COMMAND, name.lower(), rest)
    if any(name in message for name in _VOICES):
        return Kind.VOICE, _text(message, "caption"), ""
    if "photo" in message:
        return Kind.PHOTO, _text(message, "caption"), ""
    if "location" in message:  # a venue has one too
        return Kind.LOCATION, _point(_object(message, "location")), ""
    return (Kind.OTHER, "", "") if any(name in message for name in _OTHERS) else None


def _file(message: dict[str, Any], kind: Kind) -> File | None:
    """Return the voice note or photo by its id; however long or large it is, nothing of it is fetched."""
    if kind is Kind.VOICE:
        note = next(_object(message, name) for name in _VOICES if name in message)
        return File(PLATFORM, "voice", _file_id(note), _whole(note, "duration"))
    if kind is Kind.PHOTO:
        sizes = message.get("photo")
        if not isinstance(sizes, list) or not sizes or not all(isinstance(size, dict) for size in sizes):
            raise ValueError("photo has no sizes")
        largest = max(sizes, key=lambda size: (_whole(size, "width") or 0) * (_whole(size, "height") or 0))
        return File(PLATFORM, "photo", _file_id(largest))
    return None


def _file_id(file: dict[str, Any]) -> str:
    written = file.get("file_id")
    if not isinstance(written, str) or not _FILE_ID.fullmatch(written):
        raise ValueError("file_id is no id")
    return written


def _whole(parent: dict[str, Any], name: str) -> int | None:
    """Return a number that may be missing."""
    value = parent.get(name)
    if value is not None and (type(value) is not int or not 0 <= value < _ID_LIMIT):
        raise ValueError(f"{name} is no number")
    return value


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise ValueError(f"{name} is no object")
    return value


def _number(parent: dict[str, Any], name: str) -> int:
    value = parent.get(name)
    if type(value) is not int or abs(value) >= _ID_LIMIT:
        raise ValueError(f"{name} is no id")
    return value


def _point(location: dict[str, Any]) -> str:
    degrees = [location.get(name) for name in ("latitude", "longitude")]
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in degrees):
        raise ValueError("location is no point")
    return ",".join(map(str, degrees))


def _text(parent: dict[str, Any], name: str) -> str:
    value = parent.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _address(chat: dict[str, Any]) -> Address:
    return Address(PLATFORM, str(_number(chat, "id")))


def _language(sender: object) -> str | None:
    written = sender.get("language_code") if isinstance(sender, dict) else None
    return written if isinstance(written, str) else None
