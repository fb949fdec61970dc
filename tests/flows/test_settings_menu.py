"""/settings and /language: everything in one message, changed where it stands."""

from datetime import date

import pytest

from bot.people.queries import Person
from bot.schedules.quiet import DayParts, QuietHours
from bot.schedules.rules import WEEKENDS, OnDate, Rule, Times, Weekly
from bot.texts import Voice
from tests.flows.looking import DAY, moments_of, nudges_of, payload, person_of, position_of
from tests.kit.talk import KEPT_LINE, Friend, House

OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."

GERMAN = Voice.of("de")


def person(friend: Friend) -> Person:
    return friend.house.store.run_now(lambda tx: person_of(tx, friend))


async def test_the_settings_are_told_as_they_are(anna: Friend) -> None:
    await anna.command("settings")
    assert anna.newest.text == (
        "Your settings:\n"
        "Language: English\n"
        "Faces before and after: yes\n"
        "Nudges come without a sound\n"
        "Morning 8:00, Noon 12:00, Evening 19:00, Night 21:30\n"
        "Quiet hours: none\n"
        "Time zone: Europe/Berlin, 10:00 now"
    )
    assert anna.newest.labels == ["Language", "✓ Faces", "Sound", "Day parts", "Quiet hours", "Time zone"]


async def test_faces_are_switched_in_place(anna: Friend) -> None:
    await anna.command("settings")
    await anna.tap("Faces")
    assert "Faces before and after: no" in anna.newest.text
    assert "Faces" in anna.newest.labels
    assert not person(anna).feelings
    await anna.tap("Faces")
    assert "✓ Faces" in anna.newest.labels
    assert person(anna).feelings
    assert anna.said == [KEPT_LINE, anna.newest.text]


