"""The methods themselves: each takes a call's parameters and answers as "Available methods" says.

`METHODS` maps the small-letter name to a function of (World, Params) → result. getUpdates and the webhook
methods live with the connections they govern, in `bot_api_polling` and `bot_api_webhook`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from .bot_api_files import known
from .bot_api_inline import check_sharing, read_answer
from .bot_api_keyboard import Markup, read_markup
from .bot_api_params import Params
from .bot_api_refusals import (
    BLOCKED,
    NOT_MODIFIED,
    NOT_UTF8,
    QUERY_TOO_OLD,
    Refusal,
    bad,
    forbidden,
)
from .bot_api_settings import SETTINGS
from .bot_api_text import MAX_CAPTION, Formatted, read_text
from .bot_api_units import is_utf8
from .bot_api_world import Chat, Document, Message, Query, Toast, World

_ACTIONS = {  # "sendChatAction"
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
_MAX_PHOTO = 10 * 1024 * 1024  # bytes, "sendPhoto"; the words are those of tdlib/td, FileManager.cpp
_MAX_TOAST = 200  # characters, "answerCallbackQuery"
_OWN_DELETE = 48 * 3600  # seconds, "deleteMessage"

Method = Callable[[World, Params], Any]


def chat_id_of(params: Params) -> int | None:
    """The chat a call names, None when it names none or one by @name."""
    raw = params.text("chat_id")
    return params.integer("chat_id") if raw and not raw.startswith("@") else None


def _chat_to_write(world: World, params: Params) -> Chat:
    if not params.text("chat_id"):
        raise bad("chat_id is empty")
    chat = world.chat_to_write(chat_id_of(params))
    if chat.user and chat.user.blocked:
        raise forbidden(BLOCKED)
    return chat


def _get_me(world: World, params: Params) -> Any:
    more = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": world.inline}
    return world.bot | more


def _send_message(world: World, params: Params) -> Any:
    preview = params.json("link_preview_options", "Can't parse link preview options JSON object")
    if preview is not None and not isinstance(preview, dict):
        raise bad("Object expected as link preview options")
    return _sent(world, params, read_text(params))


def _send_photo(world: World, params: Params) -> Any:
    given = params.text("photo")
    parts = [params.files[name] for name in ("photo", given.removeprefix("attach://")) if name in params.files]
    photo: bytes | str | None = parts[0] if parts else given or None
    if photo is None:
        raise bad("There is no photo in the request")
    if photo == b"":
        raise bad("File must be non-empty")
    caption = read_text(params, "caption", MAX_CAPTION)
    if isinstance(photo, str):
        return _sent(world, params, caption, photo=photo, extra={"photo": known(world.files, photo, "photo")})
    if len(photo) > _MAX_PHOTO:
        words = f"file of size {len(photo)} bytes is too big for a photo; the maximum size is {_MAX_PHOTO} bytes"
        raise bad(words)
    if not photo.startswith(_PICTURES):
        raise bad("IMAGE_PROCESS_FAILED")
    name = f"photo-{world.last_message_id + 1}"
    sizes = [{"file_id": name, "file_unique_id": name, "width": 90, "height": 90, "file_size": len(photo)}]
    return _sent(world, params, caption, photo=photo, extra={"photo": sizes})


def _send_known(kind: str) -> Method:
    """Sound that Telegram has already; none is uploaded here."""

    def send(world: World, params: Params) -> Any:
        given = params.text(kind)
        if not given:
            raise bad(f"there is no {kind} in the request")
        caption = read_text(params, "caption", MAX_CAPTION)
        return _sent(world, params, caption, sound=given, extra={kind: known(world.files, given, kind)})

    return send


def _send_document(world: World, params: Params) -> Any:
    """Files that Telegram has already are not known here: one has to be uploaded."""
    given = params.text("document").removeprefix("attach://")
    name = next((name for name in ("document", given) if name in params.files), None)
    if name is None:
        raise bad("there is no document in the request")
    content = params.files[name]
    if not content:
        raise bad("file must be non-empty")
    caption = read_text(params, "caption", MAX_CAPTION)
    filename = params.filenames[name]
    number = f"document-{world.last_message_id + 1}"
    shown = {"file_id": number, "file_unique_id": number, "file_name": filename, "file_size": len(content)}
    return _sent(world, params, caption, document=Document(filename, content), extra={"document": shown})


def _sent(world: World, params: Params, formatted: Formatted, **parts: Any) -> Any:
    markup = _markup(world, params)
    chat = _chat_to_write(world, params)
    if markup.location_keys and chat.type != "private":
        raise bad("location can be requested in private chats only")
    extra = dict(parts.pop("extra", {}))
    replied = _replied(world, params, chat)
    if replied:
        extra["reply_to_message"] = {key: value for key, value in replied.json().items() if key != "reply_to_message"}
    message = world.add(chat, formatted, markup=markup, sender=world.bot, from_bot=True, extra=extra, **parts)
    return message.json()


def _markup(world: World, params: Params) -> Markup:
    markup = read_markup(params)
    check_sharing(markup.raw.get("inline_keyboard", []), inline=world.inline)
    return markup


def _replied(world: World, params: Params, chat: Chat) -> Message | None:
    value = params.json("reply_parameters", "Can't parse reply parameters JSON object")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad("Object expected as reply parameters")
    message = world.messages.get((chat.id, value.get("message_id", 0)))
    if message and not message.deleted:
        return message
    if value.get("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


def _message(world: World, params: Params, what: str) -> Message:
    chat = world.chat_to_edit(chat_id_of(params))
    message = world.messages.get((chat.id, params.integer("message_id")))
    if message is None or message.deleted:
        raise bad(f"{what} not found")
    return message


def _message_to_edit(world: World, params: Params) -> Message:
    if not params.text("chat_id") and not params.integer("message_id"):
        raise bad("Message identifier is not specified")
    message = _message(world, params, "message to edit")
    if not message.from_bot:
        raise bad("Message can't be edited")
    return message


def _edit_message_text(world: World, params: Params) -> Any:
    formatted = read_text(params, edit=True)
    markup = _markup(world, params)
    message = _message_to_edit(world, params)
    if message.has_media:
        raise bad("There is no text in the message to edit")
    return _edited(message, formatted, markup)


def _edit_message_caption(world: World, params: Params) -> Any:
    caption = read_text(params, "caption", MAX_CAPTION, edit=True)
    markup = _markup(world, params)
    message = _message_to_edit(world, params)
    if not message.has_media:
        raise bad("There is no caption in the message to edit")
    return _edited(message, caption, markup)


def _edit_message_media(world: World, params: Params) -> Any:
    """Only a photo that is uploaded, in place of a file: that is all that is sent here."""
    media = params.json("media", "Can't parse input media JSON object")
    if not isinstance(media, dict) or media.get("type") != "photo":
        raise bad("photo expected as input media")
    photo = params.files.get(str(media.get("media", "")).removeprefix("attach://"))
    if not photo or not photo.startswith(_PICTURES):
        raise bad("IMAGE_PROCESS_FAILED")
    markup = read_markup(params)
    message = _message_to_edit(world, params)
    if not message.has_media:
        raise bad("there is no media in the message to edit")
    message.photo = photo
    return _edited(message, Formatted(str(media.get("caption", ""))), markup)


def _edit_message_reply_markup(world: World, params: Params) -> Any:
    markup = _markup(world, params)
    message = _message_to_edit(world, params)
    return _edited(message, message.formatted, markup)


def _edited(message: Message, formatted: Formatted, markup: Markup) -> Any:
    if markup.raw and not markup.rows:
        raise bad("Inline keyboard expected")
    if formatted == message.formatted and markup.shown() == message.markup.shown():
        raise bad(NOT_MODIFIED)
    message.rewrite(formatted, markup)
    return message.json()


def _delete_message(world: World, params: Params) -> Any:
    if not params.text("chat_id"):
        raise bad("Chat identifier is not specified")
    if not params.integer("message_id"):
        raise bad("Message identifier is not specified")
    message = _message(world, params, "message to delete")
    others = not message.from_bot and message.chat.type != "private"  # the bot is no admin in a group here
    if others or time.time() - message.date > _OWN_DELETE:
        raise bad("message can't be deleted")
    message.deleted = True
    return True


def _answer_callback_query(world: World, params: Params) -> Any:
    """A second answer to the same query is refused too, which is stricter than the documentation."""
    text = params.text("text")
    if not is_utf8(text):
        raise bad(NOT_UTF8)
    if len(text) > _MAX_TOAST:
        raise bad("MESSAGE_TOO_LONG")
    query = _query_to_answer(world, params.text("callback_query_id"))
    toast = Toast(text, params.flag("show_alert"), query.id)
    world.toasts.setdefault(query.person_id, []).append(toast)
    return True


def _query_to_answer(world: World, number: str) -> Query:
    query = world.queries.get(number)
    if query is None or query.answered or time.monotonic() > query.expires_at:
        raise bad(QUERY_TOO_OLD)
    query.answered = True
    return query


def _answer_inline_query(world: World, params: Params) -> Any:
    answer = read_answer(params)
    if not world.inline:
        raise bad("USER_BOT_INVALID")  # seen in tdlib/telegram-bot-api#568
    query = _query_to_answer(world, params.text("inline_query_id"))
    world.inline_answers[query.id] = answer
    return True


def _send_chat_action(world: World, params: Params) -> Any:
    action = params.text("action").lower()
    if action not in _ACTIONS:
        raise bad("Wrong parameter action in request")
    chat = _chat_to_write(world, params)
    world.actions.append((chat.id, action))
    return True


def _get_chat(world: World, params: Params) -> Any:
    return world.chat_to_edit(chat_id_of(params)).json()


def _leave_chat(world: World, params: Params) -> Any:
    chat = world.chat_to_edit(chat_id_of(params))
    if chat.type == "private":
        raise Refusal(400, "Bad Request: chat member status can't be changed in private chats")
    chat.member = "left"
    return True


METHODS: dict[str, Method] = {
    "getme": _get_me,
    "sendmessage": _send_message,
    "sendphoto": _send_photo,
    "sendvoice": _send_known("voice"),
    "sendaudio": _send_known("audio"),
    "senddocument": _send_document,
    "editmessagetext": _edit_message_text,
    "editmessagecaption": _edit_message_caption,
    "editmessagemedia": _edit_message_media,
    "editmessagereplymarkup": _edit_message_reply_markup,
    "deletemessage": _delete_message,
    "answercallbackquery": _answer_callback_query,
    "answerinlinequery": _answer_inline_query,
    "sendchataction": _send_chat_action,
    "getchat": _get_chat,
    "leavechat": _leave_chat,
    **SETTINGS,
}
SENDING = {"sendmessage", "sendphoto", "sendvoice", "sendaudio", "senddocument"}


def shown(value: Any) -> str:
    """A result as the body of an answer."""
    return json.dumps({"ok": True, "result": value})
