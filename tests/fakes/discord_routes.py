"""Discord's REST routes, each a function of one `Ask`: https://discord.com/developers/docs/reference.

They run under the lock of `World.changed` and return the JSON of the answer; None is 204 No Content.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import discord_interactions as interactions
from .discord_commands import read_commands
from .discord_drafts import read_draft
from .discord_errors import Form, Refusal, refused
from .discord_interactions import Ask, rewrite
from .discord_world import DM, Channel, Message, User, World

Route = Callable[[Ask], Any]


def _me(ask: Ask) -> Any:
    return ask.world.bot.json() | {"verified": True, "mfa_enabled": False, "locale": "en-US", "flags": 0}


def _application(ask: Ask) -> Any:
    return ask.world.application


def _gateway(ask: Ask) -> Any:
    return {"url": ask.world.url.replace("http", "ws", 1) + "/gateway"}


def _gateway_bot(ask: Ask) -> Any:
    limit = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
    return _gateway(ask) | {"shards": 1, "session_start_limit": limit}


def _commands(ask: Ask) -> Any:
    _own_application(ask)
    return ask.world.commands


def _put_commands(ask: Ask) -> Any:
    _own_application(ask)
    ask.world.commands = read_commands(ask.world, ask.body)
    ask.world.changed.notify_all()
    return ask.world.commands


def _own_application(ask: Ask) -> None:
    if ask.parts[0] != ask.world.application["id"]:
        raise refused(20012)


def _user(ask: Ask) -> Any:
    user = ask.world.users.get(ask.id())
    if user is None:
        raise refused(10013)
    return user.json()


def _open_dm(ask: Ask) -> Any:
    world = ask.world
    wanted = str(ask.object.get("recipient_id"))
    user = world.users.get(int(wanted)) if wanted.isdigit() else None
    if user is None or user is world.bot:
        raise refused(50033)
    new = not any(
        channel.kind == DM and channel.user is user and channel.bot_may for channel in world.channels.values()
    )
    if new and world.dm_openings is not None:
        if world.dm_openings <= 0:
            raise refused(40003)
        world.dm_openings -= 1
    return world.dm_of(user).json()


def _channel(ask: Ask) -> Any:
    return ask.world.channel_to_use(ask.id()).json()


def _history(ask: Ask) -> Any:
    """Newest first; `after` means the ones that follow that id at once."""
    channel, query = ask.world.channel_to_use(ask.id()), ask.query
    form, numbers = Form(), {}
    for name in ("limit", "after", "before"):
        value = query.get(name, "50" if name == "limit" else "0")
        if not value.isdigit():
            form.blame(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        numbers[name] = int(value) if value.isdigit() else 0
    form.number("limit", numbers["limit"], 1, 100)
    form.check()
    seen = [message for message in channel.messages if not message.deleted and not message.viewer]
    seen = [message for message in seen if message.id > numbers["after"]]
    seen = [message for message in seen if not numbers["before"] or message.id < numbers["before"]]
    page = seen[: numbers["limit"]] if numbers["after"] else seen[-numbers["limit"] :]
    return [ask.world.json(message) for message in reversed(page)]


def _send(ask: Ask) -> Any:
    world, body = ask.world, ask.object
    channel = world.channel_to_use(ask.id())
    _must_be_reachable(channel)
    draft = read_draft(world, body, ask.files, channel)
    nonce = body.get("nonce")
    said = _said_before(world, nonce) if body.get("enforce_nonce") else None
    if said is None:
        said = world.add(
            channel,
            world.bot,
            content=draft.content,
            embeds=draft.embeds,
            components=draft.components,
            attachments=draft.attachments,
            flags=draft.flags,
            reference=draft.reference,
            nonce=nonce,
            pings=draft.pings,
        )
    if nonce is not None:
        world.nonces[str(nonce)] = (said.at, said)
    return world.json(said)


def _said_before(world: World, nonce: Any) -> Message | None:
    """The bot's own message with this nonce of the past few minutes, wherever it stands (`enforce_nonce`)."""
    at, message = world.nonces.get(str(nonce), (0.0, None))
    return message if nonce is not None and message and world.now() < at + world.nonce_window else None


def _must_be_reachable(channel: Channel) -> None:
    person = channel.user if channel.kind == DM else None
    if person and not person.in_server:
        raise refused(50278)
    if person and not person.dms_open:
        raise refused(50007)


def _typing(ask: Ask) -> None:
    _must_be_reachable(ask.world.channel_to_use(ask.id()))


def _message(ask: Ask) -> Message:
    return ask.world.message_in(ask.world.channel_to_use(ask.id()), ask.id(1))


def _read(ask: Ask) -> Any:
    return ask.world.json(_message(ask))


def _edit(ask: Ask) -> Any:
    message = _message(ask)
    _own_message(ask.world.bot, message, 50005)
    rewrite(ask.world, message, read_draft(ask.world, ask.object, ask.files, message.channel, old=message))
    return ask.world.json(message)


def _delete(ask: Ask) -> None:
    message = _message(ask)
    _own_message(ask.world.bot, message, 50003)
    message.deleted = True
    ask.world.changed.notify_all()


def _own_message(bot: User, message: Message, code: int) -> None:
    if message.author is not bot:
        raise refused(code)


_ROUTES: list[tuple[str, str, Route]] = [
    ("GET", "/users/@me", _me),
    ("GET", "/applications/@me", _application),
    ("GET", "/oauth2/applications/@me", _application),
    ("GET", "/gateway", _gateway),
    ("GET", "/gateway/bot", _gateway_bot),
    ("GET", "/applications/*/commands", _commands),
    ("PUT", "/applications/*/commands", _put_commands),
    ("POST", "/users/@me/channels", _open_dm),
    ("GET", "/users/*", _user),
    ("GET", "/channels/*", _channel),
    ("GET", "/channels/*/messages", _history),
    ("POST", "/channels/*/messages", _send),
    ("POST", "/channels/*/typing", _typing),
    ("GET", "/channels/*/messages/*", _read),
    ("PATCH", "/channels/*/messages/*", _edit),
    ("DELETE", "/channels/*/messages/*", _delete),
    ("POST", "/interactions/*/*/callback", interactions.respond),
    ("POST", "/webhooks/*/*", interactions.follow_up),
    ("GET", "/webhooks/*/*/messages/*", interactions.read_message),
    ("PATCH", "/webhooks/*/*/messages/*", interactions.edit_message),
    ("DELETE", "/webhooks/*/*/messages/*", interactions.delete_message),
]
_PATTERNS = [(method, re.compile(path.replace("*", "([^/]+)")), route) for method, path, route in _ROUTES]


def find_route(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """The route and the parts of the path that vary. Raises the 404 or 405 that Discord answers."""
    known = False
    for verb, pattern, route in _PATTERNS:
        match = pattern.fullmatch(path)
        known = known or bool(match)
        if match and verb == method:
            return route, match.groups()
    raise Refusal(405, 0, "405: Method Not Allowed") if known else Refusal(404, 0, "404: Not Found")
