"""What leads away from a sentence: links, addresses, names and numbers, also in disguise; and what only says thanks."""

import time
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gratitude.contacts import leads_away
from bot.gratitude.rules import LONGEST

LINKS = (
    "https://x.example/a",
    "hxxps://x.example",
    "h t t p s : / / x",
    "look at www.example",
    "www example com",
    "example.com",
    "EXAMPLE.COM",
    "Example.Com",
    "example.com看看",
    "example.comпривет",
    "annas-cafe.museum",
    "anna.photography",
    "anna.berlin",
    "annasblog.me",
    "ich.bin.annas-blog.de",
    "привет.онлайн",
    "例子.中国",
    "例え.コム",
    "삼성.한국",
    "موقع.شبكة",
    "anna.xn--p1ai",
    "xn--bcher-kva.example",
    "bücher.de",
    "exam\nple.com",
    "example\n.com",
    "example.\ncom",
    "example.c\nom",
    "https://exam\nple",
    "t.\nme/ann",
    "1.2.3.4",
    "tg://user?id=1",
    "[x](tg://user?id=1)",
    "mailto:ann",
    "t.me/abc",
    "t me/abc",
    "discord.gg/abc",
    "discord gg abc",
    "ex.am/ple",
    "annshop.brandnew/x",
    "anna.ru",
    "анна.ру",
    "пример.рф",
    "annas_blog.de_",
)
SPACED = (
    "example . de",
    "example . com",
    "example .com",
    "example. com",
    "example. org",
    "example .de",
    "example . shop",
    "e x a m p l e . c o m",
    "e x a m p l e.com",
    "e-x-a-m-p-l-e.c-o-m",
    "e  x  a  m  p  l  e  .  d  e",
    "example . c o m",
    "t . m e / x",
    "t . me / ann",
    "T.Me/ann",
    "example[.]com",
    "example(.)com",
    "example {.} com",
    "example [,] com",
    "example[dot]com",
    "example (dot) com",
    "example (punkt) de",
    "example,com",
    "example ,com",
    "example*com",
    "example|com",
    "example;org",
    "example,de",
)
SPOKEN = (
    "example dot com",
    "example DOT com",
    "example d0t com",
    "t dot me slash ann",
    "t.me slash ann",
    "beispiel punkt de",
    "exemple point com",
    "ejemplo punto com",
    "esempio punto it",
    "exemplo ponto br",
    "przyklad kropka pl",
    "пример точка ру",
    "приклад крапка юа",
    "ornek nokta com",
    "例えばドットコム",
    "exampleドットcom",
    "예시닷컴",
    "موقع نقطة كوم",
    "אתר נקודה קום",
    "साइट डॉट कॉम",
    "ann at gmail dot com",
    "ann at gmail",
    "ann (ät) web punkt de",
    "ann (at) web.de",
    "ann arroba hotmail",
    "аня собака yandex",
)
LOOKING_ALIKE = (
    "ехаmple.соm",
    "ехаmрlе.сом",
    "pаypal.example",
    "ｅｘａｍｐｌｅ．ｃｏｍ",
    "ᴛ.ᴍᴇ/ann",
    "ᴇxᴀᴍᴘʟᴇ.ᴄᴏᴍ",
    "𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦",
    "𝓮𝔁𝓪𝓶𝓹𝓵𝓮.𝓬𝓸𝓶",
    "ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ",
    "🅔🅧🅐🅜🅟🅛🅔.🅒🅞🅜",
    "🅴🆇🅰🅼🅿🅻🅴.🅲🅾🅼",
    "example.🇨🇴🇲",
    "example․com",
    "example。com",
    "example·com",
    "example•com",
    "exa\u200bmple.com",
    "example.c\u00adom",
    "e\u0305xample.com",
    "e̶x̶a̶m̶p̶l̶e̶.c̶o̶m̶",
    "еxаmрlе dоt cоm",
    "ехаmple.ϲοm",
    "examplе.dе",
    "ԁісоrd.ɡɡ/x",
    "exampʟe.ᴅe",
    "example.c\u3164om",
)
NAMES = (
    "@anna",
    "@ann_b",
    "＠anna",
    "@ ann_b",
    "@everyone",
    "<@123>",
    "<#4711>",
    "anna#1234",
    "me@x.de",
    "me [at] home [dot] com",
    "a (at) b",
    "my insta is ann_b",
    "my insta is annb",
    "Mein Insta ist annb",
    "mi instagram es ann.b",
    "мой телеграм annb",
    "my handle on tiktok is annb",
    "ann_b auf insta",
    "line id: annb",
    "snap: annb",
    "Snapchat = annb",
    "ig: ann.b",
    "Telegram 👉 annb",
    "insta ann_b",
    "find me on insta, ann_b",
    "add me on discord as annb",
    "write me on telegram annb99",
    "whatsapp me 0171 1234567",
    "my ѕnaр is annb",
    "s n a p : annb",
)
ORDINARY = (
    # Dots that end something else than a domain.
    "I’m glad that you waited for me. So good.",
    "Danke.Du bist toll.",
    "thanks.you made my day",
    "Thank you.You are great.",
    "Danke. Das war schön. Du hilfst mir.",
    "Danke . Du bist da",
    "Merci . Je pense à toi",
    "Merci .Je t’aime",
    "danke . so schön mit dir",
    "Du kochst, backst usw. und so weiter.",
    "Das hilft mir, z.B. in der Nacht.",
    "z.B.in der Nacht, d.h.es ist gut",
    "Du bist u.a. so geduldig, i.d.R. auch.",
    "For e.g.this and i.e.that",
    "Mr.Smith, Dr.Black and St.Petersburg say thanks",
    "I passed my B.Sc. and my M.Sc. because of you.",
    "Frau Dr. med. Bauer, danke!",
    "J.R.R. Tolkien and A. B. send you thanks.",
    "Love, A.",
    "Yours, J.K.",
    "Wow...so schön... it is...in my heart",
    "3 things... and 4 more",
    "At 6 p.m. in the park, at 7 a.m. at home",
    "Danke!Du.Bist.Der.Beste",
    "W.A.S. für ein Tag. Danke",
    "Y o u  r o c k !",
    "The dot in the sky, the point is you.",
    "Auf den Punkt. Es war genau richtig.",
    "Der Wendepunkt, am Punkt in der Mitte: das warst du.",
    "Point de vue superbe, merci",
    "Desde tu punto de vista, gracias.",
    "Do meu ponto de vista, obrigado, com carinho",
    # Words of the chats without any name.
    "You always text me on WhatsApp when I’m down.",
    "Danke für deine SMS: sie kam genau richtig.",
    "Danke, dass du mir auf WhatsApp schreibst, jeden Tag.",
    "My Instagram is full of your pictures, thank you.",
    "Your Telegram message made me smile",
    "On Discord in 2020 you were as kind as now.",
    "On WhatsApp as always, you listened.",
    "meet @ home",
    "Danke für den Link zum Kuchenrezept.",
    "Thanks for dotting the i",
    "Congrats on the new job at Signal",
    # What looks like code or markup.
    "{0.__class__}",
    "=HYPERLINK(1)",
    "'; DROP TABLE links --",
    "<b>you",
    "and/or both",
    # Faces, flags, pictures.
    "👨‍👩‍👧‍👦 all of you",
    "Danke 🇩🇪❤️🇫🇷",
    "Gracias por todo.🇪🇸❤️",
    "Thank you :) :-) <3 ;-) ^_^",
    "¯\\_(ツ)_/¯ you know",
    "🅰️➕ for you",
    "Best 💯 day 1️⃣ of 2️⃣",
    # Many languages.
    "C’est gentil. De rien. Et toi",
    "Merci pour le 24/12 à 19h30, c’était parfait.",
    "M. Dupont et Mme. Roy, merci !",
    "Tu es là à 8h, à 12h30 et à 19h15 : merci.",
    "Gracias. Es un placer. Me alegro. No te olvido.",
    "Gracias por los días 3, 5 y 12 de mayo.",
    "EE.UU., p. ej., Sr. López: gracias a todos.",
    "Grazie. Io ti voglio bene. Il mio cuore è tuo.",
    "P.es. quando piove, ci sei sempre.",
    "Grazie mille, anzi 1.000 volte!",
    "Obrigado. Eu gosto",
    "Obrigado. Com você tudo é melhor.",
    "Obrigada por tudo, com amor",
    "Às 18h30 você estava lá. Às 19h também.",
    "Dziękuję m.in. za herbatę itd. i np. za uśmiech.",
    "Dzięki. To było miłe. Do jutra.",
    "Dziękuję za 24.12.2024 r. o godz. 18:30.",
    "Спасибо. Ты рядом.",
    "Спасибо.Ты рядом.То время было лучшим.",
    "Люблю твой Python.Да",
    "Спасибо за 24.12.2024, с 18:00 до 21:30.",
    "И т.д. и т.п., спасибо за всё!",
    "Дякую. Ти найкраща. Це було о 18:30.",
    "Дякую за 5, 6 і 7 травня 2024 р.",
    "Teşekkürler. Sen iyi ki varsın. Bu güzel. Ne mutlu.",
    "Saat 18.30 gibi geldin, vb. Teşekkür ederim.",
    "شكرا لك. أنت هنا",
    "شكرا على يوم ٢٤/١٢/٢٠٢٤ الساعة ١٨:٣٠",
    "שלום. תודה על הכל. אתה כאן.",
    "תודה על 24.12.2024 בשעה 18:30",
    "धन्यवाद। आप बहुत अच्छे हैं।",
    "24/12/2024 को आप आए। धन्यवाद.",
    "ありがとう。また明日。",
    "ありがとう。みんな大好き。みんな。",
    "2024年12月24日18時30分、ありがとうwww",
    "楽しかった www また遊ぼう",
    "고마워요. 네가 최고야. 이 일 이후로도.",
    "2024년 12월 24일 오후 6시 30분, 고마워",
    "谢谢。我爱你。",
    "谢谢你,二〇二四年十二月二十四日,一九八五年",
    "谢谢.我爱你",
    "Dank je. Is goed. Net als altijd.",
    "Tack. Du är bäst. Se dig snart.",
    "Ευχαριστώ. Το βράδυ ήταν όμορφο.",
    "Cảm ơn bạn. Ai cũng vui. Vui lúc 18:30 ngày 24/12.",
)


