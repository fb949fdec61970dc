"""Pictures: from words and numbers to SVG to PNG. Pure: nothing here waits, reads a clock or knows a database.

`draw` takes what an outbox row carries and is made to be called in a process of its own: a picture takes a tenth of a
second during which Python does nothing else.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.pictures import ripple, scene
from bot.pictures.png import Undrawable, to_png
from bot.pictures.ripple import Link, Number, Ripple
from bot.pictures.text import missing_scripts

__all__ = ["Link", "Number", "Ripple", "Undrawable", "draw", "missing_scripts"]

_KINDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    ripple.KIND: lambda spec: scene.to_svg(Ripple.from_dict(spec)),
}


def draw(spec: Mapping[str, Any]) -> bytes:
    """Return the PNG of what `to_dict` of one of the pictures wrote.

    Raises KeyError, TypeError or ValueError for what is no such thing, Undrawable where resvg gives up.
    """
    return to_png(_KINDS[spec["kind"]](spec))
