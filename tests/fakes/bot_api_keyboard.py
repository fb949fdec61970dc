"""Reply markups, checked as Telegram checks them ("InlineKeyboardMarkup", "ReplyKeyboardMarkup")."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .bot_api_params import Params, loads
from .bot_api_refusals import NOT_UTF8, bad
from .bot_api_units import is_utf8

_MAX_DATA = 64  # bytes of callback_data, "InlineKeyboardButton"
_MAX_INLINE = 100  # buttons, seen in eternnoir/pyTelegramBotAPI#511 and tginfo/Telegram-Limits#228
_MAX_ROW = 8  # inline buttons a row, tginfo/Telegram-Limits#228
_MAX_MARKUP = 10_240  # bytes, tginfo/Telegram-Limits#187: "Reply markup is too long" above 10 kB
_TOO_LONG = "reply markup is too long"
_KINDS = (
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "login_url",
    "web_app",
    "copy_text",
    "pay",
)


_ASKING = ("request_location", "request_contact", "request_poll", "request_users", "request_chat", "web_app")


class Button(NamedTuple):
    """One inline button. `data` is empty for a button that opens a link or the like."""

    label: str
    data: str


@dataclass(frozen=True)
class Markup:
    """What stands under a message: `rows` inline, or `keyboard` (labels) in place of the phone's keys."""

    rows: list[list[Button]] = field(default_factory=list)
    keyboard: list[list[str]] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)
    location_keys: frozenset[str] = frozenset()

    def shown(self) -> dict[str, Any]:
        """The part that comes back inside a Message: only an inline keyboard does."""
        return {"reply_markup": self.raw} if self.rows else {}


def read_markup(params: Params) -> Markup:
    """The call's `reply_markup`. Raises a 400 in Telegram's words."""
    raw = params.text("reply_markup")
    if not raw:
        return Markup()
    value = loads(raw, "Can't parse reply keyboard markup JSON object")
    if not isinstance(value, dict):
        raise bad("Object expected as reply markup")
    keyboard = _rows(value.get("keyboard"), 'Field "keyboard" must be an Array of Arrays')
    if keyboard:
        labels = [[_key_label(key) for key in row] for row in keyboard]
        asking = {_key_label(key) for row in keyboard for key in row if _asks_location(key)}
        return Markup(keyboard=labels, raw=value, location_keys=frozenset(asking))
    if value.get("remove_keyboard") is True:
        return Markup(raw=value)
    inline = _rows(
        value.get("inline_keyboard"),
        'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    )
    rows = [[_inline_button(button) for button in row] for row in inline if row]
    _check_size(rows, value)
    return Markup(rows=rows, raw={"inline_keyboard": [row for row in inline if row]} if rows else {})


def _rows(value: Any, refusal: str) -> list[list[Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad(refusal)
    return value


def _key_label(key: Any) -> str:
    if isinstance(key, str):
        label = key
    elif isinstance(key, dict) and isinstance(key.get("text"), str):
        label = key["text"]
    else:
        raise bad("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if not label.strip():
        raise bad("Keyboard button text must be non-empty")
    return label


def _asks_location(key: Any) -> bool:
    """What one key may ask for: a location, or one other thing ("KeyboardButton")."""
    if not isinstance(key, dict):
        return False
    asked = [name for name in _ASKING if key.get(name)]
    if len(asked) > 1:
        raise bad("can't parse keyboard button: a button asks for one thing only")
    if asked == ["request_location"] and key["request_location"] is not True:
        raise bad('can\'t parse keyboard button: Field "request_location" must be of type Boolean')
    return asked == ["request_location"]


def _inline_button(button: Any) -> Button:
    prefix = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad(prefix + "InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise bad(prefix + 'Can\'t find field "text"')
    label, data, url = button["text"], button.get("callback_data") or "", button.get("url") or ""
    for name, value in (("text", label), ("callback_data", data), ("url", url)):
        if not isinstance(value, str):
            raise bad(prefix + f'Field "{name}" must be of type String')
        if not is_utf8(value):
            raise bad(NOT_UTF8)
    if not label.strip():
        # Telegram drops such a button without a word (td, ReplyMarkup.cpp); here a test shall notice.
        raise bad("Inline keyboard button text must be non-empty")
    if not data and not url and not any(kind in button for kind in _KINDS):
        raise bad(prefix + "Text buttons are unallowed in the inline keyboard")
    if len(data.encode()) > _MAX_DATA:
        raise bad("BUTTON_DATA_INVALID")
    if url and not url.startswith(("https://", "http://", "tg://")):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return Button(label, "" if url else data)


def _check_size(rows: list[list[Button]], value: Any) -> None:
    """Stricter than Telegram in one thing: it shows 8 of a longer row and drops the rest silently."""
    too_many = sum(map(len, rows)) > _MAX_INLINE or any(len(row) > _MAX_ROW for row in rows)
    too_big = rows and len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")) > _MAX_MARKUP
    if too_many or too_big:
        raise bad(_TOO_LONG)
