"""All that Pebble can say: gentle, short, and in the person's language wherever a walk leads."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import bot.texts
from bot.schedules.rules import WEEKDAYS, Rule, Times, Weekly
from bot.schedules.words import words
from bot.speech import Address, Incoming, Kind
from bot.texts import Voice
from tests.flows.looking import DAY, HOUR
from tests.kit.talk import Friend, House
from tests.kit.translation import write_translation

LONGEST = 350
"""Characters of one text: what fits on a phone without scrolling."""

HEAVY = (
    r"streaks?|miss(ed|ing)?|fail(ed|ure|s)?|forg[eo]t|guilt\w*|shame\w*|asham\w*|lazy|overdue|behind (schedule|on)"
    r"|must|should(n[’']t)?|have to|need to|ought|supposed|disappoint\w*|come on|try harder|keep it up"
    r"|don[’']t (stop|break)|in a row|goals?|score\w*|points|level|reward\w*|achiev\w*|(a|the|your|new) record"
    r"|best ever|compete\w*|rank\w*|last chance|hurry up|still haven[’']t|again\?|well done|great job|congrat\w*"
    r"|amazing|awesome|perfect|only \d+ left"
)


def template() -> Catalog:
    with Path(bot.texts.__file__).with_name("pebble.pot").open("rb") as file:
        return read_po(file)


def all_texts() -> list[str]:
    return [message.id for message in template() if isinstance(message.id, str) and message.id]


def test_no_text_speaks_of_guilt_streaks_or_pressure() -> None:
    heavy = re.compile(rf"\b({HEAVY})(?!\w)", re.IGNORECASE)
    # What stands in braces is a name for code; to record a voice note is no record.
    plain = [(text, re.sub(r"\{\w*\}", "", text.replace("No streaks.", ""))) for text in all_texts()]
    found = [(text, heavy.findall(said)) for text, said in plain]
    assert [text for text, words in found if words] == []


def test_streaks_are_named_once_to_say_that_there_are_none() -> None:
    assert sum("streak" in text.lower() for text in all_texts()) == 1
    assert any("No streaks." in text for text in all_texts())


def test_no_text_shouts() -> None:
    assert [text for text in all_texts() if "!" in text or re.search(r"\b[A-Z]{4,}\b", text)] == []


def test_no_text_is_longer_than_a_phone_shows() -> None:
    assert [(len(text), text) for text in all_texts() if len(text) > LONGEST] == []


def test_no_text_ends_in_a_space_or_holds_two() -> None:
    assert [text for text in all_texts() if text != text.strip() or "  " in text] == []


# A language that nobody speaks: every Latin letter of ours made wide, so that a text which was never translated shows.
_WIDE = {code: code + 0xFEE0 for code in (*range(0x41, 0x5B), *range(0x61, 0x7B))}


def wide(text: str) -> str:
    """Return the text in the made-up language; what stands in braces is filled in later and stays."""
    parts = re.split(r"(\{\w+\})", text)
    return "".join(part if part.startswith("{") else part.translate(_WIDE) for part in parts)


@pytest.fixture
def wide_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Voice:
    write_translation(tmp_path / "locale", "eo", all_texts(), wide)
    voice = Voice.of("eo", tmp_path / "locale")
    monkeypatch.setattr(Voice, "of", lambda _language: voice)
    return voice


async def wander(friend: Friend, house: House) -> None:
    """Say and tap nearly everything that can be said and tapped; labels are those of the made-up language."""

    async def tap(*labels: str) -> None:
        for label in labels:
            await friend.tap(wide(label))

    await friend.send("777")
    await tap("Help")
    await friend.send("777")
    await tap("My nudges", "Choose one", "One slow breath")
    for written in ("", "7" * 4001, "7" * 61):
        await friend.send(written)
    await tap("Leaving home")
    await friend.send("77:77")
    await tap("8:00", "No")
    await friend.send("10:22")
    await tap("10:00")
    await friend.send("777")
    await friend.tap("Lagos")
    await tap("Change")
    await friend.send("1 oder so")
    await tap("7:30", "Try one now", "😐", "Did it", "🙂")
    await friend.command("start")
    await tap("Change time")
    await friend.command("cancel")
    await friend.command("cancel")
    await friend.command("nudges")
    await tap("Change time", "8:30")
    await friend.command("pause")
    await friend.command("nudges")
    await tap("Resume")
    await friend.command("nudges")
    await tap("Remove", "Undo")
    for practice, taps in (
        ("Three senses", ("Step by step", "Next", "Next", "Done", "😣")),
        ("Three senses", ("Again", "Grounded", "😐")),
        ("Doorway pause", ("Encourage",)),
        ("Evening joy", ("Not today",)),
        ("How am I", ("😣", "Lonely")),
        ("How am I", ("😄", "Done")),
        ("One slow breath", ("Calmer", "😄")),
    ):
        await friend.begin(wide(practice))
        await tap(*taps)
    await friend.command("now")
    await tap("A few seconds", "In 15 min")
    for way, place in (("Hard right now", "Back"), ("By time of day", "Morning"), ("By length", "Up to 1 min")):
        await friend.command("now")
        await tap(way, place)
    await friend.tap(friend.newest.labels[0])
    await tap("Set a time", "Keep both")
    await friend.command("settings")
    await tap("Language", "Back", "Faces", "Faces", "Ask twice")
    await friend.command("add")
    await tap("Swap", "Here and now", "Back")
    await friend.command("language")
    await house.pass_time(2 * DAY)
    await friend.send("", Kind.VOICE)
    await house.receive(Incoming(house.next_key(), Address("memory", "-1"), Kind.TEXT, "777", private=False))


def latin(text: str, known: set[str]) -> list[str]:
    """Return the words in plain Latin letters, without those that are nobody's text (names, days of the week)."""
    for word in sorted(known, key=len, reverse=True):
        text = text.replace(word, "")
    return re.findall(r"[A-Za-z]{2,}", text)


