"""The first two minutes and a week in German, as somebody whose phone speaks German hears them."""

import re

from bot.app import command_menus
from bot.texts import Voice
from tests.flows.looking import DAY, HOUR
from tests.kit.talk import Friend, House

GERMAN = Voice.of("de")
ENGLISH_WORDS = re.compile(r"\b(the|you|your|and|with|this|that|are|of|for|how|what|when|day|time)\b", re.IGNORECASE)


def ina(house: House, tag: str = "de-AT") -> Friend:
    return house.person("ina", language=tag)


def english(friend: Friend) -> list[str]:
    """Return what was said in English; a command's name is one in every language."""
    said = [text for one in friend.inbox for text in (one.text, one.chosen, *one.labels)]
    return [text for text in said if ENGLISH_WORDS.search(re.sub(r"/[a-z]+", "", text))]


async def test_a_newcomer_is_set_in_four_taps_and_answered_in_eight(house: House) -> None:
    friend = ina(house)
    await friend.command("start")
    assert friend.newest.text.startswith("Hallo, ich bin Pebble. Ein kleiner Moment, wann du magst.")
    assert "keine Therapie und nichts für Notfälle" in friend.newest.text
    await friend.tap(GERMAN.say("One slow breath"))
    assert friend.newest.text.startswith("Was machst du sowieso jeden Tag")
    await friend.tap("Kaffee")
    assert friend.newest.text == "Ungefähr um wie viel Uhr (werktags)? Oder schreib es: „werktags 8:30“."
    await friend.tap("8:30")
    assert friend.newest.text == "Ist es bei dir gerade 10:00 Uhr?"
    await friend.tap("Ja")
    told = "Abgemacht: Do 8:30, Fr 8:30, Mo 8:30.\nDas heißt: werktags um 8:30 Uhr."
    assert friend.newest.text == f"{told}\n\nMagst du es gleich probieren?"
    for label in ("Jetzt probieren", "🙁", "Gemacht", "🙂"):
        await friend.tap(label)
    assert friend.newest.text == "Ein bisschen leichter. Schön, dass du dir den Moment genommen hast."
    assert english(friend) == []


async def test_a_week_is_read_aloud_in_german(house: House) -> None:
    friend = ina(house, "de")
    await friend.command("start")
    for label in (GERMAN.say("One slow breath"), "Kaffee", "8:30", "Ja", "Später"):
        await friend.tap(label)
    assert friend.newest.text == "Gut. Ich bin da, wann du es ausgesucht hast. 🌱"
    await house.pass_time(DAY)
    assert friend.newest.text.startswith("Nach deinem Kaffee:\n🌬️ ")
    assert {"Gemacht", "In 15 Min.", "Heute nicht", "Kleiner"} <= set(friend.newest.labels)
    shown = await friend.tap("In 15 Min.")
    assert shown.toast == "Gut, in 15 Minuten."
    await house.pass_time(HOUR // 4)
    await friend.tap(GERMAN.say("Calmer"))
    await friend.tap("😄")
    assert friend.newest.text == "Schön zu hören. Nimm es mit."
    await house.pass_time(DAY)
    await friend.tap("Heute nicht")
    assert friend.newest.text == "Ist gut so. Ausruhen zählt auch."
    await friend.command("now", GERMAN.say("How am I"))
    await friend.tap("😣")
    await friend.tap(GERMAN.say("Tired"))
    assert friend.newest.text.startswith("Danke, dass du es sagst. Sei sanft mit dir; unter /help")
    await friend.command("nudges")
    assert "Nach deinem Kaffee, werktags um 8:30 Uhr. Als Nächstes: Mo 8:30." in friend.newest.text
    await friend.tap("Zeit ändern")
    await friend.send("jeden zweiten Tag um 12 Uhr")
    assert friend.newest.text.startswith("Abgemacht: ")
    assert "alle 2 Tage" in friend.newest.text
    await friend.tap("OK")
    await friend.command("plan")
    assert friend.newest.text.startswith("Heute · Fr, 20. November\n")
    await friend.command("pause")
    await friend.tap("Eine Woche")
    assert re.match(r"Ruhe bis Fr, 27\. November\. Es sammelt sich nichts an\.", friend.newest.text)
    await friend.command("resume")
    assert "Ich bin zu deinen Zeiten wieder da." in friend.newest.text
    assert english(friend) == []


async def test_a_sentence_in_the_evening_is_kept_with_a_warm_word(house: House) -> None:
    friend = ina(house)
    await friend.command("start")
    for label in (GERMAN.say("A gratitude sentence"), GERMAN.say("Bed"), "22:00", "Ja", "Später"):
        await friend.tap(label)
    await house.pass_time(13 * HOUR)
    assert friend.newest.text.startswith("Bevor du ins Bett gehst:\n")
    await friend.send("Der erste Reif am Fenster")
    assert friend.newest.text in {GERMAN.say(line) for line in house.catalogue["evening-joy"].did}
    assert english(friend) == []


async def test_times_quiet_hours_and_parts_of_the_day_are_said_and_understood_in_german(house: House) -> None:
    friend = ina(house)
    await friend.command("quiet")
    await friend.send("von 22 Uhr bis 7 Uhr")
    assert friend.newest.text == "Ruhe von 22:00 Uhr bis 7:00 Uhr am nächsten Tag, jede Nacht."
    await friend.command("quiet")
    assert friend.newest.text.startswith("Ruhe bisher: 22:00–7:00 Uhr. Wann soll ich still sein?")
    await friend.send("aus")
    assert friend.newest.text == "Gut, keine Ruhezeit. Ich komme zu deinen Zeiten, egal wie früh oder spät."
    await friend.command("day")
    await friend.send("Abend 18:30")
    assert friend.newest.text.startswith("Abend heißt bei dir also 18:30 Uhr.")
    assert english(friend) == []


async def test_help_names_people_who_listen(house: House) -> None:
    friend = ina(house)
    await friend.command("help")
    assert "keine Therapie" in friend.newest.text
    assert "findahelpline.com" in friend.newest.text
    assert english(friend) == []


async def test_the_menu_of_commands_is_german_for_german_phones() -> None:
    menus = dict(command_menus())
    assert set(menus) == {"", "de"}
    assert [name for name, _ in menus["de"]] == [name for name, _ in menus[""]]
    assert dict(menus["de"])["now"] == "Gleich jetzt ein Moment"
