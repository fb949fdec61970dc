"""The colours and measures of Pebble's pictures, light and dark, in one place.

Words stand out from their ground by at least 4.5 to 1 (WCAG 2.2, contrast minimum), numbers on a pebble, which are
large, by 3; a test measures it.
"""

from dataclasses import dataclass

WIDTH, HEIGHT = 1080, 1350
MARGIN = 72
"""Left and right of words; boxes reach further out, to EDGE."""
EDGE = 40
ROUND = 44
"""The corner of a box."""
LONGEST = 1000
"""Characters of a text that are looked at: more than any text of a picture has room for."""


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of one theme."""

    ground: str
    ink: str
    quiet: str
    accent: str
    """The person's own: words, pebbles, and the way that their thanks went."""
    soft: str
    """The ground of a card with the person's words."""
    water: tuple[str, str]
    """Above and below. Across a row it is one colour, for then a PNG takes half the room."""
    rim: str
    light: str
    """The side of a ring that catches the light."""
    shade: str
    strand: str
    """The thread between pebbles that the person had no part in."""
    cool: tuple[str, ...]
    """Stones of others."""
    warm: tuple[str, ...]
    """Stones that came after the person's."""
    own: str
    on_own: str
    """A number on the person's own stone."""


LIGHT = Look(
    ground="#fbf7f0",
    ink="#2b2a33",
    quiet="#6b6875",
    accent="#ac4617",
    soft="#fbe8dc",
    water=("#eaf4f2", "#cfe4e3"),
    rim="#bfd9d8",
    light="#ffffff",
    shade="#8fb9bb",
    strand="#93acb0",
    cool=("#a7b7bd", "#93a7ae", "#bac3c1", "#8b9ca7", "#c5c4ba"),
    warm=("#ecc3a4", "#e2ae8c", "#f1d3b9", "#d9a182", "#e8b99c"),
    own="#d9622b",
    on_own="#ffffff",
)
DARK = Look(
    ground="#16171c",
    ink="#f7f1e8",
    quiet="#a9a5b3",
    accent="#ff9a6b",
    soft="#33241d",
    water=("#21383f", "#15242b"),
    rim="#223840",
    light="#567f8a",
    shade="#0d171c",
    strand="#7f99a1",
    cool=("#71858e", "#5f7480", "#808f93", "#67777f", "#8a8f88"),
    warm=("#c29273", "#ad7a5b", "#cfa386", "#9f6d50", "#b98566"),
    own="#ff8f5a",
    on_own="#2a1308",
)
THEMES = {"light": LIGHT, "dark": DARK}


def mix(color: str, other: str, share: float) -> str:
    """Return a colour with a share (0 to 1) of another in it."""
    mixed = (round(int(color[at : at + 2], 16) * (1 - share) + int(other[at : at + 2], 16) * share) for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in mixed)
