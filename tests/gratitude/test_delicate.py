"""Words that hold a sentence: cries for help, threats and insults, also in disguise; and what only sounds like them."""

import time
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gratitude.delicate import delicate
from bot.gratitude.rules import LONGEST

CRISES = (
    "Without you I want to die",
    "I can’t go on",
    "I cant go on like this",
    "Honestly I wish I was dead",
    "I will kill myself",
    "I keep cutting myself",
    "They are better off without me",
    "I don’t want to be here anymore",
    "kill yourself, I want to die",
    "Ich kann nicht mehr weiter",
    "Ich will nicht mehr leben",
    "Ich möchte sterben",
    "Ich bringe mich um",
    "Ich wollte mir etwas antun",
    "Ohne dich hätte ich Selbstmordgedanken",
    "J’ai envie de mourir",
    "Quiero morirme",
    "Voglio morire",
    "Quero morrer",
    "Chcę umrzeć",
    "Я не хочу жить",
    "Не хочу жити",
    "Ölmek istiyorum",
    "Nobody would miss me",
    "s u i c i d e",
    "suiсidе",
    "su1c1de",
    "Ich will steeerben",
)
THREATS = (
    "I will find you",
    "I’ll find you",
    "I know where you live",
    "I know where your kids are",
    "I’m going to hurt you",
    "gonna kill you",
    "You’ll regret this",
    "Watch your back",
    "You should die",
    "Ich mach dich fertig",
    "Ich mache dich kalt",
    "Ich weiß, wo du wohnst",
    "Ich weiss wo du arbeitest",
    "Ich finde dich überall",
    "Dich mach ich fertig",
    "Das wirst du bereuen",
    "Ich bring dich um",
    "Geh sterben",
    "Je sais où tu habites",
    "Je vais te tuer",
    "Te voy a matar",
    "Sé dónde vives",
    "Ti ammazzo",
    "Vou te matar",
    "Wiem, gdzie mieszkasz",
    "Я знаю, где ты живёшь",
    "Найду тебя",
    "Я знаю, де ти живеш",
    "Seni öldüreceğim",
    "I kn0w where you l1ve",
    "I will f i n d you",
    "i will fiiind you",
)
INSULTS = (
    "You idiot",
    "IDIOTS!",
    "Du bist DUMM, aber nett",
    "Du dumme Kuh",
    "Ihr Vollidioten",
    "Sei kein Arschloch",
    "Du Hurensohn",
    "Halt’s Maul",
    "Halt die Fresse",
    "fuck\nyou",
    "fuck, you",
    "f*ck you",
    "f u c k  y o u",
    "go to hell",
    "You are such a waste of space",
    "nobody likes you",
    "Connard, va",
    "Ta gueule",
    "Hijo de puta",
    "Eres un imbécil",
    "Sei uno stronzo",
    "Vaffanculo",
    "Filho da puta",
    "Kurwa, dzięki",
    "Ты идиот",
    "Сука ты",
    "Ти ідіот",
    "Gerizekalısın",
    "i\u200bdiot",
    "i d i o t",
    "i-d-i-o-t",
    "i.d.i.o.t",
    "i_d_i_o_t",
    "1d10t",
    "You 1d10t!",
    "You m0ron!",
    "!diot",
    "id!ot",
    "ıdıot",
    "idiоt",
    "Іdiоt",
    "ɪᴅɪᴏᴛ",
    "𝓲𝓭𝓲𝓸𝓽",
    "ｉｄｉｏｔ",
    "ⓘⓓⓘⓞⓣ",
    "🅘🅓🅘🅞🅣",
    "idiooooot",
    "stuuupid",
    "b1tch",
    "a$$hole",
    "s1ut",
    "ARSCHLÖCHER",
    "Arschlo\u0308cher",
)
WARM = (
    # Words inside other words.
    "Meine Assistentin in Scunthorpe und Essex: Klasse!",
    "Im Dickicht trank die Skyscraper-Crew einen Cocktail",
    "The dummy in my basement, Massachusetts, class of ’99",
    "Danke für die Pute und den Kuchen",
    "Therapist, rapeseed, shuttle, peacock, Moby Dick, document",
    "Der Depp-Film mit Johnny Depp war toll",
    "Du bist ein Geber, kein Nehmer",
    "Van Dyke and Kike say thanks, and the Maine Coon too",
    "Das Hitlergruß-Verbot im Unterricht hast du gut erklärt",
    # Said with warmth.
    "You killed it on stage",
    "I could die of laughing",
    "I wanted to die laughing",
    "I was dead tired and you cooked",
    "You’re dead right",
    "You look drop dead gorgeous",
    "Thanks for laughing at my stupid jokes",
    "You never hurt me",
    "You always find me when I am lost",
    "I find you sooo lovely",
    "I’ll get you a coffee",
    "I love watching you grow",
    "We walked 5 kms, I nearly died",
    "Since my last message you have done so much",
    "Crazy, sick, wicked: what a day",
    "Shoot me an email", "That was a bomb party",
    "Zum Totlachen, ich sterbe fast vor Lachen",
    "Am Arsch der Welt hast du mich abgeholt",
    "Der dumme Fehler war meiner",
    "Das war gar nicht dumm von dir",
    "Dumm gelaufen, aber du warst da",
    "Du hast mich nie behindert, immer gefördert",
    "Pass auf dich auf",
    "Du bist der Hammer, ein wilder Hund",
    "Ich hasse Abschiede",
    "Je crève de rire avec toi",
    "Ferme la porte, ouvre ton cœur, merci",
    "Vou te encontrar amanhã, obrigado",
    "Matarme de risa contigo",
    "Aku suka kamu",
    "Ты меня убил наповал своей шуткой",
    "Dzięki za pedał do roweru",
    "I have 4 cats, 2 dogs and 1 you",
    "Ich finde dich schon lange toll",
    "Sooo happy!!! Thaaank you",
    "W.O.W. what a day, l o v e you",
    "10/10, 24/7, 100%",
)  # fmt: skip


@pytest.mark.parametrize("text", CRISES)
def test_a_cry_for_help_is_heard(text: str) -> None:
    assert delicate(text) == "crisis"
    assert delicate(f"Danke. {text}, you know") == "crisis"


@pytest.mark.parametrize("text", [*THREATS, *INSULTS])
def test_a_threat_or_an_insult_is_held(text: str) -> None:
    assert delicate(text) == "insult"
    assert delicate(f"Danke. {text}, you know") == "insult"


@pytest.mark.parametrize("text", WARM)
def test_what_is_said_with_warmth_is_not_held(text: str) -> None:
    assert delicate(text) is None


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    assert delicate(text) in ("crisis", "insult", None)
    assert delicate(f"{text} you idiot")


def seconds(text: str) -> float:
    return min(timeit.repeat(lambda: delicate(text), timer=time.process_time, number=1, repeat=5))


@pytest.mark.parametrize(
    "text", ["a", "i ", "i.", "i will ", "1", "aaa ", "1d ", "idiot ", "die laughing ", "и", "💯", "want to die "]
)
def test_a_text_four_times_as_long_takes_no_more_than_that_in_time(text: str) -> None:
    longest = (text * LONGEST)[:LONGEST]
    assert seconds(longest * 4) < 12 * max(seconds(longest), 0.001)