async def test_no_sentence_of_a_walk_stays_untranslated(house: House, wide_voice: Voice) -> None:
    anna = house.person("anna", language="eo")
    shown: list[str] = []
    await wander(anna, house)
    await anna.command("now")
    said = anna.newest
    practice = next(b.payload for row in said.rows for b in row if wide("A few seconds") in b.label)
    await anna.tap(wide("A few seconds"))
    shown.append((await anna.tap_payload(practice, said.id)).toast)
    await anna.tap(wide("Did it"))
    shown_rules = [Rule(Weekly(WEEKDAYS), Times(minutes)) for minutes in ((450,), (480,), (510,))]
    for one in (*anna.inbox, *house.person("-1").inbox):
        shown += [one.text, one.chosen, *one.labels]
    known = {name for n, name in wide_voice.locale.days["stand-alone"]["abbreviated"].items()}
    cities = {"Africa", "Deutsch", "Berlin", "Lagos", "Madrid", "Paris", "Rome", "Warsaw", "English", "Esperanto"}
    # Rules are told in the words of a lexicon, and the made-up language has none: it falls back to English as a whole.
    rules = {words(rule, "eo") for rule in shown_rules}
    assert [text for text in shown if latin(text, known | cities | rules)] == []
    assert wide("That button has done its part. /now begins a new moment, /nudges shows what is set.") in shown
    assert len(anna.inbox) > 60


async def test_first_week_of_two_people_side_by_side(house: House) -> None:
    anna, tomo = house.person("anna"), house.person("tomo", language="ja", zone="Asia/Tokyo")
    await anna.sign_up("One slow breath", "Coffee", "8:30")
    await tomo.sign_up("A gratitude sentence", "Bed", "22:00")
    await house.pass_time(7 * DAY)
    assert sum(said.nudge for said in anna.inbox) == 5  # weekdays
    assert sum(said.nudge for said in tomo.inbox) == 7  # every day
    assert len({said.text for said in tomo.inbox if said.nudge}) == 7
    # Days without an answer are left unspoken: after sign-up there is nothing but the nudges themselves.
    assert all(said.nudge for said in tomo.inbox[-7:])
    await tomo.send("雪")
    assert tomo.said[-2] in house.catalogue["evening-joy"].did
    assert house.clock.now() % HOUR == 0