async def test_asking_twice_holds_for_all_nudges(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await anna.add("Three senses", "Lunch", "12:30")
    await anna.command("nudges")
    await anna.tap("Ask twice")
    await anna.command("settings")
    assert "Ask once more after half an hour: for some" in anna.newest.text
    await anna.tap("Ask twice")
    assert "Ask once more after half an hour: yes" in anna.newest.text
    assert [nudge.follow_up for nudge in nudges_of(anna)] == [True, True]
    await anna.tap("✓ Ask twice")
    assert "Ask once more after half an hour: no" in anna.newest.text
    assert [nudge.follow_up for nudge in nudges_of(anna)] == [False, False]


async def test_the_other_settings_lead_to_their_questions(anna: Friend) -> None:
    for label, answer in (("Quiet hours", "22–7"), ("Day parts", "evening 18:30"), ("Time zone", "No")):
        await anna.command("settings")
        await anna.tap(label)
        assert anna.inbox[-2].chosen == label
        await anna.send(answer)
    assert position_of(anna) is not None
    await anna.command("cancel")
    assert (person(anna).quiet, person(anna).parts) == (QuietHours(1320, 420), DayParts(evening=18 * 60 + 30))
    await anna.command("settings")
    assert "Evening 18:30" in anna.newest.text
    assert "Quiet hours: 22:00–7:00" in anna.newest.text


async def test_a_language_is_chosen_by_its_own_name_and_spoken_at_once(anna: Friend) -> None:
    await anna.command("language")
    assert anna.newest.labels == ["✓ English", "Deutsch"]
    await anna.tap("Deutsch")
    assert anna.newest.text == "Ab jetzt spreche ich Deutsch."
    assert anna.inbox[-2].chosen == "Deutsch"
    await anna.command("now")  # its platform still hints at English
    assert anna.newest.text == GERMAN.say("A moment now: the one that fits, or look around.")
    assert person(anna).language == "de"
    await anna.command("language")
    assert anna.newest.labels == ["English", "✓ Deutsch"]
    await anna.tap("English")
    assert anna.newest.text == "I speak English from now on."


async def test_in_the_settings_the_language_changes_where_it_stands(anna: Friend) -> None:
    await anna.command("settings")
    await anna.tap("Language")
    assert anna.newest.text.startswith("Which language shall I speak?")
    await anna.tap("Back")
    assert anna.newest.text.startswith("Your settings:")
    await anna.tap("Language")
    await anna.tap("Deutsch")
    assert anna.newest.text.startswith("Deine Einstellungen:\nSprache: Deutsch\n")
    assert anna.said == [KEPT_LINE, anna.newest.text]


async def test_the_platform_hints_only_at_the_first_meeting(house: House) -> None:
    bea = house.person("bea", language="de-AT")
    await bea.command("now")
    assert person(bea).language == "de"
    await bea.command("language")
    await bea.tap("English")
    await bea.send("hello")
    assert person(bea).language == "en"
    assert bea.newest.text.startswith("I only know small things")


@pytest.mark.parametrize("chosen", ["English", "Deutsch"])
@pytest.mark.parametrize("hint", ["en", "de", "fr"])
async def test_what_is_typed_is_read_in_either_language(house: House, chosen: str, hint: str) -> None:
    bea = house.person("bea", language=hint)
    await bea.command("language")
    await bea.tap(chosen)
    await bea.command("quiet")
    await bea.send("von 22 bis 7")
    assert person(bea).quiet == QuietHours(1320, 420)
    await bea.command("quiet")
    await bea.send("10 pm to 6 am")
    assert person(bea).quiet == QuietHours(1320, 360)
    await bea.command("start")
    say = Voice.of("de" if chosen == "Deutsch" else "en").say
    for label in ("One slow breath", "Coffee"):
        await bea.tap(say(label))
    await bea.send("jeden zweiten Tag um 9")
    await bea.tap(say("Yes"))
    await bea.send("every weekend at 11am")
    assert nudges_of(bea)[0].rule == Rule(Weekly(WEEKENDS), Times((11 * 60,)))
    await bea.command("pause", "bis Montag")
    assert person(bea).paused_until is not None
    await bea.command("pause", "until friday")
    assert person(bea).paused_until is not None


async def test_a_date_is_read_as_the_chosen_language_writes_it(house: House) -> None:
    bea = house.person("bea", language="en-US")
    await bea.command("language")
    await bea.tap("Deutsch")
    await bea.command("start")
    for label in ("One slow breath", "Coffee"):
        await bea.tap(GERMAN.say(label))
    await bea.send("am 3.12. um 9 Uhr")
    await bea.tap("Ja")
    assert "9:00" in bea.newest.text
    assert nudges_of(bea)[0].rule.dates == OnDate(date(2026, 12, 3))


@pytest.mark.parametrize(
    "forged", ["setting:0:no", "setting:0:language.xx", "language:0:xx", "language:0:", "setting:0:"]
)
async def test_a_setting_that_is_not_there_changes_nothing(anna: Friend, forged: str) -> None:
    await anna.command("settings")
    before = anna.newest.text
    assert (await anna.tap_payload(f"1:{forged}", None)).toast == OLD
    assert anna.newest.text == before


async def test_a_language_is_chosen_once(anna: Friend) -> None:
    await anna.command("language")
    asked = anna.newest
    english = payload(asked, "English")
    await anna.tap("English")
    assert (await anna.tap_payload(english, asked.id)).toast == OLD


async def test_without_faces_nobody_is_asked_how_it_feels(anna: Friend, house: House) -> None:
    await anna.command("settings")
    await anna.tap("Faces")
    await anna.command("start")
    for label in ("One slow breath", "Coffee", "8:30", "Yes", "Try one now"):
        await anna.tap(label)
    assert anna.newest.nudge
    assert "😐" not in anna.newest.labels
    await anna.tap("Calmer")
    assert "😐" not in anna.newest.labels
    assert "And now?" not in anna.newest.text
    await house.pass_time(DAY)
    assert anna.newest.nudge  # what comes by itself asks for none either
    assert "😐" not in anna.newest.labels
    await anna.tap("Did it")
    assert "😐" not in anna.newest.labels


async def test_without_faces_one_whose_answer_is_a_face_still_shows_them(anna: Friend) -> None:
    await anna.command("settings")
    await anna.tap("Faces")
    await anna.begin("How am I")
    await anna.tap("🙂")
    assert moments_of(anna)[-1].before == 4


async def test_faces_that_are_switched_off_in_the_middle_are_not_asked_any_more(anna: Friend) -> None:
    await anna.begin("One slow breath")
    await anna.command("settings")
    await anna.tap("Faces")
    await anna.tap("Calmer")
    assert "😐" not in anna.newest.labels


async def test_nudges_come_silently_until_somebody_wants_to_hear_them(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.pass_time(DAY)
    assert (anna.newest.nudge, anna.newest.silent) == (True, True)
    await anna.command("settings")
    await anna.tap("Sound")
    assert "Nudges come with a sound" in anna.newest.text
    await house.pass_time(DAY)
    assert (anna.newest.nudge, anna.newest.silent) == (True, False)
