"""Telegram: the Bot API through python-telegram-bot's `Bot`, with poll loop, webhook and line of our own."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog
from telegram import Bot, InputFile
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.chats.backoff import Backoff
from bot.chats.telegram_answers import Answers
from bot.chats.telegram_errors import TOKEN_REFUSED, is_inline_off, next_step, problem
from bot.chats.telegram_files import edit_words, own_file, send_file, send_picture, take_away
from bot.chats.telegram_intake import Intake, OnSkip
from bot.chats.telegram_keys import keyboard, keys
from bot.chats.telegram_poll import Poll, Timing
from bot.chats.telegram_request import Limited, Line
from bot.chats.telegram_updates import PLATFORM, WANTED
from bot.chats.telegram_words import send_words
from bot.clock import Clock
from bot.errors import Misconfigured, Outdated, Refused, TryLater
from bot.speech import Address, Op, Outgoing, Receipt, Receive, WayIn

Commands = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""For each language ("" for all others) the menu: names without slash, and what they do."""

log = structlog.get_logger()


class TelegramChat:
    """The chat port for Telegram, by polling or by webhook (`accept`)."""

    def __init__(
        self,
        *,
        token: str,
        on_skip: OnSkip,
        clock: Clock,
        api: str = "https://api.telegram.org",
        mode: Literal["polling", "webhook"] = "polling",
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        commands: Commands | Callable[[], Commands] = (),
        timing: Timing | None = None,
        paid: bool = False,
    ) -> None:
        """`api` is the server's base address; `on_skip` records an event that cannot be handled.

        `paid`: more than 30 messages a second may leave, for which the bot pays (Bot API, "Paid Broadcasts"). Every
        message says so, and only those above the 30 are charged (TransactionPartnerTelegramApi).
        """
        self.name = PLATFORM
        self.shows_instants = False
        self._api = api.rstrip("/")
        self._line = Line(self._api)
        # Braces would be the library's placeholders.
        self._bot = Bot(
            token,
            base_url=lambda token: f"{self._api}/bot{token}",
            base_file_url=lambda token: f"{self._api}/file/bot{token}",
            request=self._line,
            get_updates_request=self._line,
        )
        self._mode = mode
        self._webhook_url = webhook_url
        self._webhook_secret = webhook_secret
        self._commands = commands
        self._on_skip = on_skip
        self._clock = clock
        self._paid = True if paid else None  # what is not said costs nothing
        self._timing = timing or Timing()
        self._username: str | None = None
        self.inline = False
        """Whether the bot has inline mode, by which an invitation is shared; known once its name is."""
        self._token_refused = False
        self._webhook_problem: str | None = "the webhook is not set at Telegram yet"
        self._answers = Answers(self._bot)
        self._intake: Intake | None = None
        self._poll: Poll | None = None
        self._settling: set[asyncio.Task[None]] = set()

    @property
    def last_poll_at(self) -> float | None:
        """Return when a poll was last answered, in seconds of the monotonic clock; None before the first."""
        return self._poll.last_poll_at if self._poll else None

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        """See the port. `nonce` stays here: the Bot API knows no way to drop a repeat."""
        try:
            chat = int(address.chat)
        except ValueError:
            raise Refused("not the number of a Telegram chat") from None
        target = _message_number(message) if outgoing.op is not Op.NEW else 0
        try:
            receipt = await self._try_both_ways(chat, outgoing, target)
        except Exception as error:
            self._token_refused |= isinstance(error, InvalidToken)
            # Without the cause: what the library quotes in it may be a person's.
            raise next_step(error, chat) from None
        self._token_refused = False
        return receipt

    async def _try_both_ways(self, chat: int, outgoing: Outgoing, target: int) -> Receipt:
        try:
            return await self._carry_out(chat, outgoing, target)
        except BadRequest as error:
            if not (self.inline and is_inline_off(error)):
                raise
            self.inline = False  # switched off at BotFather meanwhile
            return await self._carry_out(chat, outgoing, target)

    async def _carry_out(self, chat: int, outgoing: Outgoing, target: int) -> Receipt:
        buttons = keyboard(outgoing.rows, inline=self.inline)
        if outgoing.op is Op.DELETE:
            await take_away(self._bot, chat, target)
            return Receipt(str(target))
        if outgoing.op is Op.EDIT and not outgoing.text:
            await self._bot.edit_message_reply_markup(chat, target)
            return Receipt(str(target))
        text = f"{outgoing.text}\n\n✓ {outgoing.chosen}" if outgoing.chosen else outgoing.text
        if outgoing.op is Op.EDIT:
            under = bool(outgoing.attachment or outgoing.picture is not None or own_file(outgoing))
            await edit_words(self._bot, chat, target, text, captioned=under, reply_markup=buttons)
            return Receipt(str(target))
        return Receipt(str(await self._send_new(chat, text, outgoing)))

    async def _send_new(self, chat: int, text: str, outgoing: Outgoing) -> int:
        """Return the number of the message."""
        more: dict[str, Any] = {
            "reply_markup": keys(outgoing, inline=self.inline),
            "disable_notification": outgoing.silent or None,
            "allow_paid_broadcast": self._paid,
        }
        if file := own_file(outgoing):
            return await send_file(self._bot, chat, file, text, **more)
        if outgoing.image:
            return await send_picture(self._bot, chat, outgoing, text, **more)
        if outgoing.attachment:
            document = InputFile(outgoing.attachment.content, outgoing.attachment.name)
            document.mimetype = outgoing.attachment.mime
            return (await self._bot.send_document(chat, document, caption=text, **more)).message_id
        return await send_words(self._line, self._bot.base_url, chat, text, **more)

    async def start(self) -> None:
        """See the port. The bot's own name is asked for in the background, as often as it takes."""
        await self._line.initialize()
        self._settle(self._insist("name", self._introduce))

    async def hear(self, receive: Receive) -> None:
        """See the port. What Telegram is to know first is told in the background, as often as it takes."""
        self._intake = Intake(receive, self._on_skip, self._answers.give)
        self._intake.username = self._username
        if self._mode == "polling":
            self._poll = Poll(self._bot, self._line, self._intake, self._clock, self._timing)
            self._poll.start()
        self._settle(self._tell())

    async def rest(self) -> None:
        """See the port. Taps already handled are still acknowledged."""
        if self._poll:
            await self._poll.stop()
        self._poll = self._intake = None

    async def stop(self) -> None:
        """See the port. Messages under way are not cut, whether the pump is stopped before or after."""
        for task in self._settling:
            task.cancel()
        await asyncio.gather(*self._settling, return_exceptions=True)
        await self.rest()
        await self._answers.finish(self._timing.farewell)
        await self._line.shutdown()

    async def accept(self, update: object) -> None:
        """Handle what came by webhook: the update, or its raw bytes when they are no JSON.

        Returns after the commit, or when it is recorded as skipped. Raises TryLater when Telegram has to send
        it again. (What the same person wrote meanwhile is not held back then: a webhook keeps no queue.)
        """
        if self._intake is None:
            raise TryLater("not started yet")
        await self._intake.handle(update)

    def way_in(self, token: str) -> WayIn | None:
        """See the port: a deep link (https://core.telegram.org/bots/features#deep-linking)."""
        return WayIn(f"https://t.me/{self._username}?start={token}") if self._username else None

    def trouble(self) -> str | None:
        """See the port."""
        if self._token_refused:
            return TOKEN_REFUSED
        if self._intake is not None and self._mode == "webhook":
            return self._webhook_problem
        if self._poll is None:
            return None  # it rests
        if self._poll.trouble or self._poll.last_poll_at is None:
            return self._poll.trouble or "Telegram has not answered yet"
        silent = self._clock.monotonic() - self._poll.last_poll_at
        return f"the last answered poll was {silent:.0f} s ago" if silent > self._timing.silence else None

    async def check(self) -> str:
        """Return the bot's name (`@name`). Raises Misconfigured, naming the setting that is wrong."""
        try:
            return f"@{await self._introduce()}"
        except InvalidToken:
            raise Misconfigured(f"{TOKEN_REFUSED}; @BotFather shows the right one") from None
        except TelegramError as error:
            host = urlsplit(self._api).hostname  # the address may hold a password
            line = f"PEBBLE_TELEGRAM_API: no proper answer from {host} ({problem(error)})"
            raise Misconfigured(line) from None

    def _settle(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="telegram settings")
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _tell(self) -> None:
        if self._mode == "webhook":
            await self._insist("webhook", self._set_webhook)
        menus = self._commands() if callable(self._commands) else self._commands
        for language, menu in menus:
            await self._insist("commands", partial(self._bot.set_my_commands, menu, language_code=language or None))

    async def _insist(self, what: str, call: Callable[[], Awaitable[object]]) -> None:
        """Try until Telegram has taken it, or has said that it never will."""
        backoff = Backoff(self._timing.network, self._clock)
        while True:
            try:
                await call()
            except TelegramError as error:
                log.warning("telegram_setting_failed", setting=what, problem=problem(error))
                self._token_refused |= isinstance(error, InvalidToken)
                if what == "webhook":
                    self._webhook_problem = f"PEBBLE_WEBHOOK_URL is not set at Telegram ({problem(error)})"
                if isinstance(error, BadRequest):
                    return
                await asyncio.sleep(error.after if isinstance(error, Limited) else backoff.pause())
            else:
                self._token_refused = False
                if what == "webhook":
                    self._webhook_problem = None
                return

    async def _set_webhook(self) -> None:
        await self._bot.set_webhook(
            self._webhook_url or "", secret_token=self._webhook_secret, allowed_updates=list(WANTED)
        )

    async def _introduce(self) -> str:
        me = await self._bot.get_me()
        self._username, self.inline = me.username or "", bool(me.supports_inline_queries)
        if self._intake:
            self._intake.username = self._username
        return self._username


def _message_number(message: str | None) -> int:
    if message is None or not message.isdecimal():
        raise Outdated("there is no message to change")
    return int(message)
