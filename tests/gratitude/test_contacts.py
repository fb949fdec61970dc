"""What leads away from a sentence: links, addresses, names and numbers, also in disguise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gratitude.contacts import leads_away

LEADING = (
    "https://x.example/a",
    "look at www.example",
    "example.com",
    "exam\nple.com",
    "example\n.com",
    "example.\ncom",
    "example.c\nom",
    "https://exam\nple",
    "example . de",
    "example dot com",
    "me [at] home [dot] com",
    "ехаmple.соm",
    "pаypal.example",
    "ｅｘａｍｐｌｅ．ｃｏｍ",
    "example。com",
    "пример.рф",
    "exa\u200bmple.com",
    "e\u0305xample.com",
    "t.me/abc",
    "discord.gg/abc",
    "ex.am/ple",
    "1.2.3.4",
    "tg://user?id=1",
    "[x](tg://user?id=1)",
    "@anna",
    "@everyone",
    "<@123>",
    "anna#1234",
    "me@x.de",
    "a (at) b",
    "+49 170 1234567",
    "0170/123 45 67",
    "0170\n123\n4567",
    "٠١٧٠١٢٣٤٥٦٧",
    "0️⃣1️⃣7️⃣0️⃣1️⃣2️⃣3️⃣4️⃣",
)
HARMLESS = (
    "I’m glad that you waited for me. So good.",
    "Danke. Das war schön. Du hilfst mir.",
    "On 18.11.2026 you were there, at 18:30.",
    "1.000.000 Mal danke",
    "From 2019-2026 you helped",
    "ありがとう。また明日。",
    "Спасибо. Ты рядом.",
    "Люблю твой Python.Да",
    "C’est gentil. De rien. Et toi",
    "Obrigado. Eu gosto",
    "3 things... and 4 more",
    "{0.__class__}",
    "=HYPERLINK(1)",
    "'; DROP TABLE links --",
    "<b>you",
    "👨‍👩‍👧‍👦 all of you",
    "شكرا لك. أنت هنا",
    "meet @ home",
)


@pytest.mark.parametrize("text", LEADING)
def test_what_leads_away_is_found(text: str) -> None:
    assert leads_away(text)
    assert leads_away(f"Thank you for this: {text} and that")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_says_thanks_passes(text: str) -> None:
    assert not leads_away(text)


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    assert leads_away(text) in (True, False)
    assert leads_away(f"{text} https://example.com")
