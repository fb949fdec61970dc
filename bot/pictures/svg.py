"""A few words of SVG."""

import re
from xml.sax.saxutils import quoteattr

# What XML 1.0 may not hold even escaped: https://www.w3.org/TR/xml/#charsets
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def tag(name: str, inner: str = "", /, **attributes: str | float) -> str:
    """Return an element. An underscore in an attribute's name stands for a dash; numbers are rounded to 1/100."""
    written = "".join(f" {key.replace('_', '-')}={_value(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return quoteattr(FORBIDDEN.sub("", value))
    return f'"{number(value)}"'


def number(value: float) -> str:
    """Return a number with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def document(width: int, height: int, inner: str) -> str:
    """Return a whole SVG."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{inner}</svg>'
    )
