"""Drivers for Discord: over HTTP and websocket to the strict fake, and inside simcord, discord.py's own simulator."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import simcord
from simcord.backend import serializers

from bot.chats.discord import DiscordChat
from bot.chats.discord_ways import message_ref
from bot.clock import SystemClock
from bot.speech import Address, File, Slash
from tests.chats.seen import Door, Seen
from tests.chats.telegram_door import until
from tests.fakes import DiscordApi
from tests.fakes import Seen as Message
from tests.fakes.discord_markdown import Reader, render

QUICK = (0.02, 0.05)
MENU = (Slash("now", "/now", "A tiny moment right now"),)


def discord_chat(**chosen: Any) -> DiscordChat:
    """Return a chat that nothing has been read in before and that must not skip anything."""

    async def on_skip(_key: str, problem: str) -> None:
        raise AssertionError(f"nothing here is unreadable: {problem}")

    async def unread() -> Sequence[str]:
        return ()

    given: dict[str, Any] = {
        "token": "",
        "on_skip": on_skip,
        "clock": SystemClock(),
        "unread": unread,
        "menu": MENU,
        "pauses": QUICK,
    }
    return DiscordChat(**(given | chosen))


class OverHttp:
    """Discord over HTTP and its gateway, as the strict fake shows it."""

    knows_gone = True
    shows_files = True
    language = "de"
    most = 4000

    def __init__(self, api: DiscordApi, chat: DiscordChat) -> None:
        self.chat = chat
        self.api = api
        self.person = api.person(11, locale="de")
        self.address = Address("discord", "11")

    async def view(self, message: str) -> Seen | None:
        found = next(
            (said for said in self.person.inbox if message_ref(said.message.channel.id, said.id) == message), None
        )
        if found is None or found.deleted:
            return None
        text, _, chosen = _words(found).partition("\n\n✓ ")
        file = message_ref(found.message.channel.id, found.reply_to) if found.reply_to else ""
        pictures = [each for each in found.attachments if each.filename.endswith(".png")]
        assert all(each.description for each in pictures), "a picture without words"
        picture = pictures[0].content if pictures else b""
        return Seen(text, [pair for row in found.buttons for pair in row], chosen, file, picture)

    async def write(self, text: str) -> None:
        self.person.write(text)

    async def tap(self, message: str, payload: str) -> None:
        found = next(said for said in self.person.inbox if message_ref(said.message.channel.id, said.id) == message)
        self.person.click(payload, found)

    async def introduce(self) -> None:
        await until(lambda: self.api.commands)
        self.person.slash("now")

    async def repeat(self) -> None:
        self.person.repeat_last()

    def toasts(self) -> list[str]:
        return [said.text for said in self.person.ephemeral]

    def give(self, kind: str) -> File:
        given = self.person.send_photo() if kind == "photo" else self.person.send_voice(42)
        return File("discord", kind, message_ref(given.message.channel.id, given.id))


def _words(message: Message) -> str:
    return message.text + "".join(embed.description for embed in message.embeds)


@contextlib.asynccontextmanager
async def discord_over_http(door: Door) -> AsyncIterator[OverHttp]:
    """A chat that is connected to the fake."""
    async with DiscordApi() as api:
        chat = discord_chat(token=api.token, api=f"{api.url}/api/v10")
        with api.for_discord_py():
            await chat.start()
            await chat.hear(door.receive)
            try:
                await until(lambda: chat.trouble() is None)
                yield OverHttp(api, chat)
            finally:
                await chat.stop()


class InSimcord:
    """Discord as simcord simulates it. Its verbs wait for the bot, so what may have to wait is handed over beside."""

    knows_gone = True
    shows_files = True
    language = "en-US"  # simcord knows no other
    most = 2000

    def __init__(self, env: simcord.Env, chat: DiscordChat) -> None:
        self.chat = chat
        self.env = env
        self.user = env.create_user("anna")
        self.address = Address("discord", str(self.user.id))
        self._channel = self.user.dm_channel.id
        self._results: list[Any] = []
        self._last: Any = None

    async def view(self, message: str) -> Seen | None:
        found = self._stored(message)
        if found is None:
            return None
        words = found.content + "".join(embed["description"] for embed in found.embeds)
        text, _, chosen = render(words, Reader()).partition("\n\n✓ ")
        buttons = [(p["label"], p.get("custom_id") or p["url"]) for row in found.components for p in row["components"]]
        reference = (found.reference or {}).get("message_id") if isinstance(found.reference, dict) else None
        file = message_ref(self._channel, int(reference)) if reference else ""
        picture = await self._picture(found.attachments[0]) if found.attachments else b""
        return Seen(text, buttons, chosen, file, picture)

    async def _picture(self, attachment: dict[str, Any]) -> bytes:
        assert attachment["description"], "a picture without words"
        return await self.chat.client.http.get_from_cdn(attachment["url"])

    async def write(self, text: str) -> None:
        # As its own verb does it, but without waiting until the bot has nothing left to do.
        self._last = self.env.backend.create_message(self._channel, self.user.id, text)

    async def tap(self, message: str, payload: str) -> None:
        await asyncio.sleep(0)
        found = next(said for said in self.user.dm_channel.history() if message_ref(self._channel, said.id) == message)
        self._results.append(await self.user.click(found, custom_id=payload))

    async def introduce(self) -> None:
        await self.env.settle()
        await self.user.slash("now")

    async def repeat(self) -> None:
        payload: Any = serializers.message_payload(self.env.backend, self._last)
        self.env.bot._connection.parse_message_create(payload)

    def toasts(self) -> list[str]:
        return [result.response.content for result in self._results if result.ephemeral]

    def give(self, kind: str) -> File:
        sent = self.env.backend.create_message(self._channel, self.user.id, kind)
        return File("discord", kind, message_ref(self._channel, sent.id))

    def _stored(self, message: str) -> Any:
        number = int(message.partition(".")[2])
        return self.env.backend.messages[self._channel].get(number)


@contextlib.asynccontextmanager
async def discord_in_simcord(door: Door) -> AsyncIterator[InSimcord]:
    """A chat whose client simcord has connected."""
    chat = discord_chat(pauses=(0.0, 0.0))  # its clock stands still while the bot waits
    await chat.start()
    await chat.hear(door.receive)
    # Without its context manager: that has to be left in the context in which it was entered, which fixtures are not.
    env = simcord.Env(chat.client)
    await env.start()
    await env.settle()
    yield InSimcord(env, chat)
    await chat.stop()
    await env.shutdown()
