"""What a person sees of a message, and of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .discord_components import BUTTON, SELECT, leaves
from .discord_markdown import Reader, render
from .discord_world import EPHEMERAL, SILENT, Attachment, Message, User, World


@dataclass(frozen=True)
class Select:
    """A select menu: `options` as (label, value), `chosen` the values that stand there already."""

    custom_id: str
    placeholder: str
    options: list[tuple[str, str]]
    chosen: list[str]


@dataclass(frozen=True)
class Embed:
    """A card under a message, its words rendered."""

    title: str
    description: str
    fields: list[tuple[str, str]]
    footer: str

    @property
    def text(self) -> str:
        """All its words, line by line."""
        pairs = [part for pair in self.fields for part in pair]
        return "\n".join(part for part in (self.title, self.description, *pairs, self.footer) if part)


@dataclass(frozen=True)
class Modal:
    """A form that is open: `fields` as (custom_id, label), `raw` as the bot sent it."""

    title: str
    custom_id: str
    fields: list[tuple[str, str]]
    raw: dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """A message as one person sees it now: it changes when the bot edits or deletes it."""

    message: Message
    viewer: User
    world: World

    @property
    def id(self) -> int:
        """Discord's id."""
        return self.message.id

    @property
    def text(self) -> str:
        """The words as they are read, without marks; see `source` for what was sent."""
        return self.read(self.message.content)

    @property
    def source(self) -> str:
        """The content as the bot sent it."""
        return self.message.content

    @property
    def before(self) -> list[str]:
        """What was read there before each edit, oldest first."""
        return [self.read(text) for text in self.message.history]

    @property
    def buttons(self) -> list[list[tuple[str, str]]]:
        """Rows of buttons, each (label, custom_id); one that opens a page has its address in place of an id."""
        rows = [[part for part in row["components"] if part["type"] == BUTTON] for row in self.message.components]
        return [[(label_of(part), part.get("custom_id") or part["url"]) for part in row] for row in rows if row]

    @property
    def selects(self) -> list[Select]:
        """Select menus, from the top."""
        return [_select(part) for part in leaves(self.message.components) if part["type"] == SELECT]

    @property
    def embeds(self) -> list[Embed]:
        """Cards under the text."""
        return [self._embed(embed) for embed in self.message.embeds]

    @property
    def attachments(self) -> list[Attachment]:
        """Files, with their content."""
        return list(self.message.attachments)

    @property
    def reply_to(self) -> int | None:
        """The id of the message that it answers."""
        return self.message.reference

    @property
    def from_bot(self) -> bool:
        """True for what the bot said."""
        return self.message.author is self.world.bot

    @property
    def pings(self) -> list[str]:
        """Whom it called when it came: `@everyone`, `<@11>` …"""
        return list(self.message.pings)

    @property
    def silent(self) -> bool:
        """True when it came without a sound."""
        return bool(self.message.flags & SILENT)

    @property
    def ephemeral(self) -> bool:
        """True when nobody else sees it."""
        return bool(self.message.flags & EPHEMERAL)

    @property
    def edited(self) -> bool:
        """True when it was changed since it came."""
        return self.message.edited_at is not None

    @property
    def deleted(self) -> bool:
        """True when it is gone."""
        return self.message.deleted

    @property
    def words(self) -> str:
        """The text and the cards' texts."""
        return "\n".join([self.text, *(embed.text for embed in self.embeds)])

    def read(self, source: str) -> str:
        """Any source as this person reads it."""
        people = {user.id: user.name for user in self.world.users.values()}
        reader = Reader(
            self.viewer.zone,
            lambda number: people.get(number, "unknown-user"),
            lambda number: "general" if number in self.world.channels else "unknown",
            self.world.now,
        )
        return render(source, reader)

    def _embed(self, embed: dict[str, Any]) -> Embed:
        fields = [(self.read(each["name"]), self.read(each["value"])) for each in embed.get("fields", [])]
        title, description = (self.read(embed.get(key) or "") for key in ("title", "description"))
        return Embed(title, description, fields, (embed.get("footer") or {}).get("text", ""))

    def picture(self) -> list[str]:
        """The message as lines, for a failing test."""
        marks = [mark for mark in ("deleted", "edited", "ephemeral", "silent") if getattr(self, mark)]
        said = self.words.strip() or [each.filename for each in self.attachments] or sorted(self.message.extra)
        lines = [f"#{self.id} {self.message.author.name}{''.join(f' [{mark}]' for mark in marks)}: {said}"]
        lines += ["      " + " | ".join(f"[{label}]({name})" for label, name in row) for row in self.buttons]
        lines += [f"      <{each.placeholder}> {each.options}" for each in self.selects]
        return lines


def label_of(button: dict[str, Any]) -> str:
    """The emoji and the words on a button."""
    return f"{(button.get('emoji') or {}).get('name') or ''} {button.get('label') or ''}".strip()


def modal_of(raw: dict[str, Any]) -> Modal:
    """The form that a bot sent."""
    fields = [(part["custom_id"], part.get("label", "")) for part in leaves(raw["components"])]
    return Modal(raw["title"], raw["custom_id"], fields, raw)


def _select(part: dict[str, Any]) -> Select:
    options = part.get("options", [])
    chosen = [each["value"] for each in options if each.get("default")]
    return Select(part["custom_id"], part.get("placeholder") or "", [(o["label"], o["value"]) for o in options], chosen)
