"""Buttons, select menus and modals, as strict as https://discord.com/developers/docs/components/reference.

Known here: action rows (1), buttons (2), string selects (3), text inputs (4), texts (10) and labels (18).
"""

from __future__ import annotations

from typing import Any

from .discord_errors import Form

ROW, BUTTON, SELECT, INPUT, TEXT, LABEL = 1, 2, 3, 4, 10, 18
_LINK = 5


def check_rows(form: Form, rows: Any) -> None:
    """The `components` of a message: at most 5 action rows, each with 1 to 5 buttons or one select menu."""
    seen: set[str] = set()
    for at, row in enumerate(form.items("components", rows, 5)):
        path = f"components.{at}"
        if not _is(form, path, row, (ROW,)):
            continue
        inside = form.items(f"{path}.components", row.get("components"), 5, 1)
        if len(inside) > 1 and any(isinstance(each, dict) and each.get("type") == SELECT for each in inside):
            form.blame(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
        for number, each in enumerate(inside):
            where = f"{path}.components.{number}"
            if _is(form, where, each, (BUTTON, SELECT)):
                (_check_button if each["type"] == BUTTON else _check_select)(form, where, each, seen)


def check_modal(form: Form, modal: Any) -> None:
    """A modal: title to 45, 1 to 5 components, each a label with an input or select, or a row with an input."""
    modal = modal if isinstance(modal, dict) else {}
    seen: set[str] = set()
    form.text("title", modal.get("title"), 45, 1)
    form.text("custom_id", modal.get("custom_id"), 100, 1)
    for at, part in enumerate(form.items("components", modal.get("components"), 5, 1)):
        path = f"components.{at}"
        if not _is(form, path, part, (ROW, TEXT, LABEL)):
            continue
        if part["type"] == TEXT:
            form.text(f"{path}.content", part.get("content"), 4000, 1)
        elif part["type"] == ROW:
            for number, each in enumerate(form.items(f"{path}.components", part.get("components"), 1, 1)):
                if _is(form, f"{path}.components.{number}", each, (INPUT,)):
                    _check_input(form, f"{path}.components.{number}", each, seen, in_row=True)
        else:
            form.text(f"{path}.label", part.get("label"), 45, 1)
            form.text(f"{path}.description", part.get("description"), 100)
            if _is(form, f"{path}.component", part.get("component"), (SELECT, INPUT)):
                check = _check_input if part["component"]["type"] == INPUT else _check_select
                check(form, f"{path}.component", part["component"], seen)


def numbered(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The components as Discord stores them: each with an `id`, counted from 1, outside before inside."""
    count = 0

    def number(part: dict[str, Any]) -> dict[str, Any]:
        nonlocal count
        count += 1
        part = part | {"id": part.get("id") or count}
        if "components" in part:
            part["components"] = [number(each) for each in part["components"]]
        if "component" in part:
            part["component"] = number(part["component"])
        return part

    return [number(part) for part in components]


def leaves(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What can be operated: buttons, selects and inputs, in reading order; a label's words go with its part."""
    found: list[dict[str, Any]] = []
    for part in components:
        if part["type"] == ROW:
            found += part["components"]
        elif part["type"] == LABEL:
            found.append(part["component"] | {"label": part["label"]})
    return found


def _is(form: Form, path: str, part: Any, allowed: tuple[int, ...]) -> bool:
    if not isinstance(part, dict):
        form.blame(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return False
    if part.get("type") not in allowed:
        form.blame(f"{path}.type", "UNION_TYPE_CHOICES", f'Value of field "type" must be one of {allowed}.')
        return False
    return True


def _check_id(form: Form, path: str, part: dict[str, Any], seen: set[str]) -> None:
    name = part.get("custom_id")
    form.text(f"{path}.custom_id", name, 100, 1)
    if name in seen:
        form.blame(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    seen.add(str(name))


def _check_emoji(form: Form, path: str, emoji: Any) -> None:
    """An emoji of Discord's own has an id; any other has to be one of Unicode's."""
    if emoji is None:
        return
    name = emoji.get("name") if isinstance(emoji, dict) else None
    if not isinstance(emoji, dict) or (not emoji.get("id") and (not name or name.isascii())):
        form.blame(f"{path}.emoji.name", "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


def _check_button(form: Form, path: str, button: dict[str, Any], seen: set[str]) -> None:
    form.text(f"{path}.label", button.get("label"), 80)
    _check_emoji(form, path, button.get("emoji"))
    if not button.get("label") and not button.get("emoji"):
        form.blame(f"{path}.label", "BASE_TYPE_REQUIRED", "This field is required")
    if not form.one_of(f"{path}.style", button.get("style"), (1, 2, 3, 4, _LINK)):
        return
    if button["style"] == _LINK:
        form.text(f"{path}.url", button.get("url"), 512, 1)
        if "custom_id" in button:
            form.blame(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_EXCLUSIVE", "A custom id and url cannot both be specified")
    else:
        _check_id(form, path, button, seen)


def _check_select(form: Form, path: str, select: dict[str, Any], seen: set[str]) -> None:
    _check_id(form, path, select, seen)
    form.text(f"{path}.placeholder", select.get("placeholder"), 150)
    form.number(f"{path}.min_values", select.get("min_values"), 0, 25)
    form.number(f"{path}.max_values", select.get("max_values"), 1, 25)
    values: set[str] = set()
    for at, option in enumerate(form.items(f"{path}.options", select.get("options"), 25, 1)):
        where = f"{path}.options.{at}"
        if not isinstance(option, dict):
            form.blame(where, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            continue
        form.text(f"{where}.label", option.get("label"), 100, 1)
        form.text(f"{where}.value", option.get("value"), 100, 1)
        form.text(f"{where}.description", option.get("description"), 100)
        _check_emoji(form, where, option.get("emoji"))
        if option.get("value") in values:
            message = "The specified option value is already used"
            form.blame(f"{where}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        values.add(str(option.get("value")))


def _check_input(form: Form, path: str, box: dict[str, Any], seen: set[str], *, in_row: bool = False) -> None:
    _check_id(form, path, box, seen)
    form.one_of(f"{path}.style", box.get("style"), (1, 2))
    form.text(f"{path}.label", box.get("label"), 45, 1 if in_row else 0)
    form.text(f"{path}.placeholder", box.get("placeholder"), 100)
    form.text(f"{path}.value", box.get("value"), 4000)
    form.number(f"{path}.min_length", box.get("min_length"), 0, 4000)
    form.number(f"{path}.max_length", box.get("max_length"), 1, 4000)
