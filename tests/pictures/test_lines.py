"""Lines fit their box, and nothing of a text that fits is lost."""

import re

import pytest
import uharfbuzz as hb
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures.fonts import font
from bot.pictures.lines import ELLIPSIS, EMOJI_WIDTH, STONE_WIDTH, Line, Style, line, wrap
from bot.pictures.text import clean

ANY = st.text(st.characters(codec=None), max_size=80)
WORDS = st.lists(st.sampled_from(["thank", "you", "Straßenbahn", "спасибо", "x" * 40, "naïve"]), max_size=20)
MIXED = st.text("ab éЖ 你好、。「」ありشكرאב कि😀👨‍👩‍👧\u0301-", max_size=120)
SENTENCE = "A stranger held the door. Small, but it stayed with me all day long 🙏🏽"


def measured(one: Line) -> float:
    """Measure a line afresh, by HarfBuzz alone."""
    size, wide = one.style.size, 0.0
    for piece in one.pieces:
        if not piece.shaped:
            wide += (EMOJI_WIDTH if piece.emoji else STONE_WIDTH) * size
            continue
        buffer = hb.Buffer()
        buffer.add_str(piece.text)
        buffer.guess_segment_properties()
        buffer.language = one.style.language
        found = font(piece.shaped.face, one.style.weight)
        assert found is not None
        hb.shape(found, buffer)
        advance = sum(position.x_advance for position in buffer.glyph_positions)
        wide += advance * piece.shaped.face.scale / found.face.upem * size
    return wide


def words_of(lines: list[Line]) -> str:
    return " ".join("".join(piece.text for piece in one.pieces) for one in lines)


@settings(deadline=None)
@given(st.one_of(ANY, MIXED), st.integers(60, 900), st.integers(1, 4), st.sampled_from([20.0, 33.0]))
def test_no_line_is_wider_than_its_box_and_there_are_never_too_many(
    odd: str, width: int, most: int, size: float
) -> None:
    lines = wrap(odd, Style(size, "#000000"), width, most)
    assert 1 <= len(lines) <= most
    for one in lines:
        assert one.width <= width
        assert one.width == pytest.approx(sum(piece.width for piece in one.pieces))


@settings(deadline=None)
@given(MIXED, st.integers(100, 700))
def test_the_width_is_what_harfbuzz_measures(odd: str, width: int) -> None:
    for one in wrap(odd, Style(30, "#000000"), width, 3):
        if all(piece.text.isascii() for piece in one.pieces if piece.shaped):  # else its guess of the direction decides
            assert measured(one) == pytest.approx(one.width, abs=0.01)


@settings(deadline=None)
@given(WORDS, st.integers(200, 900))
def test_what_fits_is_all_there(words: list[str], width: int) -> None:
    lines = wrap(" ".join(words), Style(24, "#000000"), width, 60)
    assert words_of(lines).replace(" ", "") == "".join(words)
    assert ELLIPSIS not in words_of(lines)


def test_a_text_that_is_too_long_ends_in_an_ellipsis() -> None:
    lines = wrap(SENTENCE * 9, Style(30, "#000000"), 500, 3)
    assert len(lines) == 3
    assert lines[-1].pieces[-1].text.endswith(ELLIPSIS)


def test_the_ellipsis_of_a_hebrew_text_stands_at_its_left() -> None:
    shortened = line("תודה רבה לך על הכול " * 9, Style(30, "#000000"), 300)
    assert shortened.rtl
    assert ELLIPSIS in shortened.pieces[0].text


def test_lines_are_about_equally_long_and_no_word_is_left_alone() -> None:
    lines = wrap("You waited with me until the bus came. I still think of it 🚌", Style(33, "#000000"), 800, 4)
    assert len(lines) == 2
    assert lines[1].width > 0.7 * lines[0].width


def test_a_word_longer_than_a_line_is_broken() -> None:
    lines = wrap("Donaudampfschifffahrt" * 4, Style(30, "#000000"), 300, 9)
    assert len(lines) > 1
    assert words_of(lines).replace(" ", "") == "Donaudampfschifffahrt" * 4


def test_a_japanese_line_begins_with_no_comma_and_ends_with_no_opening_bracket() -> None:
    text = "雨の後の匂いが好きです。「そうだね」と言った、とても長い文章なので、折り返す必要があります。"
    for width in range(150, 600, 30):
        for one in wrap(text, Style(30, "#000000"), width, 20):
            first, last = one.pieces[0].text[0], one.pieces[-1].text[-1]
            assert first not in "、。」"
            assert last != "「"


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\x00\x01"])
def test_a_text_without_letters_is_one_empty_line(text: str) -> None:
    (one,) = wrap(text, Style(30, "#000000"), 300, 3)
    assert (one.pieces, one.width) == ((), 0)
    assert one.draw(0, 0) == ""


@pytest.mark.parametrize("anchor", ["left", "middle", "right"])
@pytest.mark.parametrize("text", [SENTENCE, "माँ ने मेरे लिए चाय बनाई", "ضحكت مع أختي اليوم على الهاتف"])
def test_the_outlines_lie_in_the_box(text: str, anchor: str) -> None:
    width = 420
    at = {"left": 0, "middle": width / 2, "right": width}[anchor]
    for one in wrap(text, Style(30, "#000000"), width, 4):
        for data in re.findall(r'<path d="([^"]*)"[^>]*aria-label', one.draw(at, 100, anchor)):
            numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", data)]
            assert all(-4 <= x <= width + 4 for x in numbers[::2])  # a letter may lean out by a hair
            assert all(55 <= y <= 125 for y in numbers[1::2])


def test_a_letter_that_no_font_has_is_a_pebble() -> None:
    one = line("a\U00012000b", Style(30, "#000000"), 300)
    assert [bool(piece.shaped) for piece in one.pieces] == [True, False, True]
    assert "<ellipse" in one.draw(0, 0)
    assert clean("\U00012000") == "\U00012000"
