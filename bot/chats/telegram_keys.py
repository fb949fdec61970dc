"""What stands under a message on Telegram: inline buttons, or the key that shares a location."""

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    SwitchInlineQueryChosenChat,
)

from bot.speech import Button, Outgoing, Rows

Keys = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


def keys(outgoing: Outgoing, *, inline: bool) -> Keys | None:
    """Return what stands under a new message; `inline`: what can be shared is shared through the bot's inline mode."""
    if outgoing.asks_location:
        key = KeyboardButton(outgoing.asks_location, request_location=True)
        return ReplyKeyboardMarkup([[key]], resize_keyboard=True, one_time_keyboard=True)
    return ReplyKeyboardRemove() if outgoing.settles_location else keyboard(outgoing.rows, inline=inline)


def keyboard(rows: Rows, *, inline: bool) -> InlineKeyboardMarkup | None:
    """Return the inline buttons, None where there are none."""
    return InlineKeyboardMarkup([[_button(one, inline) for one in row] for row in rows]) if rows else None


def _button(button: Button, inline: bool) -> InlineKeyboardButton:
    if button.share and inline:
        # Into a chat with one person: what is shared is meant for one.
        chosen = SwitchInlineQueryChosenChat(button.share, allow_user_chats=True)
        return InlineKeyboardButton(button.label, switch_inline_query_chosen_chat=chosen)
    return InlineKeyboardButton(button.label, url=button.url or None, callback_data=button.payload or None)