@pytest.mark.parametrize("text", [*LINKS, *SPACED, *SPOKEN, *LOOKING_ALIKE, *NAMES])
def test_what_leads_away_is_found(text: str) -> None:
    assert leads_away(text)
    assert leads_away(f"Thank you so much, {text}")
    assert leads_away(f"Danke ({text})")


@pytest.mark.parametrize("text", [*LINKS, *SPACED, *SPOKEN, *LOOKING_ALIKE])
def test_what_leads_away_is_found_in_the_middle_of_a_sentence(text: str) -> None:
    if text not in ("example,com", "example ,com", "example*com", "example|com", "example;org", "example,de"):
        assert leads_away(f"Thank you for this: {text} and that")


@pytest.mark.parametrize("text", ORDINARY)
def test_what_only_says_thanks_passes(text: str) -> None:
    assert not leads_away(text)


def test_what_a_chat_would_make_a_link_of_wants_a_space() -> None:
    assert leads_away("Danke.Es war schön.")
    assert not leads_away("Danke. Es war schön.")


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    assert leads_away(text) in (True, False)
    assert leads_away(f"{text} https://example.com")


CROWDED = (
    "a", "1", ".", " ", "a.", "1-", "1 ", "a b ", "@", "a@ ", "insta ", "insta a.", "my insta ", "dot ", "1.1.", "0:0 ",
    "24.12. ", "( ", "https:", "\n", "a\n", "(.", "💯", "e\u0301", "à.", "и", "zero ", "2019 ", "1,", "wa a", "ﷺ",
)  # fmt: skip


def seconds(text: str) -> float:
    return min(timeit.repeat(lambda: leads_away(text), timer=time.process_time, number=1, repeat=5))


@pytest.mark.parametrize("text", CROWDED)
def test_a_text_four_times_as_long_takes_no_more_than_that_in_time(text: str) -> None:
    """A pattern that goes over a text again and again would take sixteen times as long."""
    longest = (text * LONGEST)[:LONGEST]
    assert seconds(longest * 4) < 12 * max(seconds(longest), 0.001)
