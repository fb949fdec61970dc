"""The other side of the chat: people who write, click, choose, fill in forms, close their door and leave."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping
from typing import Any

from .discord_client import IN_DM, IN_SERVER, chosen_values, command_data, event_of, form_data, offered
from .discord_components import BUTTON, SELECT, leaves
from .discord_gateway import DIRECT_MESSAGES
from .discord_interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT
from .discord_seen import Modal, Seen, label_of, modal_of
from .discord_world import (
    GROUP,
    GUILD_CHANNEL,
    LOADING,
    VOICE,
    Attachment,
    Channel,
    Interaction,
    Message,
    User,
    World,
    new_token,
)
from .patience import PATIENCE

Wanted = str | Callable[[Seen], object]


class Person:
    """One human on Discord. Everything they do becomes an event at once. Safe to use from any thread."""

    def __init__(self, world: World, user: User) -> None:
        self.world = world
        self.user = user
        self._submitted: set[int] = set()

    @property
    def id(self) -> int:
        """Discord's user id; the id of their channel with the bot is another one, `channel.id`."""
        return self.user.id

    @property
    def channel(self) -> Channel:
        """Their direct messages with the bot."""
        with self.world.changed:
            return self.world.dm_of(self.user)

    # What they see

    @property
    def messages(self) -> list[Seen]:
        """Their direct messages with the bot, from both sides, deleted ones too, oldest first."""
        return self._of([self.channel])

    @property
    def inbox(self) -> list[Seen]:
        """What the bot said there, oldest first; deleted ones carry `deleted`."""
        return [seen for seen in self.messages if seen.from_bot]

    @property
    def seen(self) -> list[Seen]:
        """Everything that the bot said where this person can read it, oldest first."""
        with self.world.changed:
            return [seen for seen in self._of(list(self.world.channels.values())) if seen.from_bot]

    @property
    def ephemeral(self) -> list[Seen]:
        """What only they saw, anywhere."""
        return [seen for seen in self.seen if seen.ephemeral]

    @property
    def newest(self) -> Seen:
        """The bot's newest message that still stands. Raises AssertionError when there is none."""
        standing = [seen for seen in self.seen if not seen.deleted]
        if not standing:
            raise AssertionError(f"the bot has said nothing\n{self.picture()}")
        return standing[-1]

    @property
    def thinking(self) -> list[Interaction]:
        """Interactions that the bot put off ("… is thinking") and has not completed."""
        return [
            each
            for each in self._interactions()
            if each.original and _loads(each.original) and not each.original.deleted
        ]

    @property
    def failed(self) -> list[Interaction]:
        """Interactions that were not answered in time ("The application did not respond")."""
        limit = self.world.now() - self.world.answer_within
        return [each for each in self._interactions() if each.answer is None and each.at <= limit]

    @property
    def modal(self) -> Modal | None:
        """The form that is open."""
        shown = self._open()
        return modal_of(shown.modal) if shown and shown.modal else None

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """What the newest autocomplete offered, as (name, value)."""
        answers = [each.choices for each in self._interactions() if each.choices is not None]
        return [(choice["name"], choice["value"]) for choice in answers[-1]] if answers else []

    # What they do

    def write(self, text: str, reply_to: Seen | None = None) -> Seen:
        """Writes a direct message to the bot."""
        return self._say(content=text, reference=reply_to.id if reply_to else None)

    def send_voice(self, seconds: float, content: bytes = b"OggS" + bytes(400)) -> Seen:
        """A voice message."""
        extra = {"duration_secs": seconds, "waveform": base64.b64encode(bytes(range(0, 256, 4))).decode()}
        return self._say(attachments=[self._file("voice-message.ogg", content, "audio/ogg", extra)], flags=VOICE)

    def send_photo(self, caption: str = "", content: bytes = b"\x89PNG\r\n\x1a\n" + bytes(400)) -> Seen:
        """A picture."""
        file = self._file("photo.png", content, "image/png", {"width": 800, "height": 600})
        return self._say(content=caption, attachments=[file])

    def send_sticker(self) -> Seen:
        """A sticker."""
        return self._say(extra={"sticker_items": [{"id": "749054660769218631", "name": "Wave", "format_type": 3}]})

    def slash(
        self,
        name: str,
        options: Mapping[str, Any] | None = None,
        *,
        guild: int | None = None,
        context: int | None = None,
        focused: str | None = None,
    ) -> Interaction:
        """Uses a command: `context` 0 in the server, 1 in the direct messages (the default), 2 in another talk.

        `focused` names the option that is being typed: then it asks for autocomplete. Raises AssertionError for a
        command, option or place that Discord would not offer.
        """
        with self.world.changed:
            where = context if context is not None else (IN_SERVER if guild else IN_DM)
            data = command_data(offered(self.world, self.user, name, where), name, dict(options or {}), focused)
            return self._interact(AUTOCOMPLETE if focused else COMMAND, self._place(where), data)

    def click(self, button: str, message: Seen | None = None, *, forge: bool = False) -> Interaction:
        """Clicks the button with this label or custom_id, on the newest message that has it or on `message`.

        Raises AssertionError when it is not there; with `forge` it is taken for a custom_id all the same.
        """
        found = self._find(BUTTON, message, lambda part: button in {label_of(part), part.get("custom_id")})
        if found is None and not forge:
            raise AssertionError(f"no button {button!r} to click\n{self.picture()}")
        where, part = found or (message or self.newest, {"custom_id": button})
        data = {"custom_id": part["custom_id"], "component_type": BUTTON, "id": part.get("id", 0)}
        return self._interact(COMPONENT, where.message.channel, data, where.message)

    def choose(self, *options: str, message: Seen | None = None) -> Interaction:
        """Chooses these values or labels in the newest select menu that offers them all."""

        def offers(part: dict[str, Any]) -> bool:
            known = {name for each in part["options"] for name in (each["label"], each["value"])}
            return set(options) <= known

        found = self._find(SELECT, message, offers)
        if found is None:
            raise AssertionError(f"no menu offers {options!r}\n{self.picture()}")
        where, part = found
        data = {"custom_id": part["custom_id"], "component_type": SELECT, "id": part["id"]}
        data["values"] = chosen_values(part, options)
        return self._interact(COMPONENT, where.message.channel, data, where.message)

    def submit(self, words: str | Mapping[str, str | list[str]]) -> Interaction:
        """Sends off the open form: the words of its first text input, or words and values by custom_id.

        What is not named stays as the bot filled it in. Raises AssertionError where Discord's own form would refuse.
        """
        shown = self._open()
        if shown is None or shown.modal is None:
            raise AssertionError(f"no form is open\n{self.picture()}")
        data = form_data(shown.modal, words)
        self._submitted.add(shown.id)
        return self._interact(MODAL_SUBMIT, shown.channel, data, shown.source)

    def repeat_last(self) -> None:
        """Sends the newest event once more, as Discord may."""
        with self.world.changed:
            if self.world.last_event is None:
                raise AssertionError("nothing has happened yet")
            self.world.push(*self.world.last_event)

    def close_dms(self) -> None:
        """Lets the bot write no more (50007)."""
        self._change(dms_open=False)

    def open_dms(self) -> None:
        """Lets the bot write again."""
        self._change(dms_open=True)

    def leave_server(self) -> None:
        """Shares no server with the bot any more (50278)."""
        self._change(in_server=False)

    def join_server(self) -> None:
        """Shares a server with the bot again."""
        self._change(in_server=True)

    # Waiting

    def wait_for(self, wanted: Wanted, seconds: float = PATIENCE, *, after: Seen | None = None) -> Seen:
        """Blocks until a standing message of the bot contains the text (or satisfies the function).

        With `after` only messages newer than that one count. Raises AssertionError with a picture of the
        conversation after `seconds`.
        """
        found: list[Seen] = []

        def look() -> bool:
            found[:] = [seen for seen in self.seen if not seen.deleted and _is_wanted(seen, wanted, after)]
            return bool(found)

        if not self.world.wait_until(look, seconds):
            name = repr(wanted) if isinstance(wanted, str) else "what was waited for"
            raise AssertionError(f"{name} did not come within {seconds} s\n{self.picture()}")
        return found[-1]

    async def wait_for_async(self, wanted: Wanted, seconds: float = PATIENCE, *, after: Seen | None = None) -> Seen:
        """`wait_for` for a test whose bot runs in the same event loop."""
        return await asyncio.to_thread(self.wait_for, wanted, seconds, after=after)

    def picture(self) -> str:
        """What they see as text, for a failing test."""
        lines = [f"--- {self.user.name} ({self.id}) ---"]
        with self.world.changed:
            every = self._of(list(self.world.channels.values()))
        lines += [line for seen in every for line in seen.picture()]
        if self.modal:
            lines.append(f"open form {self.modal.title!r}: {self.modal.fields}")
        return "\n".join(
            lines + [f"not answered: {each.event['data']}" for each in self._interactions() if not each.answer]
        )

    # How it becomes events

    def _of(self, channels: list[Channel]) -> list[Seen]:
        with self.world.changed:
            mine = [each for each in channels if each.user in {None, self.user}]
            messages = [message for channel in mine for message in channel.messages]
        shown = [each for each in messages if each.viewer in {None, self.user} and not _loads(each)]
        return [Seen(message, self.user, self.world) for message in sorted(shown, key=lambda each: each.id)]

    def _interactions(self) -> list[Interaction]:
        with self.world.changed:
            return [each for each in self.world.interactions.values() if each.user is self.user]

    def _open(self) -> Interaction | None:
        forms = [each for each in self._interactions() if each.modal and each.id not in self._submitted]
        return forms[-1] if forms else None

    def _change(self, **parts: bool) -> None:
        with self.world.changed:
            for name, value in parts.items():
                setattr(self.user, name, value)
            self.world.changed.notify_all()

    def _say(self, **parts: Any) -> Seen:
        with self.world.changed:
            if not (self.user.in_server and self.user.dms_open):
                raise AssertionError(f"who closed their messages or left cannot write to the bot\n{self.picture()}")
            message = self.world.add(self.world.dm_of(self.user), self.user, **parts)
            self.world.push("MESSAGE_CREATE", self.world.json(message), DIRECT_MESSAGES)
            return Seen(message, self.user, self.world)

    def _file(self, name: str, content: bytes, kind: str, extra: dict[str, Any]) -> Attachment:
        with self.world.changed:
            return Attachment(self.world.new_id(), name, content, kind, extra=extra)

    def _find(
        self, kind: int, message: Seen | None, fits: Callable[[dict[str, Any]], bool]
    ) -> tuple[Seen, dict[str, Any]] | None:
        """The newest standing message with such a part that is not disabled, and the part."""
        for seen in reversed(self.seen):
            if seen.deleted or (message is not None and seen.id != message.id):
                continue
            for part in leaves(seen.message.components):
                if part["type"] == kind and part.get("custom_id") and not part.get("disabled") and fits(part):
                    return seen, part
        return None

    def _place(self, where: int) -> Channel:
        if where == IN_SERVER:
            return self.world.channels[GUILD_CHANNEL]
        if where == IN_DM:
            return self.channel
        talks = [each for each in self.world.channels.values() if each.kind == GROUP and each.user is self.user]
        return talks[0] if talks else self.world.add_channel(GROUP, self.user, bot_may=False)

    def _interact(
        self, kind: int, channel: Channel, data: dict[str, Any], source: Message | None = None
    ) -> Interaction:
        with self.world.changed:
            number, token = self.world.new_id(), new_token()
            event = event_of(self.world, kind, self.user, channel, data) | {"id": str(number), "token": token}
            if source:
                event["message"] = self.world.json(source)
            found = Interaction(number, token, kind, self.user, channel, self.world.now(), event, source)
            self.world.interactions[number] = self.world.tokens[token] = found
            if not self.world.application["interactions_endpoint_url"]:  # there Discord posts it, and nowhere else
                self.world.push("INTERACTION_CREATE", event)
            self.world.changed.notify_all()
            return found


def _loads(message: Message) -> bool:
    return bool(message.flags & LOADING)


def _is_wanted(seen: Seen, wanted: Wanted, after: Seen | None) -> bool:
    if after is not None and seen.id <= after.id:
        return False
    return wanted in seen.words if isinstance(wanted, str) else bool(wanted(seen))
