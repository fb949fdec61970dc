"""Answers to interactions: the one callback, then followups and edits with the interaction's token.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .discord_components import check_modal, numbered
from .discord_drafts import Draft, Upload, read_draft
from .discord_errors import Form, refused
from .discord_world import EPHEMERAL, LOADING, Interaction, Message, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


@dataclass
class Ask:
    """One call to a route: the parts of the path that vary, the query, the body and its files."""

    world: World
    parts: tuple[str, ...]
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    files: dict[int, Upload] = field(default_factory=dict)

    def id(self, at: int = 0) -> int:
        """A snowflake of the path; 0 for what is none."""
        return int(self.parts[at]) if self.parts[at].isdigit() else 0

    @property
    def object(self) -> dict[str, Any]:
        """The body, which has to be an object."""
        if not isinstance(self.body, dict):
            raise refused(50109)
        return self.body


def respond(ask: Ask) -> Any:
    """POST /interactions/{id}/{token}/callback: once, within `answer_within` seconds."""
    world, body = ask.world, ask.object
    found = world.interactions.get(ask.id())
    if found is None or found.token != ask.parts[1]:
        raise refused(10062)
    if found.answer is not None:
        raise refused(40060)
    if world.now() >= found.at + world.answer_within:
        raise refused(10062)
    form = Form()
    form.one_of("type", body.get("type"), _allowed(found))
    form.check()
    kind, data = body["type"], body.get("data") or {}
    message = _carry_out(ask, found, kind, data)
    found.answer = kind
    world.changed.notify_all()
    return _receipt(world, found, kind, message) if ask.query.get("with_response") in {"1", "true"} else None


def _allowed(found: Interaction) -> tuple[int, ...]:
    if found.kind == AUTOCOMPLETE:
        return (CHOICES,)
    onto = (DEFER_UPDATE, UPDATE) if found.source else ()
    return (REPLY, DEFER, *onto) if found.kind == MODAL_SUBMIT else (REPLY, DEFER, *onto, MODAL)


def _carry_out(ask: Ask, found: Interaction, kind: int, data: dict[str, Any]) -> Message | None:
    if kind == REPLY:
        found.original = _say(ask, found, data)
    elif kind == DEFER:
        flags = LOADING | (data.get("flags") or 0) & EPHEMERAL
        found.original = _add(ask.world, found, Draft(flags=flags))
    elif kind == DEFER_UPDATE:
        found.original = found.source
    elif kind == UPDATE and found.source:
        found.original = found.source
        rewrite(ask.world, found.source, read_draft(ask.world, data, ask.files, found.channel, old=found.source))
    elif kind == CHOICES:
        found.choices = _read_choices(data)
    elif kind == MODAL:
        form = Form()
        check_modal(form, data)
        form.check()
        found.modal = data | {"components": numbered(data["components"])}
    return found.original if kind in {REPLY, DEFER, UPDATE} else None


def _read_choices(data: dict[str, Any]) -> list[dict[str, Any]]:
    form = Form()
    choices = form.items("choices", data.get("choices"), 25)
    for at, choice in enumerate(choices):
        form.text(f"choices.{at}.name", choice.get("name"), 100, 1)
        if not isinstance(choice.get("value"), int | float):
            form.text(f"choices.{at}.value", choice.get("value"), 100, 1)
    form.check()
    return choices


def _receipt(world: World, found: Interaction, kind: int, message: Message | None) -> dict[str, Any]:
    """The "Interaction Callback Response" object."""
    told: dict[str, Any] = {"id": str(found.id), "type": found.kind}
    if message is None:
        return {"interaction": told, "resource": {"type": kind}}
    told["response_message_id"] = str(message.id)
    told["response_message_loading"] = bool(message.flags & LOADING)
    told["response_message_ephemeral"] = bool(message.flags & EPHEMERAL)
    return {"interaction": told, "resource": {"type": kind, "message": world.json(message)}}


def follow_up(ask: Ask) -> Any:
    """POST /webhooks/{app}/{token}: a new message, or the one that a deferral promised."""
    found = _with_token(ask)
    if found.original and found.original.flags & LOADING:
        return _complete(ask, found.original)
    message = _say(ask, found, ask.object)
    found.followups.append(message)
    return ask.world.json(message)


def read_message(ask: Ask) -> Any:
    """GET /webhooks/{app}/{token}/messages/{id or @original}."""
    return ask.world.json(_message(ask, _with_token(ask)))


def edit_message(ask: Ask) -> Any:
    """PATCH /webhooks/{app}/{token}/messages/{id or @original}."""
    message = _message(ask, _with_token(ask))
    if message.flags & LOADING:
        return _complete(ask, message)
    rewrite(ask.world, message, read_draft(ask.world, ask.object, ask.files, message.channel, old=message))
    return ask.world.json(message)


def delete_message(ask: Ask) -> None:
    """DELETE /webhooks/{app}/{token}/messages/{id or @original}."""
    _message(ask, _with_token(ask)).deleted = True
    ask.world.changed.notify_all()


def rewrite(world: World, message: Message, draft: Draft) -> None:
    """Keeps what stood there and shows the new words and buttons."""
    message.history.append(message.content)
    message.content, message.embeds, message.components = draft.content, draft.embeds, draft.components
    message.attachments, message.flags = draft.attachments, draft.flags
    message.edited_at = world.now()
    world.changed.notify_all()


def _complete(ask: Ask, message: Message) -> Any:
    """Fills in the message that a deferral promised; whether it is ephemeral was settled then."""
    body = ask.object
    body = body | {"flags": (body.get("flags") or 0) & ~EPHEMERAL}
    draft = read_draft(ask.world, body, ask.files, message.channel)
    hidden = message.flags & EPHEMERAL
    message.content, message.embeds, message.components = draft.content, draft.embeds, draft.components
    message.attachments, message.flags, message.pings = draft.attachments, draft.flags | hidden, draft.pings
    ask.world.changed.notify_all()
    return ask.world.json(message)


def _with_token(ask: Ask) -> Interaction:
    """The interaction whose token this is, answered before and not too old."""
    found = ask.world.tokens.get(ask.parts[1])
    if found is None or ask.parts[0] != ask.world.application["id"]:
        raise refused(10015)
    if found.expired or ask.world.now() >= found.at + ask.world.token_life:
        raise refused(50027)
    if found.answer is None:
        raise refused(10015)
    return found


def _message(ask: Ask, found: Interaction) -> Message:
    wanted = ask.parts[2]
    mine = [each for each in (found.original, *found.followups) if each and not each.deleted]
    for message in mine:
        if (wanted == "@original" and message is found.original) or wanted == str(message.id):
            return message
    raise refused(10008)


def _say(ask: Ask, found: Interaction, body: dict[str, Any]) -> Message:
    return _add(ask.world, found, read_draft(ask.world, body, ask.files, found.channel, may_hide=True))


def _add(world: World, found: Interaction, draft: Draft) -> Message:
    about = {"id": str(found.id), "type": found.kind, "user": found.user.json()}
    owners = found.event["authorizing_integration_owners"]
    extra: dict[str, Any] = {
        "interaction_metadata": about | {"authorizing_integration_owners": owners},
        "application_id": world.application["id"],
        "webhook_id": world.application["id"],
    }
    if found.kind == COMMAND:
        extra["type"] = 20
    return world.add(
        found.channel,
        world.bot,
        content=draft.content,
        embeds=draft.embeds,
        components=draft.components,
        attachments=draft.attachments,
        flags=draft.flags,
        reference=draft.reference,
        pings=draft.pings,
        viewer=found.user if draft.flags & EPHEMERAL else None,
        extra=extra,
    )
