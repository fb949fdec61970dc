"""What to do next when the Bot API, or the line to it, says no to a message."""

import re

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.chats.telegram_request import Cut, Down, Garbled, Limited, NeverSent
from bot.errors import InDoubt, Moved, Outdated, PebbleError, Refused, TryLater, Unreachable

TOKEN_REFUSED = "Telegram does not accept PEBBLE_TELEGRAM_TOKEN"  # noqa: S105 - words, not a token

# Telegram has no codes for these; the words are those of tdlib/telegram-bot-api, Client.cpp, in lower case.
_GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "chat was deactivated",
    "peer_id_invalid",
    "have no rights to send",
    "not enough rights to send",
    "chat_write_forbidden",
)
_OUTDATED = (
    "message is not modified",
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message_id_invalid",
)
_LONGEST = 80
_QUOTED = re.compile(r"\".*\"|(?<!\w)'.*'(?!\w)", re.DOTALL)


def is_inline_off(error: BadRequest) -> bool:
    """Return whether a button was refused because the bot has no inline mode.

    The server behind the Bot API says so (BUTTON_TYPE_INVALID); the documentation names no error.
    """
    return "button_type_invalid" in str(error).lower()


def next_step(error: Exception, chat: int) -> PebbleError:
    """Return what `send` raises for `error`, which came up while writing to `chat`."""
    match error:
        case Limited():
            # Telegram does not say whose limit was hit. In a group it is nearly always the group's own (20 a
            # minute); a pause for everybody would hurt people who have nothing to do with it. In a private
            # chat the pump already keeps to one a second; what is left is the limit of the whole bot.
            return TryLater(problem(error), error.after, everywhere=chat > 0, limited=True)
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Unreachable(problem(error))
        case InvalidToken():
            return TryLater(TOKEN_REFUSED, everywhere=True)
        case BadRequest():
            return _bad_request(error)
        case NeverSent() | Down():
            return TryLater(problem(error), everywhere=True)
        case Cut() | Garbled():
            return InDoubt(problem(error))
        case NetworkError() | TelegramError():
            return TryLater(problem(error))
    # An answer that the library cannot read is still the answer to a message that has left.
    return InDoubt(type(error).__name__)


def problem(error: Exception) -> str:
    """Return a short line for logs: Telegram's words without what they quote, which may be a person's."""
    words = _QUOTED.sub("…", str(error)) if isinstance(error, TelegramError) else ""
    return f"{type(error).__name__}: {' '.join(words.split())}"[:_LONGEST]


def _bad_request(error: BadRequest) -> PebbleError:
    words = str(error).lower()
    if any(known in words for known in _GONE):
        return Unreachable(problem(error))
    if any(known in words for known in _OUTDATED):
        return Outdated(problem(error))
    return Refused(problem(error))
