"""What Discord's own app does between a person and the bot: it offers commands, fills in forms and makes the event.

It lets nobody do what it would not offer: then these functions raise AssertionError.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .discord_components import INPUT, LABEL, ROW, SELECT, leaves
from .discord_world import DM, GROUP, GUILD, Channel, User, World, stamp

IN_SERVER, IN_DM, ELSEWHERE = 0, 1, 2  # where something is used: /docs/interactions/receiving-and-responding


def offered(world: World, user: User, name: str, where: int) -> dict[str, Any]:
    """The registered command, when this person is offered it there."""
    known = {each["name"]: each for each in world.commands if each["type"] == 1}
    command = known.get(name.split()[0])
    if command is None:
        raise AssertionError(f"there is no command {name!r}, only {sorted(known)}")
    contexts = command["contexts"] if command["contexts"] is not None else [IN_SERVER, IN_DM]
    reach = [install for install, there in ((0, user.in_server), (1, user.installed)) if there]
    if where not in contexts or not set(reach) & set(command["integration_types"]):
        raise AssertionError(f"Discord does not offer {name!r} to {user.name} in context {where}: {command}")
    return command


def command_data(command: dict[str, Any], name: str, given: dict[str, Any], focused: str | None) -> dict[str, Any]:
    """The `data` of a command or, with a `focused` option, of its autocomplete; `name` may go on to a subcommand."""
    options = _options(command, name.split()[1:], given, focused)
    return {"id": command["id"], "name": command["name"], "type": 1, "options": options}


def _options(
    command: dict[str, Any], path: list[str], given: dict[str, Any], focused: str | None
) -> list[dict[str, Any]]:
    known = {each["name"]: each for each in command.get("options", [])}
    if path:
        part = known[path[0]]
        return [{"name": part["name"], "type": part["type"], "options": _options(part, path[1:], given, focused)}]
    unknown = given.keys() - known.keys()
    missing = {name for name, each in known.items() if each.get("required")} - given.keys()
    if unknown or (missing and not focused):
        raise AssertionError(f"{command['name']!r} has no option {unknown} or needs {missing}: {sorted(known)}")
    if focused and not known[focused].get("autocomplete"):
        raise AssertionError(f"{focused!r} of {command['name']!r} has no autocomplete")
    for name, value in given.items():
        allowed = [choice["value"] for choice in known[name].get("choices") or []]
        if allowed and value not in allowed:
            raise AssertionError(f"{name!r} of {command['name']!r} offers only {allowed}")
    values = given | ({focused: given.get(focused, "")} if focused else {})
    result = [{"name": name, "type": known[name]["type"], "value": value} for name, value in values.items()]
    return [each | ({"focused": True} if each["name"] == focused else {}) for each in result]


def chosen_values(part: dict[str, Any], options: Iterable[str]) -> list[str]:
    """The values of these options of a select menu, named by value or label, when that many may be chosen."""
    wanted = set(options)
    chosen = [each["value"] for each in part["options"] if {each["label"], each["value"]} & wanted]
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    if not least <= len(chosen) <= most:
        raise AssertionError(f"{least} to {most} of {part['options']} have to be chosen, not {chosen}")
    return chosen


def form_data(modal: dict[str, Any], words: str | Mapping[str, str | list[str]]) -> dict[str, Any]:
    """The `data` of a form that is sent off: words of the first input, or words and values by custom_id."""
    parts = leaves(modal["components"])
    first = next((part["custom_id"] for part in parts if part["type"] == INPUT), "")
    given: dict[str, str | list[str]] = {first: words} if isinstance(words, str) else dict(words)
    unknown = given.keys() - {part["custom_id"] for part in parts}
    if unknown:
        raise AssertionError(f"the form has no {unknown}: {parts}")
    return {"custom_id": modal["custom_id"], "components": [_filled(part, given) for part in modal["components"]]}


def _filled(part: dict[str, Any], given: dict[str, str | list[str]]) -> dict[str, Any]:
    told: dict[str, Any] = {key: part[key] for key in ("type", "id", "custom_id") if key in part}
    if part["type"] == ROW:
        return told | {"components": [_filled(each, given) for each in part["components"]]}
    if part["type"] == LABEL:
        return told | {"component": _filled(part["component"], given)}
    needed = part.get("required", True)
    if part["type"] == SELECT:
        default = [each["value"] for each in part["options"] if each.get("default")]
        options = given.get(part["custom_id"], default)
        options = [options] if isinstance(options, str) else options
        return told | {"values": chosen_values(part, options) if options or needed else []}
    if part["type"] != INPUT:
        return told
    words = given.get(part["custom_id"], part.get("value") or "")
    least = part.get("min_length") or int(needed)
    if (words or needed) and not least <= len(words) <= (part.get("max_length") or 4000):
        raise AssertionError(f"Discord's form takes no {words!r} for {part}")
    return told | {"value": words}


def event_of(world: World, kind: int, user: User, channel: Channel, data: dict[str, Any]) -> dict[str, Any]:
    """The "Interaction" object, still without its id and token."""
    where = {DM: IN_DM, GROUP: ELSEWHERE}.get(channel.kind, IN_SERVER)
    owners = {"0": str(GUILD) if where == IN_SERVER else "0"} if user.in_server else {}
    owners |= {"1": str(user.id)} if user.installed else {}
    body = {
        "application_id": world.application["id"],
        "type": kind,
        "version": 1,
        "data": data,
        "channel_id": str(channel.id),
        "channel": channel.json(),
        "locale": user.locale,
        "context": where,
        "app_permissions": "0",
        "entitlements": [],
        "authorizing_integration_owners": owners,
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if where != IN_SERVER:
        return body | {"user": user.json()}
    member: dict[str, Any] = {"user": user.json(), "roles": [], "nick": None, "avatar": None, "permissions": "2048"}
    member |= {"joined_at": stamp(world.now()), "deaf": False, "mute": False, "flags": 0, "pending": False}
    guild = {"id": str(GUILD), "locale": "en-US", "features": []}
    return body | {"guild_id": str(GUILD), "guild": guild, "guild_locale": "en-US", "member": member}
