"""Any text is fit to be drawn, and every letter finds a font that has it."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures import emoji, fonts, text
from bot.pictures.fonts import Face, covers, invisible
from bot.pictures.look import LONGEST
from bot.pictures.text import MOST_MARKS, clean, clusters, missing_scripts

ANY = st.text(st.characters(codec=None), max_size=60)
SCRIPTS = {
    "nunito": "Grüße, Ағ їжак ğ đế 12:30",
    "noto": "Ωμέγα",
    "arabic": "شكرًا لك",
    "hebrew": "תודה רבה",
    "devanagari": "धन्यवाद माँ",
    "cjk-sc": "谢谢你",
    "cjk-jp": "ありがとう",
    "thai": "ขอบคุณ",
    "tamil": "நன்றி",
}


def parts(given_text: str, language: str = "en") -> list[tuple[str, str]]:
    """Return neighbouring letters of one font together, with its name; an emoji is called by its own."""
    found: list[tuple[str, str]] = []
    for cluster in clusters(clean(given_text), language):
        name = cluster.face.name if cluster.face else "emoji" if cluster.emoji else "none"
        if found and found[-1][1] == name:
            found[-1] = (found[-1][0] + cluster.text, name)
        else:
            found.append((cluster.text, name))
    return found


@pytest.mark.parametrize(("name", "sample"), [pair for pair in SCRIPTS.items() if pair[0] != "noto"])
def test_a_text_in_one_script_is_one_run(name: str, sample: str) -> None:
    assert parts(sample) == [(clean(sample), name)]


def test_letters_that_nunito_lacks_come_from_noto() -> None:
    assert all(name in ("nunito", "noto") for _, name in parts(SCRIPTS["noto"]))


def test_a_mixed_text_is_split_where_the_script_changes() -> None:
    assert parts("Hi שלום, 雨の 🌧️ ok") == [
        ("Hi ", "nunito"),
        ("שלום", "hebrew"),
        (", ", "nunito"),
        ("雨の ", "cjk-jp"),
        ("🌧️", "emoji"),
        (" ok", "nunito"),
    ]


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("ja", "cjk-jp"),
        ("ko", "cjk-kr"),
        ("zh", "cjk-sc"),
        ("zh-TW", "cjk-tc"),
        ("zh_Hant", "cjk-tc"),
        ("de", "cjk-sc"),
    ],
)
def test_the_language_decides_the_shape_of_chinese_characters(language: str, name: str) -> None:
    assert parts("雨", language) == [("雨", name)]


@pytest.mark.parametrize(
    "one",
    ["👨‍👩‍👧", "👍🏽", "🤷🏽‍♀️", "☀️", "❤", "1️⃣", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "👩🏿‍🚀", "🫶"],
)
def test_an_emoji_of_several_characters_is_one(one: str) -> None:
    assert parts(one) == [(one, "emoji")]
    assert emoji.drawing(clusters(one, "en")[0].emoji).startswith("<")


@pytest.mark.parametrize(
    ("unknown", "drawn"), [("👩‍🪿", "👩"), ("🚗🏽", "🚗"), ("👨‍👩‍👧‍🪿", "👨‍👩‍👧")], ids=["trade", "tone", "family"]
)
def test_of_an_emoji_that_nobody_has_drawn_the_nearest_is_taken(unknown: str, drawn: str) -> None:
    (cluster,) = clusters(unknown, "en")
    assert (cluster.text, cluster.emoji) == (unknown, drawn)


def test_a_flag_of_no_country_is_its_two_letters() -> None:
    assert [cluster.text for cluster in clusters("🇽🇽", "en")] == ["🇽", "🇽"]


def test_without_the_drawings_emoji_are_named_as_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(emoji, "DATA", tmp_path / "gone")
    caches = (emoji._drawings, emoji._openings, text.clusters)
    for one in caches:
        one.cache_clear()
    try:
        assert missing_scripts() == ["Emoji"]
        assert parts("🫶") == [("🫶", "emoji")]  # the font Noto Emoji, in one colour
    finally:
        for one in caches:
            one.cache_clear()


@pytest.mark.parametrize("sign", ["©", "5", "#", "☀\ufe0e", "№"])
def test_a_sign_that_is_also_an_emoji_stays_a_sign_unless_asked(sign: str) -> None:
    assert parts(sign)[0][1] != "emoji"


@pytest.mark.parametrize(
    ("odd", "seen"),
    [
        ("", ""),
        ("\u200b\u200e\u2066", ""),
        ("a\x00b\x1bc", "a b c"),
        ("\ud800a\udfff", "a"),
        ("\u202eevil\u202c", "evil"),
        ("line\n\n\nbreak\tand\u2028more", "line break and more"),
        ("  spaces   all\u00a0over  ", "spaces all over"),
        ("\ue000\uf8ff", ""),
        ("Z" + "\u0316" * 40, "Z" + "\u0316" * MOST_MARKS),
        ("a\u0489b", "ab"),
        ("e\u0301", "é"),
    ],
)
def test_what_has_no_shape_is_left_out(odd: str, seen: str) -> None:
    assert clean(odd) == seen


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    assert len(clean("x" * 4000)) == LONGEST


@given(ANY)
@settings(deadline=None)
def test_a_clean_text_stays_as_it_is(odd: str) -> None:
    once = clean(odd)
    assert clean(once) == once
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Co") for letter in once)


@given(ANY)
@settings(deadline=None)
def test_every_letter_belongs_to_one_cluster_and_its_font_has_it(odd: str) -> None:
    cleaned = clean(odd)
    found = clusters(cleaned, "en")
    assert "".join(c.text for c in found) == cleaned or any(invisible(letter) for letter in cleaned)
    for cluster in found:
        assert not (cluster.face and cluster.emoji)
        if cluster.face:
            assert covers(cluster.face, cluster.text) or covers(cluster.face, cluster.text[0])


def test_all_that_is_promised_can_be_drawn() -> None:
    assert missing_scripts() == []


def test_a_script_whose_font_is_missing_is_named_and_its_letters_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = tuple(face for face in fonts.SCRIPTS if face.name != "hebrew")
    monkeypatch.setattr(fonts, "SCRIPTS", fewer)
    monkeypatch.setattr(fonts, "SIGNS", ())
    text.clusters.cache_clear()
    try:
        assert missing_scripts() == ["Hebrew"]
        assert parts("ש") == [("ש", "none")]
    finally:
        text.clusters.cache_clear()


def test_a_package_that_is_not_installed_covers_nothing() -> None:
    assert not covers(Face("none", "no_such_package_of_fonts", "x.ttf"), "a")
    assert not covers(Face("none", "fontpkg_nunito", "files/gone.ttf"), "a")
