"""The ripple picture: what it may say, what it says, and that nothing anyone writes breaks it."""

import json
import re
import struct
import time
import xml.etree.ElementTree as ET
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures import Link, Number, Ripple, draw
from bot.pictures.look import DARK, HEIGHT, LIGHT, WIDTH, Look, mix
from bot.pictures.png import Undrawable, to_png
from bot.pictures.scene import to_svg
from bot.pictures.text import clean

NUMBERS = (Number("4", "links deep"), Number("7", "people"), Number("4", "languages"), Number("12", "days"))
PARENTS = (None, 0, 0, 1, 1, 2, 4)
OWN = {"sentence": "雨の後 Thank you, مرحبا 🌧️", "before": "Юлия", "after": "עומר"}
ODD = [
    "",
    "\u200b\u200b",
    "x" * 4000,
    "😀" * 4096,
    "\u202eevil\u202c \u2066x",
    "Z" + "\u0301\u0316\u0489" * 200,
    "\x00\x01\x08\x0b",
    "half \ud83d surrogate \udc00",
    "</path><script>&amp;<b>\"'",
    "]]>",
    "\ufffe\uffff",
    "👨‍👩‍👧‍👦" * 50,
    "a\n" * 200,
    "{0.__class__}",
    "\u200d\u200d\ufe0f",
    "\u0301\u0301 first",
    "שלום (abc) 12",
    "\U0001f1e6",
    "\U000e0067\U000e007f",
]


def ripple(own: dict[int, dict[str, str]] | None = None, /, **changed: Any) -> Ripple:
    mine = {4: OWN} if own is None else own
    links = tuple(Link(parent, place in mine, **mine.get(place, {})) for place, parent in enumerate(PARENTS))
    fields: dict[str, Any] = {"title": "How far it went", "numbers": NUMBERS, "links": links, "you": "you", **changed}
    return Ripple(**fields)


def many(count: int) -> Ripple:
    chance = Random(count)
    parents = [None, *(chance.randrange(place) for place in range(1, count))]
    own = min(1, count - 1)
    return Ripple("Far", NUMBERS, tuple(Link(p, i == own, **(OWN if i == own else {})) for i, p in enumerate(parents)))


def said(svg: str) -> list[str]:
    """Return every word that the picture shows, in the order in which it is drawn."""
    return [element.attrib["aria-label"] for element in ET.fromstring(svg).iter() if "aria-label" in element.attrib]


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high


# What may be seen


@pytest.mark.parametrize("field", ["sentence", "before", "after"])
def test_a_link_of_somebody_else_takes_no_words(field: str) -> None:
    with pytest.raises(ValueError):
        Link(0, **{field: "Lena"})  # type: ignore[arg-type]


def test_others_add_pebbles_and_no_words() -> None:
    alone = Ripple("How far it went", NUMBERS, (Link(None, True, **OWN),), you="you")
    assert sorted(said(to_svg(alone))) == sorted(said(to_svg(ripple())))


def test_the_picture_says_what_it_was_given_and_nothing_else() -> None:
    shown = "".join(said(to_svg(ripple(note="Only you see your words.", subtitle="since May"))))
    given_words = ["How far it went", "since May", "you", "Only you see your words.", *OWN.values()]
    given_words += [word for number in NUMBERS for word in (number.value, number.label)]
    assert sorted(shown.replace(" ", "")) == sorted(clean("".join(given_words)).replace(" ", ""))


def test_a_row_of_the_outbox_that_was_tampered_with_gives_nobody_else_words() -> None:
    stored = {**ripple().to_dict(), "mine": {"4": ["mine", "", ""], "99": ["not there", "", ""]}}
    assert "not there" not in "".join(said(to_svg(Ripple.from_dict(stored))))


def test_of_many_own_links_three_have_cards_those_that_went_furthest() -> None:
    own = {place: {"sentence": f"sentence{place}"} for place in (1, 2, 3, 4, 6)}
    shown = "".join(said(to_svg(ripple(own))))
    assert [place for place in own if f"sentence{place}" in shown] == [1, 2, 4]
    assert {"1", "2", "3"} <= set(said(to_svg(ripple(own))))


