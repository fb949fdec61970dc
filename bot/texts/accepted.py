"""The languages that a browser asks for."""

import re
from collections.abc import Iterator

_WISH = re.compile(r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?:\s*;\s*[qQ]=([01](?:\.[0-9]{0,3})?))?")
_MOST = 32
"""Languages that are looked at; no browser sends so many."""


def wishes(header: str) -> Iterator[str]:
    """Yield the language tags of an Accept-Language header (RFC 9110, section 12.5.4), the dearest first.

    What nobody can read is passed over, and so are languages that are declined and "*", which names none.
    """
    read = [_WISH.fullmatch(part.strip()) for part in header.split(",", _MOST)[:_MOST]]
    weighed = [(float(wish[2] or 1), wish[1]) for wish in read if wish]
    for weight, tag in sorted(weighed, key=lambda wish: -wish[0]):
        if weight > 0:
            yield tag
