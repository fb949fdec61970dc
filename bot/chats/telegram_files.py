"""Voice notes and photos on Telegram, shown again by their file id, never by their bytes."""

from typing import Any

from telegram import Bot, LinkPreviewOptions
from telegram.error import BadRequest

from bot.chats.telegram_updates import PLATFORM
from bot.speech import File, Outgoing

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

# Telegram has no codes for these; the words are those of tdlib/td, FileManager.cpp, in lower case.
_ANOTHER_TYPE = ("can't use file of type", "type of file mismatch")
_UNUSABLE = (*_ANOTHER_TYPE, "file identifier", "file_id")


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


async def edit_caption(bot: Bot, chat: int, target: int, text: str, **more: Any) -> None:
    """Change the text under a file, or the text alone where the file could not be shown."""
    try:
        await bot.edit_message_caption(chat, target, caption=text, **more)
    except BadRequest as error:
        if not _says(error, ("there is no caption in the message",)):
            raise
        await bot.edit_message_text(text, chat, target, link_preview_options=NO_PREVIEW, **more)


def _says(error: BadRequest, words: tuple[str, ...]) -> bool:
    said = str(error).lower()
    return any(known in said for known in words)
