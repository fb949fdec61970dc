"""Right-to-left letters stand where the Unicode algorithm puts them."""

import bidi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures import order
from bot.pictures.lines import Style, line

STYLE = Style(30, "#000000")


def seen(letters: str, rtl: bool) -> str:
    levels = order.levels(letters, rtl)
    return "".join(letters[place] for place in order.visual(levels))


@pytest.mark.parametrize(
    ("written", "rtl", "shown"),
    [
        ("abc", False, "abc"),
        ("אבג", True, "גבא"),
        ("ab אבג cd", False, "ab גבא cd"),
        ("אב cd גד", True, "דג cd בא"),
        ("אב 123 גד", True, "דג 123 בא"),
        ("אבג!", True, "!גבא"),
        ("ab אבג!", False, "ab גבא!"),
        ("", True, ""),
    ],
)
def test_known_orders(written: str, rtl: bool, shown: str) -> None:
    assert seen(written, rtl) == shown


@given(st.text("abאבגشك 12.,-!", min_size=1, max_size=30), st.booleans())
def test_the_order_is_that_of_another_implementation(written: str, rtl: bool) -> None:
    written = written.strip() or "a"
    assert seen(written, rtl) == bidi.get_display(written, base_dir="LR"[rtl])


@given(st.lists(st.integers(0, 5), max_size=20))
def test_no_run_is_lost_or_doubled(levels: list[int]) -> None:
    assert sorted(order.visual(levels)) == list(range(len(levels)))


@pytest.mark.parametrize(
    ("written", "rtl"), [("שלום ok", True), ("ok שלום", False), ("123 שלום", True), ("123", False), ("", False)]
)
def test_the_first_letter_with_a_direction_decides(written: str, rtl: bool) -> None:
    assert order.is_rtl(written) is rtl


@pytest.mark.parametrize(
    ("language", "rtl"), [("ar", True), ("he-IL", True), ("fa_IR", True), ("de", False), ("", False)]
)
def test_the_language_decides_the_picture(language: str, rtl: bool) -> None:
    assert order.is_rtl_language(language) is rtl


def test_an_emoji_stands_left_of_the_hebrew_before_it() -> None:
    pieces = line("שלום 😀", STYLE, 900).pieces
    assert [bool(piece.emoji) for piece in pieces] == [True, False]


def test_latin_inside_arabic_reads_from_left_to_right() -> None:
    texts = [piece.text for piece in line("شكرا Anna كثيرا", STYLE, 900).pieces if piece.text.strip()]
    assert texts[-1].startswith("شكرا")
    assert texts[0].endswith("كثيرا")
    assert [text.strip() for text in texts].index("Anna") == len(texts) - 2
