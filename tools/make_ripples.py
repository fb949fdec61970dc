"""Make the example pictures in docs/; `make pictures` runs it. Names and sentences are made up."""

from pathlib import Path
from random import Random

from bot.pictures import Link, Number, Ripple, draw

DOCS = Path(__file__).parents[1] / "docs"
PARENTS = (None, 0, 0, 1, 1, 2, 4)


def seven(theme: str, own: dict[int, Link], **words: str) -> Ripple:
    """Return a chain of seven in which these links are the person's own."""
    links = tuple(own.get(place, Link(parent)) for place, parent in enumerate(PARENTS))
    numbers = (Number("4", "links deep"), Number("7", "people"), Number("4", "languages"), Number("12", "days"))
    return Ripple("How one thank-you travelled", numbers, links, theme=theme, you="you", **words)


def many(theme: str, count: int = 200) -> Ripple:
    """Return a chain that grew for months; one link near its beginning is the person's own."""
    chance = Random(8)
    parents: list[int | None] = [None]
    for place in range(1, count):
        recent = chance.random() < 0.6
        parents.append(chance.randrange(max(0, place * 2 // 3), place) if recent else chance.randrange(place))
    links = [Link(parent) for parent in parents]
    links[2] = Link(parents[2], True, "You waited with me until the bus came. I still think of it 🚌", "Noor", "Jonas")
    depth: list[int] = []
    for parent in parents:
        depth.append(1 if parent is None else depth[parent] + 1)
    deep = Number(str(max(depth)), "links deep")
    numbers = (deep, Number("163", "people"), Number("9", "languages"), Number("94", "days"))
    return Ripple("How one thank-you travelled", numbers, tuple(links), theme=theme, you="you")


def main() -> None:
    """Write the three pictures."""
    light = Link(
        1,
        True,
        "雨の後の匂いを教えてくれてありがとう 🌧️ Thank you for the walk, and for مرحبا at the door",
        "Юлия",
        "עומר",
    )
    dark = Link(1, True, "Sunlight on the kitchen floor ☀️ and you, making tea for everyone", "Lena", "Priya माँ")
    DOCS.joinpath("ripple-light.png").write_bytes(draw(seven("light", {4: light}).to_dict()))
    DOCS.joinpath("ripple-dark.png").write_bytes(draw(seven("dark", {4: dark}).to_dict()))
    DOCS.joinpath("ripple-200.png").write_bytes(draw(many("light").to_dict()))


if __name__ == "__main__":
    main()
