"""Instants inside a text: written out, or shown as the reader's own clock does."""

from hypothesis import given
from hypothesis import strategies as st

from bot.flows.cleaning import cleaned
from bot.speech.instants import BEGIN, DATE, END, MIDDLE, marked, pieces, plain


def test_an_instant_reads_as_it_is_written_where_nothing_else_can_be_shown() -> None:
    assert plain(f"Set: Thu {marked(1_795_000_000, '8:30')}, Fri {marked(1_795_086_400, '8:30')}.") == (
        "Set: Thu 8:30, Fri 8:30."
    )


def test_a_platform_shows_it_in_its_own_way_and_does_with_the_rest_what_it_must() -> None:
    text = f"at {marked(7, '8:30')} or {marked(9, '9:30', DATE)}"
    assert pieces(text, str.upper, lambda at, form: f"<{form}{at}>") == "AT <t7> OR <f9>"


@given(st.text(), st.integers(-(10**11), 10**11), st.text())
def test_whatever_stands_around_an_instant_stays(before: str, at: int, after: str) -> None:
    around = [text.translate(dict.fromkeys(map(ord, (BEGIN, MIDDLE, END)))) for text in (before, after)]
    text = f"{around[0]}{marked(at, '8:30')}{around[1]}"
    assert plain(text) == f"{around[0]}8:30{around[1]}"
    assert pieces(text, str, lambda found, _form: f"[{found}]") == f"{around[0]}[{at}]{around[1]}"


@given(st.text(alphabet=[BEGIN, MIDDLE, END, "t", "7", "-", "x", "\n"]))
def test_a_damaged_mark_is_left_as_it_is(text: str) -> None:
    assert len(plain(text)) <= len(text)
    assert pieces(text, str, lambda at, form: marked(at, "", form)).count(END) == text.count(END)


def test_nobody_can_write_one() -> None:
    forged = f"{BEGIN}0{MIDDLE}8:30{END} hello"
    assert BEGIN not in cleaned(forged)
    assert plain(cleaned(forged)) == cleaned(forged)
