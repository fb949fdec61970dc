"""Photos and voice notes on Telegram: those that people gave by their file id, Pebble's own pictures by their bytes."""

import struct
import zlib
from typing import Any

from telegram import Bot, InputFile, InputMediaPhoto
from telegram.error import BadRequest

from bot.chats.telegram_updates import PLATFORM
from bot.chats.telegram_words import NO_PREVIEW
from bot.speech import File, Outgoing
from bot.speech.outgoing import CAPTION, units

# Telegram has no codes for these; the words are those of tdlib/td, FileManager.cpp, in lower case.
_ANOTHER_TYPE = ("can't use file of type", "type of file mismatch")
_NO_TEXT, _NO_CAPTION = "there is no text in the message", "there is no caption in the message"
_TOO_OLD = "message can't be deleted"
_UNUSABLE = (*_ANOTHER_TYPE, "file identifier", "file_id")
_NO_PICTURE = ("image_process_failed", "photo_invalid", "photo_ext_invalid", "is too big for a photo")


def own_file(outgoing: Outgoing) -> File | None:
    """Return the file that is shown with a message; one of another platform is left out."""
    return outgoing.file if outgoing.file and outgoing.file.platform == PLATFORM else None


async def send_file(bot: Bot, chat: int, file: File, text: str, **more: Any) -> int:
    """Show a file again with the text as its caption and return the number of the message.

    Where Telegram no longer has the file (ids belong to one bot), the text comes alone, if there is any.
    """
    try:
        return await _send(bot, chat, file, text, **more)
    except BadRequest as error:
        if not text or not _says(error, _UNUSABLE):
            raise
    return (await bot.send_message(chat, text, link_preview_options=NO_PREVIEW, **more)).message_id


async def _send(bot: Bot, chat: int, file: File, text: str, **more: Any) -> int:
    caption = text or None
    if file.kind == "photo":
        return (await bot.send_photo(chat, file.id, caption=caption, **more)).message_id
    try:
        return (await bot.send_voice(chat, file.id, caption=caption, **more)).message_id
    except BadRequest as error:
        if not _says(error, _ANOTHER_TYPE):
            raise
    # Recorded elsewhere and sent as a piece of music.
    return (await bot.send_audio(chat, file.id, caption=caption, **more)).message_id


async def send_picture(bot: Bot, chat: int, outgoing: Outgoing, text: str, **more: Any) -> int:
    """Send a picture with the text as its caption and return the number of the message.

    Where Telegram makes nothing of the picture, the text comes alone.
    """
    try:
        photo = InputFile(outgoing.image, "picture.png")
        return (await bot.send_photo(chat, photo, caption=clipped(text) or None, **more)).message_id
    except BadRequest as error:
        if not _says(error, _NO_PICTURE):
            raise
    return (await bot.send_message(chat, text or outgoing.alt, link_preview_options=NO_PREVIEW, **more)).message_id


async def edit_words(bot: Bot, chat: int, target: int, text: str, *, captioned: bool, **more: Any) -> None:
    """Change a text, or the text under a file or picture (`captioned`).

    It may be the other one: the file could not be shown, or nobody remembers that there is one.
    """
    try:
        await _edit(bot, chat, target, text, captioned, **more)
    except BadRequest as error:
        if not _says(error, (_NO_CAPTION, _NO_TEXT)):
            raise
        await _edit(bot, chat, target, text, not captioned, **more)


async def _edit(bot: Bot, chat: int, target: int, text: str, captioned: bool, **more: Any) -> None:
    if captioned:
        await bot.edit_message_caption(chat, target, caption=clipped(text), **more)
    else:
        await bot.edit_message_text(text, chat, target, link_preview_options=NO_PREVIEW, **more)


async def take_away(bot: Bot, chat: int, target: int) -> None:
    """Delete a message, or empty it where it is too old for that: a picture gives way to a blank one.

    Bots may delete for 48 hours (Bot API, deleteMessage); their own messages they may edit for ever (in tdlib/td,
    MessagesManager.cpp, the limit for edits leaves out what a bot has sent).
    """
    try:
        await bot.delete_message(chat, target)
    except BadRequest as error:
        if not _says(error, (_TOO_OLD,)):
            raise
        await _empty(bot, chat, target)


async def _empty(bot: Bot, chat: int, target: int) -> None:
    try:
        await bot.edit_message_text("…", chat, target)
    except BadRequest as error:
        if not _says(error, (_NO_TEXT,)):
            raise
        blank = InputMediaPhoto(blank_picture(), caption="…", filename="picture.png")
        await bot.edit_message_media(blank, chat, target)


def blank_picture() -> bytes:
    """Return a picture (PNG) on which nothing is: 320 by 180 grey dots (https://www.w3.org/TR/png-3/)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    width, height = 320, 180
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    dots = zlib.compress((b"\0" + b"\xee" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def clipped(text: str) -> str:
    """Return a caption that is not too long; what was chosen, at its end, stays."""
    over = units(text) - CAPTION
    if over <= 0:
        return text
    said, mark, chosen = text.rpartition("\n\n✓ ")
    if not mark:
        said, chosen = text, ""
    return _first(said, units(said) - over - 1) + "…" + mark + chosen


def _first(text: str, most: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[: 2 * max(0, most)].decode("utf-16-le", "ignore")


def _says(error: BadRequest, words: tuple[str, ...]) -> bool:
    said = str(error).lower()
    return any(known in said for known in words)
