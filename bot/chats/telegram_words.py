"""A message of words alone, as nearly all are, by the shortest way: the call as it stands in the Bot API.

`Bot.send_message` would read the answer into a Message of a hundred fields, of which one is wanted here: that took a
third of all the processor time that a message cost. Everything rarer goes by the library.
"""

import json
from typing import Any

from telegram import LinkPreviewOptions, TelegramObject

from bot.chats.telegram_request import Line

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_WORDS_ONLY = json.dumps(NO_PREVIEW.to_dict())


async def send_words(line: Line, bot_url: str, chat: int, text: str, **more: Any) -> int:
    """Send a text and return the number of the message.

    `bot_url` is the Bot API's address with the token; `more` are parameters of sendMessage, of which None is left out.
    Raises what the library's own call does, and KeyError, TypeError or ValueError for an answer that is no message.
    """
    form = {"chat_id": str(chat), "text": text, "link_preview_options": _WORDS_ONLY}
    form |= {name: _written(value) for name, value in more.items() if value is not None}
    sent = await line.say(f"{bot_url}/sendMessage", form)
    return int(sent["message_id"])


def _written(value: Any) -> str:
    return json.dumps(value.to_dict() if isinstance(value, TelegramObject) else value)
