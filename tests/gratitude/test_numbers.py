"""Telephone numbers in all that they can be written with, among dates, times, scores, prices, lists and counting."""

import pytest

from bot.gratitude.contacts import leads_away

NUMBERS = (
    "+49 170 1234567",
    "+1 (555) 010-9999",
    "0170/123 45 67",
    "0170 - 123 - 45 - 67",
    "(0170) / 1234567",
    "0170\n123\n4567",
    "01.71.12.34.56",
    "01 71 12 34 56",
    "0-1-7-1-2-3-4-5",
    "0*1*7*1*2*3*4*5",
    "0_1_7_1_2_3_4_5",
    "0, 1, 7, 1, 2, 3, 4, 5",
    "0 1 7 1 2 3 4 5",
    "0❤1❤7❤1❤2❤3❤4",
    "O171 I2345l",
    "٠١٧٠١٢٣٤٥٦٧",
    "०१७०१२३४५६७",
    "０１７０１２３４５６７",
    "⓪①⑦①②③④⑤",
    "⓿❶❼❶❷❸❹❺",
    "0️⃣1️⃣7️⃣0️⃣1️⃣2️⃣3️⃣4️⃣",
    "𝟎𝟏𝟕𝟎𝟏𝟐𝟑𝟒",
    "⁰¹⁷⁰¹²³⁴",
    "零一七一二三四五",
    "〇一七 一二三四五",
    "공일칠 일이삼사오",
    "zero one seven one two three four five",
    "oh one seven one, two three four five",
    "null eins sieben eins zwei drei vier fünf",
    "null eins sieben eins, vierunddreißig sechsundfünfzig",
    "null-eins-sieben-eins-zwei-drei-vier",
    "zéro six douze trente-quatre cinquante-six",
    "cero uno siete uno dos tres cuatro",
    "zero jeden siedem jeden dwa trzy cztery",
    "ноль один семь один два три четыре",
    "sıfır bir yedi bir iki üç dört",
    "0171 zwei drei vier five",
    "Nuⅼl еins sieben eins zwei drei vier",
    "Tel. 12345",
    "Tel.Nr. 4711",
    "2024 1234567",
    "24.12.2024 0171 1234567",
)

OTHERS = (
    "On 18.11.2026 you were there, at 18:30.",
    "Danke für den 24.12. 2024!",
    "Seit dem 3. 5. 2024 ist alles leichter.",
    "2024-12-24 18:30 was the moment. Thank you.",
    "Vom 24./25./26.12.2024 werde ich noch lange erzählen.",
    "Danke für 3.5.-12.5.2024, unsere Reise.",
    "12/24/2024 at 6:30 pm you called.",
    "From 2019-2026 you helped",
    "Thank you for 2019, 2020, 2021 and 2022.",
    "12.06.1985 – 03.04.2021. Danke, dass du mit mir an sie denkst.",
    "Du warst um 7:30, 12:00 und 18:45 für mich da.",
    "Du bist um 07:30, 08:15 und 09:45 gekommen; 01:15, 02:30, 03:45 waren schlimm.",
    "Danke für 18.30 - 21.30 Uhr gestern.",
    "18.30 Uhr, 19.15 Uhr, 20.00 Uhr: du hast gewartet.",
    "3:2, 4:1, 0:0, 2:2, you cheered at every game.",
    "You paid 12,50 € + 13,90 € + 9,99 € for my lunch.",
    "$12.50 and $13.90 and $14.20, all paid by you",
    "1.000.000 Mal danke",
    "1000000 thanks",
    "1,234,567 thank-yous would not be enough",
    "525.600 Minuten, und jede mit dir",
    "You were there 24/7/365.",
    "10/10, would thank again. 10/10!",
    "Rooms 101, 205, 309, 412 all say thanks.",
    "I scored 98/100, 95/100 and 99/100 because of you",
    "BWV 1007, 1008, 1009 – danke fürs Cello",
    "Psalm 23,1-6 und 1. Kor. 13, 4-8 lasen wir",
    "Born 1950, retired 2015, loved since 1975",
    "Our kids are 3, 5, 8, 11 and 14 and love you.",
    "10, 9, 8, 7, 6, 5, 4, 3, 2, 1: a happy new year with you",
    "One, two, three, four, five, six, seven times thank you.",
    "eins zwei drei vier fünf sechs sieben, wo bist du geblieben",
    "No. 5 is alive, thanks to you",
    "v1.2.3 went out because of you",
    "Python 3.12.1 works, thanks to your patience.",
    "node.js finally makes sense",
    "§ 5 Abs. 3 Nr. 2: danke!",
    "Wir sehen uns am 24.Mai, ich freue mich.",
    "1.Du hörst zu. 2.Du lachst. 3.Es tut gut.",
    "You are my H2O, my 4x4, my 1st and 2nd and 3rd.",
    "2+2=4, 3+3=6, 1+1=2, and you and me are one.",
    "I owe you 30 % of it, or 40 %, or 50 %.",
    "See you @8, you made my week",
    "It is 20°C, 21°C, 22°C in here, warm as you.",
)


@pytest.mark.parametrize("text", NUMBERS)
def test_a_telephone_number_is_found(text: str) -> None:
    assert leads_away(text)
    assert leads_away(f"Thank you for this: {text} and that")
    assert leads_away(f"Danke ({text})")


@pytest.mark.parametrize("text", OTHERS)
def test_other_numbers_pass(text: str) -> None:
    assert not leads_away(text)
