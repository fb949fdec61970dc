"""The menu of slash commands: names and lines in every language that Pebble speaks, one option each.

Names: https://discord.com/developers/docs/interactions/application-commands#application-command-object.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.app_commands import AppCommandContext, AppInstallationType, Choice, CommandTree, locale_str

from bot.chats.discord_events import AnyInteraction
from bot.chats.discord_text import clipped
from bot.logs import place_of
from bot.speech import Slash
from bot.texts import Voice

log = structlog.get_logger()

LONGEST_LINE = 100
"""Characters of a description, of a choice's name and of its value."""


_NAMES = (
    app_commands.TranslationContextLocation.command_name,
    app_commands.TranslationContextLocation.parameter_name,
)

Chosen = Callable[[AnyInteraction, str, str], Awaitable[None]]
"""Takes a command's name, and what was given with it."""
Suggest = Callable[[AnyInteraction, str, str], Awaitable[Sequence[tuple[str, str]]]]
"""Takes a command's name and what is typed so far, and returns labels with what they stand for."""


class Translator(app_commands.Translator):
    """Says names and lines in the languages of Pebble's translators; what they have not said is left to the default."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        said = Voice.of(str(locale)).say(str(string.extras.get("message", string.message)))
        if context.location in _NAMES:
            said = said.removeprefix("/").lower()
        return None if said == string.message else clipped(said, LONGEST_LINE)


class Tree(CommandTree[Any]):
    """The commands. One that is not there any more still comes to `unknown`, which answers kindly."""

    def __init__(self, client: discord.Client, menu: Sequence[Slash], chosen: Chosen, suggest: Suggest) -> None:
        super().__init__(
            client,
            # To servers and to people; usable in a server, in the chat with Pebble, and in chats of others.
            allowed_installs=AppInstallationType(guild=True, user=True),
            allowed_contexts=AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        )
        self._chosen = chosen
        for slash in menu:
            self.add_command(_command(slash, chosen, suggest))

    async def _call(self, interaction: AnyInteraction) -> None:
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:
            # What the library cannot read would go unanswered and unrecorded.
            interaction.client.cannot_read("command", {"id": interaction.id}, error)

    async def on_error(self, interaction: AnyInteraction, error: app_commands.AppCommandError, /) -> None:
        """Take a command of an older menu like any other; the door knows a line for what it does not know."""
        data: Any = interaction.data or {}
        outdated = isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch)
        if outdated and interaction.type is discord.InteractionType.application_command:
            values = [str(option.get("value", "")) for option in data.get("options", ())]
            await self._chosen(interaction, str(data.get("name", "")), " ".join(values))
        elif not outdated:
            log.error("discord_command_failed", problem=place_of(getattr(error, "original", error)))


def _command(slash: Slash, chosen: Chosen, suggest: Suggest) -> app_commands.Command[Any, Any, Any]:
    async def plain(interaction: AnyInteraction) -> None:
        await chosen(interaction, slash.name, "")

    async def with_option(interaction: AnyInteraction, value: str | None = None) -> None:
        await chosen(interaction, slash.name, value or "")

    async def typing(interaction: AnyInteraction, typed: str) -> list[Choice[str]]:
        offers = await suggest(interaction, slash.name, typed)
        return [Choice(name=clipped(label, LONGEST_LINE), value=value[:LONGEST_LINE]) for label, value in offers]

    if slash.option:
        name, line = slash.option
        with_option = app_commands.rename(value=locale_str(name))(with_option)
        with_option = app_commands.describe(value=locale_str(line))(with_option)
        if slash.suggests:
            with_option = app_commands.autocomplete(value=typing)(with_option)
    return app_commands.Command(
        name=locale_str(slash.name, message=slash.word),
        description=locale_str(slash.line),
        callback=with_option if slash.option else plain,
    )