def test_an_own_link_without_words_has_no_card() -> None:
    assert said(to_svg(ripple({4: {}}, you=""))) == said(to_svg(ripple({})))


# What is stored


def test_a_row_holds_what_to_draw_as_json_and_no_bytes() -> None:
    stored = json.loads(json.dumps(ripple().to_dict()))
    assert Ripple.from_dict(stored) == ripple()


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["light", "dark"]))
@settings(deadline=None)
def test_what_is_stored_comes_back(title: str, sentence: str, theme: str) -> None:
    one = ripple({2: {"sentence": sentence}}, title=title, theme=theme, language="he")
    assert Ripple.from_dict(one.to_dict()) == one


@pytest.mark.parametrize(
    "changed",
    [
        {"links": ()},
        {"links": (Link(0),)},
        {"links": (Link(None), Link(5))},
        {"links": (Link(None), Link(-1))},
        {"theme": "sepia"},
    ],
)
def test_what_is_no_ripple_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        ripple(**changed)


@pytest.mark.parametrize("spec", [{}, {"kind": "moon"}, {"kind": "ripple"}])
def test_an_unknown_picture_is_refused(spec: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        draw(spec)


# What is drawn


def test_the_same_ripple_gives_the_same_svg() -> None:
    assert to_svg(ripple()) == to_svg(ripple())
    assert to_svg(many(40)) == to_svg(many(40))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("count", [1, 7, 200])
def test_a_png_of_the_right_size_and_not_too_large(count: int, theme: str) -> None:
    one = many(count).to_dict() | {"theme": theme}
    png = draw(one)
    assert size(png) == (WIDTH, HEIGHT)
    assert len(png) < 400_000


def test_letters_are_outlines_and_no_font_is_asked_for() -> None:
    svg = to_svg(ripple())
    assert "<text" not in svg
    assert "font" not in svg


@pytest.mark.parametrize("odd", ODD)
def test_any_text_can_stand_anywhere(odd: str) -> None:
    own = {1: {"sentence": odd, "before": odd, "after": odd}, 4: {"sentence": odd}}
    svg = to_svg(ripple(own, title=odd, subtitle=odd, you=odd, note=odd, numbers=(Number(odd, odd),) * 6))
    ET.fromstring(svg)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", svg)


@pytest.mark.parametrize("odd", ODD[2:9])
def test_an_odd_text_is_drawn(odd: str) -> None:
    assert size(draw(ripple({4: {"sentence": odd, "after": odd}}, title=odd).to_dict())) == (WIDTH, HEIGHT)


@given(st.text(st.characters(codec=None), max_size=80), st.text(max_size=12))
@settings(deadline=None, max_examples=60)
def test_any_sentence_in_any_language_makes_a_whole_svg(odd: str, language: str) -> None:
    ET.fromstring(to_svg(ripple({4: {"sentence": odd, "before": odd}}, title=odd, language=language)))


def test_a_picture_in_arabic_is_laid_out_from_the_right() -> None:
    def first(svg: str) -> float:
        found = re.search(r'<path d="M([\d.]+)[^>]*aria-label="4"', svg)
        assert found is not None
        return float(found[1])

    assert first(to_svg(ripple())) < WIDTH / 3
    assert first(to_svg(ripple(language="ar"))) > WIDTH * 2 / 3


def test_a_panic_of_the_renderer_is_an_error_like_others() -> None:
    with pytest.raises(Undrawable):
        to_png("<svg")


def test_two_hundred_links_take_less_than_two_seconds() -> None:
    spec = many(200).to_dict()
    draw(spec)  # fonts and emoji are read by the first
    begin = time.process_time()
    draw(spec)
    assert time.process_time() - begin < 2.0


# How it looks


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_words_stand_out_from_their_ground(look: Look) -> None:
    for color in (look.ink, look.quiet, look.accent):
        assert contrast(color, look.ground) >= 4.5
        assert contrast(color, look.soft) >= 4.5
    assert contrast(look.on_own, look.own) >= 3


def test_colors_mix() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
