"""The picture with a link: a camera reads it, light and dark, and it says what it was given."""

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp

from bot.pictures import Code, draw
from bot.pictures.code_scene import INK, PAPER, QUIET, SIDE, modules
from bot.pictures.kinds import svg_of
from bot.pictures.look import HEIGHT, WIDTH
from tests.pictures.test_ripple import contrast, said, size

LINK = "https://t.me/pebble_test_bot?start=aB3dE6gH9jK2mN5pQ8sT1v"
ROOT = Path(__file__).parents[2]


def code(link: str = LINK, **changed: str) -> Code:
    return Code(link, "A sentence of thanks for you", "Opens once.", **changed)


def grey(png: bytes) -> memoryview:
    """Return a PNG of 8 bits a channel as rows of its red channel (PNG specification, filters 0 to 4)."""
    wide, high, bits, color = struct.unpack(">IIBB", png[16:26])
    channels = {2: 3, 6: 4}[color]
    assert bits == 8
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        data += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    raw, row, rows = zlib.decompress(data), bytes(wide), bytearray()
    for line in range(high):
        start = line * (wide * channels + 1)
        row = _unfiltered(raw[start], raw[start + 1 : start + 1 + wide * channels : channels], row)
        rows += row
    return memoryview(bytes(rows)).cast("B", (high, wide))


def _nearest(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))


GUESSES: tuple[Callable[[int, int, int], int], ...] = (
    lambda left, up, corner: 0,
    lambda left, up, corner: left,
    lambda left, up, corner: up,
    lambda left, up, corner: (left + up) // 2,
    _nearest,
)


def _unfiltered(kind: int, row: bytes, above: bytes) -> bytes:
    """Return a row of one channel; none of them asks another."""
    if kind == 0 or (kind == 2 and not any(row)):
        return (row, b"", above)[kind]
    guess, found, left, corner = GUESSES[kind], bytearray(), 0, 0
    for value, up in zip(row, above, strict=True):
        left, corner = (value + guess(left, up, corner)) & 0xFF, up
        found.append(left)
    return bytes(found)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_camera_reads_the_link(theme: str) -> None:
    png = draw(code(theme=theme).to_dict())
    assert size(png) == (WIDTH, HEIGHT)
    found = zxingcpp.read_barcodes(grey(png))
    assert [one.text for one in found] == [LINK]
    assert found[0].ec_level == "Q"


def test_a_long_link_is_read_too() -> None:
    link = "https://pebble.example/?invite=" + "x" * 460
    assert [one.text for one in zxingcpp.read_barcodes(grey(draw(code(link).to_dict())))] == [link]


def test_it_is_dark_on_white_with_room_around_whatever_the_theme() -> None:
    assert contrast(INK, PAPER) > 12
    across = len(modules(LINK)) + 2 * QUIET
    assert QUIET >= 4
    assert SIDE // across >= 12, "pixels of a module"
    for theme in ("light", "dark"):
        svg = svg_of(code(theme=theme).to_dict())
        assert f'fill="{PAPER}"' in svg
        assert f'fill="{INK}"' in svg


def test_it_says_its_words_and_the_link_in_no_letters() -> None:
    shown = "".join(said(svg_of(code().to_dict())))
    assert shown.replace(" ", "") == "AsentenceofthanksforyouOpensonce."


def test_what_is_stored_comes_back_and_gives_the_same_picture() -> None:
    stored = code(theme="dark", language="de").to_dict()
    assert Code.from_dict(stored) == code(theme="dark", language="de")
    assert svg_of(stored) == svg_of(stored)


@pytest.mark.parametrize("changed", [{"link": ""}, {"link": "x" * 501}, {"theme": "sepia"}])
def test_what_no_camera_would_read_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        code(**changed)


def test_whoever_only_says_what_is_to_be_drawn_loads_neither_fonts_nor_renderer() -> None:
    heavy = ("resvg_py", "uharfbuzz", "segno", "bidi", "bot.pictures.fonts")
    look = f"import sys, bot.app; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
