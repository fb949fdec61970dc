"""Pictures: from words and numbers to SVG to PNG. Pure: nothing here waits, reads a clock or knows a database.

`draw` takes what an outbox row carries and is made to be called in a process of its own: a picture takes a tenth of a
second during which Python does nothing else.
"""

from collections.abc import Mapping
from typing import Any

from bot.pictures.code import Code
from bot.pictures.ripple import Link, Number, Ripple
from bot.pictures.tree import MOST, keep, worded

__all__ = ["MOST", "Code", "Link", "Number", "Ripple", "draw", "keep", "worded"]


def draw(spec: Mapping[str, Any]) -> bytes:
    """Return the PNG of what `to_dict` of one of the pictures wrote.

    Raises KeyError, TypeError or ValueError for what is no such thing, Undrawable where resvg gives up.
    """
    # Here, for this loads fonts and renderer: whoever only says what is to be drawn needs neither.
    from bot.pictures.kinds import svg_of
    from bot.pictures.png import to_png

    return to_png(svg_of(spec))
