"""What an app may register as its commands: https://discord.com/developers/docs/interactions/application-commands."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from .discord_errors import Form, refused
from .discord_world import World

_LOCALES = re.compile(  # /docs/reference#locales
    "id|da|de|en-GB|en-US|es-ES|es-419|fr|hr|it|lt|hu|nl|no|pl|pt-BR|ro|fi|sv-SE|vi|tr|cs|el|bg|ru|uk|hi|th|zh-CN|ja"
    "|zh-TW|ko"
)
_SUB, _GROUP, _STRING = 1, 2, 3
_MOST_CHARACTERS = 8000  # of names, descriptions and values in one command


def read_commands(world: World, body: Any) -> list[dict[str, Any]]:
    """The body of a bulk overwrite as Discord stores it. Raises a `Refusal`."""
    if not isinstance(body, list):
        raise refused(50109)
    if len(body) > 100:
        raise refused(30032)
    form = Form()
    names: set[tuple[str, int]] = set()
    for at, command in enumerate(body):
        key = (command.get("name"), command.get("type", 1))
        if key in names:
            form.blame(f"{at}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        names.add(key)
        _check_command(form, str(at), command)
    form.check()
    old = {(each["name"], each["type"]): each["id"] for each in world.commands}
    return [_stored(world, command, old) for command in body]


def _stored(world: World, command: dict[str, Any], old: dict[tuple[str, int], str]) -> dict[str, Any]:
    number = old.get((command["name"], command.get("type", 1))) or str(world.new_id())
    known = {"id": number, "application_id": world.application["id"], "version": str(world.new_id()), "type": 1}
    default = {"description": "", "contexts": None, "integration_types": [0], "default_member_permissions": None}
    return known | default | {"dm_permission": True, "nsfw": False} | command


def _check_command(form: Form, path: str, command: dict[str, Any]) -> None:
    kind = command.get("type", 1)
    if not form.one_of(f"{path}.type", kind, (1, 2, 3)):
        return
    for key, allowed in (("contexts", {0, 1, 2}), ("integration_types", {0, 1})):
        value = command.get(key)
        if value is not None and (not value or not set(value) <= allowed):
            form.blame(f"{path}.{key}", "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")
    if kind == 1:
        _check_named(form, path, command)
        _check_options(form, path, command.get("options"), 0)
        if _characters(command) > _MOST_CHARACTERS:
            form.blame(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({_MOST_CHARACTERS})")
    else:
        form.text(f"{path}.name", command.get("name"), 32, 1)
        form.text(f"{path}.description", command.get("description"), 0)


def _check_named(form: Form, path: str, part: dict[str, Any]) -> None:
    """A name and a description, each with what it is called in other languages."""
    form.text(f"{path}.description", part.get("description"), 100, 1)
    _check_name(form, f"{path}.name", part.get("name"))
    for key in ("name_localizations", "description_localizations"):
        for locale, value in (part.get(key) or {}).items():
            if not _LOCALES.fullmatch(locale):
                form.blame(f"{path}.{key}", "DICT_TYPE_KEYS", f"Locale '{locale}' is not supported.")
            elif key == "name_localizations":
                _check_name(form, f"{path}.{key}.{locale}", value)
            else:
                form.text(f"{path}.{key}.{locale}", value, 100, 1)


def _check_name(form: Form, path: str, name: Any) -> None:
    form.text(path, name, 32, 1)
    if isinstance(name, str) and name and not _is_name(name):
        form.blame(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _is_name(name: str) -> bool:
    r"""Matches `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, in lower case where there is one."""
    return name == name.lower() and all(
        each in "-_'"
        or unicodedata.category(each)[0] in "LN"
        or "\u0900" <= each <= "\u097f"
        or "\u0e01" <= each <= "\u0e5b"
        for each in name
    )


def _check_options(form: Form, path: str, options: Any, depth: int) -> None:
    names: set[str] = set()
    optional = False
    for at, option in enumerate(form.items(f"{path}.options", options, 25)):
        where = f"{path}.options.{at}"
        _check_named(form, where, option)
        kind = option.get("type")
        if not form.one_of(f"{where}.type", kind, tuple(range(1 if depth < 2 else 3, 12))):
            continue
        if option.get("name") in names:
            form.blame(f"{where}.name", "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "Option names must be unique")
        names.add(str(option.get("name")))
        if kind in {_SUB, _GROUP}:
            _check_options(form, where, option.get("options"), 2 if kind == _SUB else depth + 1)
        elif optional and option.get("required"):
            message = "Required options must be placed before non-required options"
            form.blame(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
        _check_choices(form, where, option)


def _check_choices(form: Form, path: str, option: dict[str, Any]) -> None:
    choices = form.items(f"{path}.choices", option.get("choices"), 25)
    if choices and option.get("autocomplete"):
        message = "Autocomplete cannot be true if options are present"
        form.blame(f"{path}.autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", message)
    for at, choice in enumerate(choices):
        form.text(f"{path}.choices.{at}.name", choice.get("name"), 100, 1)
        if option.get("type") == _STRING:
            form.text(f"{path}.choices.{at}.value", choice.get("value"), 100, 1)
    form.number(f"{path}.min_length", option.get("min_length"), 0, 6000)
    form.number(f"{path}.max_length", option.get("max_length"), 1, 6000)


def _characters(part: dict[str, Any]) -> int:
    """Names, descriptions and values, each in its longest language."""
    count = len(str(part.get("value", "")))
    for key in ("name", "description"):
        count += max(map(len, [part.get(key) or "", *(part.get(f"{key}_localizations") or {}).values()]))
    return count + sum(_characters(each) for key in ("options", "choices") for each in part.get(key) or [])
