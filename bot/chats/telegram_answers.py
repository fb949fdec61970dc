"""What Telegram is told at once: a tap gets its toast, somebody who shares gets what to pass on. Best effort each.

What was tapped is committed whether its answer arrives or not, and what is shared changes nothing. Telegram waits for
seconds only, so nothing is tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from telegram import Bot, InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent

from bot.chats.telegram_errors import problem
from bot.chats.telegram_updates import query_id, tap_id
from bot.chats.telegram_words import NO_PREVIEW
from bot.speech import Shown

AT_ONCE = 50
"""Answers; the other connections stay free for messages."""
_TOAST = 200
"""Characters; the limit of answerCallbackQuery."""
_START = "hello"
"""What comes behind /start from who has opened Pebble out of another chat; Telegram wants something there."""

log = structlog.get_logger()


class Answers:
    """Answers by `bot`, in the background."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    def give(self, update: object, shown: Shown) -> None:
        """Begin to answer what wants an answer; returns at once."""
        if tap := tap_id(update):
            self._begin(partial(self._bot.answer_callback_query, tap, text=shown.toast[:_TOAST] or None))
        elif query := query_id(update):
            self._begin(partial(self._offer, query, shown))

    async def finish(self, seconds: float) -> None:
        """Wait so long for what is under way, and leave the rest."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=seconds)
            for task in late:
                task.cancel()

    def _begin(self, call: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.create_task(self._carry_out(call))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _carry_out(self, call: Callable[[], Awaitable[object]]) -> None:
        try:
            async with self._room:
                await call()
        except Exception as error:
            log.debug("telegram_not_answered", problem=problem(error))

    async def _offer(self, query: str, shown: Shown) -> None:
        """Offer what is passed on, to this person and now only: answerInlineQuery keeps an answer for five minutes."""
        results, button = [], None
        if shown.shared:
            text = InputTextMessageContent(shown.shared.text, link_preview_options=NO_PREVIEW)
            results = [InlineQueryResultArticle("1", shown.shared.title, text, description=shown.shared.line)]
        elif shown.toast:
            button = InlineQueryResultsButton(shown.toast, start_parameter=_START)
        await self._bot.answer_inline_query(query, results, cache_time=0, is_personal=True, button=button)
