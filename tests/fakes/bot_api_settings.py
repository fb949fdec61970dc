"""What the bot tells about itself: commands, descriptions, menu button ("setMyCommands" and others).

The checks of commands are those of tdlib/td `BotCommand.cpp`; the server answers BOT_COMMAND_INVALID to a
name outside `[a-z0-9_]` (tdlib/telegram-bot-api#98). The words for a description that is too long were not
found in a public source, its limits are those of "setMyDescription".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .bot_api_params import Params
from .bot_api_refusals import bad
from .bot_api_units import is_utf8

if TYPE_CHECKING:
    from .bot_api_world import World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
_MAX_COMMANDS = 100
_LIMITS = {"description": 512, "short_description": 120, "name": 64}


def _scope(params: Params) -> tuple[str, str]:
    value = params.json("scope", "Can't parse BotCommandScope JSON object")
    if value is not None and (not isinstance(value, dict) or not isinstance(value.get("type"), str)):
        raise bad("can't parse BotCommandScope: BotCommandScope must be an Object")
    language = params.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("Invalid language code specified")
    scope = {"type": "default"} if value is None else value
    return json.dumps(scope, sort_keys=True), language


def _command(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if name not in value:
            raise bad(f"can't parse BotCommand: Can't find field \"{name}\"")
        if not isinstance(value[name], str):
            raise bad(f'can\'t parse BotCommand: Field "{name}" must be of type String')
    command = value["command"].strip().removeprefix("/")
    description = value["description"].strip()
    if not is_utf8(command + description):
        raise bad("Command must be encoded in UTF-8")
    if not command:
        raise bad("Command must be non-empty")
    if len(command) > 32:
        raise bad("Command length must not exceed 32")
    if not description:
        raise bad("Command description must be non-empty")
    if len(description) > 256:
        raise bad("Command description length must not exceed 256")
    if not _COMMAND.fullmatch(command):
        raise bad("BOT_COMMAND_INVALID")
    return {"command": command, "description": description}


def _set_my_commands(world: World, params: Params) -> Any:
    value = params.json("commands", "Can't parse commands JSON object")
    if value is not None and not isinstance(value, list):
        raise bad("Expected an Array of BotCommand")
    commands = [_command(item) for item in value or []]
    if len(commands) > _MAX_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    world.commands[_scope(params)] = commands
    return True


def _get_my_commands(world: World, params: Params) -> Any:
    return world.commands.get(_scope(params), [])


def _delete_my_commands(world: World, params: Params) -> Any:
    world.commands.pop(_scope(params), None)
    return True


def _setter(name: str) -> Callable[[World, Params], Any]:
    def set_it(world: World, params: Params) -> Any:
        text = params.text(name)
        if not is_utf8(text):
            raise bad("Strings must be encoded in UTF-8")
        if len(text) > _LIMITS[name]:
            raise bad(f"BOT_{name.upper()}_TOO_LONG")
        world.about[name, params.text("language_code")] = text
        return True

    return set_it


def _getter(name: str) -> Callable[[World, Params], Any]:
    def get_it(world: World, params: Params) -> Any:
        general = world.about.get((name, ""), "")
        return {name: world.about.get((name, params.text("language_code")), general)}

    return get_it


def _set_chat_menu_button(world: World, params: Params) -> Any:
    value = params.json("menu_button", "Can't parse menu button JSON object")
    if value is not None and not isinstance(value, dict):
        raise bad("can't parse menu button: MenuButton must be an Object")
    return True


SETTINGS: dict[str, Callable[[World, Params], Any]] = {
    "setmycommands": _set_my_commands,
    "getmycommands": _get_my_commands,
    "deletemycommands": _delete_my_commands,
    "setmydescription": _setter("description"),
    "getmydescription": _getter("description"),
    "setmyshortdescription": _setter("short_description"),
    "getmyshortdescription": _getter("short_description"),
    "setmyname": _setter("name"),
    "getmyname": _getter("name"),
    "setchatmenubutton": _set_chat_menu_button,
}
