"""SVG → PNG, by resvg."""

import resvg_py


class Undrawable(Exception):
    """resvg would not draw this SVG."""


def to_png(svg: str) -> bytes:
    """Return the picture. Raises Undrawable.

    No font is read: letters are outlines. resvg can also panic, which arrives as a BaseException of its own kind.
    """
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as panic:
        raise Undrawable(type(panic).__name__) from None
